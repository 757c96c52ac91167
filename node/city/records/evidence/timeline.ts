/**
 * The timeline (办理时间线) of a case: every packet of the thread in its canonical order, in plain words, with its proof.
 * Shows times, numbers, outcome and the reasons that were given; never who the applicant is, nor free messages.
 */
import { type Correction, correctedBody, correctionsOf } from '../../../../protocol/case/correct.ts'
import { type CaseState, foldCase } from '../../../../protocol/case/fold.ts'
import { type CaseBody, type CaseKind, isCaseKind, isMoveKind, type Verdict } from '../../../../protocol/case/kinds.ts'
import {
  OUTCOME_NAMES,
  PROCEDURE_NAMES,
  SATISFACTION_NAMES,
  SETTLEMENT_NAMES,
  TITLES,
} from '../../../../protocol/case/names.ts'
import { ORIGINAL_EVENTS } from '../../../../protocol/case/originals.ts'
import { ASKS, MOVES, STATES, type State } from '../../../../protocol/case/table.ts'
import type { Packet } from '../../../../protocol/packet/claims.ts'
import type { ReceiptClaims } from '../../../../protocol/packet/receipt.ts'
import { canonicalOrder } from '../../../../protocol/thread/chain.ts'

export type Bilingual = { zh: string; en: string }
/** One thing that a step says; `long` for running text. */
export type TimelineFact = { label: Bilingual; value: Bilingual | string; long: boolean }

export type TimelineEntry = {
  /** time of signing, seconds */
  at: number
  /** division code of the city that signed */
  city: string
  kind: CaseKind
  title: Bilingual
  facts: TimelineFact[]
  /** state of the case after this step */
  state: State
  /** whether the step came too late to have an effect */
  late: boolean
  /** whether its content was purged */
  purged: boolean
  /** packet id, and when (seconds) the other city confirmed that it stored it; null without a receipt */
  proof: { packet: string; storedAt: number | null }
}

const VERDICT_NAMES = {
  upheld: { zh: '成立，该评价不计入', en: 'upheld: the rating does not count' },
  rejected: { zh: '不成立，评价有效', en: 'rejected: the rating stands' },
} as const satisfies Record<Verdict, Bilingual>

const RESULT_METHODS = {
  'e-licence': { zh: '电子证照', en: 'electronic licence' },
  file: { zh: '电子文件', en: 'file' },
  mail: { zh: '邮寄', en: 'mail' },
  pickup: { zh: '窗口领取', en: 'pick-up at the window' },
} as const

/** When a city first said that it stored a packet, in seconds, by `storedKey`. */
export type StoredTimes = ReadonlyMap<string, number>

/** Tells a thread of admitted packets; empty when it holds no `case.submit`. */
export function timelineOf(packets: readonly Packet[], stored: StoredTimes): TimelineEntry[] {
  const folded = foldCase(packets)
  if (folded === null) return []
  const late = new Set(folded.late)
  const entries: TimelineEntry[] = []
  const corrections = correctionsOf(packets)
  const kinds = new Map(packets.map(({ id, claims }) => [id, claims.kind]))
  let state: State = 'submitted'
  for (const { id, claims, body } of canonicalOrder(packets, folded.mover)) {
    const { kind, iat, iss, aud } = claims
    if (!isCaseKind(kind)) continue
    const { to } = isMoveKind(kind) ? MOVES[kind] : ASKS[kind]
    if (to !== 'same' && !late.has(id)) state = to
    entries.push({
      at: iat,
      city: iss,
      kind,
      title: TITLES[kind],
      facts:
        body === null
          ? []
          : kind === 'case.correct'
            ? correctionFacts(body as Correction, kinds.get((body as Correction).packet))
            : correctedFacts(kind, { id, claims, body }, corrections),
      state,
      late: late.has(id),
      purged: body === null,
      proof: { packet: id, storedAt: stored.get(storedKey(aud, id)) ?? null },
    })
  }
  return entries
}

/** What a correction says, and of which step; the values that it gives stand at that step, as far as the timeline shows them. */
function correctionFacts({ fields, statement, reason }: Correction, of: string | undefined): TimelineFact[] {
  return [
    ...(of !== undefined && isCaseKind(of) ? [fact('更正的步骤', 'Corrects', TITLES[of])] : []),
    ...(fields === undefined ? [] : [fact('更正的项目', 'Fields', fields.map(({ field }) => field).join(', '))]),
    ...given(statement, text => words('更正内容', 'Now says', text)),
    reasonOf(reason),
  ]
}

/** The facts of a step as it was corrected, what it said before beside what it says now. */
function correctedFacts(
  kind: CaseKind,
  step: Packet,
  corrections: ReadonlyMap<string, readonly Packet[]>,
): TimelineFact[] {
  const { materials } = step.claims
  const signed = factsOf(kind, step.body, materials.length)
  const later = corrections.get(step.id)
  if (later === undefined) return signed
  const now = factsOf(kind, correctedBody(step, corrections), materials.length)
  const before = signed.flatMap(({ label, value, long }) => {
    const stays = now.some(
      other => other.label.en === label.en && JSON.stringify(other.value) === JSON.stringify(value),
    )
    return stays ? [] : [{ label: { zh: `更正前${label.zh}`, en: `${label.en}, as signed` }, value, long }]
  })
  const at = later.map(({ claims }) => chinaTime(claims.iat)).join(', ')
  const statements = later.flatMap(({ body }) => (body as Correction).statement ?? [])
  return [
    ...now,
    ...before,
    fact('已更正', 'Corrected', at),
    ...statements.map(text => words('更正内容', 'Now says', text)),
  ]
}

export const storedKey = (city: string, packet: string): string => `${city}/${packet}`

/** Packets with the time at which the other city first said that it stored them: days are counted from that too. */
export const receipted = (packets: readonly Packet[], stored: StoredTimes): Packet[] =>
  packets.map(packet => ({ ...packet, receivedAt: stored.get(storedKey(packet.claims.aud, packet.id)) ?? null }))

/** What receipts say of packets that were stored. */
export function storedTimes(receipts: readonly ReceiptClaims[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const receipt of receipts) addStored(times, receipt)
  return times
}

export function addStored(times: Map<string, number>, { iss, iat, items }: ReceiptClaims): void {
  for (const { id, status } of items) {
    const key = storedKey(iss, id)
    if (status === 'stored') times.set(key, Math.min(iat, times.get(key) ?? iat))
  }
}

/** China Standard Time (UTC+8) of an instant in seconds, as YYYY-MM-DD HH:MM:SS. */
export const chinaTime = (seconds: number): string =>
  new Date((Math.floor(seconds) + 8 * 3600) * 1000).toISOString().slice(0, 19).replace('T', ' ')

const fact = (zh: string, en: string, value: Bilingual | string): TimelineFact => ({
  label: { zh, en },
  value,
  long: false,
})
const words = (zh: string, en: string, value: string): TimelineFact => ({ label: { zh, en }, value, long: true })
const counted = (count: number): TimelineFact[] =>
  count === 0 ? [] : [fact('材料', 'Materials', { zh: `${count} 份`, en: `${count} in all` })]

/** A fact for each value that is given. */
const given = <T>(value: T | undefined, make: (value: T) => TimelineFact): TimelineFact[] =>
  value === undefined ? [] : [make(value)]

const mailed = (waybill: { carrier: string; number: string }) =>
  fact('运单', 'Waybill', `${waybill.carrier} ${waybill.number}`)
const reasonOf = (text: string) => words('理由', 'Reason', text)
const basisOf = (text: string) => words('依据', 'Legal basis', text)

const VERIFIED_SUBJECTS = {
  identity: { zh: '身份', en: 'identity' },
  originals: { zh: '原件', en: 'originals' },
  site: { zh: '现场', en: 'the site' },
  other: { zh: '其他', en: 'other' },
} as const satisfies Record<CaseBody<'case.verify-remote'>['subject'], Bilingual>
export const MAIL_STATES = {
  ordered: { zh: '已下单', en: 'ordered' },
  collected: { zh: '已揽收', en: 'collected' },
  'in-transit': { zh: '运输中', en: 'in transit' },
  delivered: { zh: '已签收', en: 'delivered' },
  returned: { zh: '已退回', en: 'returned' },
  lost: { zh: '已丢失', en: 'lost' },
  cancelled: { zh: '已取消', en: 'cancelled' },
} as const satisfies Record<CaseBody<'case.mail'>['state'], Bilingual>

function factsOf(kind: CaseKind, body: unknown, materials: number): TimelineFact[] {
  const as = <K extends CaseKind>(_: K) => body as CaseBody<K>
  switch (kind) {
    case 'case.submit': {
      const { caseNo, receivedAt } = as(kind)
      return [
        fact('办件编号', 'Case number', caseNo),
        fact('窗口收件时间', 'Taken at the window', chinaTime(Date.parse(receivedAt) / 1000)),
        ...counted(materials),
      ]
    }
    case 'case.supplement':
    case 'case.hand-in':
    case 'case.message':
      return counted(materials)
    case 'case.commit': {
      const { materials: codes, until } = as(kind)
      return [fact('后补材料', 'To come', codes.join(', ')), fact('补交期限', 'By', until)]
    }
    case 'case.ship':
      return [mailed(as(kind).waybill)]
    case 'case.withdraw':
      return [reasonOf(as(kind).reason)]
    case 'case.result-received':
      return [fact('收到时间', 'Received', chinaTime(Date.parse(as(kind).receivedAt) / 1000))]
    case 'case.evaluate': {
      const { target, level } = as(kind)
      const who = target === 'window' ? { zh: '收件窗口', en: 'the window' } : { zh: '办理部门', en: 'the department' }
      return [
        fact('评价对象', 'About', who),
        fact('满意度', 'Satisfaction', SATISFACTION_NAMES[level as keyof typeof SATISFACTION_NAMES] ?? String(level)),
      ]
    }
    case 'case.arrived':
      return [fact('本地办件编号', 'Local case number', as(kind).localCaseNo)]
    case 'case.request-supplement': {
      const { notice, deadline, materials: missing, form = [] } = as(kind)
      return [
        words('告知内容', 'Notice', notice),
        ...missing.map(({ code, reason }) => words(`材料 ${code}`, `Material ${code}`, reason)),
        ...form.map(({ field, reason }) => words(`申请表 ${field}`, `Form field ${field}`, reason)),
        ...given(deadline, day => fact('补正期限', 'To be supplied by', day)),
      ]
    }
    case 'case.accept': {
      const { acceptanceNo, promisedBy } = as(kind)
      return [
        ...given(acceptanceNo, no => fact('受理通知书编号', 'Acceptance number', no)),
        ...given(promisedBy, day => fact('承诺办结日期', 'Promised by', day)),
      ]
    }
    case 'case.refuse': {
      const { reason, basis, remedy } = as(kind)
      return [reasonOf(reason), basisOf(basis), ...given(remedy, text => words('救济途径', 'Remedy', text))]
    }
    case 'case.request-payment': {
      const { number, amount, name, payBy, procedure } = as(kind)
      return [
        fact('缴款单号', 'Number', number),
        fact('金额（元）', 'Amount (yuan)', amount),
        ...given(name, value => fact('收费项目', 'For', value)),
        ...given(payBy, day => fact('缴费期限', 'To be paid by', day)),
        ...given(procedure, value => fact('不计入时限', 'Time not counted as', value)),
      ]
    }
    case 'case.record-payment': {
      const { result, settledOn, receiptNo } = as(kind)
      return [
        fact('缴费情况', 'Result', SETTLEMENT_NAMES[result]),
        fact('日期', 'On', settledOn),
        ...given(receiptNo, value => fact('票据号码', 'Receipt number', value)),
      ]
    }
    case 'case.progress': {
      const { step, event } = as(kind)
      return [fact('环节', 'Step', step), ...given(event, name => fact('事件', 'Event', name))]
    }
    case 'case.pause': {
      const { procedure, reason, expectedUntil } = as(kind)
      return [
        fact('特别程序', 'Procedure', PROCEDURE_NAMES[procedure]),
        reasonOf(reason),
        ...given(expectedUntil, day => fact('预计结束', 'Expected until', day)),
      ]
    }
    case 'case.extend': {
      const { until, reason } = as(kind)
      return [fact('延长至', 'Until', until), reasonOf(reason)]
    }
    case 'case.decide': {
      const { outcome, documentNo, decidedOn, reason } = as(kind)
      return [
        fact('决定', 'Decision', OUTCOME_NAMES[outcome]),
        ...given(documentNo, no => fact('文号', 'Document number', no)),
        ...given(decidedOn, day => fact('决定日期', 'Decided on', day)),
        ...given(reason, reasonOf),
        ...counted(materials),
      ]
    }
    case 'case.send-result': {
      const { method, licence, waybill } = as(kind)
      return [
        fact('送达方式', 'By', RESULT_METHODS[method]),
        ...given(licence, ({ id }) => fact('证照标识', 'Licence', id)),
        ...given(waybill, mailed),
        ...counted(materials),
      ]
    }
    case 'case.close':
      return [fact('办理结果', 'Outcome', OUTCOME_NAMES[as(kind).outcome])]
    case 'case.answer':
      return given(as(kind).verdict, verdict => fact('申诉复核结果', 'Verdict', VERDICT_NAMES[verdict]))
    case 'case.object': {
      const { reason, basis } = as(kind)
      return [reasonOf(reason), ...given(basis, basisOf)]
    }
    case 'case.revoke': {
      const { documentNo, reason, basis } = as(kind)
      return [...given(documentNo, no => fact('文号', 'Document number', no)), reasonOf(reason), basisOf(basis)]
    }
    case 'case.supervise': {
      const { number, answerBy } = as(kind)
      return [
        ...given(number, no => fact('督办编号', 'Number', no)),
        ...given(answerBy, day => fact('答复期限', 'To be answered by', day)),
      ]
    }
    case 'case.verify-remote': {
      const { subject, from, to, result } = as(kind)
      return [
        fact('核验内容', 'About', VERIFIED_SUBJECTS[subject]),
        fact('时间', 'Time', `${chinaTime(Date.parse(from) / 1000)} – ${chinaTime(Date.parse(to) / 1000)}`),
        fact(
          '结果',
          'Result',
          result === 'verified' ? { zh: '一致', en: 'verified' } : { zh: '不一致', en: 'not verified' },
        ),
      ]
    }
    case 'case.mail': {
      const { waybill, parcel, state, at } = as(kind)
      return [
        fact('邮件', 'Parcel', parcel === 'originals' ? { zh: '原件', en: 'originals' } : { zh: '结果', en: 'result' }),
        mailed(waybill),
        fact('状态', 'State', MAIL_STATES[state]),
        fact('时间', 'Time', chinaTime(Date.parse(at) / 1000)),
      ]
    }
    case 'case.originals': {
      const { event, items, waybill, at } = as(kind)
      return [
        fact('交接', 'Hand-over', ORIGINAL_EVENTS[event]),
        fact('原件', 'Originals', { zh: `${items.length} 种`, en: `${items.length} in all` }),
        ...given(waybill, mailed),
        fact('时间', 'Time', chinaTime(Date.parse(at) / 1000)),
      ]
    }
    case 'case.purge': {
      const { bodies, materials: files, purgedAt } = as(kind)
      return [
        fact('清除内容', 'Deleted', {
          zh: `${bodies} 项内容、${files} 份材料`,
          en: `${bodies} bodies, ${files} materials`,
        }),
        fact('清除时间', 'Time', chinaTime(Date.parse(purgedAt) / 1000)),
      ]
    }
    default:
      return []
  }
}

/** The state in both languages, with the outcome once the case is closed. */
export function stateName({ state, outcome }: Pick<CaseState, 'state' | 'outcome'>): Bilingual {
  const named = { zh: STATES[state], en: state }
  if (outcome === null) return named
  return { zh: `${named.zh} · ${OUTCOME_NAMES[outcome].zh}`, en: `${named.en}, ${OUTCOME_NAMES[outcome].en}` }
}
