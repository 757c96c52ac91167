import { expect, test } from 'vitest'
import type { Case } from '../../../client/api.generated.ts'
import { type Fresh, merge, type ShownPage } from './merge.ts'

const rows = (names: string, state = 'arrived') => [...names].map(thread => ({ thread, stateName: state }) as Case)
const page = (cursor: string | null, names: string): ShownPage => ({ cursor, rows: rows(names) })
const fresh = (...pages: [cursor: string | null, names: string, next: string | null, state?: string][]) =>
  new Map<string | null, Fresh>(
    pages.map(([cursor, names, next, state]) => [cursor, { items: rows(names, state), next }]),
  )
const told = ({ rows: all, added, gone }: ReturnType<typeof merge>) => [
  all.map(({ row, gone: left }) => (left ? `-${row.thread}` : row.thread)).join(''),
  added,
  gone,
]

test('what came and went is counted, and no row moves', () => {
  expect(told(merge([page(null, 'abc')], fresh([null, 'xacy', null]), null))).toEqual(['a-bc', 2, 1])
})

test('what is known of a row is renewed in its place', () => {
  const { rows: shown } = merge([page(null, 'ab')], fresh([null, 'ba', null, 'closed']), null)
  expect(shown.map(({ row }) => [row.thread, row.stateName])).toEqual([
    ['a', 'closed'],
    ['b', 'closed'],
  ])
})

test('rows that new ones pushed off their page are not gone', () => {
  expect(
    told(merge([page(null, 'abc'), page('c', 'def')], fresh([null, 'xab', 'b'], ['c', 'def', null]), null)),
  ).toEqual(['abcdef', 1, 0])
})

test('rows that moved to another page that is in sight are not gone', () => {
  expect(
    told(merge([page(null, 'abc'), page('c', 'def')], fresh([null, 'bc', 'c'], ['c', 'defa', null]), null)),
  ).toEqual(['abcdef', 0, 0])
})

test('what follows on pages that are not shown yet is nothing new', () => {
  expect(told(merge([page(null, 'abc')], fresh([null, 'acd', 'd']), 'c'))).toEqual(['a-bc', 0, 1])
  expect(told(merge([page(null, 'abc')], fresh([null, 'xyz', 'z']), 'c'))).toEqual(['abc', 0, 0])
})

test('a page that is not in sight stays as it was', () => {
  expect(told(merge([page(null, 'abc'), page('c', 'def')], fresh([null, 'abc', 'c']), 'f'))).toEqual(['abcdef', 0, 0])
})
