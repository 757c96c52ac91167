import { describe, expect, test } from 'vitest'
import { allPages, isUntouched, movedTo, pagesIn, pagesText, shifted, turnedBy } from './pages-order.ts'

describe('pages are chosen by their numbers', () => {
  test('as people write them', () => {
    expect(pagesIn('1-3, 5', 5)).toEqual([1, 2, 3, 5])
    expect(pagesIn('5，1～2、2', 5)).toEqual([1, 2, 5])
    expect(pagesText([1, 2, 3, 5])).toBe('1-3,5')
    expect(pagesText([])).toBe('')
  })
  test('none that is not there', () => {
    expect(pagesIn('300', 300)).toEqual([300])
    for (const text of ['301', '0', '3-1', 'a', '', '1-', '1-999999']) expect(pagesIn(text, 300), text).toBeNull()
  })
})

describe('the order', () => {
  test('one is moved to a place, and never out of the list', () => {
    expect(movedTo(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(movedTo(['a', 'b', 'c'], 2, -5)).toEqual(['c', 'a', 'b'])
    expect(movedTo(['a', 'b', 'c'], 3, 0)).toEqual(['a', 'b', 'c'])
  })
  test('those that are chosen go on together, and stay together at the end', () => {
    const chosen = (page: string) => page === 'b' || page === 'c'
    expect(shifted(['a', 'b', 'c', 'd'], chosen, 1)).toEqual(['a', 'd', 'b', 'c'])
    expect(shifted(['a', 'd', 'b', 'c'], chosen, 1)).toEqual(['a', 'd', 'b', 'c'])
    expect(shifted(['a', 'b', 'c', 'd'], chosen, -1)).toEqual(['b', 'c', 'a', 'd'])
    expect(shifted(['b', 'a', 'c'], chosen, -1)).toEqual(['b', 'c', 'a'])
  })
})

test('four quarters are none, and a document is untouched only with each page at its place', () => {
  expect(turnedBy(turnedBy(turnedBy(turnedBy(0, 1), 1), 1), 1)).toBe(0)
  expect(turnedBy(0, -1)).toBe(270)
  expect(isUntouched(allPages(3), 3)).toBe(true)
  expect(isUntouched(allPages(2), 3)).toBe(false)
  expect(isUntouched([{ no: 0, turn: 90 }], 1)).toBe(false)
  expect(isUntouched(movedTo(allPages(2), 0, 1), 2)).toBe(false)
})
