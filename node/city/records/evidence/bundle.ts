/** Writes an evidence bundle as a stream: besides the packets only one chunk of a material is in memory. */
import * as jose from 'jose'
import { keyThumbprint, readCertificate } from '../../../../certs/index.ts'
import { type AgreementSignature, generalJws } from '../../../../protocol/agreement/signature.ts'
import type { CountedTable } from '../../../../protocol/calendar/calendar.ts'
import { foldCase } from '../../../../protocol/case/fold.ts'
import { EVIDENCE_FORMAT } from '../../../../protocol/names.ts'
import { type Packet, PacketClaims } from '../../../../protocol/packet/claims.ts'
import { ReceiptClaims } from '../../../../protocol/packet/receipt.ts'
import { foldTest } from '../../../../protocol/partner-test/thread.ts'
import { decodeUtf8, encodeUtf8, sha256 } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { calendarPath, deadlinesOf, documentOfTexts } from './deadlines.ts'
import { BUNDLE_LIMITS, DEADLINES, MANIFEST, type Manifest, packetPath, TIMELINE } from './manifest.ts'
import { receipted, storedKey, storedTimes, timelineOf } from './timeline.ts'
import { timelineHtml } from './timeline-html.ts'
import { createZipWriter, zipSize } from './zip-writer.ts'

export type BundleMaterial = {
  /** lowercase hex */
  sha256: string
  size: number
  /** opens the bytes once, when their turn comes; null when they were purged */
  open: (() => ReadableStream<Uint8Array>) | null
}

export type BundleInput = {
  thread: string
  caseNo: string
  /** the admitted packets in canonical order; `body` is null when it was purged */
  packets: readonly { jws: string; body: Uint8Array | null }[]
  /** receipts that cover these packets, compact JWS, in the order of signing */
  receipts: readonly string[]
  /** delegations and revocations of both cities, compact JWS; those that matter are taken */
  delegations: readonly string[]
  revocations: readonly string[]
  /** PEM, at least one of each city; those that matter are taken */
  certificates: readonly string[]
  /** the agreement that the submit names */
  agreements: readonly { text: string; signatures: readonly AgreementSignature[] }[]
  /** the holiday tables by which the limits of each of the two cities run, by division code */
  calendars: ReadonlyMap<string, readonly CountedTable[]>
  /** every material that a packet commits to; one that is left out counts as purged */
  materials: readonly BundleMaterial[]
  /** milliseconds since the epoch */
  exportedAt: number
  /** division code */
  exportedBy: string
}

type Part = { path: string; size: number; content: Uint8Array | (() => ReadableStream<Uint8Array>) }

/** A bundle of which all is known but the bytes of its materials. */
export type PlannedBundle = {
  manifest: Manifest
  /** size of the ZIP file */
  bytes: number
  /** the timeline page inside; null for the test of a partner */
  timeline: Uint8Array | null
  /** Writes it to `sink` and closes that; aborts it on an error. */
  write(sink: WritableStream<Uint8Array>): Promise<void>
}

/**
 * Reads everything but the materials. Throws ProblemError: `request.oversize` when the ZIP would pass 4 GiB or 50,000
 * files, `body.hash` when the store holds other bytes than were signed; writing it, `material.hash` likewise.
 */
export async function planBundle(input: BundleInput): Promise<PlannedBundle> {
  const { manifest, parts } = await plan(input)
  const bytes = zipSize(parts)
  if (parts.length > BUNDLE_LIMITS.entries)
    throw new ProblemError('request.oversize', `evidence of ${parts.length} files, ${BUNDLE_LIMITS.entries} at most`)
  if (bytes > BUNDLE_LIMITS.bundleBytes)
    throw new ProblemError('request.oversize', `evidence of ${bytes} bytes, ${BUNDLE_LIMITS.bundleBytes} at most`)
  const timeline = parts.find(({ path }) => path === TIMELINE)?.content
  return {
    manifest,
    bytes,
    timeline: timeline instanceof Uint8Array ? timeline : null,
    async write(sink) {
      const writer = sink.getWriter()
      try {
        const zip = await createZipWriter(writer, input.exportedAt)
        for (const { path, size, content } of parts) {
          const { sha256: hash } = await zip.add(path, size, content instanceof Uint8Array ? content : content())
          if (!(content instanceof Uint8Array) && path !== `materials/${hash}`)
            throw new ProblemError('material.hash', path)
        }
        await zip.end()
        await writer.close()
      } catch (error) {
        await writer.abort(error).catch(() => {})
        throw error
      }
    },
  }
}

/** Plans the bundle and writes it to `sink`; aborts that on an error. Problems: as of both. */
export async function writeBundle(
  input: BundleInput,
  sink: WritableStream<Uint8Array>,
): Promise<{ manifest: Manifest; bytes: number }> {
  const planned = await planBundle(input).catch(async error => {
    await sink.abort(error).catch(() => {})
    throw error
  })
  await planned.write(sink)
  return { manifest: planned.manifest, bytes: planned.bytes }
}

/** All files in their order, the manifest first. */
async function plan(input: BundleInput): Promise<{ manifest: Manifest; parts: Part[] }> {
  const parts = new Map<string, Part>()
  const files: Record<string, string> = {}
  const add = async (path: string, content: Uint8Array | string): Promise<void> => {
    const bytes = typeof content === 'string' ? encodeUtf8(content) : content
    parts.set(path, { path, size: bytes.byteLength, content: bytes })
    files[path] = await sha256(bytes)
  }

  const packets = await Promise.all(input.packets.map(readPacket))
  const paths = new Map(packets.map(({ id, claims }, index) => [id, packetPath(index + 1, claims.iss, claims.seq)]))
  for (const [index, { id }] of packets.entries()) await add(paths.get(id) ?? '', input.packets[index]?.jws ?? '')
  const receipts = input.receipts.map(jws => ReceiptClaims.parse(jose.decodeJwt(jws)))
  for (const [index, receipt] of receipts.entries()) {
    const place = String(index + 1).padStart(4, '0')
    await add(`receipts/${place}-${receipt.iss}.jws`, input.receipts[index] ?? '')
  }
  const papers = await neededPapers(input)
  for (const folder of ['delegations', 'revocations'] as const) {
    for (const jws of papers[folder]) {
      await add(`${folder}/${jose.decodeJwt(jws).iss}-${(await sha256(jws)).slice(0, 16)}.jws`, jws)
    }
  }
  for (const { city, pem, fingerprint } of papers.certificates) {
    const alone = papers.certificates.every(other => other.city !== city || other.fingerprint === fingerprint)
    await add(`certificates/${city}${alone ? '' : `-${fingerprint.slice(0, 16)}`}.pem`, pem)
  }
  const names = new Map(papers.certificates.map(({ city, name }) => [city, name]))
  for (const { text, signatures } of input.agreements) {
    await add(`agreements/${await sha256(text)}.json`, JSON.stringify(generalJws(text, signatures)))
  }

  const purged = new Set<string>()
  for (const [index, { claims }] of packets.entries()) {
    const path = `bodies/${claims.body.sha256}`
    const body = input.packets[index]?.body ?? null
    if (body === null) purged.add(path)
    else await add(path, body)
    if (body !== null && files[path] !== claims.body.sha256) throw new ProblemError('body.hash', `seq ${claims.seq}`)
  }
  const held = new Map(input.materials.map(material => [material.sha256, material]))
  for (const { sha256: hash, size } of packets.flatMap(({ claims }) => claims.materials)) {
    const path = `materials/${hash}`
    const content = held.get(hash)?.open ?? null
    if (content === null) purged.add(path)
    else {
      parts.set(path, { path, size, content })
      files[path] = hash
    }
  }

  const stored = storedTimes(receipts)
  const unreceipted = packets.filter(({ id, claims }) => !stored.has(storedKey(claims.aud, id)))
  const exportedAt = new Date(input.exportedAt).toISOString()
  const state = foldCase(receipted(packets, stored))
  if (state !== null) {
    const entries = timelineOf(packets, stored)
    const document = documentOfTexts(input.agreements.map(({ text }) => text))
    const tables = input.calendars
    const deadlines =
      document === null ? null : deadlinesOf({ state, entries, paths, document, tables, at: exportedAt })
    if (deadlines !== null) {
      for (const [city, list] of [...tables].sort(([a], [b]) => (a < b ? -1 : 1)))
        for (const table of list) await add(calendarPath(table, city), JSON.stringify(table))
      await add(DEADLINES, JSON.stringify(deadlines, null, 2))
    }
    const told = {
      thread: input.thread,
      caseNo: input.caseNo,
      state,
      entries,
      deadlines,
      paths,
      names,
      certificates: papers.certificates,
      purged: purged.size,
    }
    await add(TIMELINE, timelineHtml({ ...told, exportedAt, exportedBy: input.exportedBy }))
  } else if (foldTest(packets) === null) throw new ProblemError('thread.unknown', 'no case.submit')

  const manifest: Manifest = {
    format: EVIDENCE_FORMAT,
    thread: input.thread,
    case: input.caseNo,
    exportedAt,
    exportedBy: input.exportedBy,
    files,
    purged: [...purged],
    unreceipted: unreceipted.map(({ id }) => paths.get(id) ?? ''),
  }
  const bytes = encodeUtf8(`${JSON.stringify(manifest, null, 2)}\n`)
  return { manifest, parts: [{ path: MANIFEST, size: bytes.byteLength, content: bytes }, ...parts.values()] }
}

async function readPacket({ jws, body }: BundleInput['packets'][number]): Promise<Packet> {
  return {
    id: await sha256(jws),
    claims: PacketClaims.parse(jose.decodeJwt(jws)),
    body: body === null ? null : JSON.parse(decodeUtf8(body)),
  }
}

type Paper = { city: string; name: string; pem: string; fingerprint: string; kid: string }

/** Of all papers of the two cities those that the signatures in the bundle rest on, and a certificate of each city in any case. */
async function neededPapers(
  input: BundleInput,
): Promise<{ delegations: string[]; revocations: string[]; certificates: Paper[] }> {
  const kidOf = (jws: string) => jose.decodeProtectedHeader(jws).kid
  const signing = new Set([...input.packets.map(({ jws }) => jws), ...input.receipts].map(kidOf))
  const names = (jws: string): (string | undefined)[] => {
    const { keys, kid } = jose.decodeJwt<{ keys?: { kid: string }[]; kid?: string }>(jws)
    return keys?.map(key => key.kid) ?? [kid]
  }
  const needed = (jws: string) => names(jws).some(kid => signing.has(kid))
  const delegations = input.delegations.filter(needed)
  const revocations = input.revocations.filter(needed)
  const signatures = input.agreements.flatMap(agreement => agreement.signatures)
  const by = new Set([
    ...[...delegations, ...revocations].map(kidOf),
    ...signatures.map(signature => jose.decodeProtectedHeader({ protected: signature.protected }).kid),
  ])
  const all = await Promise.all(input.certificates.map(openCertificate))
  const certificates = all.filter(
    ({ city, kid }, index) =>
      by.has(kid) || !all.some((other, at) => other.city === city && (by.has(other.kid) || at > index)),
  )
  return { delegations, revocations, certificates: certificates.sort((a, b) => (pathOrder(a) < pathOrder(b) ? -1 : 1)) }
}

/** As their paths sort, which is how a verifier lists them. */
const pathOrder = ({ city, fingerprint }: Paper) => `${city}-${fingerprint}`

async function openCertificate(pem: string): Promise<Paper> {
  const opened = readCertificate(pem)
  if (!opened.ok) throw new ProblemError(opened.problem.code, opened.problem.detail)
  const { code: city, name, fingerprint } = opened.certificate
  return { city, name, pem, fingerprint, kid: await keyThumbprint(opened.certificate) }
}
