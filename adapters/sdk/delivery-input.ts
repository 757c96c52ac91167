/** What mappings read of a delivery. Nothing in it differs from one attempt to the next, so the bytes sent under one key never do. */
import { readResidentId } from '../../protocol/codes/resident-id.ts'
import type { DeliveredMaterial, Delivery } from './port.ts'

/** The delivery as an expression sees it; `extra` is what each material has besides its facts. */
export const deliveryInput = (
  { idempotencyKey, thread, caseNo, kind, from, to, localCaseNo, body, materials }: Delivery,
  extra: (material: DeliveredMaterial) => Readonly<Record<string, unknown>> = () => ({}),
): Record<string, unknown> => ({
  idempotencyKey,
  thread,
  caseNo,
  kind,
  from,
  to,
  localCaseNo,
  body: contentOf(body),
  materials: materials.map(material => ({ ...materialFacts(material), ...extra(material) })),
})

export const materialFacts = ({ sha256, size, type, code, name }: DeliveredMaterial) => ({
  sha256,
  size,
  type,
  code,
  name,
})

/** A body without what hides it in the thread, its identity numbers as issued. */
export function contentOf({ salt, ...content }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...content, ...asIssued(content, 'applicant'), ...asIssued(content, 'agent') }
}

/** A person whose identity number stands as on the card: 18 characters, the last a digit or X. */
function asIssued(body: Readonly<Record<string, unknown>>, who: 'applicant' | 'agent'): Record<string, unknown> {
  const holder = body[who]
  if (typeof holder !== 'object' || holder === null || !('idNumber' in holder)) return {}
  const { idNumber } = holder
  const read = typeof idNumber === 'string' ? readResidentId(idNumber) : null
  return read === null ? {} : { [who]: { ...holder, idNumber: read.number } }
}
