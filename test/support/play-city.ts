/** Cities for tests: real keys, certificate and delegation, made in process but for the RSA keys. */
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import * as jose from 'jose'
import { keyThumbprint, readCertificate, selfIssue } from '../../certs/index.ts'
import {
  type CertificateKey,
  type CertificateSigner,
  type DelegatedKey,
  type DelegationClaims,
  signDelegation,
  signRevocation,
  thumbprint,
} from '../../protocol/keys/delegation.ts'
import { PACKET_ALG } from '../../protocol/names.ts'
import type { KeyResolver, PacketSigner, TrustedKey } from '../../protocol/packet/envelope.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { testKey } from './keys.ts'

/** 2026-11-02 09:00 China Standard Time, in seconds: when a played case begins unless told otherwise. */
export const PLAY_BEGIN = Date.UTC(2026, 10, 2, 1, 0, 0) / 1000
const DAY = 24 * 3600

/** Everything that one city holds; `delegations` and `revocations` grow when keys rotate. */
export type PlayCity = {
  /** division code */
  code: string
  name: string
  authority: string
  /** PEM of the city certificate */
  certificate: string
  /** hex SHA-256 of its DER */
  fingerprint: string
  certificateKey: CertificateKey
  certificateSigner: CertificateSigner
  /** PKCS#8 PEM of the certificate's private key */
  certificatePrivateKey: string
  packetSigner: PacketSigner
  packetKey: DelegatedKey
  delegations: string[]
  revocations: string[]
}

const NAMES: Record<string, { name: string; authority: string }> = {
  '420300': { name: '十堰市', authority: '十堰市行政审批局' },
  '610900': { name: '安康市', authority: '安康市行政审批服务局' },
}

/** Makes a city with a self-issued certificate and one delegated packet key, both valid well around `now` (seconds). */
export async function playCity(
  code: string,
  options: {
    now?: number
    /** kept for all files of a process */
    kept?: boolean
  } = {},
): Promise<PlayCity> {
  const now = options.now ?? PLAY_BEGIN
  const { name, authority } = NAMES[code] ?? { name: `城市${code}`, authority: `城市${code}行政审批局` }
  const certificatePrivateKey = testKey(options.kept === true ? 'kept' : 'once')
  const issued = selfIssue(
    { code, name, authority },
    { keyPem: certificatePrivateKey, now: (now - 90 * DAY) * 1000, serial: randomBytes(16) },
  )
  const read = readCertificate(issued)
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  const { pem: certificate, fingerprint, publicKeyJwk: jwk } = read.certificate
  const kid = await keyThumbprint(read.certificate)
  const privateKey = createPrivateKey(certificatePrivateKey)
  const key = await playKey('packet')
  const city: PlayCity = {
    code,
    name,
    authority,
    certificate,
    fingerprint,
    certificateKey: { city: code, kid, jwk },
    certificateSigner: { kid, sign: async bytes => new Uint8Array(sign('sha256', bytes, privateKey)) },
    certificatePrivateKey,
    packetSigner: key.signer,
    packetKey: key.jwk,
    delegations: [],
    revocations: [],
  }
  await delegate(city, [key.jwk], { nbf: now - 30 * DAY, exp: now + 335 * DAY })
  return city
}

/** Lets the certificate delegate to `keys`; the delegation is added to the city and returned. */
export async function delegate(
  city: PlayCity,
  keys: DelegatedKey[],
  validity: { nbf: number; exp: number },
): Promise<string> {
  const claims: DelegationClaims = { v: 1, iss: city.code, iat: validity.nbf, ...validity, keys }
  const jws = await signDelegation(claims, city.certificateSigner)
  city.delegations.push(jws)
  return jws
}

/** Revokes one delegated key from `revokedAt` (seconds) on. */
export async function revoke(city: PlayCity, kid: string, revokedAt: number): Promise<string> {
  const jws = await signRevocation({ v: 1, iss: city.code, iat: revokedAt, kid, revokedAt }, city.certificateSigner)
  city.revocations.push(jws)
  return jws
}

/** A fresh Ed25519 key. */
export async function playKey(purpose: 'packet' | 'peer'): Promise<{ jwk: DelegatedKey; signer: PacketSigner }> {
  const pair = await jose.generateKeyPair(PACKET_ALG, { extractable: true })
  const { x } = await jose.exportJWK(pair.publicKey)
  const kid = await thumbprint({ kty: 'OKP', crv: 'Ed25519', x: x ?? '' })
  const jwk: DelegatedKey = { kty: 'OKP', crv: 'Ed25519', x: x ?? '', kid, purpose }
  return { jwk, signer: { kid, key: pair.privateKey } }
}

/** Trusts the current packet keys of these cities without looking at delegations. */
export async function trusting(...cities: PlayCity[]): Promise<KeyResolver> {
  const keys = new Map<string, TrustedKey>()
  for (const city of cities) {
    const { kid, purpose, ...jwk } = city.packetKey
    const key = (await jose.importJWK(jwk, PACKET_ALG)) as jose.CryptoKey
    keys.set(kid, { key, city: city.code, spans: [{ begins: 0, ends: Number.MAX_SAFE_INTEGER }], revokedAt: null })
  }
  return kid => keys.get(kid)
}
