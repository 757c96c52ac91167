import { expect, test } from 'vitest'
import type { ParkedWork } from '../../../client/api.generated.ts'
import { causesOf, nameOf, parkedAddress, systemsOf, wantedOf } from './work.ts'

const work = (fields: object) => fields as unknown as ParkedWork

test('a piece is named by what a retry takes', () => {
  expect(nameOf(work({ what: 'packet', packetNo: 4 }))).toEqual({ packetNo: 4 })
  expect(nameOf(work({ what: 'adapter-event', event: 'e1' }))).toEqual({ event: 'e1' })
  expect(nameOf(work({ what: 'material', material: '00' }))).toEqual({ material: '00' })
})

test('causes are counted, the most frequent first', () => {
  const of = (code: string) => work({ problem: { code } })
  expect(causesOf([of('a'), of('b'), of('b')])).toEqual([
    { value: 'b', count: 2 },
    { value: 'a', count: 1 },
  ])
  expect(causesOf([])).toEqual([])
})

test('pieces are narrowed to a cause and to an approval system, as an address says it; a material is of none', () => {
  const packet = work({ what: 'packet', adapter: '公积金', problem: { code: 'adapter.refused' } })
  const material = work({ what: 'material', problem: { code: 'adapter.refused' } })
  expect(systemsOf([packet, material, packet])).toEqual([{ value: '公积金', count: 2 }])
  const address = parkedAddress({ cause: 'adapter.refused', adapter: '公积金' })
  expect(wantedOf(address.slice(address.indexOf('?')))).toEqual({ cause: 'adapter.refused', adapter: '公积金' })
  expect([parkedAddress({}), wantedOf('?cause=')]).toEqual(['/adapters/parked', {}])
})
