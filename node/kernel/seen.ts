/**
 * What a caller saw before it writes (If-Match, RFC 9110 §13.1): the version of the thing that it changes. Who comes second is told who
 * was first, what that was and when, and decides again. May import the store.
 */
import { type Change, ProblemError } from '../../protocol/problem.ts'
import type { Reader } from './store/database.ts'

/** Versions that the caller has seen; null: that there is nothing yet; undefined: it says nothing, and takes what is there. */
export type Seen = readonly string[] | null | undefined
/** Stands for whatever version there is. */
export const ANY = '*'

/** Whether a thing is as its caller saw it; `version` null: there is none. */
export function isAsSeen(seen: Seen, version: string | null): boolean {
  if (seen === undefined) return true
  if (seen === null || version === null) return seen === null && version === null
  return seen.includes(ANY) || seen.includes(version)
}

/** Who writes something anew must have seen what stands there; `version` null: nothing does, so that nobody's work is lost. Problem: `request.unseen`. */
export function demandSeen(seen: Seen, version: string | number | null): void {
  if (seen === undefined && version !== null) throw new ProblemError('request.unseen')
}

/** Something that was done; `at` in ms. */
export type Done = Pick<Change, 'by' | 'action'> & { at: number }

const PERSON = 'person:'

/** Name of the account that something was done `by`; null of a program of the node, and of an account that is gone. */
export async function nameOfActor(store: Reader, by: string): Promise<string | null> {
  if (!by.startsWith(PERSON)) return null
  const id = by.slice(PERSON.length)
  const [person] = await store.query<{ name: string }>('SELECT name FROM people WHERE id = ?', [id])
  return person?.name ?? null
}

/** Says what was done since, the newest first, each by whom and when. */
export async function changedSince(store: Reader, done: readonly Done[]): Promise<ProblemError> {
  const changes: Change[] = []
  for (const { by, action, at } of done.toSorted((a, b) => b.at - a.at))
    changes.push({ by, name: await nameOfActor(store, by), action, at: new Date(at).toISOString() })
  const told = changes.map(({ by, action, at }) => `${action} by ${by} at ${at}`).join('; ')
  return new ProblemError('request.precondition', told === '' ? undefined : told, { changes })
}
