/**
 * Intake (收件): what a window does before a case is sent: it looks up what the item asks for (办理指引), fills in what is known (预填),
 * checks a draft and sends it. May import the cases, the audit log and the store.
 */

import type { AgreedItem } from '../../../../protocol/agreement/document.ts'
import type { CaseBody, Mode } from '../../../../protocol/case/kinds.ts'
import type { Finding, MaterialNames } from '../../../../protocol/case/preflight.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Person } from '../../../kernel/person.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { isAsSeen, type Seen } from '../../../kernel/seen.ts'
import type { Database, Transaction } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { Cases } from '../cases.ts'
import type { LookupKeys } from '../lookup.ts'
import type { Assignee, Found } from '../rights.ts'
import type { CaseRow } from '../rows.ts'
import { preflightError } from '../submission.ts'
import type { ApplicationCheck } from './check.ts'
import type { CaseDrafts } from './drafts.ts'
import { knownOf, type Taker, type Typed } from './known.ts'
import { type Begun, type Earlier, type Prefilled, prefill } from './prefill.ts'

/** Earlier cases of an applicant that are looked at. */
const EARLIER = 5

/** What the item asks for, as this window may send it. */
export type Guide = {
  item: ServiceItem
  /** modes that an agreement in force covers now, with that agreement */
  modes: { mode: Mode; agreement: string }[]
  /** what the agreement says of the item: contacts, shared fields, differences; null without one */
  agreed: AgreedItem | null
  /** how its materials are called in the own list */
  names: MaterialNames[]
}

export type IntakeParts = {
  db: Database
  audit: Audit
  drafts: CaseDrafts
  cases: Pick<Cases, 'submit' | 'submitJoint' | 'guide' | 'alsoOpen'>
  packets: (threadNo: number) => Promise<StoredPacket[]>
  keys: Pick<LookupKeys, 'number'>
  check: ApplicationCheck
  clock: Pick<Clock, 'now'>
  contactOf: (id: string) => Promise<Pick<Taker, 'staffNumber' | 'phone'>>
}

export type Intake = ReturnType<typeof createIntake>

export function createIntake({ db, audit, drafts, cases, packets, keys, check, clock, contactOf }: IntakeParts) {
  /**
   * The cases that this city collected from the applicant and still holds, newest first, of those that may be read; the search and each
   * reading leave an audit row.
   */
  async function earlierOf(idNumber: string, actor: string, sees: Found | null): Promise<Earlier[]> {
    const rows = await db.query<{ thread_no: number }>(
      `SELECT thread_no FROM cases WHERE applicant_key = ? AND role = 'collecting' AND purged_at IS NULL
       ${sees === null ? '' : `AND ${sees.where}`} ORDER BY submitted_at DESC LIMIT ?`,
      [keys.number(idNumber), ...(sees?.params ?? []), EARLIER],
    )
    const found: Earlier[] = []
    const read: string[] = []
    for (const { thread_no } of rows)
      for (const { claims, body } of await packets(thread_no)) {
        if (claims.kind !== 'case.submit' || body === null) continue
        const { item, applicant, form } = body as CaseBody<'case.submit'>
        found.push({ item: item.code, applicant, form })
        read.push(claims.thread)
      }
    await db.transaction(async tx => {
      await audit.append(tx, {
        actor,
        action: 'cases.searched',
        subject: 'prefill',
        detail: { found: read.length, for: 'prefill' },
      })
      for (const subject of read)
        await audit.append(tx, { actor, action: 'case.read', subject, detail: { for: 'prefill' } })
    })
    return found
  }

  return {
    /** What the item of a city asks for. Problem: `item.unknown`. */
    guide: (city: string, code: string): Promise<Guide> => cases.guide(city, code),

    /** Fills what is empty; `given` is what was typed. Problem: `item.unknown`. */
    async prefill(
      {
        to,
        item: code,
        ...given
      }: {
        to: string
        item: string
        applicant: Begun
        form: Record<string, unknown>
        typed: Typed
        /** whether earlier cases are looked into */
        earlier: boolean
      },
      person: Pick<Person, 'id' | 'name' | 'windows'>,
      /** the cases whose content the asker may read; null or absent: every one */
      sees: Found | null = null,
    ): Promise<Prefilled & { application: Typed }> {
      const guide = await cases.guide(to, code)
      const { idNumber } = given.applicant
      const earlier =
        idNumber === undefined || !given.earlier ? [] : await earlierOf(idNumber, `person:${person.id}`, sees)
      const filled = prefill(guide.item, given, earlier)
      const taker = { name: person.name, windows: person.windows, ...(await contactOf(person.id)) }
      const now = new Date(clock.now()).toISOString()
      return { ...filled, application: knownOf(given.typed, filled.applicant, guide, taker, now) }
    },

    /** Everything that keeps a draft from being sent, also where it is not whole yet. Problem: `request.not-found`. */
    async check(id: string, actor: string): Promise<Finding[]> {
      const { content } = await drafts.open(id, actor)
      return check.of(content, actor)
    },

    alsoOpen: cases.alsoOpen,

    /** Sends a draft as it was `seen`, once; it is gone with the commit. Problems: as of a submit, `request.precondition`. */
    async submit(id: string, seen: Seen, actor: string, assignee: Assignee | null = null): Promise<CaseRow[]> {
      const { draft, content } = await drafts.open(id, actor)
      if (!isAsSeen(seen, String(draft.version))) throw await drafts.changed(db, id)
      const { one, joint } = check.whole(content)
      const alongside = (tx: Transaction) => drafts.consume(tx, id, draft.version)
      const taking = { assignee, alongside }
      if (joint !== null) return cases.submitJoint(joint, actor, taking)
      if (one !== null) return [await cases.submit(one, actor, taking)]
      throw preflightError((await check.of(content, actor)).filter(({ level }) => level === 'error'))
    },
  }
}
