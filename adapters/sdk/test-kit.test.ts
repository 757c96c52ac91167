import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { CASE_BODIES, isCaseKind, materialsOf } from '../../protocol/case/kinds.ts'
import { memoryState, sampleMaterial, samplePacket, sampleSubmit } from './test-kit.ts'

test('the samples are what a partner city would send', () => {
  const material = sampleMaterial('m')
  const submit = sampleSubmit('s', [material])
  const packets = ['case.supplement', 'case.withdraw', 'case.remind', 'case.message'].map(kind =>
    samplePacket(submit, kind, 'L1'),
  )
  for (const { kind, body } of [submit, ...packets]) {
    if (!isCaseKind(kind)) throw new Error(kind)
    expect(CASE_BODIES[kind].safeParse(body)).toMatchObject({ success: true })
  }
  expect(materialsOf('case.submit', submit.body)).toEqual([material.sha256])
  expect(new Set([submit, ...packets].map(packet => packet.idempotencyKey)).size).toBe(5)
})

test('a sample material has the hash and size that it says, each time', async () => {
  const material = sampleMaterial('m', { chunks: 5, chunkBytes: 777 })
  for (let reading = 0; reading < 2; reading++) {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of material.open()) {
      hash.update(chunk)
      size += chunk.byteLength
    }
    expect([hash.digest('hex'), size]).toEqual([material.sha256, material.size])
  }
  expect(material.opened).toBe(2)
})

test('memory claims once, counts from one, and keeps its limits', async () => {
  const state = memoryState()
  expect(await state.get('k')).toBeNull()
  expect(await Promise.all(['a', 'b'].map(value => state.claim('k', () => value)))).toEqual(['a', 'a'])
  await state.put('k', 'c')
  expect(await state.claim('k', () => 'd')).toBe('c')
  expect([await state.next('n'), await state.next('n'), await state.next('m')]).toEqual([1, 2, 1])
  await state.put('k'.repeat(200), 'x'.repeat(64 * 1024))
  await expect(state.put('k'.repeat(201), '')).rejects.toThrow(RangeError)
  await expect(state.put('k', 'x'.repeat(64 * 1024 + 1))).rejects.toThrow(RangeError)
})
