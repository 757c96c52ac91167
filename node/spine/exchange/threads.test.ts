import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createCaseKeys, type Seal } from '../../kernel/keys/case-keys.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { WORK } from './budget.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import { createPacketStore, type PacketStore } from './packet-store.ts'
import type { StoredPacket } from './ports.ts'
import { createThreads, type HeldThread, type Threads } from './threads.ts'

const PARTNER = '610100'
const idOf = (name: number): string => name.toString(16).padStart(32, '0')

let db: Database
let store: PacketStore
let threads: Threads
let place = 0

beforeEach(async () => {
  db = await openTestStore()
  const plain: Seal = { seal: bytes => bytes, open: bytes => bytes }
  store = createPacketStore(createCaseKeys({ seal: plain, sealOf: () => plain, randomBytes: n => new Uint8Array(n) }))
  threads = createThreads(store)
  place = 0
})
afterEach(() => db.close())

async function put(tx: Transaction, threadNo: number, thread: string, size = 100): Promise<StoredPacket> {
  place++
  const id = place.toString(16).padStart(64, '0')
  const claims: PacketClaims = {
    v: 1,
    iss: PARTNER,
    aud: '420300',
    thread,
    kind: 'case.message',
    seq: place,
    prev: null,
    seen: null,
    iat: 1,
    body: { sha256: 'ab'.repeat(32), size, type: 'application/json' },
    materials: [],
  }
  const body = { text: 'x'.repeat(Math.max(0, size - 11)) }
  const no = await store.insert(
    tx,
    {
      id,
      claims,
      threadNo,
      partner: PARTNER,
      direction: 'in',
      status: 'pending',
      receiptNo: null,
      at: 0,
      jws: `a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.b`,
      bodyBytes: encodeUtf8(JSON.stringify(body)),
    },
    { n: place, hash: id },
  )
  return { id, claims, body, no, direction: 'in', status: 'pending' }
}

const begun = (name: number, sizes: readonly number[]): Promise<number> =>
  db.transaction(async tx => {
    const no = await store.beginThread(tx, idOf(name), 'case', PARTNER, 0)
    if (no === null) throw new Error('begun before')
    for (const size of sizes) await put(tx, no, idOf(name), size)
    return no
  })

/** Opens a thread in a batch of its own: what it holds, what that cost, and whether its bodies were read. */
async function opened(
  name: number,
  then: (tx: Transaction, thread: HeldThread | null) => Promise<void> = async () => {},
) {
  let bodies = 0
  return db.transaction(async tx => {
    const watched: Transaction = {
      ...tx,
      query: (sql, ...rest) => {
        if (sql.includes('b.sealed')) bodies++
        return tx.query(sql, ...rest)
      },
    }
    const batch = threads.batch(watched)
    const thread = await batch.open(idOf(name))
    await then(tx, thread)
    return { packets: thread?.packets.length ?? null, read: bodies > 0, work: batch.work }
  })
}

describe('a thread that was read', () => {
  test('is not read again while it stands as it was', async () => {
    await begun(1, [100, 100])
    expect(await opened(1)).toEqual({ packets: 2, read: true, work: 0 })
    expect(await opened(1)).toEqual({ packets: 2, read: false, work: 0 })
  })

  test.each<[string, (tx: Transaction, no: number) => Promise<unknown>, number]>([
    ['a packet joined it elsewhere', (tx, no) => put(tx, no, idOf(1)), 3],
    ['a packet was taken out', tx => tx.run(`UPDATE packets SET status = 'refused' WHERE no = 2`), 1],
    ['a receipt came', tx => tx.run(`UPDATE packets SET status = 'stored' WHERE no = 2`), 2],
    ['a body was deleted', tx => tx.run('DELETE FROM bodies WHERE packet_no = 1'), 2],
  ])('is read again when %s', async (_, change, packets) => {
    const no = await begun(1, [100, 100])
    await opened(1)
    await db.transaction(tx => change(tx, no))
    expect(await opened(1)).toEqual({ packets, read: true, work: 0 })
    expect(await opened(1)).toMatchObject({ packets, read: false })
  })

  test('holds what joined it in its batch, unless that was rolled back', async () => {
    const no = await begun(1, [100])
    const join = (fails: boolean) =>
      db.transaction(async tx => {
        const batch = threads.batch(tx)
        const thread = await batch.open(idOf(1))
        const packets = [...(thread?.packets ?? []), await put(tx, no, idOf(1))]
        batch.joined(idOf(1), { no, partner: PARTNER, packets })
        expect((await batch.open(idOf(1)))?.packets).toHaveLength(packets.length)
        if (fails) throw new Error('rolled back')
      })
    await expect(join(true)).rejects.toThrow('rolled back')
    place--
    expect(await opened(1)).toMatchObject({ packets: 1 })
    await join(false)
    expect(await opened(1)).toMatchObject({ packets: 2, read: false })
  })

  test('one that nobody began is none, until it begins', async () => {
    expect(await opened(7)).toMatchObject({ packets: null })
    await begun(7, [100])
    expect(await opened(7)).toMatchObject({ packets: 1 })
  })
})

describe('bounds', () => {
  test('threads are held up to so many bytes, in a batch and between batches, the last one always', async () => {
    const each = Array.from({ length: 20 }, () => 100_000)
    for (let name = 0; name < 12; name++) await begun(name, each)
    await db.transaction(async tx => {
      const batch = threads.batch(tx)
      for (let name = 0; name < 12; name++) expect((await batch.open(idOf(name)))?.packets).toHaveLength(20)
    })
    expect(threads.bytes()).toBeGreaterThan(EXCHANGE_LIMITS.threadsHeld / 2)
    expect(threads.bytes()).toBeLessThanOrEqual(EXCHANGE_LIMITS.threadsHeld)
    expect(await opened(11)).toMatchObject({ read: false })
    expect(await opened(0)).toMatchObject({ read: true })
  })

  test('to read a large thread costs work, and so does to go through a long one; a usual one costs none', async () => {
    await begun(
      1,
      Array.from({ length: 10 }, () => 5_000),
    )
    await begun(
      2,
      Array.from({ length: 10 }, () => 200_000),
    )
    await begun(
      3,
      Array.from({ length: EXCHANGE_LIMITS.threadWalked + 100 }, () => 11),
    )
    expect((await opened(1)).work).toBe(0)
    expect((await opened(2)).work).toBeGreaterThan(10_000)
    expect((await opened(2)).work).toBe(0)
    const first = await opened(3)
    const again = await opened(3)
    expect(first.work).toBeGreaterThan(again.work)
    expect(again.work).toBe(100 * WORK.walked)
  })
})
