/**
 * Issues certificates: a city's own, an authority's, and a city's by an authority from a request. Renewal is another issue
 * over the same or a new key. What was built is read back by the very rules that a partner applies, so nothing leaves here
 * that a partner would refuse.
 */
import { ProblemError, type Result } from '../protocol/problem.ts'
import {
  authorityConstraints,
  authorityName,
  buildCertificate,
  cityAltName,
  cityConstraints,
  cityName,
  keyIdOf,
  keyIds,
  usage,
} from './build.ts'
import { checkChain, checkSelfIssued } from './chain.ts'
import { fromHex, offProfile, toBinary } from './der.ts'
import { signingKeyOf } from './key.ts'
import { readPem } from './pem.ts'
import { type CitySubject, PROFILE } from './profile.ts'
import { thumbprintOf } from './public-key.ts'
import { readAuthority, readCa } from './read.ts'
import { readRequest } from './request.ts'
import { demandSubject, isPlainName } from './rules.ts'
import { parseCertificate } from './x509.ts'

export type Validity = {
  /** ms */
  notBefore: number
  /** ms */
  notAfter: number
}

/** Validity that begins an hour before `now` (ms), because the partner's clock may be behind, and ends years after it. */
export function validFor(now: number, years: number): Validity {
  const end = new Date(now)
  end.setUTCFullYear(end.getUTCFullYear() + years)
  return { notBefore: now - 3_600_000, notAfter: end.getTime() }
}

type IssueOptions = {
  /** ms */
  now: number
  /** 16 to 20 random bytes */
  serial: Uint8Array
  years?: number
}

/**
 * A city certificate in PEM, signed by its own key (PKCS#8 PEM); 3 years by default.
 * Throws ProblemError `certificate.profile` with the field, `keystore.malformed`.
 */
export function selfIssue(subject: CitySubject, options: IssueOptions & { keyPem: string }): string {
  demandSubject(subject)
  const key = signingKeyOf(options.keyPem)
  const name = cityName(subject)
  const keyId = keyIdOf(key.publicKeyJwk)
  const pem = buildCertificate({
    serial: serialOf(options.serial),
    issuer: name,
    subject: name,
    ...wholeSeconds(validFor(options.now, options.years ?? PROFILE.cityYears)),
    publicKey: key.publicKeyJwk,
    extensions: cityExtensions(subject.code, keyId, keyId),
    signer: key,
  })
  demand(checkSelfIssued(pem, options.now))
  return pem
}

/**
 * The certificate of a federation's authority (联盟证书颁发机构) in PEM, which issues to cities and has no authority below;
 * 10 years by default. Throws as `selfIssue` does.
 */
export function createCa(
  options: IssueOptions & {
    name: string
    /** the organ behind it */
    authority?: string
    keyPem: string
  },
): string {
  const { name, authority } = options
  if (!isPlainName(name)) throw offProfile('CN of the subject')
  if (authority !== undefined && !isPlainName(authority)) throw offProfile('O of the subject')
  const key = signingKeyOf(options.keyPem)
  const subject = authorityName({ name, authority })
  const keyId = keyIdOf(key.publicKeyJwk)
  const pem = buildCertificate({
    serial: serialOf(options.serial),
    issuer: subject,
    subject,
    ...wholeSeconds(validFor(options.now, options.years ?? PROFILE.caYears)),
    publicKey: key.publicKeyJwk,
    extensions: [authorityConstraints(0), usage('keyCertSign', 'crlSign'), ...keyIds(keyId, keyId)],
    signer: key,
  })
  demand(readCa(pem))
  return pem
}

/**
 * A city's certificate in PEM from its request; 2 years by default, and within the authority's own validity always.
 * The caller has made sure who sent the request; `code`, when given, must be the city that it names.
 * Throws ProblemError `certificate.malformed`, `certificate.profile`, `certificate.mismatch`, `certificate.expired`,
 * `certificate.chain`, `keystore.malformed`.
 */
export function issue(
  options: IssueOptions & { requestPem: string; caPem: string; caKeyPem: string; code?: string },
): string {
  const ca = readAuthority(parseCertificate(readPem(options.caPem, 'CERTIFICATE')))
  const key = signingKeyOf(options.caKeyPem)
  if (thumbprintOf(key.publicKeyJwk) !== ca.certificate.keyThumbprint) {
    throw new ProblemError('certificate.mismatch', 'the key is not that of the authority')
  }
  const { request } = demand(readRequest(options.requestPem))
  if (options.code !== undefined && request.code !== options.code) {
    throw new ProblemError('certificate.mismatch', 'division code of the request')
  }
  const wanted = validFor(options.now, options.years ?? PROFILE.issuedYears)
  const pem = buildCertificate({
    serial: serialOf(options.serial),
    issuer: ca.link.x509.subject.der,
    subject: cityName(request),
    ...wholeSeconds({
      notBefore: Math.max(wanted.notBefore, ca.certificate.notBefore),
      notAfter: Math.min(wanted.notAfter, ca.certificate.notAfter),
    }),
    publicKey: request.publicKeyJwk,
    extensions: cityExtensions(request.code, keyIdOf(request.publicKeyJwk), fromHex(ca.link.keyId)),
    signer: key,
  })
  demand(checkChain(pem, [options.caPem], options.now))
  return pem
}

const cityExtensions = (code: string, keyId: string, issuerKeyId: string) => [
  cityConstraints(),
  usage('digitalSignature', 'nonRepudiation'),
  cityAltName(code),
  ...keyIds(keyId, issuerKeyId),
]

function demand<T>(result: Result<T>): T {
  if (!result.ok) throw new ProblemError(result.problem.code, result.problem.detail)
  return result
}

function wholeSeconds({ notBefore, notAfter }: Validity): Validity {
  const isTime = (ms: number) => ms >= 0 && ms < Date.UTC(10_000, 0)
  if (!isTime(notBefore) || !isTime(notAfter)) throw offProfile('validity is no time')
  return { notBefore: Math.floor(notBefore / 1000) * 1000, notAfter: Math.floor(notAfter / 1000) * 1000 }
}

/** The first octet lies between 0x40 and 0x7f: the number is positive and never shorter than the bytes given. */
function serialOf(random: Uint8Array): string {
  const { serialBytes, maxSerialBytes } = PROFILE
  if (random.length < serialBytes || random.length > maxSerialBytes) {
    throw offProfile(`a serial number takes ${serialBytes} to ${maxSerialBytes} random bytes`)
  }
  return String.fromCharCode(((random[0] ?? 0) & 0x3f) | 0x40) + toBinary(random.subarray(1))
}
