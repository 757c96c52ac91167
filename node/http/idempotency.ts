/**
 * Idempotency keys (幂等键): a POST is carried out once per person and key, and a repeat gets the first answer.
 * The mark that a request acted commits in the very transaction in which it acted, so a crash between the act and its
 * answer is never followed by a second act. Answers may hold personal data: they are kept sealed, and only of what acted.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { decodeUtf8, encodeUtf8, fromHex } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { HttpLimits } from './limits.ts'

export type Answer = { status: number /** JSON text */; body: string }

export type Keyed = {
  person: string
  key: string
  /** what makes two requests the same: method, path with query, body */ request: readonly string[]
  /** the answer holds a secret and is not kept */ shownOnce: boolean
}

export interface Idempotency {
  /** Carries `work` out, or answers with what was kept. Throws ProblemError `request.idempotency`, `.concurrent`, `.conflict`. */
  once(keyed: Keyed, work: () => Promise<Answer>): Promise<Answer & { replayed: boolean }>
}

type Acting = { mark(tx: Transaction): Promise<void>; acted: boolean; ended: boolean }

const acting = new AsyncLocalStorage<Acting>()

/**
 * The database that everything behind the API must use: the first transaction of a request with a key also commits
 * the mark that this request acted. Outside such a request it changes nothing.
 */
export function markingDatabase(database: Database): Database {
  return {
    query: (sql, params) => database.query(sql, params),
    scrub: () => database.scrub(),
    backup: path => database.backup(path),
    close: () => database.close(),
    transaction(work) {
      const request = acting.getStore()
      if (request === undefined || request.acted || request.ended) return database.transaction(work)
      return database.transaction(async tx => {
        const result = await work(tx)
        await request.mark(tx)
        tx.afterCommit(() => {
          request.acted = true
        })
        return result
      })
    },
  }
}

/** What a request only looks up or notes before it acts: transactions within do not count as its act. */
export const beforeActing = <T>(work: () => Promise<T>): Promise<T> => acting.exit(work)

/** Seals an answer at rest; `context` is authenticated with it. */
export type AnswerSeal = {
  seal(plain: Uint8Array, context: string): Uint8Array
  open(sealed: Uint8Array, context: string): Uint8Array
}

/** The id of a thread, wherever it stands. */
const THREAD = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g

/** Lets go of the answers that name a thread; who repeats such a request is told that it was carried out. */
export async function forgetAnswers(tx: Transaction, thread: Uint8Array): Promise<void> {
  await tx.run(
    `UPDATE idempotency SET status = NULL, sealed = NULL, about = NULL
     WHERE (person, key) IN (SELECT person, key FROM idempotency WHERE about IS NOT NULL AND instr(about, ?) > 0)`,
    [thread],
  )
}

type Row = { request_hash: Uint8Array; status: number | null; sealed: Uint8Array | null }

export function createIdempotency(
  database: Database,
  seal: AnswerSeal,
  limits: HttpLimits,
  now: () => number,
): Idempotency {
  const running = new Set<string>()
  const oldest = () => now() - limits.idempotencySeconds * 1000
  const contextOf = (keyed: Keyed) => `answer ${JSON.stringify([keyed.person, keyed.key])}`

  /** Ids of threads that request and answer name, one after another: by them a purge finds what is kept of its case. */
  function aboutOf({ request }: Keyed, answer: Answer): Uint8Array | null {
    const named = [...request, answer.body].flatMap(text => [...text.matchAll(THREAD)].map(([id]) => id))
    return named.length === 0 ? null : fromHex([...new Set(named)].join(''))
  }

  async function keep(tx: Transaction, keyed: Keyed, hash: Uint8Array, answer: Answer | null): Promise<void> {
    const sealed = answer === null ? null : seal.seal(encodeUtf8(answer.body), contextOf(keyed))
    await tx.run('DELETE FROM idempotency WHERE at < ?', [oldest()])
    await tx.run(
      `INSERT INTO idempotency (person, key, request_hash, status, sealed, about, at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (person, key) DO UPDATE SET status = excluded.status, sealed = excluded.sealed, about = excluded.about`,
      [
        ...[keyed.person, keyed.key, hash, answer?.status ?? null, sealed],
        ...[answer === null ? null : aboutOf(keyed, answer), now()],
      ],
    )
  }

  async function first(keyed: Keyed, hash: Uint8Array, work: () => Promise<Answer>): Promise<Answer> {
    const request: Acting = { mark: tx => keep(tx, keyed, hash, null), acted: false, ended: false }
    try {
      const answer = await acting.run(request, work)
      const kept = keyed.shownOnce || answer.body.length > limits.idempotencyAnswer ? null : answer
      if (kept !== null && request.acted) await database.transaction(tx => keep(tx, keyed, hash, kept))
      return answer
    } catch (error) {
      // A refusal means that the step was not done, even if a transaction before it was (a number drawn, say): the
      // same key may try again. After any other error nobody knows, so the mark stays.
      if (request.acted && error instanceof ProblemError && error.problem.code !== 'internal')
        await database.transaction(tx =>
          tx.run('DELETE FROM idempotency WHERE person = ? AND key = ?', [keyed.person, keyed.key]),
        )
      throw error
    } finally {
      request.ended = true
    }
  }

  return {
    async once(keyed, work) {
      const hash = createHash('sha256').update(JSON.stringify(keyed.request)).digest()
      const name = JSON.stringify([keyed.person, keyed.key])
      if (running.has(name)) throw new ProblemError('request.concurrent')
      running.add(name)
      try {
        const [row] = await database.query<Row>(
          'SELECT request_hash, status, sealed FROM idempotency WHERE person = ? AND key = ? AND at >= ?',
          [keyed.person, keyed.key, oldest()],
        )
        if (row === undefined) return { ...(await first(keyed, hash, work)), replayed: false }
        if (Buffer.compare(row.request_hash, hash) !== 0) throw new ProblemError('request.idempotency')
        if (row.status === null || row.sealed === null)
          throw new ProblemError('request.conflict', 'carried out before; its answer is not kept')
        const body = decodeUtf8(seal.open(row.sealed, contextOf(keyed)))
        return { status: row.status, body, replayed: true }
      } finally {
        running.delete(name)
      }
    },
  }
}
