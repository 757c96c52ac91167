/**
 * Plays a case between two cities with protocol functions alone: real keys, certificates, delegations, agreement, packets
 * and receipts, without a node. Tests take it whole (`playCase`) or lead it step by step (`PlayThread`).
 */
import { randomBytes } from 'node:crypto'
import { type AgreementDocumentInput, writeAgreement } from '../../protocol/agreement/document.ts'
import { type AgreementSignature, signAgreement } from '../../protocol/agreement/signature.ts'
import { admitCase, openCaseBody } from '../../protocol/case/admit.ts'
import { type CaseState, foldCase } from '../../protocol/case/fold.ts'
import type { CaseContent, CaseKind, CaseMaterial, Mode } from '../../protocol/case/kinds.ts'
import type { Packet, PacketClaims } from '../../protocol/packet/claims.ts'
import { commit, signPacket, verifyPacket } from '../../protocol/packet/envelope.ts'
import { type ReceiptItem, signReceipt } from '../../protocol/packet/receipt.ts'
import { type Commitment, encodeUtf8, sha256 } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { canonicalOrder, chainOf } from '../../protocol/thread/chain.ts'
import { PLAY_BEGIN, type PlayCity, playCity, trusting } from './play-city.ts'

const STEP_SECONDS = 3600

/** A packet with everything that was signed. */
export type PlayedPacket = Packet & { jws: string; bytes: Uint8Array<ArrayBuffer> }
export type PlayedAgreement = {
  id: string
  text: string
  signatures: { city: string; signature: AgreementSignature }[]
}
export type PlayedMaterial = Commitment & { bytes: Uint8Array<ArrayBuffer> }

type SayOptions = {
  /** seconds; by default one hour after the packet before */
  iat?: number
  /** id of the last packet of the other chain that the author has; by default its newest */
  seen?: string | null
  agreement?: string
  materials?: readonly PlayedMaterial[]
  /** signs even what admission refuses */
  force?: boolean
  /** whether the other city answers with a receipt of its own at once; true by default */
  receipt?: boolean
}

/** One case thread between two cities, both of which are played here. */
export class PlayThread {
  readonly thread: string
  readonly packets: PlayedPacket[] = []
  /** compact JWS of every receipt, in the order of signing */
  readonly receipts: string[] = []
  readonly materials = new Map<string, PlayedMaterial>()
  readonly collecting: PlayCity
  readonly handling: PlayCity
  /** seconds */
  clock: number

  constructor(collecting: PlayCity, handling: PlayCity, options: { thread?: string; now?: number } = {}) {
    this.collecting = collecting
    this.handling = handling
    this.thread = options.thread ?? randomBytes(16).toString('hex')
    this.clock = options.now ?? PLAY_BEGIN
  }

  /** Signs, verifies and admits one packet; throws ProblemError when it is refused and not forced. */
  async say<K extends CaseKind>(
    from: PlayCity,
    kind: K,
    content: CaseContent<K>,
    options: SayOptions = {},
  ): Promise<PlayedPacket> {
    const to = from === this.collecting ? this.handling : this.collecting
    const own = chainOf(this.packets, from.code)
    const bytes = encodeUtf8(JSON.stringify({ salt: randomBytes(16).toString('base64url'), ...content }))
    for (const material of options.materials ?? []) this.materials.set(material.sha256, material)
    const claims: PacketClaims = {
      v: 1,
      iss: from.code,
      aud: to.code,
      thread: this.thread,
      kind,
      seq: own.length + 1,
      prev: own.at(-1)?.id ?? null,
      seen: options.seen === undefined ? (chainOf(this.packets, to.code).at(-1)?.id ?? null) : options.seen,
      iat: options.iat ?? this.clock,
      ...(options.agreement === undefined ? {} : { agreement: options.agreement }),
      body: await commit(bytes),
      materials: (options.materials ?? []).map(({ sha256, size, type }) => ({ sha256, size, type })),
    }
    const { jws, id } = await signPacket(claims, from.packetSigner)
    const packet: PlayedPacket = { id, claims, body: JSON.parse(new TextDecoder().decode(bytes)), jws, bytes }
    if (options.force !== true) await this.admit(packet)
    this.packets.push(packet)
    this.clock = Math.max(this.clock, claims.iat) + STEP_SECONDS
    if (options.receipt !== false) await this.receipt(to, [{ id, status: 'stored' }], claims.iat + 2)
    return packet
  }

  private async admit(packet: PlayedPacket): Promise<void> {
    const resolveKey = await trusting(this.collecting, this.handling)
    const steps = [
      await verifyPacket(packet.jws, { resolveKey, audience: packet.claims.aud, now: packet.claims.iat }),
      await openCaseBody(packet.claims, packet.bytes),
      admitCase(this.packets, packet),
    ]
    for (const step of steps) if (!step.ok) throw new ProblemError(step.problem.code, step.problem.detail)
  }

  /** Lets `by` sign a receipt over these items at `iat` seconds. */
  async receipt(by: PlayCity, items: ReceiptItem[], iat: number = this.clock): Promise<string> {
    const aud = by === this.collecting ? this.handling.code : this.collecting.code
    const jws = await signReceipt({ v: 1, iss: by.code, aud, iat, items }, by.packetSigner)
    this.receipts.push(jws)
    return jws
  }

  /** The packets in their canonical order. */
  get ordered(): PlayedPacket[] {
    const byId = new Map(this.packets.map(packet => [packet.id, packet]))
    return canonicalOrder(this.packets, this.state.mover).flatMap(({ id }) => byId.get(id) ?? [])
  }

  get state(): CaseState {
    const state = foldCase(this.packets)
    if (state === null) throw new Error('the thread holds no case.submit')
    return state
  }
}

/** A material of random-looking but fixed bytes. */
export async function playMaterial(words: string, type: string = 'application/pdf'): Promise<PlayedMaterial> {
  const bytes = encodeUtf8(`%PDF-1.7\n${words}\n`.repeat(200))
  return { sha256: await sha256(bytes), size: bytes.byteLength, type, bytes }
}

export const PLAY_ITEM = { code: '11420300MB1A0000014000117051000', name: '公积金异地贷款缴存证明', version: 1 }

/** An agreement over `PLAY_ITEM` in all modes, signed by both city certificates. */
export async function playAgreement(
  collecting: PlayCity,
  handling: PlayCity,
  change: Partial<AgreementDocumentInput> = {},
): Promise<PlayedAgreement> {
  const written = await writeAgreement({
    v: 1,
    title: `${collecting.name}与${handling.name}跨省通办合作协议`,
    parties: [handling, collecting].map(({ code, name, authority }) => ({ code, name, authority })),
    items: [
      {
        taskCode: PLAY_ITEM.code,
        taskName: PLAY_ITEM.name,
        handling: handling.code,
        collecting: [collecting.code],
        modes: [0, 1, 2, 3],
      },
    ],
    clock: {},
    mailing: 'handling',
    archive: 'handling',
    purgeDays: 90,
    dispute: '协商解决；协商不成的，报请共同上级机关处理',
    validFrom: '2026-01-01',
    validTo: '2028-12-31',
    ...change,
  })
  if (!written.ok) throw new ProblemError(written.problem.code, written.problem.detail)
  const signatures = []
  for (const city of [handling, collecting]) {
    signatures.push({ city: city.code, signature: await signAgreement(written.text, city.certificateSigner) })
  }
  return { id: written.id, text: written.text, signatures }
}

export type PlayedCase = {
  collecting: PlayCity
  handling: PlayCity
  agreement: PlayedAgreement
  caseNo: string
  play: PlayThread
}

const named = (material: PlayedMaterial, code: string, name: string): CaseMaterial => ({
  sha256: material.sha256,
  code,
  name,
  form: 'electronic',
  pages: 1,
})

/** Content of a submit in the form the examples use. */
export const submitContentOf = (caseNo: string, mode: Mode, materials: CaseMaterial[]): CaseContent<'case.submit'> => ({
  caseNo,
  item: PLAY_ITEM,
  mode,
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '610902199003075515', phone: '13900000000' },
  form: { 缴存单位: '安康市某某有限公司', 贷款城市: '安康' },
  materials,
  receivedAt: '2026-11-02T08:40:00+08:00',
  window: '跨省通办窗口 3',
  clerk: { name: '周敏', no: 'AK-017' },
  consent: { text: 'gzs-2026-01', acceptedAt: '2026-11-02T08:42:00+08:00' },
})

/** Two cities with their agreement, and an empty case thread between them: Ankang (610900) collects, Shiyan (420300) handles. */
export async function playSetting(options: { cities?: [PlayCity, PlayCity]; now?: number } = {}): Promise<PlayedCase> {
  const now = options.now === undefined ? {} : { now: options.now }
  const [collecting, handling] = options.cities ?? [await playCity('610900', now), await playCity('420300', now)]
  const agreement = await playAgreement(collecting, handling)
  const play = new PlayThread(collecting, handling, now)
  return { collecting, handling, agreement, caseNo: 'AK20261102-0001', play }
}

/**
 * A whole case, submit to close, `granted`: with a supplement, a pause, reminders and messages, the evaluation, and one
 * withdrawal that crossed the decision and came too late.
 */
export async function playCase(
  options: { cities?: [PlayCity, PlayCity]; now?: number; mode?: Mode } = {},
): Promise<PlayedCase> {
  const played = await playSetting(options)
  const { collecting, handling, play, caseNo, agreement } = played
  const mode = options.mode ?? 1
  const mover = mode === 2 ? collecting : handling
  const identity = await playMaterial('居民身份证')
  const application = await playMaterial('申请表')
  const proof = await playMaterial('缴存流水')
  const certificate = await playMaterial('缴存证明')

  const submit = submitContentOf(caseNo, mode, [named(identity, 'M01', '身份证'), named(application, 'M02', '申请表')])
  await play.say(collecting, 'case.submit', submit, { agreement: agreement.id, materials: [identity, application] })
  await play.say(mover, 'case.arrived', { localCaseNo: 'SY-2026-000187' })
  await play.say(mover, 'case.precheck', { opinion: '材料基本齐全' })
  await play.say(mover, 'case.request-supplement', {
    notice: '请补充近六个月缴存流水；其他材料符合要求。',
    deadline: '2026-11-10',
    materials: [{ code: 'M03', reason: '缺少近六个月缴存流水' }],
  })
  await play.say(collecting, 'case.message', { text: '申请人今天下午来补。' })
  await play.say(
    collecting,
    'case.supplement',
    { materials: [named(proof, 'M03', '缴存流水')] },
    { materials: [proof] },
  )
  await play.say(mover, 'case.accept', { acceptanceNo: '受理〔2026〕187号', promisedBy: '2026-11-16' })
  await play.say(collecting, 'case.remind', { text: '申请人月底前需要，请尽快。' })
  if (mover === handling) {
    const reminder = chainOf(play.packets, collecting.code).at(-1)?.id ?? ''
    await play.say(handling, 'case.answer', { to: reminder, text: '已加快办理' })
  }
  await play.say(mover, 'case.progress', { step: '审查', event: '完成', officer: '李工' })
  await play.say(mover, 'case.pause', { procedure: 'appraisal', reason: '核对历史缴存记录' })
  await play.say(mover, 'case.resume', { result: '记录一致' })
  await play.say(mover, 'case.extend', { until: '2026-11-20', reason: '跨省核对用时', approver: '王处长' })
  const decided = await play.say(
    mover,
    'case.decide',
    {
      outcome: 'granted',
      documentNo: '十公积金证〔2026〕42号',
      reason: '符合规定条件',
      documents: [certificate.sha256],
    },
    { materials: [certificate] },
  )
  const crossedSeen = chainOf(play.packets, handling.code).findLast(packet => packet.id !== decided.id)?.id ?? null
  // The applicant withdrew while the decision was on its way: kept in the thread, without effect.
  if (mover === handling) {
    await play.say(collecting, 'case.withdraw', { reason: '申请人改变主意' }, { seen: crossedSeen })
  }
  await play.say(mover, 'case.send-result', {
    method: 'e-licence',
    licence: { id: 'ELC-42030020260042', type: '缴存证明' },
    waybill: { carrier: 'EMS', number: '1180000000042' },
  })
  await play.say(collecting, 'case.result-received', { receivedAt: new Date(play.clock * 1000).toISOString() })
  await play.say(collecting, 'case.evaluate', { target: 'window', level: 1, channel: '窗口', text: '很快' })
  await play.say(collecting, 'case.answer-evaluation', { target: 'window', text: '感谢评价' })
  await play.say(mover, 'case.close', { outcome: 'granted' })
  return played
}
