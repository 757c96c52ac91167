/** Rights within cases (办件范围), as the edges ask for them; `city/cases/rights.ts` knows the cases. */
import type { CaseSubject } from '../../protocol/rights/can.ts'
import type { Action } from '../../protocol/rights/table.ts'
import type { Person } from './person.ts'

export interface CaseRights {
  /**
   * Lets a person act on a case, or throws why not. Problems: `request.forbidden`, `rights.scope`, `rights.separation`; `thread.unknown`
   * of somebody who may not act on every case.
   */
  demand(person: Person, action: Action, thread: string): Promise<void>
  /** Lets a person work on a draft of a case: their own, one of no window, one of a window where they work. Problem: `rights.scope`. */
  demandDraft(person: Person, id: string): Promise<void>
  /** What the table asks of cases, by thread; of what is no case, nothing. */
  subjects(threads: readonly string[]): Promise<ReadonlyMap<string, CaseSubject>>
}
