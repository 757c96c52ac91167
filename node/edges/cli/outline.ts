/** What a document says, as an indented outline for people: a line for each value, its name in both languages. `--json` tells it whole. */
import { china } from './output.ts'

/** Names of fields of agreements and of case steps, as forms in China call them. Others are shown as they are. */
const NAMES: Readonly<Record<string, string>> = {
  title: '名称',
  state: '状态',
  partner: '合作城市',
  proposer: '发起城市',
  parties: '各方',
  authority: '机关',
  authorityCode: '统一社会信用代码',
  validFrom: '生效日',
  validTo: '截止日',
  endsOn: '收件截止日',
  updatedAt: '更新时间',
  items: '事项',
  taskCode: '实施编码',
  taskName: '事项名称',
  handling: '办理地',
  collecting: '收件地',
  modes: '办理方式',
  promiseDays: '承诺时限（工作日）',
  contacts: '联系人',
  role: '职责',
  clock: '时限',
  signatures: '签署',
  fingerprint: '指纹',
  pendingBy: '待签城市',
  terminatedOn: '终止日',
  expired: '已到期',
  thread: '业务线程',
  id: '标识',
  root: '文本标识',
  caseNo: '办件编号',
  localCaseNo: '办理地编号',
  item: '事项',
  code: '编码',
  name: '名称',
  version: '版本',
  mode: '办理方式',
  promiseDay: '承诺时限',
  anticipateDay: '法定时限',
  applicant: '申请人',
  agent: '代办人',
  type: '类型',
  idType: '证件类型',
  idNumber: '证件号码',
  phone: '电话',
  form: '表单',
  materials: '材料',
  pages: '页数',
  receivedAt: '时间',
  window: '窗口',
  clerk: '经办人',
  no: '工号',
  consent: '告知同意',
  text: '内容',
  acceptedAt: '同意时间',
  purpose: '用证事由',
  delivery: '送达',
  method: '方式',
  recipient: '收件人',
  address: '地址',
  postcode: '邮编',
  note: '备注',
  waybill: '运单',
  carrier: '承运商',
  number: '编号',
  contents: '内件',
  shippedOn: '寄出日',
  payer: '付费方',
  reason: '理由',
  basis: '依据',
  remedy: '救济途径',
  by: '签收人',
  target: '对象',
  level: '满意度',
  channel: '渠道',
  realName: '实名',
  attachments: '附件',
  opinion: '意见',
  notice: '告知内容',
  deadline: '期限',
  field: '字段',
  fields: '字段',
  value: '内容',
  acceptanceNo: '受理编号',
  promisedBy: '承诺日',
  step: '环节',
  event: '事件',
  officer: '承办人',
  procedure: '特别程序',
  expectedUntil: '预计至',
  result: '结果',
  until: '延至',
  approver: '批准人',
  outcome: '结论',
  documentNo: '文号',
  decidedOn: '决定日',
  documents: '文件',
  licence: '证照',
  seal: '签章',
  measure: '整改措施',
  answerBy: '答复期限',
  to: '对应',
  from: '起',
  subject: '内容',
  reference: '存档',
  parcel: '邮件',
  at: '时间',
  place: '地点',
  copies: '份数',
  packet: '数据包',
  statement: '更正内容',
  objection: '异议',
  cause: '原因',
  purgedAt: '清除时间',
  city: '城市',
}

const isWhole = (value: unknown): boolean => value === null || typeof value !== 'object'

const nameOf = (key: string): string => {
  const name = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined
  return name === undefined ? key : `${key} ${name}`
}

/** One value on one line; null when it has parts. */
function lineOf(value: unknown): string | null {
  if (value === null) return '—'
  if (typeof value === 'boolean') return value ? 'yes 是' : 'no 否'
  if (Array.isArray(value)) return value.every(isWhole) ? value.map(entry => lineOf(entry)).join(', ') || '—' : null
  return typeof value === 'object' ? null : china(String(value))
}

function linesOf(value: object, indent: string): string[] {
  const lines: string[] = []
  const entries: [name: string, value: unknown][] = Array.isArray(value)
    ? value.map((entry, at) => [`${at + 1}.`, entry])
    : Object.entries(value).map(([key, entry]) => [`${nameOf(key)}:`, entry])
  for (const [name, entry] of entries) {
    if (entry === undefined) continue
    const line = lineOf(entry)
    if (line === null) lines.push(`${indent}${name}`, ...linesOf(entry as object, `${indent}  `))
    // A text of several lines keeps them, below its name.
    else if (line.includes('\n')) lines.push(`${indent}${name}`, ...line.split('\n').map(part => `${indent}  ${part}`))
    else lines.push(`${indent}${name} ${line}`)
  }
  return lines
}

/** `leftOut`: fields that are for programs, such as the salt of a body. */
export function outline(value: object, leftOut: readonly string[] = []): string {
  const shown = Object.fromEntries(Object.entries(value).filter(([key]) => !leftOut.includes(key)))
  return linesOf(shown, '').join('\n')
}
