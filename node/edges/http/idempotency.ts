/**
 * Idempotency keys (幂等键): a POST is carried out once per person and key, and a repeat gets the first answer.
 * The mark that a request acted commits in the very transaction that is its act (`store/acts.ts`), so a crash before the act lets the
 * request be sent again, and one between the act and its answer is never followed by a second act. Answers may hold personal data:
 * they are kept sealed, and only of what acted.
 */
import { createHash } from 'node:crypto'
import { decodeUtf8, encodeUtf8, fromHex } from '../../../protocol/primitives.ts'
import { type Actor, type FieldProblem, type Problem, ProblemError } from '../../../protocol/problem.ts'
import { type ActRecord, asRequest } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { HttpLimits } from './limits.ts'

export type Answer = {
  status: number
  /** JSON text */
  body: string
}

export type Keyed = {
  person: string
  key: string
  /** what makes two requests the same: method, path with query, body */
  request: readonly string[]
  /** the answer holds a secret and is not kept */
  shownOnce: boolean
}

export interface Idempotency {
  /**
   * Carries `work` out, or answers with what was kept. Throws ProblemError `request.idempotency`, `.concurrent`, `.conflict`, and
   * again what an act was refused with.
   */
  once(keyed: Keyed, work: () => Promise<Answer>): Promise<Answer & { replayed: boolean }>
}

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
/** `about`: as `aboutOf` finds it. */
type Kept = Pick<Row, 'status' | 'sealed'> & { about: Uint8Array | null }
const bare = (status: number | null): Kept => ({ status, sealed: null, about: null })

/** What stands in place of the status of an answer, below every one of HTTP: parts were carried out; it acted, and told a problem. */
const IN_PARTS = 1
const REFUSED = 2
/** Between a key and the part that was carried out under it: no key holds it. */
const PART = ' '

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
  function aboutOf({ request }: Keyed, body: string): Uint8Array | null {
    const named = [...request, body].flatMap(text => [...text.matchAll(THREAD)].map(([id]) => id))
    return named.length === 0 ? null : fromHex([...new Set(named)].join(''))
  }

  async function keep(
    tx: Transaction,
    { person }: Keyed,
    key: string,
    hash: Uint8Array,
    { status, sealed, about }: Kept,
  ): Promise<void> {
    await tx.run('DELETE FROM idempotency WHERE at < ?', [oldest()])
    await tx.run(
      `INSERT INTO idempotency (person, key, request_hash, status, sealed, about, at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (person, key) DO UPDATE SET status = excluded.status, sealed = excluded.sealed, about = excluded.about`,
      [person, key, hash, status, sealed, about, now()],
    )
  }

  const keepAnswer = (keyed: Keyed, hash: Uint8Array, status: number, body: string): Promise<void> =>
    database.transaction(tx => {
      const sealed = seal.seal(encodeUtf8(body), contextOf(keyed))
      return keep(tx, keyed, keyed.key, hash, { status, sealed, about: aboutOf(keyed, body) })
    })

  /** What a request under this key does, and whether it acted. */
  function recordOf(keyed: Keyed, hash: Uint8Array, begun: boolean): ActRecord & { acted: boolean } {
    const { person, key } = keyed
    let parts: Promise<Set<string>> | null = null
    const readParts = async (): Promise<Set<string>> => {
      const rows = await database.query<{ key: string }>(
        'SELECT key FROM idempotency WHERE person = ? AND key > ? AND key < ? AND at >= ?',
        [person, key + PART, key + String.fromCharCode(PART.charCodeAt(0) + 1), oldest()],
      )
      return new Set(rows.map(row => row.key.slice(key.length + PART.length)))
    }
    const record = {
      acted: begun,
      async mark(tx: Transaction, part: string | null) {
        if (part !== null) await keep(tx, keyed, key + PART + part, hash, bare(IN_PARTS))
        if (part === null || !record.acted) await keep(tx, keyed, key, hash, bare(part === null ? null : IN_PARTS))
        tx.afterCommit(() => {
          record.acted = true
        })
      },
      async carriedOut(part: string) {
        if (!begun) return false
        parts ??= readParts()
        return (await parts).has(part)
      },
    }
    return record
  }

  async function carryOut(
    keyed: Keyed,
    hash: Uint8Array,
    begun: boolean,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const record = recordOf(keyed, hash, begun)
    try {
      const answer = await asRequest(record, work)
      const kept = !keyed.shownOnce && answer.body.length <= limits.idempotencyAnswer
      if (kept && record.acted) await keepAnswer(keyed, hash, answer.status, answer.body)
      return answer
    } catch (error) {
      // An act may end in a refusal too: a wrong try was counted, what was tried again failed again. After any other error nobody
      // knows, so the mark alone stays; without an act the same key may try again.
      if (record.acted && error instanceof ProblemError && error.problem.code !== 'internal')
        await keepAnswer(
          keyed,
          hash,
          REFUSED,
          JSON.stringify({ problem: error.problem, errors: error.errors, act: error.act }),
        )
      throw error
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
        if (row === undefined) return { ...(await carryOut(keyed, hash, false, work)), replayed: false }
        if (Buffer.compare(row.request_hash, hash) !== 0) throw new ProblemError('request.idempotency')
        if (row.status === IN_PARTS) return { ...(await carryOut(keyed, hash, true, work)), replayed: false }
        if (row.status === null || row.sealed === null)
          throw new ProblemError('request.conflict', 'carried out before; its answer is not kept')
        const body = decodeUtf8(seal.open(row.sealed, contextOf(keyed)))
        if (row.status === REFUSED) {
          const { problem, errors, act } = JSON.parse(body) as { problem: Problem; errors: FieldProblem[]; act: Actor }
          throw new ProblemError(problem.code, problem.detail, { errors, act })
        }
        return { status: row.status, body, replayed: true }
      } finally {
        running.delete(name)
      }
    },
  }
}
