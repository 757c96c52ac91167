/**
 * The kinds of packets of a case (办件), who may author each, and the schema of its body. SPEC.md §6.
 * `collecting` is the city where the applicant stands (收件地), `handling` the city that has the power (办理地).
 * `mover` is the city that moves the case: the handling city, or in mode 2 (异地授权·本地办理) the collecting one.
 */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { code, Day, Instant, jsonObject, Salt, Sha256, ThreadId, text } from '../primitives.ts'

/** Handling mode (办理模式): 0 全程网办, 1 异地委托·本地代收, 2 异地授权·本地办理, 3 多地联办. */
export const Mode = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])
export type Mode = z.infer<typeof Mode>

export const MODE_NAMES = {
  0: { zh: '全程网办', en: 'wholly online' },
  1: { zh: '异地委托·本地代收', en: 'taken in on behalf of the deciding city' },
  2: { zh: '异地授权·本地办理', en: 'handled by the receiving city under authorisation' },
  3: { zh: '多地联办', en: 'joint case of several places' },
} as const satisfies Record<Mode, { zh: string; en: string }>

/** What became of a fee (缴费): 已缴, 减免, 撤销. */
export const SETTLEMENTS = ['paid', 'waived', 'cancelled'] as const
export type Settlement = (typeof SETTLEMENTS)[number]

/** What becomes of an appeal of a rating (申诉复核): the rating does not count (成立), or it stands (不成立). */
export const VERDICTS = ['upheld', 'rejected'] as const
export type Verdict = (typeof VERDICTS)[number]

export const DECISIONS = ['granted', 'denied', 'forwarded'] as const
/** 准予, 不予, 转报 by decision; 撤回, 退件, 作废, 补正逾期 without one. */
export const OUTCOMES = [...DECISIONS, 'withdrawn', 'returned', 'void', 'lapsed'] as const
export type Decision = (typeof DECISIONS)[number]
export type Outcome = (typeof OUTCOMES)[number]

/** Special procedures (特别程序): 听证, 检验, 检测, 检疫, 鉴定, 专家评审, 现场核查, 公示. */
export const SPECIAL_PROCEDURES = [
  'hearing',
  'inspection',
  'testing',
  'quarantine',
  'appraisal',
  'expert-review',
  'site-survey',
  'publicity',
] as const

/** Fields of the item's form: any JSON values, bounded by the size of the body and in depth. */
const Form = jsonObject(z.string().max(100), LIMITS.formLevels)

/** A party's person or organisation; GB/T 39046 申请人 data elements. Personal data. */
export const Applicant = z.strictObject({
  type: z.enum(['1', '2', '3', '4', '5', '6']).describe('服务对象 (GB/T 39046 A.4): 1 自然人 … 6 其他组织'),
  name: text(200),
  idType: code(20).describe('证件类型: 111 居民身份证, 001 统一社会信用代码, or the code of the agreement'),
  idNumber: code(50),
  phone: text(30).optional(),
  address: text(300).optional(),
  legalRepresentative: text(100).optional(),
})
export type Applicant = z.infer<typeof Applicant>

/** Who stands beside the applicant: 代办 acts for the applicant under an authorisation, 帮办 only helps at the counter. */
export const AGENT_KINDS = { agent: '代办', assistant: '帮办' } as const

const Agent = z.strictObject({
  kind: z
    .enum(Object.keys(AGENT_KINDS) as (keyof typeof AGENT_KINDS)[])
    .optional()
    .describe('agent (代办人, when absent): acts under an authorisation; assistant (帮办人员): helps, decides nothing'),
  name: text(200),
  idType: code(20).optional().describe('needed of an agent'),
  idNumber: code(50).optional().describe('needed of an agent'),
  phone: text(30).optional(),
  authorisation: Sha256.optional().describe('授权委托书, one of the materials; needed of an agent'),
})

/** One material (申请材料) of a packet: which one of the item's list it is, under its display name. */
export const CaseMaterial = z.strictObject({
  sha256: Sha256,
  code: code(64).describe("material code of the item's list"),
  name: text(200),
  form: z.enum(['original', 'copy', 'electronic']).optional().describe('原件, 复印件, 电子'),
  pages: z.number().int().min(1).max(10_000).optional(),
  purpose: text(200).optional().describe('用证事由 of this licence, in place of the one of the case'),
})
export type CaseMaterial = z.infer<typeof CaseMaterial>

const materials = z.array(CaseMaterial).max(LIMITS.materialsPerPacket)
const Person = z.strictObject({ name: text(100).optional(), no: code(50).optional(), phone: text(30).optional() })
const Waybill = z.strictObject({ carrier: text(50).describe('such as EMS'), number: code(50) })
/** To whom something is mailed. Personal data. */
const Recipient = z.strictObject({
  name: text(100),
  phone: text(30).optional(),
  address: text(300),
  postcode: text(10).optional(),
})
const payer = z
  .enum(['collecting', 'handling', 'applicant'])
  .optional()
  .describe('who pays; absent: as the agreement says')
const documents = z.array(Sha256).max(LIMITS.materialsPerPacket).optional()

/** Yuan, more than nothing, with two decimals at most: n..16,2 of GB/T 39046 缴款金额. */
const Amount = z.string().regex(/^([1-9]\d{0,13}(\.\d{1,2})?|0\.(0[1-9]|[1-9]\d?))$/)

/** Schema of each kind's body as an author gives it, without the salt. */
export const CASE_CONTENT = {
  'case.submit': z.strictObject({
    caseNo: code(64).describe('case number (办件编号) given by the collecting city'),
    item: z.strictObject({
      code: code(50),
      name: text(1000),
      version: z.number().int().min(1),
      promiseDay: z.number().int().min(0).max(3650).optional().describe('承诺办结时限 of that version, working days'),
      anticipateDay: z
        .number()
        .int()
        .min(0)
        .max(3650)
        .optional()
        .describe('法定办结时限 of that version, working days'),
    }),
    mode: Mode,
    applicant: Applicant,
    agent: Agent.optional(),
    form: Form,
    materials,
    receivedAt: Instant.describe('when the window took the application (收件时间)'),
    window: text(200).optional(),
    clerk: Person.optional(),
    consent: z
      .strictObject({ text: code(64), acceptedAt: Instant })
      .optional()
      .describe('告知书 version and its acceptance'),
    purpose: text(200).optional().describe('用证事由 of each licence among the materials that has none of its own'),
    delivery: z
      .strictObject({
        method: z
          .enum(['e-licence', 'mail', 'collecting', 'handling'])
          .describe('电子证照, 邮寄, 收件地领取, 办理地领取'),
        recipient: Recipient.optional(),
      })
      .optional()
      .describe('how the applicant wants the result (结果送达方式)'),
    parent: ThreadId.optional().describe('lead case of a joint one (多地联办, 一件事)'),
  }),
  'case.supplement': z.strictObject({
    materials,
    form: Form.optional(),
    note: text(2000).optional(),
  }),
  'case.commit': z.strictObject({
    materials: z
      .array(code(64))
      .min(1)
      .max(64)
      .describe("codes of the item's list, of materials that may be handed in later (容缺后补) and are not there"),
    until: Day.describe('the last day on which the applicant hands them in'),
    text: text(4000).optional().describe('what the applicant declares besides (承诺内容)'),
    documents: documents.describe('the signed commitment (承诺书), as a scan'),
  }),
  'case.hand-in': z.strictObject({
    materials: materials.min(1),
    note: text(2000).optional(),
  }),
  'case.ship': z.strictObject({
    waybill: Waybill,
    contents: z.array(text(200)).min(1).max(64),
    shippedOn: Day.optional(),
    payer,
    recipient: Recipient.optional(),
  }),
  'case.withdraw': z.strictObject({ reason: text(2000) }),
  'case.remind': z.strictObject({ text: text(2000) }),
  'case.result-received': z.strictObject({ receivedAt: Instant, by: text(200).optional() }),
  'case.evaluate': z.strictObject({
    target: z.enum(['window', 'department']),
    level: z.number().int().min(1).max(5).describe('满意度 (GB/T 39046 A.8): 1 非常满意 … 5 非常不满意'),
    channel: text(50),
    realName: z.boolean().optional().describe('实名评价: the applicant may be called back'),
    text: text(2000).optional(),
  }),
  'case.message': z.strictObject({ text: text(4000), attachments: materials.optional() }),
  'case.arrived': z.strictObject({
    localCaseNo: code(100).describe("case number of the handling city's approval system"),
    acceptedBy: text(100).optional(),
  }),
  'case.precheck': z.strictObject({ opinion: text(2000).optional() }),
  'case.request-supplement': z.strictObject({
    notice: text(4000).describe('一次性告知: the whole notice'),
    deadline: Day.optional(),
    materials: z.array(z.strictObject({ code: code(64), reason: text(1000) })).max(64),
    form: z
      .array(z.strictObject({ field: text(100), reason: text(1000) }))
      .max(64)
      .optional()
      .describe('fields of the form to be given anew (表单补正)'),
  }),
  'case.accept': z.strictObject({ acceptanceNo: code(100).optional(), promisedBy: Day.optional() }),
  'case.refuse': z.strictObject({ reason: text(2000), basis: text(2000), remedy: text(2000).optional() }),
  'case.request-payment': z.strictObject({
    number: code(100).describe('缴款单号'),
    amount: Amount.describe('缴款金额, yuan'),
    name: text(200).optional().describe('收费项目'),
    payBy: Day.optional(),
    procedure: text(200)
      .optional()
      .describe('the special procedure of the item by which the time of the payment is not counted; absent: it is'),
    note: text(2000).optional().describe('where and how it is paid'),
    documents: documents.describe('缴款书'),
  }),
  'case.progress': z.strictObject({
    step: text(100),
    event: text(100).optional(),
    note: text(2000).optional(),
    officer: text(100).optional(),
  }),
  'case.pause': z.strictObject({
    procedure: z.enum(SPECIAL_PROCEDURES),
    reason: text(2000),
    expectedUntil: Day.optional(),
  }),
  'case.resume': z.strictObject({ result: text(2000).optional() }),
  'case.extend': z.strictObject({ until: Day, reason: text(2000), approver: text(100) }),
  'case.decide': z.strictObject({
    outcome: z.enum(DECISIONS),
    documentNo: code(100).optional(),
    reason: text(4000).optional(),
    decidedOn: Day.optional(),
    documents,
  }),
  'case.send-result': z.strictObject({
    method: z.enum(['e-licence', 'file', 'mail', 'pickup']),
    licence: z.strictObject({ id: code(200), type: code(64).optional(), name: text(200).optional() }).optional(),
    waybill: Waybill.optional(),
    payer,
    recipient: Recipient.optional(),
    seal: z
      .enum(['none', 'external'])
      .optional()
      .describe('external: the documents bear a seal that the node does not verify (外部签章, 未验)'),
    documents,
  }),
  'case.close': z.strictObject({ outcome: z.enum(OUTCOMES), note: text(2000).optional() }),
  'case.answer-evaluation': z.strictObject({
    target: z.enum(['window', 'department']).optional().describe('department when absent'),
    text: text(2000),
    measure: text(2000).optional(),
  }),
  'case.appeal-evaluation': z.strictObject({
    target: z.enum(['window', 'department']),
    reason: text(2000).describe('申诉复核: why the rating was a mistake or in bad faith'),
  }),
  'case.supervise': z.strictObject({
    number: code(100).optional().describe('督办编号'),
    text: text(2000),
    answerBy: Day.optional(),
  }),
  'case.answer': z.strictObject({
    to: Sha256.describe('packet id of the reminder, supervision, appeal or objection that it answers'),
    text: text(2000),
    measure: text(2000).optional(),
    verdict: z
      .enum(VERDICTS)
      .optional()
      .describe('of an appeal alone: upheld, the rating does not count; rejected, it stands'),
  }),
  'case.record-payment': z.strictObject({
    payment: Sha256.describe('packet id of the step that asked for it'),
    result: z.enum(SETTLEMENTS).describe('已缴, 减免, 撤销'),
    settledOn: Day,
    receiptNo: code(100).optional().describe('票据号码'),
    by: text(100).optional().describe('who noted it'),
  }),
  'case.verify-remote': z.strictObject({
    subject: z.enum(['identity', 'originals', 'site', 'other']).describe('身份, 原件, 现场, 其他'),
    from: Instant,
    to: Instant,
    collectingClerk: Person,
    handlingClerk: Person,
    result: z.enum(['verified', 'not-verified']),
    reference: text(300).optional().describe('where the record of the session is kept'),
    note: text(2000).optional(),
  }),
  'case.mail': z.strictObject({
    waybill: Waybill,
    parcel: z.enum(['originals', 'result']),
    state: z
      .enum(['ordered', 'collected', 'in-transit', 'delivered', 'returned', 'lost', 'cancelled'])
      .describe('已下单, 已揽收, 运输中, 已签收, 已退回, 已丢失, 已取消'),
    at: Instant,
    place: text(200).optional(),
  }),
  'case.originals': z.strictObject({
    event: z
      .enum(['taken', 'sent', 'received', 'returned', 'kept'])
      .describe('收取, 交寄对方城市, 收到, 退还申请人, 留存归档'),
    items: z
      .array(
        z.strictObject({
          name: text(200),
          code: code(64).optional().describe("material code of the item's list"),
          copies: z.number().int().min(1).max(999).optional().describe('份数; 1 when absent'),
        }),
      )
      .min(1)
      .max(64),
    at: Instant,
    waybill: Waybill.optional(),
    by: text(100).optional().describe('who handed them over'),
    to: text(100).optional().describe('who took them'),
    note: text(2000).optional(),
  }),
  'case.purge': z.strictObject({
    cause: z.enum(['agreement', 'request', 'law']).describe('期限届满, 申请人要求, 法律规定'),
    bodies: z.number().int().min(0).describe('bodies deleted'),
    materials: z.number().int().min(0).describe('materials deleted'),
    purgedAt: Instant,
  }),
  'case.object': z.strictObject({ reason: text(4000), basis: text(2000).optional() }),
  'case.correct': z.strictObject({
    packet: Sha256.describe('packet id of the step of the same city that it corrects (更正)'),
    fields: z
      .array(
        z.strictObject({
          field: text(100).describe('path of a text in the body of that step, such as `waybill.number`'),
          value: text(4000).describe('what it says now'),
        }),
      )
      .min(1)
      .max(32)
      .optional(),
    statement: text(4000).optional().describe('what is right, in words; needed without fields'),
    reason: text(2000),
  }),
  'case.revoke': z.strictObject({
    objection: Sha256.describe('packet id of the objection that it upholds, and answers'),
    reason: text(4000),
    basis: text(2000),
    documentNo: code(100).optional(),
  }),
}

export type CaseKind = keyof typeof CASE_CONTENT

export type CaseContent<K extends CaseKind = CaseKind> = z.infer<(typeof CASE_CONTENT)[K]>

/** Schema of each kind's body on the wire, with the salt. */
export const CASE_BODIES = Object.fromEntries(
  Object.entries(CASE_CONTENT).map(([kind, content]) => [kind, z.strictObject({ salt: Salt, ...content.shape })]),
) as unknown as Record<CaseKind, z.ZodType>
export type CaseBody<K extends CaseKind = CaseKind> = CaseContent<K> & { salt: string }

export type Author = 'collecting' | 'handling' | 'mover' | 'overseer' | 'either'

/** Who authors each kind; exactly one role. `overseer` is the handling city of a case that the collecting one moves (mode 2). */
export const AUTHORS = {
  'case.submit': 'collecting',
  'case.supplement': 'collecting',
  'case.commit': 'collecting',
  'case.hand-in': 'collecting',
  'case.ship': 'collecting',
  'case.withdraw': 'collecting',
  'case.remind': 'collecting',
  'case.result-received': 'collecting',
  'case.evaluate': 'collecting',
  'case.message': 'either',
  'case.arrived': 'mover',
  'case.precheck': 'mover',
  'case.request-supplement': 'mover',
  'case.accept': 'mover',
  'case.refuse': 'mover',
  'case.request-payment': 'mover',
  'case.progress': 'mover',
  'case.pause': 'mover',
  'case.resume': 'mover',
  'case.extend': 'mover',
  'case.decide': 'mover',
  'case.send-result': 'mover',
  'case.close': 'mover',
  'case.answer-evaluation': 'either',
  'case.appeal-evaluation': 'either',
  'case.supervise': 'either',
  'case.answer': 'either',
  'case.record-payment': 'either',
  'case.verify-remote': 'either',
  'case.mail': 'either',
  'case.originals': 'either',
  'case.purge': 'either',
  'case.object': 'overseer',
  'case.correct': 'either',
  'case.revoke': 'mover',
} as const satisfies Record<CaseKind, Author>

export const isCaseKind = (kind: string): kind is CaseKind => Object.hasOwn(CASE_CONTENT, kind)

type KindsOf<A extends Author> = { [K in CaseKind]: (typeof AUTHORS)[K] extends A ? K : never }[CaseKind]
export type MoveKind = KindsOf<'mover'>
export type AskKind = Exclude<CaseKind, MoveKind>

export const isMoveKind = (kind: string): kind is MoveKind => isCaseKind(kind) && AUTHORS[kind] === 'mover'

/** Asks that an approval system of the city with the power may bring about, besides moves. */
export const ANSWER_KINDS = [
  'case.message',
  'case.answer-evaluation',
  'case.appeal-evaluation',
  'case.supervise',
  'case.answer',
  'case.record-payment',
  'case.verify-remote',
  'case.mail',
] as const satisfies readonly AskKind[]
export type AnswerKind = (typeof ANSWER_KINDS)[number]

/** Of these an approval system is not told: where a parcel or an original is, what the other city deleted and which slip it corrected. */
export const UNTOLD_KINDS: ReadonlySet<string> = new Set<CaseKind>([
  'case.mail',
  'case.originals',
  'case.purge',
  'case.correct',
])

/** A step that the city with the power asks its node to sign; `body` is checked against CASE_CONTENT. */
export type MoveRequest = { [K in MoveKind | AnswerKind]: { kind: K; body: CaseContent<K> } }[MoveKind | AnswerKind]

/** Hashes of the materials that a body names, in order. */
export function materialsOf(kind: CaseKind, body: unknown): string[] {
  const content = body as {
    materials?: { sha256?: string }[]
    attachments?: { sha256: string }[]
    documents?: string[]
  }
  // What is asked for has no bytes yet; what was deleted is counted, not named.
  if (kind === 'case.request-supplement' || kind === 'case.purge') return []
  // What is committed to has none either, but the signed commitment has.
  if (kind === 'case.commit') return [...(content.documents ?? [])]
  return [
    ...(content.materials ?? []).flatMap(material => (material.sha256 === undefined ? [] : [material.sha256])),
    ...(content.attachments ?? []).map(material => material.sha256),
    ...(content.documents ?? []),
  ]
}
