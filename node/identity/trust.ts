/** Whom this node trusts: pinned certificates, the keys they delegated, the peers they named. Answered from memory. */
import * as jose from 'jose'
import type { Identity as IdentityDocument } from '../../protocol/exchange/frames.ts'
import {
  type CertificateKey,
  type DelegationClaims,
  type RevocationClaims,
  verifyDelegation,
  verifyRevocation,
} from '../../protocol/keys/delegation.ts'
import { PACKET_ALG } from '../../protocol/names.ts'
import type { TrustedKey } from '../../protocol/packet/envelope.ts'
import { fromHex, sha256, toHex } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import type { Clock } from '../exchange/clock.ts'
import type { Trust } from '../exchange/ports.ts'
import type { Database } from '../store/database.ts'

export type TrustParts = {
  db: Database
  /** own division code: own keys count too */ city: string
  clock: Clock
  /** libp2p peer id of a public Ed25519 JWK */ peerIdOf: (jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }) => string
}

type City = {
  active: boolean
  certificate: CertificateKey | undefined
  addresses: string[]
  peers: string[]
  /** hex ids of delegations and revocations held */ known: Set<string>
}

export type NodeTrust = Trust & {
  /** Reads a city again after its partner row or certificate changed. */
  reload(city?: string): Promise<void>
  /** the pinned certificate's key of an active partner, or the own one */ certificateOf(
    city: string,
  ): CertificateKey | undefined
  /** evidence: certificates, delegations and revocations of a city, as held */
  papers(city: string): Promise<{ certificates: string[]; delegations: string[]; revocations: string[] }>
}

export async function loadTrust(parts: TrustParts): Promise<NodeTrust> {
  const { db, clock } = parts
  let cities = new Map<string, City>()
  let keys = new Map<string, TrustedKey>()
  let peers = new Map<string, string>()

  async function reload(): Promise<void> {
    const nextCities = new Map<string, City>()
    const nextKeys = new Map<string, TrustedKey>()
    const nextPeers = new Map<string, string>()
    const partners = await db.query<{ code: string; status: string; fingerprint: string; addresses: string }>(
      'SELECT code, status, fingerprint, addresses FROM partners',
    )
    const rows = [
      ...partners.map(row => ({ ...row, active: row.status === 'active', own: false })),
      { code: parts.city, fingerprint: null, addresses: '[]', active: true, own: true },
    ]
    for (const row of rows) {
      const city: City = {
        active: row.active && !row.own,
        certificate: undefined,
        addresses: JSON.parse(row.addresses) as string[],
        peers: [],
        known: new Set(),
      }
      nextCities.set(row.code, city)
      const [pinned] = await db.query<{ pem: string }>(
        row.fingerprint === null
          ? 'SELECT pem FROM certificates WHERE city = ? ORDER BY trusted_at DESC LIMIT 1'
          : 'SELECT pem FROM certificates WHERE city = ? AND fingerprint = ?',
        row.fingerprint === null ? [row.code] : [row.code, row.fingerprint],
      )
      if (pinned !== undefined) city.certificate = await certificateKeyOf(pinned.pem)
      const held = await db.query<{ id: Uint8Array; type: string; jws: string }>(
        'SELECT id, type, jws FROM delegations WHERE city = ?',
        [row.code],
      )
      for (const entry of held) city.known.add(toHex(entry.id))
      if (row.active) await take(row.code, city, held, nextKeys, nextPeers)
    }
    cities = nextCities
    keys = nextKeys
    peers = nextPeers
  }

  /** Delegations were verified before they were stored. */
  async function take(
    code: string,
    city: City,
    held: readonly { type: string; jws: string }[],
    intoKeys: Map<string, TrustedKey>,
    intoPeers: Map<string, string>,
  ): Promise<void> {
    const now = clock.now() / 1000
    const revoked = new Map<string, number>()
    for (const { type, jws } of held) {
      if (type !== 'revocation') continue
      const claims = jose.decodeJwt(jws) as unknown as RevocationClaims
      revoked.set(claims.kid, Math.min(claims.revokedAt, revoked.get(claims.kid) ?? Number.MAX_SAFE_INTEGER))
    }
    for (const { type, jws } of held) {
      if (type !== 'delegation') continue
      const claims = jose.decodeJwt(jws) as unknown as DelegationClaims
      for (const key of claims.keys) {
        const { kty, crv, x, kid, purpose } = key
        if (purpose === 'peer') {
          if (claims.exp < now || revoked.has(kid)) continue
          const peer = parts.peerIdOf({ kty, crv, x })
          intoPeers.set(peer, code)
          if (!city.peers.includes(peer)) city.peers.push(peer)
          continue
        }
        const before = intoKeys.get(kid)
        intoKeys.set(kid, {
          key: before?.key ?? ((await jose.importJWK({ kty, crv, x }, PACKET_ALG)) as jose.CryptoKey),
          city: code,
          notBefore: Math.min(claims.nbf, before?.notBefore ?? claims.nbf),
          notAfter: Math.max(claims.exp, before?.notAfter ?? claims.exp),
          revokedAt: revoked.get(kid) ?? null,
        })
      }
    }
  }

  async function certificateKeyOf(pem: string): Promise<CertificateKey | undefined> {
    const { readCertificate, keyThumbprint } = await import('../../certs/index.ts')
    const read = readCertificate(pem)
    if (!read.ok) return undefined
    return {
      city: read.certificate.code,
      kid: await keyThumbprint(read.certificate),
      jwk: read.certificate.publicKeyJwk,
    }
  }

  async function learn(
    code: string,
    document: IdentityDocument,
    addresses: readonly string[],
  ): Promise<{ ok: true } | Refused> {
    const city = cities.get(code)
    if (city?.certificate === undefined || !city.active) return refuse('partner.inactive')
    const certificate = city.certificate
    const checked = await checkCertificate(code, document.certificates[0] ?? '')
    if (checked !== null) return checked
    const fresh: { id: string; type: 'delegation' | 'revocation'; jws: string; iat: number }[] = []
    for (const [type, list, verify] of [
      ['delegation', document.delegations, verifyDelegation],
      ['revocation', document.revocations, verifyRevocation],
    ] as const) {
      for (const jws of list) {
        const id = await sha256(jws)
        if (city.known.has(id)) continue
        const verified = await verify(jws, certificate)
        if (!verified.ok) return verified
        fresh.push({ id, type, jws, iat: verified.claims.iat })
      }
    }
    const moved = addresses.length > 0 && JSON.stringify(addresses) !== JSON.stringify(city.addresses)
    if (fresh.length === 0 && !moved) return { ok: true }
    const [pinned] = await db.query<{ fingerprint: string }>('SELECT fingerprint FROM partners WHERE code = ?', [code])
    await db.transaction(async tx => {
      for (const entry of fresh) {
        await tx.run(
          'INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
          [fromHex(entry.id), code, entry.type, pinned?.fingerprint ?? '', entry.jws, entry.iat],
        )
      }
      if (moved) await tx.run('UPDATE partners SET addresses = ? WHERE code = ?', [JSON.stringify(addresses), code])
    })
    await reload()
    return { ok: true }
  }

  /** The certificate shown must be the pinned one, and valid now. */
  async function checkCertificate(code: string, pem: string): Promise<Refused | null> {
    const { readCertificate, checkValidity } = await import('../../certs/index.ts')
    const read = readCertificate(pem)
    if (!read.ok) return read
    const [pinned] = await db.query<{ fingerprint: string }>('SELECT fingerprint FROM partners WHERE code = ?', [code])
    if (read.certificate.code !== code || read.certificate.fingerprint !== pinned?.fingerprint)
      return refuse('certificate.mismatch')
    return checkValidity(read.certificate, clock.now())
  }

  await reload()
  return {
    reload,
    learn,
    key: kid => keys.get(kid),
    cityOf: peer => {
      const code = peers.get(peer)
      return code !== undefined && cities.get(code)?.active === true ? code : undefined
    },
    reach: code => {
      const city = cities.get(code)
      return city?.active === true ? { peers: city.peers, addresses: city.addresses } : { peers: [], addresses: [] }
    },
    partners: () => [...cities].filter(([, city]) => city.active).map(([code]) => code),
    certificateOf: code => cities.get(code)?.certificate,
    async papers(code) {
      const certificates = await db.query<{ pem: string }>(
        'SELECT pem FROM certificates WHERE city = ? ORDER BY trusted_at',
        [code],
      )
      const held = await db.query<{ type: string; jws: string }>(
        'SELECT type, jws FROM delegations WHERE city = ? ORDER BY iat',
        [code],
      )
      return {
        certificates: certificates.map(row => row.pem),
        delegations: held.filter(row => row.type === 'delegation').map(row => row.jws),
        revocations: held.filter(row => row.type === 'revocation').map(row => row.jws),
      }
    },
  }
}
