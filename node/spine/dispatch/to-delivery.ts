/** What an adapter is handed for a packet: what it says, the case that it belongs to, and its materials to be opened. */
import type { Delivery } from '../../../adapters/sdk/port.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { type CaseBody, isCaseKind, materialsOf } from '../../../protocol/case/kinds.ts'
import type { StoredPacket } from '../exchange/ports.ts'

/** `attempt`: how often it was handed over before. */
export function toDelivery(
  packet: StoredPacket,
  { thread, fold, packets }: { thread: string; fold: CaseState; packets: readonly StoredPacket[] },
  attempt: number,
  openMaterial: (sha256: string) => ReadableStream<Uint8Array>,
): Delivery {
  const { kind, materials } = packet.claims
  const body = packet.body as Record<string, unknown>
  const named = new Map(
    ((body.materials ?? body.attachments ?? []) as CaseBody<'case.submit'>['materials']).map(entry => [
      entry.sha256,
      entry,
    ]),
  )
  const submit = packets.find(entry => entry.claims.kind === 'case.submit')?.body as CaseBody<'case.submit'> | undefined
  return {
    idempotencyKey: packet.id,
    thread,
    caseNo: submit?.caseNo ?? fold.caseNo ?? thread,
    kind,
    from: fold.collecting,
    to: fold.handling,
    localCaseNo: fold.localCaseNo,
    body,
    submit: submit ?? null,
    materials: (isCaseKind(kind) ? materialsOf(kind, body) : []).map(sha256 => ({
      sha256,
      size: materials.find(entry => entry.sha256 === sha256)?.size ?? 0,
      type: materials.find(entry => entry.sha256 === sha256)?.type ?? 'application/octet-stream',
      code: named.get(sha256)?.code ?? '',
      name: named.get(sha256)?.name ?? '',
      open: () => openMaterial(sha256),
    })),
    attempt,
    submittedAt: fold.instants.submitted === null ? undefined : fold.instants.submitted * 1000,
  }
}
