/** The limits that a bundle can meet (SPEC.md §13): a text as large as it may be is taken by the node and by both verifiers, one that is larger by none. */
import { beforeAll, expect, test } from 'vitest'
import { LIMITS } from '../../protocol/limits.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { encodeUtf8 } from '../../protocol/primitives.ts'
import { playKey } from '../support/play-city.ts'
import { type Bytes, differing, type Placed, partOf, Resigned } from './resigned.ts'

let genuine: Resigned
beforeAll(async () => {
  genuine = await Resigned.make()
})

const hash = (n: number) => n.toString(16).padStart(64, '0')
/** White space between the parts of a text is free: it fills a text to any size. */
const filled = (text: string, size: number): Bytes => {
  const left = size - encodeUtf8(text).byteLength
  if (left < 0) throw new Error(`the text has more than ${size} bytes`)
  return encodeUtf8(`${text.slice(0, -1)}${' '.repeat(left)}}`)
}
/** Bytes of claims that a compact JWS of so many characters holds, beside its header and a signature of `signature` characters. */
const claimsIn = (characters: number, header: string, signature: number): number => {
  const head = Math.ceil((encodeUtf8(header).byteLength * 4) / 3)
  return Math.floor(((characters - head - signature - 2) * 3) / 4)
}
const ED25519 = 86
const RSA_3072 = 512

/** A submit that names `count` materials of `size` bytes each. */
async function withMaterials(count: number, size: number): Promise<Placed> {
  const named = Array.from({ length: count }, (_, n) => ({ sha256: hash(n), code: `M${n}`, name: '材料' }))
  const body = encodeUtf8(JSON.stringify({ ...(JSON.parse(genuine.body) as object), materials: named }))
  const materials: PacketClaims['materials'] = named.map(({ sha256 }) => ({ sha256, size, type: 'application/pdf' }))
  return genuine.withBody(body, materials)
}

const claims = <T>(jws: string) => JSON.parse(partOf(jws, 1)) as T

function withItems(count: number): Promise<Placed> {
  const told = claims<{ items: object[] }>(genuine.receipt)
  const others = Array.from({ length: count - 1 }, (_, n) => ({ id: hash(n), status: 'stored' }))
  return genuine.withReceipt(JSON.stringify({ ...told, items: [...told.items, ...others] }))
}

async function withKeys(count: number): Promise<Placed> {
  const keys = await Promise.all(Array.from({ length: count }, async () => (await playKey('packet')).jwk))
  const told = { ...claims<object>(genuine.delegation), keys }
  return genuine.withDelegation(partOf(genuine.delegation, 0), JSON.stringify(told))
}

function lasting(seconds: number): Promise<Placed> {
  const told = claims<{ nbf: number }>(genuine.delegation)
  const lengthened = { ...told, exp: told.nbf + seconds }
  return genuine.withDelegation(partOf(genuine.delegation, 0), JSON.stringify(lengthened))
}

type Text = { items: { taskCode: string }[]; attachments: object[] }
const agreement = () => JSON.parse(genuine.played.agreement.text) as Text

function withAgreedItems(count: number): Promise<Placed> {
  const text = agreement()
  const [item] = text.items
  const items = Array.from({ length: count - 1 }, (_, n) => ({ ...item, taskCode: `T${n}` }))
  return genuine.withAgreement(encodeUtf8(JSON.stringify({ ...text, items: [item, ...items] })))
}

const withLevels = (levels: number): Promise<Placed> => {
  // The form is the first of its levels.
  const form = `{"深":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
  const body = { ...(JSON.parse(genuine.body) as object), form: 0 }
  return genuine.withBody(encodeUtf8(JSON.stringify(body).replace('"form":0', `"form":${form}`)))
}

/** For each limit a text at n, and one past it. */
const AT: Partial<Record<keyof typeof LIMITS, (n: number) => Promise<Placed>>> = {
  packetBytes: n =>
    genuine.withClaims(filled(partOf(genuine.packet, 1), claimsIn(n, partOf(genuine.packet, 0), ED25519))),
  bodyBytes: n => genuine.withBody(filled(genuine.body, n)),
  formLevels: withLevels,
  materialsPerPacket: n => withMaterials(n, 1),
  materialBytes: n => withMaterials(1, n),
  receiptItems: withItems,
  receiptBytes: n =>
    genuine.withReceipt(filled(partOf(genuine.receipt, 1), claimsIn(n, partOf(genuine.receipt, 0), ED25519))),
  delegationBytes: n =>
    genuine.withDelegation(
      partOf(genuine.delegation, 0),
      filled(partOf(genuine.delegation, 1), claimsIn(n, partOf(genuine.delegation, 0), RSA_3072)),
    ),
  delegationKeys: withKeys,
  delegationSeconds: lasting,
  agreementItems: withAgreedItems,
  agreementBytes: n => genuine.withAgreement(filled(genuine.played.agreement.text, n)),
}

test.each(Object.keys(AT) as (keyof typeof AT)[])('%s', async name => {
  const at = AT[name]
  if (at === undefined) throw new Error(name)
  // A JWS grows by up to two characters a byte.
  const step = /^(packet|receipt|delegation)Bytes$/.test(name) ? 2 : 1
  const entries = [
    { name: 'at the limit', ...(await at(LIMITS[name])) },
    { name: 'past it', ...(await at(LIMITS[name] + step)) },
  ]
  expect(differing(await genuine.judged(entries), [true, false])).toEqual([])
})
