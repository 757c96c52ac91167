/** Own identity: certificate, packet key, peer key, and the delegations that join them. */
import { createPrivateKey, sign } from 'node:crypto'
import * as jose from 'jose'
import type { Identity as IdentityDocument } from '../../protocol/exchange/frames.ts'
import {
  type CertificateKey,
  type CertificateSigner,
  type DelegatedKey,
  signDelegation,
  signRevocation,
} from '../../protocol/keys/delegation.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { PACKET_ALG, PROTOCOL_VERSION } from '../../protocol/names.ts'
import type { PacketSigner } from '../../protocol/packet/envelope.ts'
import { fromHex, sha256 } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { OwnIdentity } from '../exchange/ports.ts'
import type { Database } from '../store/database.ts'
import { type KeyStore, type Keys, newKey, type PrivateKey } from './keystore.ts'

/** Days a delegation lasts, and how many are left when it is renewed. */
export const DELEGATION_DAYS = { lasts: 90, renewAt: 30 } as const
const DAY = 86_400

export type IdentityParts = {
  db: Database
  keyStore: KeyStore
  city: { code: string; name: string }
  clock: Clock
  audit: Audit
  events: EventLog
  /** after own keys, delegations or revocations changed */ changed: () => Promise<void>
}

type DelegationRow = { type: 'delegation' | 'revocation'; jws: string; iat: number }

export type NodeIdentity = OwnIdentity & {
  /** own certificate as others verify with it */ certificateKey(): CertificateKey
  /** opens the city key; slow */ certificateSigner(): Promise<CertificateSigner>
  peerKey(): PrivateKey
  dataKey(): Uint8Array
  /** A new packet key takes over; the old one's signatures stay valid. */
  rotate(actor: string): Promise<{ kid: string }>
  /** Revokes an own key from now on. */
  revoke(kid: string, actor: string): Promise<void>
  /** Delegates anew when the current delegation runs out soon; what it did. */
  renewIfDue(): Promise<boolean>
  /** fingerprint and validity of the certificate, keys and when their delegations end */
  summary(): { fingerprint: string; notAfter: number; kid: string; delegatedUntil: number }
  documentRows(): readonly DelegationRow[]
}

const publicOf = ({ kty, crv, x, kid }: PrivateKey, purpose: DelegatedKey['purpose']): DelegatedKey => ({
  kty,
  crv,
  x,
  kid,
  purpose,
})

/** Loads the identity; makes the first delegation when there is none. */
export async function loadIdentity(parts: IdentityParts): Promise<NodeIdentity> {
  const { db, keyStore, city, clock, audit, events } = parts
  const { readCertificate, keyThumbprint } = await import('../../certs/index.ts')
  const read = readCertificate(keyStore.certificates()[0] ?? '')
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  const certificate = read.certificate
  if (certificate.code !== city.code)
    throw new ProblemError('certificate.mismatch', `the certificate is of ${certificate.code}`)
  const certificateKey: CertificateKey = {
    city: city.code,
    kid: await keyThumbprint(certificate),
    jwk: certificate.publicKeyJwk,
  }
  let signer: PacketSigner
  let rows: DelegationRow[] = []
  let document: IdentityDocument

  async function certificateSigner(): Promise<CertificateSigner> {
    const { keyPem } = await keyStore.openCityKey()
    const key = createPrivateKey(keyPem)
    return { kid: certificateKey.kid, sign: async bytes => new Uint8Array(sign('sha256', bytes, key)) }
  }

  const current = (keys: Keys): PrivateKey => {
    const key = keys.packetKeys.find(entry => entry.state === 'current')
    if (key === undefined) throw new ProblemError('keystore.malformed', 'no current packet key')
    return key
  }

  async function load(): Promise<void> {
    const key = current(keyStore.keys())
    const { kid, ...jwk } = key
    signer = { kid, key: (await jose.importJWK(jwk, PACKET_ALG)) as jose.CryptoKey }
    rows = await db.query<DelegationRow>('SELECT type, jws, iat FROM delegations WHERE city = ? ORDER BY iat DESC', [
      city.code,
    ])
    const pick = (type: DelegationRow['type']) =>
      rows
        .filter(row => row.type === type)
        .map(row => row.jws)
        .slice(0, LIMITS.helloDelegations)
    document = {
      certificates: [...keyStore.certificates()].slice(0, 4),
      delegations: pick('delegation'),
      revocations: pick('revocation'),
    }
  }

  async function keep(
    type: DelegationRow['type'],
    jws: string,
    iat: number,
    entry: { actor: string; action: string; subject: string },
  ): Promise<void> {
    const id = fromHex(await sha256(jws))
    await db.transaction(async tx => {
      await tx.run(
        `INSERT INTO certificates (fingerprint, city, pem, trusted_at) VALUES (?, ?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING`,
        [certificate.fingerprint, city.code, certificate.pem, clock.now()],
      )
      await tx.run(
        'INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
        [id, city.code, type, certificate.fingerprint, jws, iat],
      )
      await audit.append(tx, entry)
      await events.append(tx, { type: 'key.rotated', subject: entry.subject })
    })
  }

  async function delegate(packetKey: PrivateKey, actor: string): Promise<void> {
    const now = seconds(clock.now())
    const claims = {
      v: PROTOCOL_VERSION,
      iss: city.code,
      iat: now,
      // The partner's clock may be behind ours.
      nbf: now - LIMITS.clockSkewSeconds,
      exp: Math.min(now + DELEGATION_DAYS.lasts * DAY, seconds(certificate.notAfter)),
      keys: [publicOf(packetKey, 'packet'), publicOf(keyStore.keys().peerKey, 'peer')],
    } as const
    const jws = await signDelegation({ ...claims, keys: [...claims.keys] }, await certificateSigner())
    await keep('delegation', jws, now, { actor, action: 'key.delegated', subject: packetKey.kid })
  }

  /** When the delegation that names the current packet key ends, seconds. */
  function delegatedUntil(): number {
    let until = 0
    for (const row of rows) {
      if (row.type !== 'delegation') continue
      const claims = jose.decodeJwt<{ keys: DelegatedKey[] }>(row.jws)
      if (claims.keys.some(key => key.kid === signer.kid)) until = Math.max(until, claims.exp ?? 0)
    }
    return until
  }

  await load()
  if (delegatedUntil() === 0) {
    await delegate(current(keyStore.keys()), 'node')
    await load()
  }

  return {
    city: city.code,
    name: city.name,
    signer: () => signer,
    document: () => document,
    documentRows: () => rows,
    certificateKey: () => certificateKey,
    certificateSigner,
    peerKey: () => keyStore.keys().peerKey,
    dataKey: () => jose.base64url.decode(keyStore.keys().dataKey),
    async rotate(actor) {
      const fresh = await newKey()
      // Delegated before it is used: no packet is ever signed with a key that nobody can check.
      await delegate(fresh, actor)
      const keys = keyStore.keys()
      await keyStore.saveKeys({
        ...keys,
        packetKeys: [
          ...keys.packetKeys.map(key => ({ ...key, state: 'retired' as const })),
          { ...fresh, state: 'current' as const },
        ],
      })
      await load()
      await parts.changed()
      return { kid: fresh.kid }
    },
    async revoke(kid, actor) {
      const known = rows.some(
        row =>
          row.type === 'delegation' &&
          jose.decodeJwt<{ keys: DelegatedKey[] }>(row.jws).keys.some(key => key.kid === kid),
      )
      if (!known) throw new ProblemError('request.not-found', 'no delegation names this key')
      if (kid === signer.kid) throw new ProblemError('request.conflict', 'the current key: rotate first')
      const now = seconds(clock.now())
      const jws = await signRevocation(
        { v: PROTOCOL_VERSION, iss: city.code, iat: now, kid, revokedAt: now },
        await certificateSigner(),
      )
      await keep('revocation', jws, now, { actor, action: 'key.revoked', subject: kid })
      await load()
      await parts.changed()
    },
    async renewIfDue() {
      if (delegatedUntil() - seconds(clock.now()) > DELEGATION_DAYS.renewAt * DAY) return false
      await delegate(current(keyStore.keys()), 'node')
      await load()
      await parts.changed()
      return true
    },
    summary: () => ({
      fingerprint: certificate.fingerprint,
      notAfter: certificate.notAfter,
      kid: signer.kid,
      delegatedUntil: delegatedUntil() * 1000,
    }),
  }
}
