/**
 * To which approval system each case went (固定去向): found by the routes when the case comes, and kept, for a case stays where it began.
 * A city with one system asks the store for nothing. A case without a pin is one of the main system, also one of before there were
 * several; where there is no main one any more, it waits for that if that knows it by a number, and goes by the routes if nobody does.
 */

import { toHex } from '../../../protocol/primitives.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import { createJobStore, type Job, type NewJob } from './job-store.ts'
import { pinVersion } from './mapping-store.ts'
import { MAIN } from './numbers.ts'

/** What of a case decides to which system it goes. `from`: division code of the collecting city. */
export type About = { item: string; mode: number; from: string }

/** A case that begins; `submittedAt` in ms since the epoch. */
export type Begun = About & { submittedAt: number }

/** The name of the system to which a case goes; null: to none. */
export type Route = (about: About) => string | null

/** How the store names the adapter of a case that no route took. No name has this form. */
const NOWHERE = '?'

type PinsParts = {
  db: Database
  route: Route
  /** of the systems that there are; the main one has none */
  names: readonly string[]
  /** hash of the mapping with which a case of that system begins; null: it has no versions */
  versionOf: (adapter: string, submittedAt: number) => string | null
}

export function createPins({ db, route, names, versionOf }: PinsParts) {
  const configured = names.length > 1 || names[0] !== MAIN
  /** whether cases may be at another system than the main one; until the start nobody knows */
  let several = true

  async function of(reader: Reader, threadNo: number): Promise<string> {
    if (!several) return MAIN
    const [row] = await reader.query<{ adapter: string }>('SELECT adapter FROM case_adapters WHERE thread_no = ?', [
      threadNo,
    ])
    return row?.adapter ?? MAIN
  }

  /** A case of the main system has a row only where that has versions. */
  async function set(tx: Transaction, threadNo: number, adapter: string, submittedAt: number): Promise<void> {
    const version = versionOf(adapter, submittedAt)
    if (adapter !== MAIN || version !== null) await pinVersion(tx, threadNo, adapter, version)
    else await tx.run('DELETE FROM case_adapters WHERE thread_no = ?', [threadNo])
  }

  return {
    nowhere: NOWHERE,
    of,

    async start(): Promise<void> {
      const rows = await db.query(`SELECT 1 AS one FROM case_adapters WHERE adapter <> '${MAIN}' LIMIT 1`)
      several = configured || rows.length > 0
    },

    /** The system of a case, found by the routes where it begins. */
    async pin(tx: Transaction, threadNo: number, about: Begun | undefined): Promise<string> {
      if (about === undefined) return of(tx, threadNo)
      const adapter = configured ? (route(about) ?? NOWHERE) : MAIN
      if (adapter !== MAIN || versionOf(adapter, about.submittedAt) !== null)
        await set(tx, threadNo, adapter, about.submittedAt)
      return adapter
    },

    /** Queues a packet of a case that no system here can be given. */
    insertStray: (tx: Transaction, job: NewJob, adapter: string): Promise<void> =>
      createJobStore(db, async () => [], adapter).insert(tx, job),

    /** Jobs that no system here can be given and that are not parked. */
    async strays(tx: Transaction): Promise<{ job: Job; thread: string; adapter: string }[]> {
      const rows = await tx.query<{ packet_no: number; thread_no: number; thread: Uint8Array; adapter: string }>(
        `SELECT j.packet_no, j.thread_no, t.thread, j.adapter FROM dispatch_jobs j JOIN threads t ON t.no = j.thread_no
         WHERE j.state <> 'done' AND j.state = 'ready' AND j.handed_at IS NULL
           AND j.adapter NOT IN (SELECT value FROM json_each(?))`,
        [JSON.stringify(names)],
      )
      return rows.map(({ packet_no, thread_no, thread, adapter }) => ({
        job: { packetNo: packet_no, threadNo: thread_no, attempts: 0 },
        thread: toHex(thread),
        adapter,
      }))
    },

    async isStray(tx: Transaction, packetNo: number): Promise<boolean> {
      const [row] = await tx.query<{ adapter: string }>(
        `SELECT adapter FROM dispatch_jobs WHERE packet_no = ? AND state = 'parked'`,
        [packetNo],
      )
      return row !== undefined && !names.includes(row.adapter)
    },

    /** Routes may take now what none took, or what a system that is gone had not taken, while none knows the case; and one may be back. */
    async routeAnew(tx: Transaction): Promise<void> {
      const rows = await tx.query<{
        thread_no: number
        adapter: string
        item_code: string
        mode: number
        partner: string
        local_case_no: string | null
        submitted_at: number
      }>(
        `SELECT DISTINCT j.thread_no, j.adapter, c.item_code, c.mode, c.partner, c.local_case_no, c.submitted_at FROM dispatch_jobs j
         JOIN cases c ON c.thread_no = j.thread_no
         WHERE j.state <> 'done' AND j.state = 'parked'
           AND (j.problem ->> '$.code' = 'adapter.no-route' OR j.adapter NOT IN (SELECT value FROM json_each(?)))`,
        [JSON.stringify(names)],
      )
      for (const { thread_no, adapter, item_code: item, mode, partner: from, local_case_no, submitted_at } of rows) {
        const found = names.includes(adapter) || local_case_no !== null ? adapter : route({ item, mode, from })
        if (found === null || !names.includes(found)) continue
        if (found !== adapter) await set(tx, thread_no, found, submitted_at)
        await tx.run(`UPDATE dispatch_jobs SET adapter = ? WHERE thread_no = ? AND state <> 'done'`, [found, thread_no])
        await tx.run(
          `UPDATE dispatch_jobs SET state = 'ready', next_at = 0 WHERE thread_no = ? AND state <> 'done' AND state = 'parked'
             AND problem ->> '$.code' = 'adapter.no-route'`,
          [thread_no],
        )
      }
    },
  }
}
