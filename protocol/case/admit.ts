/** Admission of a case packet into its thread, judged in the view its author had, so that both cities judge alike. SPEC.md §6.4. */

import { LIMITS } from '../limits.ts'
import { BODY_TYPE } from '../names.ts'
import type { Packet, PacketClaims } from '../packet/claims.ts'
import { parseValue, readValue, sha256 } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { checkPlace, seesAll, standsLast, viewOf } from '../thread/chain.ts'
import { correctedStep } from './correct.ts'
import { implausible } from './days.ts'
import { type CaseState, foldCase, foldOn, moverOf } from './fold.ts'
import { CASE_BODIES, type CaseBody, type CaseKind, isCaseKind, materialsOf } from './kinds.ts'
import { mayAuthor, permits } from './permits.ts'
import { unsound } from './sound.ts'

/** Checks body bytes against their commitment, schema and materials, and the days that it names. Problems: `body.*`, `case.material`, `case.day`, `envelope.claims`. */
export async function openCaseBody(
  claims: PacketClaims,
  bytes: Uint8Array,
): Promise<{ ok: true; body: unknown } | Refused> {
  const read = await readCaseBody(claims, bytes)
  return read.ok ? datedCaseBody(claims, read) : read
}

/** The same of a body that was not read from bytes: its author puts it to the rules before it writes it. */
export function judgeCaseBody(claims: PacketClaims, value: unknown): { ok: true; body: unknown } | Refused {
  const judged = ruledCaseBody(claims, value)
  return judged.ok ? datedCaseBody(claims, judged) : judged
}

const datedCaseBody = (claims: PacketClaims, read: { ok: true; body: unknown }) =>
  implausible(claims.kind as CaseKind, read.body, claims.iat) ?? read

/** The same of what both cities took once, before the days that a body names had bounds. */
export async function readCaseBody(
  claims: PacketClaims,
  bytes: Uint8Array,
): Promise<{ ok: true; body: unknown } | Refused> {
  if (!isCaseKind(claims.kind)) return refuse('envelope.claims', 'kind')
  const checked = await checkBody(claims, bytes)
  if (checked !== null) return checked
  const read = readValue(bytes, 'body.schema')
  return read.ok ? ruledCaseBody(claims, read.value) : read
}

/** Schema and materials of a body. */
function ruledCaseBody(claims: PacketClaims, value: unknown): { ok: true; body: unknown } | Refused {
  if (!isCaseKind(claims.kind)) return refuse('envelope.claims', 'kind')
  const parsed = parseValue<unknown>(CASE_BODIES[claims.kind], value, 'body.schema')
  if (!parsed.ok) return parsed
  const named = materialsOf(claims.kind, parsed.value)
  const committed = claims.materials.map(material => material.sha256)
  if (new Set(committed).size !== committed.length || new Set(named).size !== named.length)
    return refuse('case.material', 'twice')
  if (named.length !== committed.length || named.some(hash => !committed.includes(hash))) return refuse('case.material')
  if (claims.materials.some(material => material.size > LIMITS.materialBytes)) return refuse('material.oversize')
  return { ok: true, body: parsed.value }
}

/** Size, type and hash of body bytes against the claims. */
export async function checkBody(claims: PacketClaims, bytes: Uint8Array): Promise<Refused | null> {
  if (bytes.byteLength > LIMITS.bodyBytes || claims.body.size > LIMITS.bodyBytes) return refuse('body.oversize')
  if (claims.body.type !== BODY_TYPE) return refuse('body.schema', 'type')
  if (bytes.byteLength !== claims.body.size) return refuse('body.hash', 'size')
  return (await sha256(bytes)) === claims.body.sha256 ? null : refuse('body.hash')
}

/**
 * Admits a packet (body opened) to the packets of its thread; the state after it. `known`: what `foldCase` gives for these packets, by
 * whoever has it, so that no body of them is read again. Problems: `chain.*`, `thread.party`, `case.*`, `agreement.none`.
 */
export const admitCase = (
  packets: readonly Packet[],
  candidate: Packet,
  known: CaseState | null = null,
): { ok: true; state: CaseState } | Refused => admitted(packets, candidate, known, true)

/** The same of what both cities took once, under the rules for what it says that stood then. */
export const readmitCase = (
  packets: readonly Packet[],
  candidate: Packet,
  known: CaseState | null = null,
): { ok: true; state: CaseState } | Refused => admitted(packets, candidate, known, false)

function admitted(
  packets: readonly Packet[],
  candidate: Packet,
  known: CaseState | null,
  isNew: boolean,
): { ok: true; state: CaseState } | Refused {
  const { kind, iss, iat } = candidate.claims
  const step = { kind: kind as CaseKind, body: candidate.body, iat }
  if (!isCaseKind(kind)) return refuse('envelope.claims', 'kind')
  const misplaced = checkPlace(packets, candidate)
  if (misplaced !== null) return misplaced
  if (kind === 'case.submit') {
    // A handling city restored from a backup may hold its own moves before it is given the submit again.
    if (packets.some(packet => packet.claims.kind === kind)) return refuse('case.transition', 'the thread has begun')
    if (candidate.claims.agreement === undefined) return refuse('agreement.none')
    const wrong = isNew ? unsound({ packets: [], state: null }, step) : null
    if (wrong !== null) return wrong
  } else {
    if (candidate.claims.agreement !== undefined)
      return refuse('envelope.claims', 'agreement stands in case.submit only')
    const mover = known?.mover ?? moverOf([...packets, candidate])
    if (mover === null) return refuse('thread.unknown')
    const seen = viewOf(packets, candidate)
    const view = known !== null && seesAll(packets, candidate) ? known : foldCase(seen, mover)
    // The other city's chain may begin with an ask only after it has seen the submit.
    if (view === null) return refuse('chain.seen', 'the submit was not seen')
    const refusal = mayAuthor(view, kind, iss) ?? permits(view, kind, candidate.body, iss)
    if (refusal !== null) return refusal
    const named = kind === 'case.correct' ? correctedStep(seen, iss, candidate.body) : null
    if (named !== null && 'problem' in named) return named
    const wrong = isNew ? unsound({ packets: seen, state: view }, step) : null
    if (wrong !== null) return wrong
  }
  const state =
    known !== null && standsLast(packets, candidate, known.mover)
      ? foldOn(known, candidate)
      : foldCase([...packets, candidate])
  return state === null ? refuse('thread.unknown') : { ok: true, state }
}

/** The content that an agreement must cover, from an opened `case.submit`. */
export function submitContent(packet: Packet): CaseBody<'case.submit'> | null {
  return packet.claims.kind === 'case.submit' ? (packet.body as CaseBody<'case.submit'> | null) : null
}
