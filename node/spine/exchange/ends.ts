/** The ends of both chains of a thread, as the version by which somebody says how far it was read (If-Match). May import the store. */
import { toHex } from '../../../protocol/primitives.ts'
import type { Done } from '../../kernel/seen.ts'
import type { Reader } from '../../kernel/store/database.ts'

const END = 16

/** Columns `last_out` and `last_in` of a query: the ids of the last packets of the thread whose number `threadNo` names. */
export const endColumns = (threadNo: string): string =>
  (['out', 'in'] as const)
    .map(
      direction =>
        `(SELECT p.id FROM packets p WHERE p.thread_no = ${threadNo} AND p.direction = '${direction}'
           AND p.status <> 'refused' ORDER BY p.seq DESC LIMIT 1) AS last_${direction}`,
    )
    .join(', ')

export type Ends = { last_out: Uint8Array | null; last_in: Uint8Array | null }

const endOf = (id: string | null): string => id?.slice(0, END) ?? '0'
const hex = (id: Uint8Array | null): string | null => (id === null ? null : toHex(id))

/** Of a thread as it is. */
export const versionOfEnds = ({ last_out, last_in }: Ends): string => versionAt(hex(last_out), hex(last_in))

/** Of a thread as the author of a packet had it before: by its claims `prev` and `seen`. */
export const versionAt = (own: string | null, other: string | null): string => `${endOf(own)}.${endOf(other)}`

/** What was done last to a thread here, as the audit log tells it. */
export async function lastHere(store: Reader, thread: string, actions: readonly string[]): Promise<Done[]> {
  return store.query<Done>(
    `SELECT actor AS "by", action, at FROM audit WHERE subject = ? AND action IN (${actions.map(() => '?').join(', ')})
     ORDER BY no DESC LIMIT 1`,
    [thread, ...actions],
  )
}

/** What the other city said last in a thread. */
export async function lastThere(store: Reader, threadNo: number): Promise<Done[]> {
  const rows = await store.query<{ partner: string; kind: string; iat: number }>(
    `SELECT partner, kind, iat FROM packets WHERE thread_no = ? AND direction = 'in' AND status <> 'refused'
     ORDER BY seq DESC LIMIT 1`,
    [threadNo],
  )
  return rows.map(({ partner, kind, iat }) => ({ by: `city:${partner}`, action: kind, at: iat * 1000 }))
}
