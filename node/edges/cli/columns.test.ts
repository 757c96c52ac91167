import { expect, test } from 'vitest'
import type { ImportDraftsAnswer } from '../client/api.generated.ts'
import { describeSheets, mappingOf } from './columns.ts'

type Sheet = ImportDraftsAnswer['sheets'][number]
const column = (at: string, heading: string, field: string | null, change: Partial<Sheet['columns'][number]> = {}) => ({
  at,
  heading,
  field,
  name: field === null ? '' : '名称',
  how: field === null ? null : ('other' as const),
  filled: 1,
  unread: 0,
  samples: [],
  ...change,
})
const sheet = (name: string, columns: Sheet['columns'], change: Partial<Sheet> = {}): Sheet => ({
  sheet: name,
  holds: 'items',
  also: [],
  why: null,
  heading: 3,
  rows: 12,
  columns,
  absent: [],
  ...change,
})

test('each column is shown with its field, what its cells were read as, and what was not read', () => {
  const shown = describeSheets([
    sheet(
      '清单',
      [
        column('A', '序号', null, { samples: [{ given: '1', read: '' }] }),
        column('B', '承诺时限', 'promiseDay', {
          unread: 1,
          samples: [
            { given: '5个工作日', read: '5' },
            { given: '很快', read: '' },
          ],
        }),
        column('C', '', null, { filled: 0 }),
      ],
      { also: ['materials'], absent: [{ field: 'isFee', name: '是否收费' }] },
    ),
    sheet('旧表', [], { holds: null, why: 'note.hidden' }),
  ])
  expect(shown).toEqual([
    '  清单: items, materials, heading in row 3 表头在第 3 行, 12 rows 行',
    '    A 序号: not read 未导入: “1”',
    '    B 承诺时限 → 名称 promiseDay (other name 异名, 1 cells not read 格未读懂): “5个工作日” → 5, “很快” ?',
    '    no column 没有列: 是否收费 isFee',
    '  旧表: not read 未导入',
  ])
})

test('the mapping that is written has each heading once, and with its sheet where sheets differ', () => {
  const sheets = [
    sheet('甲', [column('A', '编码', 'taskCode'), column('B', '名称', 'taskName'), column('C', '备注', null)]),
    sheet('乙', [column('A', '编码', 'taskCode'), column('B', '名称', 'materials.materialName')]),
    sheet('旧表', [column('A', '别的', null)], { holds: null }),
  ]
  expect(mappingOf(sheets)).toEqual({
    columns: { 编码: 'taskCode', '甲!名称': 'taskName', 备注: '', '乙!名称': 'materials.materialName' },
    values: {},
    defaults: {},
    workingDays: {},
  })
})
