// Over 450 lines: one carrier that is faked, and the whole life of a parcel with each fault of it.
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRestCarrier } from '../../../../adapters/carrier/rest.ts'
import type { ParcelState } from '../../../../adapters/sdk/carrier.ts'
import { EMS, EMS_TOKEN, fakeEms } from '../../../../test/support/fake-ems.ts'
import { marksOf } from '../../../../test/support/marks.ts'
import { createWorld, type World, type WorldCity } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../../test/support/world-case.ts'
import { worldPurges } from '../../../../test/support/world-purges.ts'
import { PARCEL_LIMITS } from './parcel.ts'
import { createParcels, type Parcels, type ParcelsParts } from './parcels.ts'
import { countTroubles, troubleReminders } from './troubles.ts'
import { WAY_LIMITS } from './way.ts'

const DAY = 86_400_000
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterAll(() => server.close())

let world: World
let ankang: WorldCity
let ems: ReturnType<typeof fakeEms>
let parcels: Parcels
let thread: string
let failures: string[]
let faults: unknown[]
let ids = 0

const recipient = { name: '收件人金丝雀', phone: '13911112222', address: '十堰市某街道 7 号' }
const wanted = { parcel: 'originals' as const, to: recipient, contents: ['户口簿'] }

const make = (change: Partial<ParcelsParts> = {}): Parcels =>
  createParcels({
    db: ankang.db,
    clock: world.clock,
    audit: ankang.audit,
    events: ankang.events,
    own: COLLECTING,
    pollMs: 60_000,
    cases: ankang.cases,
    agreements: ankang.agreements,
    keys: ankang.caseKeys,
    carrier: createRestCarrier({ name: 'EMS', url: EMS, token: EMS_TOKEN }),
    sender: { name: '安康窗口', phone: '0915-1', address: '安康市' },
    threadOf: no => ankang.packets().threadId(ankang.db, no),
    randomId: () => (++ids).toString(16).padStart(32, '0'),
    random: () => 0,
    failed: (_, detail) => failures.push(detail),
    faulted: error => faults.push(error),
    ...change,
  })

beforeEach(async () => {
  world = await createWorld()
  ankang = world.city(COLLECTING)
  ems = fakeEms()
  server.use(...ems.handlers)
  failures = []
  faults = []
  thread = await submitCase(world, await agree(world), { mode: 1 })
  await world.settle()
  parcels = make()
})
afterEach(async () => {
  server.resetHandlers()
  await parcels.stop()
  await world.stop()
})

/** The next look, an hour later. */
async function later(): Promise<void> {
  world.clock.advance(3_600_000)
  await parcels.wake()
  await world.settle()
}
const kinds = async (city: string): Promise<string[]> =>
  (await world.city(city).cases.get(thread)).timeline.map(({ kind }) => kind).filter(kind => /mail|ship/.test(kind))
const mails = async (city: string) =>
  (await world.city(city).cases.bodies(thread, 'test'))
    .filter(({ kind }) => kind === 'case.mail')
    .map(({ body }) => (body as { state: string }).state)
const happens = (state: ParcelState) =>
  ems.happens({ state, at: new Date(world.clock.now()).toISOString(), place: '安康' })
const only = async () => (await parcels.list(thread))[0]

test('originals are ordered, collected and delivered; both cities see each step, and the shipping itself', async () => {
  await marksOf('orderParcel', () => parcels.order(thread, wanted, 'person:1'))
  await later()
  // The agreement says that the handling city pays: the recipient.
  expect(ems.orders).toEqual([
    {
      key: expect.any(String) as string,
      order: expect.objectContaining({ payer: 'recipient', to: recipient }) as object,
    },
  ])
  expect(await only()).toMatchObject({ state: 'open', number: 'EZ000000001CN', payer: 'handling' })
  for (const state of ['collected', 'in-transit', 'delivered'] as const) {
    world.clock.advance(1000)
    happens(state)
  }
  await later()
  expect(await only()).toMatchObject({ state: 'done', problem: null })
  for (const city of [COLLECTING, HANDLING]) {
    expect(await mails(city)).toEqual(['ordered', 'collected', 'in-transit', 'delivered'])
    expect(await kinds(city)).toContain('case.ship')
  }
})

test('one that was delivered is asked for ever more rarely, and no more when it cannot come back', async () => {
  await parcels.order(thread, wanted, 'person:1')
  await later()
  happens('delivered')
  const asked = async (hours: number): Promise<number> => {
    const before = ems.requests.length
    for (let hour = 0; hour < hours; hour++) await later()
    return ems.requests.length - before
  }
  expect(await asked(24)).toBeLessThan(8)
  expect(await asked(48)).toBeLessThanOrEqual(2)
  world.clock.advance(PARCEL_LIMITS.watched)
  expect(await asked(1)).toBe(1)
  expect(await asked(48)).toBe(0)
  expect(await only()).toMatchObject({ state: 'done', trouble: null })
})

test('what was delivered and then comes back is read and told, at once or later', async () => {
  await parcels.order(thread, wanted, 'person:1')
  await later()
  for (const state of ['delivered', 'returned'] as const) {
    world.clock.advance(1000)
    happens(state)
  }
  await later()
  expect(await mails(HANDLING)).toEqual(['ordered', 'delivered', 'returned'])
  await parcels.order(thread, wanted, 'person:1')
  await later()
  happens('delivered')
  await later()
  world.clock.advance(5 * DAY)
  happens('returned')
  world.clock.advance(DAY)
  await later()
  expect((await mails(HANDLING)).slice(3)).toEqual(['ordered', 'delivered', 'returned'])
})

describe("a carrier's word", () => {
  test('the number of another parcel is not believed: nothing is signed, and a person sees why', async () => {
    await parcels.order(thread, wanted, 'person:1')
    await later()
    happens('collected')
    happens('delivered')
    const other = await submitCase(world, (await ankang.cases.get(thread)).fold.agreement ?? '', { mode: 1 })
    await world.settle()
    for (const given of ['EZ000000001CN', ' ez 000000001-cn ']) {
      server.use(http.post(`${EMS}/parcels`, () => HttpResponse.json({ number: given })))
      await parcels.order(other, wanted, 'person:1')
      await later()
    }
    const refused = expect.objectContaining({ state: 'failed', number: null, trouble: 'refused' }) as unknown
    expect(await parcels.list(other)).toEqual([refused, refused])
    expect((await parcels.list(other))[0]?.problem).toContain('the number of another parcel: EZ000000001CN')
    for (const city of [COLLECTING, HANDLING])
      expect((await world.city(city).cases.get(other)).timeline.map(({ kind }) => kind)).not.toContain('case.mail')
  })

  test('a number that is none is not believed', async () => {
    server.use(http.post(`${EMS}/parcels`, () => HttpResponse.json({ number: ' \u202e\u0007 ' })))
    await parcels.order(thread, wanted, 'person:1')
    await parcels.wake()
    expect(await only()).toMatchObject({ state: 'failed', problem: 'the carrier gives no waybill number' })
  })

  test('an event that is listed twice is signed once', async () => {
    await parcels.order(thread, wanted, 'person:1')
    await later()
    for (let twice = 0; twice < 2; twice++) happens('collected')
    await later()
    expect(await mails(HANDLING)).toEqual(['ordered', 'collected'])
    expect((await kinds(HANDLING)).filter(kind => kind === 'case.ship')).toHaveLength(1)
  })

  test('a changed history signs nothing again, and is told', async () => {
    await parcels.order(thread, wanted, 'person:1')
    await later()
    const at = (ago: number) => new Date(world.clock.now() - ago).toISOString()
    let events = [
      { state: 'collected', at: at(3000) },
      { state: 'in-transit', at: at(2000) },
    ]
    server.use(http.get(`${EMS}/parcels/:number`, () => HttpResponse.json({ events })))
    await later()
    const before = await kinds(HANDLING)
    events = [
      { state: 'collected', at: at(1500) },
      { state: 'in-transit', at: at(1000) },
      { state: 'in-transit', at: at(500) },
    ]
    await later()
    expect(await kinds(HANDLING)).toEqual(before)
    expect(await only()).toMatchObject({ trouble: 'contradicts', problem: 'the carrier changed what it told before' })
    // Seen to once, it does not come again with each look.
    expect(await marksOf('settleParcels', () => parcels.settle(thread, 'person:1'))).toBe(1)
    await later()
    expect(await only()).toMatchObject({ trouble: null })
    expect(await parcels.settle(thread, 'person:1')).toBe(0)
    events.push({ state: 'delivered', at: at(0) })
    await later()
    expect((await mails(HANDLING)).at(-1)).toBe('delivered')
  })

  test.each([
    ['long before the order', -6 * 365 * DAY],
    ['a month ahead', 30 * DAY],
  ])('a step %s is not signed, and is told', async (_, away) => {
    await parcels.order(thread, wanted, 'person:1')
    await later()
    ems.happens({ state: 'collected', at: new Date(world.clock.now() + away).toISOString() })
    await later()
    expect(await mails(HANDLING)).toEqual(['ordered'])
    expect(await kinds(HANDLING)).not.toContain('case.ship')
    expect(await only()).toMatchObject({ state: 'open', trouble: 'contradicts' })
  })

  test('a place that cannot be signed does not hold the step up', async () => {
    await parcels.order(thread, wanted, 'person:1')
    await later()
    ems.happens({ state: 'collected', at: new Date(world.clock.now()).toISOString(), place: '\u0007' })
    await later()
    expect(await mails(HANDLING)).toEqual(['ordered', 'collected'])
  })
})

describe('parcels in trouble', () => {
  const found = async (city: string) => {
    const counts = await countTroubles(world.city(city).db)
    return counts.map(({ trouble, count }) => [trouble, count])
  }
  const parked = async () =>
    (await ankang.events.after(0, 1000)).filter(({ type, subject }) => type === 'work.parked' && subject === thread)

  test.each(['lost', 'returned'] as const)('one that is %s stands at both cities until it is seen to', async state => {
    await parcels.order(thread, wanted, 'person:1')
    await later()
    happens('collected')
    world.clock.advance(1000)
    happens(state)
    await later()
    for (const city of [COLLECTING, HANDLING]) expect(await found(city)).toEqual([[state, 1]])
    const [reminder] = troubleReminders(await countTroubles(ankang.db))
    const { caseNo } = await ankang.cases.get(thread)
    expect(reminder).toMatchObject({ level: 'fail', act: 'you', en: expect.stringContaining(caseNo) as unknown })
    expect(await parcels.settle(thread, 'person:1')).toBe(1)
    expect([await found(COLLECTING), await found(HANDLING)]).toEqual([[], [[state, 1]]])
    expect((await ankang.audit.list({ action: 'parcel.settled' }, 10, null)).map(({ actor }) => actor)).toEqual([
      'person:1',
    ])
  })

  test('one that was lost and is found is in trouble no more', async () => {
    await parcels.order(thread, wanted, 'person:1')
    await later()
    happens('lost')
    await later()
    world.clock.advance(DAY)
    happens('delivered')
    await later()
    expect(await mails(HANDLING)).toEqual(['ordered', 'lost', 'delivered'])
    for (const city of [COLLECTING, HANDLING]) expect(await found(city)).toEqual([])
  })

  test('an order that is refused is told until it is tried again or given up', async () => {
    ems.faults.push(400)
    await parcels.order(thread, wanted, 'person:1')
    await parcels.wake()
    expect(await found(COLLECTING)).toEqual([['refused', 1]])
    expect(await parked()).toHaveLength(1)
    expect(await parcels.settle(thread, 'person:1')).toBe(1)
    expect(await only()).toMatchObject({ state: 'done', trouble: null })
  })

  test(`a carrier that does not answer ${PARCEL_LIMITS.unanswered} times is told, and no more when it does`, async () => {
    await parcels.order(thread, wanted, 'person:1')
    ems.faults.push(...Array.from({ length: PARCEL_LIMITS.unanswered }, () => 500))
    for (let no = 1; no < PARCEL_LIMITS.unanswered; no++) await later()
    expect(await found(COLLECTING)).toEqual([])
    await later()
    expect(await found(COLLECTING)).toEqual([['unanswered', 1]])
    expect(await parcels.standing()).toMatchObject({
      carrier: 'EMS',
      underWay: 1,
      problem: 'the carrier answers with status 500',
    })
    await later()
    expect(await only()).toMatchObject({ state: 'open', trouble: null })
    expect(await parcels.standing()).toMatchObject({ problem: null, troubles: [] })
    expect(await parked()).toHaveLength(1)
  })

  test.each([
    ['after the order', PARCEL_LIMITS.uncollected, [] as ParcelState[]],
    ['on the way', PARCEL_LIMITS.silent, ['collected'] as ParcelState[]],
  ])('one of which nothing is heard %s is told', async (_, limit, states) => {
    await parcels.order(thread, wanted, 'person:1')
    await parcels.wake()
    for (const state of states) happens(state)
    world.clock.advance(60_000)
    await parcels.wake()
    world.clock.advance(limit - 120_000)
    await parcels.wake()
    expect(await found(COLLECTING)).toEqual([])
    await later()
    expect(await found(COLLECTING)).toEqual([['silent', 1]])
  })
})

test.each(['returned', 'lost'] as const)('a parcel that is %s ends so', async state => {
  await parcels.order(thread, wanted, 'person:1')
  await later()
  happens('collected')
  world.clock.advance(1000)
  happens(state)
  await later()
  expect(await mails(HANDLING)).toEqual(['ordered', 'collected', state])
  expect(await only()).toMatchObject({ state: 'done' })
})

test('a carrier that is down, and one whose answer is lost, orders once', async () => {
  ems.faults.push(503, 'lost')
  await parcels.order(thread, wanted, 'person:1')
  await parcels.wake()
  expect(await only()).toMatchObject({ state: 'wanted', problem: 'the carrier answers with status 503' })
  await later()
  expect(await only()).toMatchObject({ state: 'wanted' })
  await later()
  expect(await only()).toMatchObject({ state: 'open', problem: null })
  expect(ems.orders).toHaveLength(1)
  expect(await mails(COLLECTING)).toEqual(['ordered'])
})

test('what is told is told once, though the node ends between the carrier and its own commit', async () => {
  await parcels.order(thread, wanted, 'person:1')
  await later()
  happens('collected')
  await parcels.stop()
  const broken = make({ cases: { ...ankang.cases, moves: async () => Promise.reject(new Error('killed')) } })
  world.clock.advance(3_600_000)
  await broken.wake()
  await broken.stop()
  expect(await mails(COLLECTING)).toEqual(['ordered'])
  parcels = make()
  await later()
  await later()
  expect(await mails(COLLECTING)).toEqual(['ordered', 'collected'])
})

test('an order that is refused is for a person, who can try again', async () => {
  ems.faults.push(422)
  await parcels.order(thread, wanted, 'person:1')
  await parcels.wake()
  expect(await only()).toMatchObject({ state: 'failed', problem: 'the carrier answers with status 422' })
  expect(failures).toEqual(['the carrier answers with status 422'])
  const id = (await only())?.id ?? ''
  await marksOf('retryParcel', () => parcels.retry(thread, id, 'person:1'))
  await parcels.wake()
  expect(await only()).toMatchObject({ state: 'open' })
  await expect(parcels.retry(thread, id, 'person:1')).rejects.toThrow('request.conflict')
})

test('an order is taken back before it was collected; after that it goes on', async () => {
  await parcels.order(thread, wanted, 'person:1')
  await parcels.wake()
  const id = (await only())?.id ?? ''
  await marksOf('cancelParcel', () => parcels.cancel(thread, id, 'person:1'))
  await parcels.wake()
  expect(await mails(COLLECTING)).toEqual(['ordered', 'cancelled'])
  expect(await only()).toMatchObject({ state: 'done' })

  await parcels.order(thread, wanted, 'person:1')
  await parcels.wake()
  const second = (await parcels.list(thread))[1]?.id ?? ''
  happens('collected')
  await parcels.cancel(thread, second, 'person:1')
  await parcels.wake()
  await later()
  expect((await parcels.list(thread))[1]).toMatchObject({ state: 'open' })
  expect(await mails(COLLECTING)).toEqual(['ordered', 'cancelled', 'ordered', 'collected'])
})

test('a carrier that tells without end is bounded, and the end is told', async () => {
  await parcels.order(thread, wanted, 'person:1')
  await later()
  for (let no = 0; no < WAY_LIMITS.steps + 20; no++) {
    world.clock.advance(1000)
    happens('in-transit')
  }
  world.clock.advance(1000)
  happens('delivered')
  await later()
  const told = await mails(COLLECTING)
  expect([told.length, told.at(-1)]).toEqual([WAY_LIMITS.steps + 2, 'delivered'])
})

test(`a case has ${PARCEL_LIMITS.each} parcels at most, and none without a carrier`, async () => {
  for (let no = 0; no < PARCEL_LIMITS.each; no++) await parcels.order(thread, wanted, 'person:1')
  await expect(parcels.order(thread, wanted, 'person:1')).rejects.toThrow('request.conflict')
  await expect(make({ carrier: null }).order(thread, wanted, 'person:1')).rejects.toThrow('mail.url')
})

test('names and addresses lie sealed, stand in no audit row, and go with the purge', async () => {
  await parcels.order(thread, wanted, 'person:1')
  await later()
  const stored = async () =>
    JSON.stringify(
      [await ankang.db.query('SELECT * FROM parcels'), await ankang.db.query('SELECT * FROM audit')],
      (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : (value as unknown)),
    )
  for (const word of Object.values(recipient)) expect(await stored()).not.toContain(word)
  expect(ems.requests.join('\n')).not.toContain(encodeURIComponent(recipient.name))
  await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
  await world.settle()
  const purges = worldPurges(world, ankang)
  expect(await ankang.db.query('SELECT 1 FROM parcels')).toHaveLength(1)
  expect(await purges.preview(thread)).toMatchObject({ projections: 2, search: 3 })
  await purges.purge(thread, 'request', 'person:1')
  expect(await purges.preview(thread)).toMatchObject({ projections: 0, search: 0 })
  expect(await ankang.db.query('SELECT 1 FROM parcels')).toEqual([])
})

test('a look that the own store failed is taken again, without anybody asking', async () => {
  await parcels.order(thread, wanted, 'person:1')
  await parcels.wake()
  await world.settle()
  happens('collected')
  const { db } = ankang
  const query = db.query
  db.query = async () => {
    db.query = query
    throw new Error('SQLITE_BUSY')
  }
  await parcels.wake()
  expect(faults).toHaveLength(1)
  for (let turn = 0; turn < 100 && (await only())?.way.length === 0; turn++) {
    world.clock.advance(1000)
    await world.settle()
  }
  expect((await only())?.way.map(({ state }) => state)).toEqual(['collected'])
})
