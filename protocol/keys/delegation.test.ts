import * as jose from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { LIMITS } from '../limits.ts'
import { fromHex } from '../primitives.ts'
import type { ProblemCode } from '../problem.ts'
import {
  type CertificateKey,
  type CertificateSigner,
  type DelegatedKey,
  type DelegationClaims,
  type RevocationClaims,
  signByCertificate,
  signDelegation,
  signRevocation,
  thumbprint,
  verifyDelegation,
  verifyRevocation,
} from './delegation.ts'

const NOW = Date.UTC(2026, 10, 2) / 1000
const refused = (code: ProblemCode) => ({ ok: false, problem: { code } })
type City = { certificate: CertificateKey; signer: CertificateSigner; privateKey: jose.CryptoKey }

async function newCity(city: string): Promise<City> {
  const { publicKey, privateKey } = await jose.generateKeyPair('RS256', { modulusLength: 2048, extractable: true })
  const { kty, n, e } = await jose.exportJWK(publicKey)
  const jwk = { kty: kty ?? '', n: n ?? '', e: e ?? '' }
  const kid = await thumbprint(jwk)
  const sign = async (bytes: Uint8Array) =>
    new Uint8Array(await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, Uint8Array.from(bytes)))
  return { certificate: { city, kid, jwk }, signer: { kid, sign }, privateKey }
}

async function newKey(purpose: DelegatedKey['purpose']): Promise<DelegatedKey> {
  const { publicKey } = await jose.generateKeyPair('Ed25519')
  const { x = '' } = await jose.exportJWK(publicKey)
  return { kty: 'OKP', crv: 'Ed25519', x, kid: await thumbprint({ kty: 'OKP', crv: 'Ed25519', x }), purpose }
}

let ankang: City
let shiyan: City
let claims: DelegationClaims
let revocation: RevocationClaims
beforeAll(async () => {
  ;[ankang, shiyan] = await Promise.all([newCity('610900'), newCity('420300')])
  const keys = await Promise.all([newKey('packet'), newKey('peer')])
  claims = { v: 1, iss: '610900', iat: NOW, nbf: NOW, exp: NOW + 90 * 86_400, keys }
  revocation = { v: 1, iss: '610900', iat: NOW, kid: keys[0]?.kid ?? '', revokedAt: NOW }
})

/** Signed as it stands, whether or not the schema allows it. */
const sign = (change: object, typ = 'tongban-delegation+jws', signer = ankang.signer) =>
  signByCertificate({ ...claims, ...change }, typ, signer)
const verify = async (jws: string | Promise<string>) => verifyDelegation(await jws, ankang.certificate)

/** The claims under another header, signed by the right key with RS256 whatever the header says. */
async function withHeader(header: object): Promise<string> {
  const input = [header, claims].map(part => jose.base64url.encode(JSON.stringify(part))).join('.')
  return `${input}.${jose.base64url.encode(await ankang.signer.sign(new TextEncoder().encode(input)))}`
}

describe('delegation', () => {
  test('is read as it was signed, and any JOSE library verifies it', async () => {
    const jws = await signDelegation(claims, ankang.signer)
    expect(await verify(jws)).toEqual({ ok: true, claims })
    const key = await jose.importJWK(ankang.certificate.jwk, 'RS256')
    const { protectedHeader, payload } = await jose.compactVerify(jws, key)
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'tongban-delegation+jws', kid: ankang.certificate.kid })
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(claims)
  })

  test('any changed character is refused with a named problem', async () => {
    const jws = await signDelegation(claims, ankang.signer)
    await fc.assert(
      fc.asyncProperty(fc.nat(jws.length - 1), fc.constantFrom(...'ABCxyz019-_.=+/ \u0000'), async (place, letter) => {
        fc.pre(jws[place] !== letter)
        const result = await verify(jws.slice(0, place) + letter + jws.slice(place + 1))
        expect(result.ok).toBe(false)
        if (!result.ok) expect(result.problem.code).toMatch(/^delegation\./)
      }),
      { numRuns: 300 },
    )
  })

  test('has one spelling: no line breaks, no padding, no other unused bits', async () => {
    const jws = await sign({})
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // 256 bytes leave four unused bits in the last character.
    const twin = `${jws.slice(0, -1)}${letters[letters.indexOf(jws.at(-1) ?? '') + 1]}`
    expect(jose.base64url.decode(twin.slice(-342))).toEqual(jose.base64url.decode(jws.slice(-342)))
    for (const other of [twin, `${jws}\n`, ` ${jws}`, `${jws}==`, `${jws}.`, jws.replace('.', '.\r\n')])
      expect(await verify(other)).toMatchObject(refused('delegation.malformed'))
  })

  test('arbitrary text never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 300 }), async text => {
        expect(await verify(text)).toMatchObject(refused('delegation.malformed'))
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['alg none', (kid: string) => ({ alg: 'none', typ: 'tongban-delegation+jws', kid })],
    ['alg PS256', (kid: string) => ({ alg: 'PS256', typ: 'tongban-delegation+jws', kid })],
    ['alg HS256, keyed with the public key', (kid: string) => ({ alg: 'HS256', typ: 'tongban-delegation+jws', kid })],
    ['alg Ed25519', (kid: string) => ({ alg: 'Ed25519', typ: 'tongban-delegation+jws', kid })],
    ['no typ', (kid: string) => ({ alg: 'RS256', kid })],
    ['no kid', () => ({ alg: 'RS256', typ: 'tongban-delegation+jws' })],
    ['an own key in it', (kid: string) => ({ alg: 'RS256', typ: 'tongban-delegation+jws', kid, jwk: {} })],
    ['crit', (kid: string) => ({ alg: 'RS256', typ: 'tongban-delegation+jws', kid, crit: ['b64'], b64: false })],
    ['the typ of a revocation', (kid: string) => ({ alg: 'RS256', typ: 'tongban-revocation+jws', kid })],
    ['the typ of an agreement', (kid: string) => ({ alg: 'RS256', typ: 'tongban-agreement+jws', kid })],
  ])('a header with %s is refused', async (_, header) => {
    expect(await verify(withHeader(header(ankang.certificate.kid)))).toMatchObject(refused('delegation.malformed'))
  })

  test.each([
    ['no keys', { keys: [] }],
    ['an end before its begin', { nbf: NOW + 1, exp: NOW }],
    ['no time at all', { exp: NOW }],
    ['an unknown claim', { colour: 'red' }],
    ['another version', { v: 2 }],
    ['times that are no whole seconds', { iat: NOW + 0.5 }],
  ])('with %s is refused', async (_, change) => {
    expect(await verify(sign(change))).toMatchObject(refused('delegation.malformed'))
  })

  test('names public Ed25519 keys by their thumbprints, for one of two purposes', async () => {
    const [key] = claims.keys
    const other = await newKey('packet')
    for (const change of [
      { kid: other.kid },
      { x: other.x },
      { purpose: 'anything' },
      { purpose: undefined },
      { crv: 'X25519' },
      { kty: 'EC' },
      { d: 'A'.repeat(43) },
    ]) {
      expect(await verify(sign({ keys: [{ ...key, ...change }] }))).toMatchObject(refused('delegation.malformed'))
    }
  })

  test('spells each key in one way: nobody can delegate the key of another city under another thumbprint', async () => {
    const [key] = claims.keys
    if (key === undefined) throw new Error('no key')
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const x = `${key.x.slice(0, -1)}${letters[letters.indexOf(key.x.at(-1) ?? '') + 1]}`
    expect(jose.base64url.decode(x)).toEqual(jose.base64url.decode(key.x))
    const twin = { ...key, x, kid: await thumbprint({ kty: key.kty, crv: key.crv, x }) }
    expect(twin.kid).not.toBe(key.kid)
    expect(await verify(sign({ keys: [twin] }))).toMatchObject(refused('delegation.malformed'))
  })

  test.each([
    ['the neutral point', `01${'00'.repeat(31)}`],
    ['a point of order 2', `ec${'ff'.repeat(30)}7f`],
    ['a point of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['a y that is not reduced', `ee${'ff'.repeat(30)}7f`],
    ['no point of the curve', `02${'00'.repeat(31)}`],
  ])('names no key without a private half: %s, for packets or for the peer', async (_, hex) => {
    const x = jose.base64url.encode(fromHex(hex))
    const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const
    for (const purpose of ['packet', 'peer']) {
      const weak = { ...jwk, kid: await thumbprint(jwk), purpose }
      // The whole delegation is refused, whatever stands beside.
      expect(await verify(sign({ keys: [...claims.keys, weak] }))).toMatchObject(refused('delegation.malformed'))
    }
  })

  test('has as many keys, and lasts as long, as it may and no more', async () => {
    const keys = await Promise.all(Array.from({ length: LIMITS.delegationKeys + 1 }, () => newKey('packet')))
    expect(await verify(sign({ keys: keys.slice(1) }))).toMatchObject({ ok: true })
    expect(await verify(sign({ keys }))).toMatchObject(refused('delegation.malformed'))
    expect(await verify(sign({ exp: NOW + LIMITS.delegationSeconds }))).toMatchObject({ ok: true })
    expect(await verify(sign({ exp: NOW + LIMITS.delegationSeconds + 1 }))).toMatchObject(
      refused('delegation.malformed'),
    )
  })

  test('is at most as large as it may be', async () => {
    expect(await verify('A'.repeat(LIMITS.delegationBytes + 1))).toMatchObject({ problem: { detail: 'size' } })
    expect(await verify('A'.repeat(LIMITS.delegationBytes))).toMatchObject({ problem: { detail: 'not a compact JWS' } })
  })

  test('is signed by the certificate of its city and no other', async () => {
    expect(await verify(sign({}, undefined, shiyan.signer))).toMatchObject(refused('delegation.signature'))
    expect(await verify(sign({}, undefined, { ...shiyan.signer, kid: ankang.signer.kid }))).toMatchObject(
      refused('delegation.signature'),
    )
    expect(await verify(sign({ iss: '420300' }))).toMatchObject(refused('certificate.mismatch'))
  })

  test('counts only when it was signed while its certificate was valid', async () => {
    const jws = await sign({})
    const within = (begins: number, ends: number) => verifyDelegation(jws, ankang.certificate, { begins, ends })
    expect(await within(NOW, NOW)).toMatchObject({ ok: true })
    expect(await within(NOW + 1, NOW + 9)).toMatchObject(refused('certificate.expired'))
    expect(await within(NOW - 9, NOW - 1)).toMatchObject(refused('certificate.expired'))
  })

  test('a certificate key that cannot be read verifies nothing', async () => {
    const broken = { ...ankang.certificate, jwk: { kty: 'RSA', n: '', e: '' } }
    expect(await verifyDelegation(await sign({}), broken)).toMatchObject(refused('delegation.signature'))
  })
})

describe('revocation', () => {
  test('is read as it was signed', async () => {
    const jws = await signRevocation(revocation, ankang.signer)
    expect(await verifyRevocation(jws, ankang.certificate)).toEqual({ ok: true, claims: revocation })
  })

  test('is signed by the certificate of its city and no other', async () => {
    const check = async (change: object, signer = ankang.signer) =>
      verifyRevocation(await signRevocation({ ...revocation, ...change }, signer), ankang.certificate)
    expect(await check({}, shiyan.signer)).toMatchObject(refused('delegation.signature'))
    expect(await check({ iss: '420300' })).toMatchObject(refused('certificate.mismatch'))
    expect(await check({ kid: 'short' })).toMatchObject(refused('delegation.malformed'))
    expect(await check({ until: NOW })).toMatchObject(refused('delegation.malformed'))
  })

  test('is no delegation, nor the other way round', async () => {
    expect(await verify(signRevocation(revocation, ankang.signer))).toMatchObject(refused('delegation.malformed'))
    expect(await verifyRevocation(await sign({}), ankang.certificate)).toMatchObject(refused('delegation.malformed'))
  })
})
