/** Texts of one JSON object in other spellings: those that read as it, and those that nobody may take (SPEC.md §1). For vectors and for both verifiers. */
import { LIMITS } from '../../protocol/limits.ts'
import { encodeUtf8 } from '../../protocol/primitives.ts'

export type Spelling = { name: string; description: string; bytes: Uint8Array<ArrayBuffer>; reads: boolean }

/** `text` as JSON.stringify writes an object; `number` is one of its own members that is an integer, `letters` one that is free text. */
export function spellings(text: string, members: { number: string; letters?: string }): Spelling[] {
  const object = JSON.parse(text) as Record<string, unknown>
  const made: Spelling[] = []
  const add = (reads: boolean, name: string, description: string, changed: string | Uint8Array<ArrayBuffer>) => {
    const bytes = typeof changed === 'string' ? encodeUtf8(changed) : changed
    if (typeof changed === 'string' && changed === text) throw new Error(`${name} changes nothing`)
    made.push({ name, description, bytes, reads })
  }
  const valid = add.bind(null, true)
  const invalid = add.bind(null, false)

  const value = Number(object[members.number])
  const own = `"${members.number}":${value}`
  if (text.split(own).length !== 2) throw new Error(`${own} stands not once`)
  const put = (other: string) => text.replace(own, other)
  const number = (spelt: string) => put(`"${members.number}":${spelt}`)
  const escaped = `"\\u${members.number.charCodeAt(0).toString(16).padStart(4, '0')}${members.number.slice(1)}"`

  valid('white-space', 'With white space and line breaks between its parts', JSON.stringify(object, null, 2))
  valid(
    'another-order',
    'Its members in another order',
    JSON.stringify(Object.fromEntries(Object.entries(object).toReversed())),
  )
  valid('escaped-name', 'The name of a member by an escape', put(`${escaped}:${value}`))

  const power = String(value).length - 1
  invalid('number-with-fraction', 'A whole number with a fraction of 0', number(`${value}.0`))
  invalid('number-nearly-whole', 'A number that is whole only as a double', number(`${value}.${'0'.repeat(20)}1`))
  invalid('number-with-exponent', 'A whole number with an exponent', number(`${value}e0`))
  invalid('number-in-powers', 'A whole number in powers of ten', number(`${value / 10 ** power}E+${power}`))
  invalid('number-with-zero', 'A number that begins with 0', number(`0${value}`))
  invalid('number-as-text', 'A number as text', number(`"${value}"`))
  invalid('number-as-boolean', 'true, which some readers take for 1', number('true'))
  invalid('number-as-null', 'null', number('null'))
  invalid('number-half', 'A fraction', number(`${value}.5`))
  invalid('number-minus-zero', 'Minus 0', number('-0'))
  invalid('number-past-doubles', 'A number that no double holds', number('9007199254740993'))
  invalid('number-infinite', 'A number that a double takes for infinite', number('1e400'))
  invalid('member-twice', 'A member stands twice', put(`${own},${own}`))
  invalid('member-twice-escaped', 'A member stands twice, once by an escape', put(`${own},${escaped}:${value}`))
  invalid(
    'member-twice-first',
    'A member stands twice, first with another value',
    put(`"${members.number}":${value + 1},${own}`),
  )
  invalid('member-unknown', 'A member that no schema names', put(`${own},"colour":"red"`))
  invalid(
    'member-constructor',
    'A member with a name that every object has in JavaScript',
    put(`${own},"constructor":null`),
  )
  invalid('member-prototype', 'A member that JavaScript takes for the prototype', put(`${own},"__proto__":null`))
  invalid('member-prototype-object', 'The same with an object', put(`${own},"__proto__":{"v":1}`))
  const deep = LIMITS.jsonLevels
  invalid('levels', 'Nested deeper than anything may be', put(`${own},"deep":${'['.repeat(deep)}${']'.repeat(deep)}`))
  invalid('byte-order-mark', 'A byte order mark before it', `\ufeff${text}`)
  invalid('trailing-comma', 'A comma before the end', `${text.slice(0, -1)},}`)
  invalid('trailing-nul', 'NUL after the end', `${text}\0`)
  invalid('two-values', 'Two of it', text + text)
  invalid('comment', 'A comment', `${text.slice(0, -1)}/**/}`)
  invalid('not-utf-8', 'A byte that is none of UTF-8', Uint8Array.from([...encodeUtf8(text.slice(0, -1)), 0xff, 0x7d]))

  const { letters } = members
  if (letters !== undefined) {
    const before = JSON.stringify(object[letters]).slice(0, -1)
    if (text.split(before).length !== 2) throw new Error(`${before} stands not once`)
    const letter = (more: string) => text.replace(before, before + more)
    valid('letters-escaped', 'A letter by its escapes', letter('\\u9648\\ud842\\udfb7'))
    invalid('half-pair', 'Half a surrogate pair', letter('\\ud800'))
    invalid('half-pair-second', 'The second half of a surrogate pair', letter('\\uDC00'))
    invalid('half-pairs-swapped', 'Both halves of a surrogate pair in the wrong order', letter('\\udfb7\\ud842'))
    invalid('nul', 'NUL in a text', letter('\\u0000'))
    const [head, tail] = letter('|').split('|').map(encodeUtf8) as [Uint8Array, Uint8Array]
    const raw = Uint8Array.from([...head, 0xed, 0xa0, 0x80, ...tail])
    invalid('half-pair-encoded', 'Half a surrogate pair in three bytes, which is no UTF-8', raw)
    invalid('control-raw', 'A line break within a text, not escaped', letter('\n'))
  }
  return made
}

/** The same of an object without numbers, such as a header; `text` as JSON.stringify writes it, its first member a text. */
export function headerSpellings(text: string): Spelling[] {
  const object = JSON.parse(text) as Record<string, unknown>
  const [[name, value] = ['', '']] = Object.entries(object)
  const own = `"${name}":${JSON.stringify(value)}`
  const escaped = `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}":${JSON.stringify(value)}`
  const more = (member: string) => `${text.slice(0, -1)},${member}}`
  const spelling = (reads: boolean, called: string, description: string, changed: string): Spelling => ({
    name: called,
    description,
    bytes: encodeUtf8(changed),
    reads,
  })
  return [
    spelling(true, 'white-space', 'With white space', JSON.stringify(object, null, 1)),
    spelling(true, 'escaped-name', 'The name of a member by an escape', text.replace(own, escaped)),
    spelling(false, 'byte-order-mark', 'A byte order mark before it', `\ufeff${text}`),
    spelling(false, 'member-twice', 'A member stands twice', more(own)),
    spelling(
      false,
      'member-twice-first',
      'A member stands twice, first with another value',
      `{"${name}":"none",${text.slice(1)}`,
    ),
    spelling(false, 'member-twice-escaped', 'A member stands twice, once by an escape', more(escaped)),
    spelling(false, 'member-prototype', 'A member that JavaScript takes for the prototype', more('"__proto__":null')),
    spelling(
      false,
      'member-constructor',
      'A member with a name that every object has in JavaScript',
      more('"constructor":1'),
    ),
    spelling(false, 'half-pair', 'Half a surrogate pair', text.replace(own, `${own.slice(0, -1)}\\ud800"`)),
    spelling(false, 'trailing-nul', 'NUL after the end', `${text}\0`),
  ]
}
