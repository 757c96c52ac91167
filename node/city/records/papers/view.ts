/** What papers of a case are written from, and what several of them say in the same words. Pure. */
import type { CaseContent, CaseKind, CaseMaterial, Settlement } from '../../../../protocol/case/kinds.ts'
import type { Originals } from '../../../../protocol/case/originals.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { chineseDay } from '../../agreements/paper-articles.ts'
import type { Block } from './sheet.ts'

/** Last day of a limit; provisional (暂定) past the holiday tables. */
export type LastDay = { day: string; provisional: boolean }

/** What the papers are written from. Bodies are the newest of their kind; absent: not written yet, or purged. */
export type PaperView = {
  submit: CaseContent<'case.submit'>
  /** the applications of a joint case (多地联办, 一件事), the leading first, this one among them; none when it stands alone */
  joint: readonly { submit: CaseContent<'case.submit'>; handling: string }[]
  body: <K extends CaseKind>(kind: K) => { content: CaseContent<K>; day: string; issuer: string; packet: string } | null
  /** the corrections (更正) of that step, in their order; `statement` is what one says in words */
  corrected: (kind: CaseKind) => { day: string; issuer: string; statement: string | null }[]
  item: ServiceItem | null
  /** name and authority of a city by code */
  city: (code: string) => { name: string; authority: string }
  collecting: string
  handling: string
  /** whether the signature of the packet that decides was verified, now; null without one */
  decisionHolds: boolean | null
  localCaseNo: string | null
  /** what became of the fee that a packet asked for; null while it is open, or that was purged */
  settled: (packet: string) => Settlement | null
  /** what the applicant committed to hand in later, as it stands now; null without a commitment */
  committed: { missing: readonly string[] | null; until: string | null } | null
  /** originals of the applicant, and each hand-over of some */
  originals: Originals
  /** of the promised limit, when it is known */
  promised: LastDay | null
  /** SVG of the QR code of the progress page, and where it is; null when applicants have no pages */
  progress: { picture: string; url: string } | null
  /** today, YYYY-MM-DD in China */
  today: string
}

/** An ID number with its middle left out. */
export const maskNumber = (number: string): string =>
  number.length <= 8
    ? '*'.repeat(number.length)
    : `${number.slice(0, 4)}${'*'.repeat(number.length - 8)}${number.slice(-4)}`

export const lastDay = ({ day, provisional }: LastDay): string => `${chineseDay(day)}${provisional ? '（暂定）' : ''}`

const FORMS = { original: '原件', copy: '复印件', electronic: '电子' } as const

export const who = ({ submit }: PaperView): Block => ({
  rows: [
    ['申请人', submit.applicant.name],
    ['证件号码', maskNumber(submit.applicant.idNumber)],
    [submit.agent?.kind === 'assistant' ? '帮办人员' : '代办人', submit.agent?.name],
  ],
})

/** The name of a material as the item calls it; the authorisation of an agent as what it is, not as a file is called. */
function materialName({ submit, item }: PaperView, { code, sha256, name, purpose }: CaseMaterial): string {
  const listed = item?.materials.find(({ materialCode }) => materialCode === code)?.materialName
  const called = listed ?? (sha256 === submit.agent?.authorisation ? '授权委托书' : name)
  return purpose === undefined ? called : `${called}（用证事由：${purpose}）`
}

/** A material that is not there, by its code. */
export const nameOf = ({ item }: PaperView, code: string): string =>
  item?.materials.find(({ materialCode }) => materialCode === code)?.materialName ?? code

/** A row of a table of materials: number, name, form, pages. */
export const materialRow = (view: PaperView, material: CaseMaterial, at: number): string[] => [
  String(at + 1),
  materialName(view, material),
  material.form === undefined ? '电子' : FORMS[material.form],
  material.pages === undefined ? '' : `${material.pages} 页`,
]

export const what = (view: PaperView): Block => ({
  rows: [
    ['申请事项', view.submit.item.name],
    ['实施编码', view.submit.item.code],
    ['办件编号', view.submit.caseNo],
    ['办理地受理编号', view.localCaseNo],
  ],
})

/** Types of items (A.1) to which 行政许可法 applies, and that of services which are no administrative acts. */
const LICENCE = '01'
const PUBLIC_SERVICE = '20'

/** Type of the item (事项类型); by its code (GB/T 39554) where the item is not held any more. */
const typeOf = ({ item, submit }: PaperView): string | undefined =>
  item?.taskType ?? /^[0-9A-Z]{21}(\d\d)[0-9A-Z]{8}$/.exec(submit.item.code)?.[1]

/** By what an organ does something: 行政许可法 for licences alone, what is laid down for the item for all others. */
export const byLaw = (view: PaperView, article: string): string =>
  typeOf(view) === LICENCE ? `依照《中华人民共和国行政许可法》${article}的规定` : '按照本事项的规定'

/** What the item is laid down by, where no law is named for all items of its type. */
export const basis = (view: PaperView): (readonly [string, string | null])[] =>
  view.item === null || typeOf(view) === LICENCE ? [] : [['设定依据', basisOf(view.item)]]

const basisOf = ({ byLaw: text, legalBases = [] }: ServiceItem): string | null =>
  text ?? (legalBases.length === 0 ? null : legalBases.map(({ lawName }) => lawName).join('、'))

/**
 * 行政复议 60 days (复议法 §20), 行政诉讼 six months (诉讼法 §46), and where. A public service is no administrative act: it has what its item
 * names, else the way of complaints.
 */
export function remedies(view: PaperView): string {
  const { item, city, handling } = view
  if (typeOf(view) === PUBLIC_SERVICE && item?.reviewContact === undefined && item?.litigationContact === undefined)
    return `如有异议，可以向${city(handling).authority}提出${item?.superviseWay === undefined ? '' : `，或者拨打监督电话 ${item.superviseWay}`}。`
  const review = item?.reviewContact ?? `${city(handling).name}人民政府`
  const court = item?.litigationContact ?? '有管辖权的人民法院'
  return `如不服本决定，可以自收到之日起六十日内向${review}申请行政复议，或者自收到之日起六个月内依法向${court}提起行政诉讼。`
}

export const organOf = (view: PaperView, code: string, day: string | null): Block => ({
  organ: view.city(code).authority,
  day,
})
