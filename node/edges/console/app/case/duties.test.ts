import { expect, test } from 'vitest'
import { basisText, DUTY_WORDS, type Limit, runningLimit, taskTypeOf } from './duties.ts'

const limit = (duty: Limit['duty'], due: string | null, done: string | null = null): Limit => ({
  duty,
  dutyName: '',
  city: '420300',
  from: '2026-11-02',
  due,
  provisional: false,
  done,
  level: due === null ? 'stopped' : 'green',
  left: 1,
})

test('the limit that ends first runs, of those that are not done', () => {
  const legal = limit('legal', '2026-11-30')
  const promise = limit('promise', '2026-11-10')
  expect(runningLimit([legal, promise, limit('notice', '2026-11-03', '2026-11-02')])).toBe(promise)
})

test('one that stands still is told when none runs; nothing when all is done', () => {
  const stopped = limit('legal', null)
  expect(runningLimit([stopped])).toBe(stopped)
  expect(runningLimit([stopped, limit('payment', '2026-11-10')])?.duty).toBe('payment')
  expect(runningLimit([limit('notice', '2026-11-03', '2026-11-02')])).toBeNull()
})

test('the law on licences is named for licences alone, by the list or by the code of the item', () => {
  const { basis } = DUTY_WORDS.notice
  expect(basisText(basis, taskTypeOf('x', { taskType: '01' })).zh).toBe('行政许可法第三十二条')
  expect(basisText(basis, taskTypeOf('11420300MB0000000X3000117001001', undefined)).zh).toBe('行政许可法第三十二条')
  for (const type of [taskTypeOf('x', { taskType: '20' }), taskTypeOf('x', undefined)])
    expect(basisText(basis, type).zh).toBe('按照本事项的规定')
  expect(basisText(DUTY_WORDS.forward.basis, '20').zh).toBe('合作协议约定')
})
