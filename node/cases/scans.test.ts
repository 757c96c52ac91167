import { expect, test } from 'vitest'
import { miscounted } from './scans.ts'

const PAGES: Record<string, number | null> = { three: 3, locked: null }
const counter = { of: async (sha256: string) => PAGES[sha256] ?? null }
const material = (sha256: string, pages?: number) => ({
  ...{ sha256, code: 'M01', name: '扫描件' },
  ...(pages === undefined ? {} : { pages }),
})

test('only what is written of a scan that is here is compared', async () => {
  const given = [material('three', 3), material('three'), material('absent', 9)]
  expect(await miscounted(counter, given, new Set(['three']))).toEqual([])
})

test('another number keeps it from being sent, and says which is counted; what cannot be counted is told', async () => {
  const given = [material('locked', 2), material('three', 4)]
  expect(await miscounted(counter, given, new Set(['three', 'locked']))).toMatchObject([
    { field: 'materials.0.pages', level: 'notice', cure: 'clerk' },
    { field: 'materials.1.pages', level: 'error', cure: 'clerk', reasonZh: expect.stringContaining('共3页') },
  ])
})
