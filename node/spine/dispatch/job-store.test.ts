import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database, Value } from '../../kernel/store/database.ts'
import { createWantedStore } from '../materials/wanted.ts'
import { createJobStore, releaseJobs } from './job-store.ts'

const C = '610100'
const none = async () => []
let db: Database
let jobs: ReturnType<typeof createJobStore>
let wanted: ReturnType<typeof createWantedStore>

beforeEach(async () => {
  db = await openTestStore()
  jobs = createJobStore(db, none)
  wanted = createWantedStore(db)
})

const material = (size: number) => ({ sha256: randomBytes(32).toString('hex'), size, type: 'image/png' })
type Material = ReturnType<typeof material>

/** A packet of a case that names the materials, none of which is here. */
const queue = (packetNo: number, threadNo: number, named: readonly Material[] = [], partner = C, free = false) =>
  db.transaction(async tx => {
    await tx.run(
      `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, stored_at)
       VALUES (?1, randomblob(32), ?2, ?3, 'in', ?1, zeroblob(32), ?1, 'case.submit', 0, '', 'stored', 0)`,
      [packetNo, threadNo, partner],
    )
    for (const each of named) {
      await tx.run('INSERT INTO packet_materials (packet_no, sha256, size) VALUES (?, unhex(?), ?)', [
        packetNo,
        each.sha256,
        each.size,
      ])
      await wanted.add(tx, partner, each, 0)
    }
    await jobs.insert(tx, { packetNo, threadNo, at: 0, free })
  })
const arrives = (each: Material) =>
  db.transaction(async tx => {
    await wanted.satisfied(tx, each, 0)
    await releaseJobs(tx, each)
  })
const leased = async (): Promise<number | null> => {
  const { jobs: found } = await jobs.lease(0, 1)
  return found[0]?.packetNo ?? null
}
const finish = async (packetNo: number, threadNo: number) => {
  await jobs.finish({ packetNo, threadNo, attempts: 0 }, 0)
  jobs.unlease(packetNo)
}

describe('a lease', () => {
  test('is of one that is known to wait for nothing, whatever else waits; it holds up what follows in its case', async () => {
    await queue(1, 1, [], C, true)
    await queue(2, 1)
    await jobs.releaseAll()
    expect([await leased(), await leased()]).toEqual([1, null])
    await finish(1, 1)
    expect(await leased()).toBe(2)
  })

  test('is of the first open job of its case, and the next one follows when that is done', async () => {
    await queue(1, 1)
    await queue(2, 1)
    await queue(3, 2)
    await queue(4, 1)
    expect([await leased(), await leased(), await leased()]).toEqual([1, 3, null])
    await finish(1, 1)
    expect([await leased(), await leased()]).toEqual([2, null])
    await finish(2, 1)
    expect([await leased(), await leased()]).toEqual([4, null])
  })

  test('is of as many at once as there is room for, each of another case, and of none twice', async () => {
    for (const [packetNo, threadNo] of [
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 4],
    ] as const)
      await queue(packetNo, threadNo)
    const numbers = async (room: number) => (await jobs.lease(0, room)).jobs.map(({ packetNo }) => packetNo)
    expect(await numbers(2)).toEqual([1, 3])
    expect(await numbers(2)).toEqual([4, 5])
    expect(await numbers(2)).toEqual([])
    await finish(1, 1)
    expect(await numbers(2)).toEqual([2])
  })

  test('tells when the next job is due, though others are under way', async () => {
    await queue(1, 1)
    await queue(2, 2)
    await db.transaction(tx => jobs.retry(tx, { packetNo: 2, threadNo: 2, attempts: 0 }, { code: 'internal' }, 0, 7))
    expect(await jobs.lease(6, 5)).toMatchObject({ jobs: [{ packetNo: 1 }], nextAt: 7 })
    expect(await jobs.lease(6, 5)).toEqual({ jobs: [], nextAt: 7 })
    expect(await jobs.lease(7, 5)).toMatchObject({ jobs: [{ packetNo: 2, attempts: 1 }], nextAt: null })
    expect(await jobs.lease(8, 5)).toEqual({ jobs: [], nextAt: null })
  })

  test('that the store did not take is none', async () => {
    await queue(1, 1)
    let fails = true
    const { transaction } = db
    const failing = createJobStore(
      {
        ...db,
        transaction: work =>
          transaction(async tx => {
            const value = await work(tx)
            if (fails) throw new Error('disk full')
            return value
          }),
      },
      none,
    )
    await expect(failing.lease(0, 1)).rejects.toThrow('disk full')
    fails = false
    expect((await failing.lease(0, 1)).jobs).toMatchObject([{ packetNo: 1 }])
  })

  test('is none to end by hand', async () => {
    await queue(1, 1)
    const byHand = () => db.transaction(tx => jobs.endByHand(tx, { packetNo: 1, threadNo: 1, attempts: 0 }, 0))
    expect(await leased()).toBe(1)
    expect(await byHand()).toBe(false)
    jobs.unlease(1)
    expect(await byHand()).toBe(true)
    expect(await leased()).toBeNull()
  })

  test('waits for every material of the packet, of the size that it named, and for no other', async () => {
    const first = material(10)
    const second = material(20)
    const other = material(30)
    await queue(1, 1, [first, second])
    await queue(2, 2, [{ ...second, size: 21 }], '610900')
    await queue(3, 1, [other])
    await arrives(first)
    expect(await leased()).toBeNull()
    await arrives(second)
    // The false size of the other packet is its own affair.
    expect([await leased(), await leased()]).toEqual([1, null])
    await finish(1, 1)
    expect(await leased()).toBeNull()
    await arrives(other)
    expect([await leased(), await leased()]).toEqual([3, null])
  })

  test('is found without a look at what is blocked', async () => {
    const asked: { sql: string; params: readonly Value[] | undefined }[] = []
    const { transaction } = db
    const listening: Database = {
      ...db,
      transaction: work =>
        transaction(tx =>
          work({
            ...tx,
            query: (sql, params) => {
              asked.push({ sql, params })
              return tx.query(sql, params)
            },
          }),
        ),
    }
    await createJobStore(listening, none).lease(5, 1)
    expect(asked).toHaveLength(1)
    const plan = await db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${asked[0]?.sql}`, asked[0]?.params)
    const [jobsFound, ...rest] = plan.map(({ detail }) => detail)
    expect(jobsFound).toContain('INDEX dispatch_jobs_due')
    expect(rest).toHaveLength(2)
    for (const detail of rest) expect(detail).toContain('INTEGER PRIMARY KEY')
  })

  test('after a start, what blocks each job is what the store says', async () => {
    const one = material(10)
    await queue(1, 1)
    await queue(2, 1)
    await queue(3, 2, [one])
    expect(await leased()).toBe(1)
    // As an earlier version left it, and a job that is gone with its packet.
    await db.transaction(tx => tx.run('UPDATE dispatch_jobs SET blocked = 1 - blocked'))
    await db.transaction(tx => tx.run('DELETE FROM dispatch_jobs WHERE packet_no = 1'))
    await jobs.releaseAll()
    expect([await leased(), await leased()]).toEqual([2, null])
  })
})
