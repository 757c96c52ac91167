import { describe, expect, test } from 'vitest'
import { createKeyedSerial, createSerial } from './serial.ts'

describe('work in turn', () => {
  test('runs one at a time in its order, and what fails holds up nothing', async () => {
    const inTurn = createSerial()
    const steps: string[] = []
    const work = (name: string, fails = false) =>
      inTurn(async () => {
        steps.push(`${name} begins`)
        await Promise.resolve()
        steps.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      })
    const outcomes = await Promise.allSettled([work('a'), work('b', true), work('c')])
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: new Error('b') },
      { status: 'fulfilled', value: 'c' },
    ])
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  test('by key: other keys are not waited for, and nothing is kept of one whose work ended', async () => {
    const alone = createKeyedSerial()
    const steps: string[] = []
    let open = () => {}
    const door = new Promise<void>(resolve => {
      open = resolve
    })
    const slow = alone.run('a', async () => {
      steps.push('a1')
      await door
      throw new Error('no')
    })
    const next = alone.run('a', async () => void steps.push('a2'))
    await alone.run('b', async () => void steps.push('b1'))
    expect(steps).toEqual(['a1', 'b1'])
    open()
    await expect(slow).rejects.toThrow('no')
    await next
    await Promise.resolve()
    expect(steps).toEqual(['a1', 'b1', 'a2'])
    await new Promise(resolve => setImmediate(resolve))
    expect(alone.size()).toBe(0)
  })
})
