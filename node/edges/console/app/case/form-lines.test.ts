import { expect, test } from 'vitest'
import { formLines } from './form-lines.ts'

test('fields stand under the names of the schema, those within others below their name, lists in one line', () => {
  const schema = {
    properties: { reason: { title: '办理原因' }, home: { title: '住址', properties: { street: { title: '街道' } } } },
  }
  const form = { reason: '在外地', home: { street: '人民路' }, kinds: ['A', 'B'], more: null }
  expect(formLines(form, schema, 'zh').map(({ label, value }) => [label, value])).toEqual([
    ['办理原因', '在外地'],
    ['住址 街道', '人民路'],
    ['kinds', 'A、B'],
    ['more', ''],
  ])
})

test('a form without a schema, or with one that is none, stands under its own names', () => {
  for (const schema of [undefined, null, 'x', []])
    expect(formLines({ reason: '在外地' }, schema, 'zh')).toEqual([
      { name: ' reason', label: 'reason', value: '在外地' },
    ])
})
