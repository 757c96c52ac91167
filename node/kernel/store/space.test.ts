import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { createSpace, freeBytes, SPACE_LIMITS } from './space.ts'

test('there is room at the floor, and none one byte under it; one look counts for a while', () => {
  let free = 1_000
  let now = 0
  let looks = 0
  const space = createSpace({
    floor: 1_000,
    now: () => now,
    free: () => {
      looks++
      return free
    },
  })
  expect(space.problem()).toBeNull()
  free = 999
  now = SPACE_LIMITS.look - 1
  expect(space.problem()).toBeNull()
  now++
  expect(space.problem()).toMatchObject({ code: 'store.full' })
  expect(looks).toBe(2)
  free = 1_000
  now = -86_400_000
  expect(space.problem()).toBeNull()
})

test('a file system that does not answer holds nothing up', () => {
  const space = createSpace({
    floor: 1_000,
    now: () => 0,
    free: () => {
      throw new Error('ENOSYS')
    },
  })
  expect(space.problem()).toBeNull()
})

test('a folder has a number of free bytes', () => {
  expect(freeBytes(tmpdir())).toBeGreaterThan(0)
})
