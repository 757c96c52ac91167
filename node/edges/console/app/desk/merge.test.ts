import { expect, test } from 'vitest'
import type { Case } from '../../../client/api.generated.ts'
import { append, type Fresh, forget, merge, pagesOf, recall, type ShownPage, shownPage } from './merge.ts'

const rows = (names: string, state = 'arrived') => [...names].map(thread => ({ thread, stateName: state }) as Case)
const page = (cursor: string | null, names: string): ShownPage => shownPage(cursor, rows(names))
const fresh = (...pages: [cursor: string | null, names: string, next: string | null, state?: string][]) =>
  new Map<string | null, Fresh>(
    pages.map(([cursor, names, next, state]) => [cursor, { items: rows(names, state), next }]),
  )
const placesOf = ({ count, at }: ReturnType<typeof merge>) => Array.from({ length: count }, (_, place) => at(place))
const told = (merged: ReturnType<typeof merge>) => [
  placesOf(merged)
    .map(place =>
      place === undefined || place === 'reading'
        ? '?'
        : place === 'gone'
          ? '-'
          : `${place.gone ? '-' : ''}${place.row.thread}`,
    )
    .join(''),
  merged.added,
  merged.gone,
]

test('what came and went is counted, and no row moves', () => {
  expect(told(merge([page(null, 'abc')], fresh([null, 'xacy', null]), null))).toEqual(['a-bc', 2, 1])
})

test('what is known of a row is renewed in its place', () => {
  const merged = merge([page(null, 'ab')], fresh([null, 'ba', null, 'closed']), null)
  expect(placesOf(merged).map(place => typeof place === 'object' && [place.row.thread, place.row.stateName])).toEqual([
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

/** Ten pages of three rows, `a` to `z` and beyond, of which those far from the seventh are forgotten. */
const many = Array.from({ length: 10 }, (_, at) =>
  page(at === 0 ? null : `after ${at}`, String.fromCharCode(...[0, 1, 2].map(by => 97 + at * 3 + by))),
)
const sparse = forget(many, [{ first: 18, last: 20 }])

test('rows that are far away are forgotten, with their places kept; the first page never is', () => {
  expect(sparse.map(({ rows: held }) => held !== null)).toEqual(many.map((_, at) => at === 0 || at === 6))
  const merged = merge(sparse, new Map(), null)
  expect(told(merged)).toEqual([`abc${'?'.repeat(15)}stu${'?'.repeat(9)}`, 0, 0])
  expect([merged.placeOf('s'), merged.placeOf('d'), merged.placeOf(null)]).toEqual([18, -1, -1])
  expect(merged.at(30)).toBeUndefined()
  expect(pagesOf(sparse, { first: 2, last: 6 })).toEqual([0, 1, 2])
  // Nothing to forget is no change.
  expect(forget(sparse, [{ first: 18, last: 20 }])).toBe(sparse)
})

test('a page that is read again by its cursor stands where it stood', () => {
  const back = recall(sparse, 3, { items: rows('jkl'), next: 'after 4' })
  expect(told(merge(back, fresh(['after 3', 'jkl', 'after 4']), null))).toEqual([
    `abc${'?'.repeat(6)}jkl${'?'.repeat(6)}stu${'?'.repeat(9)}`,
    0,
    0,
  ])
})

test('a page of which rows went keeps their places, and takes none of the next page', () => {
  const back = recall(sparse, 3, { items: rows('jlm'), next: 'after m' })
  expect(told(merge(back, new Map(), null))).toEqual([
    `abc${'?'.repeat(6)}jl-${'?'.repeat(6)}stu${'?'.repeat(9)}`,
    0,
    1,
  ])
})

test('a page into which rows came while it was forgotten says that some are not shown', () => {
  expect(recall(sparse, 3, { items: rows('jXk'), next: 'after k' })[3]).toMatchObject({ places: 3, missing: 1 })
  // Also where the rest of it came.
  const back = recall(sparse, 3, { items: rows('jXklm'), next: 'after m' })
  expect(merge(back, new Map(), null)).toMatchObject({ count: 30, added: 1, gone: 0 })
})

test('a row that moved to a page that is read again or put behind is shown once', () => {
  expect(recall(sparse, 3, { items: rows('jsl'), next: 'after l' })[3]?.rows).toEqual(rows('jl'))
  expect(append(sparse, 'after z', { items: rows('sA'), next: null }).at(-1)).toMatchObject({ places: 1, first: 'A' })
})

test('what follows a page whose next one is forgotten is nothing new', () => {
  expect(told(merge(sparse, fresh([null, 'abdef', 'f']), null))).toEqual([
    `abc${'?'.repeat(15)}stu${'?'.repeat(9)}`,
    0,
    0,
  ])
})
