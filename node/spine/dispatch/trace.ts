/**
 * A trace of what the approval system was sent and what it answered (往来跟踪), for whoever sets up its mapping. It holds personal data, so
 * it is kept only while an administrator has switched it on, for hours; sealed with the key of its case, gone with the purge; and a look
 * at an exchange leaves an audit row. What is of no case goes with any purge: a page of answers may name the case.
 */
import type { Exchange } from '../../../adapters/sdk/port.ts'
import { decodeUtf8, encodeUtf8 } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { CallKind } from './calls.ts'
import { MAIN } from './numbers.ts'

export const TRACE_LIMITS = {
  /** hours for which it is switched on at most, each time */
  hours: 72,
  /** exchanges that are kept, the newest */
  exchanges: 200,
  /** bytes of all that are kept, sealed */
  bytes: 16 * 1024 * 1024,
  /** days for which one is kept */
  days: 7,
  /** exchanges that wait to be written; more are left out */
  waiting: 64,
} as const

const HOUR = 3_600_000
const UNTIL = 'trace until'

/** An exchange without what it holds of a person. `call`: in which call of the adapter. Times in ms. */
export type TracedExchange = {
  no: number
  at: number
  /** of the approval system, as the store names it */
  adapter: string
  call: CallKind
  thread: string | null
  caseNo: string | null
  /** null: no answer came */
  status: number | null
  ms: number
  bytes: number
}

type Said = Pick<Exchange, 'request' | 'answer' | 'why'>
/** An exchange with what was said. `packet`: id of the packet that was handed over; null of any other call. */
export type RecordedExchange = Pick<TracedExchange, 'at' | 'call' | 'status'> & Said & { packet: string | null }

type Row = Omit<TracedExchange, 'thread' | 'caseNo'> & { thread: Uint8Array | null; case_no: string | null }

export type TraceParts = {
  db: Database
  keys: Pick<CaseKeys, 'seal' | 'open' | 'newKey' | 'sealWith' | 'openWith'>
  clock: Clock
  audit: Audit
  failed: (error: unknown) => void
}

export type Trace = ReturnType<typeof createTrace>

/** Deletes the exchanges of a case, and those of none. */
export const forgetTrace = (tx: Transaction, threadNo: number): Promise<number> =>
  tx.run('DELETE FROM adapter_trace WHERE thread_no = ? OR thread_no IS NULL', [threadNo])

export function createTrace({ db, keys, clock, audit, failed }: TraceParts) {
  let until = 0
  let waiting = 0
  let written: Promise<void> = Promise.resolve()
  let cancel = () => {}

  const context = (no: number): string => `adapter trace ${no}`
  const oldest = () => clock.now() - TRACE_LIMITS.days * 24 * HOUR

  async function write(
    adapter: string,
    call: CallKind,
    threadNo: number | null,
    packet: string | null,
    { at, ms, status, ...said }: Exchange,
  ): Promise<void> {
    const plain = encodeUtf8(JSON.stringify({ ...said, packet }))
    await db.transaction(async tx => {
      const [last] = await tx.query<{ no: number | null }>('SELECT max(no) AS no FROM adapter_trace')
      const no = (last?.no ?? 0) + 1
      const key = threadNo === null ? keys.newKey(context(no)) : null
      const sealed =
        key === null ? await keys.seal(tx, threadNo ?? 0, plain, context(no)) : keys.sealWith(key, plain, context(no))
      await tx.run(
        'INSERT INTO adapter_trace (no, at, adapter, call, thread_no, status, ms, bytes, sealed, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        [no, at, adapter, call, threadNo, status, Math.round(ms), sealed.byteLength, sealed, key],
      )
      await tx.run(
        `DELETE FROM adapter_trace WHERE at < ? OR no IN (SELECT no FROM (SELECT no, row_number() OVER newest AS place, sum(bytes) OVER newest AS held
           FROM adapter_trace WINDOW newest AS (ORDER BY no DESC)) counted WHERE place > ? OR held > ?)`,
        [oldest(), TRACE_LIMITS.exchanges, TRACE_LIMITS.bytes],
      )
    })
  }

  /** Deletes what is too old, and comes back each hour while anything is kept or may be. */
  async function sweep(): Promise<void> {
    cancel()
    await db.transaction(tx => tx.run('DELETE FROM adapter_trace WHERE at < ?', [oldest()]).then(() => {}))
    const [row] = await db.query<{ n: number }>('SELECT count(*) AS n FROM adapter_trace')
    if ((row?.n ?? 0) > 0 || clock.now() < until) cancel = clock.after(HOUR, () => void sweep().catch(failed))
  }

  return {
    async start(): Promise<void> {
      const [row] = await db.query<{ value: string }>('SELECT value FROM adapter_state WHERE key = ?', [UNTIL])
      until = Number(row?.value ?? 0)
      const [held] = await db.query('SELECT 1 FROM adapter_trace LIMIT 1')
      if (held !== undefined || clock.now() < until) await sweep()
    },

    async stop(): Promise<void> {
      cancel()
      await written
    },

    /**
     * What an adapter tells its exchanges to during a call, with the id of the packet that it takes; undefined while nothing is traced.
     * `adapter`: as the store names it.
     */
    of(
      call: CallKind,
      threadNo: () => number | null | Promise<number | null>,
      packet: string | null = null,
      adapter: string = MAIN,
    ): ((exchange: Exchange) => void) | undefined {
      if (clock.now() >= until) return undefined
      return exchange => {
        if (waiting >= TRACE_LIMITS.waiting) return
        waiting++
        written = written
          .then(async () => write(adapter, call, await threadNo(), packet, exchange))
          .catch(failed)
          .finally(() => {
            waiting--
          })
      }
    },

    /** Traces for so many hours from now; 0 ends it and deletes what is kept. Until when, ms. */
    async trace(hours: number, by: string): Promise<number> {
      await written
      const end = hours === 0 ? 0 : clock.now() + hours * HOUR
      await db.transaction(async tx => {
        await act(tx)
        await tx.run(
          'INSERT INTO adapter_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
          [UNTIL, String(end)],
        )
        if (hours === 0) await tx.run('DELETE FROM adapter_trace')
        await audit.append(tx, {
          actor: by,
          action: hours === 0 ? 'adapter-trace.off' : 'adapter-trace.on',
          subject: 'approval-system',
          detail: { hours },
        })
        tx.afterCommit(() => {
          until = end
        })
      })
      await sweep()
      return end
    },

    /** Until when it is traced, 0: it is not; and what is kept, the newest first, without what was said; of one system, or of all. */
    async list(adapter: string | null = null): Promise<{ until: number; exchanges: TracedExchange[] }> {
      const rows = await db.query<Row>(
        `SELECT a.no, a.at, a.adapter, a.call, t.thread, c.case_no, a.status, a.ms, a.bytes FROM adapter_trace a
         LEFT JOIN threads t ON t.no = a.thread_no LEFT JOIN cases c ON c.thread_no = a.thread_no
         WHERE a.at >= ? AND a.adapter = coalesce(?, a.adapter) ORDER BY a.no DESC`,
        [oldest(), adapter],
      )
      return {
        until: clock.now() < until ? until : 0,
        exchanges: rows.map(({ thread, case_no, ...row }) => ({
          ...row,
          thread: thread === null ? null : Buffer.from(thread).toString('hex'),
          caseNo: case_no,
        })),
      }
    },

    /** What is kept of a case, or of none, the oldest first: personal data, and whoever asks leaves the audit row. */
    async contents(threadNo: number | null): Promise<RecordedExchange[]> {
      const rows = await db.query<{
        no: number
        at: number
        call: CallKind
        status: number | null
        sealed: Uint8Array
        key: Uint8Array | null
      }>('SELECT no, at, call, status, sealed, key FROM adapter_trace WHERE thread_no IS ? AND at >= ? ORDER BY no', [
        threadNo,
        oldest(),
      ])
      const opened: RecordedExchange[] = []
      for (const { no, at, call, status, sealed, key } of rows) {
        const plain =
          threadNo === null
            ? keys.openWith(key, sealed, context(no))
            : await keys.open(db, threadNo, sealed, context(no))
        if (plain === null) continue
        const { packet = null, ...said } = JSON.parse(decodeUtf8(plain)) as Said & { packet?: string | null }
        opened.push({ at, call, status, packet, ...said })
      }
      return opened
    },

    /** What was sent and answered: personal data, so that the look leaves an audit row. Problem: `request.not-found`. */
    async show(no: number, by: string): Promise<Said> {
      const [row] = await db.query<{
        thread_no: number | null
        thread: Uint8Array | null
        sealed: Uint8Array
        key: Uint8Array | null
      }>(
        `SELECT a.thread_no, t.thread, a.sealed, a.key FROM adapter_trace a LEFT JOIN threads t ON t.no = a.thread_no
         WHERE a.no = ? AND a.at >= ?`,
        [no, oldest()],
      )
      const plain =
        row === undefined
          ? null
          : row.thread_no === null
            ? keys.openWith(row.key, row.sealed, context(no))
            : await keys.open(db, row.thread_no, row.sealed, context(no))
      if (row === undefined || plain === null) throw new ProblemError('request.not-found', 'no')
      await db.transaction(tx =>
        audit.append(tx, {
          actor: by,
          action: 'case.read',
          subject: row.thread === null ? 'approval-system' : Buffer.from(row.thread).toString('hex'),
          detail: { for: 'trace', exchange: no },
        }),
      )
      return JSON.parse(decodeUtf8(plain)) as Said
    },
  }
}
