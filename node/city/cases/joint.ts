/**
 * Joint cases (多地联办, 一件事): one form, several items of one or more cities, one hand-over. Each item is a case of its own; the
 * first leads, and the others name its thread as their `parent`. May import the exchange's ports, the store and the protocol.
 */
import { LIMITS } from '../../../protocol/limits.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Database } from '../../kernel/store/database.ts'
import { type PacketsOf, stateOf } from '../../spine/dispatch/stored-fold.ts'
import type { NewCase } from './cases.ts'

/** What stands once for all, and what each item adds; a field of both is the item's, forms are put together. */
export type JointCase = {
  shared: Omit<NewCase, 'to' | 'item' | 'mode' | 'caseNo' | 'parent' | 'agreement' | 'commitment'>
  items: readonly (Pick<NewCase, 'to' | 'item' | 'mode' | 'agreement' | 'commitment'> & {
    [Key in 'form' | 'materials' | 'purpose' | 'consent']?: NewCase[Key] | undefined
  })[]
}

export type LinkedCase = {
  thread: string
  partner: string
  item: { code: string; name: string }
  lead: boolean
  state: string
  outcome: string | null
  /** seconds: the result was sent, and received by the applicant */
  sent: number | null
  handedOver: number | null
}

/** The cases that a joint one consists of, the leading first. Problem: `request.invalid`. */
export function casesOf({ shared, items }: JointCase): (NewCase & { common: string[] })[] {
  if (items.length < 2 || items.length > LIMITS.jointCases)
    throw new ProblemError('request.invalid', `items: from 2 to ${LIMITS.jointCases}`)
  return items.map(({ form, materials, purpose = shared.purpose, consent = shared.consent, ...rest }) => ({
    ...shared,
    ...rest,
    ...(purpose === undefined ? {} : { purpose }),
    ...(consent === undefined ? {} : { consent }),
    form: { ...shared.form, ...form },
    materials: materials ?? shared.materials,
    common: Object.keys(shared.form).filter(name => form === undefined || !Object.hasOwn(form, name)),
  }))
}

/** The other cases of a joint one, and itself, the leading first; none when it stands alone. */
export async function linkedTo(
  db: Database,
  packets: PacketsOf,
  thread: string,
  parent: string | null,
): Promise<LinkedCase[]> {
  const lead = parent ?? thread
  const rows = await db.query<{
    thread_no: number
    thread: Uint8Array
    partner: string
    item_code: string
    item_name: string
    state: string
    outcome: string | null
    fold: string
  }>(
    `SELECT c.thread_no, t.thread, c.partner, c.item_code, c.item_name, c.state, c.outcome, c.fold FROM cases c JOIN threads t ON t.no = c.thread_no
     WHERE c.thread_no IN (SELECT thread_no FROM cases WHERE parent = ? UNION SELECT no FROM threads WHERE thread = ?)
     ORDER BY c.parent IS NOT NULL, c.thread_no LIMIT ?`,
    [fromHex(lead), fromHex(lead), LIMITS.jointCases],
  )
  if (rows.length < 2) return []
  return Promise.all(
    rows.map(async row => {
      const state = await stateOf(db, packets, { threadNo: row.thread_no, fold: row.fold })
      return {
        thread: toHex(row.thread),
        partner: row.partner,
        item: { code: row.item_code, name: row.item_name },
        lead: toHex(row.thread) === lead,
        state: row.state,
        outcome: row.outcome,
        sent: state?.instants.sent ?? null,
        handedOver: state?.instants.handedOver ?? null,
      }
    }),
  )
}

/** A result on its way that the applicant has not received yet, and cases whose result may still come. */
export type HandOver = { ready: LinkedCase[]; missing: LinkedCase[] }

/** What of a joint case can be handed over now: a result that was sent, stands, and was not received before. */
export const handOver = (cases: readonly LinkedCase[]): HandOver => ({
  ready: cases.filter(
    ({ state, outcome, sent, handedOver }) =>
      sent !== null && handedOver === null && (state === 'sending' || (state === 'closed' && outcome !== 'void')),
  ),
  missing: cases.filter(({ state }) => state !== 'sending' && state !== 'closed' && state !== 'refused'),
})

/** Places of items that stand twice, word for word: one of each pair was put in by mistake. */
export function repeated(joint: JointCase): number[] {
  const seen = new Set<string>()
  return casesOf(joint).flatMap(({ to, item, mode, form, materials }, index) => {
    const key = JSON.stringify([to, item, mode, sorted(form), materials.map(({ code, sha256 }) => [code, sha256])])
    if (seen.has(key)) return [index]
    seen.add(key)
    return []
  })
}

const sorted = (form: Record<string, unknown>) => Object.entries(form).sort(([a], [b]) => (a < b ? -1 : 1))
