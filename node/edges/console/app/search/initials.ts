/** Initials of names in pinyin (拼音首字母): loaded when somebody looks for letters. */
import { pinyin } from 'pinyin-pro'

/** `住房公积金` → `zfgjj`; letters and digits stay, everything else is left out. */
export const initialsOf = (name: string): string =>
  pinyin(name, { pattern: 'first', toneType: 'none', type: 'array' })
    .join('')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
