/** Takes a list from a partner: every item against the schema, the whole against the signed head, before any of it is seen. */

import type { KeyResolver } from '../../../protocol/packet/envelope.ts'
import { parseJson } from '../../../protocol/primitives.ts'
import { type Problem, type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import { ServiceItem } from '../../../protocol/service/item.ts'
import { holds, verifyListHead } from '../../../protocol/service/list.ts'
import type { Database } from '../../kernel/store/database.ts'
import { keptOf } from './kept.ts'
import type { Lists, StoredHead } from './lists.ts'
import { createStage, type Stage } from './stage.ts'
import type { Delivery, ListSync } from './sync.ts'

export type ReceiveParts = { db: Database; lists: Lists; sync: () => ListSync; resolveKey: KeyResolver }

/** A version that was verified and is not seen yet: `stage.seal` shows it, `stage.abandon` takes it away. */
export type Received = { head: StoredHead; stage: Stage }

/** What may come of a difference that does not fit; the whole list may still be right. */
export const BAD: readonly ProblemCode[] = ['list.root', 'list.malformed', 'exchange.protocol', 'frame.malformed']

export const throwProblem = (problem: Problem): never => {
  throw new ProblemError(problem.code, problem.detail)
}

/**
 * Fetches the newest list of `city` from `partner`; null when it is the version that is held. A difference that does not lead to
 * the signed root is given up for the whole list. Problems: `list.*`, `envelope.*`, `key.*`, `exchange.*`, `frame.*`.
 */
export async function fetchList(
  parts: ReceiveParts,
  {
    partner,
    city,
    held,
    whole = false,
  }: {
    partner: string
    city: string
    held: StoredHead | null
    /** no difference: one failed before */
    whole?: boolean
  },
): Promise<Received | null> {
  if (held !== null && !whole) {
    try {
      return await receive(parts, await parts.sync().fetch(partner, { city, held: held.jws }), city, held)
    } catch (error) {
      if (!(error instanceof ProblemError) || !BAD.includes(error.problem.code)) throw error
    }
  }
  return receive(parts, await parts.sync().fetch(partner, { city, held: null }), city, held)
}

async function receive(
  parts: ReceiveParts,
  { answer, lines, abort }: Delivery,
  city: string,
  held: StoredHead | null,
): Promise<Received | null> {
  let stage: Stage | null = null
  try {
    const options = { resolveKey: parts.resolveKey, issuer: city, heldVersion: held?.version ?? 0 }
    const verified = await verifyListHead(answer.head, options)
    if (!verified.ok) return throwProblem(verified.problem)
    const { head } = verified
    if (head.version === held?.version) {
      if (head.root !== held.claims.root) return throwProblem({ code: 'list.fork', detail: `version ${head.version}` })
      abort(new ProblemError('exchange.protocol', 'nothing new'))
      return null
    }
    if (answer.from !== null && answer.from !== held?.version)
      return throwProblem({ code: 'exchange.protocol', detail: 'a difference from another version' })
    stage = createStage(parts, { city, version: head.version, held, whole: answer.from === null })
    for await (const batch of lines) for (const line of batch) await ingest(stage, line)
    const wrong = holds(head, await stage.finish())
    if (wrong !== null) return throwProblem(wrong.problem)
    return { head: { version: head.version, jws: answer.head, claims: head }, stage }
  } catch (error) {
    abort(error)
    await stage?.abandon()
    throw error
  }
}

const QUOTE = 0x22

/** A line is an item, or the code of one that was removed as a JSON string. */
async function ingest(stage: Stage, line: Uint8Array): Promise<void> {
  if (line[0] === QUOTE) return stage.remove(codeOf(line))
  const read = keptOf(line)
  if (!read.ok) return throwProblem(read.problem)
  await stage.put([read.kept])
}

function codeOf(line: Uint8Array): string {
  const code = parseJson(ServiceItem.shape.taskCode, line, 'list.malformed')
  return code.ok ? code.value : throwProblem(code.problem)
}
