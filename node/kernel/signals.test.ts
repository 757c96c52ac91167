import { expect, test } from 'vitest'
import { createSignals } from './signals.ts'

test('listeners hear a fact in their order, and one that throws keeps none from it', async () => {
  const failures: unknown[] = []
  const heard: string[] = []
  const signals = createSignals((fact, error) => failures.push([fact, error]))
  const first = new Error('first')
  const second = new Error('second')
  signals.on('list.changed', async city => {
    await Promise.resolve()
    heard.push(`index ${city}`)
    throw first
  })
  signals.on('list.changed', city => {
    heard.push(`board ${city}`)
    throw second
  })
  signals.on('list.changed', city => heard.push(`tree ${city}`))
  signals.on('partner.heard', city => heard.push(`heard ${city}`))
  await expect(signals.notify('list.changed', '420300')).rejects.toBe(first)
  expect(heard).toEqual(['index 420300', 'board 420300', 'tree 420300'])
  expect(failures).toEqual([])
  signals.emit('list.changed', '610900')
  await new Promise(resolve => setImmediate(resolve))
  expect(heard.slice(3)).toEqual(['index 610900', 'board 610900', 'tree 610900'])
  expect(failures).toEqual([['list.changed', first]])
})

test('a fact that is not waited for is heard at once by those that wait for nothing; nobody need hear it', async () => {
  const heard: string[] = []
  const signals = createSignals(() => {})
  signals.on('material.held', () => heard.push('dispatch'))
  signals.emit('material.held', null)
  expect(heard).toEqual(['dispatch'])
  await signals.notify('partner.ended', { city: '610900', peers: [] })
})
