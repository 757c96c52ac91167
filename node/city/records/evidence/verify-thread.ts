/** Verification of the packets of a bundle: each by itself, then all of them replayed in their canonical order. */
import { readCaseBody, readmitCase } from '../../../../protocol/case/admit.ts'
import { implausible } from '../../../../protocol/case/days.ts'
import { type CaseState, moverOf } from '../../../../protocol/case/fold.ts'
import type { CaseBody, CaseKind } from '../../../../protocol/case/kinds.ts'
import type { Packet, PacketClaims } from '../../../../protocol/packet/claims.ts'
import { verifyPacket } from '../../../../protocol/packet/envelope.ts'
import { admitTest, foldTest, isTestKind, openTestBody } from '../../../../protocol/partner-test/thread.ts'
import { canonicalOrder } from '../../../../protocol/thread/chain.ts'
import type { BundleFiles } from './files.ts'
import type { Findings } from './findings.ts'
import { packetPath } from './manifest.ts'
import type { KeysFor, SignerOf } from './verify-identity.ts'

export type ReadPacket = {
  path: string
  id: string
  claims: PacketClaims
  /** fingerprint of the certificate that stands behind its key */
  signer: string | null
}
export type VerifiedThread = {
  /** in canonical order; bodies hold what fold and timeline need */
  packets: Packet[]
  /** packet id → path */
  paths: Map<string, string>
}

/** Verifies every packet file: signature, key at its time, thread. Bodies are not opened yet. */
export async function readPackets(
  files: BundleFiles,
  { keysFor, signerOf }: { keysFor: KeysFor; signerOf: SignerOf },
  findings: Findings,
): Promise<ReadPacket[]> {
  const read: ReadPacket[] = []
  const ids = new Set<string>()
  for (const path of files.inFolder('packets')) {
    const jws = await files.text(path)
    if (jws === null) continue
    const verified = await verifyPacket(jws, { resolveKey: keysFor(jws), evidence: true })
    if (!verified.ok) findings.refused(path, verified)
    else if (verified.claims.thread !== files.manifest.thread) findings.error(path, 'packet.thread')
    else if (ids.has(verified.id)) findings.error(path, 'file.repeated')
    else {
      ids.add(verified.id)
      read.push({ path, id: verified.id, claims: verified.claims, signer: signerOf(jws) })
    }
  }
  return read
}

/** Opens the bodies, brings the packets into their order, and admits one after the other as both cities did. */
export async function replay(
  files: BundleFiles,
  read: readonly ReadPacket[],
  findings: Findings,
): Promise<VerifiedThread> {
  const paths = new Map(read.map(({ id, path }) => [id, path]))
  const opened: Packet[] = []
  for (const packet of read) opened.push(await openBody(files, packet, findings))
  const isTest = opened.every(packet => isTestKind(packet.claims.kind))
  const mover = isTest ? (foldTest(opened)?.other ?? null) : moverOf(opened)
  if (mover === null) {
    if (read.length > 0) findings.error('', 'packet.incomplete', 'there is no case.submit')
    return { packets: [], paths }
  }
  const packets: Packet[] = []
  // A purged submit no longer says who moves the case; the thread as a whole does, a part of it may not.
  const judged: Packet[] = []
  let state: CaseState | null = null
  const admit = (packet: Packet) => {
    const admitted = readmitCase(judged, packet, state)
    if (admitted.ok) state = admitted.state
    return admitted
  }
  const broken = new Set<string>()
  for (const [index, packet] of canonicalOrder(opened, mover).entries()) {
    const { iss, seq } = packet.claims
    const path = paths.get(packet.id) ?? ''
    if (path !== packetPath(index + 1, iss, seq)) findings.error(path, 'packet.place', packetPath(index + 1, iss, seq))
    // What follows a refused packet in its chain would only be refused for the gap.
    if (broken.has(iss)) continue
    const purgedSubmit = packet.claims.kind === 'case.submit' && packet.body === null
    const complete = purgedSubmit ? { ...packet, body: { mode: mover === iss ? 2 : 0 } } : packet
    const admitted = isTest ? admitTest(judged, complete) : admit(complete)
    if (admitted.ok) {
      packets.push(packet)
      judged.push(complete)
    } else {
      findings.refused(path, admitted)
      broken.add(iss)
    }
  }
  return { packets, paths }
}

async function openBody(files: BundleFiles, { path, id, claims }: ReadPacket, findings: Findings): Promise<Packet> {
  const bodyPath = `bodies/${claims.body.sha256}`
  if (!files.has(bodyPath)) {
    if (files.purged.has(bodyPath)) findings.warning(path, 'body.purged')
    else findings.error(path, 'body.missing', bodyPath)
    return { id, claims, body: null }
  }
  const bytes = await files.bytes(bodyPath)
  if (bytes === null) return { id, claims, body: null }
  const isTest = isTestKind(claims.kind)
  const opened = await (isTest ? openTestBody : readCaseBody)(claims, bytes)
  const wild = opened.ok && !isTest ? implausible(claims.kind as CaseKind, opened.body, claims.iat) : null
  if (wild !== null) findings.warning(path, 'body.day', wild.problem.detail)
  if (opened.ok) return { id, claims, body: isTest ? opened.body : essence(claims.kind as CaseKind, opened.body) }
  findings.refused(bodyPath, opened)
  return { id, claims, body: null }
}

const PLAIN = [
  'salt',
  'applicant',
  'agent',
  'form',
  'clerk',
  'window',
  'consent',
  'note',
  'text',
  'opinion',
  'attachments',
]

/** The parts of an opened body that admission, fold and timeline read, so that thousands of bodies are never held. */
function essence(kind: CaseKind, body: unknown): unknown {
  // What a notice lacks, what a commitment names and how many files a purge deleted stand under the names that others have for files and forms.
  const own = kind === 'case.request-supplement' || kind === 'case.commit' || kind === 'case.purge'
  const left = own ? PLAIN.filter(name => name !== 'form') : [...PLAIN, 'materials']
  const kept = Object.fromEntries(Object.entries(body as object).filter(([name]) => !left.includes(name)))
  if (kind !== 'case.submit' && kind !== 'case.supplement' && kind !== 'case.hand-in') return kept
  // Whether originals go, and whether a supplement holds what was asked for, is told by codes, forms and names of fields.
  const { materials } = body as CaseBody<'case.submit' | 'case.supplement' | 'case.hand-in'>
  const bare = { ...kept, materials: materials.map(({ code, form }) => ({ code, form })) }
  if (kind !== 'case.supplement') return bare
  const { form, note } = body as CaseBody<'case.supplement'>
  const names = Object.keys(form ?? {}).map(name => [name, ''])
  return { ...bare, form: Object.fromEntries(names), ...(note === undefined ? {} : { note: '' }) }
}
