/** Verification of what stands beside the packets of a bundle: receipts, agreement, materials. */

import * as jose from 'jose'
import * as z from 'zod'
import {
  type AgreementAmendment,
  type AgreementDocument,
  amend,
  covers,
  dayOf,
  readAgreement,
  readAmendment,
} from '../../../../protocol/agreement/document.ts'
import { AgreementSignature, signatureKid, verifyAgreementSignature } from '../../../../protocol/agreement/signature.ts'
import { submitContent } from '../../../../protocol/case/admit.ts'
import { isBase64url } from '../../../../protocol/jws.ts'
import type { CertificateKey } from '../../../../protocol/keys/delegation.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import type { Packet } from '../../../../protocol/packet/claims.ts'
import { verifyReceipt } from '../../../../protocol/packet/receipt.ts'
import { decodeUtf8, parseJson, sha256 } from '../../../../protocol/primitives.ts'
import { refuse } from '../../../../protocol/problem.ts'
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
    .regex(/^[A-Za-z0-9_-]+$/)
    .refine(isBase64url),
  signatures: z.array(AgreementSignature).min(1).max(100),
})

/**
 * Verifies the agreement that the submit names, with all that it amends: texts, signatures of both cities, coverage; gives it as
 * it stands after its amendments, null when that cannot be told.
 */
export async function verifyAgreements(
  files: BundleFiles,
  submit: Packet | undefined,
  certificates: readonly CertificateKey[],
  findings: Findings,
): Promise<AgreementDocument | null> {
  const chain =
    submit?.claims.agreement === undefined
      ? []
      : await readChain(files, submit.claims.agreement, certificates, findings)
  const named = new Set(chain.map(({ path }) => path))
  for (const path of files.inFolder('agreements')) if (!named.has(path)) findings.error(path, 'agreement.unrelated')
  const [newest] = chain
  const document = documentOf(chain, findings)
  if (submit === undefined || newest === undefined || document === null) return null
  const content = submitContent(submit)
  if (content === null) {
    findings.warning(newest.path, 'agreement.unchecked')
    return document
  }
  const { from } = newest
  const covered =
    from !== null && dayOf(submit.claims.iat) < from
      ? refuse('agreement.inactive', `from ${from}`)
      : covers(document, {
          collecting: submit.claims.iss,
          handling: submit.claims.aud,
          item: content.item.code,
          mode: content.mode,
          at: submit.claims.iat,
        })
  if (!covered.ok) findings.refused(newest.path, covered)
  return document
}

type ReadAgreement = {
  path: string
  text: AgreementDocument | AgreementAmendment | null
  /** first day of an amendment */
  from: string | null
}

/** The texts from the version that the case names down to the document, each with its signatures verified. */
async function readChain(
  files: BundleFiles,
  id: string,
  certificates: readonly CertificateKey[],
  findings: Findings,
): Promise<ReadAgreement[]> {
  const chain: ReadAgreement[] = []
  for (let next: string | null = id; next !== null; ) {
    const path: string = `agreements/${next}.json`
    if (chain.some(entry => entry.path === path)) break
    const entry: ReadAgreement = { path, text: null, from: null }
    chain.push(entry)
    if (!files.has(path)) {
      findings.error(path, 'agreement.missing')
      break
    }
    const bytes = await files.bytes(path)
    if (bytes === null) break
    const parsed = parseJson(GeneralJws, bytes, 'agreement.malformed')
    const text = parsed.ok ? textOf(parsed.value.payload) : null
    if (!parsed.ok || text === null) {
      findings.refused(path, parsed.ok ? { ok: false, problem: { code: 'agreement.malformed' } } : parsed)
      break
    }
    if ((await sha256(text)) !== next) findings.error(path, 'file.name')
    await verifySignatures(path, text, parsed.value.signatures, certificates, findings)
    const document = readAgreement(text)
    if (document.ok) {
      entry.text = document.document
      break
    }
    const amendment = readAmendment(text)
    if (!amendment.ok) {
      findings.refused(path, document)
      break
    }
    entry.text = amendment.amendment
    entry.from = amendment.amendment.effectiveFrom
    next = amendment.amendment.amends
  }
  return chain
}

/** What stands after all amendments; null when a text is missing or does not fit. */
function documentOf(chain: readonly ReadAgreement[], findings: Findings): AgreementDocument | null {
  let document: AgreementDocument | null = null
  for (const { path, text } of chain.toReversed()) {
    if (text === null) return null
    if ('parties' in text) {
      document = text
      continue
    }
    const amended: ReturnType<typeof amend> =
      document === null ? refuse('agreement.malformed', 'it amends no document') : amend(document, text)
    if (!amended.ok) {
      findings.refused(path, amended)
      return null
    }
    document = amended.document
  }
  return document
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
  const kids = signatures.map(signature => signatureKid(signature))
  for (const named of kids) if (!named.ok) findings.refused(path, named)
  for (const certificate of certificates) {
    const names = (index: number) => {
      const named = kids[index]
      return named?.ok === true && named.kid === certificate.kid
    }
    for (const signature of signatures.filter((_, index) => names(index))) {
      const verified = await verifyAgreementSignature(text, signature, certificate)
      if (verified.ok) signed.add(certificate.city)
      else findings.refused(path, verified)
    }
  }
  for (const city of new Set(certificates.map(certificate => certificate.city))) {
    if (!signed.has(city)) findings.error(path, 'agreement.unsigned', city)
  }
}

function textOf(payload: string): string | null {
  try {
    return decodeUtf8(jose.base64url.decode(payload))
  } catch {
    return null
  }
}

/** A material that is in the bundle, byte for byte what a packet commits to. */
export type CheckedMaterial = {
  sha256: string
  /** bytes */
  size: number
  /** media type, as its packet says */
  type: string
  /** id of the first packet that names it */
  packet: string
}

/** Checks that each material a packet commits to is there with its bytes and size, or listed as purged; those that are there. */
export async function verifyMaterials(
  files: BundleFiles,
  packets: readonly ReadPacket[],
  findings: Findings,
): Promise<CheckedMaterial[]> {
  const committed = new Map<string, Set<number>>()
  const named = new Map<string, CheckedMaterial>()
  for (const { id, claims } of packets) {
    for (const { sha256, size, type } of claims.materials) {
      const path = `materials/${sha256}`
      committed.set(path, (committed.get(path) ?? new Set()).add(size))
      if (!named.has(path)) named.set(path, { sha256, size, type, packet: id })
    }
  }
  const present: CheckedMaterial[] = []
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
    const material = named.get(path)
    if (material !== undefined && digest === material.sha256) present.push(material)
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
