import { expect, test } from 'vitest'
import { arrange, type StepFinding } from './findings.ts'

const finding = (path: string, code: string, level: StepFinding['level'] = 'error'): StepFinding => ({
  path,
  code,
  level,
  en: code,
  zh: code,
  field: path,
  reason: code,
  reasonZh: code,
  cure: 'clerk',
})
const say = ({ zh }: StepFinding) => zh

test('an error stands at its field, one of the whole and a notice above the form', () => {
  const found = [
    finding('/materials/0/pages', 'scan-pages'),
    finding('', 'case.transition'),
    finding('/a', 'x', 'notice'),
  ]
  const { fields, above, blocked } = arrange(found, { tried: false, say })
  expect(fields).toEqual({ materials: { 0: { pages: { __errors: ['scan-pages'] } } } })
  expect(above.map(({ code }) => code)).toEqual(['case.transition', 'x'])
  expect(blocked).toBe(true)
})

test('what is not written yet is told once somebody tried to send it, and blocks from the beginning', () => {
  const found = [finding('/reason', 'required')]
  expect(arrange(found, { tried: false, say })).toEqual({ fields: {}, above: [], blocked: true })
  expect(arrange(found, { tried: true, say }).fields).toEqual({ reason: { __errors: ['required'] } })
  expect(arrange([finding('/reason', 'x', 'notice')], { tried: true, say }).blocked).toBe(false)
})

test('parts of a pointer are read as RFC 6901 writes them', () => {
  expect(arrange([finding('/a~1b/c~0d', 'value')], { tried: true, say }).fields).toEqual({
    'a/b': { 'c~d': { __errors: ['value'] } },
  })
})
