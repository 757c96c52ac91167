import { expect, test } from 'vitest'
import { keptName, readKept } from './kept-storage.ts'

test('what is kept is of one account, one case and one part; what cannot be read is nothing', () => {
  const stored = new Map([
    [keptName('p1', 't1', 'message'), JSON.stringify('词')],
    [keptName('p1', 't2', 'message'), '{broken'],
  ])
  const storage = { getItem: (name: string) => stored.get(name) ?? null }
  expect(readKept(storage, keptName('p1', 't1', 'message'))).toBe('词')
  expect(readKept(storage, keptName('p1', 't2', 'message'))).toBeNull()
  expect(readKept(storage, keptName('p2', 't1', 'message'))).toBeNull()
})
