/** Checks in the order in which one sees to them, and by names that people read. */
import type { Check } from '../../../client/api.generated.ts'
import { instantText } from '../time.ts'
import type { Language } from '../words.ts'

const ORDER = { fail: 0, warn: 1, skip: 2, ok: 3 } as const

/** What failed first, then what wants to be seen to; what is well apart. */
export function urgentFirst(checks: readonly Check[]): { wanting: Check[]; well: Check[] } {
  const sorted = checks.toSorted((a, b) => ORDER[a.level] - ORDER[b.level])
  return {
    wanting: sorted.filter(({ level }) => level === 'fail' || level === 'warn'),
    well: sorted.filter(({ level }) => level === 'ok' || level === 'skip'),
  }
}

/** Reminders among the checks are named by their kind and an id, which tells nobody anything; a kind by its first word. */
const REMINDERS: Readonly<Record<string, { zh: string; en: string }>> = {
  administrators: { zh: '三员分立', en: 'administrators apart' },
  agreement: { zh: '合作协议', en: 'agreement' },
  calendar: { zh: '节假日历', en: 'calendar' },
  certificate: { zh: '证书', en: 'certificate' },
  delegation: { zh: '密钥委托', en: 'delegation of keys' },
  directory: { zh: '联盟目录', en: 'directory' },
  link: { zh: '与合作城市的连接', en: 'link to a partner' },
  materials: { zh: '材料', en: 'materials' },
  originals: { zh: '原件', en: 'originals' },
  parcels: { zh: '寄递', en: 'parcels' },
  purge: { zh: '个人信息清除', en: 'purge of personal data' },
  sms: { zh: '短信', en: 'SMS' },
  space: { zh: '空间', en: 'room' },
  upkeep: { zh: '例行工作', en: 'regular work' },
}
const OTHER = { zh: '提醒', en: 'reminder' } as const

/** The name of a check is `validity 证书有效期`: one half for each language, what comes after both belongs to both. */
export function splitName(check: string): { zh: string; en: string } {
  const at = check.search(/\p{Script=Han}/u)
  if (at > 0) {
    const [name = '', ...rest] = check.slice(at).split(' ')
    const more = rest.length === 0 ? '' : ` ${rest.join(' ')}`
    const en = check.slice(0, at).trim()
    // A city is named in its own language in both.
    return { zh: `${name}${more}`, en: en === 'partner' ? `${en} ${name}${more}` : `${en}${more}` }
  }
  const [kind = '', subject = ''] = check.split(' ')
  const { zh, en } = REMINDERS[kind.split('-')[0] ?? ''] ?? OTHER
  const of = /^\d{6}$/.test(subject) ? ` ${subject}` : ''
  return { zh: `${zh}${of}`, en: `${en}${of}` }
}

/** A text of the node with its instants as people read them. */
export const withTimes = (text: string, language: Language, now = Date.now()): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, instant => instantText(instant, language, now))
