import * as jose from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { LIMITS } from '../limits.ts'
import { PROBLEMS, type ProblemCode } from '../problem.ts'
import { type KeyResolver, type PacketSigner, signCompact, type TrustedKey } from './envelope.ts'
import { type ReceiptClaims, type ReceiptItem, signReceipt, verifyReceipt } from './receipt.ts'

const NOW = Date.UTC(2026, 10, 2) / 1000
const CODES = Object.keys(PROBLEMS) as ProblemCode[]
const idOf = (n: number) => n.toString(16).padStart(64, '0')
const base: ReceiptClaims = {
  v: 1,
  iss: '420300',
  aud: '610900',
  iat: NOW,
  items: [
    { id: idOf(1), status: 'stored' },
    { id: idOf(2), status: 'refused', problem: 'chain.gap', detail: 'seq 3, expected 2' },
  ],
}

let signer: PacketSigner
let trusted: TrustedKey
beforeAll(async () => {
  const { privateKey, publicKey } = await jose.generateKeyPair('Ed25519')
  signer = { kid: await jose.calculateJwkThumbprint(await jose.exportJWK(publicKey)), key: privateKey }
  trusted = { key: publicKey, city: '420300', spans: [{ begins: NOW - 1000, ends: NOW + 1000 }], revokedAt: null }
})

const verify = (jws: string, change: Partial<TrustedKey> = {}, evidence = false) => {
  const resolveKey: KeyResolver = kid => (kid === signer.kid ? { ...trusted, ...change } : undefined)
  return verifyReceipt(jws, { resolveKey, issuer: '420300', audience: '610900', evidence })
}
const span = (begins: number, ends: number) => ({ spans: [{ begins, ends }] })
const refused = (code: ProblemCode) => ({ ok: false, problem: { code } })
/** Signed as it stands, whether or not the schema allows it. */
const sign = (claims: object, typ = 'tongban-receipt+jws') => signCompact(JSON.stringify(claims), typ, signer)

describe('receipt', () => {
  test('is read as it was signed', async () => {
    const items = fc.uniqueArray(
      fc.oneof(
        fc.record({ id: fc.nat().map(idOf), status: fc.constant('stored' as const) }),
        fc.record(
          {
            id: fc.nat().map(idOf),
            status: fc.constant('refused' as const),
            problem: fc.constantFrom(...CODES),
            detail: fc.string({ maxLength: 100 }),
          },
          { requiredKeys: ['id', 'status', 'problem'] },
        ),
      ),
      { minLength: 1, maxLength: 20, selector: item => item.id },
    )
    await fc.assert(
      fc.asyncProperty(items, async given => {
        const claims = { ...base, items: given as ReceiptItem[] }
        expect(await verify(await signReceipt(claims, signer))).toEqual({ ok: true, claims, kid: signer.kid })
      }),
      { numRuns: 100 },
    )
  })

  test('is never too large: of many refusals the last are told without detail', async () => {
    const longest = CODES.reduce((a, b) => (a.length >= b.length ? a : b))
    for (const detail of ['x'.repeat(60), '收'.repeat(500), '"'.repeat(500)]) {
      const items = Array.from(
        { length: LIMITS.receiptItems },
        (_, n): ReceiptItem => ({
          id: idOf(n),
          status: 'refused',
          problem: longest,
          detail,
        }),
      )
      const jws = await signReceipt({ ...base, items }, signer)
      expect(jws.length).toBeLessThanOrEqual(LIMITS.receiptBytes)
      const verified = await verify(jws)
      if (!verified.ok) throw new Error(verified.problem.code)
      const details = verified.claims.items.map(item => item.status === 'refused' && item.detail !== undefined)
      expect(verified.claims.items.map(item => item.id)).toEqual(items.map(item => item.id))
      // As many details as fit, and those of the first packets: what follows is often refused because of them.
      expect(details[0]).toBe(true)
      expect(details.indexOf(false)).toBe(details.filter(Boolean).length)
      expect(jws.length).toBeGreaterThan(LIMITS.receiptBytes - 3000)
    }
  })

  test.each([
    ['no items', { items: [] }],
    ['an unknown problem', { items: [{ id: idOf(1), status: 'refused', problem: 'no.such' }] }],
    ['a refusal without problem', { items: [{ id: idOf(1), status: 'refused' }] }],
    ['a problem beside stored', { items: [{ id: idOf(1), status: 'stored', problem: 'chain.gap' }] }],
    ['another status', { items: [{ id: idOf(1), status: 'lost' }] }],
    ['a long detail', { items: [{ id: idOf(1), status: 'refused', problem: 'internal', detail: 'x'.repeat(501) }] }],
    ['an id in upper case', { items: [{ id: 'AB'.repeat(32), status: 'stored' }] }],
    ['an unknown claim', { colour: 'red' }],
    ['another version', { v: 2 }],
  ])('with %s is refused', async (_, change) => {
    expect(await verify(await sign({ ...base, ...change }))).toMatchObject(refused('envelope.claims'))
  })

  test('is neither a packet nor a list', async () => {
    for (const typ of ['tongban-packet+jws', 'tongban-list+jws'])
      expect(await verify(await sign(base, typ))).toMatchObject(refused('envelope.header'))
  })

  test('names each packet once', async () => {
    const [item] = base.items
    expect(await verify(await sign({ ...base, items: [item, item] }))).toMatchObject(refused('receipt.malformed'))
  })

  test('is of the city that was asked, to this one, by a key of its time', async () => {
    expect(await verify(await sign({ ...base, aud: '611000' }))).toMatchObject(refused('envelope.audience'))
    const jws = await sign(base)
    expect(await verify(jws, { city: '611000' })).toMatchObject(refused('envelope.issuer'))
    expect(await verify(await sign({ ...base, iss: '611000' }), { city: '611000' })).toMatchObject(
      refused('envelope.issuer'),
    )
    expect(await verify(jws, span(NOW, NOW + 1000))).toMatchObject({ ok: true })
    expect(await verify(jws, span(NOW + 1, NOW + 1000))).toMatchObject(refused('key.expired'))
    expect(await verify(jws, span(NOW - 1000, NOW))).toMatchObject({ ok: true })
    expect(await verify(jws, span(NOW - 1000, NOW - 1))).toMatchObject(refused('key.expired'))
    expect(await verify(jws, { revokedAt: NOW + 500 })).toMatchObject(refused('key.revoked'))
    expect(await verify(jws, { revokedAt: NOW + 1 }, true)).toMatchObject({ ok: true })
    expect(await verify(jws, { revokedAt: NOW }, true)).toMatchObject(refused('key.revoked'))
  })

  test('is at most as large as it may be', async () => {
    const jws = await sign(base)
    expect(await verify(jws + 'A'.repeat(LIMITS.receiptBytes + 1 - jws.length))).toMatchObject(
      refused('envelope.oversize'),
    )
    // One byte less is judged for what it is.
    expect(await verify(jws + 'A'.repeat(LIMITS.receiptBytes - jws.length))).toMatchObject(
      refused('envelope.malformed'),
    )
  })
})
