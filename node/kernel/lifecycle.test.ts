import { expect, test } from 'vitest'
import { createHandClock } from '../../test/support/http.ts'
import { createLifecycle, PATIENCE } from './lifecycle.ts'

test('parts end once, the last begun first, and one that throws keeps none from ending', async () => {
  const ended: string[] = []
  const failures: [string, unknown][] = []
  const life = createLifecycle(createHandClock(), (part, error) => failures.push([part, error]))
  const first = new Error('exchange')
  const second = new Error('host')
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

test('one that hangs holds up the others so long and no longer, and is told', async () => {
  const clock = createHandClock()
  const ended: string[] = []
  const failures: string[] = []
  const life = createLifecycle(clock, (part, error) => failures.push(`${part}: ${(error as Error).message}`))
  life.add('lock', () => ended.push('lock'))
  life.add('exchange', () => new Promise(() => {}))
  const ending = life.end()
  ending.catch(() => {})
  await new Promise<void>(resolve => setImmediate(resolve))
  clock.advance(PATIENCE - 1)
  await new Promise<void>(resolve => setImmediate(resolve))
  expect(ended).toEqual([])
  clock.advance(1)
  await expect(ending).rejects.toThrow('did not end within 20 s')
  expect(ended).toEqual(['lock'])
  expect(failures).toEqual(['exchange: did not end within 20 s'])
})
