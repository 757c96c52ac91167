import { expect, test } from 'vitest'
import { roomReminders } from './room-reminders.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const partners = [{ code: '610900', name: '安康市' }]

test('a partner near its quota is a warning, one at it a failure, each under an id of its own', () => {
  const of = (bytes: number) =>
    roomReminders({ filling: [{ partner: '610900', bytes, quota: 20e9 }], space: null }, partners, NOW)
  expect(of(16e9)).toMatchObject([{ id: 'packets-quota:610900:near', level: 'warn', act: 'operator' }])
  expect(of(16e9)[0]?.en).toContain('安康市 take 16 GB of the 20 GB')
  expect(of(20e9)).toMatchObject([{ id: 'packets-quota:610900:full', level: 'fail' }])
})

test('a disk without room is told once a day, with who must act', () => {
  const at = (now: number) =>
    roomReminders({ filling: [], space: { code: 'store.full', detail: 'less than 512 MB are free' } }, partners, now)
  expect(at(NOW)).toMatchObject([{ kind: 'space', level: 'fail', act: 'operator' }])
  expect(at(NOW)[0]?.en).toMatch(/: less than 512 MB are free$/)
  expect(at(NOW)[0]?.zh).toMatch(/：剩余空间不足 512 MB$/)
  expect(at(NOW + 3_600_000)[0]?.id).toBe(at(NOW)[0]?.id)
  expect(at(NOW + 86_400_000)[0]?.id).not.toBe(at(NOW)[0]?.id)
  expect(roomReminders({ filling: [], space: null }, partners, NOW)).toEqual([])
})
