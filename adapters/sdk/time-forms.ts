/**
 * The forms in which approval systems write times: ISO 8601 and what is like it (one-digit months, slashes, dots, 年月日, 上午),
 * `yyyyMMddHHmmss`, `YYYYMMDDThhmmss` (GB/T 39046), milliseconds since the epoch, what Java and .NET print by default; days.
 */

/** China Standard Time, in which approval systems write times without an offset. */
const OFFSET = '+08:00'
const OFFSET_MS = 8 * 3_600_000

const ZONE = String.raw`\s?(?<zone>Z|[+-]\d{2}:?\d{2})?`
const HALF = String.raw`(?<half>上午|下午|[AP]M)`
const CLOCK = String.raw`(?<hour>\d{1,2})[:：](?<minute>\d{1,2})(?:[:：](?<second>\d{1,2}))?(?:\.\d{1,9})?`
const CHINESE_CLOCK = String.raw`(?<hour>\d{1,2})[时点](?:(?<minute>\d{1,2})分(?:(?<second>\d{1,2})秒)?)?`
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(?<name>${MONTHS.join('|')})`
const DAYS = [
  String.raw`(?<year>\d{4})(?<by>[-/.])(?<month>\d{1,2})\k<by>(?<day>\d{1,2})`,
  String.raw`(?<year>\d{4})年(?<month>\d{1,2})月(?<day>\d{1,2})日`,
]

const FORMS = [
  // 20261202, 202612020905, 20261202090500, 20261202T090500+0800; the day may also be 2026-12-02 or 2026/12/02.
  String.raw`(?<year>\d{4})(?<by>[-/]?)(?<month>\d{2})\k<by>(?<day>\d{2})(?:[T ]?(?<hour>\d{2}):?(?<minute>\d{2})(?::?(?<second>\d{2}))?(?:\.\d{1,9})?${ZONE})?`,
  ...DAYS.flatMap(day => [day, `${day}(?:T|[,\\s]+)(?:${HALF}\\s*)?${CLOCK}${ZONE}`]),
  ...DAYS.map(day => `${day}[,\\s]*(?:${HALF}\\s*)?${CHINESE_CLOCK}`),
  // 2026年12月2日9:05:00: the character ends the day.
  `${DAYS[1]}(?:${HALF}\\s*)?${CLOCK}${ZONE}`,
  // Dec 2, 2026, 9:05:00 AM: java.text.DateFormat, which Gson writes
  `${MONTH} (?<day>\\d{1,2}), (?<year>\\d{4})(?:,? ${CLOCK}(?:\\s${HALF})?)?`,
  // Wed Dec 02 09:05:00 CST 2026: java.util.Date
  `[A-Z][a-z]{2} ${MONTH} (?<day>\\d{2}) ${CLOCK} (?:CST|GMT\\+08:00) (?<year>\\d{4})`,
].map(form => new RegExp(`^${form}$`))

/** Milliseconds since the epoch (2001 to 2286): java.util.Date in JSON, and .NET's `/Date(…)/`. */
const EPOCH_MS = /^(?:\/Date\((?<net>\d{12,13})(?:[+-]\d{4})?\)\/|(?<ms>\d{13}))$/

/** A time as an ISO 8601 instant and as a day, both in China Standard Time; null when it is in no known form. */
export function readTime(text: string): { instant: string; day: string } | null {
  const trimmed = text.trim()
  const { net, ms } = EPOCH_MS.exec(trimmed)?.groups ?? {}
  const since = net ?? ms
  if (since !== undefined) return inChina(Number(since))
  for (const form of FORMS) {
    const { groups } = form.exec(trimmed) ?? {}
    if (groups !== undefined) return fromParts(groups)
  }
  return null
}

function fromParts(groups: Record<string, string | undefined>): { instant: string; day: string } | null {
  const { year, name, half, zone = OFFSET } = groups
  const month = name === undefined ? groups.month : String(MONTHS.indexOf(name) + 1)
  const hour = hourOf(Number(groups.hour ?? 0), half)
  const two = (part: string | number | undefined) => String(part ?? 0).padStart(2, '0')
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const local = `${year}-${two(month)}-${two(groups.day)}T${two(hour)}:${two(groups.minute)}:${two(groups.second)}`
  const at = Date.parse(`${local}${offset}`)
  // Date.parse takes 31 February for 3 March.
  if (Number.isNaN(at) || new Date(Date.parse(`${local}Z`)).toISOString().slice(0, 19) !== local) return null
  return inChina(at)
}

/** The hour of the day; 99, which is none, for an hour that no half of the day has. */
function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour
  const afternoon = half === '下午' || half === 'PM'
  // 下午14:05 is written too.
  if (hour === 12) return afternoon ? 12 : 0
  if (hour > 12) return afternoon && half === '下午' ? hour : 99
  return afternoon ? hour + 12 : hour
}

function inChina(at: number): { instant: string; day: string } {
  const china = new Date(at + OFFSET_MS).toISOString().slice(0, 19)
  return { instant: `${china}${OFFSET}`, day: china.slice(0, 10) }
}

/** `yyyyMMddHHmmss` of a time that was read. */
export const compactTime = (time: { instant: string }): string => time.instant.slice(0, 19).replaceAll(/[-:T]/g, '')
