/** What the adapter says that its mapping lacks, taken apart: `dictionaries.mode: mode 2`. */
export type Lack =
  | { is: 'item'; dictionary: string; code: string }
  | { is: 'mode'; dictionary: string; mode: string }
  | { is: 'form'; dictionary: string; field: string; code: string }
  | { is: 'other'; text: string }

export function lackOf(text: string): Lack {
  const [, dictionary, what] = /^dictionaries\.([^:]+): (.+)$/s.exec(text) ?? []
  if (dictionary === undefined || what === undefined) return { is: 'other', text }
  const [, mode] = /^mode (\d)$/.exec(what) ?? []
  if (mode !== undefined) return { is: 'mode', dictionary, mode }
  const [, field, code] = /^form\.(\S+) (.+)$/s.exec(what) ?? []
  if (field !== undefined && code !== undefined) return { is: 'form', dictionary, field, code }
  return { is: 'item', dictionary, code: what }
}
