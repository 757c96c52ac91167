/**
 * Joint cases (多地联办, 一件事): one form, several items of one or more cities, one hand-over. Each item is a case of its own; the
 * first leads, and the others name its thread as their `parent`. May import the exchange's ports, the store and the protocol.
 */
import { LIMITS } from '../../protocol/limits.ts'
import { fromHex, toHex } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Target } from '../exchange/ports.ts'
import type { Database } from '../store/database.ts'
import type { NewCase } from './cases.ts'

/** What stands once for all, and what each item adds; a field of both is the item's, forms are put together. */
export type JointCase = {
  shared: Omit<NewCase, 'to' | 'item' | 'mode' | 'caseNo' | 'parent'>
  items: readonly (Pick<NewCase, 'to' | 'item' | 'mode'> & {
    [Key in 'form' | 'materials' | 'purpose']?: NewCase[Key] | undefined
  })[]
}

export type LinkedCase = {
  thread: string
  partner: string
  item: { code: string; name: string }
  lead: boolean
  state: string
  outcome: string | null
}

/** The cases that a joint one consists of, the leading first. Problem: `request.invalid`. */
export function casesOf({ shared, items }: JointCase): (NewCase & { common: string[] })[] {
  if (items.length < 2 || items.length > LIMITS.jointCases)
    throw new ProblemError('request.invalid', `items: from 2 to ${LIMITS.jointCases}`)
  return items.map(({ form, materials, purpose = shared.purpose, ...rest }) => ({
    ...shared,
    ...rest,
    ...(purpose === undefined ? {} : { purpose }),
    form: { ...shared.form, ...form },
    materials: materials ?? shared.materials,
    common: Object.keys(shared.form).filter(name => form === undefined || !Object.hasOwn(form, name)),
  }))
}

/** The other cases of a joint one, and itself, the leading first; none when it stands alone. */
export async function linkedTo(db: Database, thread: string, parent: string | null): Promise<LinkedCase[]> {
  const lead = parent ?? thread
  const rows = await db.query<{
    thread: Uint8Array
    partner: string
    item_code: string
    item_name: string
    state: string
    outcome: string | null
  }>(
    `SELECT t.thread, c.partner, c.item_code, c.item_name, c.state, c.outcome FROM cases c JOIN threads t ON t.no = c.thread_no
     WHERE c.thread_no IN (SELECT thread_no FROM cases WHERE parent = ? UNION SELECT no FROM threads WHERE thread = ?)
     ORDER BY c.parent IS NOT NULL, c.thread_no LIMIT ?`,
    [fromHex(lead), fromHex(lead), LIMITS.jointCases],
  )
  if (rows.length < 2) return []
  return rows.map(row => ({
    thread: toHex(row.thread),
    partner: row.partner,
    item: { code: row.item_code, name: row.item_name },
    lead: toHex(row.thread) === lead,
    state: row.state,
    outcome: row.outcome,
  }))
}

/** One hand-over: every result of a joint case that is on its way is received at once. Problem: `case.transition` when one is not ready. */
export function handOver(cases: readonly LinkedCase[], receivedAt: string, by: string | undefined): Target[] {
  const open = cases.find(({ state }) => !READY.includes(state))
  if (open !== undefined) throw new ProblemError('case.transition', `${open.item.name}: no result yet (${open.state})`)
  return cases
    .filter(({ state }) => state === 'sending' || state === 'closed')
    .map(({ thread, partner }) => ({
      thread,
      partner,
      drafts: [{ kind: 'case.result-received', content: { receivedAt, ...(by === undefined ? {} : { by }) } }],
    }))
}

const READY = ['sending', 'closed', 'refused']
