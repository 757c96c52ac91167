import { expect, test } from 'vitest'
import { everyPage, PAGE } from './every.ts'

/** A node that has so many rows, and gives PAGE of them at once. */
const nodeOf = (count: number) => async (cursor: string | undefined) => {
  const from = Number(cursor ?? 0)
  const end = Math.min(count, from + PAGE)
  return { items: Array.from({ length: end - from }, (_, at) => from + at), next: end < count ? String(end) : null }
}

test.each([0, 1, PAGE, PAGE + 1, 3 * PAGE - 1])('of %i rows all are read, each once', async count => {
  const { items, capped } = await everyPage(nodeOf(count))
  expect(items).toEqual(Array.from({ length: count }, (_, at) => at))
  expect(capped).toBe(false)
})

test('a list without an end is read to a bound, which is told', async () => {
  const { items, capped } = await everyPage(nodeOf(10 * PAGE), 2 * PAGE)
  expect([items.length, capped]).toEqual([2 * PAGE, true])
})
