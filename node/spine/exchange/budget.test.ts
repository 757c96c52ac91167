import { describe, expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { Budget, Budgets, frameWork, WORK, WORK_LIMITS } from './budget.ts'

function budgetAt() {
  const clock = createHandClock()
  let turns = 0
  const budget = new Budget(clock, async () => void turns++)
  return { clock, budget, turns: () => turns }
}

const { reserve, share, resume, owed, cutOff, turnFrames, turnWork } = WORK_LIMITS

describe('what a city may spend', () => {
  test('the whole reserve goes at once; one more, and it is held back until enough has flowed in', () => {
    const { clock, budget } = budgetAt()
    budget.charge(reserve)
    expect(budget.delay).toBe(0)
    budget.charge(1)
    expect(budget.delay).toBe(Math.ceil((resume + 1) / share))
    clock.advance(resume / share)
    expect(budget.delay).toBe(1)
    clock.advance(1)
    expect(budget.delay).toBe(0)
  })

  test('frames of any size and number cost no more than the share of a core, whatever is sent', () => {
    const sizes = [5, 100, 4_500, 280_000, 512 * 1024]
    for (const size of sizes) {
      const { clock, budget } = budgetAt()
      let taken = 0
      for (let ms = 0; ms < 10_000; ms++) {
        while (budget.delay === 0) {
          budget.took(size)
          taken++
        }
        clock.advance(1)
      }
      expect(taken * frameWork(size)).toBeGreaterThan(9_000 * share)
      expect(taken * frameWork(size)).toBeLessThanOrEqual(reserve + 10_000 * share + frameWork(size))
    }
  })

  test('frames that are of use are never held back, however many a second', () => {
    const { budget } = budgetAt()
    const window: number[] = []
    for (let n = 0; n < 200_000; n++) {
      budget.took(4_500)
      window.push(4_500)
      // As far as a partner may be ahead of what is stored.
      if (window.length === 1024) for (const bytes of window.splice(0, 256)) budget.useful(bytes)
      expect(budget.delay).toBe(0)
    }
  })

  test('nothing is saved up beyond the reserve, by rest or by use', () => {
    const { clock, budget } = budgetAt()
    budget.useful(1_000_000)
    clock.advance(3_600_000)
    budget.charge(reserve + 1)
    expect(budget.delay).toBeGreaterThan(0)
  })

  test('a clock that is set back gives nothing and takes nothing', () => {
    const clock = createHandClock()
    let now = 1_000_000
    const budget = new Budget({ ...clock, now: () => now }, async () => {})
    budget.charge(reserve + 1)
    now -= 500_000
    expect(budget.delay).toBe(Math.ceil((resume + 1) / share))
    now += 1_000
    expect(budget.delay).toBe(0)
  })
})

describe('who waits', () => {
  test('goes on when the budget allows it, and at once when what came before proves useful', async () => {
    const { clock, budget } = budgetAt()
    budget.took(512 * 1024)
    budget.charge(reserve - resume)
    let went = 0
    budget.whenReady(() => went++)
    clock.advance(1)
    expect(went).toBe(0)
    budget.useful(512 * 1024)
    expect(went).toBe(1)
    budget.charge(reserve)
    budget.whenReady(() => went++)
    clock.advance((reserve + resume) / share)
    expect(went).toBe(2)
  })

  test('one that gave up is not called', () => {
    const { clock, budget } = budgetAt()
    budget.charge(reserve * 2)
    let went = 0
    budget.whenReady(() => went++)()
    clock.advance(3_600_000)
    expect(went).toBe(0)
  })

  test('a handler that works without reading waits too', async () => {
    const { clock, budget } = budgetAt()
    budget.charge(reserve * 2)
    let ready = false
    const waiting = budget.ready().then(() => {
      ready = true
    })
    await Promise.resolve()
    expect(ready).toBe(false)
    clock.advance((reserve * 2) / share)
    await waiting
    expect(ready).toBe(true)
  })
})

describe('turns of the event loop', () => {
  test(`${turnFrames} frames are one run: then the city gives a turn, once for all its streams`, async () => {
    const { budget, turns } = budgetAt()
    for (let n = 1; n < turnFrames; n++) budget.took(1)
    expect(budget.turnDue).toBe(false)
    budget.took(1)
    expect(budget.turnDue).toBe(true)
    await Promise.all([budget.turn(), budget.turn()])
    expect(turns()).toBe(1)
    expect(budget.turnDue).toBe(false)
  })

  test('so is much work, in however few frames', () => {
    const { budget } = budgetAt()
    budget.charge(turnWork - 1)
    expect(budget.turnDue).toBe(false)
    budget.charge(1)
    expect(budget.turnDue).toBe(true)
  })
})

describe('cut off', () => {
  test('a city that owes as much as that is not heard for a while, and longer when it goes on meanwhile', () => {
    const { clock, budget } = budgetAt()
    budget.charge(reserve + owed - 1)
    expect(budget.cutOff).toBe(false)
    budget.charge(1)
    expect(budget.cutOff).toBe(true)
    clock.advance(cutOff - 1)
    expect(budget.cutOff).toBe(true)
    clock.advance(1)
    expect(budget.cutOff).toBe(false)
    budget.charge(reserve + owed + cutOff * share)
    expect(budget.cutOff).toBe(true)
    budget.charge(cutOff * share)
    clock.advance(cutOff)
    expect(budget.cutOff).toBe(true)
    clock.advance(120_000)
    expect(budget.cutOff).toBe(false)
  })
})

describe('many', () => {
  test('each name has its own budget, and full ones are forgotten first', () => {
    const clock = createHandClock()
    const budgets = new Budgets(clock, async () => {})
    const spent = budgets.of('610100')
    spent.charge(reserve * 2)
    expect(budgets.of('610100')).toBe(spent)
    expect(budgets.of('610900').delay).toBe(0)
    for (let n = 0; n < WORK_LIMITS.remembered * 2; n++) budgets.of(`stranger ${n}`).charge(WORK.stream)
    expect(budgets.size).toBeLessThanOrEqual(WORK_LIMITS.remembered)
  })

  test('one that owes is kept while there are full ones to forget', () => {
    const budgets = new Budgets(createHandClock(), async () => {})
    const spent = budgets.of('610100')
    spent.charge(reserve * 2)
    for (let n = 0; n < WORK_LIMITS.remembered; n++) budgets.of(`full ${n}`)
    expect(budgets.of('610100')).toBe(spent)
  })
})
