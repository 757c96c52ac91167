import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorkbench } from '../../../../adapters/workbench/workbench.ts'
import type { CaseContent } from '../../../../protocol/case/kinds.ts'
import { INSTANT_ITEM, instantOver, instantRule } from '../../../../test/support/instant.ts'
import { marksOf } from '../../../../test/support/marks.ts'
import { submitContentOf } from '../../../../test/support/play-case.ts'
import { createWorld, fakeAdapter } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../../test/support/world-case.ts'
import { factOf, type InstantRule } from './rule.ts'

const ITEM = INSTANT_ITEM.taskCode
let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string

beforeEach(async () => {
  world = await createWorld({
    adapter: code => (code === HANDLING ? createWorkbench() : fakeAdapter()),
    items: [INSTANT_ITEM],
  })
  agreement = await agree(world)
})
afterEach(() => world.stop())

async function submit(change: Partial<CaseContent<'case.submit'>> = {}): Promise<string> {
  const thread = await submitCase(world, agreement, change)
  await world.settle()
  return thread
}
async function on(rule: Partial<InstantRule> = {}, more: Parameters<typeof instantOver>[2] = {}) {
  const made = instantOver(world, HANDLING, more)
  const seen = (await made.rules.list()).map(({ hash }) => hash)
  const { hash } = await made.rules.save(ITEM, instantRule(rule), 'admin', seen.length === 0 ? undefined : seen)
  await made.rules.turn(ITEM, true, hash, 'admin')
  return { ...made, hash }
}
const at = (thread: string, city = HANDLING) => world.city(city).cases.get(thread)
const judgement = async (thread: string, { instant }: Pick<ReturnType<typeof instantOver>, 'instant'>) =>
  instant.of((await at(thread)).no)

describe('a case of which all conditions hold', () => {
  test('is accepted and granted at once, with what it rests on in the packets of both cities', async () => {
    const { instant, hash, failures } = await on()
    const thread = await submit()
    await instant.wake()
    await world.settle()
    expect(failures).toEqual([])
    for (const city of [HANDLING, COLLECTING]) expect(await at(thread, city)).toMatchObject({ state: 'decided' })
    const { no } = await at(thread, COLLECTING)
    const { db, packets } = world.city(COLLECTING)
    const came = (await packets().packets(db, no)).filter(({ direction }) => direction === 'in')
    expect(came.map(({ claims }) => claims.kind)).toEqual([
      'case.arrived',
      'case.accept',
      'case.progress',
      'case.decide',
    ])
    const [, , progress, decision] = came.map(({ body }) => body as Record<string, string>)
    expect(progress).toMatchObject({ step: '秒批', event: 'instant' })
    for (const words of [hash, '贷款城市为安康（form.贷款城市）', '本人办理（agent）'])
      expect(progress?.note).toContain(words)
    // Fields are named, and nothing that stands in them.
    for (const value of ['陈小满', '610902199003075515', '某某有限公司'])
      expect(JSON.stringify(progress)).not.toContain(value)
    expect(decision).toMatchObject({ outcome: 'granted' })
    expect(decision?.reason).toMatch(
      new RegExp(`^“公积金异地贷款缴存证明”符合条件，准予出具。\n.*${hash.slice(0, 12)}`),
    )
    expect(await judgement(thread, { instant })).toMatchObject({ hash, why: null, told: [] })
    const { audit } = world.city(HANDLING)
    expect(await audit.list({ action: 'case.instantly-approved' }, 10, null)).toMatchObject([
      { actor: 'node', subject: thread, detail: { rule: hash } },
    ])
  })

  test('is closed too where there is no result to send', async () => {
    const { instant } = await on({ closes: true })
    const thread = await submit()
    await instant.wake()
    await world.settle()
    expect(await at(thread, COLLECTING)).toMatchObject({ state: 'closed', outcome: 'granted' })
  })

  test('is decided once by two that look at the same time, and by none after a restart', async () => {
    const { instant } = await on()
    const threads = [await submit(), await submit()]
    await Promise.all([instant.wake(), instantOver(world, HANDLING).instant.wake()])
    await world.settle()
    await world.restart(HANDLING)
    await instantOver(world, HANDLING).instant.wake()
    await world.settle()
    for (const thread of threads) {
      const { timeline, state } = await at(thread)
      expect(state).toBe('decided')
      expect(timeline.filter(({ kind }) => kind === 'case.decide')).toHaveLength(1)
    }
  })

  test('is looked at again when the node could not do it just now, and holds up no other', async () => {
    const { rules, hash } = await on()
    await rules.turn(ITEM, true, hash, 'admin')
    const threads = [await submit(), await submit()]
    let broken = true
    const { instant, failures } = instantOver(world, HANDLING, {
      async doubtful() {
        if (!broken) return []
        broken = false
        throw new Error('the disk does not answer')
      },
    })
    await instant.wake()
    expect(failures).toHaveLength(1)
    expect((await Promise.all(threads.map(thread => at(thread)))).map(({ state }) => state)).toEqual([
      'arrived',
      'decided',
    ])
    await instant.wake()
    expect(await at(threads[0] ?? '')).toMatchObject({ state: 'decided' })
    await instant.stop()
  })
})

describe('a case is left to people, with the reason', () => {
  test.each<[string, Partial<CaseContent<'case.submit'>>, Partial<InstantRule>, string, string[]]>([
    [
      'conditions that do not hold',
      {
        form: { 贷款城市: '商洛' },
        agent: { name: '王五', idType: '111', idNumber: '11010519491231002X', kind: 'assistant' },
      },
      {},
      'conditions',
      ['贷款城市为安康', '本人办理'],
    ],
    ['a field that is not there', { form: {} }, {}, 'preflight', ['form.贷款城市']],
    [
      'another version of the item',
      { item: { code: ITEM, name: INSTANT_ITEM.taskName, version: 2 } },
      {},
      'version',
      [],
    ],
    ['it was drawn', {}, { share: 51 }, 'drawn', []],
  ])('%s', async (_, content, rule, why, told) => {
    const { instant } = await on(rule)
    const thread = await submit(content)
    await instant.wake()
    await world.settle()
    expect(await at(thread)).toMatchObject({ state: 'arrived' })
    expect(await judgement(thread, { instant })).toMatchObject({ why, told })
    const { audit } = world.city(HANDLING)
    expect(await audit.list({ action: 'case.left-to-people' }, 10, null)).toMatchObject([
      { subject: thread, detail: { why } },
    ])
    // It was looked at once: what people do with it is theirs.
    await instantOver(world, HANDLING).instant.wake()
    expect(await at(thread)).toMatchObject({ state: 'arrived' })
  })

  test('a scan that cannot be read, and one case more than the day has room for', async () => {
    const broken = await on({}, { doubtful: async () => ['materials.0.sha256'] })
    const first = await submit()
    await broken.instant.wake()
    expect(await judgement(first, broken)).toMatchObject({ why: 'materials', told: ['materials.0.sha256'] })
    const one = await on({ perDay: 1 })
    const second = await submit()
    const third = await submit()
    await one.instant.wake()
    expect(await judgement(second, one)).toMatchObject({ why: null })
    expect(await judgement(third, one)).toMatchObject({ why: 'limit' })
    expect((await one.instant.today()).get(ITEM)).toEqual({ decided: 1, left: { materials: 1, limit: 1 } })
    world.clock.advance(24 * 3_600_000)
    const fourth = await submit()
    await one.instant.wake()
    expect(await judgement(fourth, one)).toMatchObject({ why: null })
  })

  test('somebody has it, asked for its withdrawal, or acts while it is looked at', async () => {
    const { instant } = await on()
    const taken = await submit()
    const withdrawn = await submit()
    const passed = await submit()
    const { db, cases } = world.city(HANDLING)
    const numbers = await Promise.all([taken, passed].map(async thread => (await at(thread)).no))
    await db.transaction(tx => tx.run(`UPDATE cases SET assignee = 'p1' WHERE thread_no = ?`, [numbers[0] ?? 0]))
    await db.transaction(tx =>
      tx.run(`INSERT INTO approval_acts (thread_no, kind, at, actor, detail) VALUES (?, 'asked', 0, 'p1', '{}')`, [
        numbers[1] ?? 0,
      ]),
    )
    await world.city(COLLECTING).cases.step(withdrawn, 'case.withdraw', { reason: '不办了' }, 'person:1')
    await world.settle()
    await instant.wake()
    for (const thread of [taken, withdrawn, passed]) {
      expect(await at(thread)).toMatchObject({ state: 'arrived' })
      expect(await judgement(thread, { instant })).toMatchObject({ why: 'taken-up' })
    }
    const raced = await submit()
    const accepted = cases.step(raced, 'case.accept', {}, 'person:1').then(
      () => true,
      () => false,
    )
    await instant.wake()
    const byPerson = await accepted
    await world.settle()
    expect(await at(raced)).toMatchObject({ state: byPerson ? 'accepted' : 'decided' })
  })
})

describe('conditions', () => {
  test('are off until somebody who read this version switches them on, for what arrives from then on', async () => {
    const { rules, instant } = instantOver(world, HANDLING)
    const saved = await marksOf('saveInstantApproval', () => rules.save(ITEM, instantRule(), 'admin'))
    expect(saved).toMatchObject({ onSince: null, unfit: null, changedBy: 'admin' })
    const before = await submit()
    await instant.wake()
    await expect(rules.turn(ITEM, true, undefined, 'admin')).rejects.toThrow('request.precondition')
    await expect(rules.turn(ITEM, true, '0'.repeat(64), 'admin')).rejects.toThrow('request.precondition')
    await marksOf('switchInstantApproval', () => rules.turn(ITEM, true, saved.hash, 'admin'))
    const after = await submit()
    await instant.wake()
    expect([await at(before), await at(after)].map(({ state }) => state)).toEqual(['arrived', 'decided'])
    // Another text is off again, and the one before it stays for the evidence.
    const changed = await rules.save(ITEM, instantRule({ perDay: 5 }), 'admin', [saved.hash])
    // Nobody writes over what another one entered meanwhile.
    for (const [seen, problem] of [
      [undefined, 'request.unseen'],
      [[saved.hash], 'request.precondition'],
    ] as const)
      await expect(rules.save(ITEM, instantRule({ perDay: 6 }), 'other', seen)).rejects.toThrow(problem)
    expect(changed.onSince).toBeNull()
    expect(changed.hash).not.toBe(saved.hash)
    const later = await submit()
    await instant.wake()
    expect(await at(later)).toMatchObject({ state: 'arrived' })
    const { body } = await rules.version(saved.hash)
    expect(createHash('sha256').update(body).digest('hex')).toBe(saved.hash)
    await rules.turn(ITEM, true, changed.hash, 'admin')
    await rules.turn(ITEM, false, undefined, 'admin')
    expect(await rules.list()).toMatchObject([{ item: ITEM, hash: changed.hash, onSince: null }])
    const { audit } = world.city(HANDLING)
    for (const [action, count] of [
      ['instant.saved', 2],
      ['instant.on', 2],
      ['instant.off', 1],
    ] as const)
      expect(await audit.list({ action }, 10, null)).toHaveLength(count)
  })

  test.each<[string, Partial<InstantRule>, string]>([
    [
      'of a field that the form lacks',
      { conditions: [{ name: 'x', fact: 'form.没有', schema: {} }] },
      'no field of the form',
    ],
    [
      'of a material that the item lacks',
      { conditions: [{ name: 'x', fact: 'materials.M1', schema: {} }] },
      'no material',
    ],
    ['of a fact that no case has', { conditions: [{ name: 'x', fact: 'applicant.name', schema: {} }] }, 'no fact'],
    ['that never hold', { conditions: [{ name: 'x', fact: 'form.月数', schema: { type: 'string' } }] }, 'never holds'],
    [
      'that are no schema',
      { conditions: [{ name: 'x', fact: 'mode', schema: { type: 'nothing' } }] },
      'no JSON Schema',
    ],
    [
      'that stand twice',
      {
        conditions: [
          { name: 'x', fact: 'mode', schema: {} },
          { name: 'x', fact: 'from', schema: {} },
        ],
      },
      'stands twice',
    ],
    ['with a blank in the reason', { reason: '{?理由}' }, 'a blank'],
    ['with a placeholder that is none', { reason: '{姓名}' }, 'a placeholder'],
  ])('%s are refused at entry', async (_, change, why) => {
    const { rules } = instantOver(world, HANDLING)
    await expect(rules.save(ITEM, instantRule(change), 'admin')).rejects.toThrow(why)
    expect(await rules.list()).toEqual([])
  })

  test('of an item with a fee, of one that is decided elsewhere and of none are refused; one that changed says so', async () => {
    let item = { ...INSTANT_ITEM, isFee: true }
    const { rules, instant } = instantOver(world, HANDLING, { item: () => item })
    await expect(rules.save(ITEM, instantRule(), 'admin')).rejects.toThrow('has a fee')
    item = { ...INSTANT_ITEM, modes: [2] }
    await expect(rules.save(ITEM, instantRule(), 'admin')).rejects.toThrow('mode 2')
    await expect(rules.save('other', instantRule(), 'admin')).rejects.toThrow('item.unknown')
    item = INSTANT_ITEM
    const { hash } = await rules.save(ITEM, instantRule(), 'admin')
    await rules.turn(ITEM, true, hash, 'admin')
    item = { ...INSTANT_ITEM, form: { type: 'object', properties: {} } }
    expect(await rules.get(ITEM)).toMatchObject({ unfit: { code: 'request.invalid' } })
    const thread = await submit()
    await instant.wake()
    expect(await judgement(thread, { instant })).toMatchObject({ why: 'version' })
    await rules.turn(ITEM, false, undefined, 'admin')
    await expect(rules.turn(ITEM, true, hash, 'admin')).rejects.toThrow('no field of the form')
  })

  test('look at facts that were checked', () => {
    const content = submitContentOf('1', 0, [
      { code: 'M1', name: 'a', sha256: 'a'.repeat(64), form: 'original' },
      { code: 'M1', name: 'b', sha256: 'b'.repeat(64), form: 'copy' },
      { code: 'M2', name: 'c', sha256: 'c'.repeat(64) },
    ])
    const of = (fact: string) => factOf(fact, { content, from: COLLECTING })
    expect(of('applicant.age')).toBe(36)
    expect(['applicant.type', 'applicant.idType', 'agent', 'mode', 'from', 'delivery.method'].map(of)).toEqual([
      '1',
      '111',
      'none',
      0,
      COLLECTING,
      undefined,
    ])
    expect(['materials.M1', 'materials.M2', 'materials.M3', 'form.toString'].map(of)).toEqual([
      undefined,
      'unstated',
      undefined,
      undefined,
    ])
  })
})
