/** Certificate requests (证书申请, PKCS#10): a city asks an authority, which reads before it issues. */
import { type Result, refuse } from '../protocol/problem.ts'
import { buildRequest, cityAltName, cityConstraints, cityName, usage } from './build.ts'
import { attempt } from './der.ts'
import { signingKeyOf } from './key.ts'
import { readPem } from './pem.ts'
import type { CitySubject } from './profile.ts'
import type { RsaPublicJwk } from './public-key.ts'
import { thumbprintOf } from './public-key.ts'
import {
  demandCityExtensions,
  demandKey,
  demandKnownCriticals,
  demandSoundModulus,
  demandSubject,
  readSubject,
} from './rules.ts'
import { isSignedBy, parseRequest } from './x509.ts'

/** What a verified request asks for. */
export type CityRequest = CitySubject & { publicKeyJwk: RsaPublicJwk; keyThumbprint: string }

/** A request in PEM, signed by the city's key (PKCS#8 PEM). Throws ProblemError `certificate.profile`, `keystore.malformed`. */
export function createRequest(subject: CitySubject, keyPem: string): string {
  demandSubject(subject)
  const extensions = [cityConstraints(), usage('digitalSignature', 'nonRepudiation'), cityAltName(subject.code)]
  return buildRequest(cityName(subject), extensions, signingKeyOf(keyPem))
}

/**
 * Reads a request and checks its profile and its own signature, which proves that the city holds the key.
 * Problems: `certificate.malformed`, `certificate.profile`, `certificate.chain`.
 */
export function readRequest(pem: string): Result<{ request: CityRequest }> {
  const read = attempt(() => {
    const parsed = parseRequest(readPem(pem, 'CERTIFICATE REQUEST'))
    const subject = readSubject(parsed.subject)
    demandKey(parsed.key)
    demandSoundModulus(parsed.key)
    demandCityExtensions(parsed.extensions, subject.code)
    demandKnownCriticals(parsed.extensions)
    return { parsed, subject }
  })
  if (!read.ok) return read
  const { parsed, subject } = read.value
  if (!isSignedBy(parsed, parsed.key)) return refuse('certificate.chain', 'the request is not signed by its own key')
  const publicKeyJwk = parsed.key.jwk
  return { ok: true, request: { ...subject, publicKeyJwk, keyThumbprint: thumbprintOf(publicKeyJwk) } }
}
