/** The rows of bad ratings (差评): what a case says of each, so that what must be followed up is one list. */
import { dayOf } from '../../../protocol/agreement/document.ts'
import { BAD } from '../../../protocol/case/deadlines.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import type { CaseContent } from '../../../protocol/case/kinds.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import type { StoredPacket } from '../../spine/exchange/ports.ts'
import type { CaseClocks } from './clocks.ts'

export const TARGETS = ['window', 'department'] as const

/**
 * Writes the rows of a case; `packets` that are at hand tell what the fold does not keep, the rest stays as it was. `joined`: they are
 * the whole thread, which a packet joined and none left, so that without a rating among them there is no row.
 */
export async function saveRatings(
  tx: Transaction,
  clocks: Pick<CaseClocks, 'of'>,
  threadNo: number,
  state: CaseState,
  packets: readonly StoredPacket[],
  joined = false,
): Promise<void> {
  const bad = TARGETS.filter(target => (state.ratings[target]?.level ?? 0) >= BAD)
  if (bad.length === 0) {
    // A rating that the other city refused is none.
    const rated = packets.some(({ claims }) => claims.kind === 'case.evaluate')
    if (packets.length > 0 && (rated || !joined))
      await tx.run('DELETE FROM bad_ratings WHERE thread_no = ?', [threadNo])
    return
  }
  const { deadlines } = await clocks.of(tx, state)
  for (const target of bad) {
    const rating = state.ratings[target]
    if (rating === null) continue
    const city = target === 'window' ? state.collecting : state.handling
    const duty = deadlines.find(entry => entry.duty === 'follow-up' && entry.city === city)
    const bodyOf = <K extends 'case.evaluate' | 'case.appeal-evaluation'>(kind: K) =>
      packets.findLast(({ claims, body }) => claims.kind === kind && (body as CaseContent<K> | null)?.target === target)
    const realName = (bodyOf('case.evaluate')?.body as CaseContent<'case.evaluate'> | undefined)?.realName
    const appeal = bodyOf('case.appeal-evaluation')
    await tx.run(
      `INSERT INTO bad_ratings (thread_no, target, city, level, real_name, rated_at, due, due_from, provisional, answered_at, appeal, appealed_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (thread_no, target) DO UPDATE SET level = excluded.level, due = excluded.due, due_from = excluded.due_from, provisional = excluded.provisional,
         answered_at = excluded.answered_at, real_name = coalesce(excluded.real_name, real_name),
         appeal = coalesce(excluded.appeal, appeal), appealed_at = coalesce(excluded.appealed_at, appealed_at)`,
      [
        threadNo,
        target,
        city,
        rating.level,
        realName === undefined ? null : Number(realName),
        rating.at * 1000,
        duty?.due ?? dayOf(rating.at),
        duty?.from ?? null,
        duty?.provisional === true ? 1 : 0,
        rating.answered === null ? null : rating.answered * 1000,
        ...(appeal === undefined ? [null, null] : [appeal.id, appeal.claims.iat * 1000]),
      ],
    )
  }
  for (const { packet, kind, answered } of state.asked)
    if (kind === 'case.appeal-evaluation' && answered !== null)
      await tx.run('UPDATE bad_ratings SET appeal_answered_at = ? WHERE thread_no = ? AND appeal = ?', [
        answered * 1000,
        threadNo,
        packet,
      ])
}
