/**
 * Columns of the desk (工作台列): which ones a person wants, and in which order; kept with the account, so that they are the same at every
 * computer.
 */
import type { Clock } from '../../kernel/clock.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database } from '../../kernel/store/database.ts'

/** What a list of cases can show, in the order of one that nobody changed. */
export const DESK_COLUMNS = [
  'level',
  'applicant',
  'item',
  'way',
  'state',
  'due',
  'assignee',
  'unread',
  'window',
  'caseNo',
  'localCaseNo',
  'submitted',
  'updated',
] as const
export type DeskColumn = (typeof DESK_COLUMNS)[number]

/** How many of them stand in a list that nobody changed. */
const USUAL = 8
export const USUAL_COLUMNS: readonly DeskColumn[] = DESK_COLUMNS.slice(0, USUAL)

const isColumn = (value: unknown): value is DeskColumn => DESK_COLUMNS.some(column => column === value)

export type DeskColumns = ReturnType<typeof createDeskColumns>

export function createDeskColumns({ db, clock }: { db: Database; clock: Clock }) {
  return {
    /** Those that the person chose; the usual ones where none were. One that this program does not know is left out. */
    async of(person: string): Promise<readonly DeskColumn[]> {
      const [row] = await db.query<{ columns: string }>('SELECT columns FROM desk_columns WHERE person = ?', [person])
      const known = row === undefined ? [] : (JSON.parse(row.columns) as unknown[]).filter(isColumn)
      return known.length === 0 ? USUAL_COLUMNS : known
    },

    /** Keeps them in this order; none: the usual ones again. */
    async choose(person: string, columns: readonly DeskColumn[]): Promise<void> {
      await db.transaction(async tx => {
        await act(tx)
        if (columns.length === 0) await tx.run('DELETE FROM desk_columns WHERE person = ?', [person])
        else
          await tx.run(
            `INSERT INTO desk_columns (person, columns, updated_at) VALUES (?, ?, ?)
             ON CONFLICT (person) DO UPDATE SET columns = excluded.columns, updated_at = excluded.updated_at`,
            [person, JSON.stringify(columns), clock.now()],
          )
      })
    },
  }
}
