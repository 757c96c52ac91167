/**
 * A key for each case (docs/decisions/017): what this city holds of a case is sealed with it, the key with the node's own. A purge
 * destroys the key, and with it every copy of what it sealed in the file, its log and its free pages; a backup holds no keys
 * (018). What belongs to no case is sealed with the node's key.
 */
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Database, Reader, Transaction } from '../store/database.ts'

/** Seals small values at rest; `context` binds the sealed bytes to their row. */
export interface Seal {
  seal(plain: Uint8Array, context: string): Uint8Array
  open(sealed: Uint8Array, context: string): Uint8Array
}

/** First byte of what is sealed with the key of a case; 1 is that of the node's key. */
export const CASE_SEALED = 2

export const CASE_KEY_LIMITS = {
  /** keys that stay opened in memory */
  kept: 10_000,
  /** how many fewer are left once there are more */
  dropped: 1_000,
  /** bodies that one transaction seals anew */
  page: 50,
  bytes: 32,
} as const

export type CaseKeysParts = {
  /** under the node's key */
  seal: Seal
  /** under the key of a case */
  sealOf: (key: Uint8Array) => Seal
  randomBytes: (length: number) => Uint8Array
}

/** A key for each value that belongs to no case, or ends before its case does (a draft, an answer that is not settled). */
export type ValueKeys = Pick<CaseKeys, 'newKey' | 'sealWith' | 'openWith'>

/** Opens what was sealed for a thread; null when the key of its case was destroyed, which `holds` tells without opening it. */
export type Opener = ((threadNo: number, sealed: Uint8Array, context: string) => Uint8Array | null) & {
  holds(threadNo: number, sealed: Uint8Array): boolean
}

export type CaseKeys = ReturnType<typeof createCaseKeys>

export function createCaseKeys({ seal, sealOf, randomBytes }: CaseKeysParts) {
  /** those used last are at the end */
  const opened = new Map<number, Seal>()
  /** keys destroyed so far: one that was read before is not remembered after */
  let destroyed = 0

  const context = (threadNo: number): string => `case key ${threadNo}`
  const valueContext = (bound: string): string => `key of ${bound}`
  const isOfCase = (sealed: Uint8Array): boolean => sealed[0] === CASE_SEALED

  function remember(threadNo: number, key: Seal): Seal {
    opened.delete(threadNo)
    opened.set(threadNo, key)
    if (opened.size > CASE_KEY_LIMITS.kept) {
      // Many at once: until a Map is laid out anew, whoever looks for its first entry walks over all that were deleted before it.
      let over = opened.size - CASE_KEY_LIMITS.kept + CASE_KEY_LIMITS.dropped
      for (const oldest of opened.keys()) {
        if (over-- === 0) break
        opened.delete(oldest)
      }
    }
    return key
  }

  async function load(store: Reader, threadNos: readonly number[]): Promise<ReadonlyMap<number, Seal>> {
    const found = new Map<number, Seal>()
    const missing: number[] = []
    for (const no of new Set(threadNos)) {
      const key = opened.get(no)
      if (key === undefined) missing.push(no)
      else found.set(no, remember(no, key))
    }
    if (missing.length === 0) return found
    const before = destroyed
    const rows = await store.query<{ thread_no: number; sealed: Uint8Array }>(
      `SELECT k.thread_no, k.sealed FROM json_each(?) j JOIN case_keys k ON k.thread_no = j.value`,
      [JSON.stringify(missing)],
    )
    for (const { thread_no, sealed } of rows) {
      const key = sealOf(seal.open(sealed, context(thread_no)))
      found.set(thread_no, key)
      if (before === destroyed) remember(thread_no, key)
    }
    return found
  }

  /** The key of a case, made when it has none. */
  async function keyOf(tx: Transaction, threadNo: number): Promise<Seal> {
    return (await load(tx, [threadNo])).get(threadNo) ?? (await create(tx, threadNo))
  }

  async function create(tx: Transaction, threadNo: number): Promise<Seal> {
    const key = randomBytes(CASE_KEY_LIMITS.bytes)
    await tx.run('INSERT INTO case_keys (thread_no, sealed) VALUES (?, ?)', [
      threadNo,
      seal.seal(key, context(threadNo)),
    ])
    tx.afterRollback(() => opened.delete(threadNo))
    return remember(threadNo, sealOf(key))
  }

  /** Opens many values of threads without a turn between them. */
  async function opener(
    store: Reader,
    values: readonly { threadNo: number; sealed: Uint8Array | null }[],
  ): Promise<Opener> {
    const cases = values.filter(({ sealed }) => sealed !== null && isOfCase(sealed)).map(({ threadNo }) => threadNo)
    const keys = cases.length === 0 ? new Map<number, Seal>() : await load(store, cases)
    const open = (threadNo: number, sealed: Uint8Array, bound: string) =>
      isOfCase(sealed) ? (keys.get(threadNo)?.open(sealed, bound) ?? null) : seal.open(sealed, bound)
    return Object.assign(open, {
      holds: (threadNo: number, sealed: Uint8Array) => !isOfCase(sealed) || keys.has(threadNo),
    })
  }

  return {
    opener,

    /** A case begins, which has no key yet. */
    async begin(tx: Transaction, threadNo: number): Promise<void> {
      await create(tx, threadNo)
    },

    /** Seals a value of a case. */
    async seal(tx: Transaction, threadNo: number, plain: Uint8Array, bound: string): Promise<Uint8Array> {
      return (await keyOf(tx, threadNo)).seal(plain, bound)
    },

    /** Seals a body; the record of a purge outlives it, and so is sealed with the node's key. */
    async sealBody(
      tx: Transaction,
      threadNo: number,
      kind: string,
      plain: Uint8Array,
      bound: string,
    ): Promise<Uint8Array> {
      const ofCase = kind.startsWith('case.') && kind !== 'case.purge'
      return ofCase ? (await keyOf(tx, threadNo)).seal(plain, bound) : seal.seal(plain, bound)
    },

    /** Opens one value; null when the key of its case was destroyed. */
    async open(store: Reader, threadNo: number, sealed: Uint8Array, bound: string): Promise<Uint8Array | null> {
      return (await opener(store, [{ threadNo, sealed }]))(threadNo, sealed, bound)
    },

    /** A key for one value, sealed with the node's own: it stands beside the value, and dies with it. */
    newKey: (bound: string): Uint8Array => seal.seal(randomBytes(CASE_KEY_LIMITS.bytes), valueContext(bound)),

    sealWith: (key: Uint8Array, plain: Uint8Array, bound: string): Uint8Array =>
      sealOf(seal.open(key, valueContext(bound))).seal(plain, bound),

    /** Null when its key was destroyed; a value of an earlier program has none. */
    openWith(key: Uint8Array | null, sealed: Uint8Array, bound: string): Uint8Array | null {
      if (!isOfCase(sealed)) return seal.open(sealed, bound)
      return key === null ? null : sealOf(seal.open(key, valueContext(bound))).open(sealed, bound)
    },

    /** Destroys the key of a case; what comes later for it gets another one. */
    async destroy(tx: Transaction, threadNo: number): Promise<void> {
      await tx.run('DELETE FROM case_keys WHERE thread_no = ?', [threadNo])
      const gone = () => {
        destroyed++
        opened.delete(threadNo)
      }
      gone()
      tx.afterCommit(gone)
    },

    /** Seals the bodies of cases that an earlier program sealed with the node's key anew, page by page; how many. */
    async adopt(db: Database, signal: AbortSignal): Promise<number> {
      let done = 0
      while (!signal.aborted) {
        const more = await db.transaction(async tx => {
          const [mark] = await tx.query<{ after: number; through: number }>('SELECT after, through FROM body_sealing')
          if (mark === undefined || mark.after >= mark.through) return false
          const rows = await tx.query<{
            no: number
            threadNo: number
            id: Uint8Array
            sealed: Uint8Array
            kind: string
          }>(
            `SELECT b.packet_no AS no, p.thread_no AS threadNo, p.id, p.kind, b.sealed FROM bodies b JOIN packets p ON p.no = b.packet_no
             WHERE b.packet_no > ? AND b.packet_no <= ? ORDER BY b.packet_no LIMIT ?`,
            [mark.after, mark.through, CASE_KEY_LIMITS.page],
          )
          for (const { no, threadNo, id, sealed, kind } of rows) {
            if (!kind.startsWith('case.') || kind === 'case.purge' || isOfCase(sealed)) continue
            const bound = toHex(id)
            const anew = (await keyOf(tx, threadNo)).seal(seal.open(sealed, bound), bound)
            await tx.run('UPDATE bodies SET sealed = ? WHERE packet_no = ?', [anew, no])
            done++
          }
          await tx.run('UPDATE body_sealing SET after = ?', [rows.at(-1)?.no ?? mark.through])
          return true
        })
        if (!more) break
      }
      return done
    },

    /** The number of a thread that is known. */
    async threadNo(store: Reader, thread: string): Promise<number> {
      const [row] = await store.query<{ no: number }>('SELECT no FROM threads WHERE thread = ?', [fromHex(thread)])
      if (row === undefined) throw new ProblemError('internal', 'a thread that is not here')
      return row.no
    },
  }
}
