/**
 * Keeps the answers (答复) of the approval system, page by page, sealed, before the cursor moves on. Of each case, and of all that no case
 * here has, some find room; what was passed over is asked for once more when there is.
 */
import { createHash } from 'node:crypto'
import type { LocalEvent, RawEvent } from '../../../adapters/sdk/port.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import type { AnswerStore } from './answer-store.ts'
import type { Calls } from './calls.ts'
import type { LaneParts } from './lane.ts'
import { ANSWER_LIMITS, DISPATCH_LIMITS } from './limits.ts'
import { keyOf } from './numbers.ts'
import type { Trace } from './trace.ts'

type AnswerPagesParts = Pick<LaneParts, 'db' | 'keys' | 'adapter' | 'clock' | 'observer'> & {
  /** name of the adapter, among several */
  lane: string
  store: AnswerStore
  calls: Calls
  trace: Pick<Trace, 'of'>
  /** how often in a row the system could not be asked */
  attempt: () => number
  /** under which name answers and their cursor are kept */
  system: () => string
  /** tells a person of one that waits for what only a person can cure */
  recordParked: (tx: Transaction, answer: { id: string; localCaseNo: string | null }, problem: Problem) => Promise<void>
  /** answers were kept */
  kept: () => void
}

export function createAnswerPages(parts: AnswerPagesParts) {
  const { db, clock, store, calls } = parts

  async function pageAfter(cursor: string | null) {
    const page = await calls.within('poll', DISPATCH_LIMITS.poll, parts.attempt(), async call =>
      parts.adapter.poll?.(cursor, { ...call, trace: parts.trace.of('poll', () => null) }),
    )
    if (page === undefined) throw new ProblemError('adapter.mapping', 'it is not asked for answers')
    return page
  }

  /** Room for answers of one key: a local case number that a case here has, or '' for all others. */
  async function createRoom() {
    const kept = await store.kept()
    const cases = new Map<string, { known: boolean; kept: number; passed: boolean }>()
    const of = async (localCaseNo: string) => {
      const found = cases.get(localCaseNo) ?? (await store.ofCase(localCaseNo))
      cases.set(localCaseNo, found)
      return found
    }
    let strangers = await of('')
    return {
      /** The key under which an answer is passed over, null when it is to be kept. */
      async passes(localCaseNo: string | null, bytes: number, filling: boolean): Promise<string | null> {
        const found = localCaseNo === null ? strangers : await of(localCaseNo)
        const key = found.known ? (localCaseNo ?? '') : ''
        const full =
          kept.bytes + bytes > ANSWER_LIMITS.bytes ||
          (localCaseNo !== null && found.kept >= ANSWER_LIMITS.ofCase) ||
          (found.known ? kept.known >= ANSWER_LIMITS.all : kept.unknown >= ANSWER_LIMITS.unknown)
        const passed = found.known ? found.passed : strangers.passed
        if (!full && (filling || !passed)) return null
        if (found.known) found.passed = true
        else strangers = { ...strangers, passed: true }
        return key
      },
      kept(localCaseNo: string | null, bytes: number): void {
        const found = localCaseNo === null ? undefined : cases.get(localCaseNo)
        if (found !== undefined) found.kept++
        if (found?.known === true) kept.known++
        else kept.unknown++
        kept.bytes += bytes
      },
    }
  }

  type Kept = {
    id: string
    /** whether its adapter is told that it is kept: one without an id of its own is told of when it was read */
    acknowledged: boolean
    localCaseNo: string | null
    sealed: Uint8Array | null
    key: Uint8Array | null
    problem: Problem | null
  }

  function toKept(answer: LocalEvent | RawEvent): Kept {
    const text = JSON.stringify('raw' in answer ? { raw: answer.raw } : answer)
    const id = `${parts.system()} ${answer.id ?? createHash('sha256').update(text).digest('hex')}`
    const number = 'refused' in answer ? null : (answer.localCaseNo ?? null)
    const localCaseNo = number === null ? null : keyOf(parts.lane, number)
    const acknowledged = parts.adapter.acknowledge !== undefined && answer.id !== null
    if (text.length <= ANSWER_LIMITS.answer) {
      const key = parts.keys.newKey(id)
      return {
        id,
        localCaseNo,
        acknowledged,
        sealed: parts.keys.sealWith(key, encodeUtf8(text), id),
        key,
        problem: null,
      }
    }
    const detail = `the answer is longer than ${ANSWER_LIMITS.answer} characters`
    return { id, localCaseNo, acknowledged, sealed: null, key: null, problem: { code: 'adapter.mapping', detail } }
  }

  /** Keeps a page, and the cursor with the last of it. */
  async function keepPage(page: Awaited<ReturnType<typeof pageAfter>>, cursor: string | null): Promise<void> {
    if (page.events.length === 0 && page.cursor === cursor) return
    const room = await createRoom()
    const passed = new Set<string>()
    const kept: Kept[] = []
    for (const answer of page.events) {
      const one = toKept(answer)
      const key = await room.passes(one.localCaseNo, one.sealed?.byteLength ?? 0, false)
      if (key !== null) {
        passed.add(key)
        continue
      }
      room.kept(one.localCaseNo, one.sealed?.byteLength ?? 0)
      kept.push(one)
    }
    await write(kept, async tx => {
      for (const key of passed) await store.pass(tx, key, parts.system(), cursor, clock.now())
      if (page.cursor !== cursor) await store.saveCursor(tx, parts.system(), page.cursor)
    })
  }

  /** Keeps answers that were given of single cases; false when there was no room for all of them. */
  async function keepAll(answers: readonly (LocalEvent | RawEvent)[]): Promise<boolean> {
    const room = await createRoom()
    const kept: Kept[] = []
    let whole = true
    for (const answer of answers) {
      const one = toKept(answer)
      const bytes = one.sealed?.byteLength ?? 0
      if ((await room.passes(one.localCaseNo, bytes, true)) !== null) {
        whole = false
        break
      }
      room.kept(one.localCaseNo, bytes)
      kept.push(one)
    }
    await write(kept, async () => {})
    return whole
  }

  async function write(kept: readonly Kept[], last: (tx: Transaction) => Promise<void>): Promise<void> {
    let begin = 0
    do {
      const batch = kept.slice(begin, begin + ANSWER_LIMITS.batch)
      begin += ANSWER_LIMITS.batch
      await db.transaction(async tx => {
        for (const answer of batch) {
          const first = await store.keep(tx, { ...answer, at: clock.now() })
          if (!first) {
            // Given again: what was told of it before did not reach its system.
            if (answer.acknowledged) await store.acknowledgeAgain(tx, answer.id)
            tx.afterCommit(() => parts.observer.event('repeated'))
          }
          if (first && answer.problem !== null) await parts.recordParked(tx, answer, answer.problem)
        }
        if (begin >= kept.length) await last(tx)
      })
    } while (begin < kept.length)
    if (kept.length > 0) parts.kept()
  }

  /** Where answers of a case were passed over and there is room again, a page is read once more, for that case alone. */
  async function fillGap(end: string): Promise<void> {
    if (!(await store.hasGaps(parts.system()))) return
    const { known, unknown, bytes } = await store.kept()
    if (bytes > ANSWER_LIMITS.bytes / 2 || known > ANSWER_LIMITS.all / 2) return
    const gap = await store.gap(parts.system(), ANSWER_LIMITS.ofCase / 2, unknown <= ANSWER_LIMITS.unknown / 2)
    if (gap === null) return
    const page = await pageAfter(gap.cursor)
    const room = await createRoom()
    const kept: Kept[] = []
    let full = false
    for (const answer of page.events) {
      const one = toKept(answer)
      const { localCaseNo } = one
      const mine =
        gap.localCaseNo === ''
          ? localCaseNo === null || !(await store.ofCase(localCaseNo)).known
          : localCaseNo === gap.localCaseNo
      if (!mine) continue
      full = (await room.passes(localCaseNo, one.sealed?.byteLength ?? 0, true)) !== null
      if (full) break
      room.kept(localCaseNo, one.sealed?.byteLength ?? 0)
      kept.push(one)
    }
    const closed = page.events.length === 0 || page.cursor === gap.cursor || page.cursor === end
    await write(kept, tx =>
      store.moveGap(tx, gap.localCaseNo, full ? gap.cursor : closed ? undefined : page.cursor, clock.now()),
    )
  }

  return { pageAfter, keepPage, keepAll, fillGap }
}
