import { describe, expect, test } from 'vitest'
import { type Asked, filled, missing } from './content.ts'

const asked = (materialCode: string, isNeed: '1' | '2' | '3'): Asked => ({
  materialCode,
  materialName: materialCode,
  isNeed,
  materialType: '1',
  materialFormat: '3',
  sourceType: '10',
})

test('what is known fills what is empty, and never what was typed', () => {
  expect(filled({ name: '陈小满', phone: '' }, { name: '陈满', phone: '13900000000' })).toEqual({
    name: '陈小满',
    phone: '13900000000',
  })
  expect(filled<{ name?: string }>({}, { name: undefined })).toEqual({})
})

describe('materials that are not there', () => {
  test('are told by whether they are needed now or may come later', () => {
    const of = [asked('M01', '1'), asked('M02', '2'), asked('M03', '3'), asked('M04', '1')]
    const { needed, later } = missing(of, [{ sha256: 'a', code: 'M01', name: 'a' }])
    expect(needed.map(({ materialCode }) => materialCode)).toEqual(['M04'])
    expect(later.map(({ materialCode }) => materialCode)).toEqual(['M03'])
  })
})
