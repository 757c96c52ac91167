import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import type { ItemMaterial, ServiceItem } from './item.ts'
import { ServiceItem as Item } from './item.ts'
import { LINT_RULES, type LintContext, lintItem, lintKnown, mayPublish } from './lint.ts'

const ID_CARD: ItemMaterial = {
  materialCode: 'M01',
  materialName: '申请人身份证',
  isNeed: '1',
  materialType: '1',
  materialFormat: '3',
  sourceType: '20',
  issuer: '公安机关',
  pageNumY: 1,
  reviewPoints: ['在有效期内'],
}
/** Complete and without a finding; the credit code is a real one with right check characters. */
const SOUND: ServiceItem = {
  taskCode: '11440232MB2D06811W3002014051000',
  catalogCode: '002014051000',
  taskName: '失业登记',
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  powerSource: '法定本级行使',
  deptName: '人力资源和社会保障局',
  deptCode: '11440232MB2D06811W',
  deptType: '1',
  serverType: ['1'],
  projectType: '2',
  modes: [0, 1],
  anticipateDay: 10,
  promiseDay: 5,
  acceptCondition: '年满十六周岁，有劳动能力',
  handleFlow: '收件、受理、审核、办结',
  handleLinks: [{ linkName: '受理', handleDay: 1 }],
  handleType: ['1', '2'],
  limitSceneNum: 0,
  limitSceneExplain: '无',
  byLaw: '《就业服务与就业管理规定》',
  isFee: false,
  transactAddr: '市民服务中心一楼',
  transactTime: '工作日 9:00–17:00',
  linkWay: '0719-8100001',
  superviseWay: '0719-8100002',
  isEntryCenter: true,
  isOnline: true,
  isExpress: true,
  resultType: '出证办结',
  resultName: '就业创业证',
  materials: [ID_CARD],
  contacts: [{ role: 'receive', phone: '0719-8100003' }],
  offeredAt: [{ unit: '420300', windows: ['A01'] }],
  form: {
    type: 'object',
    properties: { reason: { type: 'string', title: '失业原因', maxLength: 200 } },
    required: ['reason'],
  },
  formUi: { reason: { 'ui:widget': 'textarea' } },
  consent: { version: '2026-1', text: '您的信息将提供给办理地。' },
  sharedFields: ['reason', 'applicant.name'],
}
const SAMPLE = { sha256: 'ab'.repeat(32), size: 9, type: 'image/png' }
const CONTEXT: LintContext = {
  units: new Map([['420300', new Set(['A01'])]]),
  samples: new Set([SAMPLE.sha256]),
}
/** As offices write numbers that can be dialled from anywhere. */
const DIALLED = [
  '0914-2300001转8001',
  '0914-2300001（转8001）',
  '0914-2300001 分机 12',
  '010-88888888-1234',
  '400-889-9000转1',
  '0914-2300001 2300002',
  '0914-2300001或0914-2300002',
  '0914-2300001/2300002',
  '13900000000 13900000001',
  '0914-2300001（工作日）',
  '0914-2300001(周一至周五)',
  '咨询电话：0914-2300001',
  '窗口 0914-2300001；投诉 0914-2300002',
  '139-0000-0000',
  '139 0000 0000',
  '86-914-2300001',
  '+86 914 2300001',
  '0086-914-2300001',
  '029-8888 8888',
  '０９１４－２３００００１',
  '0914 - 2300001',
  '0914—2300001',
  '(0914)2300001',
  '+852 2345 6789',
]
const NOT_DIALLED = [
  '12345',
  '2300001转8001',
  '见官网',
  '1390000000',
  '13900',
  '2300001 0914-2300002',
  '0914-2300001 12',
  '8651299',
  '86512345',
  '8651-2345',
]

const material = (change: Partial<ItemMaterial>): Partial<ServiceItem> => ({ materials: [{ ...ID_CARD, ...change }] })
const fee = { feeName: '工本费', feeStand: '10 元', byLaw: '发改价格〔2003〕' }
const form = (reason: object, rest: object = {}): Partial<ServiceItem> => ({
  form: { type: 'object', properties: { reason }, required: ['reason'], ...rest },
})
const reason = { type: 'string', title: '原因', maxLength: 9 }

/** rule → a change that breaks it, where it is found, and changes that stay just right. */
const CASES: Record<string, { bad: Partial<ServiceItem>; at: string; good?: Partial<ServiceItem>[] }> = {
  'text.garbled': { bad: { transactAddr: '市民锟斤拷' }, at: 'transactAddr', good: [{ transactAddr: '锟' }] },
  'text.rare': { bad: { deptName: '𠀀局' }, at: 'deptName', good: [{ deptName: '㙍局' }] },
  'code.form': {
    bad: { taskCode: '511A0138000000-511602000000' },
    at: 'taskCode',
  },
  'code.credit-code': { bad: { taskCode: '11440232MB2D06812W3002014051000' }, at: 'taskCode' },
  'code.level': { bad: { useLevel: '4' }, at: 'useLevel' },
  'code.catalogue': {
    bad: { catalogCode: '002014051001' },
    at: 'catalogCode',
    good: [{ catalogCode: '0020140510' }],
  },
  'code.type': { bad: { taskType: '07' }, at: 'taskType' },
  'dept.credit-code': { bad: { deptCode: '11440232MB2D06811X' }, at: 'deptCode' },
  'dept.entrusted': {
    bad: { deptType: '3' },
    at: 'entrustName',
    good: [{ deptType: '3', entrustName: '市人力资源和社会保障局' }],
  },
  'limit.promise': { bad: { promiseDay: 11 }, at: 'promiseDay', good: [{ promiseDay: 10 }] },
  'limit.instant': {
    bad: { projectType: '1', promiseDay: 2 },
    at: 'promiseDay',
    good: [{ projectType: '1', promiseDay: 1 }],
  },
  'limit.links': {
    bad: { handleLinks: [{ linkName: '受理', handleDay: 6 }] },
    at: 'handleLinks',
    good: [
      {
        handleLinks: [
          { linkName: '受理', handleDay: 5 },
          { linkName: '公示', handleDay: 7, isSpecial: true },
        ],
      },
    ],
  },
  'visits.reason': {
    bad: { limitSceneNum: 1, limitSceneExplain: '无' },
    at: 'limitSceneExplain',
    good: [{ limitSceneNum: 1, limitSceneExplain: '需交回原证件' }],
  },
  'visits.none': {
    bad: { limitSceneExplain: '核验身份' },
    at: 'limitSceneExplain',
    good: [{ limitSceneExplain: '无。' }],
  },
  'visits.level-4': {
    bad: { onlineLevel: '4', limitSceneNum: 1, limitSceneExplain: '核验身份' },
    at: 'limitSceneNum',
    good: [{ onlineLevel: '4' }],
  },
  'visits.online-mode': {
    bad: { modes: [0], limitSceneNum: 1, limitSceneExplain: '核验身份' },
    at: 'limitSceneNum',
    good: [{ modes: [0] }],
  },
  'visits.how': {
    bad: { modes: [1], isOnline: false, handleType: ['1'] },
    at: 'handleType',
    good: [{ modes: [1], isOnline: false, handleType: ['1', '4'] }],
  },
  'mode.online': { bad: { isOnline: false, handleType: ['4'] }, at: 'isOnline' },
  'mode.repeated': { bad: { modes: [0, 0] }, at: 'modes' },
  'mode.contact': {
    bad: { contacts: [{ role: 'consult', phone: '0719-8100003' }] },
    at: 'contacts',
    good: [{ modes: [0], contacts: [] }, { contacts: [{ role: 'approve', phone: '13800000000' }] }],
  },
  'fee.basis': {
    bad: { isFee: true, isPayOnline: true },
    at: 'feeBasis',
    good: [{ isFee: true, isPayOnline: true, fees: [fee] }],
  },
  'fee.list': { bad: { isFee: true, isPayOnline: true, feeBasis: '发改价格〔2003〕' }, at: 'fees' },
  'fee.online': {
    bad: { isFee: true, fees: [fee] },
    at: 'isPayOnline',
    good: [{ isFee: true, isPayOnline: false, fees: [fee] }],
  },
  'fee.none': { bad: { fees: [fee] }, at: 'fees', good: [{ fees: [] }] },
  'fee.reduction': {
    bad: { isFee: true, isPayOnline: true, fees: [{ ...fee, isDesc: true }] },
    at: 'fees.0',
    good: [{ isFee: true, isPayOnline: true, fees: [{ ...fee, isDesc: true, descExplain: '低保家庭免收' }] }],
  },
  'phone.area-code': {
    bad: { linkWay: '8100001' },
    at: 'linkWay',
    good: [
      { linkWay: '（0719）8100001、0719－8100009' },
      { linkWay: '010-12345' },
      { linkWay: '400-810-0001' },
      { linkWay: '+86 13800000000' },
      { linkWay: '0719-8100001-8012' },
      ...DIALLED.map(linkWay => ({ linkWay })),
    ],
  },
  'sample.missing': {
    bad: { resultGuid: { ...SAMPLE, sha256: 'cd'.repeat(32) } },
    at: 'resultGuid',
    good: [{ resultGuid: SAMPLE }, material({ exampleGuid: SAMPLE, formGuid: SAMPLE })],
  },
  'phone.same': { bad: { superviseWay: '0719 8100001' }, at: 'superviseWay' },
  'result.type': {
    bad: { resultName: '关于建设项目的批复' },
    at: 'resultType',
    good: [{ resultName: '关于建设项目的批复', resultType: '审批办结' }],
  },
  'text.vague': {
    bad: { acceptCondition: '符合条件的，视情办理' },
    at: 'acceptCondition',
    good: [{ acceptCondition: '按《就业促进法》第二十条的规定' }],
  },
  'dates.order': {
    bad: { planEffectiveDate: '2026-12-02', planCancelDate: '2026-12-01' },
    at: 'planCancelDate',
    good: [{ planEffectiveDate: '2026-12-01', planCancelDate: '2026-12-01' }],
  },
  'basis.missing': {
    bad: { byLaw: undefined },
    at: 'byLaw',
    good: [{ byLaw: undefined, legalBases: [{ lawName: '就业促进法' }] }],
  },
  'upload.missing': { bad: { transactTime: undefined }, at: 'transactTime' },
  'place.unknown': {
    bad: { offeredAt: [{ unit: '420300', windows: ['A01', 'B01'] }] },
    at: 'offeredAt.0',
    good: [{ offeredAt: [{ unit: '420300' }] }],
  },
  'material.code': {
    bad: { materials: [ID_CARD, { ...ID_CARD, materialName: '申请表' }] },
    at: 'materials.1.materialCode',
    good: [{ materials: [ID_CARD, { ...ID_CARD, materialCode: 'M02', materialName: '申请表' }] }],
  },
  'material.name': {
    bad: { materials: [ID_CARD, { ...ID_CARD, materialCode: 'M02', materialName: '《申请人身份证》 ' }] },
    at: 'materials.1.materialName',
  },
  'material.none': { bad: { materials: [] }, at: 'materials' },
  'material.review-points': {
    bad: material({ reviewPoints: [] }),
    at: 'materials.0',
    good: [
      { modes: [0], ...material({ reviewPoints: [] }) },
      material({ isNeed: '2', needExplain: '代办时', reviewPoints: [] }),
    ],
  },
  'material.need': {
    bad: material({ isNeed: '3' }),
    at: 'materials.0',
    good: [material({ isNeed: '2', acceptStand: '代办时提供' })],
  },
  'material.issuer': {
    bad: material({ issuer: undefined }),
    at: 'materials.0',
    good: [material({ sourceType: '10', issuer: undefined })],
  },
  'material.source': {
    bad: material({ sourceType: '99' }),
    at: 'materials.0',
    good: [material({ sourceType: '99', sourceExplain: '医院' })],
  },
  'material.copies': {
    bad: material({ pageNumF: 1 }),
    at: 'materials.0',
    good: [material({ pageNumF: 0 }), material({ materialType: '3', pageNumF: 1 })],
  },
  'material.online-paper': {
    bad: { modes: [0], ...material({ materialFormat: '1' }) },
    at: 'materials.0',
    good: [material({ materialFormat: '1' })],
  },
  'material.certificate': {
    bad: material({ isResultCert: true }),
    at: 'materials.0',
    good: [material({ isResultCert: true, certCode: '11100000000013338W001' })],
  },
  'form.object': {
    bad: { form: { type: 'object', properties: {} }, formUi: undefined, sharedFields: undefined },
    at: 'form',
  },
  'form.types': {
    bad: form({ ...reason, type: 'text' }),
    at: 'form.properties.reason.type',
    good: [form({ ...reason, type: ['string', 'null'] })],
  },
  'form.required': { bad: form(reason, { required: ['reason', 'other'] }), at: 'form.required' },
  'form.reference': {
    bad: form({ title: '原因', $ref: 'https://example.org/reason.json' }),
    at: 'form.properties.reason.$ref',
    good: [form({ title: '原因', $ref: '#/$defs/reason' }, { $defs: { reason } })],
  },
  'form.bounds': {
    bad: form({ ...reason, pattern: '^(.*){1000}$' }),
    at: 'form',
    good: [form({ ...reason, pattern: '^(.*){500}$' })],
  },
  'form.pattern': {
    bad: form({ ...reason, pattern: '[' }),
    at: 'form.properties.reason.pattern',
    good: [form({ ...reason, pattern: '^\\d+$' }), form({ ...reason, pattern: '^(?:a|(?<b>\\w))$' })],
  },
  'form.choices': {
    bad: form({ ...reason, enum: ['a', 'a'] }),
    at: 'form.properties.reason.enum',
    good: [form({ ...reason, enum: ['a', 'b'] })],
  },
  'form.title': {
    bad: form({ type: 'string', maxLength: 9 }),
    at: 'form.properties.reason',
    good: [form({ type: 'array', title: '原因', items: { type: 'integer' } })],
  },
  'form.length': {
    bad: form({ type: 'string', title: '原因' }),
    at: 'form.properties.reason',
    good: [form({ type: 'string', title: '日期', format: 'date' })],
  },
  'form.ui': { bad: { formUi: { other: {} } }, at: 'formUi.other', good: [{ formUi: { 'ui:order': ['reason'] } }] },
  'shared.unknown': {
    bad: { sharedFields: ['reason', 'phone'] },
    at: 'sharedFields.1',
    good: [{ sharedFields: ['reason', 'applicant.phone'] }],
  },
  'shared.required': {
    bad: { sharedFields: ['applicant.name'] },
    at: 'sharedFields',
    good: [{ sharedFields: undefined }],
  },
  'consent.missing': { bad: { consent: undefined }, at: 'consent' },
}

const found = (item: ServiceItem) => lintItem(item, CONTEXT).map(({ rule, path }) => `${rule} ${path}`)
const changed = (change: Partial<ServiceItem>): ServiceItem => Item.parse({ ...SOUND, ...change })

describe('lint of items', () => {
  test('a complete item has no finding', () => {
    expect(found(Item.parse(SOUND))).toEqual([])
  })

  test('each rule has its case, each once', () => {
    const names = LINT_RULES.map(({ rule }) => rule)
    expect(new Set(names).size).toBe(names.length)
    expect(Object.keys(CASES).toSorted()).toEqual(names.toSorted())
  })

  test.each(Object.entries(CASES))('%s', (rule, { bad, at, good = [] }) => {
    expect(found(changed(bad))).toContain(`${rule} ${at}`)
    for (const change of good) expect(found(changed(change)).filter(line => line.startsWith(`${rule} `))).toEqual([])
  })

  test('errors block publication, warnings do not', () => {
    expect(mayPublish(lintItem(changed({ consent: undefined }), CONTEXT))).toBe(true)
    expect(mayPublish(lintItem(changed({ promiseDay: 11 }), CONTEXT))).toBe(false)
  })

  test.each(NOT_DIALLED)('%s cannot be dialled from another province', linkWay => {
    expect(found(changed({ linkWay }))).toContain('phone.area-code linkWay')
  })

  test('places are looked for only with an organisation tree', () => {
    const item = changed({ offeredAt: [{ unit: 'elsewhere' }] })
    expect(lintItem(item, {})).toEqual([])
    expect(found(item)).toEqual(['place.unknown offeredAt.0'])
  })

  test('any form and any text is judged without throwing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (tree, words) => {
        const item = Item.safeParse({ ...SOUND, form: tree, formUi: tree, linkWay: `x${words}` })
        if (item.success) lintItem(item.data)
      }),
    )
  })
})

test.each(['(?=a)', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>'])(
  'a pattern that looks around or back is an error: %s',
  pattern => {
    const found = lintItem({ ...SOUND, ...form({ ...reason, pattern }) }, CONTEXT)
    expect(found.map(({ rule }) => rule)).toContain('form.pattern')
  },
)

describe('an item of which some fields are not known', () => {
  const wrong: ServiceItem = { ...SOUND, promiseDay: 20, superviseWay: SOUND.linkWay ?? '', limitSceneNum: 1 }
  const rules = (unread: readonly string[], item: object = wrong) =>
    lintKnown({ ...item }, new Set(unread)).map(({ rule }) => rule)

  test('has the errors of the rules that ask for none of them', () => {
    expect(rules([])).toEqual(expect.arrayContaining(['limit.promise', 'visits.reason', 'phone.same']))
    expect(rules(['promiseDay'])).not.toContain('limit.promise')
    expect(rules(['promiseDay'])).toEqual(expect.arrayContaining(['visits.reason', 'phone.same']))
    expect(rules(['limitSceneNum', 'linkWay'])).toEqual(['limit.promise'])
  })

  test('is looked at without its warnings, and text is looked at wherever it is known', () => {
    expect(rules([], { ...SOUND, byLaw: undefined, legalBases: undefined })).toEqual([])
    expect(rules(['taskName'], { ...SOUND, taskName: '\ufffd', deptName: '\ufffd' })).toEqual(['text.garbled'])
  })

  test('never throws, whatever is missing', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(SOUND)), fc.subarray(Object.keys(SOUND)), (unread, gone) => {
        const item = Object.fromEntries(Object.entries(wrong).filter(([field]) => !gone.includes(field)))
        expect(Array.isArray(lintKnown(item, new Set(unread)))).toBe(true)
      }),
    )
  })
})
