import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRestCarrier } from '../../adapters/carrier/rest.ts'
import type { ParcelState } from '../../adapters/sdk/carrier.ts'
import { EMS, EMS_TOKEN, fakeEms } from '../../test/support/fake-ems.ts'
import { createWorld, type World, type WorldCity } from '../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../test/support/world-case.ts'
import { createPurges } from '../cases/purges.ts'
import { createParcels, PARCEL_LIMITS, type Parcels, type ParcelsParts } from './parcels.ts'

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
    ...{ db: ankang.db, clock: world.clock, audit: ankang.audit, own: COLLECTING, pollMs: 60_000 },
    ...{ cases: ankang.cases, agreements: ankang.agreements },
    seal: {
      seal: plain => plain.map(byte => byte ^ 0x5a),
      open: sealed => sealed.map(byte => byte ^ 0x5a),
    },
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
  await parcels.order(thread, wanted, 'person:1')
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
  const asked = ems.requests.length
  await later()
  expect(ems.requests).toHaveLength(asked)
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
  await parcels.retry(thread, id, 'person:1')
  await parcels.wake()
  expect(await only()).toMatchObject({ state: 'open' })
  await expect(parcels.retry(thread, id, 'person:1')).rejects.toThrow('request.conflict')
})

test('an order is taken back before it was collected; after that it goes on', async () => {
  await parcels.order(thread, wanted, 'person:1')
  await parcels.wake()
  const id = (await only())?.id ?? ''
  await parcels.cancel(thread, id, 'person:1')
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
  for (let no = 0; no < PARCEL_LIMITS.steps + 20; no++) {
    world.clock.advance(1000)
    happens('in-transit')
  }
  world.clock.advance(1000)
  happens('delivered')
  await later()
  const told = await mails(COLLECTING)
  expect([told.length, told.at(-1)]).toEqual([PARCEL_LIMITS.steps + 2, 'delivered'])
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
  const purges = createPurges({
    ...{ db: ankang.db, clock: world.clock, audit: ankang.audit, author: () => ankang.exchange.author },
    materials: { ownedBy: async () => 0, ungiven: async () => 0, askGiven: async () => true, forget: async () => 0 },
    drafts: ankang.drafts,
    freed: async () => {},
    backups: async () => [],
    failed: () => {},
  })
  expect(await ankang.db.query('SELECT 1 FROM parcels')).toHaveLength(1)
  expect(await purges.preview(thread)).toMatchObject({ projections: 2, search: 2 })
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
