/** Names of the fields of the steps, of what can be chosen in them, and where the node knows their values from. */
import {
  OUTCOME_NAMES,
  PROCEDURE_NAMES,
  SATISFACTION_NAMES,
  SETTLEMENT_NAMES,
} from '../../../../../../protocol/case/names.ts'
import type { StepKind } from './kinds.ts'

export type Pair = { zh: string; en: string }
const pair = (zh: string, en: string): Pair => ({ zh, en })

/** By name, wherever it stands; of one step by `kind.name` where it is called otherwise there. */
const FIELDS: Readonly<Record<string, Pair>> = {
  acceptanceNo: pair('受理通知书编号', 'Acceptance number'),
  acceptedBy: pair('接收人', 'Received by'),
  address: pair('地址', 'Address'),
  amount: pair('金额（元）', 'Amount (yuan)'),
  answerBy: pair('答复期限', 'Answer by'),
  approver: pair('批准人', 'Approved by'),
  at: pair('时间', 'Time'),
  attachments: pair('附件', 'Attachments'),
  basis: pair('法律依据', 'Legal basis'),
  by: pair('交付人', 'By'),
  'case.record-payment.by': pair('登记人', 'Noted by'),
  'case.result-received.by': pair('领取人', 'Received by'),
  carrier: pair('承运方', 'Carrier'),
  channel: pair('评价渠道', 'Channel'),
  code: pair('材料编码', 'Material code'),
  collectingClerk: pair('收件地人员', 'Clerk of the collecting city'),
  contents: pair('寄出内容', 'Contents'),
  copies: pair('份数', 'Copies'),
  deadline: pair('补正期限', 'To be supplied by'),
  decidedOn: pair('决定日期', 'Decided on'),
  documentNo: pair('文号', 'Document number'),
  documents: pair('文件', 'Documents'),
  'case.decide.documents': pair('决定文书', 'Decision as a file'),
  'case.send-result.documents': pair('结果文件', 'Result files'),
  event: pair('事件', 'Event'),
  'case.originals.event': pair('交接事项', 'Hand-over'),
  expectedUntil: pair('预计结束日期', 'Expected until'),
  field: pair('项目', 'Field'),
  fields: pair('更正的项目', 'Fields'),
  form: pair('须补正的申请表项目', 'Fields of the form'),
  'case.supplement.form': pair('补正后的申请表项目', 'Fields of the form'),
  from: pair('开始时间', 'From'),
  handlingClerk: pair('办理地人员', 'Clerk of the handling city'),
  id: pair('证照标识', 'Licence number'),
  items: pair('原件', 'Originals'),
  level: pair('满意度', 'Satisfaction'),
  licence: pair('电子证照', 'Electronic licence'),
  localCaseNo: pair('本地办件编号', 'Local case number'),
  materials: pair('材料', 'Materials'),
  'case.request-supplement.materials': pair('须补正的材料', 'Materials to be supplied'),
  'case.commit.materials': pair('容缺后补的材料', 'Materials to come later'),
  measure: pair('整改措施', 'Measure'),
  method: pair('送达方式', 'Method'),
  name: pair('名称', 'Name'),
  'case.request-payment.name': pair('收费项目', 'Fee'),
  no: pair('工号', 'Staff number'),
  note: pair('说明', 'Note'),
  notice: pair('告知内容（一次性告知全部补正事项）', 'Notice (everything that is missing, told once)'),
  number: pair('编号', 'Number'),
  'waybill.number': pair('运单号', 'Waybill'),
  'case.request-payment.number': pair('缴款单号', 'Payment number'),
  'case.supervise.number': pair('督办编号', 'Supervision number'),
  objection: pair('所依据的异议', 'Objection'),
  officer: pair('经办人', 'Officer'),
  opinion: pair('预审意见', 'Opinion'),
  outcome: pair('办理结果', 'Outcome'),
  'case.decide.outcome': pair('决定', 'Decision'),
  packet: pair('更正的步骤', 'Step to correct'),
  parcel: pair('邮件', 'Parcel'),
  payBy: pair('缴费期限', 'To be paid by'),
  payer: pair('邮费承担方', 'Paid by'),
  payment: pair('缴费通知', 'Payment notice'),
  phone: pair('电话', 'Phone'),
  place: pair('地点', 'Place'),
  postcode: pair('邮编', 'Postcode'),
  procedure: pair('特别程序', 'Special procedure'),
  promisedBy: pair('承诺办结日期', 'Promised by'),
  realName: pair('实名评价', 'Under the own name'),
  reason: pair('理由', 'Reason'),
  receiptNo: pair('票据号码', 'Receipt number'),
  receivedAt: pair('收到时间', 'Received at'),
  recipient: pair('收件人', 'Recipient'),
  reference: pair('核验记录存放处', 'Where the record is kept'),
  remedy: pair('救济途径', 'Remedy'),
  result: pair('结果', 'Result'),
  seal: pair('签章', 'Seal'),
  settledOn: pair('缴费日期', 'Settled on'),
  shippedOn: pair('寄出日期', 'Mailed on'),
  state: pair('邮寄状态', 'State'),
  statement: pair('更正内容', 'What is right'),
  step: pair('环节', 'Step'),
  subject: pair('核验内容', 'About'),
  target: pair('评价对象', 'About'),
  text: pair('内容', 'Text'),
  to: pair('结束时间', 'To'),
  'case.answer.to': pair('答复的事项', 'What it answers'),
  'case.originals.to': pair('接收人', 'Taken by'),
  type: pair('证照类型', 'Type'),
  until: pair('延长至', 'Until'),
  'case.commit.until': pair('补交期限', 'To be handed in by'),
  value: pair('更正为', 'Now says'),
  verdict: pair('复核结果', 'Verdict'),
  waybill: pair('运单', 'Waybill'),
}

/** Name of a field of a step; `path` leads to it, without numbers. */
export function fieldName(kind: StepKind, path: readonly string[]): Pair | undefined {
  const name = path.at(-1) ?? ''
  const within = path.at(-2)
  return (
    FIELDS[`${kind}.${path.join('.')}`] ??
    (within === undefined ? undefined : FIELDS[`${within}.${name}`]) ??
    FIELDS[name]
  )
}

const CITY_PAYS = {
  collecting: pair('收件地', 'collecting city'),
  handling: pair('办理地', 'handling city'),
  applicant: pair('申请人', 'applicant'),
}
const WHOSE = { window: pair('收件窗口', 'the window'), department: pair('办理部门', 'the department') }

/** What can be chosen, in words, by the name of the field. */
const CHOICES: Readonly<Record<string, Readonly<Record<string, Pair>>>> = {
  outcome: OUTCOME_NAMES,
  level: SATISFACTION_NAMES,
  procedure: PROCEDURE_NAMES,
  result: {
    ...SETTLEMENT_NAMES,
    verified: pair('一致', 'verified'),
    'not-verified': pair('不一致', 'not verified'),
  },
  method: {
    'e-licence': pair('电子证照', 'electronic licence'),
    file: pair('电子文件', 'file'),
    mail: pair('邮寄', 'mail'),
    pickup: pair('窗口领取', 'pick-up at the window'),
  },
  payer: CITY_PAYS,
  target: WHOSE,
  seal: { none: pair('无签章', 'none'), external: pair('外部签章（节点未验）', 'external, not verified here') },
  parcel: { originals: pair('原件', 'originals'), result: pair('结果', 'result') },
  state: {
    ordered: pair('已下单', 'ordered'),
    collected: pair('已揽收', 'collected'),
    'in-transit': pair('运输中', 'in transit'),
    delivered: pair('已签收', 'delivered'),
    returned: pair('已退回', 'returned'),
    lost: pair('已丢失', 'lost'),
    cancelled: pair('已取消', 'cancelled'),
  },
  subject: {
    identity: pair('身份', 'identity'),
    originals: pair('原件', 'originals'),
    site: pair('现场', 'site'),
    other: pair('其他', 'other'),
  },
  event: {
    taken: pair('收取', 'taken'),
    sent: pair('交寄对方城市', 'sent to the other city'),
    received: pair('收到', 'received'),
    returned: pair('退还申请人', 'given back'),
    kept: pair('留存归档', 'kept in the file'),
  },
  verdict: { upheld: pair('成立', 'upheld'), rejected: pair('不成立', 'rejected') },
  form: {
    original: pair('原件', 'original'),
    copy: pair('复印件', 'copy'),
    electronic: pair('电子', 'electronic'),
  },
}

export const choiceName = (field: string, value: string): Pair | undefined => CHOICES[field]?.[value]

const OWN = pair('本人信息', 'your account')
const TODAY = pair('今天', 'today')
const NOW = pair('现在', 'now')
const APPLICATION = pair('申请', 'the application')
const AGREEMENT = pair('合作协议', 'the agreement')
const CASE = pair('办件', 'the case')

/** Where the node knows a value from. */
const SOURCES: Readonly<Record<string, Pair>> = {
  acceptedBy: OWN,
  officer: OWN,
  'case.record-payment.by': OWN,
  collectingClerk: OWN,
  handlingClerk: OWN,
  decidedOn: TODAY,
  shippedOn: TODAY,
  settledOn: TODAY,
  at: NOW,
  receivedAt: NOW,
  from: NOW,
  to: NOW,
  'case.result-received.by': APPLICATION,
  recipient: APPLICATION,
  method: APPLICATION,
  contents: APPLICATION,
  payer: AGREEMENT,
  promisedBy: pair('事项承诺时限', 'the promise of the item'),
  until: pair('法定期限', 'the lawful limit'),
  waybill: pair('前一次寄递', 'the parcel before'),
  documents: pair('决定', 'the decision'),
}

/** Where the default of a field comes from: of the case, where nothing else is said. */
export const sourceOf = (kind: StepKind, name: string): Pair => SOURCES[`${kind}.${name}`] ?? SOURCES[name] ?? CASE
