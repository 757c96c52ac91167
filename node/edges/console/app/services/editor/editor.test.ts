import { expect, test } from 'vitest'
import { FIELD_NAMES } from '../field-words.ts'
import { fieldOf, pathName, valueText } from '../fields.ts'
import { cureOf, pointerOf } from '../findings.ts'
import { GROUP_NAMES, GROUPS, groupOf, UNASKED } from './groups.ts'
import { differing, moved, newItem, newMaterial, sentOf } from './item.ts'
import { ITEM_FIELDS, itemForm, materialForm } from './schema.ts'

test('every field of an item stands in one group, and has a name in both languages', () => {
  const grouped = GROUP_NAMES.flatMap(group => [...GROUPS[group]] as string[])
  expect(new Set(grouped).size).toBe(grouped.length)
  expect([...grouped, ...UNASKED].toSorted()).toEqual(ITEM_FIELDS.toSorted())
  const titles = (schema: unknown): unknown[] =>
    typeof schema !== 'object' || schema === null
      ? []
      : Object.entries(schema).flatMap(([key, value]) =>
          key === 'title' && typeof value === 'string' ? [value] : titles(value),
        )
  const { materials } = itemForm(['materials'], 'zh').schema.properties as {
    materials: { items: { properties: object } }
  }
  expect(Object.keys(materialForm('zh').schema.properties ?? {}).toSorted()).toEqual(
    Object.keys(materials.items.properties).toSorted(),
  )
  for (const form of [itemForm(ITEM_FIELDS, 'zh'), materialForm('zh')])
    for (const title of titles(form.schema)) expect(title, String(title)).toMatch(/[\u4e00-\u9fff]/)
  for (const [field, { zh, en }] of Object.entries(FIELD_NAMES))
    expect([field, zh !== '', en !== '']).toEqual([field, true, true])
})

test('a form asks for codes by their names, for modes as numbers, and begins no list by itself', () => {
  const { schema, ui } = itemForm(['taskState', 'modes', 'promiseDay', 'consent'], 'zh')
  expect(schema.properties?.taskState).toEqual({ type: 'string', title: '事项状态', enum: ['1', '2', '3'] })
  expect(ui.taskState?.['ui:enumNames']).toEqual(['在用', '暂停', '取消'])
  expect(schema.properties?.modes).toMatchObject({ uniqueItems: true, items: { type: 'number', enum: [0, 1, 2, 3] } })
  expect(schema.properties?.modes).not.toHaveProperty('minItems')
  expect(schema.properties?.promiseDay).toMatchObject({ type: 'integer', minimum: 0, maximum: 3650 })
  expect(schema.required).toEqual(['taskState', 'modes', 'promiseDay'])
  expect(materialForm('en').ui.exampleGuid).toEqual({ 'ui:field': 'sample' })
})

test('what was left empty is not sent; a form that a city wrote stays as it is', () => {
  const form = { type: 'object', properties: {}, required: [] }
  expect(
    sentOf({
      ...newItem(),
      taskName: '事项',
      linkWay: '  ',
      contacts: [{ role: 'receive', name: '' }],
      fees: [],
      form,
    }),
  ).toEqual({
    taskVersion: 1,
    taskState: '1',
    isFee: false,
    limitSceneNum: 0,
    materials: [],
    taskName: '事项',
    contacts: [{ role: 'receive' }],
    form,
  })
})

test('a new material takes the next free code, and entries move by one place', () => {
  expect(newMaterial([{ materialCode: 'M01' }, { materialCode: 'M03' }])).toMatchObject({ materialCode: 'M04' })
  expect(newMaterial([]).materialCode).toBe('M01')
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
  expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c'])
  expect(differing({ taskName: 'a', isFee: true }, { taskName: 'b', isFee: true })).toEqual(['taskName'])
})

test('paths and values are read as people say them', () => {
  const names = (_: string, entry: string) => (entry === 'M01' ? '身份证' : entry)
  expect(pathName('materials.M01.isNeed', 'zh', names)).toBe('申请材料 · 身份证 · 必要性')
  expect(pathName('promiseDay', 'en', names)).toBe('Promised limit (working days)')
  expect(pathName('fees.工本费（1.5 元）', 'zh', names)).toBe('收费项目 · 工本费（1.5 元）')
  expect(fieldOf('materials.M01.isNeed')).toBe('materials.isNeed')
  expect(valueText('modes', [0, 1], 'zh')).toBe('全程网办、异地委托·本地代收')
  expect(valueText('materials.isNeed', '3', 'en')).toBe('may come later')
  expect(valueText('isFee', false, 'zh')).toBe('否')
  expect(valueText('fees', [{ feeName: '工本费', feeStand: '10 元' }], 'zh')).toBe(
    '收费项目名称: 工本费；收费标准: 10 元',
  )
  expect(valueText('linkWay', undefined, 'zh')).toBe('—')
  expect(groupOf('materials.0.reviewPoints')).toBe('materials')
  expect(pointerOf('materials.0.reviewPoints')).toBe('/materials/0/reviewPoints')
  expect([cureOf('place.unknown'), cureOf('sample.missing'), cureOf('visits.reason'), cureOf('code.form')]).toEqual([
    'units',
    'file',
    'department',
    'administrator',
  ])
})
