/** A federation's authority for tests, and cities whose certificates it issued over the keys that they have. */
import { randomBytes } from 'node:crypto'
import { createCa, createRequest, issue, readCa, readCertificate } from '../../certs/index.ts'
import { testKey } from './keys.ts'
import type { PairableCity } from './paired.ts'

export type PlayAuthority = { pem: string; keyPem: string; fingerprint: string }

/** Valid from a day before `now` (ms) on. */
export async function playAuthority(now: number, name = '秦巴通办联盟'): Promise<PlayAuthority> {
  const keyPem = testKey()
  const pem = createCa({ name, authority: '联盟秘书处', keyPem, now: now - 86_400_000, serial: randomBytes(16) })
  const read = readCa(pem)
  if (!read.ok) throw new Error(read.problem.code)
  return { pem, keyPem, fingerprint: read.certificate.fingerprint }
}

/** From now on the city shows a certificate that the authority issued; its delegations are by the same key, so they hold. */
export function certify(city: PairableCity, ca: PlayAuthority, now: number): void {
  const { code, name, authority, certificatePrivateKey } = city.play
  const requestPem = createRequest({ code, name, authority }, certificatePrivateKey)
  const pem = issue({ requestPem, caPem: ca.pem, caKeyPem: ca.keyPem, now, serial: randomBytes(16) })
  const read = readCertificate(pem)
  if (!read.ok) throw new Error(read.problem.code)
  city.side.fingerprint = read.certificate.fingerprint
  city.side.identity = { ...city.side.identity, certificates: [pem, ca.pem] }
}
