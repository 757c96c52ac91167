/** Own identity: certificate, packet key, peer key, and the delegations that join them. */

import { createPrivateKey, sign } from 'node:crypto'
import * as jose from 'jose'
import type { Identity as IdentityDocument } from '../../../protocol/exchange/frames.ts'
import {
  type CertificateSigner,
  type DelegatedKey,
  type DelegationClaims,
  type RevocationClaims,
  signDelegation,
  signRevocation,
} from '../../../protocol/keys/delegation.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { PACKET_ALG, PROTOCOL_VERSION } from '../../../protocol/names.ts'
import type { PacketSigner } from '../../../protocol/packet/envelope.ts'
import { fromHex, sha256 } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import { currentKey, type KeyStore, newKey, type PrivateKey, succeededBy } from '../../kernel/keys/keystore.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { createSerial } from '../../kernel/serial.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { OwnIdentity } from '../exchange/ports.ts'

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
  /** after own keys, delegations or revocations changed, before anything is signed with a new key */
  changed: () => Promise<void>
  /** a new packet key took over */
  rotated: (kid: string) => void
}

/** A key that the own certificate delegated. */
export type OwnKey = {
  kid: string
  purpose: DelegatedKey['purpose']
  state: 'current' | 'retired' | 'revoked'
  /** ms */
  delegatedUntil: number
}

export type NodeIdentity = OwnIdentity & {
  /** opens the city key; slow */
  certificateSigner(): Promise<CertificateSigner>
  peerKey(): PrivateKey
  dataKey(): Uint8Array
  /** A new packet key takes over; the old one's signatures stay valid. */
  rotate(actor: string): Promise<{ kid: string }>
  /** Revokes an own retired key from now on. Problems: `request.not-found`, `request.conflict` for a key in use. */
  revoke(kid: string, actor: string): Promise<void>
  /** Delegates anew when the current delegation runs out soon; what it did. Problem: `certificate.expired`. */
  renewIfDue(): Promise<boolean>
  /** fingerprint and validity of the certificate, current packet key, all keys, those in use first */
  summary(): { fingerprint: string; notAfter: number; kid: string; delegatedUntil: number; keys: OwnKey[] }
}

const publicOf = ({ kty, crv, x, kid }: PrivateKey, purpose: DelegatedKey['purpose']): DelegatedKey => ({
  kty,
  crv,
  x,
  kid,
  purpose,
})

const names = (claims: DelegationClaims, kid: string): boolean => claims.keys.some(key => key.kid === kid)

/** What is signed, shown and answered from; replaced as a whole, so that no key signs before its delegation is shown. */
type Held = {
  signer: PacketSigner
  document: IdentityDocument
  /** by the present certificate, those of the current key first, then the newest */
  delegations: readonly DelegationClaims[]
  /** by former certificates: partners know these keys still */
  former: readonly DelegationClaims[]
  revoked: ReadonlySet<string>
}

/** Loads the identity; makes the first delegation when there is none, and a new one when the last has run out. */
export async function loadIdentity(parts: IdentityParts): Promise<NodeIdentity> {
  const { db, keyStore, city, clock, audit, events } = parts
  const { readPlain, keyThumbprint } = await import('../../../certs/index.ts')
  // Its modulus was judged when the certificate came into the key store.
  const read = readPlain(keyStore.certificates()[0] ?? '')
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  const certificate = read.certificate
  if (certificate.code !== city.code)
    throw new ProblemError('config.invalid', `city.code: the keys of this node are those of ${certificate.code}`)
  const certificateKid = await keyThumbprint(certificate)

  async function certificateSigner(): Promise<CertificateSigner> {
    const { keyPem } = await keyStore.openCityKey()
    const key = createPrivateKey(keyPem)
    return { kid: certificateKid, sign: async bytes => new Uint8Array(sign('sha256', bytes, key)) }
  }

  async function load(): Promise<Held> {
    const { kid, ...jwk } = currentKey(keyStore.keys())
    const key = (await jose.importJWK(jwk, PACKET_ALG)) as jose.CryptoKey
    const held = createPrivateKey({ key: jwk, format: 'jwk' })
    const rows = await db.query<{ type: 'delegation' | 'revocation'; jws: string }>(
      'SELECT type, jws FROM delegations WHERE city = ? ORDER BY iat DESC',
      [city.code],
    )
    // What a former certificate signed stays for evidence; whoever pins the present one could not verify it.
    const isPresent = ({ jws }: { jws: string }) => jose.decodeProtectedHeader(jws).kid === certificateKid
    const present = rows.filter(isPresent)
    const former = rows.filter(row => row.type === 'delegation' && !isPresent(row))
    const pick = (type: 'delegation' | 'revocation') => present.filter(row => row.type === type).map(row => row.jws)
    const revocations = pick('revocation')
    // The current key's come first, whatever the clock said when they were made: they must not fall out of the hello.
    const delegations = pick('delegation').map(jws => ({
      jws,
      claims: jose.decodeJwt(jws) as unknown as DelegationClaims,
    }))
    delegations.sort((a, b) => Number(names(b.claims, kid)) - Number(names(a.claims, kid)))
    return {
      signer: { kid, key, sign: bytes => new Uint8Array(sign(null, bytes, held)) },
      document: {
        certificates: [...keyStore.certificates()].slice(0, 4),
        delegations: delegations.slice(0, LIMITS.helloDelegations).map(entry => entry.jws),
        revocations: revocations.slice(0, LIMITS.helloDelegations),
      },
      delegations: delegations.map(entry => entry.claims),
      former: former.map(({ jws }) => jose.decodeJwt(jws) as unknown as DelegationClaims),
      revoked: new Set(revocations.map(jws => (jose.decodeJwt(jws) as unknown as RevocationClaims).kid)),
    }
  }

  async function keep(
    type: 'delegation' | 'revocation',
    jws: string,
    iat: number,
    entry: { actor: string; action: AuditAction; subject: string },
  ): Promise<void> {
    const id = fromHex(await sha256(jws))
    await db.transaction(async tx => {
      if (type === 'revocation') await act(tx)
      await tx.run(
        'INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
        [id, city.code, type, certificate.fingerprint, jws, iat],
      )
      await audit.append(tx, entry)
      await events.append(tx, { type: 'key.rotated', subject: entry.subject })
    })
  }

  /** The present certificate is the one trusted last, also when a former one was put back. It was changed while the node was stopped. */
  async function keepCertificate(): Promise<void> {
    const [newest] = await db.query<{ fingerprint: string; trusted_at: number }>(
      'SELECT fingerprint, trusted_at FROM certificates WHERE city = ? ORDER BY trusted_at DESC LIMIT 1',
      [city.code],
    )
    if (newest?.fingerprint === certificate.fingerprint) return
    await db.transaction(async tx => {
      await tx.run(
        `INSERT INTO certificates (fingerprint, city, pem, trusted_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (fingerprint) DO UPDATE SET trusted_at = excluded.trusted_at`,
        [
          certificate.fingerprint,
          city.code,
          certificate.pem,
          // Later than the former's, whatever the clock says.
          Math.max(clock.now(), (newest?.trusted_at ?? 0) + 1),
        ],
      )
      if (newest === undefined) return
      const detail = { fingerprint: certificate.fingerprint, former: newest.fingerprint }
      await audit.append(tx, { actor: 'cli', action: 'certificate.changed', subject: city.code, detail })
    })
  }

  const endOf = (now: number): number => Math.min(now + DELEGATION_DAYS.lasts * DAY, seconds(certificate.notAfter))

  async function delegate(packetKey: PrivateKey, actor: string): Promise<void> {
    const now = seconds(clock.now())
    const exp = endOf(now)
    if (exp <= now)
      throw new ProblemError('certificate.expired', 'the own city certificate: issue a new one', { act: 'operator' })
    const claims: DelegationClaims = {
      v: PROTOCOL_VERSION,
      iss: city.code,
      iat: now,
      // The partner's clock may be behind ours.
      nbf: now - LIMITS.clockSkewSeconds,
      exp,
      keys: [publicOf(packetKey, 'packet'), publicOf(keyStore.keys().peerKey, 'peer')],
    }
    const jws = await signDelegation(claims, await certificateSigner())
    await keep('delegation', jws, now, { actor, action: 'key.delegated', subject: packetKey.kid })
  }

  /** When the delegation that names the current packet key ends, seconds; 0 when there is none. */
  const delegatedUntil = (): number =>
    held.delegations
      .filter(claims => names(claims, held.signer.kid))
      .reduce((until, claims) => Math.max(until, claims.exp), 0)

  function ownKeys(): OwnKey[] {
    const inUse = new Set([held.signer.kid, keyStore.keys().peerKey.kid])
    const keys = new Map<string, OwnKey>()
    for (const claims of [...held.delegations, ...held.former]) {
      for (const { kid, purpose } of claims.keys) {
        const state = held.revoked.has(kid) ? 'revoked' : inUse.has(kid) ? 'current' : 'retired'
        const until = Math.max(claims.exp * 1000, keys.get(kid)?.delegatedUntil ?? 0)
        keys.set(kid, { kid, purpose, state, delegatedUntil: until })
      }
    }
    return [...keys.values()]
  }

  /** One change of keys after the other: two at once would take each other's key out of the key store. */
  const inTurn = createSerial()
  /** Partners and the own trust know a new key before anything is signed with it. */
  const takeOver = async (): Promise<void> => {
    await parts.changed()
    held = await load()
  }

  await keepCertificate()
  let held = await load()
  const until = delegatedUntil()
  const now = seconds(clock.now())
  // A renewed certificate over the same key delegates too: what the former one signed ends with it.
  const [signed] = await db.query(
    "SELECT 1 AS found FROM delegations WHERE certificate = ? AND type = 'delegation' LIMIT 1",
    [certificate.fingerprint],
  )
  if (until === 0 || ((signed === undefined || until <= now) && endOf(now) > now)) {
    await delegate(currentKey(keyStore.keys()), 'node')
    held = await load()
  }

  return {
    city: city.code,
    name: city.name,
    signer: () => held.signer,
    document: () => held.document,
    certificateSigner,
    peerKey: () => keyStore.keys().peerKey,
    dataKey: () => jose.base64url.decode(keyStore.keys().dataKey),
    rotate: actor =>
      inTurn(async () => {
        const fresh = await newKey()
        // Delegated before it is used: no packet is ever signed with a key that nobody can check.
        await delegate(fresh, actor)
        await keyStore.saveKeys(succeededBy(keyStore.keys(), fresh))
        await takeOver()
        // Before it was the current one nothing was rotated: a request that was cut off there is carried out anew.
        await db.transaction(act)
        parts.rotated(fresh.kid)
        return { kid: fresh.kid }
      }),
    revoke: (kid, actor) =>
      inTurn(async () => {
        const key = ownKeys().find(entry => entry.kid === kid)
        if (key === undefined) throw new ProblemError('request.not-found', 'no delegation names this key')
        if (key.state === 'revoked') return
        if (key.state === 'current') {
          const cure = key.purpose === 'packet' ? 'the current packet key: rotate first' : 'the key of the own peer'
          throw new ProblemError('request.conflict', cure)
        }
        const now = seconds(clock.now())
        // What the key signed within this second, before it was retired, stays good.
        const jws = await signRevocation(
          { v: PROTOCOL_VERSION, iss: city.code, iat: now, kid, revokedAt: now + 1 },
          await certificateSigner(),
        )
        await keep('revocation', jws, now, { actor, action: 'key.revoked', subject: kid })
        await takeOver()
      }),
    renewIfDue: () =>
      inTurn(async () => {
        const until = delegatedUntil()
        const now = seconds(clock.now())
        if (until - now > DELEGATION_DAYS.renewAt * DAY) return false
        // Towards the end of the certificate a new delegation would end when the last one does.
        if (until > now && endOf(now) - until < DAY) return false
        await delegate(currentKey(keyStore.keys()), 'node')
        await takeOver()
        return true
      }),
    summary: () => ({
      fingerprint: certificate.fingerprint,
      notAfter: certificate.notAfter,
      kid: held.signer.kid,
      delegatedUntil: delegatedUntil() * 1000,
      keys: ownKeys(),
    }),
  }
}
