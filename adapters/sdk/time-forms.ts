/** The forms in which approval systems write times: ISO 8601, `yyyyMMddHHmmss`, `YYYYMMDDThhmmss` (GB/T 39046), days. */

/** China Standard Time, in which approval systems write times without an offset. */
const OFFSET = '+08:00'
const OFFSET_MS = 8 * 3_600_000

const FORM =
  /^(\d{4})([-/]?)(\d{2})\2(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?)?$/

/** A time as an ISO 8601 instant and as a day, both in China Standard Time; null when it is in no known form. */
export function readTime(text: string): { instant: string; day: string } | null {
  const match = FORM.exec(text.trim())
  if (match === null) return null
  const [, year, , month, day, hour = '00', minute = '00', second = '00', zone = OFFSET] = match
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const at = Date.parse(`${local}${offset}`)
  // Date.parse takes 31 February for 3 March.
  if (Number.isNaN(at) || new Date(Date.parse(`${local}Z`)).toISOString().slice(0, 19) !== local) return null
  const china = new Date(at + OFFSET_MS).toISOString().slice(0, 19)
  return { instant: `${china}${OFFSET}`, day: china.slice(0, 10) }
}

/** `yyyyMMddHHmmss` of a time that was read. */
export const compactTime = (time: { instant: string }): string => time.instant.slice(0, 19).replaceAll(/[-:T]/g, '')
