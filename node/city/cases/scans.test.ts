import { beforeEach, expect, test } from 'vitest'
import { miscounted } from './scans.ts'

const PAGES: Record<string, number | 'unreadable' | null> = { three: 3, large: null, broken: 'unreadable' }
const known = new Set<string>()
const counter = {
  of: async (sha256: string) => {
    known.add(sha256)
    return PAGES[sha256] ?? null
  },
}
/** Scans that are here, with what was counted of them so far. */
const here = (...hashes: string[]) =>
  new Map(hashes.map(sha256 => [sha256, known.has(sha256) ? (PAGES[sha256] ?? null) : undefined]))
beforeEach(() => known.clear())
const material = (sha256: string, pages?: number) => ({
  sha256,
  code: 'M01',
  name: '扫描件',
  ...(pages === undefined ? {} : { pages }),
})

test('only what is written of a scan that is here is compared', async () => {
  const given = [material('three', 3), material('three'), material('absent', 9)]
  expect(await miscounted(counter, given, here('three'))).toEqual([])
})

test('another number keeps it from being sent, and says which is counted; what cannot be counted is told, what cannot be opened too', async () => {
  const given = [material('large', 2), material('three', 4), material('broken', 1)]
  expect(await miscounted(counter, given, here('three', 'large', 'broken'))).toMatchObject([
    { field: 'materials.0.pages', level: 'notice', cure: 'clerk' },
    { field: 'materials.1.pages', level: 'error', cure: 'clerk', reasonZh: expect.stringContaining('共3页') },
    { field: 'materials.2.sha256', level: 'notice', cure: 'clerk', reasonZh: expect.stringContaining('无法打开') },
  ])
})

test('a scan that cannot be opened is found when it is looked at, and from then on', async () => {
  const given = [material('broken'), material('three')]
  expect(await miscounted(counter, given, here('three', 'broken'))).toEqual([])
  expect(known.size).toBe(0)
  const found = [{ field: 'materials.0.sha256', level: 'notice' }]
  expect(await miscounted(counter, given, here('three', 'broken'), true)).toMatchObject(found)
  expect(await miscounted(counter, given, here('three', 'broken'))).toMatchObject(found)
})
