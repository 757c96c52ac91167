import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { compareItems, matchMaterials, plainName, SIMILAR, similarityOf } from './compare.ts'
import type { ItemMaterial, ServiceItem } from './item.ts'

const material = (materialCode: string, materialName: string, change: Partial<ItemMaterial> = {}): ItemMaterial => ({
  materialCode,
  materialName,
  isNeed: '1',
  materialType: '1',
  materialFormat: '3',
  sourceType: '10',
  ...change,
})
const item = (change: Partial<ServiceItem> = {}): ServiceItem => ({
  taskCode: 'A1',
  taskName: '失业保险金申领',
  taskVersion: 1,
  taskState: '1',
  taskType: '05',
  useLevel: '3',
  deptName: '人力资源和社会保障局',
  serverType: ['1'],
  projectType: '2',
  modes: [0, 1],
  anticipateDay: 20,
  promiseDay: 5,
  limitSceneNum: 0,
  isFee: false,
  materials: [],
  ...change,
})
const matched = (ours: string[], theirs: string[]) =>
  matchMaterials(
    ours.map((name, at) => material(`A${at}`, name)),
    theirs.map((name, at) => material(`B${at}`, name)),
  ).map(({ collecting, handling, by }) => `${collecting}=${handling} ${by}`)

describe('plain names', () => {
  test.each([
    ['居民身份证（原件及复印件）', '身份证'],
    ['申请人有效身份证明', '身份证明'],
    ['户口本复印件', '户口簿'],
    ['《失业保险金申领申请表》', '失业保险金申领申请表'],
    ['营业执照副本', '营业执照'],
    ['近期免冠彩色一寸照片', '照片'],
    ['ＡＢＣ－１２', 'abc12'],
    ['原件', '原件'],
    ['原 件身份证', '身份证'],
    ['原复印件件', '原复印件件'],
  ])('%s is %s', (name, plain) => {
    expect(plainName(name)).toBe(plain)
  })

  test('are the same when made plain again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'身份证户口簿（）原件复印申请表照片A１ ，') }), name => {
        expect(plainName(plainName(name))).toBe(plainName(name))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('materials', () => {
  test('are matched by what they are, never by code alone', () => {
    expect(matched(['居民身份证', '失业登记表'], ['失业登记表', '身份证原件'])).toEqual(['A1=B0 name', 'A0=B1 name'])
    expect(matched(['结婚证'], ['离婚证'])).toEqual([])
    expect(matched(['结婚证'], ['死亡证明'])).toEqual([])
    expect(matched(['劳动合同解除证明'], ['解除劳动合同证明书'])).toEqual(['A0=B0 similar'])
  })

  test('of one certificate type belong together, whatever they are called', () => {
    const pairs = matchMaterials(
      [material('A', '社会保障卡', { certCode: '11100000000013338W032' })],
      [material('B', '个人账户凭证', { certCode: '11100000000013338W032' }), material('C', '社保卡')],
    )
    expect(pairs).toMatchObject([{ collecting: 'A', handling: 'B', by: 'certificate' }])
  })

  const name = fc.string({ unit: fc.constantFrom(...'身份证户口簿申请表照片合同'), minLength: 1, maxLength: 8 })
  test('stand in one pair at most, only when alike, and the other way round the same', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), fc.array(name, { maxLength: 8 }), (ours, theirs) => {
        const left = ours.map((text, at) => material(`A${at}`, text))
        const right = theirs.map((text, at) => material(`B${at}`, text))
        const pairs = matchMaterials(left, right)
        expect(new Set(pairs.map(pair => pair.collecting)).size).toBe(pairs.length)
        expect(new Set(pairs.map(pair => pair.handling)).size).toBe(pairs.length)
        for (const pair of pairs) expect(pair.similarity).toBeGreaterThanOrEqual(SIMILAR)
        const back = matchMaterials(right, left)
        expect(back.length).toBe(pairs.length)
      }),
    )
  })

  test('similarity is symmetric, and 1 for the same alone', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(similarityOf(one, other)).toBe(similarityOf(other, one))
        if (one === other) expect(similarityOf(one, other)).toBe(1)
      }),
    )
  })
})

describe('items', () => {
  test('that are the same differ in nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('身份证', '户口簿', '申请表', '照片'), { maxLength: 4 }), names => {
        const one = item({ materials: [...new Set(names)].map((text, at) => material(`M${at}`, text)) })
        const made = compareItems(one, one)
        expect([made.differences, made.onlyCollecting, made.onlyHandling, made.form.differing]).toEqual([
          [],
          [],
          [],
          [],
        ])
        expect(made.pairs.every(pair => pair.differences.length === 0)).toBe(true)
      }),
    )
  })

  test('show limits, conditions, fees, materials and forms that differ; not what is only written otherwise', () => {
    const ours = item({
      acceptCondition: '本市户籍，连续缴费满一年。',
      modes: [1, 0],
      materials: [material('01', '身份证', { pageNum: 1 }), material('02', '银行卡')],
      form: {
        type: 'object',
        properties: { reason: { type: 'string' }, bank: { type: 'string' } },
        required: ['bank'],
      },
    })
    const theirs = item({
      taskCode: 'B7',
      promiseDay: 3,
      acceptCondition: '本市户籍， 连续缴费满一年。',
      fees: [{ feeName: '工本费', feeStand: '10元', byLaw: '价费〔2020〕1号' }],
      isFee: true,
      materials: [material('X1', '居民身份证', { pageNum: 2 }), material('X2', '失业登记表')],
      form: {
        type: 'object',
        properties: { reason: { type: 'string' }, phone: { type: 'string' } },
        required: ['reason'],
      },
    })
    const made = compareItems(ours, theirs)
    expect(made.differences.map(({ field, label }) => `${field} ${label}`)).toEqual([
      'promiseDay 承诺办结时限',
      'isFee 是否收费',
      'fees 收费项目',
    ])
    expect(made.pairs).toMatchObject([
      {
        collecting: '01',
        handling: 'X1',
        by: 'name',
        differences: [{ field: 'materialName' }, { field: 'pageNum', label: '份数' }],
      },
    ])
    expect([made.onlyCollecting, made.onlyHandling]).toEqual([['02'], ['X2']])
    expect(made.form).toMatchObject({
      onlyCollecting: ['bank'],
      onlyHandling: ['phone'],
      differing: [{ field: 'reason', collecting: { required: false }, handling: { required: true } }],
    })
  })
})

describe('an item whose materials were written to cost', () => {
  const cost = (work: () => unknown): number => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
  const many = (count: number, name: (no: number) => string) =>
    Array.from({ length: count }, (_, no) => material(`M${no}`, name(no)))

  test('is compared in the time of its names, not of the pairs of names', () => {
    const ours = item({ materials: many(300, no => `身份证明材料${no}`.padEnd(200, String.fromCharCode(0x4e00 + no))) })
    const theirs = item({
      materials: many(600, no => `身份证明材料${no}x`.padEnd(200, String.fromCharCode(0x5e00 + no))),
    })
    // Of CPU, ms; with the pairs of characters counted for each pair of names it is more than ten times as much.
    expect(cost(() => compareItems(ours, theirs))).toBeLessThan(2500)
  })

  test('with words within words is looked through a few times, not once a letter', () => {
    const nested = `${'本'.repeat(98)}人${'人'.repeat(98)}`
    expect(plainName(nested).length).toBeGreaterThan(100)
    expect(plainName('（本申请人人）本本人人身份证')).toBe(plainName('身份证'))
  })
})
