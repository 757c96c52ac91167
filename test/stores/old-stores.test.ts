/**
 * Stores of earlier programs, with cases in every state, are opened by this one: what was said of each case is said still, lists are
 * what a rebuild makes of the threads, evidence verifies, and the cases go on.
 */
import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { allReceipted, type City, keepEvidence, until } from '../../examples/support/cities.ts'
import { callStep, type Step } from '../../node/edges/client/steps.ts'
import { openFixture, pairOf, type Stops } from '../support/old-cities.ts'
import { fixtureNames, readFixture } from '../support/store-fixture.ts'

const names = await fixtureNames()
const stops: Stops = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

type Told = Awaited<ReturnType<typeof told>>
const told = (city: City, thread: string) => city.clerk.getCase({ params: { thread } })

const read = (city: City, sql: string) => {
  const db = new Database(join(city.folder, 'data/tongban.db'), { readonly: true })
  try {
    return db.query(sql).all() as { fold: string }[]
  } finally {
    db.close()
  }
}
const rowsOf = (city: City) =>
  read(city, 'SELECT * FROM cases ORDER BY thread_no').map(row => ({ ...row, fold: JSON.parse(row.fold) as unknown }))
const projectionOf = (city: City) => read(city, 'SELECT form FROM projection').length > 0

test('there are fixtures', () => {
  expect(names.length).toBeGreaterThanOrEqual(5)
})

test.each(names)('the stores of %s go on', async name => {
  const fixture = await readFixture(name)
  const [ankang, shiyan] = pairOf(await openFixture(fixture, stops))
  const states = new Map<string, string>()
  for (const [city, { said }] of [ankang, shiyan]
    .map((place, index) => [place, fixture.cities[index]] as const)
    .flatMap(([place, told]) => (told === undefined ? [] : [[place, told] as const])))
    for (const { thread, kinds, ...before } of said) {
      const { state, outcome, caseNo, localCaseNo, timeline } = await told(city, thread)
      expect(timeline.map(({ kind }) => kind).slice(0, kinds.length)).toEqual(kinds)
      // What the partner had not heard of may be there by now.
      if (before.state !== 'submitted') expect({ state, outcome, caseNo, localCaseNo }).toEqual(before)
      states.set(before.state, thread)
    }
  expect([...states.keys()].sort()).toEqual(
    ['accepted', 'arrived', 'closed', 'decided', 'paused', 'prechecked', 'refused', 'sending', 'submitted'].concat([
      'supplementing',
    ]),
  )

  const together = (thread: string, is: (case_: Told) => boolean) =>
    until(`${thread} at both cities`, async () => {
      const both = await Promise.all([ankang, shiyan].map(city => told(city, thread).catch(() => null)))
      const [here, there] = both
      if (here == null || there == null || here.timeline.length !== there.timeline.length) return null
      return allReceipted([...here.timeline, ...there.timeline]) && is(here) && is(there)
    })
  const step = async (city: City, state: string, kind: Step, body: object, then: string) => {
    const thread = states.get(state) ?? ''
    await callStep(city.clerk, kind, thread, body)
    await together(thread, case_ => case_.state === then)
  }
  await together(states.get('submitted') ?? '', ({ state }) => state === 'arrived')

  for (const city of [ankang, shiyan]) {
    await until('rows of before are rebuilt', async () => projectionOf(city))
    const before = rowsOf(city)
    await city.administrator.rebuildCases()
    expect(rowsOf(city)).toEqual(before)
  }

  await step(shiyan, 'arrived', 'case.accept', {}, 'accepted')
  await step(shiyan, 'prechecked', 'case.accept', {}, 'accepted')
  await step(shiyan, 'paused', 'case.resume', { result: '听证结束，无异议' }, 'accepted')
  await step(shiyan, 'decided', 'case.send-result', { method: 'file' }, 'sending')
  await step(shiyan, 'sending', 'case.close', { outcome: 'granted' }, 'closed')
  await step(ankang, 'submitted', 'case.withdraw', { reason: '申请人不再需要' }, 'arrived')

  for (const thread of new Set(states.values())) {
    const path = join(ankang.folder, `${thread}.zip`)
    for (const cities of [
      [ankang, shiyan],
      [shiyan, ankang],
    ] as const) {
      const { ok, findings } = await keepEvidence(path, thread, [...cities])
      expect({ ok, findings: ok ? [] : findings }).toEqual({ ok: true, findings: [] })
    }
  }
})
