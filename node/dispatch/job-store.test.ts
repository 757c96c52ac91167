import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { openTestStore } from '../../test/support/store.ts'
import { createWantedStore } from '../materials/wanted.ts'
import type { Database } from '../store/database.ts'
import { createJobStore } from './job-store.ts'

const C = '610100'
let db: Database
let jobs: ReturnType<typeof createJobStore>
let wanted: ReturnType<typeof createWantedStore>

beforeEach(async () => {
  db = await openTestStore()
  jobs = createJobStore(db)
  wanted = createWantedStore(db)
})

const material = (size: number) => ({ sha256: randomBytes(32).toString('hex'), size, type: 'image/png' })
type Material = ReturnType<typeof material>

/** A packet of a case that names the materials, none of which is here. */
const queue = (packetNo: number, threadNo: number, named: readonly Material[] = [], partner = C) =>
  db.transaction(async tx => {
    await tx.run(
      `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, stored_at)
       VALUES (?1, randomblob(32), ?2, ?3, 'in', ?1, zeroblob(32), ?1, 'case.submit', 0, '', 'stored', 0)`,
      [packetNo, threadNo, partner],
    )
    for (const each of named) {
      await tx.run('INSERT INTO packet_materials (packet_no, sha256, size) VALUES (?, unhex(?), ?)', [
        ...[packetNo, each.sha256, each.size],
      ])
      await wanted.add(tx, partner, each, 0)
    }
    await jobs.insert(tx, { packetNo, threadNo, at: 0 })
  })
const arrives = (each: Material) =>
  db.transaction(async tx => {
    await wanted.satisfied(tx, each, 0)
    await jobs.released(tx, each)
  })
const leased = async (): Promise<number | null> => {
  const found = await jobs.lease(0)
  return 'job' in found ? found.job.packetNo : null
}
const finish = (packetNo: number, threadNo: number) => jobs.finish({ packetNo, threadNo, attempts: 0 }, 0)

describe('a lease', () => {
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

  test('waits for every material of the packet, of the size that it named, and for no other', async () => {
    const [first, second, other] = [material(10), material(20), material(30)]
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
    const plans: string[] = []
    const query = db.query
    for (const sql of [
      `SELECT packet_no, thread_no, attempts FROM dispatch_jobs WHERE state = 'ready' AND blocked = 0 AND next_at <= 5 ORDER BY next_at, packet_no LIMIT 1`,
      `SELECT min(next_at) AS next FROM dispatch_jobs WHERE state = 'ready' AND blocked = 0 AND next_at > 5`,
    ]) {
      const rows = await query.call(db, `EXPLAIN QUERY PLAN ${sql}`, [])
      plans.push(...(rows as { detail: string }[]).map(({ detail }) => detail))
    }
    expect(plans).toHaveLength(2)
    for (const plan of plans) expect(plan).toContain('INDEX dispatch_jobs_due')
  })

  test('after a start, what blocks each job is what the store says', async () => {
    const [one] = [material(10)]
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
