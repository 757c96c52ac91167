import { expect, test } from 'vitest'
import type { CompareItemsAnswer, MaterialMapping } from '../../../client/api.generated.ts'
import { type CompareWords, notesOf } from './compare.ts'

const WORDS = {
  differs: (field: string, theirs: string, own: string) => `${field}：对方“${theirs}”，本市“${own}”`,
  nothing: '无',
  onlyTheirs: '只有对方要',
  named: (own: string) => `本市称“${own}”`,
  similar: (own: string) => `可能相当于“${own}”`,
  onlyOwn: (names: string) => `对方不要：${names}`,
  formMore: (names: string) => `申请表多填：${names}`,
  formLess: (names: string) => `申请表不填：${names}`,
  note: (text: string) => `备注：${text}`,
  stale: '须重新比对',
  yes: '是',
  no: '否',
  promiseDay: '承诺时限',
  isFee: '收费',
  materialType: '原件或复印件',
  reviewPoints: '审查要点',
  materialType1: '原件',
  materialType2: '复印件',
} as unknown as CompareWords

const named = (code: string, name: string) => ({ code, name })
const COMPARISON: CompareItemsAnswer = {
  collecting: { ...named('A', '缴存证明'), version: 1 },
  handling: { ...named('B', '缴存证明'), version: 2 },
  same: 20,
  differences: [
    { field: 'promiseDay', label: '承诺办结时限', collecting: 5, handling: 3 },
    { field: 'isFee', label: '是否收费', collecting: true, handling: false },
    { field: 'rowGuid', label: 'row_guid', collecting: 'a', handling: 'b' },
  ],
  pairs: [
    {
      collecting: named('C1', '身份证'),
      handling: named('M01', '申请人身份证'),
      by: 'similar',
      similarity: 0.8,
      differences: [
        { field: 'materialType', label: '材料类型', collecting: '2', handling: '1' },
        { field: 'reviewPoints', label: '审查要点', collecting: [], handling: ['在有效期内', '人证一致'] },
      ],
    },
    { collecting: named('C2', '申请表'), handling: named('M02', '申请表'), by: 'name', similarity: 1, differences: [] },
  ],
  onlyCollecting: [named('C3', '户口簿')],
  onlyHandling: [named('M03', '收入证明')],
  form: { onlyCollecting: [], onlyHandling: ['单位账号'], differing: [] },
}

test('what differs is told in words at the item and at each material, and what only lists know is not', () => {
  const { item, materials } = notesOf(COMPARISON, null, WORDS, 'zh')
  expect(item).toEqual([
    '承诺时限：对方“3”，本市“5”',
    '收费：对方“否”，本市“是”',
    '申请表多填：单位账号',
    '对方不要：户口簿',
  ])
  expect([...materials]).toEqual([
    [
      'M01',
      [
        '可能相当于“身份证”',
        '原件或复印件：对方“原件”，本市“复印件”',
        '审查要点：对方“在有效期内；人证一致”，本市“无”',
      ],
    ],
    ['M03', ['只有对方要']],
  ])
})

test('what people matched goes before what names say, with their notes', () => {
  const mapping = {
    pairs: [
      { collecting: 'C1', handling: 'M01' },
      { collecting: 'C3', handling: 'M03', note: '户口簿首页即可' },
    ],
    note: '电话核实过',
    stale: true,
  } as MaterialMapping
  const { item, materials } = notesOf(COMPARISON, mapping, WORDS, 'zh')
  expect(item.slice(-2)).toEqual(['备注：电话核实过', WORDS.stale])
  expect(item.some(line => line.includes('户口簿'))).toBe(false)
  expect(materials.get('M01')?.[0]).toBe('本市称“身份证”')
  expect(materials.get('M03')).toEqual(['本市称“户口簿”', '备注：户口簿首页即可'])
})

test('where nothing differs nothing is said', () => {
  const same = {
    ...COMPARISON,
    differences: [],
    pairs: COMPARISON.pairs.slice(1),
    onlyCollecting: [],
    onlyHandling: [],
  }
  const { item, materials } = notesOf(
    { ...same, form: { onlyCollecting: [], onlyHandling: [], differing: [] } },
    null,
    WORDS,
    'zh',
  )
  expect([item, materials.size]).toEqual([[], 0])
})
