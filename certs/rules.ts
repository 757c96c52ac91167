/** The rules of the profile, each as a demand that throws ProblemError `certificate.profile` with what is wrong. */
import { offProfile } from './der.ts'
import { weaknessOf } from './modulus.ts'
import { type CitySubject, cityUri, OID, PROFILE, USAGE } from './profile.ts'
import { keyIdsOf } from './public-key.ts'
import {
  type Constraints,
  type Extension,
  type Extensions,
  hasUsage,
  type Name,
  type PublicKey,
  readConstraints,
  readOnlyUri,
  readUsage,
  type X509,
} from './x509.ts'

/** Exactly the four attributes of the profile, each once. */
export function readSubject(name: Name): CitySubject {
  const country = onlyValueOf(name, OID.country)
  const subject = {
    code: onlyValueOf(name, OID.serialNumber),
    name: onlyValueOf(name, OID.commonName),
    authority: onlyValueOf(name, OID.organization),
  }
  if (country !== 'CN') throw offProfile('C of the subject is not CN')
  if (name.attributes.length !== 4) throw offProfile('the subject has more than C, O, CN and serialNumber')
  demandSubject(subject)
  return subject
}

export const valuesOf = (name: Name, type: string): string[] =>
  name.attributes.filter(attribute => attribute.type === type).map(attribute => attribute.value)

export function onlyValueOf(name: Name, type: string): string {
  const [only, ...rest] = valuesOf(name, type)
  if (only === undefined || rest.length > 0) throw offProfile(`attribute ${type} of the subject must stand once`)
  return only
}

export function demandKey({ bits, jwk }: PublicKey): void {
  if (bits < PROFILE.bits || bits > PROFILE.maxBits) {
    throw offProfile(`RSA key of ${bits} bits; ${PROFILE.bits} to ${PROFILE.maxBits} are allowed`)
  }
  if (jwk.e !== 'AQAB') throw offProfile('public exponent is not 65537')
}

/** Some milliseconds for a modulus that was not judged before. */
export function demandSoundModulus({ jwk }: PublicKey): void {
  const weakness = weaknessOf(jwk)
  if (weakness !== null) throw offProfile(`the modulus has ${weakness}`)
}

export function demandValidity({ notBefore, notAfter }: X509): void {
  if (notBefore >= notAfter) throw offProfile('validity ends before it begins')
}

const CITY_USAGE = USAGE.digitalSignature | USAGE.nonRepudiation

/** basicConstraints, keyUsage and subjectAltName of a city; also of what a request asks for. */
export function demandCityExtensions(extensions: Extensions, code: string): void {
  const constraints = readConstraints(demandCritical(extensions, 'basicConstraints'))
  if (constraints.authority) throw offProfile('basicConstraints: a city is no authority')
  const usage = readUsage(demandCritical(extensions, 'keyUsage'))
  if (!hasUsage(usage, 'digitalSignature') || (usage & ~CITY_USAGE) !== 0) {
    throw offProfile('keyUsage must be digitalSignature, with or without nonRepudiation')
  }
  if (readOnlyUri(demand(extensions, 'subjectAltName')) !== cityUri(code)) {
    throw offProfile('subjectAltName does not name the city')
  }
}

/** basicConstraints and keyUsage of an authority. */
export function demandAuthority(extensions: Extensions): Constraints {
  const constraints = readConstraints(demandCritical(extensions, 'basicConstraints'))
  if (!constraints.authority) throw offProfile('basicConstraints: not an authority')
  if (!hasUsage(readUsage(demandCritical(extensions, 'keyUsage')), 'keyCertSign')) {
    throw offProfile('keyUsage does not allow to sign certificates')
  }
  return constraints
}

type KnownExtension =
  | 'basicConstraints'
  | 'keyUsage'
  | 'subjectAltName'
  | 'subjectKeyIdentifier'
  | 'authorityKeyIdentifier'

export function demand(extensions: Extensions, name: KnownExtension): Extension {
  const extension = extensions.get(OID[name])
  if (extension === undefined) throw offProfile(`${name} is missing`)
  return extension
}

function demandCritical(extensions: Extensions, name: KnownExtension): Extension {
  const extension = demand(extensions, name)
  if (!extension.critical) throw offProfile(`${name} is not critical`)
  return extension
}

const KNOWN: ReadonlySet<string> = new Set<string>([
  OID.basicConstraints,
  OID.keyUsage,
  OID.subjectAltName,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
])

/**
 * A self-issued certificate holds nothing that its city could vary at will: the extensions of the profile alone, and key identifiers
 * that are made from the key. What an authority issues may hold more: nobody gets that by the thousand.
 */
export function demandNothingFree({ extensions, key }: X509, keyId: string): void {
  for (const id of extensions.keys()) if (!KNOWN.has(id)) throw offProfile(`unknown extension ${id}`)
  if (!keyIdsOf(key.jwk).includes(keyId)) throw offProfile('subjectKeyIdentifier is not made from the key')
}

export function demandKnownCriticals(extensions: Extensions): void {
  for (const [id, { critical }] of extensions) {
    if (critical && !KNOWN.has(id)) throw offProfile(`unknown critical extension ${id}`)
  }
}

const isDivisionCode = (code: string): boolean => /^[1-9]\d{5}$/.test(code)

/** A name that people compare by eye: no blank ends, no control, direction or invisible characters. */
export const isPlainName = (name: string): boolean =>
  name.isWellFormed() &&
  name === name.trim() &&
  name !== '' &&
  [...name].length <= PROFILE.maxName &&
  !/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(name)

export function demandSubject({ code, name, authority }: CitySubject): void {
  if (!isDivisionCode(code)) throw offProfile('serialNumber of the subject is no division code')
  if (!isPlainName(name)) throw offProfile('CN of the subject')
  if (!isPlainName(authority)) throw offProfile('O of the subject')
}
