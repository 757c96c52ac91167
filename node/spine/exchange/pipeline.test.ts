import { describe, expect, test } from 'vitest'
import { Pipeline } from './pipeline.ts'

/** Batches by name; each is verified and stored when it is told to, and what was begun and ended is noted. */
function gated() {
  const steps: string[] = []
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const gate = (step: string) => {
    const known = gates.get(step) ?? Promise.withResolvers<void>()
    gates.set(step, known)
    return known
  }
  const run = async (step: string) => {
    steps.push(step)
    await gate(step).promise
    steps.push(`${step} done`)
  }
  const pipeline = new Pipeline<string, string>({
    verify: async batch => {
      await run(`verify ${batch}`)
      return batch
    },
    store: batch => run(`store ${batch}`),
  })
  return {
    pipeline,
    steps,
    open: (step: string) => gate(step).resolve(),
    fail: (step: string) => gate(step).reject(new Error(step)),
  }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('a pipeline', () => {
  test('verifies a batch while the one before is stored, and stores it after that one', async () => {
    const { pipeline, steps, open } = gated()
    open('verify a')
    await pipeline.push('a')
    const pushing = pipeline.push('b')
    open('verify b')
    await turn()
    expect(steps).toEqual(['verify a', 'verify a done', 'store a', 'verify b', 'verify b done'])
    open('store a')
    await pushing
    expect(steps.slice(5)).toEqual(['store a done', 'store b'])
    open('store b')
    await pipeline.stored()
    expect(steps.at(-1)).toBe('store b done')
  })

  test('one that nothing is before is stored as soon as it is verified', async () => {
    const { pipeline, steps, open } = gated()
    open('verify a')
    open('store a')
    await pipeline.push('a')
    await pipeline.stored()
    await pipeline.stored()
    expect(steps).toEqual(['verify a', 'verify a done', 'store a', 'store a done'])
  })

  test('when storing fails, the next batch is not stored, and who brings it hears of it', async () => {
    const { pipeline, steps, open, fail } = gated()
    open('verify a')
    await pipeline.push('a')
    const pushing = pipeline.push('b')
    open('verify b')
    fail('store a')
    await expect(pushing).rejects.toThrow('store a')
    await expect(pipeline.stored()).rejects.toThrow('store a')
    expect(steps).not.toContain('store b')
  })

  test('when verifying fails, the batch before is stored all the same', async () => {
    const { pipeline, steps, open, fail } = gated()
    open('verify a')
    await pipeline.push('a')
    const pushing = pipeline.push('b')
    fail('verify b')
    await turn()
    open('store a')
    await expect(pushing).rejects.toThrow('verify b')
    await pipeline.stored()
    expect(steps).toContain('store a done')
  })
})
