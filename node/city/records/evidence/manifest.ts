/**
 * Evidence (证据): one case as one ZIP file that anyone can verify without a node. This folder writes bundles (`bundle.ts`),
 * verifies them (`verify.ts`) and tells the case as a timeline. What verifies imports certs/ and protocol/ only, so that a bundle can be
 * verified where no node runs, in a browser too (`verify-source.ts`); routes.ts alone speaks HTTP. This file is the format, `tongban-evidence/1`. SPEC.md §12.
 *
 * Inside, and nothing else:
 *   manifest.json                    what the bundle holds: the SHA-256 of every other file
 *   packets/NNNN-<iss>-<seq>.jws     one packet each, NNNN its place in the canonical order, from 0001
 *   receipts/NNNN-<iss>.jws          receipts that cover packets of the thread, in the order of signing
 *   delegations/<iss>-<hash>.jws     which keys a city certificate let sign, <hash> the first 16 digits of the SHA-256
 *   revocations/<iss>-<hash>.jws     which of them it took back
 *   certificates/<city>.pem          the certificate of each city; <city>-<hash>.pem when its certificate changed meanwhile
 *   agreements/<id>.json             the agreement the case began under, JWS General JSON with the parties' signatures
 *   bodies/<sha256>                  body bytes of packets
 *   materials/<sha256>               material bytes
 *   timeline.html                    the case for people to read; proves nothing by itself
 * Every .jws file is exactly one compact JWS without a line break.
 */
import * as z from 'zod'
import { LIMITS } from '../../../../protocol/limits.ts'
import { EVIDENCE_FORMAT } from '../../../../protocol/names.ts'
import { DivisionCode, Instant, Sha256, ThreadId } from '../../../../protocol/primitives.ts'

export const MANIFEST = 'manifest.json'
export const TIMELINE = 'timeline.html'
export const DEADLINES = 'deadlines.json'

const Path = z.string().max(200)

export const Manifest = z.strictObject({
  format: z.literal(EVIDENCE_FORMAT),
  thread: ThreadId,
  case: z.string().max(64).describe('case number (办件编号) given by the collecting city'),
  exportedAt: Instant,
  exportedBy: DivisionCode,
  files: z.record(Path, Sha256).describe('SHA-256 of every file but this one'),
  purged: z
    .array(Path)
    .describe('bodies and materials that the packets commit to and the exporting city no longer holds'),
  unreceipted: z.array(Path).describe('packets for which the exporting city held no receipt yet'),
})
export type Manifest = z.infer<typeof Manifest>

/** Bounds of a bundle, so that verifying a hostile one costs bounded memory and disk reads. Sizes in bytes. */
export const BUNDLE_LIMITS = {
  /** the ZIP format without its 64-bit extension */
  bundleBytes: 0xffff_ffff,
  entries: 50_000,
  directoryBytes: 16 * 1024 * 1024,
  manifestBytes: 12 * 1024 * 1024,
  certificateBytes: 16 * 1024,
  agreementBytes: 2 * LIMITS.agreementBytes + 128 * 1024,
  timelineBytes: 256 * 1024 * 1024,
  deadlinesBytes: 16 * 1024 * 1024,
  calendarBytes: 16 * 1024,
} as const

/** Lowercase only: two names never collide where a file system folds case. */
const JWS = /^[a-z0-9-]{1,100}\.jws$/
const HASH = /^[0-9a-f]{64}$/

/** Folder → what its file names look like, how large one file may be, and how many there may be. */
export const FOLDERS = {
  packets: { name: /^\d{4,5}-[1-9]\d{5}-\d{1,5}\.jws$/, bytes: LIMITS.packetBytes, most: 2 * LIMITS.threadPackets },
  receipts: { name: JWS, bytes: LIMITS.receiptBytes, most: 2 * LIMITS.threadPackets },
  delegations: { name: JWS, bytes: LIMITS.delegationBytes, most: 256 },
  revocations: { name: JWS, bytes: LIMITS.delegationBytes, most: 256 },
  certificates: { name: /^[a-z0-9-]{1,100}\.pem$/, bytes: BUNDLE_LIMITS.certificateBytes, most: 32 },
  agreements: { name: /^[0-9a-f]{64}\.json$/, bytes: BUNDLE_LIMITS.agreementBytes, most: 64 },
  calendars: { name: /^(CN|[1-9]\d{5})-\d{4}\.json$/, bytes: BUNDLE_LIMITS.calendarBytes, most: 512 },
  bodies: { name: HASH, bytes: LIMITS.bodyBytes, most: 2 * LIMITS.threadPackets },
  materials: { name: HASH, bytes: LIMITS.materialBytes, most: BUNDLE_LIMITS.entries },
} as const
export type Folder = keyof typeof FOLDERS

/** Where a path belongs and its size limit; null when the format has no such file. */
export function placeOf(path: string): { folder: Folder | null; name: string; bytes: number } | null {
  if (path === MANIFEST) return { folder: null, name: path, bytes: BUNDLE_LIMITS.manifestBytes }
  if (path === TIMELINE) return { folder: null, name: path, bytes: BUNDLE_LIMITS.timelineBytes }
  if (path === DEADLINES) return { folder: null, name: path, bytes: BUNDLE_LIMITS.deadlinesBytes }
  const slash = path.indexOf('/')
  const folder = path.slice(0, Math.max(0, slash))
  const name = path.slice(slash + 1)
  if (!isFolder(folder) || !FOLDERS[folder].name.test(name)) return null
  return { folder, name, bytes: FOLDERS[folder].bytes }
}

export const isFolder = (name: string): name is Folder => Object.hasOwn(FOLDERS, name)

export const packetPath = (place: number, iss: string, seq: number): string =>
  `packets/${String(place).padStart(4, '0')}-${iss}-${seq}.jws`
