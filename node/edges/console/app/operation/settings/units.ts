/** Settings as people read them: in groups, each value with its unit. */

/** A setting whose name ends so is a number of these. */
const UNITS = {
  Minutes: { zh: '分钟', en: 'minutes' },
  Hours: { zh: '小时', en: 'hours' },
  Days: { zh: '天', en: 'days' },
  Seconds: { zh: '秒', en: 'seconds' },
  GB: { zh: 'GB', en: 'GB' },
  MB: { zh: 'MB', en: 'MB' },
  Length: { zh: '个字符', en: 'characters' },
} as const

/** The unit of a setting by its name; null: it has none. */
export function unitOf(key: string): { zh: string; en: string } | null {
  const end = Object.keys(UNITS).find(name => key.endsWith(name))
  return end === undefined ? null : UNITS[end as keyof typeof UNITS]
}

/** A value as one would write it in the file, texts without their quotes; empty: none is set. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(valueText).join(', ')
  return JSON.stringify(value)
}

/** Those that hold `text` in their name or meaning, in either language. */
export function settingsWith<S extends { key: string; zh: string; en: string }>(
  settings: readonly S[],
  text: string,
): S[] {
  const wanted = text.trim().toLowerCase()
  return settings.filter(({ key, zh, en }) => [key, zh, en].some(part => part.toLowerCase().includes(wanted)))
}
