/** Rights within cases (办件范围), as the edges ask for them; `city/cases/rights.ts` knows the cases. */
import { type CaseSubject, type Holder, scopesOf } from '../../protocol/rights/can.ts'
import type { Purpose } from '../../protocol/rights/purposes.ts'
import type { Action } from '../../protocol/rights/table.ts'
import type { Person } from './person.ts'

/** What is told of a case with what changed in it, and what the table asks of it. */
export type CaseFacts = CaseSubject & {
  /** division code of the other city */
  readonly city: string
}

export type DraftFacts = {
  /** `person:<id>` of whoever began it */
  readonly owner: string
  readonly window: string | null
}

/** The windows at which a person works; null for every one. */
export const windowsOf = (person: Holder): readonly string[] | null =>
  scopesOf(person, 'case.serve').some(scope => scope === 'all' || scope === 'collecting')
    ? null
    : (person.windows ?? [])

/** Whether a person works on a draft: their own, one of no window, one of a window where they work. */
export function worksOn(person: Holder, { owner, window }: DraftFacts): boolean {
  const windows = windowsOf(person)
  return windows === null || window === null || owner === `person:${person.id}` || windows.includes(window)
}

export interface CaseRights {
  /**
   * Lets a person act on a case, or throws why not; a look beyond their cases leaves an audit row of its purpose. Problems:
   * `request.forbidden`, `rights.scope`, `rights.separation`, `rights.purpose`; `thread.unknown` of somebody who may not act on every case.
   */
  demand(person: Person, action: Action, thread: string, purpose?: Purpose): Promise<void>
  /** Notes what a look was for that is at no single case. Problem: `rights.purpose` where one is needed and none is named. */
  demandPurpose(person: Person, action: Action, subject: string, purpose?: Purpose): Promise<void>
  /** Lets a person work on a draft of a case: their own, one of no window, one of a window where they work. Problem: `rights.scope`. */
  demandDraft(person: Person, id: string): Promise<void>
  /** The thread of the only case that has this case number or local case number; null where none has it, or several have. */
  threadOf(number: string): Promise<string | null>
  /** What is told of cases, and the table asks of them, by thread; of what is no case, nothing. */
  subjects(threads: readonly string[]): Promise<ReadonlyMap<string, CaseFacts>>
}
