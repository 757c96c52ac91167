import { expect, test } from 'vitest'
import { diceOf, SEED } from './chance.ts'
import { fc } from './properties.ts'

test('one seed, told before the run, draws for all: properties and dice', () => {
  expect(SEED).toBe(Number(process.env.TONGBAN_TEST_SEED))
  const drawn = () => fc.sample(fc.nat(), 20)
  const rolled = (seed: number) => Array.from({ length: 20 }, (_, n) => diceOf(seed + n).upTo(1_000_000))
  expect(fc.readConfigureGlobal().seed).toBe(SEED)
  expect([drawn(), rolled(SEED)]).toEqual([drawn(), rolled(SEED)])
  expect(rolled(SEED)).not.toEqual(rolled(SEED + 1))
})

test('a property that hangs is ended, and says what it drew and how it comes again', async () => {
  const hangs = fc.asyncProperty(fc.constant('the one that hangs'), () => new Promise<void>(() => {}))
  expect(fc.readConfigureGlobal()).toMatchObject({
    markInterruptAsFailure: true,
    timeout: expect.any(Number) as unknown,
  })
  const ended = await fc.assert(hangs, { timeout: 5 }).then(String, String)
  expect(ended).toContain(`seed: ${SEED}`)
  expect(ended).toContain('the one that hangs')
})
