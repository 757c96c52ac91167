/** For tests: keys made once, and certificates that may break any one rule. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import {
  authorityConstraints,
  authorityName,
  buildCertificate,
  type CertificateInput,
  cityAltName,
  cityConstraints,
  cityName,
  type ExtensionInput,
  keyIdOf,
  keyIds,
  usage,
} from './build.ts'
import { readDer, toBinary } from './der.ts'
import { generateKey, type SigningKey, signingKeyOf } from './key.ts'
import { readPem, writePem } from './pem.ts'
import type { RsaPublicJwk } from './public-key.ts'

export const NOW = Date.UTC(2026, 10, 23, 4)
export const DAY = 24 * 3600_000
export const SHIYAN = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' } as const
export const FEDERATION = { name: '跨省通办联盟根证书', authority: '跨省通办联盟秘书处' } as const

export const [cityPem, caPem, otherPem] = await Promise.all([generateKey(), generateKey(), generateKey()])
export const cityKey = signingKeyOf(cityPem)
export const caKey = signingKeyOf(caPem)
export const otherKey = signingKeyOf(otherPem)

/** A key below or above what the profile allows. */
export function rsaKey(bits: number, publicExponent = 65537): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return { publicKeyJwk: { kty: 'RSA', n, e }, sign: bytes => new Uint8Array(sign('sha256', bytes, key)) }
}

export const serial = (fill = 7): Uint8Array => new Uint8Array(16).fill(fill)

const ids = (own: RsaPublicJwk, issuer: RsaPublicJwk) => keyIds(keyIdOf(own), keyIdOf(issuer))

type Overrides = Partial<CertificateInput>

export const cityExtensions = (own: RsaPublicJwk = cityKey.publicKeyJwk, issuer = own): ExtensionInput[] => [
  cityConstraints(),
  usage('digitalSignature', 'nonRepudiation'),
  cityAltName(SHIYAN.code),
  ...ids(own, issuer),
]

/** Shiyan's self-issued certificate, with what the test changes. */
export const city = (overrides: Overrides = {}): string =>
  buildCertificate({
    serial: toBinary(serial()),
    issuer: cityName(SHIYAN),
    subject: cityName(SHIYAN),
    notBefore: NOW - DAY,
    notAfter: NOW + DAY,
    publicKey: cityKey.publicKeyJwk,
    extensions: cityExtensions(),
    signer: cityKey,
    ...overrides,
  })

/** Shiyan's certificate issued by `issuer`, by default the federation's authority. */
export const issuedCity = (issuer: SigningKey = caKey, overrides: Overrides = {}): string =>
  city({
    issuer: authorityName(FEDERATION),
    extensions: cityExtensions(cityKey.publicKeyJwk, issuer.publicKeyJwk),
    signer: issuer,
    ...overrides,
  })

export const authorityExtensions = (pathLength: number, own: RsaPublicJwk, issuer = own): ExtensionInput[] => [
  authorityConstraints(pathLength),
  usage('keyCertSign', 'crlSign'),
  ...ids(own, issuer),
]

/** The federation's authority, self-signed, with what the test changes. */
export const authority = (overrides: Overrides = {}): string =>
  buildCertificate({
    serial: toBinary(serial()),
    issuer: authorityName(FEDERATION),
    subject: authorityName(FEDERATION),
    notBefore: NOW - DAY,
    notAfter: NOW + DAY,
    publicKey: caKey.publicKeyJwk,
    extensions: authorityExtensions(0, caKey.publicKeyJwk),
    signer: caKey,
    ...overrides,
  })

export const without = (extensions: ExtensionInput[], id: string) => extensions.filter(entry => entry.id !== id)

/** Puts `entry` in the place of the extension of the same kind, or after the others. */
export const withExtension = (extensions: ExtensionInput[], entry: ExtensionInput) => [
  ...without(extensions, entry.id),
  entry,
]

/** Replaces octets (hex) wherever they stand in the DER. */
export function editDer(pem: string, from: string, to: string): string {
  const hex = Buffer.from(readPem(pem, 'CERTIFICATE'), 'latin1').toString('hex')
  if (!hex.includes(from)) throw new Error(`${from} does not stand in the certificate`)
  return writePem(Buffer.from(hex.replaceAll(from, to), 'hex').toString('latin1'), 'CERTIFICATE')
}

/** Flips the last bit of the signature. */
export function tamper(pem: string): string {
  const der = Buffer.from(readPem(pem, 'CERTIFICATE'), 'latin1')
  der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1
  return writePem(der, 'CERTIFICATE')
}

export const derNode = (hex: string) => readDer(Buffer.from(hex, 'hex').toString('latin1'), 'fixture')
