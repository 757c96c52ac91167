/** Whom this node trusts: pinned certificates, the keys they delegated, the peers they named. Answered from memory. */
import * as jose from 'jose'
import type { Identity as IdentityDocument } from '../../../protocol/exchange/frames.ts'
import {
  type CertificateKey,
  type DelegationClaims,
  type RevocationClaims,
  verifyDelegation,
  verifyRevocation,
} from '../../../protocol/keys/delegation.ts'
import { joinSpans, type Span, spanOf, spanOfMs } from '../../../protocol/keys/spans.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { PACKET_ALG } from '../../../protocol/names.ts'
import type { TrustedKey } from '../../../protocol/packet/envelope.ts'
import { fromHex, sha256, toHex } from '../../../protocol/primitives.ts'
import { type Refused, refuse } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import { createSerial } from '../../kernel/serial.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { Trust } from '../exchange/ports.ts'

export type TrustParts = {
  db: Database
  /** own division code: own keys count too */
  city: string
  clock: Clock
  /** since when a certificate counts no more, seconds; undefined when nobody revoked it */
  revokedAt?: (fingerprint: string) => number | undefined
  /** where a directory says that the city with this certificate may be reached */
  listedAt?: (city: string, fingerprint: string) => readonly string[]
  /** whether the settings keep this node from a city, whatever was confirmed: it counts as suspended */
  barred?: (city: string) => boolean
  /** libp2p peer id of a public Ed25519 JWK */
  peerIdOf: (jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }) => string
}

/** Delegations and revocations kept of one partner: enough for a rotation a day in ten years. */
export const PAPERS_OF_A_PARTNER = 4096

/** Ms between two times that new addresses of a partner are stored; meanwhile they count all the same. */
export const MOVES_STORED = 60_000

/** The certificate that a city is known by; the times are ms. */
type Pinned = { fingerprint: string; pem: string; key: CertificateKey; notBefore: number; notAfter: number }

type City = {
  code: string
  own: boolean
  status: 'pending' | 'active' | 'suspended'
  pinned: Pinned | undefined
  /** the pinned certificate was revoked by a directory */
  revoked: boolean
  addresses: readonly string[]
  keys: ReadonlyMap<string, TrustedKey>
  /** libp2p peer ids by the key's kid */
  peers: ReadonlyMap<string, string>
  /** until when the certificate lets one of the peers speak for the city, seconds */
  peersUntil: number
  /** hex ids of delegations and revocations held */
  papers: ReadonlySet<string>
}

export type NodeTrust = Trust & {
  /** Reads a city again after its partner row or certificate changed; every city when none is named. */
  reload(city?: string): Promise<void>
  /** the pinned certificate's key of a confirmed partner, or the own one */
  certificateOf(city: string): CertificateKey | undefined
  /** the same certificate, PEM */
  certificatePem(city: string): string | undefined
  /** until when the certificate of a city, and the delegation of its peer, are valid, ms */
  validityOf(city: string): { certificate: number | null; delegation: number | null }
  /** whether the peer is a partner's, also of one whose certificate was revoked: that one is told so */
  knows(peer: string): boolean
  /** evidence: certificates, delegations and revocations of a city, as trusted at one time or another */
  papers(city: string): Promise<{ certificates: string[]; delegations: string[]; revocations: string[] }>
}

type PartnerRow = { code: string; status: City['status']; fingerprint: string; addresses: string }
type PaperRow = { id: Uint8Array; type: 'delegation' | 'revocation'; jws: string; certificate: string }

/** Only certificates that an administrator confirmed (or the own ones) have a time of trust. */
const TRUSTED_PAPERS = `SELECT d.id, d.type, d.jws, d.certificate FROM delegations d JOIN certificates c ON c.fingerprint = d.certificate
  WHERE d.city = ? AND c.city = d.city AND c.trusted_at > 0 ORDER BY d.iat, d.id`

/** A partner from which the settings keep this node counts as suspended, whatever was confirmed. */
export const countedStatus = ({ status }: { status: City['status'] }, barred: boolean): City['status'] =>
  status === 'active' && barred ? 'suspended' : status

export async function loadTrust(parts: TrustParts): Promise<NodeTrust> {
  const { db, clock } = parts
  /** in the order in which they were confirmed, the own one first */
  let cities = new Map<string, City>()
  let keys = new Map<string, TrustedKey>()
  let peers = new Map<string, string>()
  /** cities of peers whose certificate was revoked */
  let revokedPeers = new Map<string, string>()
  /** which city named a key first, by kid */
  let owners = new Map<string, string>()
  /** addresses that partners told since theirs were stored, and when that was */
  const unstored = new Map<string, readonly string[]>()
  const movesStored = new Map<string, number>()
  /** of certificates that were read, by fingerprint */
  const validities = new Map<string, Span>()

  async function pinnedOf(code: string, fingerprint: string | null): Promise<Pinned | undefined> {
    const [row] = await db.query<{ pem: string }>(
      fingerprint === null
        ? 'SELECT pem FROM certificates WHERE city = ? ORDER BY trusted_at DESC LIMIT 1'
        : 'SELECT pem FROM certificates WHERE city = ? AND fingerprint = ?',
      fingerprint === null ? [code] : [code, fingerprint],
    )
    if (row === undefined) return undefined
    const { readPlain, keyThumbprint } = await import('../../../certs/index.ts')
    const read = readPlain(row.pem)
    if (!read.ok) return undefined
    const { certificate } = read
    const key = { city: code, kid: await keyThumbprint(certificate), jwk: certificate.publicKeyJwk }
    return { ...certificate, pem: row.pem, key }
  }

  async function validityOf(fingerprint: string): Promise<Span> {
    const known = validities.get(fingerprint)
    if (known !== undefined) return known
    const [row] = await db.query<{ pem: string }>('SELECT pem FROM certificates WHERE fingerprint = ?', [fingerprint])
    const { readPlain } = await import('../../../certs/index.ts')
    const read = readPlain(row?.pem ?? '')
    // One that cannot be read any more lets nobody sign.
    const span = read.ok ? spanOfMs(read.certificate.notBefore, read.certificate.notAfter) : { begins: 1, ends: 0 }
    validities.set(fingerprint, span)
    return span
  }

  const statusOf = (row: PartnerRow | null): City['status'] =>
    row === null ? 'active' : countedStatus(row, parts.barred?.(row.code) === true)

  async function readCity(row: PartnerRow | null): Promise<City> {
    const code = row?.code ?? parts.city
    const pinned = await pinnedOf(code, row?.fingerprint ?? null)
    const papers = await db.query<PaperRow>(TRUSTED_PAPERS, [code])
    return {
      code,
      own: row === null,
      status: statusOf(row),
      pinned,
      revoked: row !== null && pinned !== undefined && revokedAt(pinned.fingerprint) !== undefined,
      addresses: unstored.get(code) ?? (JSON.parse(row?.addresses ?? '[]') as string[]),
      ...(await keysOf(code, pinned, papers)),
      papers: new Set(papers.map(paper => toHex(paper.id))),
    }
  }

  const revokedAt = (fingerprint: string): number | undefined => parts.revokedAt?.(fingerprint)

  /** Keys that revoked certificates alone delegated, and since when they count no more. The own certificates are not judged here. */
  function withdrawnKeys(code: string, papers: readonly PaperRow[]): Map<string, number> {
    const withdrawn = new Map<string, number>()
    const standing = new Set<string>()
    for (const { type, jws, certificate } of papers) {
      if (type !== 'delegation' || code === parts.city) continue
      const at = revokedAt(certificate)
      for (const { kid } of (jose.decodeJwt(jws) as unknown as DelegationClaims).keys) {
        if (at === undefined) standing.add(kid)
        else withdrawn.set(kid, Math.min(at, withdrawn.get(kid) ?? at))
      }
    }
    for (const kid of standing) withdrawn.delete(kid)
    return withdrawn
  }

  /**
   * Keys of packets count by any certificate that was trusted when they were learned: their packets may still be on the
   * way. Peers count only by the pinned one, and so many as the newest delegations name. Everything was verified before it was stored.
   */
  async function keysOf(
    code: string,
    pinned: Pinned | undefined,
    papers: readonly PaperRow[],
  ): Promise<Pick<City, 'keys' | 'peers' | 'peersUntil'>> {
    const revoked = new Map<string, number>()
    for (const { type, jws } of papers) {
      if (type !== 'revocation') continue
      const claims = jose.decodeJwt(jws) as unknown as RevocationClaims
      revoked.set(claims.kid, Math.min(claims.revokedAt, revoked.get(claims.kid) ?? Number.MAX_SAFE_INTEGER))
    }
    const found = new Map<string, TrustedKey>()
    const withdrawn = withdrawnKeys(code, papers)
    const named = new Map<string, Parameters<TrustParts['peerIdOf']>[0]>()
    let peersUntil = 0
    for (const { type, jws, certificate } of papers) {
      if (type !== 'delegation') continue
      const claims = jose.decodeJwt(jws) as unknown as DelegationClaims
      for (const { kty, crv, x, kid, purpose } of claims.keys) {
        if (purpose === 'peer') {
          // One that has run out may still connect: its hello must bring a newer delegation.
          if (revoked.has(kid) || jose.decodeProtectedHeader(jws).kid !== pinned?.key.kid) continue
          // Named again, it is as new as the paper that names it.
          named.delete(kid)
          named.set(kid, { kty, crv, x })
          peersUntil = Math.max(peersUntil, claims.exp)
          continue
        }
        const span = spanOf(claims, await validityOf(certificate))
        if (span === null) continue
        const same = found.get(kid)
        const before = same ?? keys.get(kid)
        found.set(kid, {
          key: before?.key ?? ((await jose.importJWK({ kty, crv, x }, PACKET_ALG)) as jose.CryptoKey),
          city: code,
          spans: joinSpans([...(same?.spans ?? []), span]),
          revokedAt: revoked.get(kid) ?? withdrawn.get(kid) ?? null,
          certificateRevoked: !revoked.has(kid) && withdrawn.has(kid),
        })
      }
    }
    const peers = [...named].slice(-LIMITS.peerKeys).map(([kid, jwk]) => [kid, parts.peerIdOf(jwk)] as const)
    return { keys: found, peers: new Map(peers), peersUntil }
  }

  /** Joins the cities. A key belongs to the city that was confirmed first: none can claim another's by delegating it too. */
  function index(next: Map<string, City>): void {
    const nextKeys = new Map<string, TrustedKey>()
    const nextPeers = new Map<string, string>()
    const nextRevoked = new Map<string, string>()
    const nextOwners = new Map<string, string>()
    for (const city of next.values()) {
      if (city.status !== 'active') continue
      for (const kid of [...city.keys.keys(), ...city.peers.keys()]) {
        if (!nextOwners.has(kid)) nextOwners.set(kid, city.code)
      }
      for (const [kid, key] of city.keys) if (nextOwners.get(kid) === city.code) nextKeys.set(kid, key)
      const named = city.revoked ? nextRevoked : nextPeers
      for (const [kid, peer] of city.peers) if (nextOwners.get(kid) === city.code) named.set(peer, city.code)
    }
    cities = next
    keys = nextKeys
    peers = nextPeers
    revokedPeers = nextRevoked
    owners = nextOwners
  }

  async function read(code: string | undefined): Promise<void> {
    const rows: (PartnerRow | null)[] = await db.query<PartnerRow>(
      'SELECT code, status, fingerprint, addresses FROM partners ORDER BY confirmed_at, code',
    )
    const next = new Map<string, City>()
    for (const row of [null, ...rows]) {
      const name = row?.code ?? parts.city
      const before = code === undefined || code === name ? undefined : cities.get(name)
      const stands = before !== undefined && (row === null || row.fingerprint === before.pinned?.fingerprint)
      next.set(name, stands ? { ...before, status: statusOf(row) } : await readCity(row))
    }
    index(next)
  }

  const inTurn = createSerial()
  /** One after the other: an older reading must not take the place of a newer one. */
  const reload = (code?: string): Promise<void> => inTurn(() => read(code))

  type Paper = { id: string; type: PaperRow['type']; jws: string; iat: number }

  /** Verifies what is new in a document. */
  async function verifyPapers(
    city: City,
    pinned: Pinned,
    document: IdentityDocument,
  ): Promise<{ ok: true; papers: Paper[]; peersUntil: number } | Refused> {
    const papers: Paper[] = []
    let peersUntil = city.peersUntil
    for (const jws of document.delegations) {
      const id = await sha256(jws)
      if (city.papers.has(id)) continue
      const verified = await verifyDelegation(jws, pinned.key, spanOfMs(pinned.notBefore, pinned.notAfter))
      if (!verified.ok) return verified
      for (const { kid, purpose } of verified.claims.keys) {
        if ((owners.get(kid) ?? city.code) !== city.code)
          return refuse('delegation.malformed', 'a key that another city delegated')
        if (purpose === 'peer') peersUntil = Math.max(peersUntil, verified.claims.exp)
      }
      papers.push({ id, type: 'delegation', jws, iat: verified.claims.iat })
    }
    for (const jws of document.revocations) {
      const id = await sha256(jws)
      if (city.papers.has(id)) continue
      const verified = await verifyRevocation(jws, pinned.key, spanOfMs(pinned.notBefore, pinned.notAfter))
      if (!verified.ok) return verified
      papers.push({ id, type: 'revocation', jws, iat: verified.claims.iat })
    }
    if (papers.length > 0 && city.papers.size + papers.length > PAPERS_OF_A_PARTNER)
      return refuse('delegation.malformed', `${PAPERS_OF_A_PARTNER} delegations of a city at most`)
    return { ok: true, papers, peersUntil }
  }

  /** The certificate shown must be the pinned one, and valid now. */
  async function checkCertificate(pinned: Pinned, pem: string): Promise<Refused | null> {
    const { readPlain, checkValidity } = await import('../../../certs/index.ts')
    if (pem !== pinned.pem) {
      const read = readPlain(pem)
      if (!read.ok) return read
      if (read.certificate.fingerprint !== pinned.fingerprint) return refuse('certificate.mismatch')
    }
    return checkValidity(pinned, clock.now())
  }

  async function learn(
    code: string,
    document: IdentityDocument,
    addresses: readonly string[],
  ): Promise<{ ok: true } | Refused> {
    const city = cities.get(code)
    if (city?.pinned === undefined || city.own || city.status !== 'active') return refuse('partner.inactive')
    if (city.revoked) return refuse('certificate.revoked')
    const { pinned } = city
    const checked = await checkCertificate(pinned, document.certificates[0] ?? '')
    if (checked !== null) return checked
    const verified = await verifyPapers(city, pinned, document)
    if (!verified.ok) return verified
    if (verified.peersUntil < seconds(clock.now())) return refuse('key.expired', 'the delegation of the peer key')
    const moved = addresses.length > 0 && JSON.stringify(addresses) !== JSON.stringify(city.addresses)
    if (moved) {
      unstored.set(code, addresses)
      cities.set(code, { ...city, addresses })
    }
    const due = clock.now() >= (movesStored.get(code) ?? 0) + MOVES_STORED
    const move = due ? unstored.get(code) : undefined
    if (verified.papers.length === 0 && move === undefined) return { ok: true }
    const kept = await db.transaction(async tx => {
      // It may have been suspended, or paired anew, since this was verified.
      const [row] = await tx.query<PartnerRow>('SELECT status, fingerprint FROM partners WHERE code = ?', [code])
      if (row?.status !== 'active' || row.fingerprint !== pinned.fingerprint) return false
      for (const { id, type, jws, iat } of verified.papers) {
        await tx.run(
          'INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
          [fromHex(id), code, type, pinned.fingerprint, jws, iat],
        )
      }
      if (move !== undefined)
        await tx.run('UPDATE partners SET addresses = ? WHERE code = ?', [JSON.stringify(move), code])
      return true
    })
    if (!kept) {
      unstored.delete(code)
      return refuse('partner.inactive')
    }
    if (move !== undefined) {
      movesStored.set(code, clock.now())
      if (unstored.get(code) === move) unstored.delete(code)
    }
    await reload(code)
    return { ok: true }
  }

  const active = (code: string): City | undefined => {
    const city = cities.get(code)
    return city?.status === 'active' && !city.own && !city.revoked ? city : undefined
  }

  await reload()
  return {
    reload,
    learn,
    key: kid => keys.get(kid),
    cityOf: peer => active(peers.get(peer) ?? '')?.code,
    reach: code => {
      const city = active(code)
      return city === undefined
        ? { peers: [], addresses: [] }
        : {
            peers: [...city.peers.values()].filter(peer => peers.get(peer) === code),
            addresses: [
              ...new Set([...city.addresses, ...(parts.listedAt?.(code, city.pinned?.fingerprint ?? '') ?? [])]),
            ],
          }
    },
    partners: () => [...cities.keys()].filter(code => active(code) !== undefined),
    problemOf: code => {
      if (active(code) !== undefined) return null
      const city = cities.get(code)
      return { code: city?.status === 'active' && city.revoked ? 'certificate.revoked' : 'partner.inactive' }
    },
    refusalOf: peer => ({ code: revokedPeers.has(peer) ? 'certificate.revoked' : 'partner.unknown' }),
    knows: peer => peers.has(peer) || revokedPeers.has(peer),
    certificateOf: code => {
      const city = cities.get(code)
      return city?.status === 'pending' ? undefined : city?.pinned?.key
    },
    certificatePem: code => {
      const city = cities.get(code)
      return city?.status === 'pending' ? undefined : city?.pinned?.pem
    },
    validityOf: code => {
      const city = cities.get(code)
      return {
        certificate: city?.pinned?.notAfter ?? null,
        delegation: city === undefined || city.peersUntil === 0 ? null : city.peersUntil * 1000,
      }
    },
    async papers(code) {
      const certificates = await db.query<{ pem: string }>(
        'SELECT pem FROM certificates WHERE city = ? AND trusted_at > 0 ORDER BY trusted_at',
        [code],
      )
      const held = await db.query<PaperRow>(TRUSTED_PAPERS, [code])
      const pick = (type: PaperRow['type']) => held.filter(row => row.type === type).map(row => row.jws)
      return {
        certificates: certificates.map(row => row.pem),
        delegations: pick('delegation'),
        revocations: pick('revocation'),
      }
    },
  }
}
