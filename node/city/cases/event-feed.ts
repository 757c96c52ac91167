/**
 * The event log with what is told of cases and drafts (事件流): one statement for each page, whoever watches. Facts are those of the time of
 * reading: an event of a case that went to somebody else is for them.
 */
import type { CaseFacts, DraftFacts } from '../../kernel/case-rights.ts'
import { splitRoles } from '../../kernel/person.ts'
import type { EventFeed, FeedEvent } from '../../kernel/records/event-feed.ts'
import type { EventLog, EventRow } from '../../kernel/records/events.ts'
import type { Database } from '../../kernel/store/database.ts'

type Row = Omit<EventRow, 'roles'> & { roles: string } & {
  [K in keyof Omit<CaseFacts, 'acceptedBy' | 'asked'>]: CaseFacts[K] | null
} & { owner: string | null; draft_window: string | null }

const draftOf = ({ owner, draft_window: window }: Row): DraftFacts | undefined =>
  owner === null ? undefined : { owner, window }

function caseOf({ role, item, city, department, window, assignee }: Row): CaseFacts | undefined {
  return role === null || item === null || city === null
    ? undefined
    : { role, item, city, department: department ?? null, window, assignee }
}

export const createEventFeed = (db: Database, events: Pick<EventLog, 'bounds' | 'onNew'>): EventFeed => ({
  bounds: () => events.bounds(),
  onNew: listener => events.onNew(listener),
  async after(no, limit) {
    const rows = await db.query<Row>(
      `SELECT e.no, e.at, e.type, e.subject, e.roles, e.kind, e.person,
        c.role, c.partner AS city, c.item_code AS item, c.passed_to AS department, c.window, c.assignee, d.owner, d.window AS draft_window
       FROM events e
       LEFT JOIN threads t ON e.type IN ('case.changed', 'case.due') AND t.thread = unhex(e.subject)
       LEFT JOIN cases c ON c.thread_no = t.no
       LEFT JOIN case_drafts d ON e.type = 'case-draft.changed' AND d.id = e.subject
       WHERE e.no > ? ORDER BY e.no LIMIT ?`,
      [no, limit],
    )
    return rows.map(
      (row): FeedEvent => ({
        no: row.no,
        at: row.at,
        type: row.type,
        subject: row.subject,
        roles: splitRoles(row.roles),
        kind: row.kind,
        person: row.person,
        of: caseOf(row),
        draft: draftOf(row),
      }),
    )
  },
})
