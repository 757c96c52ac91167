import { expect, test } from 'vitest'
import type { CaseContent } from './kinds.ts'
import { answersNotice, lackingOf } from './supplement.ts'

const notice = (codes: string[], fields?: string[]) =>
  lackingOf({
    notice: '请补正',
    materials: codes.map(code => ({ code, reason: 'x' })),
    ...(fields === undefined ? {} : { form: fields.map(field => ({ field, reason: 'x' })) }),
  })
const given = (codes: string[], rest: Partial<CaseContent<'case.supplement'>> = {}) => ({
  materials: codes.map((code, no) => ({ code, name: code, sha256: `${no}`.repeat(64) })),
  ...rest,
})

test.each([
  ['what was asked', ['M01', 'M02'], undefined, given(['M02', 'M01']), null],
  ['several files of one', ['M01'], undefined, given(['M01', 'M01'], { note: '正反面' }), null],
  ['another one', ['M01'], undefined, given(['M03']), 'materials.0.code: not asked for'],
  ['one too many', ['M01'], undefined, given(['M01', 'M03']), 'materials.1.code: not asked for'],
  ['nothing', ['M01'], undefined, given([]), 'materials.M01: missing'],
  ['nothing but words', ['M01'], undefined, given([], { note: '已补' }), 'materials.M01: missing'],
  [
    'a form nobody asked for',
    ['M01'],
    undefined,
    given(['M01'], { form: { a: 1 } }),
    'form: a field that was not asked for',
  ],
  ['the field', [], ['a'], given([], { form: { a: 1 } }), null],
  ['a field and a material', ['M01'], ['a'], given(['M01'], { form: { a: 1 } }), null],
  ['another field', [], ['a'], given([], { form: { a: 1, b: 2 } }), 'form: a field that was not asked for'],
  ['no field', ['M01'], ['a'], given(['M01']), 'form.a: missing'],
  ['words for words', [], undefined, given([], { note: '已补' }), null],
  ['a form for words', [], [], given([], { form: { a: 1 } }), null],
  ['nothing for words', [], undefined, given([]), 'form or note: the notice asks in words, and has no answer'],
  ['a material for words', [], undefined, given(['M01'], { note: 'x' }), 'materials: none was asked for'],
])('a supplement of %s', (_, codes, fields, body, detail) => {
  const refused = answersNotice(notice(codes, fields), body)
  expect(refused).toEqual(detail === null ? null : { ok: false, problem: { code: 'case.supplement', detail } })
})

test('of what was purged nothing can be said', () => {
  expect([answersNotice(null, given(['M03'])), answersNotice(notice(['M01']), null)]).toEqual([null, null])
})
