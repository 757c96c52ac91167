/** RSA keys of certificates, on WebCrypto: native speed, and a UKey or HSM can stand behind the same port. */
import forge from 'node-forge'
import { ProblemError, type Result, refuse } from '../protocol/problem.ts'
import { toBytes } from './der.ts'
import { readPem, writePem } from './pem.ts'
import { PROFILE } from './profile.ts'

const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

/** Public RSA key as JWK (RFC 7518 §6.3.1). */
export type RsaPublicJwk = { kty: 'RSA'; n: string; e: string }

/** Signs for a certificate wherever the key lives; also fits `CertificateSigner` of protocol/keys. */
export interface KeySigner {
  /** RFC 7638 thumbprint */ readonly kid: string
  readonly publicKeyJwk: RsaPublicJwk
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the bytes */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** A key held by this process. `privateKey` is extractable and serves RS256 in jose. */
export type SigningKey = KeySigner & { readonly privateKey: CryptoKey }

/** Makes the RSA 3072 key of a city, or of an authority. Takes 0.1–1 s, off the main thread. */
export async function generateCityKey(): Promise<SigningKey> {
  const algorithm = { ...RS256, modulusLength: PROFILE.keyBits, publicExponent: new Uint8Array([1, 0, 1]) }
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  return signingKey(pair.privateKey)
}

/** Reads an unencrypted PKCS#8 key in PEM. Problem: `keystore.malformed`. */
export async function readPrivateKey(pem: string): Promise<Result<{ key: SigningKey }>> {
  try {
    return { ok: true, key: await importPkcs8(toBytes(readPem(pem, 'PRIVATE KEY'))) }
  } catch (error) {
    const detail = error instanceof ProblemError ? error.problem.detail : undefined
    return refuse('keystore.malformed', detail ?? 'not an RSA private key in PKCS#8')
  }
}

/** PKCS#8 PEM of the private key, not encrypted: for export only, never into a log or a file of the node. */
export async function writePrivateKey(key: SigningKey): Promise<string> {
  return writePem(new Uint8Array(await crypto.subtle.exportKey('pkcs8', key.privateKey)), 'PRIVATE KEY')
}

/** Throws on anything but an RSA key in PKCS#8. */
export async function importPkcs8(der: Uint8Array<ArrayBuffer>): Promise<SigningKey> {
  return signingKey(await crypto.subtle.importKey('pkcs8', der, RS256, true, ['sign']))
}

async function signingKey(privateKey: CryptoKey): Promise<SigningKey> {
  const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', privateKey)
  const publicKeyJwk: RsaPublicJwk = { kty: 'RSA', n, e }
  return {
    kid: thumbprintOf(publicKeyJwk),
    publicKeyJwk,
    privateKey,
    sign: async bytes => new Uint8Array(await crypto.subtle.sign(RS256.name, privateKey, Uint8Array.from(bytes))),
  }
}

/** Whether the signature is RSASSA-PKCS1-v1_5 with SHA-256 of this key over the bytes. */
export async function verifySignature(
  jwk: RsaPublicJwk,
  signature: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('jwk', { ...jwk }, RS256, false, ['verify'])
    return await crypto.subtle.verify(RS256.name, key, signature, bytes)
  } catch {
    return false
  }
}

/** RFC 7638 thumbprint, without waiting. */
export const thumbprintOf = ({ e, n }: RsaPublicJwk): string =>
  toBase64url(sha256(JSON.stringify({ e, kty: 'RSA', n })))

/** SHA-256 of a binary string, as a binary string. */
export const sha256 = (binary: string): string => forge.md.sha256.create().update(binary).digest().getBytes()

export const toBase64url = (binary: string): string =>
  btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

export const fromBase64url = (text: string): string => atob(text.replaceAll('-', '+').replaceAll('_', '/'))

export const toHex = (binary: string): string => forge.util.bytesToHex(binary)
