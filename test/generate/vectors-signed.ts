/** Vectors of packets, bodies, receipts, delegations and revocations. */
import { signByCertificate, signDelegation, signRevocation, thumbprint } from '../../protocol/keys/delegation.ts'
import { LIMITS } from '../../protocol/limits.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { signCompact, signPacket } from '../../protocol/packet/envelope.ts'
import { signReceipt } from '../../protocol/packet/receipt.ts'
import { encodeUtf8, fromHex } from '../../protocol/primitives.ts'
import type { VectorCity } from './vector-keys.ts'

import { type Add, b64, DAY, NOW, refused, submitContent, Writer, type Written } from './vector-writer.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** The same bytes in base64url with other unused bits in the last character. */
const otherSpelling = (text: string) => text.slice(0, -1) + LETTERS[LETTERS.indexOf(text.at(-1) ?? '') + 1]

/** 32 bytes that are no Ed25519 key of prime order. */
const UNUSABLE = [
  ['key-neutral', 'The neutral point: every signature of R = 1, S = 0 verifies', `01${'00'.repeat(31)}`],
  ['key-order-2', 'A point of order 2', `ec${'ff'.repeat(30)}7f`],
  ['key-order-4', 'A point of order 4', '00'.repeat(32)],
  ['key-order-8', 'A point of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
  ['key-order-8-other-sign', 'Another one', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
  ['key-mixed-order', 'The base point and a point of order 2', `95${'99'.repeat(30)}19`],
  ['key-not-reduced', 'y is p + 1, which other readers take for 1', `ee${'ff'.repeat(30)}7f`],
  ['key-sign-of-zero', 'x is 0 and the sign bit set', `01${'00'.repeat(30)}80`],
  ['key-off-the-curve', 'No point of the curve has this y', `02${'00'.repeat(31)}`],
] as const

export async function addPackets(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const base = await new Writer([ankang, shiyan]).say('610900', '420300', 'case.submit', submitContent(0), {
    agreement: 'ab'.repeat(32),
  })
  const given = { now: NOW + 3600, audience: '420300' }
  const signed = async (change: object, signer = ankang.packet.signer) =>
    (await signPacket({ ...base.claims, ...change }, signer)).jws
  const withHeader = (header: object) =>
    [b64(encodeUtf8(JSON.stringify(header))), ...base.jws.split('.').slice(1)].join('.')
  add('packet/valid/submit', 'The first packet of a case', { jws: base.jws, ...given }, { ok: true, id: base.id })
  add(
    'packet/valid/signed-before-revocation',
    'Evidence: the key was revoked after the packet was signed',
    { jws: base.jws, ...given, revokedAt: NOW + 1800, evidence: true },
    { ok: true, id: base.id },
  )
  add(
    'packet/invalid/flipped-signature',
    'The last character of the signature is changed',
    { jws: `${base.jws.slice(0, -2)}${base.jws.at(-2) === 'A' ? 'B' : 'A'}${base.jws.at(-1)}`, ...given },
    refused('envelope.signature'),
  )
  add(
    'packet/invalid/other-key',
    'Signed with a key of the city that kid does not name',
    { jws: await signed({}, { kid: ankang.packet.signer.kid, key: ankang.other.signer.key }), ...given },
    refused('envelope.signature'),
  )
  add(
    'packet/invalid/unknown-key',
    'Signed with a key that no delegation names',
    { jws: await signed({}, ankang.other.signer), ...given },
    refused('key.unknown'),
  )
  add(
    'packet/invalid/key-of-other-city',
    'Signed by the receiving city in the name of the issuing one',
    { jws: await signed({}, shiyan.packet.signer), ...given },
    refused('envelope.issuer'),
  )
  add(
    'packet/invalid/revoked-key',
    'A new packet of a revoked key, whatever its iat',
    { jws: base.jws, ...given, revokedAt: NOW + 1800 },
    refused('key.revoked'),
  )
  add(
    'packet/invalid/signed-after-revocation',
    'Evidence: signed after the revocation',
    { jws: base.jws, ...given, revokedAt: NOW, evidence: true },
    refused('key.revoked'),
  )
  add(
    'packet/invalid/before-delegation',
    'Signed before the delegation began',
    { jws: await signed({ iat: NOW - 400 * DAY }), ...given },
    refused('key.expired'),
  )
  add(
    'packet/invalid/after-delegation',
    'Signed after the delegation ended',
    { jws: await signed({ iat: NOW + 400 * DAY }), now: NOW + 401 * DAY, audience: '420300' },
    refused('key.expired'),
  )
  const spans = [-9, 0, 9].map(days => ({
    begins: base.claims.iat + days * DAY,
    ends: base.claims.iat + days * DAY + 60,
  }))
  const [before, at, after] = spans
  add(
    'packet/valid/one-of-two-delegations',
    'Signed in the second of the times for which the key was delegated',
    { jws: base.jws, ...given, spans: [before, at] },
    { ok: true, id: base.id },
  )
  add(
    'packet/invalid/between-delegations',
    'Signed between the two times for which the key was delegated',
    { jws: base.jws, ...given, spans: [before, after] },
    refused('key.expired'),
  )
  add(
    'packet/invalid/between-delegations-as-evidence',
    'The same as evidence',
    { jws: base.jws, ...given, spans: [before, after], evidence: true },
    refused('key.expired'),
  )
  add(
    'packet/invalid/other-audience',
    'For another city',
    { jws: await signed({ aud: '611000' }), ...given },
    refused('envelope.audience'),
  )
  add(
    'packet/invalid/to-itself',
    'aud is iss',
    { jws: await signed({ aud: '610900' }), ...given },
    refused('envelope.audience'),
  )
  add(
    'packet/invalid/future',
    'Signed further ahead than the clocks may differ',
    { jws: base.jws, now: base.claims.iat - LIMITS.clockSkewSeconds - 1, audience: '420300' },
    refused('envelope.clock'),
  )
  add(
    'packet/invalid/unknown-claim',
    'A claim that the schema does not name',
    { jws: await signed({ colour: 'red' }), ...given },
    refused('envelope.claims'),
  )
  add(
    'packet/invalid/version-2',
    'Another version',
    { jws: await signed({ v: 2 }), ...given },
    refused('envelope.claims'),
  )
  add(
    'packet/invalid/seq-0',
    'seq begins at 1',
    { jws: await signed({ seq: 0 }), ...given },
    refused('envelope.claims'),
  )
  add(
    'packet/invalid/alg-none',
    'alg none',
    { jws: withHeader({ alg: 'none', typ: 'tongban-packet+jws', kid: ankang.packet.signer.kid }), ...given },
    refused('envelope.header'),
  )
  add(
    'packet/invalid/alg-eddsa',
    'Not the fully specified algorithm name',
    { jws: withHeader({ alg: 'EdDSA', typ: 'tongban-packet+jws', kid: ankang.packet.signer.kid }), ...given },
    refused('envelope.header'),
  )
  add(
    'packet/invalid/extra-header',
    'A further header parameter',
    {
      jws: withHeader({ alg: 'Ed25519', typ: 'tongban-packet+jws', kid: ankang.packet.signer.kid, crit: ['b64'] }),
      ...given,
    },
    refused('envelope.header'),
  )
  add(
    'packet/invalid/receipt-as-packet',
    'The typ of a receipt',
    { jws: await signCompact(JSON.stringify(base.claims), 'tongban-receipt+jws', ankang.packet.signer), ...given },
    refused('envelope.header'),
  )
  add(
    'packet/invalid/non-canonical-signature',
    'Other unused bits in the last character: the same signature, another id',
    { jws: otherSpelling(base.jws), ...given },
    refused('envelope.malformed'),
  )
  add(
    'packet/invalid/two-parts',
    'Not a compact JWS',
    { jws: base.jws.split('.').slice(0, 2).join('.'), ...given },
    refused('envelope.malformed'),
  )
  add(
    'packet/invalid/oversize',
    'Longer than a packet may be',
    { jws: `${base.jws}${'A'.repeat(LIMITS.packetBytes)}`, ...given },
    refused('envelope.oversize'),
  )

  const body = (path: string, description: string, written: Written, bytes: Uint8Array, expect: object) =>
    add(`body/${path}`, description, { jws: written.jws, body: b64(bytes) }, expect)
  const submit = (content: object, change: Partial<PacketClaims> = {}) =>
    new Writer([ankang, shiyan]).say('610900', '420300', 'case.submit', content, change)
  body('valid/submit', 'The body of the first packet', base, base.body, { ok: true })
  body(
    'invalid/other-bytes',
    'One byte more than was committed to',
    base,
    Uint8Array.from([...base.body, 32]),
    refused('body.hash'),
  )
  body(
    'invalid/same-size',
    'As many bytes, but others',
    base,
    base.body.map((byte, index) => (index === 10 ? byte ^ 1 : byte)),
    refused('body.hash'),
  )
  const unknown = await submit({ ...submitContent(0), colour: 'red' })
  body('invalid/unknown-field', 'A field that the schema does not name', unknown, unknown.body, refused('body.schema'))
  const large = await submit({ ...submitContent(0), form: { text: 'x'.repeat(LIMITS.bodyBytes) } })
  body('invalid/oversize', 'Larger than a body may be', large, large.body, refused('body.oversize'))
  const material = { sha256: 'cd'.repeat(32), size: 10, type: 'application/pdf' }
  const uncommitted = await submit({
    ...submitContent(0),
    materials: [{ sha256: material.sha256, code: 'M01', name: '身份证.pdf' }],
  })
  body(
    'invalid/material-not-committed',
    'The body names a material that the claims do not',
    uncommitted,
    uncommitted.body,
    refused('case.material'),
  )
  const unnamed = await submit(submitContent(0), { materials: [material] })
  body(
    'invalid/material-not-named',
    'The claims commit to a material that the body does not name',
    unnamed,
    unnamed.body,
    refused('case.material'),
  )
  const huge = await submit(
    { ...submitContent(0), materials: [{ sha256: material.sha256, code: 'M01', name: '身份证.pdf' }] },
    { materials: [{ ...material, size: LIMITS.materialBytes + 1 }] },
  )
  body('invalid/material-oversize', 'A material larger than one may be', huge, huge.body, refused('material.oversize'))
  const kind = await submit(submitContent(0), { kind: 'case.unheard-of' })
  body('invalid/unknown-kind', 'A kind that does not exist', kind, kind.body, refused('envelope.claims'))
}

export async function addReceipts(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const claims = {
    v: 1 as const,
    iss: '420300',
    aud: '610900',
    iat: NOW,
    items: [
      { id: '11'.repeat(32), status: 'stored' as const },
      { id: '22'.repeat(32), status: 'refused' as const, problem: 'chain.gap' as const, detail: 'seq 3, expected 2' },
    ],
  }
  const given = { issuer: '420300', audience: '610900' }
  add(
    'receipt/valid/stored-and-refused',
    'One packet stored, one refused',
    { jws: await signReceipt(claims, shiyan.packet.signer), ...given },
    { ok: true },
  )
  const [item] = claims.items
  add(
    'receipt/invalid/id-twice',
    'An id stands twice',
    {
      jws: await signReceipt({ ...claims, items: [item, item] as typeof claims.items }, shiyan.packet.signer),
      ...given,
    },
    refused('receipt.malformed'),
  )
  add(
    'receipt/invalid/by-the-sender',
    'The sender receipts its own packet',
    { jws: await signReceipt(claims, ankang.packet.signer), ...given },
    refused('envelope.issuer'),
  )
  add(
    'receipt/invalid/for-another',
    'For another city',
    { jws: await signReceipt({ ...claims, aud: '611000' }, shiyan.packet.signer), ...given },
    refused('envelope.audience'),
  )
}

export async function addKeys(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const claims = { v: 1 as const, iss: '610900', iat: NOW, nbf: NOW, exp: NOW + 90 * DAY, keys: [ankang.packet.key] }
  const signed = (change: object, signer = ankang.certificateSigner) =>
    signDelegation({ ...claims, ...change } as typeof claims, signer)
  add(
    'delegation/valid/packet-key',
    'One packet key for 90 days',
    { jws: await signed({}), city: '610900' },
    { ok: true },
  )
  add(
    'delegation/invalid/kid',
    'kid is not the thumbprint of its key',
    { jws: await signed({ keys: [{ ...ankang.packet.key, kid: shiyan.packet.key.kid }] }), city: '610900' },
    refused('delegation.malformed'),
  )
  add(
    'delegation/invalid/backwards',
    'Ends before it begins',
    { jws: await signed({ exp: NOW - 1 }), city: '610900' },
    refused('delegation.malformed'),
  )
  add(
    'delegation/invalid/too-long',
    'Longer than a delegation may last',
    { jws: await signed({ exp: NOW + LIMITS.delegationSeconds + 1 }), city: '610900' },
    refused('delegation.malformed'),
  )
  add(
    'delegation/invalid/other-certificate',
    "Signed by another city's certificate",
    { jws: await signed({}, shiyan.certificateSigner), city: '610900' },
    refused('delegation.signature'),
  )
  add(
    'delegation/invalid/forged-kid',
    'kid of the right certificate, signature of another',
    { jws: await signed({}, { ...shiyan.certificateSigner, kid: ankang.certificateSigner.kid }), city: '610900' },
    refused('delegation.signature'),
  )
  add(
    'delegation/invalid/for-another-city',
    'A certificate delegates in the name of another city',
    { jws: await signed({ iss: '420300' }), city: '610900' },
    refused('certificate.mismatch'),
  )
  const key = ankang.packet.key
  const twin = { ...key, x: otherSpelling(key.x) }
  add(
    'delegation/invalid/key-spelt-otherwise',
    'Other unused bits in the last character of x: the same key, another thumbprint',
    { jws: await signed({ keys: [{ ...twin, kid: await thumbprint(twin) }] }), city: '610900' },
    refused('delegation.malformed'),
  )
  for (const [path, description, hex] of UNUSABLE) {
    const weak = { ...key, x: b64(fromHex(hex)) }
    add(
      `delegation/invalid/${path}`,
      description,
      { jws: await signed({ keys: [key, { ...weak, kid: await thumbprint(weak) }] }), city: '610900' },
      refused('delegation.malformed'),
    )
  }
  add(
    'delegation/invalid/line-break',
    'A line break after the signature',
    { jws: `${await signed({})}\n`, city: '610900' },
    refused('delegation.malformed'),
  )
  add(
    'delegation/invalid/signature-spelt-otherwise',
    'Padding after the signature',
    { jws: `${await signed({})}==`, city: '610900' },
    refused('delegation.malformed'),
  )
  add(
    'delegation/invalid/no-keys',
    'Delegates to no key',
    { jws: await signed({ keys: [] }), city: '610900' },
    refused('delegation.malformed'),
  )
  add(
    'delegation/invalid/typ',
    'The typ of a revocation',
    { jws: await signByCertificate(claims, 'tongban-revocation+jws', ankang.certificateSigner), city: '610900' },
    refused('delegation.malformed'),
  )
  const revocation = { v: 1 as const, iss: '610900', iat: NOW, kid: ankang.packet.key.kid, revokedAt: NOW }
  add(
    'revocation/valid/packet-key',
    'The packet key counts no more',
    { jws: await signRevocation(revocation, ankang.certificateSigner), city: '610900' },
    { ok: true },
  )
  add(
    'revocation/invalid/by-another-city',
    'A city revokes the key of another',
    { jws: await signRevocation(revocation, shiyan.certificateSigner), city: '610900' },
    refused('delegation.signature'),
  )
}
