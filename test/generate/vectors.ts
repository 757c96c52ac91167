/** Test vectors: what is signed here with fixed keys and times, and what a verifier must say of it. */
import * as jose from 'jose'
import { type AgreementDocumentInput, writeAgreement } from '../../protocol/agreement/document.ts'
import { signAgreement } from '../../protocol/agreement/signature.ts'
import type { CaseKind } from '../../protocol/case/kinds.ts'
import { encodeFrame, type Frame } from '../../protocol/exchange/frames.ts'
import { advance } from '../../protocol/exchange/watermark.ts'
import { signDelegation, signRevocation } from '../../protocol/keys/delegation.ts'
import { LIMITS } from '../../protocol/limits.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { commit, signCompact, signPacket } from '../../protocol/packet/envelope.ts'
import { signReceipt } from '../../protocol/packet/receipt.ts'
import { inviteId, verificationNumbers, writeInvite } from '../../protocol/pairing/invite.ts'
import { encodeUtf8, toHex } from '../../protocol/primitives.ts'
import type { ProblemCode } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { type ListHead, signListHead, writeList } from '../../protocol/service/list.ts'
import { type VectorCity, vectorCities } from './vector-keys.ts'

/** 2026-11-02 09:00 in China. */
export const NOW = Date.UTC(2026, 10, 2, 1, 0, 0) / 1000
const DAY = 86_400
const THREAD = '00112233445566778899aabbccddeeff'
const SALT = 'AAAAAAAAAAAAAAAAAAAAAA'
const ITEM = { code: '11420300MB0000000X4200000000029', name: '出具贷款职工住房公积金缴存使用证明', version: 1 }

export type Vector = { description: string; input: object; expect: object }
export type Vectors = Map<string, Vector>

const b64 = (bytes: Uint8Array): string => jose.base64url.encode(bytes)
const refused = (problem: ProblemCode) => ({ ok: false, problem })

/** A packet with its body, signed by `by` (default: the issuer's key). */
type Written = { jws: string; id: string; body: Uint8Array<ArrayBuffer>; claims: PacketClaims }

class Writer {
  readonly #cities: ReadonlyMap<string, VectorCity>
  readonly #last = new Map<string, Written>()
  #at = NOW

  constructor(cities: readonly VectorCity[]) {
    this.#cities = new Map(cities.map(city => [city.code, city]))
  }

  /** The next packet of `iss` in the thread, having seen all that was written before. */
  async say(
    iss: string,
    aud: string,
    kind: string,
    content: object,
    change: Partial<PacketClaims> = {},
  ): Promise<Written> {
    const city = this.#cities.get(iss)
    if (city === undefined) throw new Error(iss)
    const body = encodeUtf8(JSON.stringify({ salt: SALT, ...content }))
    const [own, other] = [this.#last.get(iss), this.#last.get(aud)]
    this.#at += 60
    const claims: PacketClaims = {
      v: 1,
      iss,
      aud,
      thread: THREAD,
      kind,
      seq: (own?.claims.seq ?? 0) + 1,
      prev: own?.id ?? null,
      seen: other?.id ?? null,
      iat: this.#at,
      body: await commit(body),
      materials: [],
      ...change,
    }
    const { jws, id } = await signPacket(claims, city.packet.signer)
    const written = { jws, id, body, claims }
    this.#last.set(iss, written)
    return written
  }
}

const submitContent = (mode: 0 | 1 | 2): object => ({
  caseNo: '61090020261102000001',
  item: ITEM,
  mode,
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
  form: { reason: '在安康购房' },
  materials: [],
  receivedAt: '2026-11-02T08:40:00+08:00',
})

export async function makeVectors(): Promise<Vectors> {
  const [ankang, shiyan] = await vectorCities()
  const vectors: Vectors = new Map()
  const add = (path: string, description: string, input: object, expect: object) => {
    if (vectors.has(path)) throw new Error(`${path} stands twice`)
    vectors.set(path, { description, input, expect })
  }
  await addPackets(add, ankang, shiyan)
  await addReceipts(add, ankang, shiyan)
  await addKeys(add, ankang, shiyan)
  await addAgreements(add, ankang, shiyan)
  await addLists(add, shiyan)
  await addThreads(add, ankang, shiyan)
  await addAgreementThreads(add, ankang, shiyan)
  addFrames(add)
  await addPairing(add, shiyan)
  addCodes(add)
  let mark = { n: 0, hash: '0'.repeat(64) }
  const ids = ['11'.repeat(32), '22'.repeat(32), '33'.repeat(32)]
  for (const id of ids) mark = await advance(mark, id)
  add('watermark/valid/three-packets', 'Running hash over three packets', { ids }, { ok: true, ...mark })
  return vectors
}

type Add = (path: string, description: string, input: object, expect: object) => void

async function addPackets(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
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
  const last = base.jws.at(-1) ?? ''
  const twin = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'['AQgw'.indexOf(last) * 16 + 1] ?? ''
  add(
    'packet/invalid/non-canonical-signature',
    'Other unused bits in the last character: the same signature, another id',
    { jws: `${base.jws.slice(0, -1)}${twin}`, ...given },
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

async function addReceipts(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
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

async function addKeys(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
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

const DOCUMENT: AgreementDocumentInput = {
  v: 1,
  title: '安康市与十堰市跨省通办合作协议',
  parties: [
    { code: '610900', name: '安康市', authority: '安康市行政审批服务局' },
    { code: '420300', name: '十堰市', authority: '十堰市行政审批局' },
  ],
  items: [{ taskCode: ITEM.code, taskName: ITEM.name, handling: '420300', collecting: ['610900'], modes: [0, 1] }],
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决；协商不成的，报请共同上级机关处理',
  validFrom: '2026-01-01',
  validTo: '2028-12-31',
}

async function addAgreements(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const written = await writeAgreement(DOCUMENT)
  if (!written.ok) throw new Error(written.problem.code)
  const { text, id } = written
  const signature = await signAgreement(text, ankang.certificateSigner)
  add(
    'agreement/valid/signed',
    'A document and one of its signatures',
    { text, signature, city: '610900' },
    { ok: true, id },
  )
  add(
    'agreement/invalid/changed-text',
    'A blank more in the text',
    { text: `${text} `, signature, city: '610900' },
    refused('agreement.signature'),
  )
  add(
    'agreement/invalid/other-city',
    "The signature of one party as the other's",
    { text, signature, city: '420300' },
    refused('agreement.signature'),
  )
  const change = (path: string, description: string, changed: object) =>
    add(
      `agreement/invalid/${path}`,
      description,
      { text: JSON.stringify({ ...JSON.parse(text), ...changed }) },
      refused('agreement.malformed'),
    )
  change('not-a-party', 'An item is handled by a city that is no party', {
    items: [{ taskCode: 'x', taskName: 'x', handling: '999999', collecting: ['610900'], modes: [0] }],
  })
  change('collects-for-itself', 'A city collects for itself', {
    items: [{ taskCode: 'x', taskName: 'x', handling: '420300', collecting: ['420300'], modes: [0] }],
  })
  change('dates', 'Ends before it begins', { validTo: '2025-12-31' })
  change('one-party', 'A party stands twice', { parties: [DOCUMENT.parties[0], DOCUMENT.parties[0]] })
  change('unknown-field', 'A field that the schema does not name', { colour: 'red' })
  const wanted = { collecting: '610900', handling: '420300', item: ITEM.code, mode: 0, at: NOW }
  add('agreement/valid/covers', 'The agreement covers the case', { text, case: wanted }, { ok: true, id })
  for (const [path, description, wish, problem] of [
    ['item', 'Another item', { item: 'other' }, 'agreement.uncovered'],
    ['mode', 'A mode that was not agreed', { mode: 2 }, 'agreement.uncovered'],
    ['direction', 'The other direction', { collecting: '420300', handling: '610900' }, 'agreement.uncovered'],
    ['too-late', 'After the last day', { at: Date.UTC(2029, 0, 1) / 1000 }, 'agreement.inactive'],
    [
      'too-early',
      'Before the first day in China, though it has come elsewhere',
      { at: Date.UTC(2025, 11, 31, 15, 59, 59) / 1000 },
      'agreement.inactive',
    ],
  ] as const) {
    add(`agreement/invalid/covers-${path}`, description, { text, case: { ...wanted, ...wish } }, refused(problem))
  }
  add(
    'agreement/valid/covers-first-day',
    'The first second of the first day in China',
    { text, case: { ...wanted, at: Date.UTC(2025, 11, 31, 16) / 1000 } },
    { ok: true, id },
  )
  void shiyan
}

async function addLists(add: Add, shiyan: VectorCity): Promise<void> {
  const item: ServiceItem = {
    taskCode: ITEM.code,
    taskName: ITEM.name,
    taskVersion: 1,
    taskState: '1',
    taskType: '20',
    useLevel: '3',
    deptName: '十堰市住房公积金中心',
    serverType: ['1'],
    projectType: '1',
    modes: [0, 1],
    anticipateDay: 3,
    promiseDay: 1,
    limitSceneNum: 0,
    isFee: false,
    materials: [],
  }
  const written = writeList({ v: 1, city: '420300', version: 2, items: [item] })
  if (!written.ok) throw new Error(written.problem.code)
  const head: ListHead = { v: 1, iss: '420300', iat: NOW, version: 2, count: 1, list: await commit(written.bytes) }
  const given = { head: await signListHead(head, shiyan.packet.signer), bytes: b64(written.bytes), heldVersion: 1 }
  add('list/valid/version-2', 'A list of one item', given, { ok: true })
  add('list/invalid/rollback', 'A higher version is held', { ...given, heldVersion: 3 }, refused('list.rollback'))
  add(
    'list/invalid/bytes',
    'Other bytes than the head commits to',
    { ...given, bytes: b64(Uint8Array.from([...written.bytes, 32])) },
    refused('list.signature'),
  )
  const miscounted = await signListHead({ ...head, count: 2 }, shiyan.packet.signer)
  add(
    'list/invalid/count',
    'The head counts other items than the bytes hold',
    { ...given, head: miscounted },
    refused('list.malformed'),
  )
}

async function addThreads(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const [A, S] = ['610900', '420300']
  const agreement = 'ab'.repeat(32)
  const wire = (packets: readonly Written[]) => packets.map(({ jws, body }) => ({ jws, body: b64(body) }))
  type Step = [iss: string, kind: CaseKind, content: object, change?: Partial<PacketClaims>]
  const play = async (mode: 0 | 1 | 2, steps: readonly Step[]) => {
    const writer = new Writer([ankang, shiyan])
    const packets = [await writer.say(A, S, 'case.submit', submitContent(mode), { agreement })]
    for (const [iss, kind, content, change] of steps)
      packets.push(await writer.say(iss, iss === A ? S : A, kind, content, change))
    return packets
  }
  const arrived: Step = [S, 'case.arrived', { localCaseNo: 'SP20261102000001' }]
  const good = async (path: string, description: string, mode: 0 | 1 | 2, steps: readonly Step[], states: string[]) =>
    add(`thread/valid/${path}`, description, { packets: wire(await play(mode, steps)) }, { ok: true, states })
  const bad = async (
    path: string,
    description: string,
    mode: 0 | 1 | 2,
    steps: readonly Step[],
    problem: ProblemCode,
  ) => add(`thread/invalid/${path}`, description, { packets: wire(await play(mode, steps)) }, refused(problem))

  await good(
    'granted',
    'A straight case',
    0,
    [
      arrived,
      [S, 'case.accept', {}],
      [S, 'case.progress', { step: '审核' }],
      [S, 'case.decide', { outcome: 'granted' }],
      [S, 'case.send-result', { method: 'e-licence' }],
      [S, 'case.close', { outcome: 'granted' }],
      [A, 'case.evaluate', { target: 'department', level: 1, channel: '窗口' }],
    ],
    ['submitted', 'arrived', 'accepted', 'accepted', 'decided', 'sending', 'closed', 'closed'],
  )
  await good(
    'supplemented',
    'A supplement is asked for and given',
    1,
    [
      arrived,
      [S, 'case.request-supplement', { notice: '请补正', materials: [{ code: 'M01', reason: '不清晰' }] }],
      [A, 'case.supplement', { materials: [] }],
      [S, 'case.accept', {}],
    ],
    ['submitted', 'arrived', 'supplementing', 'arrived', 'accepted'],
  )
  await good(
    'paused',
    'A special procedure and an extension',
    0,
    [
      arrived,
      [S, 'case.accept', {}],
      [S, 'case.pause', { procedure: 'hearing', reason: '听证' }],
      [S, 'case.resume', {}],
      [S, 'case.extend', { until: '2026-12-31', reason: '案情复杂', approver: '局长' }],
    ],
    ['submitted', 'arrived', 'accepted', 'paused', 'accepted', 'accepted'],
  )
  await good(
    'withdrawn',
    'The applicant withdraws',
    0,
    [arrived, [A, 'case.withdraw', { reason: '申请人撤回' }], [S, 'case.close', { outcome: 'withdrawn' }]],
    ['submitted', 'arrived', 'arrived', 'closed'],
  )
  await good(
    'authorised',
    'Mode 2: the collecting city moves the case, the owner objects',
    2,
    [
      [A, 'case.arrived', { localCaseNo: 'AK-1' }],
      [A, 'case.accept', {}],
      [S, 'case.object', { reason: '材料不符' }],
      [A, 'case.close', { outcome: 'void' }],
    ],
    ['submitted', 'arrived', 'accepted', 'accepted', 'closed'],
  )
  await good(
    'refused',
    'Not accepted',
    0,
    [arrived, [S, 'case.refuse', { reason: '不属本机关职权', basis: '行政许可法 32' }]],
    ['submitted', 'arrived', 'refused'],
  )

  await bad('wrong-author', 'The collecting city accepts', 0, [arrived, [A, 'case.accept', {}]], 'case.author')
  await bad(
    'wrong-author-mode-2',
    'In mode 2 the owner does not move the case',
    2,
    [[S, 'case.arrived', { localCaseNo: 'x' }]],
    'case.author',
  )
  await bad(
    'decided-before-accepted',
    'A decision without acceptance',
    0,
    [arrived, [S, 'case.decide', { outcome: 'granted' }]],
    'case.transition',
  )
  await bad(
    'second-notice',
    'Supplements are asked for once',
    0,
    [
      arrived,
      [S, 'case.request-supplement', { notice: '一', materials: [] }],
      [A, 'case.supplement', { materials: [] }],
      [S, 'case.request-supplement', { notice: '二', materials: [] }],
    ],
    'case.transition',
  )
  await bad(
    'closed-otherwise',
    'Closed against the decision',
    0,
    [
      arrived,
      [S, 'case.accept', {}],
      [S, 'case.decide', { outcome: 'denied' }],
      [S, 'case.close', { outcome: 'granted' }],
    ],
    'case.transition',
  )
  await bad(
    'withdrawn-unasked',
    'Closed as withdrawn without a withdraw',
    0,
    [arrived, [S, 'case.close', { outcome: 'withdrawn' }]],
    'case.transition',
  )
  await bad(
    'after-the-end',
    'A step after the end',
    0,
    [arrived, [S, 'case.refuse', { reason: 'x', basis: 'x' }], [S, 'case.accept', {}]],
    'case.transition',
  )
  await bad('gap', 'seq 3 after seq 1', 0, [[S, 'case.arrived', { localCaseNo: 'x' }, { seq: 3 }]], 'chain.gap')
  await bad('replay', 'seq 1 again', 0, [arrived, [S, 'case.accept', {}, { seq: 1 }]], 'chain.replay')
  await bad(
    'prev',
    'prev is not the packet before',
    0,
    [arrived, [S, 'case.accept', {}, { prev: 'ef'.repeat(32) }]],
    'chain.prev',
  )
  await bad(
    'seen-unknown',
    'seen is no packet of the thread',
    0,
    [[S, 'case.arrived', { localCaseNo: 'x' }, { seen: 'ef'.repeat(32) }]],
    'chain.seen',
  )
  await bad(
    'seen-nothing',
    'A move that has not seen the submit',
    0,
    [[S, 'case.arrived', { localCaseNo: 'x' }, { seen: null }]],
    'chain.seen',
  )
  await bad('time', 'Signed before the packet before', 0, [arrived, [S, 'case.accept', {}, { iat: NOW }]], 'chain.time')
  await bad(
    'party',
    'A third city is addressed',
    0,
    [[S, 'case.arrived', { localCaseNo: 'x' }, { aud: '611000' }]],
    'thread.party',
  )
  await bad(
    'second-submit',
    'The thread has begun already',
    0,
    [[A, 'case.submit', submitContent(0), { agreement }]],
    'case.transition',
  )
  const orphan = await new Writer([ankang, shiyan]).say(S, A, 'case.arrived', { localCaseNo: 'x' })
  add(
    'thread/invalid/no-submit',
    'A move in a thread that nobody began',
    { packets: wire([orphan]) },
    refused('thread.unknown'),
  )
  const noAgreement = await new Writer([ankang, shiyan]).say(A, S, 'case.submit', submitContent(0))
  add(
    'thread/invalid/no-agreement',
    'A case without an agreement',
    { packets: wire([noAgreement]) },
    refused('agreement.none'),
  )
}

async function addAgreementThreads(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const [A, S] = ['610900', '420300']
  const written = await writeAgreement(DOCUMENT)
  if (!written.ok) throw new Error(written.problem.code)
  const proposal = { document: written.text, signature: await signAgreement(written.text, ankang.certificateSigner) }
  const countersignature = {
    agreement: written.id,
    signature: await signAgreement(written.text, shiyan.certificateSigner),
  }
  const play = async (
    path: string,
    description: string,
    steps: readonly [string, string, object][],
    expect: object,
  ) => {
    const writer = new Writer([ankang, shiyan])
    const packets = [await writer.say(A, S, 'agreement.propose', proposal)]
    for (const [iss, kind, content] of steps) packets.push(await writer.say(iss, iss === A ? S : A, kind, content))
    add(
      `agreement-thread/${path}`,
      description,
      { packets: packets.map(({ jws, body }) => ({ jws, body: b64(body) })) },
      expect,
    )
  }
  await play(
    'valid/signed-and-terminated',
    'Proposed, signed, terminated',
    [
      [S, 'agreement.sign', countersignature],
      [A, 'agreement.terminate', { reason: '到期不续', effectiveOn: '2027-06-30' }],
    ],
    { ok: true, states: ['proposed', 'active', 'terminated'] },
  )
  await play('valid/declined', 'Proposed and declined', [[S, 'agreement.decline', { reason: '事项待定' }]], {
    ok: true,
    states: ['proposed', 'declined'],
  })
  await play(
    'invalid/signed-by-the-proposer',
    'The proposer signs for the other',
    [[A, 'agreement.sign', countersignature]],
    refused('case.author'),
  )
  await play(
    'invalid/another-document',
    'Signs another document',
    [[S, 'agreement.sign', { ...countersignature, agreement: 'ef'.repeat(32) }]],
    refused('agreement.signature'),
  )
  await play(
    'invalid/signed-after-declining',
    'Signs what it declined',
    [
      [S, 'agreement.decline', { reason: '事项待定' }],
      [S, 'agreement.sign', countersignature],
    ],
    refused('agreement.transition'),
  )
}

function addFrames(add: Add): void {
  const frames: Frame[] = [
    { type: 'packet', n: 7, jws: 'a.b.c', body: encodeUtf8('{"salt":"x"}') },
    { type: 'receipt', through: 7, jws: 'a.b.c' },
    { type: 'recall', from: 3 },
    { type: 'recalled', n: 3, jws: 'a.b.c', receipt: 'd.e.f', body: encodeUtf8('{}') },
    { type: 'recall-end', through: 7 },
    { type: 'list', list: 'a.b.c' },
    { type: 'material-request', sha256: '11'.repeat(32), offset: 65536 },
    { type: 'material-answer', size: 100_000 },
    { type: 'material-chunk', bytes: encodeUtf8('chunk') },
    { type: 'problem', code: 'exchange.timeout', detail: 'hello' },
  ]
  const shown = (frame: Frame): object =>
    Object.fromEntries(
      Object.entries(frame).map(([key, value]) => [key, value instanceof Uint8Array ? b64(value) : value]),
    )
  for (const frame of frames)
    add(
      `frame/valid/${frame.type}`,
      `A ${frame.type} frame`,
      { hex: toHex(encodeFrame(frame)) },
      { ok: true, frame: shown(frame) },
    )
  const packet = toHex(encodeFrame({ type: 'packet', n: 7, jws: 'a.b.c', body: new Uint8Array() }))
  for (const [path, description, hex] of [
    ['empty', 'No bytes', ''],
    ['type-0', 'Type 0', '00'],
    ['type-99', 'A type that does not exist', '63'],
    ['cut-off', 'Ends inside the JWS', packet.slice(0, -4)],
    ['place-too-large', 'A place beyond 2^53', `02${'ff'.repeat(8)}00000000`],
    [
      'unknown-field',
      'JSON with a field that is not named',
      toHex(Uint8Array.from([4, ...encodeUtf8('{"from":1,"to":2}')])),
    ],
    ['not-json', 'Not JSON', toHex(Uint8Array.from([4, ...encodeUtf8('from')]))],
  ] as const) {
    add(`frame/invalid/${path}`, description, { hex }, refused('frame.malformed'))
  }
}

async function addPairing(add: Add, shiyan: VectorCity): Promise<void> {
  void shiyan
  const secret = 'AAECAwQFBgcICQoLDA0ODw'
  const invite = {
    v: 1 as const,
    city: '420300',
    name: '十堰市',
    addresses: ['/ip4/127.0.0.1/tcp/8421/p2p/12D3KooWExample'],
    fingerprint: 'ab'.repeat(32),
    secret,
    exp: NOW + DAY,
  }
  const text = writeInvite(invite)
  add('invite/valid/whole', 'An invite', { text, now: NOW }, { ok: true, invite, id: await inviteId(secret) })
  add(
    'invite/valid/broken-lines',
    'As a chat program breaks it',
    { text: ` ${text.slice(0, 40)}\n${text.slice(40, 90)} \r\n${text.slice(90)} `, now: NOW },
    { ok: true, invite, id: await inviteId(secret) },
  )
  add('invite/invalid/expired', 'Past its time', { text, now: NOW + DAY + 1 }, refused('invite.expired'))
  add('invite/invalid/cut', 'The end is missing', { text: text.slice(0, -20), now: NOW }, refused('invite.malformed'))
  add(
    'invite/invalid/other-text',
    'Something else',
    { text: 'https://example.com', now: NOW },
    refused('invite.malformed'),
  )
  add(
    'invite/invalid/too-long',
    'Longer than an invite may be',
    { text: `${text}${'A'.repeat(LIMITS.inviteBytes)}`, now: NOW },
    refused('invite.malformed'),
  )
  const fingerprints: [string, string] = ['ab'.repeat(32), 'cd'.repeat(32)]
  add(
    'words/valid/six',
    'Six numbers, whichever side computes them',
    { secret, fingerprints },
    { ok: true, numbers: await verificationNumbers(secret, fingerprints) },
  )
}

function addCodes(add: Add): void {
  for (const [path, description, number] of [
    ['x', 'The sample of GB 11643', '11010519491231002X'],
    ['lower-case', 'A lower-case x', '11010519491231002x'],
  ] as const) {
    add(`code/valid/resident-id-${path}`, description, { residentId: number }, { ok: true })
  }
  for (const [path, description, number] of [
    ['check', 'A wrong check character', '110105194912310021'],
    ['date', 'No such day', '11010519490230002X'],
    ['short', 'Fifteen digits', '110105491231002'],
  ] as const) {
    add(`code/invalid/resident-id-${path}`, description, { residentId: number }, { ok: false })
  }
  add('code/valid/credit-code', 'A live code of a public body', { creditCode: '12441500196720244T' }, { ok: true })
  add('code/invalid/credit-code-check', 'A wrong check character', { creditCode: '124415001967202440' }, { ok: false })
  add(
    'code/invalid/credit-code-letter',
    'A letter that the alphabet leaves out',
    { creditCode: '1244150019672024IT' },
    { ok: false },
  )
}

export async function vectorFiles(): Promise<[string, string][]> {
  return [...(await makeVectors())].map(([path, vector]) => [
    `protocol/vectors/${path}.json`,
    `${JSON.stringify(vector, null, 2)}\n`,
  ])
}
