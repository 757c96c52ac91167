/** Verification of what stands beside the packets of a bundle: receipts, agreement, materials. */

import * as jose from 'jose'
import * as z from 'zod'
import { covers, readAgreement } from '../../protocol/agreement/document.ts'
import { AgreementSignature, verifyAgreementSignature } from '../../protocol/agreement/signature.ts'
import { submitContent } from '../../protocol/case/admit.ts'
import type { CertificateKey } from '../../protocol/keys/delegation.ts'
import { LIMITS } from '../../protocol/limits.ts'
import type { Packet } from '../../protocol/packet/claims.ts'
import { verifyReceipt } from '../../protocol/packet/receipt.ts'
import { decodeUtf8, parseJson, sha256 } from '../../protocol/primitives.ts'
import type { BundleFiles } from './files.ts'
import type { Findings } from './findings.ts'
import { addStored, type StoredTimes, storedKey } from './timeline.ts'
import type { KeysFor } from './verify-identity.ts'
import type { ReadPacket } from './verify-thread.ts'

/** Verifies every receipt, and that each packet has one of the city it was sent to or is listed as unreceipted. */
export async function verifyReceipts(
  files: BundleFiles,
  packets: readonly ReadPacket[],
  keysFor: KeysFor,
  findings: Findings,
): Promise<{ count: number; stored: StoredTimes }> {
  const byId = new Map(packets.map(packet => [packet.id, packet]))
  const stored = new Map<string, number>()
  const refused = new Set<string>()
  const ids = new Set<string>()
  for (const path of files.inFolder('receipts')) {
    const jws = await files.text(path)
    if (jws === null) continue
    const verified = await verifyReceipt(jws, { resolveKey: keysFor(jws), evidence: true })
    if (!verified.ok) {
      findings.refused(path, verified)
      continue
    }
    const { iss, aud, iat } = verified.claims
    // A receipt may cover packets of other threads as well; nothing of those is kept.
    const items = verified.claims.items.filter(({ id }) => byId.has(id))
    const covered = items.flatMap(({ id }) => byId.get(id) ?? [])
    const id = await sha256(jws)
    if (ids.has(id)) findings.error(path, 'file.repeated')
    else if (covered.length === 0 || covered.some(({ claims }) => claims.aud !== iss || claims.iss !== aud)) {
      findings.error(path, 'receipt.unrelated')
    } else {
      if (covered.some(({ claims }) => iat + LIMITS.clockSkewSeconds < claims.iat)) {
        findings.warning(path, 'receipt.early')
      }
      ids.add(id)
      addStored(stored, { ...verified.claims, items })
      for (const item of items) if (item.status === 'refused') refused.add(item.id)
    }
  }
  coverPackets(files, packets, { stored, refused }, findings)
  return { count: ids.size, stored }
}

function coverPackets(
  files: BundleFiles,
  packets: readonly ReadPacket[],
  { stored, refused }: { stored: StoredTimes; refused: ReadonlySet<string> },
  findings: Findings,
): void {
  const pending = new Set(files.manifest.unreceipted)
  for (const { path, id, claims } of packets) {
    const listed = pending.delete(path)
    if (stored.has(storedKey(claims.aud, id))) {
      if (listed) findings.error(path, 'manifest.unreceipted')
    } else if (refused.has(id)) findings.error(path, 'receipt.refused')
    else if (listed) findings.warning(path, 'packet.pending')
    else findings.error(path, 'packet.unreceipted')
  }
  for (const path of pending) findings.error(path, 'manifest.unreceipted')
}

const GeneralJws = z.strictObject({
  payload: z
    .string()
    .max(2 * LIMITS.agreementBytes)
    .regex(/^[A-Za-z0-9_-]+$/),
  signatures: z.array(AgreementSignature).min(1).max(100),
})

/** Verifies the agreement that the submit names: document, signatures of both cities, coverage. */
export async function verifyAgreements(
  files: BundleFiles,
  submit: Packet | undefined,
  certificates: readonly CertificateKey[],
  findings: Findings,
): Promise<void> {
  const wanted = submit?.claims.agreement === undefined ? null : `agreements/${submit.claims.agreement}.json`
  for (const path of files.inFolder('agreements')) if (path !== wanted) findings.error(path, 'agreement.unrelated')
  if (submit === undefined || wanted === null) return
  if (!files.has(wanted)) {
    findings.error(wanted, 'agreement.missing')
    return
  }
  const bytes = await files.bytes(wanted)
  if (bytes === null) return
  const parsed = parseJson(GeneralJws, bytes, 'agreement.malformed')
  const text = parsed.ok ? textOf(parsed.value.payload) : null
  if (!parsed.ok || text === null) {
    findings.refused(wanted, parsed.ok ? { ok: false, problem: { code: 'agreement.malformed' } } : parsed)
    return
  }
  if ((await sha256(text)) !== submit.claims.agreement) findings.error(wanted, 'file.name')
  const read = readAgreement(text)
  if (!read.ok) {
    findings.refused(wanted, read)
    return
  }
  await verifySignatures(wanted, text, parsed.value.signatures, certificates, findings)
  const content = submitContent(submit)
  if (content === null) {
    findings.warning(wanted, 'agreement.unchecked')
    return
  }
  const covered = covers(read.document, {
    collecting: submit.claims.iss,
    handling: submit.claims.aud,
    item: content.item.code,
    mode: content.mode,
    at: submit.claims.iat,
  })
  if (!covered.ok) findings.refused(wanted, covered)
  return
}

/** Each city of the case must have signed; further parties of the agreement are not in the bundle. */
async function verifySignatures(
  path: string,
  text: string,
  signatures: readonly AgreementSignature[],
  certificates: readonly CertificateKey[],
  findings: Findings,
): Promise<void> {
  const signed = new Set<string>()
  for (const certificate of certificates) {
    for (const signature of signatures.filter(entry => kidOf(entry) === certificate.kid)) {
      const verified = await verifyAgreementSignature(text, signature, certificate)
      if (verified.ok) signed.add(certificate.city)
      else findings.refused(path, verified)
    }
  }
  for (const city of new Set(certificates.map(certificate => certificate.city))) {
    if (!signed.has(city)) findings.error(path, 'agreement.unsigned', city)
  }
}

function kidOf(signature: AgreementSignature): string | undefined {
  try {
    return jose.decodeProtectedHeader({ protected: signature.protected }).kid
  } catch {
    return undefined
  }
}

function textOf(payload: string): string | null {
  try {
    return decodeUtf8(jose.base64url.decode(payload))
  } catch {
    return null
  }
}

/** Checks that each material a packet commits to is there with its bytes and size, or listed as purged; how many are there. */
export async function verifyMaterials(
  files: BundleFiles,
  packets: readonly ReadPacket[],
  findings: Findings,
): Promise<number> {
  const committed = new Map<string, Set<number>>()
  for (const { sha256, size } of packets.flatMap(({ claims }) => claims.materials)) {
    const path = `materials/${sha256}`
    committed.set(path, (committed.get(path) ?? new Set()).add(size))
  }
  let present = 0
  for (const [path, sizes] of committed) {
    if (!files.has(path)) {
      if (files.purged.has(path)) findings.warning(path, 'material.purged')
      else findings.error(path, 'material.missing')
      continue
    }
    if (sizes.size !== 1 || !sizes.has(files.size(path))) {
      // Nothing is unpacked whose size nobody committed to.
      findings.error(path, 'material.size')
      continue
    }
    const digest = await files.hash(path)
    if (digest === null) continue
    if (path === `materials/${digest}`) present++
    else findings.error(path, 'file.name')
  }
  for (const path of files.inFolder('materials')) if (!committed.has(path)) findings.error(path, 'file.unused')
  return present
}

/** Bodies that no packet commits to, and purged files that are there or belong to no packet. */
export function checkUnused(files: BundleFiles, packets: readonly ReadPacket[], findings: Findings): void {
  const known = new Set(
    packets.flatMap(({ claims }) => [
      `bodies/${claims.body.sha256}`,
      ...claims.materials.map(material => `materials/${material.sha256}`),
    ]),
  )
  for (const path of files.inFolder('bodies')) if (!known.has(path)) findings.error(path, 'file.unused')
  for (const path of files.purged) {
    if (files.has(path) || !known.has(path)) findings.error(path, 'manifest.purged')
  }
}
