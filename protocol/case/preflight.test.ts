import { expect, test } from 'vitest'
import { FIELD_CODES, type FieldCode } from '../field-codes.ts'
import type { ServiceItem } from '../service/item.ts'
import { CASE_CONTENT, CaseMaterial } from './kinds.ts'
import { type Application, type CheckForm, minimise, type PreflightParts, preflight } from './preflight.ts'

const hash = (letter: string) => letter.repeat(64)
const item: ServiceItem = {
  taskCode: 'A1',
  taskName: '缴存证明',
  taskVersion: 3,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '公积金中心',
  serverType: ['1'],
  projectType: '2',
  modes: [0, 1],
  anticipateDay: 10,
  promiseDay: 5,
  limitSceneNum: 0,
  isFee: false,
  isMailResult: false,
  materials: [
    {
      materialCode: 'M1',
      materialName: '身份证',
      isNeed: '1',
      materialType: '1',
      materialFormat: '3',
      sourceType: '20',
      certCode: '11100000000013338W001',
    },
    {
      materialCode: 'M2',
      materialName: '承诺书',
      isNeed: '3',
      materialType: '4',
      materialFormat: '3',
      sourceType: '10',
    },
  ],
  form: { type: 'object', properties: { reason: { type: 'string' }, spouse: { type: 'string' } } },
  consent: { version: 'v2', text: '…' },
}
const content: Application = {
  item: { code: 'A1', name: '缴存证明', version: 3, promiseDay: 5, anticipateDay: 10 },
  mode: 1,
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
  form: { reason: '购房' },
  materials: [{ sha256: hash('a'), code: 'M1', name: '身份证.pdf', form: 'original' }],
  receivedAt: '2026-11-02T08:40:00+08:00',
  consent: { text: 'v2', acceptedAt: '2026-11-02T08:42:00+08:00' },
  purpose: '办理异地贷款',
}
const fine: CheckForm = () => []
const agreed = {
  taskCode: 'A1',
  taskName: '缴存证明',
  handling: '420300',
  collecting: ['610900'],
  modes: [0, 1] as const,
}
const check = (change: Partial<Application> = {}, parts: Partial<PreflightParts> = {}) =>
  preflight({ content: { ...content, ...change }, item, agreed: null, checkForm: fine, ...parts })
const errors = (...given: Parameters<typeof check>) =>
  check(...given)
    .filter(({ level }) => level === 'error')
    .map(({ field, cure }) => `${field} ${cure}`)

test('what is complete has no error, and tells what may come later', () => {
  expect(check()).toEqual([
    expect.objectContaining({
      field: 'materials.M2',
      level: 'notice',
      cure: 'applicant',
      reasonZh: '可容缺后补：承诺书',
    }),
  ])
})

const agent = { name: '林长河', idType: '111', idNumber: '11010519491231002X' }
const changes: [string, Partial<Application>, string[]][] = [
  ['another version', { item: { ...content.item, version: 2 } }, ['item.version clerk']],
  ['another promise', { item: { ...content.item, promiseDay: 0 } }, ['item.promiseDay clerk']],
  ['another legal limit', { item: { ...content.item, anticipateDay: 90 } }, ['item.anticipateDay clerk']],
  ['a mode that is not offered', { mode: 3 }, ['mode clerk']],
  ['an applicant of another kind', { applicant: { ...content.applicant, type: '2' } }, ['applicant.type clerk']],
  [
    'a wrong identity number',
    { applicant: { ...content.applicant, idNumber: '110105194912310021' } },
    ['applicant.idNumber clerk'],
  ],
  [
    'an identity number of 1899',
    { applicant: { ...content.applicant, idNumber: '420300189912311239' } },
    ['applicant.idNumber clerk'],
  ],
  [
    'an identity number of who is not born yet',
    { applicant: { ...content.applicant, idNumber: '420300202612311230' } },
    ['applicant.idNumber clerk'],
  ],
  [
    'a wrong credit code',
    { applicant: { ...content.applicant, idType: '001', idNumber: '91420300MA00000001' } },
    ['applicant.idNumber clerk'],
  ],
  ['an agent without authorisation', { agent }, ['agent.authorisation applicant']],
  [
    'an authorisation that was not handed in',
    { agent: { ...agent, authorisation: hash('c') } },
    ['agent.authorisation clerk'],
  ],
  [
    'an authorisation among the materials',
    {
      agent: { ...agent, authorisation: hash('c') },
      materials: [...content.materials, { sha256: hash('c'), code: '委托书', name: '委托书.pdf' }],
    },
    [],
  ],
  ['no consent', { consent: undefined }, ['consent applicant']],
  ['consent to an older notice', { consent: { text: 'v1', acceptedAt: content.receivedAt } }, ['consent applicant']],
  ['a helper at the counter, without papers', { agent: { kind: 'assistant', name: '林长河' } }, []],
  [
    'a helper with an authorisation that was not handed in',
    { agent: { kind: 'assistant', name: '林长河', authorisation: hash('c') } },
    ['agent.authorisation clerk'],
  ],
  [
    'an agent whose number is still to come is told of once',
    { agent: { ...agent, idNumber: undefined, authorisation: hash('c') } },
    ['agent.idNumber clerk', 'agent.authorisation clerk'],
  ],
  [
    'an agent who shows nothing',
    { agent: { kind: 'agent', name: '林长河' } },
    ['agent.idType clerk', 'agent.idNumber clerk', 'agent.authorisation applicant'],
  ],
  ['a licence without a purpose', { purpose: undefined }, ['materials.0.purpose clerk']],
  [
    'a licence with a purpose of its own',
    { purpose: undefined, materials: [{ sha256: hash('a'), code: 'M1', name: '身份证', purpose: '核验身份' }] },
    [],
  ],
  ['a field that the form has not', { form: { reason: 'x', other: 1 } }, ['form.other clerk']],
  ['a list without end', { form: { reason: Array.from({ length: 501 }, () => 0) } }, ['form clerk']],
  ['a list of the largest size', { form: { reason: Array.from({ length: 500 }, () => 0) } }, []],
  ['no necessary material', { materials: [], purpose: undefined }, ['materials.M1 applicant']],
  [
    'a material that is not asked for',
    { materials: [...content.materials, { sha256: hash('b'), code: 'M9', name: '其他' }] },
    ['materials.1.code clerk'],
  ],
  [
    'mail of a result that is not mailed, to nobody',
    { delivery: { method: 'mail' } },
    ['delivery.recipient clerk', 'delivery.method clerk'],
  ],
]
test.each(changes)('%s', (_, change, found) => {
  expect(errors(change)).toEqual(found)
})

test('a purpose has 200 characters at most, of a case and of a licence', () => {
  const { purpose } = CASE_CONTENT['case.submit'].shape
  for (const schema of [purpose, CaseMaterial.shape.purpose])
    expect([200, 201].map(length => schema.safeParse('用'.repeat(length)).success)).toEqual([true, false])
})

test('an item that is not in use, and a form that cannot be used, are for the handling city', () => {
  expect(errors({}, { item: { ...item, taskState: '2' } })).toEqual(['item partner'])
  expect(errors({}, { checkForm: () => null })).toEqual(['form partner'])
})

test('a scan of a copy goes ahead, and the original is asked for', () => {
  const materials = [{ sha256: hash('a'), code: 'M1', name: '身份证', form: 'copy' as const }]
  expect(check({ materials })[0]).toMatchObject({ field: 'materials.0.form', level: 'notice', cure: 'applicant' })
})

test('the names of the own list are told of what is missing', () => {
  const names = [{ collecting: 'Z1', collectingName: '居民身份证', handling: 'M1', handlingName: '身份证' }]
  expect(check({ materials: [] }, { names })[0]?.reasonZh).toBe('缺少必要材料：身份证（本市称“居民身份证”）')
})

test('what is not shared stays: taken out before it is sent, refused when it comes', () => {
  const shares = { ...agreed, modes: [0, 1] as (0 | 1)[], sharedFields: ['reason'] }
  const form = { reason: '购房', spouse: '李雷' }
  expect(errors({ form }, { agreed: shares })).toEqual(['applicant.phone clerk', 'form.spouse clerk'])
  const { content: sent, kept } = minimise({ ...content, form }, { item, agreed: shares })
  expect([sent.form, sent.applicant.phone, kept]).toEqual([
    { reason: '购房' },
    undefined,
    ['applicant.phone', 'form.spouse'],
  ])
  expect(errors(sent, { agreed: shares })).toEqual([])
  // Without a word on sharing the form says what leaves.
  expect(minimise({ ...content, form }, { item, agreed: null }).kept).toEqual([])
  // A necessary field that is not shared is not missed where it does not go.
  const checkForm: CheckForm = () => [
    { path: 'spouse', missing: true, code: 'required', reason: 'missing', reasonZh: '必填' },
  ]
  expect(errors(sent, { agreed: shares, checkForm })).toEqual([])
  expect(errors(sent, { checkForm })).toEqual(['form.spouse clerk'])
})

test('no finding repeats what the applicant wrote', () => {
  const secret = '420300199001011230'
  const applicant = { ...content.applicant, idNumber: secret, name: secret }
  const found = check({ applicant, agent: { ...agent, idNumber: secret }, form: { reason: secret } })
  expect(JSON.stringify(found)).not.toContain(secret)
})

test('one scan under two codes is told at the second with the first, whatever the codes are', () => {
  const scan = (code: string, letter = 'a') => ({ sha256: hash(letter), code, name: '扫描件.pdf' })
  expect(errors({ materials: [scan('M1'), scan('M2')] })).toEqual(['materials.1.sha256 clerk'])
  expect(errors({ materials: [scan('M1'), scan('M1')] })).toEqual(['materials.1.sha256 clerk'])
  expect(errors({ materials: [scan('M1'), scan('M2', 'b'), scan('M1', 'c')] })).toEqual([])
})

test('the item has the name under which it is published', () => {
  expect(errors({ item: { ...content.item, name: '缴存证明（补）' } })).toEqual(['item.name clerk'])
})

test('each rule has a code of its own, and whoever can cure it is written with the code', () => {
  const wrong: Partial<Application> = {
    item: { code: 'A1', name: '别名', version: 2, promiseDay: 6, anticipateDay: 10 },
    mode: 3,
    applicant: { type: '2', name: '陈小满', idType: '001', idNumber: '91420300MA00000001', phone: '13900000000' },
    agent: { name: '林长河', idType: '111', idNumber: '1' },
    form: { reason: '购房', shoe: 42 },
    materials: [
      { sha256: hash('a'), code: 'M1', name: 'a', form: 'copy' },
      { sha256: hash('a'), code: 'M9', name: 'b' },
    ],
    consent: undefined,
    purpose: undefined,
    delivery: { method: 'mail' },
  }
  const found = [
    ...check(wrong, {
      item: {
        ...item,
        taskState: '2',
        isMailResult: false,
        materials: [...item.materials, { ...item.materials[0], materialCode: 'M3', certCode: undefined } as never],
      },
      agreed: { ...agreed, modes: [0, 1], sharedFields: [] },
      checkForm: () => null,
    }),
    ...check({ applicant: { ...content.applicant, idNumber: '420300202612311230' } }),
    ...check({ agent: { name: '林长河' } }),
    ...check({ agent: { ...agent, authorisation: hash('b') } }),
  ]
  expect([...new Set(found.map(({ code }) => code))].sort()).toEqual([
    'agent-document',
    'applicant-type',
    'authorisation-missing',
    'authorisation-unlisted',
    'consent-missing',
    'credit-code',
    'form-unknown',
    'form-unusable',
    'item-limit',
    'item-name',
    'item-unused',
    'item-version',
    'mail-excluded',
    'material-later',
    'material-missing',
    'material-original',
    'material-purpose',
    'material-twice',
    'material-unlisted',
    'mode-excluded',
    'not-shared',
    'recipient-missing',
    'resident-id',
    'resident-id-date',
  ])
  for (const { code, cure } of found) expect([code, cure]).toEqual([code, FIELD_CODES[code as FieldCode].cure])
})
