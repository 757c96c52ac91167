/**
 * Whose scans are (材料归属): a scan goes into an application, a step or a draft by the hand of whoever uploaded it, finds it in a case on which they
 * work or in a draft that they may open, or recorded that its applicant lets it be used again. To know its hash makes it nobody's. May import the store.
 */
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Holder } from '../../../protocol/rights/can.ts'
import { type DraftFacts, worksOn } from '../../kernel/case-rights.ts'
import type { Database } from '../../kernel/store/database.ts'
import { inList } from '../../kernel/store/sql.ts'
import { casesOf, ownCasesOf } from './rights.ts'

/** Whose drafts those are that a partner sent back: of every window. */
const NODE = 'node'
const PERSON = 'person:'

export type PossessionParts = {
  db: Database
  /** an account with what it may; throws `request.not-found` */
  account: (id: string) => Promise<Holder>
}

export type Possession = ReturnType<typeof createPossession>

export function createPossession({ db, account }: PossessionParts) {
  async function inCases(hashes: readonly Uint8Array[], person: Holder, beyond: boolean): Promise<Uint8Array[]> {
    const { marks, params } = inList(hashes)
    const own = (beyond ? casesOf : ownCasesOf)(person, 'case.content')
    const rows = await db.query<{ sha256: Uint8Array }>(
      `SELECT DISTINCT m.sha256 FROM packet_materials m JOIN packets p ON p.no = m.packet_no WHERE m.sha256 IN (${marks})
         AND EXISTS (SELECT 1 FROM cases WHERE thread_no = p.thread_no AND purged_at IS NULL ${own === null ? '' : `AND ${own.where}`})`,
      [...params, ...(own?.params ?? [])],
    )
    return rows.map(({ sha256 }) => sha256)
  }

  async function inDrafts(hashes: readonly Uint8Array[], person: Holder, actor: string): Promise<Uint8Array[]> {
    const { marks, params } = inList(hashes)
    const rows = await db.query<DraftFacts & { sha256: Uint8Array }>(
      `SELECT m.sha256, d.owner, d.window FROM case_draft_materials m JOIN case_drafts d ON d.id = m.draft WHERE m.sha256 IN (${marks})`,
      params,
    )
    return rows
      .filter(row => (row.window !== null || row.owner === actor || row.owner === NODE) && worksOn(person, row))
      .map(({ sha256 }) => sha256)
  }

  async function reused(hashes: readonly Uint8Array[], actor: string): Promise<Uint8Array[]> {
    const { marks, params } = inList(hashes)
    const rows = await db.query<{ sha256: Uint8Array }>(
      `SELECT DISTINCT sha256 FROM scan_reuses WHERE sha256 IN (${marks}) AND actor = ?`,
      [...params, actor],
    )
    return rows.map(({ sha256 }) => sha256)
  }

  /** Of scans that the actor did not upload, those that are theirs all the same; what acts for the approval system or a carrier brings its own. */
  async function theirs(hashes: readonly string[], actor: string, beyond: boolean): Promise<ReadonlySet<string>> {
    if (!actor.startsWith(PERSON)) return new Set(hashes)
    const found = new Set<string>()
    const person = await account(actor.slice(PERSON.length)).catch((error: unknown) => {
      if (error instanceof ProblemError && error.problem.code === 'request.not-found') return null
      throw error
    })
    if (person === null) return found
    const looks: ((left: readonly Uint8Array[]) => Promise<Uint8Array[]>)[] = [
      left => inCases(left, person, beyond),
      left => inDrafts(left, person, actor),
      left => reused(left, actor),
    ]
    for (const look of looks) {
      const left = hashes.filter(hash => !found.has(hash)).map(fromHex)
      if (left.length === 0) break
      for (const hash of await look(left)) found.add(toHex(hash))
    }
    return found
  }

  return {
    /** Of what is held, that which is the actor's; `own`: they uploaded it; `beyond`: also what is in cases that they may read and do not work on. */
    async of<T extends { commitment: { sha256: string }; own: boolean }>(
      held: readonly T[],
      actor: string,
      { beyond = false } = {},
    ): Promise<T[]> {
      const others = held.filter(({ own }) => !own).map(({ commitment }) => commitment.sha256)
      if (others.length === 0) return [...held]
      const found = await theirs(others, actor, beyond)
      return held.filter(({ own, commitment }) => own || found.has(commitment.sha256))
    },
  }
}
