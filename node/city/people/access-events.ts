/**
 * What changes or ends somebody's access is audited; the same row tells those who watch as that account (`account.changed`), so that a stream
 * whose session or token ended hears nothing more, and a console reads anew what it may.
 */
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'

/** Audited acts, the subject of each of which is the account that may something else since. */
export const ACCESS_ACTS: ReadonlySet<string> = new Set([
  'session.ended',
  'person.granted',
  'person.rotated',
  'person.revoked',
  'token.revoked',
  'password.changed',
  'password.reset',
  'totp.confirmed',
  'totp.removed',
])

export const withAccessEvents = (
  audit: Pick<Audit, 'append'>,
  events: Pick<EventLog, 'append'>,
): Pick<Audit, 'append'> => ({
  async append(tx, entry) {
    await audit.append(tx, entry)
    if (ACCESS_ACTS.has(entry.action))
      await events.append(tx, { type: 'account.changed', subject: entry.subject, person: entry.subject })
  },
})
