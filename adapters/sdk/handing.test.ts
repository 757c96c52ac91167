import { expect, test } from 'vitest'
import { createTurns } from './handing.ts'

test('work on one key goes on in turn, whatever became of what was before it; other keys wait for nothing', async () => {
  const inTurn = createTurns()
  const first = Promise.withResolvers<string>()
  const done: string[] = []
  const note = (name: string) => async () => void done.push(name)
  const failing = inTurn('a', () => first.promise)
  const second = inTurn('a', note('second'))
  const third = inTurn('a', note('third'))
  await inTurn('b', note('other'))
  expect(done).toEqual(['other'])
  first.reject(new Error('cut'))
  await expect(failing).rejects.toThrow('cut')
  await Promise.all([second, third])
  expect(done).toEqual(['other', 'second', 'third'])
})
