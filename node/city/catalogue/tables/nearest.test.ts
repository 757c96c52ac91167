import { describe, expect, test } from 'vitest'
import { ITEM_COLUMNS, PARTS } from './columns.ts'
import { createFaults, FAULT_LIMITS } from './faults.ts'
import { nearestTo, suggestionFor, takesOf } from './nearest.ts'
import { newColumn, noteWords, READING_LIMITS } from './reading.ts'

const column = (field: string) => {
  const found = [...ITEM_COLUMNS, ...PARTS.flatMap(({ columns }) => columns)].find(each => each.field === field)
  if (found === undefined) throw new Error(field)
  return found
}

describe('what may stand in place of a word', () => {
  test('is the codes of the column, those of the nearest names first', () => {
    expect(nearestTo('市本级机关', column('useLevel'))[0]).toBe('市级')
    expect(nearestTo('异地代收服务', column('modes'))).toHaveLength(4)
    expect(nearestTo('部门核发的', column('sourceType'))[0]).toBe('政府部门核发')
    expect(nearestTo('大概', column('isFee'))).toEqual(['是', '否'])
    expect(nearestTo('很快', column('promiseDay'))).toEqual([])
  })

  test('is said in words for each kind of column', () => {
    expect(takesOf(column('projectType'))).toBe('即办件、承诺件、其他')
    expect(takesOf(column('promiseDay'))).toBe('非负整数')
  })

  test.each([
    ['县（区）级', 'useLevel', '县级'],
    ['中国公民', 'serverType', '自然人'],
    ['电子扫描件', 'materialFormat', '电子'],
    ['原件（核验后退回）', 'materialType', '原件'],
    // Two codes are named, or the opposite of one.
    ['原件核验后收复印件', 'materialType', null],
    ['不是必要', 'isNeed', null],
    ['职工', 'serverType', null],
    ['很快', 'promiseDay', null],
  ])('a guess of “%s” in %s: %s', (word, field, guess) => {
    expect(suggestionFor(word, column(field))).toBe(guess)
  })
})

describe('what is told of a file', () => {
  test(`is ${FAULT_LIMITS.alike} faults that say the same, and how many there are`, () => {
    for (const cells of [FAULT_LIMITS.alike, FAULT_LIMITS.alike + 1]) {
      const faults = createFaults()
      for (let row = 1; row <= cells; row++) faults.add('cell.code', '清单', row, '对象', { value: '职工' })
      faults.add('cell.code', '清单', 9, '对象', { value: '团体' })
      expect(faults.errors()).toHaveLength(FAULT_LIMITS.alike + 1)
      expect([faults.errors()[0]?.alike, faults.errors().at(-1)?.alike, faults.count()]).toEqual([cells, 1, cells + 1])
    }
  })

  test(`is ${FAULT_LIMITS.told} errors and as many notes; all errors are counted`, () => {
    const faults = createFaults()
    for (let row = 1; row <= FAULT_LIMITS.told; row++) faults.add('cell.code', '清单', row, '对象', { value: `${row}` })
    expect(faults.errors()).toHaveLength(FAULT_LIMITS.told)
    faults.add('cell.code', '清单', 1, '对象', { value: '再' })
    faults.add('note.column', '清单', 1, '对象')
    expect([faults.errors().length, faults.count(), faults.notes().length]).toEqual([
      FAULT_LIMITS.told,
      FAULT_LIMITS.told + 1,
      1,
    ])
  })

  test(`is ${READING_LIMITS.words} words of a column, each of ${READING_LIMITS.word} characters at most`, () => {
    const reading = newColumn(0, '对象')
    const of = column('serverType')
    noteWords(reading, ['字'.repeat(READING_LIMITS.word), '字'.repeat(READING_LIMITS.word + 1)], of)
    expect(reading.words.map(({ given }) => given.length)).toEqual([READING_LIMITS.word])
    for (let no = 2; no <= READING_LIMITS.words; no++) noteWords(reading, [`词${no}`], of)
    expect(reading.words).toHaveLength(READING_LIMITS.words)
    noteWords(reading, ['再一个', '词2'], of)
    expect(reading.words).toHaveLength(READING_LIMITS.words)
    expect(reading.words[1]).toMatchObject({ given: '词2', cells: 2 })
  })
})
