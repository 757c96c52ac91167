/**
 * The directory (联盟名录) of a federation: which cities belong to it, under which certificates, and which certificates count
 * no more; signed by the federation's operator (联盟运营方), versions only ever upward. SPEC.md §17.
 */
import * as jose from 'jose'
import * as z from 'zod'
import { DelegatedKey } from '../keys/delegation.ts'
import { isUsableKey } from '../keys/ed25519.ts'
import { LIMITS } from '../limits.ts'
import { PACKET_ALG, PROTOCOL_VERSION, TYP } from '../names.ts'
import { openCompact, type PacketSigner, signCompact } from '../packet/envelope.ts'
import { Day, DivisionCode, KeyId, Seconds, Sha256, sha256, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

/** libp2p peer id in base58btc, as the multiaddr component `/p2p/` writes it. */
export const PeerId = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{46,64}$/)

export const DirectoryEntry = z.strictObject({
  city: DivisionCode,
  name: text(100),
  certificates: z
    .array(Sha256)
    .min(1)
    .max(4)
    .describe('fingerprints of the city certificate; two while a new one takes over'),
  peers: z.array(PeerId).max(4).describe('libp2p peers of the city; its certificate must delegate them'),
  addresses: z.array(z.string().min(1).max(300)).max(16).describe('multiaddrs at which it may be reached'),
  since: Day.describe('member since'),
})
export type DirectoryEntry = z.infer<typeof DirectoryEntry>

export const DirectoryRevocation = z.strictObject({
  certificate: Sha256.describe('fingerprint of the city certificate that counts no more'),
  revokedAt: Seconds.describe('from when; not after the issue of the directory'),
  reason: text(200),
})
export type DirectoryRevocation = z.infer<typeof DirectoryRevocation>

const { kty, crv, x } = DelegatedKey.shape

const Fields = z.strictObject({
  v: z.literal(PROTOCOL_VERSION),
  operator: z.strictObject({
    name: text(100),
    key: z
      .strictObject({ kty, crv, x })
      .describe('public Ed25519 JWK; its thumbprint is what nodes trust, and the `kid`'),
  }),
  version: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).describe('grows with each issue'),
  iat: Seconds,
  nextUpdate: Seconds.describe('until when the operator issues the next version'),
  grace: z
    .number()
    .int()
    .min(0)
    .max(LIMITS.directorySeconds)
    .describe('seconds after nextUpdate in which the entries still count'),
  successor: KeyId.optional().describe('thumbprint of the key that takes over from here; no version follows'),
  entries: z.array(DirectoryEntry).max(LIMITS.directoryEntries),
  revocations: z.array(DirectoryRevocation).max(LIMITS.directoryRevocations),
})

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length

/** What an operator signs. A city stands once; a certificate and a peer belong to one city; what is revoked is no entry's. */
export const Directory = Fields.superRefine(({ iat, nextUpdate, entries, revocations }, context) => {
  const fault = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
  const certificates = entries.flatMap(entry => entry.certificates)
  const revoked = new Set(revocations.map(entry => entry.certificate))
  if (nextUpdate <= iat || nextUpdate - iat > LIMITS.directorySeconds) fault(['nextUpdate'], 'validity')
  if (!unique(entries.map(entry => entry.city))) fault(['entries', 'city'], 'twice')
  if (!unique(certificates)) fault(['entries', 'certificates'], 'twice')
  if (!unique(entries.flatMap(entry => entry.peers))) fault(['entries', 'peers'], 'twice')
  if (revoked.size !== revocations.length) fault(['revocations', 'certificate'], 'twice')
  if (certificates.some(certificate => revoked.has(certificate))) fault(['entries', 'certificates'], 'revoked')
  if (revocations.some(entry => entry.revokedAt > iat)) fault(['revocations', 'revokedAt'], 'after the issue')
})
export type Directory = z.infer<typeof Directory>

/** A compact JWS by the operator's Ed25519 key. The caller has checked the claims against `Directory`. */
export const signDirectory = (directory: Directory, signer: PacketSigner): Promise<string> =>
  signCompact(JSON.stringify(directory), TYP.directory, signer)

/** Which document of an operator a reader holds. */
export type HeldDirectory = {
  version: number
  sha256: string
  /** it names a successor: none follows */
  last?: boolean | undefined
}

/** A document that its operator signed; `operator` is the thumbprint of the key. */
export type SignedDirectory = {
  ok: true
  directory: Directory
  operator: string
  /** of the compact JWS */
  sha256: string
}
export type VerifiedDirectory = SignedDirectory & {
  /** the very document that is held already */
  known: boolean
}

export type OperatorKey = Directory['operator']['key']

/** Who may sign, by thumbprint, and the key of an operator of whom a document is held already. */
export type DirectoryTrust = {
  trusts: (operator: string) => boolean
  key?: (operator: string) => OperatorKey | undefined
}

/** Characters of the protected header, of which an honest one has some 170; the rest is not decoded before it is verified. */
const HEADER = 512
/** Keys in a document that are compared with the thumbprint, the first ones. */
const CANDIDATES = 8

/**
 * Opens a signed directory; never throws. Nothing of it is parsed before the signature of a trusted operator is verified over its
 * bytes. Problems: `directory.malformed`, `directory.operator`, `directory.signature`.
 */
export async function openSignedDirectory(jws: string, trust: DirectoryTrust): Promise<SignedDirectory | Refused> {
  if (jws.length > LIMITS.directoryBytes) return refuse('directory.malformed', `${LIMITS.directoryBytes} bytes at most`)
  if (jws.slice(0, HEADER + 1).indexOf('.') < 0) return refuse('directory.malformed', 'header')
  let foreign = false
  const opened = await openCompact(jws, {
    typ: TYP.directory,
    maxBytes: LIMITS.directoryBytes,
    schema: Directory,
    async resolveKey(kid) {
      if (!trust.trusts(kid)) return undefined
      const jwk = trust.key?.(kid) ?? (await keyWithin(jws, kid))
      foreign = jwk === undefined
      if (jwk === undefined) return undefined
      const key = (await jose.importJWK(jwk, PACKET_ALG)) as jose.CryptoKey
      return { key, city: '', spans: [], revokedAt: null }
    },
  })
  if (!opened.ok) {
    const { code, detail } = opened.problem
    if (foreign) return refuse('directory.signature', 'the key is not that of the thumbprint')
    if (code === 'key.unknown') return refuse('directory.operator')
    return refuse(code === 'envelope.signature' ? 'directory.signature' : 'directory.malformed', detail)
  }
  const { claims: directory, kid: operator } = opened
  if ((await jose.calculateJwkThumbprint(directory.operator.key, 'sha256')) !== operator)
    return refuse('directory.signature', 'the key is not that of the thumbprint')
  if (directory.successor === operator) return refuse('directory.malformed', 'successor: its own key')
  return { ok: true, directory, operator, sha256: await sha256(jws) }
}

/** Whether a signed document may take the place of what is held; `now` in seconds. Problems: `envelope.clock`, `directory.rollback`, `directory.fork`. */
export function judgeDirectory(
  { directory, sha256: hash }: SignedDirectory,
  { held, now }: { held?: HeldDirectory | undefined; now?: number | undefined },
): { ok: true; known: boolean } | Refused {
  if (now !== undefined && directory.iat > now + LIMITS.clockSkewSeconds)
    return refuse('envelope.clock', 'the directory')
  if (held !== undefined && directory.version < held.version)
    return refuse('directory.rollback', `version ${directory.version}, ${held.version} is held`)
  if (held !== undefined && directory.version === held.version && hash !== held.sha256)
    return refuse('directory.fork', `version ${directory.version}`)
  if (held?.last === true && directory.version > held.version)
    return refuse('directory.fork', `version ${directory.version} after ${held.version}, which names a successor`)
  return { ok: true, known: hash === held?.sha256 }
}

/** Opens and judges a directory. Problems: those of both. */
export async function verifyDirectory(
  jws: string,
  options: DirectoryTrust & { held?: (operator: string) => HeldDirectory | undefined; now?: number },
): Promise<VerifiedDirectory | Refused> {
  const opened = await openSignedDirectory(jws, options)
  if (!opened.ok) return opened
  const judged = judgeDirectory(opened, { held: options.held?.(opened.operator), now: options.now })
  return judged.ok ? { ...opened, known: judged.known } : judged
}

const KEY = /"x"\s*:\s*"([A-Za-z0-9_-]{43})"/g

/** The operator's key that stands in a document of which nothing is verified yet: found by its form, known by its thumbprint. */
async function keyWithin(jws: string, thumbprint: string): Promise<OperatorKey | undefined> {
  try {
    const text = new TextDecoder('latin1').decode(
      jose.base64url.decode(jws.slice(jws.indexOf('.') + 1, jws.lastIndexOf('.'))),
    )
    let candidates = 0
    for (const [, found = ''] of text.matchAll(KEY)) {
      if (++candidates > CANDIDATES) return undefined
      const key = { kty: 'OKP', crv: 'Ed25519', x: found } as const
      if ((await jose.calculateJwkThumbprint(key, 'sha256')) === thumbprint)
        return isUsableKey(jose.base64url.decode(found)) ? key : undefined
    }
  } catch {
    // It is no key then.
  }
  return undefined
}

/** `current` until nextUpdate, `overdue` (逾期) within the grace time, then `lapsed` (失效). */
export type DirectoryStanding = 'current' | 'overdue' | 'lapsed'

/** How a directory stands at `now` (seconds). Revocations count in every standing; entries of a lapsed one vouch for nobody. */
export function directoryStanding(
  { nextUpdate, grace }: Pick<Directory, 'nextUpdate' | 'grace'>,
  now: number,
): DirectoryStanding {
  if (now <= nextUpdate) return 'current'
  return now <= nextUpdate + grace ? 'overdue' : 'lapsed'
}

/** The entry that names this certificate for this city. */
export const entryWith = (
  directory: Pick<Directory, 'entries'>,
  city: string,
  certificate: string,
): DirectoryEntry | undefined =>
  directory.entries.find(entry => entry.city === city && entry.certificates.includes(certificate))
