/** What runs of a case and why (时限): the duties by name, and where law or agreement says so. */
import type { Duty } from '../../../../../protocol/case/deadlines.ts'
import type { AnswerOf } from '../query.ts'

export type Detail = AnswerOf<'getCase'>
export type Limit = Detail['deadlines'][number]
type Pair = { zh: string; en: string }

const AGREED = { zh: '合作协议约定', en: 'the agreement' }
/** Of other items than licences no law names the limit for all of them. */
const LAID_DOWN = { zh: '按照本事项的规定', en: 'as the item is laid down' }

/** What a limit rests on: an article of 行政许可法 for licences alone. */
type Basis = Pair | { article: number; zh: string }

/** Name of each duty, and what it rests on. */
export const DUTY_WORDS: { readonly [D in Duty]: { name: Pair; basis: Basis } } = {
  forward: { name: { zh: '转办', en: 'forward it' }, basis: AGREED },
  mail: { name: { zh: '寄出原件', en: 'mail the originals' }, basis: AGREED },
  recheck: { name: { zh: '复核', en: 'check what arrived' }, basis: AGREED },
  notice: { name: { zh: '一次性告知补正', en: 'tell what is missing' }, basis: { article: 32, zh: '三十二' } },
  supplement: { name: { zh: '补正', en: 'supply what is missing' }, basis: { zh: '补正告知书载明', en: 'the notice' } },
  commitment: {
    name: { zh: '容缺补交', en: 'hand in what was promised' },
    basis: { zh: '容缺承诺书载明', en: 'the commitment' },
  },
  lapse: { name: { zh: '容缺逾期处理', en: 'see to the promise that was missed' }, basis: AGREED },
  payment: { name: { zh: '缴费', en: 'pay' }, basis: { zh: '缴费通知书载明', en: 'the payment notice' } },
  review: { name: { zh: '补正审核', en: 'check what was supplied' }, basis: { article: 32, zh: '三十二' } },
  promise: {
    name: { zh: '承诺办结', en: 'decide as promised' },
    basis: { zh: '事项清单承诺时限', en: 'the promise of the item' },
  },
  legal: { name: { zh: '法定办结', en: 'decide by law' }, basis: { article: 42, zh: '四十二' } },
  deliver: { name: { zh: '颁发送达', en: 'hand out the decision' }, basis: { article: 44, zh: '四十四' } },
  'result-mail': { name: { zh: '寄送结果', en: 'send the result' }, basis: AGREED },
  objection: { name: { zh: '异议期', en: 'object' }, basis: AGREED },
  'objection-answer': { name: { zh: '异议答复', en: 'answer the objection' }, basis: AGREED },
  'follow-up': { name: { zh: '差评整改', en: 'follow up the bad rating' }, basis: AGREED },
  answer: {
    name: { zh: '督办答复', en: 'answer the supervision' },
    basis: { zh: '督办通知载明', en: 'the supervision' },
  },
}

/** What stops a limit of a special procedure (特别程序). */
export const PROCEDURE_BASIS: Basis = { article: 45, zh: '四十五' }
/** What takes a case as accepted of which nobody told in time what is missing. */
export const DEEMED_BASIS: Basis = { article: 32, zh: '三十二' }

/** The basis in words, of a licence (事项类型 01) or of another item. */
export function basisText(basis: Basis, taskType: string | undefined): Pair {
  if (!('article' in basis)) return basis
  if (taskType !== LICENCE) return LAID_DOWN
  return { zh: `行政许可法第${basis.zh}条`, en: `Administrative Licensing Law, art. ${basis.article}` }
}

const LICENCE = '01'

/** Type of an item (事项类型): as its list says, else as its code of 31 characters has it. */
export const taskTypeOf = (code: string, item: { taskType: string } | undefined): string | undefined =>
  item?.taskType ?? /^[0-9A-Z]{21}(\d\d)[0-9A-Z]{8}$/.exec(code)?.[1]

/** The limit that runs now and ends first; one that stands still when none runs; null when nothing is due. */
export function runningLimit(limits: readonly Limit[]): Limit | null {
  const open = limits.filter(limit => limit.done === null)
  const running = open.filter(limit => limit.due !== null)
  const first = running.toSorted((a, b) => (a.due ?? '').localeCompare(b.due ?? ''))[0]
  return first ?? open[0] ?? null
}

/** Whether originals are waited for, or a special procedure runs, when a limit stands still. */
export const stopOf = ({ state }: Pick<Detail, 'state'>): 'procedure' | 'originals' =>
  state === 'paused' ? 'procedure' : 'originals'
