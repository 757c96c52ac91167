/** Keys of the vectors: fixed, so that every signature comes out the same. For tests alone. */
import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as jose from 'jose'
import type { CertificateKey, CertificateSigner, DelegatedKey } from '../../protocol/keys/delegation.ts'
import type { PacketSigner } from '../../protocol/packet/envelope.ts'

type City = {
  code: string
  certificateKey: jose.JWK
  packetKey: { kty: 'OKP'; crv: 'Ed25519'; x: string; d: string }
  otherPacketKey: { kty: 'OKP'; crv: 'Ed25519'; x: string; d: string }
}

const KEYS = resolve(import.meta.dirname, '../../protocol/vectors/keys.json')

export type VectorCity = {
  code: string
  packet: { signer: PacketSigner; key: DelegatedKey }
  other: { signer: PacketSigner; key: DelegatedKey }
  certificate: CertificateKey
  certificateSigner: CertificateSigner
}

async function packetKey(jwk: City['packetKey']): Promise<VectorCity['packet']> {
  const { kty, crv, x } = jwk
  const kid = await jose.calculateJwkThumbprint({ kty, crv, x })
  return {
    signer: { kid, key: (await jose.importJWK(jwk, 'Ed25519')) as jose.CryptoKey },
    key: { kty, crv, x, kid, purpose: 'packet' },
  }
}

const readCities = () => (JSON.parse(readFileSync(KEYS, 'utf8')) as { cities: City[] }).cities

/** Private key of the certificate of a city, PKCS #8 PEM. */
export function certificateKeyPem(code: string): string {
  const city = readCities().find(entry => entry.code === code)
  if (city === undefined) throw new Error(`no city ${code}`)
  const key = createPrivateKey({ key: city.certificateKey as never, format: 'jwk' })
  return String(key.export({ type: 'pkcs8', format: 'pem' }))
}

/** The two cities, Ankang first. */
export async function vectorCities(): Promise<[VectorCity, VectorCity]> {
  const cities = readCities()
  const made = await Promise.all(
    cities.map(async (city): Promise<VectorCity> => {
      const { kty, n, e } = city.certificateKey
      const jwk = { kty: kty ?? '', n: n ?? '', e: e ?? '' }
      const kid = await jose.calculateJwkThumbprint(jwk)
      const key = createPrivateKey({ key: city.certificateKey as never, format: 'jwk' })
      return {
        code: city.code,
        packet: await packetKey(city.packetKey),
        other: await packetKey(city.otherPacketKey),
        certificate: { city: city.code, kid, jwk },
        certificateSigner: { kid, sign: async bytes => new Uint8Array(sign('sha256', bytes, key)) },
      }
    }),
  )
  const [a, b] = made
  if (a === undefined || b === undefined) throw new Error('keys.json has two cities')
  return [a, b]
}
