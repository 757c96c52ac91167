import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ProblemError, type Refused } from '../protocol/problem.ts'
import { buildRequest, cityAltName, cityConstraints, cityName, type ExtensionInput, usage } from './build.ts'
import { boolean, nothing, sequence } from './der.ts'
import {
  authority,
  caKey,
  caPem,
  city,
  cityKey,
  cityPem,
  DAY,
  FEDERATION,
  NOW,
  otherPem,
  rsaKey,
  SHIYAN,
  serial,
  withExtension,
  without,
} from './fixture.ts'
import {
  checkCertificate,
  checkChain,
  createCa,
  createRequest,
  generateKey,
  issue,
  PROFILE,
  readCa,
  readCertificate,
  readRequest,
  selfIssue,
  validFor,
} from './index.ts'
import type { SigningKey } from './key.ts'
import { OID } from './profile.ts'

const options = { now: NOW, serial: serial() }
const ca = createCa({ ...FEDERATION, ...options, keyPem: caPem })
const requestPem = createRequest(SHIYAN, cityPem)
const order = { ...options, requestPem, caPem: ca, caKeyPem: caPem }

const refusal = (result: { ok: true } | Refused) => (result.ok ? 'accepted' : result.problem)

function thrown(make: () => unknown) {
  try {
    make()
  } catch (error) {
    if (error instanceof ProblemError) return error.problem
    throw error
  }
  return 'accepted'
}

describe('a self-issued certificate', () => {
  test('passes every check, from an hour before now for three years', () => {
    const checked = checkCertificate(selfIssue(SHIYAN, { ...options, keyPem: cityPem }), { now: NOW, code: '420300' })
    expect(checked).toMatchObject({
      ok: true,
      certificate: {
        ...SHIYAN,
        selfIssued: true,
        notBefore: NOW - 3_600_000,
        notAfter: Date.UTC(2029, 10, 23, 4),
        serial: `47${'07'.repeat(15)}`,
        publicKeyJwk: cityKey.publicKeyJwk,
      },
    })
  })

  test('is renewed over the same key: another serial number and fingerprint, the same key', () => {
    const first = readCertificate(selfIssue(SHIYAN, { ...options, keyPem: cityPem }))
    const next = readCertificate(selfIssue(SHIYAN, { now: NOW + 1000 * DAY, serial: serial(9), keyPem: cityPem }))
    if (!first.ok || !next.ok) throw new Error('refused')
    expect(next.certificate.fingerprint).not.toBe(first.certificate.fingerprint)
    expect(next.certificate.keyThumbprint).toBe(first.certificate.keyThumbprint)
  })

  test.each<[string, () => unknown, string, string]>([
    [
      'a code that is none',
      () => selfIssue({ ...SHIYAN, code: '4203' }, { ...options, keyPem: cityPem }),
      'certificate.profile',
      'serialNumber of the subject is no division code',
    ],
    [
      'a name with half a character',
      () => selfIssue({ ...SHIYAN, name: '\ud842' }, { ...options, keyPem: cityPem }),
      'certificate.profile',
      'CN of the subject',
    ],
    [
      'a blank authority',
      () => selfIssue({ ...SHIYAN, authority: '' }, { ...options, keyPem: cityPem }),
      'certificate.profile',
      'O of the subject',
    ],
    [
      '15 bytes of serial number',
      () => selfIssue(SHIYAN, { ...options, serial: new Uint8Array(15), keyPem: cityPem }),
      'certificate.profile',
      'a serial number takes 16 to 20 random bytes',
    ],
    [
      '21 bytes of serial number',
      () => selfIssue(SHIYAN, { ...options, serial: new Uint8Array(21), keyPem: cityPem }),
      'certificate.profile',
      'a serial number takes 16 to 20 random bytes',
    ],
    [
      'a validity that ends before it begins',
      () => selfIssue(SHIYAN, { ...options, years: -1, keyPem: cityPem }),
      'certificate.profile',
      'validity ends before it begins',
    ],
    [
      'a time that is none',
      () => selfIssue(SHIYAN, { ...options, now: Number.NaN, keyPem: cityPem }),
      'certificate.profile',
      'validity is no time',
    ],
    [
      'a key that is none',
      () => selfIssue(SHIYAN, { ...options, keyPem: 'key' }),
      'keystore.malformed',
      'not an RSA private key in PKCS#8',
    ],
  ])('is not made of %s', (_name, make, code, detail) => {
    expect(thrown(make)).toEqual({ code, detail })
  })

  test('takes the longest serial number and keeps it positive', () => {
    const random = new Uint8Array(20).fill(0xff)
    const read = readCertificate(selfIssue(SHIYAN, { ...options, serial: random, keyPem: cityPem }))
    expect(read).toMatchObject({ ok: true, certificate: { serial: `7f${'ff'.repeat(19)}` } })
  })
})

describe('an authority', () => {
  test('is valid for ten years and may have none below it', () => {
    const read = readCa(ca)
    expect(read).toMatchObject({
      ok: true,
      certificate: { ...FEDERATION, pathLength: 0, notAfter: Date.UTC(2036, 10, 23, 4), selfIssued: true },
    })
    expect(new X509Certificate(ca).ca).toBe(true)
  })

  test('needs a name', () => {
    const make = () => createCa({ ...options, name: ' 根', keyPem: caPem })
    expect(thrown(make)).toEqual({ code: 'certificate.profile', detail: 'CN of the subject' })
    const nameless = createCa({ ...options, name: '省根证书', keyPem: caPem })
    expect(readCa(nameless)).toMatchObject({ ok: true, certificate: { name: '省根证书', authority: null } })
  })
})

describe('a request', () => {
  test('tells the city and its key', () => {
    const read = readRequest(requestPem)
    expect(read).toMatchObject({ ok: true, request: { ...SHIYAN, publicKeyJwk: cityKey.publicKeyJwk } })
  })

  const asked = [cityConstraints(), usage('digitalSignature'), cityAltName(SHIYAN.code)]
  const request = (extensions: ExtensionInput[], signer: SigningKey = cityKey) =>
    buildRequest(cityName(SHIYAN), extensions, signer)
  const forged = { ...cityKey, sign: caKey.sign }

  test.each<[string, () => string, string, string]>([
    ['a certificate', () => city(), 'certificate.malformed', 'not one PEM block of CERTIFICATE REQUEST'],
    ['two requests', () => requestPem + requestPem, 'certificate.malformed', 'more than one PEM block'],
    [
      'a huge request',
      () => requestPem.padEnd(PROFILE.maxPemBytes + 1),
      'certificate.malformed',
      'the PEM is too large',
    ],
    [
      'signed by another key',
      () => request(asked, forged),
      'certificate.chain',
      'the request is not signed by its own key',
    ],
    [
      'over a small key',
      () => request(asked, rsaKey(2048)),
      'certificate.profile',
      'RSA key of 2048 bits; 3072 to 4096 are allowed',
    ],
    [
      'to become an authority',
      () => request(withExtension(asked, { id: OID.basicConstraints, critical: true, value: sequence(boolean(true)) })),
      'certificate.profile',
      'basicConstraints: a city is no authority',
    ],
    [
      'to sign certificates',
      () => request(withExtension(asked, usage('digitalSignature', 'keyCertSign'))),
      'certificate.profile',
      'keyUsage must be digitalSignature, with or without nonRepudiation',
    ],
    [
      'for another city',
      () => request(withExtension(asked, cityAltName('610900'))),
      'certificate.profile',
      'subjectAltName does not name the city',
    ],
    [
      'without the city',
      () => request(without(asked, OID.subjectAltName)),
      'certificate.profile',
      'subjectAltName is missing',
    ],
    [
      'with an unknown critical extension',
      () => request(withExtension(asked, { id: '1.2.3', critical: true, value: nothing() })),
      'certificate.profile',
      'unknown critical extension 1.2.3',
    ],
    [
      'of no city',
      () => buildRequest(cityName({ ...SHIYAN, code: '4' }), asked, cityKey),
      'certificate.profile',
      'serialNumber of the subject is no division code',
    ],
  ])('is refused: %s', (_name, make, code, detail) => {
    expect(refusal(readRequest(make()))).toEqual({ code, detail })
    expect(thrown(() => issue({ ...order, requestPem: make() }))).toEqual({ code, detail })
  })
})

describe('issuing from a request', () => {
  test('gives a certificate of two years that chains to the authority', () => {
    const pem = issue({ ...order, serial: serial(5), code: '420300' })
    const checked = checkChain(pem, [ca], NOW, { code: '420300' })
    const read = readCa(ca)
    expect(checked).toMatchObject({
      ok: true,
      ca: read.ok && read.certificate.fingerprint,
      certificate: {
        ...SHIYAN,
        selfIssued: false,
        notAfter: Date.UTC(2028, 10, 23, 4),
        serial: `45${'05'.repeat(15)}`,
      },
    })
    expect(new X509Certificate(pem).checkIssued(new X509Certificate(ca))).toBe(true)
  })

  test('never outlives the authority, nor begins before it', () => {
    const short = authority({ notBefore: NOW - 1000, notAfter: NOW + DAY })
    const read = readCertificate(issue({ ...order, caPem: short, years: 5 }))
    expect(read).toMatchObject({ ok: true, certificate: { notBefore: NOW - 1000, notAfter: NOW + DAY } })
  })

  test.each<[string, () => unknown, string, string]>([
    [
      'for another city than was agreed',
      () => issue({ ...order, code: '610900' }),
      'certificate.mismatch',
      'division code of the request',
    ],
    [
      'with a key that is not of the authority',
      () => issue({ ...order, caKeyPem: otherPem }),
      'certificate.mismatch',
      'the key is not that of the authority',
    ],
    [
      'by a city',
      () => issue({ ...order, caPem: city(), caKeyPem: cityPem }),
      'certificate.profile',
      'basicConstraints: not an authority',
    ],
    [
      'after the end of the authority',
      () => issue({ ...order, now: NOW + 4000 * DAY }),
      'certificate.profile',
      'validity ends before it begins',
    ],
    [
      'before the authority begins',
      () => issue({ ...order, now: NOW - 2 * DAY }),
      'certificate.expired',
      'the city certificate is not yet valid',
    ],
    ['by text', () => issue({ ...order, caPem: 'ca' }), 'certificate.malformed', 'not one PEM block of CERTIFICATE'],
  ])('is refused %s', (_name, make, code, detail) => {
    expect(thrown(make)).toEqual({ code, detail })
  })
})

describe('keys and validity', () => {
  test('a new key is RSA 3072 in PKCS#8', async () => {
    const pem = await generateKey()
    expect(readCertificate(selfIssue(SHIYAN, { ...options, keyPem: pem })).ok).toBe(true)
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
  })

  test('validity is counted in calendar years', () => {
    expect(validFor(Date.UTC(2028, 1, 29), 1).notAfter).toBe(Date.UTC(2029, 2, 1))
    expect(validFor(NOW, 2)).toEqual({ notBefore: NOW - 3_600_000, notAfter: Date.UTC(2028, 10, 23, 4) })
  })
})
