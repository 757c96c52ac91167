/** What a person may do about kept answers of the approval system: look at one, skip one, give up those of a case that is not here. */
import type { LocalEvent } from '../../../adapters/sdk/port.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Answer, AnswerStore } from './answer-store.ts'
import type { LaneParts } from './lane.ts'
import { keyOf, numberOf } from './numbers.ts'
import type { Outcomes } from './outcomes.ts'

type AnswerActsParts = Pick<LaneParts, 'db' | 'clock' | 'audit' | 'cases'> & {
  /** name of the adapter, among several */
  lane: string
  store: AnswerStore
  outcomes: Pick<Outcomes, 'isOpen'>
  /** answers that are worked on */
  busy: Set<number>
  /** Problem: `request.not-found`. */
  find: (event: string) => Promise<Answer>
  textOf: (answer: Answer) => LocalEvent | { raw: string } | null
  wake: () => void
}

export function createAnswerActs({ db, clock, audit, lane, store, busy, find, textOf, ...parts }: AnswerActsParts) {
  /** Whether it tells what came of a packet that this node still has in hand. */
  async function isAwaited(answer: Answer): Promise<boolean> {
    const kept = textOf(answer)
    return kept !== null && !('raw' in kept) && !('move' in kept) && (await parts.outcomes.isOpen(kept))
  }

  return {
    /** Whether answers of a local case number are kept. */
    holds: async (localCaseNo: string): Promise<boolean> => (await store.keptOf(keyOf(lane, localCaseNo))).length > 0,

    /** The first `limit` kept answers of a local case number, as their system gave them, without those that were too long to keep; a look at each. */
    async texts(localCaseNo: string, limit: number, by: string): Promise<string[]> {
      const found = (await store.keptOf(keyOf(lane, localCaseNo), limit)).flatMap(answer => {
        const kept = textOf(answer)
        return kept === null ? [] : [{ id: answer.id, text: 'raw' in kept ? kept.raw : JSON.stringify(kept) }]
      })
      if (found.length > 0)
        await db.transaction(async tx => {
          for (const { id } of found)
            await audit.append(tx, {
              actor: by,
              action: 'case.read',
              subject: localCaseNo,
              detail: { for: 'answer', event: id },
            })
        })
      return found.map(({ text }) => text)
    },

    /** A kept answer as its system gave it, or as the adapter read it; a look at the case. Problem: `request.not-found`. */
    async answer(event: string, by: string): Promise<string> {
      const found = await find(event)
      const { id, localCaseNo } = found
      const kept = textOf(found)
      if (kept === null) throw new ProblemError('request.not-found', 'event: it was too long to keep')
      await db.transaction(tx =>
        audit.append(tx, {
          actor: by,
          action: 'case.read',
          subject: localCaseNo === null ? id : numberOf(lane, localCaseNo),
          detail: { for: 'answer', event: id },
        }),
      )
      return 'raw' in kept ? kept.raw : JSON.stringify(kept)
    },

    /** Settles one answer without signing anything. Problems: `request.not-found`; `request.conflict` while it is worked on. */
    async skip(event: string, reason: string, by: string): Promise<void> {
      const answer = await find(event)
      if (busy.has(answer.no)) throw new ProblemError('request.conflict', 'the answer is being taken just now')
      busy.add(answer.no)
      try {
        await db.transaction(async tx => {
          await act(tx)
          await store.settle(tx, answer, clock.now())
          await audit.append(tx, {
            actor: by,
            action: 'adapter-event.skipped',
            subject: answer.localCaseNo === null ? answer.id : numberOf(lane, answer.localCaseNo),
            detail: { event: answer.id, problem: answer.problem?.code ?? null, reason },
          })
        })
      } finally {
        busy.delete(answer.no)
        parts.wake()
      }
    },

    /** Gives up the answers of a local case number that no case here has. Problems: `request.not-found`, `request.conflict`. */
    async dismiss(localCaseNo: string, by: string): Promise<void> {
      for (const answer of await store.keptOf(keyOf(lane, localCaseNo)))
        if (await isAwaited(answer))
          throw new ProblemError(
            'request.conflict',
            'one of them says what came of a packet of this node: skip single answers, with a reason',
          )
      await db.transaction(async tx => {
        if ((await parts.cases().byLocalCaseNo(localCaseNo, lane)) !== null)
          throw new ProblemError(
            'request.conflict',
            'the case is one of this node: skip single answers of it, with a reason',
          )
        const answers = await store.dismiss(tx, keyOf(lane, localCaseNo), clock.now())
        if (answers === 0) throw new ProblemError('request.not-found')
        await act(tx)
        await audit.append(tx, {
          actor: by,
          action: 'adapter-event.dismissed',
          subject: localCaseNo,
          detail: { answers },
        })
      })
    },
  }
}
