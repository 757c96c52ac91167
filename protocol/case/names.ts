/** Names of what happens in a case (办件用语): its steps, states, outcomes, special procedures and fees, as law and papers call them. Pure data. */
import type { CaseKind, Outcome, Settlement, SPECIAL_PROCEDURES } from './kinds.ts'
import { STATES, type State } from './table.ts'

type Bilingual = { zh: string; en: string }

export const TITLES = {
  'case.submit': { zh: '转办申请', en: 'Application forwarded' },
  'case.supplement': { zh: '提交补正材料', en: 'Missing materials supplied' },
  'case.commit': { zh: '容缺承诺', en: 'Materials promised for later' },
  'case.hand-in': { zh: '补交容缺材料', en: 'Promised materials handed in' },
  'case.ship': { zh: '寄出原件', en: 'Originals mailed' },
  'case.withdraw': { zh: '申请撤回', en: 'Withdrawal requested' },
  'case.remind': { zh: '催办', en: 'Reminder' },
  'case.result-received': { zh: '确认收到结果', en: 'Result received' },
  'case.evaluate': { zh: '好差评', en: 'Evaluation by the applicant' },
  'case.message': { zh: '留言', en: 'Message' },
  'case.arrived': { zh: '已到达审批系统', en: 'Arrived in the approval system' },
  'case.precheck': { zh: '预审通过', en: 'Pre-check passed' },
  'case.request-supplement': { zh: '一次性告知补正', en: 'Notice of everything that is missing' },
  'case.accept': { zh: '受理', en: 'Accepted' },
  'case.refuse': { zh: '不予受理', en: 'Not accepted' },
  'case.request-payment': { zh: '通知缴费', en: 'Fee to be paid' },
  'case.record-payment': { zh: '缴费登记', en: 'Fee noted as settled' },
  'case.progress': { zh: '办理环节', en: 'Progress' },
  'case.pause': { zh: '进入特别程序', en: 'Paused for a special procedure' },
  'case.resume': { zh: '特别程序结束', en: 'Special procedure ended' },
  'case.extend': { zh: '延长办理期限', en: 'Time limit extended' },
  'case.decide': { zh: '作出决定', en: 'Decided' },
  'case.send-result': { zh: '送达结果', en: 'Result sent' },
  'case.close': { zh: '办结', en: 'Closed' },
  'case.answer-evaluation': { zh: '回复评价', en: 'Evaluation answered' },
  'case.object': { zh: '提出异议', en: 'Objection' },
  'case.correct': { zh: '更正', en: 'Correction' },
  'case.revoke': { zh: '撤销决定', en: 'Decision revoked' },
  'case.appeal-evaluation': { zh: '评价申诉', en: 'Appeal against an evaluation' },
  'case.supervise': { zh: '督办', en: 'Supervision' },
  'case.answer': { zh: '答复', en: 'Answer' },
  'case.verify-remote': { zh: '远程核验', en: 'Verified remotely' },
  'case.mail': { zh: '邮寄动态', en: 'Mail' },
  'case.originals': { zh: '原件交接', en: 'Originals handed over' },
  'case.purge': { zh: '清除个人信息', en: 'Personal data deleted' },
} as const satisfies Record<CaseKind, Bilingual>

/** 好差评 levels (满意度, GB/T 39046 A.8), the best one first. */
export const SATISFACTION_NAMES = {
  1: { zh: '非常满意', en: 'very satisfied' },
  2: { zh: '满意', en: 'satisfied' },
  3: { zh: '基本满意', en: 'fairly satisfied' },
  4: { zh: '不满意', en: 'dissatisfied' },
  5: { zh: '非常不满意', en: 'very dissatisfied' },
} as const satisfies Record<number, Bilingual>

export const OUTCOME_NAMES = {
  granted: { zh: '准予', en: 'granted' },
  denied: { zh: '不予', en: 'denied' },
  forwarded: { zh: '转报', en: 'forwarded to a higher authority' },
  withdrawn: { zh: '撤回', en: 'withdrawn' },
  returned: { zh: '退件', en: 'returned' },
  void: { zh: '作废', en: 'void' },
  lapsed: { zh: '补正逾期', en: 'lapsed, nothing was supplied in time' },
} as const satisfies Record<Outcome, Bilingual>

export const PROCEDURE_NAMES = {
  hearing: { zh: '听证', en: 'hearing' },
  inspection: { zh: '检验', en: 'inspection' },
  testing: { zh: '检测', en: 'testing' },
  quarantine: { zh: '检疫', en: 'quarantine' },
  appraisal: { zh: '鉴定', en: 'appraisal' },
  'expert-review': { zh: '专家评审', en: 'expert review' },
  'site-survey': { zh: '现场核查', en: 'site survey' },
  publicity: { zh: '公示', en: 'publicity' },
} as const satisfies Record<(typeof SPECIAL_PROCEDURES)[number], Bilingual>

export const SETTLEMENT_NAMES = {
  paid: { zh: '已缴', en: 'paid' },
  waived: { zh: '减免', en: 'waived' },
  cancelled: { zh: '撤销', en: 'cancelled' },
} as const satisfies Record<Settlement, Bilingual>

export const STATE_NAMES = {
  submitted: { zh: STATES.submitted, en: 'forwarded' },
  arrived: { zh: STATES.arrived, en: 'arrived' },
  prechecked: { zh: STATES.prechecked, en: 'pre-check passed' },
  supplementing: { zh: STATES.supplementing, en: 'materials missing' },
  accepted: { zh: STATES.accepted, en: 'accepted' },
  paused: { zh: STATES.paused, en: 'special procedure' },
  decided: { zh: STATES.decided, en: 'decided' },
  sending: { zh: STATES.sending, en: 'result on its way' },
  closed: { zh: STATES.closed, en: 'closed' },
  refused: { zh: STATES.refused, en: 'not accepted' },
} as const satisfies Record<State, Bilingual>
