/**
 * The adapter's durable memory, sealed; its keys stand apart from the node's own. What is written while a packet is delivered
 * belongs to that case: sealed with its key, and gone with its purge. Everything else is sealed with the node's key.
 */
import type { AdapterState } from '../../../adapters/sdk/port.ts'
import { decodeUtf8, encodeUtf8 } from '../../../protocol/primitives.ts'
import type { CaseKeys, Seal } from '../../kernel/keys/case-keys.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import { forgetTrace } from './trace.ts'

export type AdapterStateParts = { db: Database; seal: Seal; keys: Pick<CaseKeys, 'seal' | 'open'> }

/** Of before, values were kept open. */
type Row = { value: string | Uint8Array; thread_no: number | null }

/** Values that one transaction seals. */
const PAGE = 200

export const STATE_LIMITS = {
  /** values that one `list` gives */
  page: 500,
} as const

const context = (key: string): string => `adapter state ${key}`

/** `of`: the memory as an adapter sees it while it takes a packet of that thread; null: in any other call. */
export function createAdapterState({ db, seal, keys }: AdapterStateParts) {
  const rowOf = async (reader: Reader, key: string): Promise<Row | null> => {
    const [row] = await reader.query<Row>('SELECT value, thread_no FROM adapter_state WHERE key = ?', [key])
    return row ?? null
  }

  async function read(reader: Reader, key: string): Promise<string | null> {
    const row = await rowOf(reader, key)
    if (row === null) return null
    const { value, thread_no } = row
    if (typeof value === 'string') return value
    const plain =
      thread_no === null ? seal.open(value, context(key)) : await keys.open(reader, thread_no, value, context(key))
    return plain === null ? null : decodeUtf8(plain)
  }

  /** What a case owns stays its own, whoever writes it later. */
  async function put(tx: Transaction, key: string, text: string, threadNo: number | null): Promise<void> {
    const owner = threadNo ?? (await rowOf(tx, key))?.thread_no ?? null
    const plain = encodeUtf8(text)
    const value = owner === null ? seal.seal(plain, context(key)) : await keys.seal(tx, owner, plain, context(key))
    await tx.run(
      `INSERT INTO adapter_state (key, value, thread_no) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, thread_no = excluded.thread_no`,
      [key, value, owner],
    )
  }

  /** Values of the adapter, of one case where `threadNo` names it. */
  async function list(prefix: string, after: string | null, limit: number, threadNo: number | null) {
    const rows = await db.query<{ key: string }>(
      `SELECT key FROM adapter_state WHERE key >= ? AND key < ? AND key > ? AND (? IS NULL OR thread_no = ?) ORDER BY key LIMIT ?`,
      [
        `a ${prefix}`,
        `a ${prefix}\u{10ffff}`,
        `a ${after ?? ''}`,
        threadNo,
        threadNo,
        Math.min(limit, STATE_LIMITS.page),
      ],
    )
    const found: { key: string; value: string }[] = []
    for (const { key } of rows) {
      const value = await read(db, key)
      if (value !== null) found.push({ key: key.slice('a '.length), value })
    }
    return found
  }

  const of = (threadNo: number | null): AdapterState => ({
    get: key => read(db, `a ${key}`),
    put: (key, value) => db.transaction(tx => put(tx, `a ${key}`, value, threadNo)),
    claim: (key, make) =>
      db.transaction(async tx => {
        const held = await read(tx, `a ${key}`)
        if (held !== null) return held
        const value = make()
        await put(tx, `a ${key}`, value, threadNo)
        return value
      }),
    delete: key =>
      db.transaction(async tx => void (await tx.run('DELETE FROM adapter_state WHERE key = ?', [`a ${key}`]))),
    list: (prefix, after, limit) => list(prefix, after, limit, threadNo),
    update: (key, change) =>
      db.transaction(async tx => {
        const value = change(await read(tx, `a ${key}`))
        if (value === null) await tx.run('DELETE FROM adapter_state WHERE key = ?', [`a ${key}`])
        else await put(tx, `a ${key}`, value, threadNo)
        return value
      }),
    next: counter =>
      db.transaction(async tx => {
        const value = Number((await rowOf(tx, `n ${counter}`))?.value ?? '0') + 1
        await tx.run(
          'INSERT INTO adapter_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
          [`n ${counter}`, String(value)],
        )
        return value
      }),
  })

  return {
    of,

    /** Seals what an earlier program kept open, page by page; how many. */
    async adopt(signal: AbortSignal): Promise<number> {
      let done = 0
      while (!signal.aborted) {
        const page = await db.transaction(async tx => {
          const rows = await tx.query<{ key: string; value: string }>(
            `SELECT key, value FROM adapter_state WHERE key >= 'a ' AND key < 'a!' AND typeof(value) = 'text' LIMIT ?`,
            [PAGE],
          )
          for (const { key, value } of rows) await put(tx, key, value, null)
          return rows.length
        })
        done += page
        if (page < PAGE) break
      }
      return done
    },

    /** Deletes what belongs to a case, and what is traced of it; how many values. */
    async forget(tx: Transaction, threadNo: number): Promise<number> {
      await forgetTrace(tx, threadNo)
      return tx.run('DELETE FROM adapter_state WHERE thread_no = ?', [threadNo])
    },
  }
}
