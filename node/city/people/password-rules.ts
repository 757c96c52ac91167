/** What a password must be (口令规则), as the settings of the city say. Pure: a page may say it while somebody types. */
import type { FieldCode } from '../../../protocol/field-codes.ts'
import type { FieldProblem } from '../../../protocol/problem.ts'

export type PasswordRules = {
  /** characters at least */
  minLength: number
  /** of the four */
  classes: number
}

/** Longest password, characters. */
export const PASSWORD_CHARACTERS = 128
/** A name shorter than this, in characters, is part of many passwords by chance. */
const NAME_CHARACTERS = 3

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u]

const plain = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Every rule that the password breaks, in both languages; none when it keeps them. `names`: of whom it is for. */
export function passwordFaults(password: string, names: readonly string[], rules: PasswordRules): FieldProblem[] {
  const typed = password.normalize('NFKC')
  const length = [...typed].length
  const classes = CLASSES.filter(pattern => pattern.test(typed)).length
  const faults: [broken: boolean, code: FieldCode, reason: string, reasonZh: string][] = [
    [length < rules.minLength, 'too-small', `at least ${rules.minLength} characters`, `至少 ${rules.minLength} 个字符`],
    [
      length > PASSWORD_CHARACTERS,
      'too-large',
      `at most ${PASSWORD_CHARACTERS} characters`,
      `至多 ${PASSWORD_CHARACTERS} 个字符`,
    ],
    [
      classes < rules.classes,
      'password-classes',
      `characters of at least ${rules.classes} classes: small letters, capitals, digits, others`,
      `小写字母、大写字母、数字、其他字符中至少 ${rules.classes} 类`,
    ],
    [
      names.some(name => holds(typed, name)),
      'password-name',
      'must not hold the name or the account',
      '不得包含姓名或账号',
    ],
  ]
  return faults.filter(([broken]) => broken).map(([, code, reason, reasonZh]) => passwordFault(code, reason, reasonZh))
}

export const passwordFault = (code: FieldCode, reason: string, reasonZh: string): FieldProblem => ({
  field: 'password',
  code,
  level: 'error',
  cure: 'caller',
  reason,
  reasonZh,
})

/** Forwards or backwards: 李雷, admin, nimda. */
function holds(password: string, name: string): boolean {
  const text = plain(password)
  const word = plain(name).trim()
  if (word === '') return false
  // Two Chinese characters are a whole name; two letters are nobody's.
  const short = [...word].length < NAME_CHARACTERS && !/\p{sc=Han}/u.test(word)
  return short ? text === word : text.includes(word) || text.includes([...word].reverse().join(''))
}
