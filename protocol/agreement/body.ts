/** Bodies of agreement packets, opened and checked; the texts in them are read once. SPEC.md §7.3. */

import { checkBody } from '../case/admit.ts'
import type { PacketClaims } from '../packet/claims.ts'
import { parseValue, readValue, sha256 } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { type AgreementAmendment, type AgreementDocument, readAgreement, readAmendment } from './document.ts'
import { AGREEMENT_BODIES, type AgreementBody, type AgreementKind, isAgreementKind } from './kinds.ts'
import { unpackText } from './packed.ts'

/** A text as it was read: a whole document, or an amendment of one. */
export type ReadText = {
  id: string
  text: string
  document: AgreementDocument | null
  amendment: AgreementAmendment | null
}
/** Texts by the body that carried them: a thread is folded many times, and large ones take a while to read. */
export const texts = new WeakMap<object, ReadText>()

/** Reads the text of a body once. Problems: `agreement.malformed`. */
export async function readText(kind: AgreementKind, body: object): Promise<{ ok: true; read: ReadText } | Refused> {
  const known = texts.get(body)
  if (known !== undefined) return { ok: true, read: known }
  const unpacked = await unpackText((body as AgreementBody<'agreement.propose'>).text)
  if (!unpacked.ok) return unpacked
  const parsed = kind === 'agreement.amend' ? readAmendment(unpacked.text) : readAgreement(unpacked.text)
  if (!parsed.ok) return parsed
  const read: ReadText = {
    id: await sha256(unpacked.text),
    text: unpacked.text,
    document: 'document' in parsed ? parsed.document : null,
    amendment: 'amendment' in parsed ? parsed.amendment : null,
  }
  texts.set(body, read)
  return { ok: true, read }
}

/** Whether packets of the kind carry a text. */
export const carriesText = (kind: AgreementKind): boolean =>
  kind === 'agreement.propose' || kind === 'agreement.counter' || kind === 'agreement.amend'

/** Checks body bytes; of a text also that it holds and that both cities are its parties. Problems: `body.*`, `agreement.malformed`. */
export async function openAgreementBody(
  claims: PacketClaims,
  bytes: Uint8Array,
): Promise<{ ok: true; body: unknown } | Refused> {
  if (!isAgreementKind(claims.kind)) return refuse('envelope.claims', 'kind')
  const checked = await checkBody(claims, bytes)
  if (checked !== null) return checked
  const read = readValue(bytes, 'body.schema')
  return read.ok ? judgeAgreementBody(claims, read.value) : read
}

/** The same of a body that was not read from bytes: its author puts it to the rules before it writes it. */
export async function judgeAgreementBody(
  claims: PacketClaims,
  value: unknown,
): Promise<{ ok: true; body: unknown } | Refused> {
  const { kind } = claims
  if (!isAgreementKind(kind)) return refuse('envelope.claims', 'kind')
  const parsed = parseValue<unknown>(AGREEMENT_BODIES[kind], value, 'body.schema')
  if (!parsed.ok) return parsed
  if (!carriesText(kind))
    return claims.materials.length > 0 ? refuse('envelope.claims', 'materials') : { ok: true, body: parsed.value }
  const text = await readText(kind, parsed.value as object)
  if (!text.ok) return text
  const { document, amendment } = text.read
  if (document !== null) {
    const codes = document.parties.map(party => party.code)
    if (!codes.includes(claims.iss) || !codes.includes(claims.aud)) return refuse('agreement.malformed', 'parties')
    if (kind === 'agreement.counter' && codes.length > 2)
      return refuse('agreement.malformed', 'parties: two in a counter-proposal')
  }
  const attachments = (document?.attachments ?? amendment?.terms.attachments ?? []).map(file => file.sha256)
  if (attachments.join() !== claims.materials.map(material => material.sha256).join())
    return refuse('envelope.claims', 'materials: the attachments of the text')
  return { ok: true, body: parsed.value }
}
