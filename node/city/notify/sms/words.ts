/**
 * What applicants are told by SMS (短信内容): which steps of a case are told, and in which words. A message holds the case number, the item,
 * the city and where to ask, and nothing of what was applied for or decided. Pure.
 */
import type { SmsParameters } from '../../../../adapters/sdk/sms.ts'
import { DUTIES, type Duty } from '../../../../protocol/case/deadlines.ts'
import type { CaseContent, CaseKind } from '../../../../protocol/case/kinds.ts'

export const SMS_KINDS = {
  supplement: '需要补正',
  refused: '不予受理',
  decided: '已作决定',
  result: '结果可取',
  missed: '超过期限',
} as const satisfies Record<string, string>
export type SmsKind = keyof typeof SMS_KINDS
export const SMS_KIND_NAMES = Object.keys(SMS_KINDS) as [SmsKind, ...SmsKind[]]

export const SMS_WORD_LIMITS = {
  /** characters of the name of an item; gateways refuse longer ones */
  item: 40,
  /** characters of a whole message, of which gateways make several at one price each */
  text: 300,
} as const

/** The packet kinds that may be told. */
export const TOLD_KINDS = [
  'case.request-supplement',
  'case.refuse',
  'case.decide',
  'case.send-result',
  'case.mail',
] as const satisfies readonly CaseKind[]
type ToldKind = (typeof TOLD_KINDS)[number]

/** Duties whose last day an applicant waits for; the others are between cities. */
export const MISSED_DUTIES: readonly Duty[] = [
  'recheck',
  'notice',
  'supplement',
  'commitment',
  'payment',
  'review',
  'promise',
  'legal',
  'deliver',
  'result-mail',
]

const RESULT_WAYS = {
  'e-licence': '电子证照已签发',
  file: '结果文件已送达窗口',
  mail: '结果已寄出',
  pickup: '请凭证件领取结果',
} as const

const chineseDay = (day: string): string => `${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`

/** Whether a result is mailed to the window that took the case, where the applicant picks it up. */
const comesHere = (delivery: CaseContent<'case.submit'>['delivery']): boolean => delivery?.method === 'collecting'

/** What a packet tells an applicant, or null. `delivery`: how the result was asked for. */
export function toldOf(
  kind: string,
  body: unknown,
  delivery: CaseContent<'case.submit'>['delivery'],
): { kind: SmsKind; words: string } | null {
  switch (kind as ToldKind) {
    case 'case.request-supplement': {
      const { deadline } = body as CaseContent<'case.request-supplement'>
      return { kind: 'supplement', words: deadline === undefined ? '请尽快补正' : `请于${chineseDay(deadline)}前补正` }
    }
    case 'case.refuse':
      return { kind: 'refused', words: '请到窗口领取通知书' }
    case 'case.decide':
      return { kind: 'decided', words: '请向收件窗口查询结果' }
    case 'case.send-result': {
      const { method } = body as CaseContent<'case.send-result'>
      // It is here when the carrier says so.
      if (method === 'mail' && comesHere(delivery)) return null
      return { kind: 'result', words: RESULT_WAYS[method] }
    }
    case 'case.mail': {
      const { parcel, state } = body as CaseContent<'case.mail'>
      const here = parcel === 'result' && state === 'delivered' && comesHere(delivery)
      return here ? { kind: 'result', words: '结果已到窗口，请凭证件领取' } : null
    }
    default:
      return null
  }
}

/** What a day that was missed tells. */
export const missedWords = (duty: Duty, day: string): string => `“${DUTIES[duty]}”未在${chineseDay(day)}前完成`

const short = (text: string, most: number): string => {
  const characters = [...text.replaceAll(/\s+/g, ' ')]
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}

export type SmsFacts = { caseNo: string; item: string; city: string; contact: string; words: string }

/** The parameters of a message and its whole text, both within their limits. */
export function wordsOf(
  kind: SmsKind,
  { caseNo, item, city, contact, words }: SmsFacts,
): { parameters: SmsParameters; text: string } {
  const parameters: SmsParameters = { number: caseNo, item: short(item, SMS_WORD_LIMITS.item), city, contact, words }
  const said = `您在${city}申办的“${parameters.item}”（办件编号${caseNo}）${SMS_KINDS[kind]}，${words}。咨询：${contact}`
  return { parameters, text: short(said, SMS_WORD_LIMITS.text) }
}
