import { expect, test } from 'vitest'
import { createLifecycle } from './lifecycle.ts'

test('parts end once, the last begun first, and one that throws keeps none from ending', async () => {
  const ended: string[] = []
  const failures: [string, unknown][] = []
  const life = createLifecycle((part, error) => failures.push([part, error]))
  const [first, second] = [new Error('exchange'), new Error('host')]
  life.add('lock', () => ended.push('lock'))
  life.add('store', async () => {
    await Promise.resolve()
    ended.push('store')
  })
  life.add('host', async () => {
    throw second
  })
  life.add('exchange', () => {
    throw first
  })
  life.add('server', () => ended.push('server'))
  const ends = await Promise.allSettled([life.end(), life.end()])
  expect(ends).toEqual([
    { status: 'rejected', reason: first },
    { status: 'rejected', reason: first },
  ])
  expect(ended).toEqual(['server', 'store', 'lock'])
  expect(failures).toEqual([
    ['exchange', first],
    ['host', second],
  ])
})
