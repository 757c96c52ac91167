/** What a sandbox city does wrong on purpose, and to which packets alone. */
import { expect, test } from 'vitest'
import { createMisconduct, markOf } from './sandbox.ts'

const HASH = 'a'.repeat(64)
const body = (window: string) => JSON.stringify({ salt: 'x', window, materials: [{ sha256: HASH, code: 'M01' }] })

async function* bytesOf(...parts: number[][]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Uint8Array.from(part)
}
const given = async (parts: AsyncIterable<Uint8Array>) => (await Array.fromAsync(parts)).map(part => [...part])

test('a packet that says nothing of itself goes as it is, and so do its materials', async () => {
  const misconduct = createMisconduct()
  expect(misconduct.body(body('窗口'))).toBeNull()
  expect(await given(misconduct.material(HASH, bytesOf([1, 2], [3])))).toEqual([[1, 2], [3]])
})

test('rubbish has a field that no schema knows, and all else that it had', () => {
  const text = body(`窗口${markOf('rubbish')}`)
  expect(JSON.parse(createMisconduct().body(text) ?? '')).toEqual({ ...JSON.parse(text), rubbish: true })
})

test('materials of a marked packet break their hash; the packet itself holds', async () => {
  const misconduct = createMisconduct()
  expect(misconduct.body(body(markOf('rubbish-material')))).toBeNull()
  expect(await given(misconduct.material(HASH, bytesOf([2, 2], [3])))).toEqual([[3, 2], [3]])
  expect(await given(misconduct.material('b'.repeat(64), bytesOf([2])))).toEqual([[2]])
})

test('slow materials come 20 seconds after they were asked for first', async () => {
  let now = 0
  const waits: number[] = []
  const misconduct = createMisconduct({ now: () => now, wait: async ms => void waits.push(ms) })
  misconduct.body(body(markOf('slow')))
  await given(misconduct.material(HASH, bytesOf([1])))
  now = 15_000
  await given(misconduct.material(HASH, bytesOf([1])))
  now = 30_000
  await given(misconduct.material(HASH, bytesOf([1])))
  expect(waits).toEqual([20_000, 5_000, 0])
})
