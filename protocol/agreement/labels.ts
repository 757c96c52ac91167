/** How people read an agreement: the name of each field and of each code in it, Chinese and English. */
import { MODE_NAMES, type Mode } from '../case/kinds.ts'
import type { AgreedItem, AgreementDocument } from './document.ts'

export type Label = { zh: string; en: string }

type Term = Exclude<keyof AgreementDocument, 'v' | 'parties' | 'items'>
type ClockField = `clock.${keyof AgreementDocument['clock']}`
type RenewalField = `renewal.${keyof AgreementDocument['renewal']}`
export type TermField = Exclude<Term, 'clock' | 'renewal'> | ClockField | RenewalField

/** Every term, in the order in which the paper names them. */
export const TERM_LABELS = {
  title: { zh: '协议名称', en: 'title' },
  validFrom: { zh: '生效日期', en: 'valid from' },
  validTo: { zh: '有效期至', en: 'valid to' },
  'renewal.kind': { zh: '续签方式', en: 'renewal' },
  'renewal.noticeDays': { zh: '不续签的提前告知天数', en: 'days of notice against renewal' },
  'clock.forwardDays': { zh: '转办时限（工作日）', en: 'working days to forward' },
  'clock.mailDays': { zh: '寄出纸质材料时限（工作日）', en: 'working days to mail papers' },
  'clock.recheckDays': { zh: '复核时限（工作日）', en: 'working days to check again' },
  'clock.resultMailDays': { zh: '寄送结果时限（工作日）', en: 'working days to mail the result' },
  'clock.supplementNoticeDays': { zh: '一次性告知补正时限（工作日）', en: 'working days to tell what is missing' },
  'clock.supplementClockStart': { zh: '一次性告知补正时限起算', en: 'from when that limit counts' },
  'clock.objectionDays': { zh: '提出异议时限（工作日）', en: 'working days to object' },
  mailing: { zh: '申请材料寄递费用', en: 'who pays the mail of papers' },
  resultMailing: { zh: '办理结果寄递费用', en: 'who pays the mail of results' },
  originals: { zh: '材料原件保管', en: 'who keeps original papers' },
  archive: { zh: '案卷归档', en: 'who keeps the file' },
  purgeDays: { zh: '个人信息清除期限（办结后天数）', en: 'days after close until personal data are deleted' },
  evaluationDays: { zh: '差评核实时限（工作日）', en: 'working days to follow up a bad rating' },
  dispute: { zh: '争议解决', en: 'disputes' },
  attachments: { zh: '附件', en: 'attachments' },
  text: { zh: '其他约定', en: 'further clauses' },
} as const satisfies Record<TermField, Label>

export const ITEM_LABELS = {
  taskCode: { zh: '实施编码', en: 'code' },
  taskName: { zh: '事项名称', en: 'name' },
  handling: { zh: '办理地', en: 'handling city' },
  collecting: { zh: '收件地', en: 'collecting cities' },
  modes: { zh: '办理方式', en: 'modes' },
  promiseDays: { zh: '约定时限（工作日）', en: 'agreed limit, working days' },
  contacts: { zh: '联系人', en: 'contacts' },
  materialMapping: { zh: '材料对应', en: 'matching of materials' },
  difference: { zh: '材料差异', en: 'difference of materials' },
  sharedFields: { zh: '共享数据项', en: 'shared data fields' },
} as const satisfies Record<keyof AgreedItem, Label>

export const PARTY_LABELS = {
  code: { zh: '行政区划代码', en: 'division code' },
  name: { zh: '城市', en: 'city' },
  authority: { zh: '签署机构', en: 'organ that signs' },
  authorityCode: { zh: '统一社会信用代码', en: 'unified social credit code' },
} as const satisfies Record<keyof AgreementDocument['parties'][number], Label>

/** What the codes of the terms mean. */
export const CODE_LABELS = {
  payer: {
    collecting: { zh: '由收件地承担', en: 'the collecting city' },
    handling: { zh: '由办理地承担', en: 'the handling city' },
    applicant: { zh: '由申请人承担', en: 'the applicant' },
  },
  keeper: {
    collecting: { zh: '由收件地保管', en: 'the collecting city' },
    handling: { zh: '由办理地保管', en: 'the handling city' },
    applicant: { zh: '核验后退还申请人', en: 'the applicant' },
  },
  renewal: {
    none: { zh: '期满终止，续签须另行签署', en: 'ends; a new one is signed' },
    auto: { zh: '期满未提出异议的自动续期', en: 'goes on unless a party gives notice' },
    letters: { zh: '期满前以换文方式续期', en: 'by exchange of letters' },
  },
  supplementClockStart: {
    arrival: { zh: '自材料到达办理地之日起', en: 'from the arrival at the handling city' },
    receipt: { zh: '自收件地收件之日起', en: 'from the receipt at the collecting city' },
  },
} as const

const CODES: Readonly<Record<string, Readonly<Record<string, Label>>>> = {
  mailing: CODE_LABELS.payer,
  resultMailing: CODE_LABELS.payer,
  originals: CODE_LABELS.keeper,
  archive: CODE_LABELS.keeper,
  'renewal.kind': CODE_LABELS.renewal,
  'clock.supplementClockStart': CODE_LABELS.supplementClockStart,
}

const NONE: Label = { zh: '无', en: 'none' }

/** A value of a field as a person reads it; `cities` gives names of parties by division code. */
export function valueLabel(field: string, value: unknown, cities: ReadonlyMap<string, string> = new Map()): Label {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return NONE
  const code = CODES[field]?.[String(value)]
  if (code !== undefined) return code
  if (Array.isArray(value)) {
    const parts = value.map(entry => entryLabel(field, entry, cities))
    return { zh: parts.map(part => part.zh).join('、'), en: parts.map(part => part.en).join(', ') }
  }
  return entryLabel(field, value, cities)
}

function entryLabel(field: string, entry: unknown, cities: ReadonlyMap<string, string>): Label {
  if (field === 'modes') return MODE_NAMES[entry as Mode]
  if (field === 'collecting' || field === 'handling') return same(cities.get(String(entry)) ?? String(entry))
  if (typeof entry !== 'object' || entry === null) return same(String(entry))
  const { name, role, phone, collecting, handling, note } = entry as Readonly<Record<string, unknown>>
  if (collecting !== undefined && handling !== undefined)
    return same(`${collecting} → ${handling}${note === undefined ? '' : `（${note}）`}`)
  return same([role, name, phone].filter(part => part !== undefined).join(' '))
}

const same = (text: string): Label => ({ zh: text, en: text })
