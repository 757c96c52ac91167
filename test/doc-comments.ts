/**
 * Doc comments stand on lines of their own, above what they are about: beside a field the formatter moves them to the field
 * before, and editors then show them at nothing. Pure: it gets a source and gives line numbers back; `check.ts` prints.
 */

/** Code before a doc comment; what begins right behind a quote is text. */
const BEHIND_CODE = /^(?!\s*\/?\*).*[^\s'"`]\s*(?<!['"`])\/\*\*\s/
/** Code behind the end of a doc comment that began on this line or on one before. */
const BEFORE_CODE = /^\s*(?:\/\*\*|\*).*\*\/\s*\S/

/** Numbers of the lines, from 1, on which a doc comment stands beside code. */
export const docsBesideCode = (source: string): number[] =>
  source.split('\n').flatMap((line, index) => (BEHIND_CODE.test(line) || BEFORE_CODE.test(line) ? [index + 1] : []))
