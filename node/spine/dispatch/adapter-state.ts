/**
 * The adapter's durable memory, sealed; its keys stand apart from the node's own. What is written while a packet is delivered
 * belongs to that case: sealed with its key, and gone with its purge. Everything else is sealed with the node's key.
 */
import type { AdapterState } from '../../../adapters/sdk/port.ts'
import { decodeUtf8, encodeUtf8 } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { CaseKeys, Seal } from '../../kernel/keys/case-keys.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import { MAIN } from './numbers.ts'
import { forgetTrace } from './trace.ts'

export type AdapterStateParts = { db: Database; seal: Seal; keys: Pick<CaseKeys, 'seal' | 'open'> }

/** Of before, values were kept open. */
type Row = { value: string | Uint8Array; thread_no: number | null }

/** Values that one transaction seals. */
const PAGE = 200

export const STATE_LIMITS = {
  /** characters of a key */
  key: 200,
  /** bytes of a value */
  value: 64 * 1024,
  /** values of one case */
  ofCase: 1_000,
  /** values that one `list` gives */
  page: 500,
} as const

const context = (key: string): string => `adapter state ${key}`

/** Problem: `adapter.mapping`, which no further try cures: whoever wrote the adapter or its mapping must. */
const tooMuch = (why: string) => new ProblemError('adapter.mapping', why)

function checkKey(key: string): void {
  if (key.length > STATE_LIMITS.key) throw tooMuch(`state: a key is longer than ${STATE_LIMITS.key} characters`)
}

/** What the keys of values and of counters begin with: of several approval systems each has its own, and the main one has no name. */
const spacesOf = (adapter: string): { values: string; counters: string } =>
  adapter === MAIN ? { values: 'a ', counters: 'n ' } : { values: `b ${adapter} `, counters: `m ${adapter} ` }

/**
 * `of`: the memory of the adapter of that name as it sees it while it takes a packet of that thread; null: in any other call. What is
 * larger than STATE_LIMITS is refused with `adapter.mapping`, and nothing of it is kept.
 */
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
    const held = await rowOf(tx, key)
    const owner = threadNo ?? held?.thread_no ?? null
    const plain = encodeUtf8(text)
    if (plain.byteLength > STATE_LIMITS.value)
      throw tooMuch(`state: a value is larger than ${STATE_LIMITS.value} bytes`)
    if (threadNo !== null && held?.thread_no !== threadNo && (await countOf(tx, threadNo)) >= STATE_LIMITS.ofCase)
      throw tooMuch(`state: more than ${STATE_LIMITS.ofCase} values of one case`)
    const value = owner === null ? seal.seal(plain, context(key)) : await keys.seal(tx, owner, plain, context(key))
    await tx.run(
      `INSERT INTO adapter_state (key, value, thread_no) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, thread_no = excluded.thread_no`,
      [key, value, owner],
    )
  }

  async function countOf(tx: Transaction, threadNo: number): Promise<number> {
    const [row] = await tx.query<{ n: number }>('SELECT count(*) AS n FROM adapter_state WHERE thread_no = ?', [
      threadNo,
    ])
    return row?.n ?? 0
  }

  /** Values of the adapter, of one case where `threadNo` names it. `space`: what all its keys begin with. */
  async function list(
    space: string,
    prefix: string,
    after: string | null,
    limit: number,
    threadNo: number | null,
  ): Promise<{ key: string; value: string }[]> {
    const rows = await db.query<{ key: string }>(
      `SELECT key FROM adapter_state WHERE key >= ? AND key < ? AND key > ? AND (? IS NULL OR thread_no = ?) ORDER BY key LIMIT ?`,
      [
        `${space}${prefix}`,
        `${space}${prefix}\u{10ffff}`,
        `${space}${after ?? ''}`,
        threadNo,
        threadNo,
        Math.min(limit, STATE_LIMITS.page),
      ],
    )
    const found: { key: string; value: string }[] = []
    for (const { key } of rows) {
      const value = await read(db, key)
      if (value !== null) found.push({ key: key.slice(space.length), value })
    }
    return found
  }

  function of(threadNo: number | null, adapter: string = MAIN): AdapterState {
    const { values: space, counters } = spacesOf(adapter)
    const placeOf = (key: string): string => {
      checkKey(key)
      return `${space}${key}`
    }
    return {
      get: async key => read(db, placeOf(key)),
      put: async (key, value) => db.transaction(tx => put(tx, placeOf(key), value, threadNo)),
      claim: async (key, make) =>
        db.transaction(async tx => {
          const held = await read(tx, placeOf(key))
          if (held !== null) return held
          const value = make()
          await put(tx, placeOf(key), value, threadNo)
          return value
        }),
      delete: async key =>
        db.transaction(async tx => void (await tx.run('DELETE FROM adapter_state WHERE key = ?', [placeOf(key)]))),
      list: (prefix, after, limit) => list(space, prefix, after, limit, threadNo),
      update: async (key, change) =>
        db.transaction(async tx => {
          const value = change(await read(tx, placeOf(key)))
          if (value === null) await tx.run('DELETE FROM adapter_state WHERE key = ?', [placeOf(key)])
          else await put(tx, placeOf(key), value, threadNo)
          return value
        }),
      next: async counter =>
        db.transaction(async tx => {
          checkKey(counter)
          const place = `${counters}${counter}`
          const value = Number((await rowOf(tx, place))?.value ?? '0') + 1
          await tx.run(
            'INSERT INTO adapter_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
            [place, String(value)],
          )
          return value
        }),
    }
  }

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

    /** Deletes what belongs to a case, what is traced of it, and under which mapping it was; how many values. */
    async forget(tx: Transaction, threadNo: number): Promise<number> {
      await forgetTrace(tx, threadNo)
      await tx.run('UPDATE case_adapters SET version = NULL WHERE thread_no = ? AND version IS NOT NULL', [threadNo])
      return tx.run('DELETE FROM adapter_state WHERE thread_no = ?', [threadNo])
    },
  }
}
