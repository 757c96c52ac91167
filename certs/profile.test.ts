import { describe, expect, test } from 'vitest'
import type { Refused } from '../protocol/problem.ts'
import { cityName, type ExtensionInput, keyIdOf, keyIds } from './build.ts'
import { bits, boolean, nothing, oid, printable, sequence, set, tagged, utf8, writeDer } from './der.ts'
import {
  caKey,
  city,
  cityExtensions,
  cityKey,
  DAY,
  derNode,
  editDer,
  issuedCity,
  NOW,
  rsaKey,
  SHIYAN,
  withExtension,
  without,
} from './fixture.ts'
import { readCertificate } from './index.ts'
import { rootOf } from './modulus.ts'
import { OID } from './profile.ts'

const good = city()

const refusal = (result: { ok: true } | Refused) => (result.ok ? 'accepted' : result.problem)
const malformed = (detail: string) => ({ code: 'certificate.malformed', detail })
const offProfile = (detail: string) => ({ code: 'certificate.profile', detail })
const withCity = (entry: ExtensionInput) => city({ extensions: withExtension(cityExtensions(), entry) })

/** An otherwise faithful certificate of Shiyan over P-256, by OpenSSL. */
const OVER_P256 = `-----BEGIN CERTIFICATE-----
MIICMzCCAdqgAwIBAgIURUjKVgaD0VXL50peR/ZXE5QcumcwCgYIKoZIzj0EAwIw
VTELMAkGA1UEBhMCQ04xITAfBgNVBAoMGOWNgeWgsOW4guihjOaUv+WuoeaJueWx
gDESMBAGA1UEAwwJ5Y2B5aCw5biCMQ8wDQYDVQQFEwY0MjAzMDAwIBcNMjYxMTIz
MTIzODM0WhgPMjEyNjEwMzAxMjM4MzRaMFUxCzAJBgNVBAYTAkNOMSEwHwYDVQQK
DBjljYHloLDluILooYzmlL/lrqHmibnlsYAxEjAQBgNVBAMMCeWNgeWgsOW4gjEP
MA0GA1UEBRMGNDIwMzAwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE59cOpWlK
F0oNqhScBZybuXKVzSN8/xoQmoj0awVwOYW8mqlhh4SEAKWPt6qvB0TlPTBm54r+
7UFzxU8tDwtjLKOBhTCBgjAdBgNVHQ4EFgQUZqo5/kdOl7wc//kgY3I4iPFT5hQw
HwYDVR0jBBgwFoAUZqo5/kdOl7wc//kgY3I4iPFT5hQwIgYDVR0RBBswGYYXdXJu
OnRvbmdiYW46Y2l0eTo0MjAzMDAwDAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMC
B4AwCgYIKoZIzj0EAwIDRwAwRAIgJa+IwcFVDLRkPlWVRm+I2UgDJXcekwvqyFLb
gwqlgIkCIB3iXVXRrjrEUi03ytRjb9e8aTgqVC++utJCoNiyYKK2
-----END CERTIFICATE-----`

/** Sizes as the profile wants them, and no key that anybody should trust: 99 primes of at most 32 bits. */
const MANY_SMALL =
  '4FtEHZ-Hsz8VHtsaOQaeXg0xWkOYFx7NtTwJYhKD59U4EsWX0ornVi3Q2pCpBtVRN873xKkmyWN8H3XZQv810ju3EzQ4K1saDbfD' +
  'i8vMBNmDTQ14H4EmIr_TL8QouBK3qMgs0aaqcOkH_QfuLYJ06IxeqEFH3_zM5WrqgDfnlA_Km-abk_gsL-rvstQjAPagsIQFDx0m' +
  'wUL27UXA7kmynzn2Yr2RHmwT8Eo6PwlGnWjpwyU3c-kM5JoRtc_OWo_iEbCKPdaj41YeVwnvoNUpZBr6rvyLeeUpXnij6MSFLWxF' +
  'rN6ySWN2jcKZ8A11RziYqSHxpt7qFmXh7Jyr-pLcb-SkVGqtlhi5o1Rp05oDonpV0E4pTZoBjh6XfHCwIRT9DBagRLdAVUa55Vwv' +
  'PIqi2I35S11yYsFxo9QO5-PbxUhtSsw3n8XmCpis9luL62lUtGq8QmRgpQFRtPboC5ktsJf7RxUyBI1lYaiyIxvSmZtth-C-Dg7g' +
  'a7MNZs7i8Tp_'
/** A prime of 1536 bits and the next number without a small factor. */
const CLOSE =
  '8nhcJyvGITMif1uc_uRJ1LsELpEUzMJBPzUfFlzjlhtyXx2a5ej6A9wcFRbkH3OkRj42dmPLFrmKBFWrMYnMtm1kjZhZuiENiwxR' +
  '15jjOHIApqymlNYE-PG5dasz3-R4-AMM_vSHzGvjfP-YB4VkDBE1p_HAVl37vyeWHSIbWc8dn4ii7H_MiRxw6Y7UZmHIsTg5WS-I' +
  '1aFiUOw6B2iS3NNe6zvhdjukvtf-7G9l09JDdJQkaPcZHRaLwWgRG9J8seP0_9R1l0pA8P4WCGNMSLgw3KK_SN3m7IJrUal8bMeg' +
  'DcapOu0g_qS0sO350DlKHw3w3E8Ls8xGbFj7xKmn6lHte8JJhZFgER3VEPtKLC7DsnywX_ZETVl29gEh-MoEijcrVSNNgjcSCeiV' +
  '3nUwD4N3j5Z4z5fBypYa1cuUfjmYmJUE9-4zscCbEC0FyaJgk3IT2srJwf8Q69Lhg1rjEMHgeBCW_TmnY1Zc9_KO_3jOHE1vnPzq' +
  'Y5XvKh_5vQ_9'
const CLOSE_PRIME =
  '-SSsKEAXpIxVlMzTjtjm1C5Xqq1M8UfU6V6OSLSLyYmn6wxIk4y1zD-8s-neRMC2ufdx6peYu3VzZiQkJMZS7Hl9VG7eUyXAttqN' +
  '_UtGj0wVXqH6tzZUftW8q44eVSj4MV_GOV4TKKnftQd5N47rA1A-qa_mYnCv0cY1Iko2RPbnSrbPQY7syEffbJAcmmhrCxpmc8CI' +
  'Afp_xSSx00brCmnAQ71LZrqe487-P_Ok4iIosEDKVfQayNcnA427zpaP'
const numberOf = (n: string): bigint => BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`)
const modulusOf = (value: bigint): string => {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}

const name = (...attributes: [string, ReturnType<typeof utf8>][]) =>
  writeDer(sequence(...attributes.map(([type, value]) => set(sequence(oid(type), value)))))
const named = (subject: string) => city({ subject, issuer: subject })
const C = OID.country
const O = OID.organization
const CN = OID.commonName
const SN = OID.serialNumber

describe('what the profile does not allow', () => {
  const withKey = (key: ReturnType<typeof rsaKey>) =>
    city({ publicKey: key.publicKeyJwk, signer: key, extensions: cityExtensions(key.publicKeyJwk) })
  const weak = (modulus: bigint) =>
    withKey({ ...cityKey, publicKeyJwk: { ...cityKey.publicKeyJwk, n: modulusOf(modulus) } })
  /** of a number without small factors, found as the root of the close ones */
  const SQUARE = numberOf(CLOSE_PRIME) ** 2n
  /** a² − b² without small factors, where a is `steps` above the square root; `less` was found by trying */
  const apart = (steps: number, less: bigint): bigint => {
    const a = 3n * 2n ** 1535n + 1n
    const b = rootOf(2n * a * BigInt(steps)) - less
    return a * a - b * b
  }
  const constraints = (value: ReturnType<typeof sequence>, critical = true) =>
    withCity({ id: OID.basicConstraints, critical, value })
  const keyUsage = (octets: string, unused: number, critical = true) =>
    withCity({ id: OID.keyUsage, critical, value: bits(octets, unused) })
  const altName = (value: ReturnType<typeof sequence>) => withCity({ id: OID.subjectAltName, critical: false, value })
  const uri = (text: string) => altName(sequence(tagged(6, text)))
  const missing = (id: string) => city({ extensions: without(cityExtensions(), id) })
  const sha256 = '2a864886f70d01010b'
  const sha1 = '2a864886f70d010105'
  const usageDetail = 'keyUsage must be digitalSignature, with or without nonRepudiation'

  test.each<[string, () => string, string]>([
    ['SHA-1', () => editDer(good, sha256, sha1), 'signature algorithm is not SHA-256 with RSA'],
    ['SHA-384', () => editDer(good, sha256, '2a864886f70d01010c'), 'signature algorithm is not SHA-256 with RSA'],
    ['an EC certificate', () => OVER_P256, 'signature algorithm is not SHA-256 with RSA'],
    ['an EC key', () => editDer(good, '2a864886f70d010101', '2a8648ce3d02010000'.slice(0, 18)), 'key is not RSA'],
    ['a small key', () => withKey(rsaKey(2048)), 'RSA key of 2048 bits; 3072 to 4096 are allowed'],
    [
      'a key one bit short',
      () => withKey({ ...cityKey, publicKeyJwk: { ...cityKey.publicKeyJwk, n: 'QA'.padEnd(511, 'A').concat('E') } }),
      'RSA key of 3071 bits; 3072 to 4096 are allowed',
    ],
    [
      'a huge key',
      () => withKey({ ...cityKey, publicKeyJwk: { ...cityKey.publicKeyJwk, n: 'gA'.padEnd(684, 'A') } }),
      'RSA key of 4104 bits; 3072 to 4096 are allowed',
    ],
    ['exponent 3', () => withKey(rsaKey(3072, 3)), 'public exponent is not 65537'],
    ['a factor just below the bound', () => weak((2n ** 3056n + 1n) * 65_521n), 'the modulus has a small prime factor'],
    ['an even modulus', () => weak(2n ** 3071n + 2n), 'the modulus has a small prime factor'],
    ['many small factors', () => weak(numberOf(MANY_SMALL)), 'the modulus has a factor that is found at once'],
    ['close factors', () => weak(numberOf(CLOSE)), 'the modulus has two factors that are close to each other'],
    ['a square', () => weak(numberOf(modulusOf(SQUARE))), 'the modulus has two factors that are close to each other'],
    [
      'an unknown extension in a self-issued one',
      () => withCity({ id: '1.2.3.4', critical: false, value: nothing() }),
      'unknown extension 1.2.3.4',
    ],
    [
      'a free subjectKeyIdentifier in a self-issued one',
      () => city({ extensions: [...cityExtensions().slice(0, 3), ...keyIds('free bytes', 'free bytes')] }),
      'subjectKeyIdentifier is not made from the key',
    ],
    [
      'more than the key in the authorityKeyIdentifier of a self-issued one',
      () =>
        withCity({
          id: OID.authorityKeyIdentifier,
          critical: false,
          value: sequence(tagged(0, keyIdOf(cityKey.publicKeyJwk)), tagged(2, 'free')),
        }),
      'authorityKeyIdentifier holds more than the key identifier',
    ],
    [
      'a factor just above the bound, which p − 1 finds',
      () => weak(numberOf(CLOSE) * 65_537n),
      'the modulus has a factor that is found at once',
    ],
    ['factors at the last step', () => weak(apart(16, 4n)), 'the modulus has two factors that are close to each other'],
    ['version 1', () => editDer(good, 'a003020102', 'a003020100'), 'not an X.509 v3 certificate'],
    ['a negative serial number', () => city({ serial: '\u0080' }), 'serial number'],
    ['a serial number of 21 bytes', () => city({ serial: '\u0001'.repeat(21) }), 'serial number'],
    ['serial number 0', () => city({ serial: '\u0000' }), 'serial number'],
    ['an end before the beginning', () => city({ notAfter: NOW - 2 * DAY }), 'validity ends before it begins'],
    [
      'an unknown critical extension',
      () => withCity({ id: '1.2.3.4', critical: true, value: nothing() }),
      'unknown critical extension 1.2.3.4',
    ],
    [
      'a critical name constraint',
      () => withCity({ id: '2.5.29.30', critical: true, value: sequence() }),
      'unknown critical extension 2.5.29.30',
    ],
    ['no basicConstraints', () => missing(OID.basicConstraints), 'basicConstraints is missing'],
    ['basicConstraints not critical', () => constraints(sequence(), false), 'basicConstraints is not critical'],
    ['the CA flag', () => constraints(sequence(boolean(true))), 'basicConstraints: a city is no authority'],
    ['no keyUsage', () => missing(OID.keyUsage), 'keyUsage is missing'],
    ['keyUsage not critical', () => keyUsage('\u0080', 7, false), 'keyUsage is not critical'],
    ['keyCertSign', () => keyUsage('\u0084', 2), usageDetail],
    ['keyEncipherment', () => keyUsage('\u00a0', 5), usageDetail],
    ['decipherOnly', () => keyUsage('\u0080\u0080', 7), usageDetail],
    ['nonRepudiation alone', () => keyUsage('\u0040', 6), usageDetail],
    ['no subjectAltName', () => missing(OID.subjectAltName), 'subjectAltName is missing'],
    ['another city in subjectAltName', () => uri('urn:tongban:city:610900'), 'subjectAltName does not name the city'],
    ['an URI that only begins so', () => uri('urn:tongban:city:4203000'), 'subjectAltName does not name the city'],
    [
      'two names in subjectAltName',
      () => altName(sequence(tagged(6, 'urn:tongban:city:420300'), tagged(2, 'a.cn'))),
      'subjectAltName holds not just one URI',
    ],
    [
      'a DNS name',
      () => altName(sequence(tagged(2, 'urn:tongban:city:420300'))),
      'subjectAltName holds not just one URI',
    ],
    ['no subjectKeyIdentifier', () => missing(OID.subjectKeyIdentifier), 'subjectKeyIdentifier is missing'],
    [
      'no authorityKeyIdentifier',
      () => issuedCity(caKey, { extensions: without(cityExtensions(), OID.authorityKeyIdentifier) }),
      'authorityKeyIdentifier is missing',
    ],
    [
      'an authorityKeyIdentifier of another key',
      () => city({ extensions: cityExtensions(cityKey.publicKeyJwk, caKey.publicKeyJwk) }),
      'authorityKeyIdentifier is not the own key',
    ],
    [
      'an authorityKeyIdentifier without key',
      () => withCity({ id: OID.authorityKeyIdentifier, critical: false, value: sequence() }),
      'authorityKeyIdentifier holds no key identifier',
    ],
    [
      'another country',
      () => named(name([C, printable('US')], [O, utf8('o')], [CN, utf8('n')], [SN, printable('420300')])),
      'C of the subject is not CN',
    ],
    [
      'no authority',
      () => named(name([C, printable('CN')], [CN, utf8('n')], [SN, printable('420300')])),
      `attribute ${O} of the subject must stand once`,
    ],
    [
      'two names',
      () =>
        named(name([C, printable('CN')], [O, utf8('o')], [CN, utf8('n')], [CN, utf8('n')], [SN, printable('420300')])),
      `attribute ${CN} of the subject must stand once`,
    ],
    [
      'an unknown attribute',
      () =>
        named(
          name(
            [C, printable('CN')],
            [O, utf8('o')],
            [CN, utf8('n')],
            ['2.5.4.11', utf8('u')],
            [SN, printable('420300')],
          ),
        ),
      'the subject has more than C, O, CN and serialNumber',
    ],
    [
      'a code of five digits',
      () => named(cityName({ ...SHIYAN, code: '42030' })),
      'serialNumber of the subject is no division code',
    ],
    [
      'a code that begins with 0',
      () => named(cityName({ ...SHIYAN, code: '020300' })),
      'serialNumber of the subject is no division code',
    ],
    ['a blank name', () => named(cityName({ ...SHIYAN, name: ' ' })), 'CN of the subject'],
    ['a name of 65 characters', () => named(cityName({ ...SHIYAN, name: '堰'.repeat(65) })), 'CN of the subject'],
    [
      'a name that is written backwards',
      () => named(cityName({ ...SHIYAN, name: '十堰\u202e市' })),
      'CN of the subject',
    ],
    [
      'an authority with an invisible blank',
      () => named(cityName({ ...SHIYAN, authority: '十堰\u200b市' })),
      'O of the subject',
    ],
    ['an authority with a line break', () => named(cityName({ ...SHIYAN, authority: '十堰\n市' })), 'O of the subject'],
  ])('%s', (_name, make, detail) => {
    expect(refusal(readCertificate(make()))).toEqual(offProfile(detail))
  })

  test('what lies beyond the bounds of the search is not found, and takes no time', () => {
    // 131267 = 2 · 65633 + 1, both prime: above the small factors, and p − 1 is not smooth.
    for (const modulus of [numberOf(CLOSE) * 131_267n, apart(17, 25n)])
      expect(refusal(readCertificate(weak(modulus)))).toBe('accepted')
  })

  test('a name that is not UTF-8, or not of the kind of string it says, is malformed', () => {
    const raw = (hex: string) =>
      named(name([C, printable('CN')], [O, utf8('o')], [CN, derNode(hex)], [SN, printable('420300')]))
    expect(refusal(readCertificate(raw('0c02c328')))).toEqual(malformed('issuer'))
    expect(refusal(readCertificate(raw('13025f5f')))).toEqual(malformed('issuer'))
    expect(refusal(readCertificate(raw('1e02d840')))).toEqual(malformed('issuer'))
  })

  test('names of 64 characters beyond the first plane are read', () => {
    const long = { ...SHIYAN, name: '𠮷'.repeat(64) }
    const read = readCertificate(named(cityName(long)))
    expect(read).toMatchObject({ ok: true, certificate: { name: long.name } })
  })
})
