/**
 * Intake (收件): what a window does before a case is sent: it looks up what the item asks for (办理指引), fills in what is known (预填),
 * checks a draft and sends it. May import the cases, the audit log and the store.
 */

import type * as z from 'zod'
import type { AgreedItem } from '../../../../protocol/agreement/document.ts'
import type { CaseBody, Mode } from '../../../../protocol/case/kinds.ts'
import type { Finding, MaterialNames } from '../../../../protocol/case/preflight.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { isAsSeen, type Seen } from '../../../kernel/seen.ts'
import type { Database, Transaction } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { Cases, NewCase } from '../cases.ts'
import type { JointCase } from '../joint.ts'
import type { LookupKeys } from '../lookup.ts'
import type { CaseRow } from '../rows.ts'
import { preflightError } from '../submission.ts'
import type { CaseDrafts, DraftContent } from './drafts.ts'
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
  cases: Pick<Cases, 'preflight' | 'preflightJoint' | 'submit' | 'submitJoint' | 'guide'>
  packets: (threadNo: number) => Promise<StoredPacket[]>
  keys: Pick<LookupKeys, 'number'>
  /** what a whole case, and a whole joint one, must look like */
  schemas: {
    one: z.ZodType<NewCase>
    joint: z.ZodType<JointCase>
  }
}

export type Intake = ReturnType<typeof createIntake>

export function createIntake({ db, audit, drafts, cases, packets, keys, schemas }: IntakeParts) {
  /** The cases that this city collected from the applicant and still holds, newest first; each reading leaves an audit row. */
  async function earlierOf(idNumber: string, actor: string): Promise<Earlier[]> {
    const rows = await db.query<{ thread_no: number }>(
      `SELECT thread_no FROM cases WHERE applicant_key = ? AND role = 'collecting' AND purged_at IS NULL
       ORDER BY submitted_at DESC LIMIT ?`,
      [keys.number(idNumber), EARLIER],
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
    if (read.length > 0)
      await db.transaction(async tx => {
        for (const subject of read)
          await audit.append(tx, { actor, action: 'case.read', subject, detail: { for: 'prefill' } })
      })
    return found
  }

  /** The draft as a case or a joint one; findings where it is not whole yet. */
  function parse(
    content: DraftContent,
  ): { whole: true; one: NewCase | null; joint: JointCase | null } | { whole: false; findings: Finding[] } {
    const isJoint = 'items' in content
    const parsed = isJoint ? schemas.joint.safeParse(content) : schemas.one.safeParse(content)
    if (parsed.success)
      return isJoint
        ? { whole: true, one: null, joint: parsed.data as JointCase }
        : { whole: true, one: parsed.data as NewCase, joint: null }
    return {
      whole: false,
      findings: parsed.error.issues.slice(0, 50).map(({ path, code }) => ({
        field: path.map(String).join('.').slice(0, 100),
        level: 'error',
        cure: 'clerk',
        ...(code === 'unrecognized_keys'
          ? { reason: 'fields that an application does not have', reasonZh: '有申请中不存在的字段' }
          : { reason: `missing or of another form (${code})`, reasonZh: '未填写或格式不正确' }),
      })),
    }
  }

  async function check(content: DraftContent): Promise<Finding[]> {
    const parsed = parse(content)
    if (!parsed.whole) return parsed.findings
    if (parsed.one !== null) return cases.preflight(parsed.one)
    return parsed.joint === null ? [] : cases.preflightJoint(parsed.joint)
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
      },
      actor: string,
    ): Promise<Prefilled> {
      const { item } = await cases.guide(to, code)
      const { idNumber } = given.applicant
      return prefill(item, given, idNumber === undefined ? [] : await earlierOf(idNumber, actor))
    },

    /** Everything that keeps a draft from being sent, also where it is not whole yet. Problems: `request.not-found`, `item.unknown`. */
    async check(id: string, actor: string): Promise<Finding[]> {
      const { content } = await drafts.open(id, actor)
      return check(content)
    },

    /** Sends a draft as it was `seen`, once; it is gone with the commit. Problems: as of a submit, `request.precondition`. */
    async submit(id: string, seen: Seen, actor: string): Promise<CaseRow[]> {
      const { draft, content } = await drafts.open(id, actor)
      if (!isAsSeen(seen, String(draft.version))) throw await drafts.changed(db, id)
      const parsed = parse(content)
      if (!parsed.whole) throw preflightError(parsed.findings)
      const alongside = (tx: Transaction) => drafts.consume(tx, id, draft.version)
      if (parsed.joint !== null) return cases.submitJoint(parsed.joint, actor, alongside)
      return parsed.one === null ? [] : [await cases.submit(parsed.one, actor, alongside)]
    },
  }
}
