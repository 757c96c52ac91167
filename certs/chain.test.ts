import { describe, expect, test } from 'vitest'
import type { Refused } from '../protocol/problem.ts'
import { authorityName, cityAltName, cityName, usage } from './build.ts'
import { nothing } from './der.ts'
import {
  authority,
  authorityExtensions,
  caKey,
  city,
  cityExtensions,
  cityKey,
  DAY,
  editDer,
  issuedCity,
  NOW,
  otherKey,
  rsaKey,
  SHIYAN,
  tamper,
  withExtension,
} from './fixture.ts'
import { checkChain, readCa } from './index.ts'

const PROVINCE = { name: '湖北省根证书', authority: '湖北省政务办' } as const
const province = authorityName(PROVINCE)
const leaf = issuedCity()
const root = authority()

/** The federation's authority as one below the province's, whose key is `otherKey`. */
const below = authority({
  issuer: province,
  extensions: authorityExtensions(0, caKey.publicKeyJwk, otherKey.publicKeyJwk),
  signer: otherKey,
})
const provinceRoot = (pathLength = 1) =>
  authority({
    issuer: province,
    subject: province,
    publicKey: otherKey.publicKeyJwk,
    extensions: authorityExtensions(pathLength, otherKey.publicKeyJwk),
    signer: otherKey,
  })

const refusal = (result: { ok: true } | Refused) => (result.ok ? 'accepted' : result.problem)
const noChain = (detail: string) => ({ code: 'certificate.chain', detail })
const expired = (detail: string) => ({ code: 'certificate.expired', detail })
const nobody = { code: 'certificate.authority', detail: 'issued by C=CN, O=跨省通办联盟秘书处, CN=跨省通办联盟根证书' }

describe('a path that holds', () => {
  test('ends at the authority itself', () => {
    const read = readCa(root)
    expect(checkChain(leaf, [root], NOW, { code: '420300' })).toMatchObject({
      ok: true,
      ca: read.ok && read.certificate.fingerprint,
      certificate: { code: '420300' },
    })
  })

  test('leads over an intermediate that nobody trusts, or ends there when it is accepted', () => {
    const read = readCa(provinceRoot())
    const over = checkChain(leaf, [provinceRoot()], NOW, { intermediates: [below] })
    expect(over).toMatchObject({ ok: true, ca: read.ok && read.certificate.fingerprint })
    expect(checkChain(leaf, [below], NOW).ok).toBe(true)
  })

  test('is found among others: unreadable, expired, with the same name and another key', () => {
    const namesake = authority({
      publicKey: otherKey.publicKeyJwk,
      extensions: authorityExtensions(0, otherKey.publicKeyJwk),
      signer: otherKey,
    })
    const others = ['spoilt', authority({ notAfter: NOW - 1 }), namesake, provinceRoot()]
    expect(checkChain(leaf, [...others, root], NOW).ok).toBe(true)
    expect(checkChain(leaf, [root, ...others], NOW).ok).toBe(true)
  })
})

describe('a path that does not hold is refused', () => {
  const issuer = (overrides: Parameters<typeof authority>[0]) => [authority(overrides)]
  const extensions = authorityExtensions(0, caKey.publicKeyJwk)
  const small = rsaKey(2048)

  test.each<[string, () => Parameters<typeof checkChain>, object]>([
    ['no authority at all', () => [leaf, [], NOW], nobody],
    ['an authority of another name', () => [leaf, [provinceRoot()], NOW], nobody],
    ['an intermediate without its authority', () => [leaf, [], NOW, { intermediates: [root] }], nobody],
    ['a tampered signature', () => [tamper(leaf), [root], NOW], noChain('not signed by the issuer')],
    [
      'a signature by another key',
      () => [issuedCity(caKey, { signer: otherKey }), [root], NOW],
      noChain('not signed by the issuer'),
    ],
    [
      'an authority of the same name with another key',
      () => [issuedCity(otherKey), [root], NOW],
      noChain('the issuer has another key'),
    ],
    ['a self-issued certificate', () => [city(), [root], NOW], noChain('the certificate is self-issued')],
    [
      'a self-issued certificate as its own authority',
      () => [city(), [city()], NOW],
      noChain('the certificate is self-issued'),
    ],
    [
      'a city of another code',
      () => [leaf, [root], NOW, { code: '610900' }],
      { code: 'certificate.mismatch', detail: 'division code' },
    ],
    [
      'a city certificate not yet valid',
      () => [leaf, [root], NOW - DAY - 1],
      expired('the city certificate is not yet valid'),
    ],
    ['an expired city certificate', () => [leaf, [root], NOW + 2 * DAY], expired('the city certificate has expired')],
    [
      'an expired authority',
      () => [leaf, issuer({ notAfter: NOW - 1000 }), NOW],
      expired('the certificate of the authority has expired'),
    ],
    [
      'an authority not yet valid',
      () => [leaf, issuer({ notBefore: NOW + 1000 }), NOW],
      expired('the certificate of the authority is not yet valid'),
    ],
    [
      'an authority whose own signature is wrong',
      () => [leaf, [tamper(root)], NOW],
      noChain('the authority is not signed by its key'),
    ],
    [
      'an authority without CA flag',
      () => [leaf, issuer({ extensions: withExtension(extensions, cityExtensions()[0] ?? usage()) }), NOW],
      noChain('the issuer does not hold: basicConstraints: not an authority'),
    ],
    [
      'an authority that may not sign certificates',
      () => [leaf, issuer({ extensions: withExtension(extensions, usage('crlSign')) }), NOW],
      noChain('the issuer does not hold: keyUsage does not allow to sign certificates'),
    ],
    [
      'an authority with an unknown critical extension',
      () => [
        leaf,
        issuer({ extensions: withExtension(extensions, { id: '1.2.3', critical: true, value: nothing() }) }),
        NOW,
      ],
      noChain('the issuer does not hold: unknown critical extension 1.2.3'),
    ],
    [
      'an authority with a small key',
      () => [
        issuedCity(small),
        issuer({
          publicKey: small.publicKeyJwk,
          signer: small,
          extensions: authorityExtensions(0, small.publicKeyJwk),
        }),
        NOW,
      ],
      noChain('the issuer does not hold: RSA key of 2048 bits; 3072 to 4096 are allowed'),
    ],
    [
      'an authority signed with SHA-1',
      () => [leaf, [editDer(root, '2a864886f70d01010b', '2a864886f70d010105')], NOW],
      nobody,
    ],
    ['two authorities in one PEM', () => [leaf, [root + root], NOW], nobody],
    [
      'two certificates in one PEM',
      () => [leaf + root, [root], NOW],
      { code: 'certificate.malformed', detail: 'more than one PEM block' },
    ],
    [
      'an intermediate beyond the path length',
      () => [leaf, [provinceRoot(0)], NOW, { intermediates: [below] }],
      noChain('longer than the path length allows'),
    ],
    [
      'more intermediates than a path can have',
      () => [leaf, [root], NOW, { intermediates: [below, below, below] }],
      noChain('too many certificates'),
    ],
  ])('%s', (_name, make, problem) => {
    expect(refusal(checkChain(...make()))).toEqual(problem)
  })

  test('a path through a city, which is no authority', () => {
    const ankang = { code: '610900', name: '安康市', authority: '安康市行政审批服务局' }
    const forged = city({
      issuer: cityName(SHIYAN),
      subject: cityName(ankang),
      publicKey: otherKey.publicKeyJwk,
      extensions: withExtension(cityExtensions(otherKey.publicKeyJwk, cityKey.publicKeyJwk), cityAltName(ankang.code)),
    })
    const over = { intermediates: [leaf] }
    const problem = noChain('the issuer does not hold: basicConstraints: not an authority')
    expect(refusal(checkChain(forged, [root], NOW, over))).toEqual(problem)
  })

  test('two authorities that vouch for each other lead nowhere', () => {
    const back = authority({
      subject: province,
      publicKey: otherKey.publicKeyJwk,
      extensions: authorityExtensions(0, otherKey.publicKeyJwk, caKey.publicKeyJwk),
    })
    const endless = { intermediates: [below, back] }
    expect(refusal(checkChain(leaf, [], NOW, endless))).toEqual(noChain('longer than the path length allows'))
  })
})
