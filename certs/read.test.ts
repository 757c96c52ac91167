import { createHash, X509Certificate } from 'node:crypto'
import * as jose from 'jose'
import { describe, expect, test } from 'vitest'
import type { Refused } from '../protocol/problem.ts'
import { fc } from '../test/support/properties.ts'
import { authorityName, cityAltName, type ExtensionInput, usage } from './build.ts'
import { nothing, readDer, readText, sequence } from './der.ts'
import {
  authority,
  authorityExtensions,
  caKey,
  city,
  cityExtensions,
  cityKey,
  DAY,
  editDer,
  FEDERATION,
  issuedCity,
  NOW,
  rsaKey,
  SHIYAN,
  tamper,
  withExtension,
  without,
} from './fixture.ts'
import {
  checkCertificate,
  checkSelfIssued,
  keyThumbprint,
  pemIn,
  readCa,
  readCertificate,
  splitChain,
} from './index.ts'
import { OID, PROFILE } from './profile.ts'

const good = city()

describe('a file that holds a certificate', () => {
  test('may say more around it, as openssl prints it, in any encoding', () => {
    const around = `Certificate:\n    Issuer: C = CN, O = \xcf\xb5\n${good}\n(end)\n`
    expect(pemIn(around, 'CERTIFICATE').trim()).toBe(good.trim())
    expect(readCertificate(pemIn(around, 'CERTIFICATE'))).toEqual(readCertificate(good))
  })

  test.each([
    ['nothing', ''],
    ['another label', good.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST')],
    ['two blocks', `${good}${good}`],
    ['a key beside it', `${good}-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n`],
    ['no end', good.slice(0, good.indexOf('-----END'))],
  ])('%s is refused', (_, text) => {
    expect(() => pemIn(text, 'CERTIFICATE')).toThrow('certificate.malformed')
  })
})

describe('text of a name', () => {
  const der = (tag: number, octets: number[]) => readDer(String.fromCharCode(tag, octets.length, ...octets), 'text')
  test('in the BMPString of older authorities is read', () => {
    expect(readText(der(0x1e, [0x53, 0x41, 0x58, 0x30, 0x00, 0x41]), 'issuer')).toBe('十堰A')
  })
  test.each([
    ['half a character', [0x53, 0x41, 0x58]],
    ['half a surrogate pair', [0xd8, 0x00, 0x00, 0x41]],
  ])('%s is refused', (_, octets) => {
    expect(() => readText(der(0x1e, octets), 'issuer')).toThrow('certificate.malformed')
  })
})

const refusal = (result: { ok: true } | Refused) => (result.ok ? 'accepted' : result.problem)
const malformed = (detail: string) => ({ code: 'certificate.malformed', detail })
const offProfile = (detail: string) => ({ code: 'certificate.profile', detail })
const withCity = (entry: ExtensionInput) => city({ extensions: withExtension(cityExtensions(), entry) })

describe('a city certificate', () => {
  test('is read with Chinese names, key, fingerprint and validity', async () => {
    const read = readCertificate(good)
    if (!read.ok) throw new Error(JSON.stringify(read.problem))
    const { certificate } = read
    const native = new X509Certificate(good)
    expect(certificate).toEqual({
      ...SHIYAN,
      pem: good,
      fingerprint: createHash('sha256').update(native.raw).digest('hex'),
      serial: '07'.repeat(16),
      notBefore: NOW - DAY,
      notAfter: NOW + DAY,
      publicKeyJwk: native.publicKey.export({ format: 'jwk' }),
      keyThumbprint: await jose.calculateJwkThumbprint(cityKey.publicKeyJwk),
      issuer: 'C=CN, O=十堰市行政审批局, CN=十堰市, serialNumber=420300',
      selfIssued: true,
    })
    expect(await keyThumbprint(certificate)).toBe(certificate.keyThumbprint)
    expect(native.verify(native.publicKey)).toBe(true)
  })

  test('is the same whatever line ends and blanks surround it', () => {
    for (const pem of [good.trim(), `\n\n  ${good}\n`, good.replaceAll('\n', '\r\n')]) {
      expect(readCertificate(pem)).toEqual(readCertificate(good))
    }
  })

  test('of an authority names it and is not self-issued', () => {
    const read = readCertificate(issuedCity())
    expect(read).toMatchObject({ ok: true, certificate: { selfIssued: false, ...SHIYAN } })
    expect(read.ok && read.certificate.issuer).toBe(`C=CN, O=${FEDERATION.authority}, CN=${FEDERATION.name}`)
  })

  test('may leave nonRepudiation out; one that an authority issued may hold unknown extensions that are not critical', () => {
    expect(readCertificate(withCity(usage('digitalSignature'))).ok).toBe(true)
    const extensions = cityExtensions(cityKey.publicKeyJwk, caKey.publicKeyJwk)
    const more = withExtension(extensions, { id: '1.2.3.4', critical: false, value: nothing() })
    expect(readCertificate(issuedCity(caKey, { extensions: more })).ok).toBe(true)
  })

  test('may have a key of 4096 bits and end after 2050', () => {
    const key = rsaKey(PROFILE.maxBits)
    const own = { publicKey: key.publicKeyJwk, signer: key, extensions: cityExtensions(key.publicKeyJwk) }
    const end = Date.UTC(2050, 0, 1)
    const checked = checkCertificate(city({ ...own, notAfter: end }), { now: NOW })
    expect(checked).toMatchObject({ ok: true, certificate: { notAfter: end } })
  })
})

describe('PEM that holds something else is malformed', () => {
  test.each([
    ['nothing', '', 'not one PEM block of CERTIFICATE'],
    ['text', 'certificate', 'not one PEM block of CERTIFICATE'],
    ['another label', good.replaceAll('CERTIFICATE', 'PUBLIC KEY'), 'not one PEM block of CERTIFICATE'],
    ['text before', `subject=x\n${good}`, 'not one PEM block of CERTIFICATE'],
    ['two certificates', good + good, 'more than one PEM block'],
    [
      'a private key behind',
      `${good}-----BEGIN PRIVATE KEY-----\nAA==\n-----END CERTIFICATE-----`,
      'more than one PEM block',
    ],
    ['no base64', good.replace('MII', 'M*I'), 'the PEM is not base64'],
    ['a padding bit', '-----BEGIN CERTIFICATE-----\nAB==\n-----END CERTIFICATE-----', 'the PEM is not base64'],
    ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'the PEM is not base64'],
    ['no DER', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'certificate is not DER'],
    ['a huge text', good.replace('\n', '\n'.repeat(PROFILE.maxPemBytes)), 'the PEM is too large'],
  ])('%s', (_name, pem, detail) => {
    expect(refusal(readCertificate(pem))).toEqual(malformed(detail))
  })

  test('at the limit it is read, one beyond it is not', () => {
    const padded = good.padEnd(PROFILE.maxPemBytes, '\n')
    expect(readCertificate(padded).ok).toBe(true)
    expect(refusal(readCertificate(`${padded}\n`))).toEqual(malformed('the PEM is too large'))
  })

  test('bytes behind the certificate and lengths in a longer form', () => {
    const der = Buffer.from(new X509Certificate(good).raw)
    const pemOf = (bytes: Buffer) =>
      `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----`
    expect(refusal(readCertificate(pemOf(Buffer.concat([der, Buffer.of(0)]))))).toEqual(
      malformed('certificate is not DER'),
    )
    const longer = Buffer.concat([Buffer.of(0x30, 0x83, 0), der.subarray(2)])
    expect(refusal(readCertificate(pemOf(longer)))).toEqual(malformed('certificate is not DER'))
    expect(refusal(readCertificate(pemOf(der.subarray(0, -1))))).toEqual(malformed('certificate is not DER'))
  })

  test('an extension that stands twice, a date that is none, different signature algorithms', () => {
    const twice = city({ extensions: [...cityExtensions(), cityAltName('610900')] })
    expect(refusal(readCertificate(twice))).toEqual(malformed(`extension ${OID.subjectAltName} stands twice`))
    const date = Buffer.from('261122040000Z').toString('hex')
    const none = editDer(good, date, Buffer.from('261322040000Z').toString('hex'))
    expect(refusal(readCertificate(none))).toEqual(malformed('notBefore'))
    const der = Buffer.from(new X509Certificate(good).raw)
    const inner = der.indexOf(Buffer.from('2a864886f70d01010b', 'hex'))
    der[inner + 8] = 0x0c
    const mixed = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----`
    expect(refusal(readCertificate(mixed))).toEqual(malformed('the two signature algorithms differ'))
  })
})

describe('checking a city certificate', () => {
  test('passes within its validity, to its last second', () => {
    for (const now of [NOW - DAY, NOW, NOW + DAY + 999])
      expect(checkCertificate(good, { now, code: '420300' }).ok).toBe(true)
    expect(checkSelfIssued(good, NOW).ok).toBe(true)
  })

  test.each<[string, string, { now: number; code?: string }, string, string]>([
    ['not yet valid', good, { now: NOW - DAY - 1 }, 'certificate.expired', 'the city certificate is not yet valid'],
    ['expired', good, { now: NOW + DAY + 1000 }, 'certificate.expired', 'the city certificate has expired'],
    ['another city', good, { now: NOW, code: '610900' }, 'certificate.mismatch', 'division code'],
    [
      'a tampered signature',
      tamper(good),
      { now: NOW },
      'certificate.chain',
      'the self-issued certificate is not signed by its own key',
    ],
    [
      'signed by another key',
      city({ signer: caKey }),
      { now: NOW },
      'certificate.chain',
      'the self-issued certificate is not signed by its own key',
    ],
  ])('refuses: %s', (_name, pem, options, code, detail) => {
    expect(refusal(checkCertificate(pem, options))).toEqual({ code, detail })
  })

  test('a certificate of an authority is not self-issued', () => {
    expect(refusal(checkSelfIssued(issuedCity(), NOW))).toEqual({
      code: 'certificate.chain',
      detail: 'not self-issued',
    })
  })

  test('no changed byte passes, and none makes it throw', () => {
    const der = Buffer.from(new X509Certificate(good).raw)
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(der)
        changed[at] = (changed[at] ?? 0) ^ change
        const pem = `-----BEGIN CERTIFICATE-----\n${changed.toString('base64')}\n-----END CERTIFICATE-----`
        expect(checkSelfIssued(pem, NOW).ok).toBe(false)
        expect(readCa(pem).ok).toBe(false)
      }),
      { numRuns: 1500 },
    )
  })

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64')}\n-----END CERTIFICATE-----`
        expect(readCertificate(pem).ok).toBe(false)
      }),
    )
  })

  test('values that nest a thousand times are refused', () => {
    const nested = Buffer.concat([Buffer.alloc(4000, Buffer.of(0x30, 0x80)), Buffer.alloc(4000)])
    const pem = `-----BEGIN CERTIFICATE-----\n${nested.toString('base64')}\n-----END CERTIFICATE-----`
    expect(refusal(readCertificate(pem))).toEqual(malformed('certificate is not DER'))
  })
})

describe('the certificate of an authority', () => {
  test('is read with its path length', () => {
    expect(readCa(authority())).toMatchObject({
      ok: true,
      certificate: { ...FEDERATION, pathLength: 0, selfIssued: true },
    })
  })

  test('as a root needs no authorityKeyIdentifier, and no organisation', () => {
    const subject = authorityName({ name: '省根证书' })
    const extensions = without(authorityExtensions(0, caKey.publicKeyJwk), OID.authorityKeyIdentifier)
    const read = readCa(authority({ subject, issuer: subject, extensions }))
    expect(read).toMatchObject({ ok: true, certificate: { name: '省根证书', authority: null } })
  })

  test.each<[string, () => string, string]>([
    ['a city', () => good, 'basicConstraints: not an authority'],
    [
      'one that may not sign certificates',
      () => authority({ extensions: withExtension(authorityExtensions(0, caKey.publicKeyJwk), usage('crlSign')) }),
      'keyUsage does not allow to sign certificates',
    ],
    [
      'one whose names are bounded, whether that is critical or not',
      () =>
        authority({
          extensions: withExtension(authorityExtensions(0, caKey.publicKeyJwk), {
            id: OID.nameConstraints,
            critical: false,
            value: sequence(),
          }),
        }),
      'nameConstraints',
    ],
    [
      'one without key identifier',
      () => authority({ extensions: without(authorityExtensions(0, caKey.publicKeyJwk), OID.subjectKeyIdentifier) }),
      'subjectKeyIdentifier is missing',
    ],
  ])('is not %s', (_name, make, detail) => {
    expect(refusal(readCa(make()))).toEqual(offProfile(detail))
  })
})

describe('a chain in one file', () => {
  test('is split, and refused when it is too long, empty or mixed with other text', () => {
    expect(splitChain(`${issuedCity()}\n${authority()}`)).toEqual([issuedCity(), authority()])
    for (const text of [
      '',
      good.repeat(PROFILE.maxChain + 1),
      `${good}text`,
      `text${good}`,
      good.repeat(2).slice(0, -9),
    ]) {
      expect(() => splitChain(text)).toThrow('certificate.malformed')
    }
  })
})
