import { createPrivateKey, sign } from 'node:crypto'
import * as jose from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { LIMITS } from '../limits.ts'
import { isProblemCode } from '../problem.ts'
import type { PacketClaims } from './claims.ts'
import { type KeyResolver, type PacketSigner, signPacket, verifyPacket } from './envelope.ts'
import { signReceipt, verifyReceipt } from './receipt.ts'

const NOW = Date.UTC(2026, 10, 2) / 1000
let city: { packet: { signer: PacketSigner } }
let resolveKey: KeyResolver
const claims: PacketClaims = {
  v: 1,
  iss: '610900',
  aud: '420300',
  thread: '00112233445566778899aabbccddeeff',
  kind: 'case.message',
  seq: 2,
  prev: 'ab'.repeat(32),
  seen: 'cd'.repeat(32),
  iat: NOW,
  body: { sha256: 'ef'.repeat(32), size: 100, type: 'application/json' },
  materials: [],
}

beforeAll(async () => {
  const { privateKey, publicKey: key } = await jose.generateKeyPair('Ed25519')
  const kid = await jose.calculateJwkThumbprint(await jose.exportJWK(key))
  city = { packet: { signer: { kid, key: privateKey } } }
  resolveKey = asked =>
    asked === kid ? { key, city: '610900', spans: [{ begins: 0, ends: NOW + 1000 }], revokedAt: null } : undefined
})

const verify = (jws: string) => verifyPacket(jws, { resolveKey, audience: '420300', now: NOW })

describe('envelope', () => {
  test('any changed character of a packet is refused with a named problem', async () => {
    const { jws } = await signPacket(claims, city.packet.signer)
    await fc.assert(
      fc.asyncProperty(fc.nat(jws.length - 1), fc.constantFrom(...'ABCxyz019-_.=+/ \u0000'), async (place, letter) => {
        fc.pre(jws[place] !== letter)
        const changed = jws.slice(0, place) + letter + jws.slice(place + 1)
        const result = await verify(changed)
        expect(result.ok).toBe(false)
        if (!result.ok) expect(isProblemCode(result.problem.code)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('a holder that signs at once writes what WebCrypto writes, byte for byte', async () => {
    const { privateKey, publicKey } = await jose.generateKeyPair('Ed25519', { extractable: true })
    const own = createPrivateKey({ key: { ...(await jose.exportJWK(privateKey)) }, format: 'jwk' })
    const there = { kid: await jose.calculateJwkThumbprint(await jose.exportJWK(publicKey)), key: privateKey }
    const here = { ...there, sign: (bytes: Uint8Array) => new Uint8Array(sign(null, bytes, own)) }
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), async kind => {
        expect(await signPacket({ ...claims, kind }, here)).toEqual(await signPacket({ ...claims, kind }, there))
      }),
      { numRuns: 50 },
    )
  })

  test('arbitrary text never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ maxLength: 300 }),
          fc.array(fc.base64String({ maxLength: 80 }), { maxLength: 4 }).map(parts => parts.join('.')),
        ),
        async text => {
          expect((await verify(text)).ok).toBe(false)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('as many materials as one packet may name fit into it, and one more does not pass', async () => {
    const materials = (n: number) =>
      Array.from({ length: n }, (_, index) => ({
        sha256: index.toString(16).padStart(64, '0'),
        size: LIMITS.materialBytes,
        type: 'application/vnd.openxmlformats',
      }))
    const full = await signPacket({ ...claims, materials: materials(LIMITS.materialsPerPacket) }, city.packet.signer)
    expect(full.jws.length).toBeLessThanOrEqual(LIMITS.packetBytes)
    expect(await verify(full.jws)).toMatchObject({ ok: true })
    const more = await signPacket(
      { ...claims, materials: materials(LIMITS.materialsPerPacket + 1) },
      city.packet.signer,
    )
    expect(await verify(more.jws)).toMatchObject({ ok: false, problem: { code: 'envelope.claims' } })
  })

  test('a packet may be ahead by the skew and no second more', async () => {
    const at = (iat: number) => signPacket({ ...claims, iat }, city.packet.signer).then(({ jws }) => verify(jws))
    expect(await at(NOW + LIMITS.clockSkewSeconds)).toMatchObject({ ok: true })
    expect(await at(NOW + LIMITS.clockSkewSeconds + 1)).toMatchObject({
      ok: false,
      problem: { code: 'envelope.clock' },
    })
  })

  test('a receipt covers as many packets as it may, and no more', async () => {
    const receipt = (n: number) =>
      signReceipt(
        {
          v: 1,
          iss: '610900',
          aud: '420300',
          iat: NOW,
          items: Array.from({ length: n }, (_, index) => ({
            id: index.toString(16).padStart(64, '0'),
            status: 'stored' as const,
          })),
        },
        city.packet.signer,
      )
    const check = async (n: number) =>
      verifyReceipt(await receipt(n), { resolveKey, issuer: '610900', audience: '420300' })
    expect(await check(LIMITS.receiptItems)).toMatchObject({ ok: true })
    expect(await check(LIMITS.receiptItems + 1)).toMatchObject({ ok: false, problem: { code: 'envelope.claims' } })
  })
})
