/** A city of the foreign peer: its certificate by node-forge, its keys and everything it signs by jose; written after SPEC.md alone. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import * as jose from 'jose'
import forge from 'node-forge'

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
export const base64url = (data: Uint8Array | string): string => Buffer.from(data).toString('base64url')
export const now = (): number => Math.floor(Date.now() / 1000)

const DAY = 86_400
const SUBJECT = ['2.5.4.6', '2.5.4.10', '2.5.4.3', '2.5.4.5']

/** §4.1: four attributes, critical constraints and usage, the city's URI, the identifier of the key. */
function certificateOf(code: string, name: string, authority: string, keys: forge.pki.rsa.KeyPair): string {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = keys.publicKey
  certificate.serialNumber = `00${randomBytes(16).toString('hex')}`
  certificate.validity.notBefore = new Date(Date.now() - DAY * 1000)
  certificate.validity.notAfter = new Date(Date.now() + 700 * DAY * 1000)
  const values = ['CN', authority, name, code]
  const utf8 = forge.asn1.Type.UTF8 as unknown as forge.asn1.Class
  const attributes = SUBJECT.map((type, at) => ({
    type,
    value: values[at] ?? '',
    ...(at === 1 || at === 2 ? { valueTagClass: utf8 } : {}),
  }))
  certificate.setSubject(attributes)
  certificate.setIssuer(attributes)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'subjectAltName', altNames: [{ type: 6, value: `urn:tongban:city:${code}` }] },
    { name: 'subjectKeyIdentifier' },
  ])
  certificate.sign(keys.privateKey, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate).replaceAll('\r', '')
}

type Ed25519 = { jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }; d: string; kid: string; key: KeyObject }

async function newKey(): Promise<Ed25519> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  const { d = '' } = privateKey.export({ format: 'jwk' })
  const jwk = { kty: 'OKP' as const, crv: 'Ed25519' as const, x }
  return { jwk, d, kid: await jose.calculateJwkThumbprint(jwk), key: privateKey }
}

export type Identity = { certificates: string[]; delegations: string[]; revocations: string[] }
export type City = Awaited<ReturnType<typeof makeCity>>

export async function makeCity(code: string, name: string, authority: string) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
  const key = forge.pki.privateKeyFromPem(String(privateKey.export({ type: 'pkcs1', format: 'pem' })))
  const certificate = certificateOf(code, name, authority, {
    privateKey: key,
    publicKey: forge.pki.setRsaPublicKey(key.n, key.e),
  })
  const der = Buffer.from(certificate.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  const { kty, n, e } = privateKey.export({ format: 'jwk' })
  const kid = await jose.calculateJwkThumbprint({ kty: kty ?? '', n: n ?? '', e: e ?? '' })
  const packet = await newKey()
  const peer = await newKey()
  const byCertificate = (typ: string, payload: string | Uint8Array) =>
    new jose.CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'RS256', typ, kid }).sign(privateKey)
  const delegation = await byCertificate(
    'tongban-delegation+jws',
    JSON.stringify({
      v: 1,
      iss: code,
      iat: now(),
      nbf: now() - 60,
      exp: now() + 80 * DAY,
      keys: [
        { ...packet.jwk, kid: packet.kid, purpose: 'packet' },
        { ...peer.jwk, kid: peer.kid, purpose: 'peer' },
      ],
    }),
  )
  return {
    code,
    name,
    fingerprint: sha256(der),
    identity: { certificates: [certificate], delegations: [delegation], revocations: [] } as Identity,
    /** seed and public key, as libp2p takes them */
    peerKey: Buffer.concat([Buffer.from(peer.d, 'base64url'), Buffer.from(peer.jwk.x, 'base64url')]),
    /** A packet or receipt (§2, §3). */
    sign: (typ: string, claims: object): Promise<string> =>
      new jose.CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'Ed25519', typ, kid: packet.kid })
        .sign(packet.key),
    /** One signature of a text (§7.1). */
    async signText(text: string): Promise<{ protected: string; signature: string }> {
      const [header = '', , signature = ''] = (await byCertificate('tongban-agreement+jws', text)).split('.')
      return { protected: header, signature }
    },
  }
}

/** Keys that the other city's certificate delegated, by their kid; what does not hold is left out. */
export async function delegatedKeys(identity: Identity): Promise<Map<string, jose.CryptoKey>> {
  const keys = new Map<string, jose.CryptoKey>()
  const certificate = await jose.importX509(identity.certificates[0] ?? '', 'RS256')
  for (const jws of identity.delegations) {
    const { payload } = await jose.compactVerify(jws, certificate, { algorithms: ['RS256'] })
    const claims = JSON.parse(Buffer.from(payload).toString()) as {
      keys: (jose.JWK & { kid: string; purpose: string })[]
    }
    for (const { kty, crv, x, kid, purpose } of claims.keys)
      if (purpose === 'packet' && kid === (await jose.calculateJwkThumbprint({ kty, crv, x } as jose.JWK)))
        keys.set(kid, (await jose.importJWK({ kty, crv, x } as jose.JWK, 'Ed25519')) as jose.CryptoKey)
  }
  return keys
}

/** Claims of what the other city signed. Throws where the signature, type or key does not hold. */
export async function opened(jws: string, typ: string, keys: ReadonlyMap<string, jose.CryptoKey>) {
  const { payload, protectedHeader } = await jose.compactVerify(
    jws,
    header => {
      const key = keys.get(header?.kid ?? '')
      if (key === undefined) throw new Error('unknown key')
      return key
    },
    { algorithms: ['Ed25519'] },
  )
  if (protectedHeader.typ !== typ) throw new Error('typ')
  return JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>
}
