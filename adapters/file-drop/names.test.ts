import { describe, expect, test } from 'vitest'
import { sampleKey, sampleMaterial, samplePacket, sampleSubmit } from '../sdk/test-kit.ts'
import { FILE_DROP_LIMITS } from './limits.ts'
import { folderOf, isName, materialPath, packetOf, partsOf } from './names.ts'

describe('names of files', () => {
  test('a folder tells its packet and its round', () => {
    const submit = sampleSubmit('named')
    const key = submit.idempotencyKey
    expect(packetOf(folderOf(submit, 1))).toEqual({ key, round: 1 })
    expect(packetOf(folderOf(submit, 12))).toEqual({ key, round: 12 })
    expect(packetOf(key)).toEqual({ key, round: null })
    for (const text of ['', 'x', `${key}.0`, `../${key}`, `${key}/`, key.slice(1)]) expect(packetOf(text)).toBeNull()
  })

  test('packets of one case have folders of their own, also where small and capital letters are alike', () => {
    const submit = sampleSubmit('named')
    const folders = [submit, samplePacket(submit, 'case.withdraw', 'N'), sampleSubmit('other')].map(one =>
      folderOf(one, 1),
    )
    expect(new Set(folders.map(name => name.toLowerCase())).size).toBe(3)
    for (const name of folders) expect(name).toBe(name.toLowerCase())
  })

  test('what another city made up never leaves the folder, nor does a code of a material', () => {
    for (const caseNo of ['../../etc/passwd', 'a/b\\c', '..', '', '鄂A:*?', 'x'.repeat(500)]) {
      const name = folderOf({ ...sampleSubmit('x'), caseNo }, 1)
      expect([isName(name), packetOf(name)?.key]).toEqual([true, sampleKey('x')])
    }
    const path = materialPath({ ...sampleMaterial('x'), code: '../../M01', type: 'text/x' }, 0)
    expect(path).toBe('materials/01-------m01.bin')
  })

  test.each(['a.json', '结果 1.csv', 'A-b_c(1).xml', 'x'.repeat(FILE_DROP_LIMITS.name)])(
    '%j is gone along with',
    name => {
      expect(isName(name)).toBe(true)
    },
  )

  test.each([
    '',
    '.',
    '..',
    '.hidden',
    'a/b',
    'a\\b',
    'a:b',
    'a\u0000b',
    'a\nb',
    ' a',
    'a ',
    'a.',
    'con',
    'NUL.json',
    'com1.csv',
    'a*',
    'a?',
    'x'.repeat(FILE_DROP_LIMITS.name + 1),
    '字'.repeat(FILE_DROP_LIMITS.name / 3 + 1),
  ])('%j is not', name => {
    expect(isName(name)).toBe(false)
  })

  test('paths of files lead down, as deep as the limit', () => {
    const deep = (depth: number) => `${'d/'.repeat(depth)}f.pdf`
    expect(partsOf('files\\1\\a.pdf')).toEqual(['files', '1', 'a.pdf'])
    expect(partsOf(deep(FILE_DROP_LIMITS.depth))).toHaveLength(FILE_DROP_LIMITS.depth + 1)
    for (const path of [
      deep(FILE_DROP_LIMITS.depth + 1),
      '../a',
      'a/../b',
      '/etc/passwd',
      'C:\\a',
      'a//b',
      '',
      'a/.b',
      '\\\\host\\a',
    ])
      expect(partsOf(path)).toBeNull()
  })
})
