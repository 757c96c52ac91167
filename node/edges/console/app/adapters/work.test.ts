import { expect, test } from 'vitest'
import type { ParkedWork } from '../../../client/api.generated.ts'
import { causesOf, nameOf } from './work.ts'

const work = (fields: object) => fields as unknown as ParkedWork

test('a piece is named by what a retry takes', () => {
  expect(nameOf(work({ what: 'packet', packetNo: 4 }))).toEqual({ packetNo: 4 })
  expect(nameOf(work({ what: 'adapter-event', event: 'e1' }))).toEqual({ event: 'e1' })
  expect(nameOf(work({ what: 'material', material: '00' }))).toEqual({ material: '00' })
})

test('causes are counted, the most frequent first', () => {
  const of = (code: string) => work({ problem: { code } })
  expect(causesOf([of('a'), of('b'), of('b')])).toEqual([
    { code: 'b', count: 2 },
    { code: 'a', count: 1 },
  ])
  expect(causesOf([])).toEqual([])
})
