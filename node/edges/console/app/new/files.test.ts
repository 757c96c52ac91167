import { describe, expect, test } from 'vitest'
import { isTaken, materialOf, reordered } from './files.ts'

const ASKED = [
  { materialCode: 'M01', materialName: '申请人身份证' },
  { materialCode: 'M02', materialName: '住房公积金缴存证明申请表' },
  { materialCode: 'M03', materialName: '授权委托书' },
]

describe('the name of a file says of which material it is', () => {
  test('by code, by name, by a part of it, however it is written', () => {
    const of = (name: string) => materialOf(name, ASKED)
    expect([of('m01.pdf'), of('M02-正面.jpg'), of('Ｍ03.PDF')]).toEqual(['M01', 'M02', 'M03'])
    expect([of('申请人身份证.jpg'), of('陈小满 授权委托书(2).pdf')]).toEqual(['M01', 'M03'])
    expect([of('身份证1.jpg'), of('委托书.pdf'), of('公积金证明申请表.pdf')]).toEqual(['M01', 'M03', 'M02'])
  })
  test('and nothing where it says nothing, or two are as near', () => {
    const of = (name: string) => materialOf(name, ASKED)
    expect([of('scan0001.pdf'), of('IMG_2031.jpg'), of('.pdf'), of('申请.jpg')]).toEqual([null, null, null, null])
    expect(materialOf('证明.pdf', [])).toBeNull()
    const twice = [ASKED[0], { materialCode: 'M09', materialName: '代办人身份证' }].flatMap(one => one ?? [])
    expect(materialOf('身份证.pdf', twice)).toBeNull()
  })
})

test('files that the node takes are told by their ending', () => {
  expect(['a.PDF', 'a.jpeg', 'a.ofd', 'a.png'].every(isTaken)).toBe(true)
  expect(['a.docx', 'a', 'pdf', 'a.pdf.exe'].some(isTaken)).toBe(false)
})

test('those of one material change places, and no other one moves', () => {
  const a = { code: 'M01' }
  const b = { code: 'M01' }
  const other = { code: 'M02' }
  expect(reordered([a, other, b], [a, b], [b, a])).toEqual([b, other, a])
  expect(reordered([a, other, b], [a, b], [b, a])[0]).toBe(b)
})
