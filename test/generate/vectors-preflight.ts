/** Vectors of pre-flight (预检): an application as its item and the agreed item ask for it, and each rule that it may break. SPEC.md §6.4. */

import { createFormCompiler } from '../../node/city/catalogue/forms/check.ts'
import type { AgreedItem } from '../../protocol/agreement/document.ts'
import { type Application, type CheckForm, type Finding, preflight } from '../../protocol/case/preflight.ts'
import type { RuleCode } from '../../protocol/field-codes.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { type Add, ITEM } from './vector-writer.ts'

const SCAN = 'ab'.repeat(32)
const OTHER_SCAN = 'cd'.repeat(32)
const SHEET: ServiceItem = {
  taskCode: ITEM.code,
  taskName: ITEM.name,
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '十堰市住房公积金中心',
  serverType: ['1'],
  projectType: '1',
  modes: [0, 1],
  anticipateDay: 3,
  promiseDay: 1,
  limitSceneNum: 0,
  acceptCondition: '在本市缴存住房公积金',
  isFee: false,
  isMailResult: false,
  resultName: '缴存使用证明',
  linkWay: '0719-12329',
  superviseWay: '0719-12345',
  consent: { version: 'gzs-2026-01', text: '本人承诺所填内容真实。' },
  sharedFields: ['reason', 'applicant.phone'],
  form: {
    type: 'object',
    properties: { reason: { type: 'string', maxLength: 20 }, account: { type: 'string' } },
    required: ['reason'],
  },
  materials: [
    {
      materialCode: 'M01',
      materialName: '身份证',
      isNeed: '1',
      materialType: '1',
      materialFormat: '3',
      sourceType: '20',
      certCode: '11100000000013338W011',
    },
    {
      materialCode: 'M02',
      materialName: '申请表',
      isNeed: '1',
      materialType: '4',
      materialFormat: '3',
      sourceType: '10',
    },
    {
      materialCode: 'M03',
      materialName: '贷款合同',
      isNeed: '3',
      materialType: '2',
      materialFormat: '3',
      sourceType: '10',
    },
  ],
}
const AGREED: AgreedItem = {
  taskCode: ITEM.code,
  taskName: ITEM.name,
  handling: '420300',
  collecting: ['610900'],
  modes: [0, 1],
}
const material = (code: string, sha256: string) => ({
  sha256,
  code,
  name: `${code}.pdf`,
  form: 'electronic' as const,
  pages: 1,
})
const ALL = [material('M01', SCAN), material('M02', OTHER_SCAN), material('M03', 'ef'.repeat(32))]
const CONTENT: Application = {
  item: { code: ITEM.code, name: ITEM.name, version: 1 },
  mode: 0,
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
  form: { reason: '在安康购房' },
  materials: ALL,
  purpose: '办理缴存证明',
  receivedAt: '2026-11-02T08:40:00+08:00',
  consent: { text: 'gzs-2026-01', acceptedAt: '2026-11-02T08:40:00+08:00' },
}

const compile = createFormCompiler()
export const checkForm: CheckForm = (schema, data) => compile(schema)?.(data) ?? null

/** What readers must agree on; in which order each finds, and in which words, is its own affair. */
export const toldOf = (findings: readonly Finding[]) =>
  findings
    .map(({ field, code, level, cure }) => ({ field, code, level, cure }))
    .toSorted((a, b) => (`${a.field} ${a.code}` < `${b.field} ${b.code}` ? -1 : 1))

type Change = { content?: object; item?: object; agreed?: object | null }

export function addPreflight(add: Add): void {
  /** `expected`: the findings that are errors, and no others. */
  const judge = (
    path: string,
    description: string,
    { content = {}, item = {}, agreed = {} }: Change,
    expected: readonly (readonly [field: string, code: RuleCode | 'required' | 'too-large'])[] = [],
  ) => {
    const given = {
      content: { ...CONTENT, ...content } as Application,
      item: { ...SHEET, ...item } as ServiceItem,
      agreed: agreed === null ? null : ({ ...AGREED, ...agreed } as AgreedItem),
    }
    const findings = toldOf(preflight({ ...given, checkForm }))
    const errors = findings.filter(({ level }) => level === 'error').map(({ field, code }) => `${field} ${code}`)
    const wanted = expected.map(([field, code]) => `${field} ${code}`).toSorted()
    if (JSON.stringify(errors) !== JSON.stringify(wanted)) throw new Error(`${path}: ${errors.join(', ')}`)
    const ok = errors.length === 0
    const outcome = ok ? { ok, findings } : { ok, problem: 'case.preflight', findings }
    add(`preflight/${ok ? 'valid' : 'invalid'}/${path}`, description, given, outcome)
  }
  const applicant = (change: object) => ({ content: { applicant: { ...CONTENT.applicant, ...change } } })

  judge('as-asked', 'Everything as the item and the agreement ask for it', {})
  judge('later', 'A material that may be handed in later, which is told', { content: { materials: ALL.slice(0, 2) } })
  judge('copy', 'A copy where the original is asked for, which is told', {
    content: { materials: [{ ...ALL[0], form: 'copy' }, ...ALL.slice(1)] },
  })
  judge('assistant', 'Who only helps needs no authorisation', {
    content: { agent: { kind: 'assistant', name: '王桂英' } },
  })
  judge('agent', 'An agent with an authorisation that the item does not list', {
    content: {
      agent: { name: '王桂英', idType: '111', idNumber: '11010519491231002X', authorisation: '12'.repeat(32) },
      materials: [...ALL, material('SQ', '12'.repeat(32))],
    },
  })
  judge('not-agreed', 'Without an agreed item those of the item may be shared', { agreed: null })

  judge('unused', 'The item is not in use', { item: { taskState: '2' } }, [['item', 'item-unused']])
  judge('version', 'Another version', { item: { taskVersion: 2 } }, [['item.version', 'item-version']])
  judge('name', 'Another name', { item: { taskName: '另一事项' } }, [['item.name', 'item-name']])
  judge(
    'limit',
    'Other working days than the item says',
    { content: { item: { ...CONTENT.item, promiseDay: 2, anticipateDay: 3 } } },
    [['item.promiseDay', 'item-limit']],
  )
  judge('mode', 'A mode that the item does not allow', { item: { modes: [1] } }, [['mode', 'mode-excluded']])
  judge('kind-of-applicant', 'An item for legal persons', { item: { serverType: ['2'] } }, [
    ['applicant.type', 'applicant-type'],
  ])
  judge('resident-id', 'A check character that is wrong', applicant({ idNumber: '110105194912310021' }), [
    ['applicant.idNumber', 'resident-id'],
  ])
  judge(
    'born-later',
    'Born after the application was received',
    { content: { receivedAt: '1949-12-30T08:40:00+08:00' } },
    [['applicant.idNumber', 'resident-id-date']],
  )
  judge(
    'credit-code',
    'A unified social credit code that is wrong',
    { ...applicant({ idType: '001', idNumber: '91420300000000000A' }) },
    [['applicant.idNumber', 'credit-code']],
  )
  judge('agent-alone', 'An agent without a document and an authorisation', { content: { agent: { name: '王桂英' } } }, [
    ['agent.authorisation', 'authorisation-missing'],
    ['agent.idNumber', 'agent-document'],
    ['agent.idType', 'agent-document'],
  ])
  judge(
    'authorisation-elsewhere',
    'The authorisation is not among the materials',
    {
      content: {
        agent: { name: '王桂英', idType: '111', idNumber: '11010519491231002X', authorisation: '12'.repeat(32) },
      },
    },
    [['agent.authorisation', 'authorisation-unlisted']],
  )
  judge(
    'another-notice',
    'Another version of the notice was accepted',
    { content: { consent: { ...CONTENT.consent, text: 'gzs-2025-01' } } },
    [['consent', 'consent-missing']],
  )
  judge('form-lacks', 'A needed field of the form is not there', { content: { form: {} } }, [
    ['form.reason', 'required'],
  ])
  judge('form-long', 'A field of the form is too long', { content: { form: { reason: '购'.repeat(21) } } }, [
    ['form.reason', 'too-large'],
  ])
  judge(
    'form-unknown',
    'A field that the form does not have',
    { content: { form: { reason: '购房', colour: '红' } } },
    [['form.colour', 'form-unknown']],
  )
  judge(
    'form-unusable',
    'The form of the item is none',
    { item: { form: { type: 'object', properties: { reason: { type: 'no-such-type' } } } } },
    [['form', 'form-unusable']],
  )
  judge(
    'not-shared',
    'A field of the form that is not shared',
    { content: { form: { reason: '购房', account: '1' } } },
    [['form.account', 'not-shared']],
  )
  judge('shared-by-agreement', 'The agreed item stands over the item', { agreed: { sharedFields: ['reason'] } }, [
    ['applicant.phone', 'not-shared'],
  ])
  judge('address', 'An address that is not shared', applicant({ address: '安康市汉滨区' }), [
    ['applicant.address', 'not-shared'],
  ])
  judge('missing', 'A necessary material is missing', { content: { materials: [ALL[0], ALL[2]] } }, [
    ['materials.M02', 'material-missing'],
  ])
  judge(
    'unlisted',
    'A material that the item does not list',
    { content: { materials: [...ALL, material('M09', '12'.repeat(32))] } },
    [['materials.3.code', 'material-unlisted']],
  )
  judge('twice', 'One scan as two materials', { content: { materials: [ALL[0], ALL[1], material('M03', SCAN)] } }, [
    ['materials.2.sha256', 'material-twice'],
  ])
  judge('no-purpose', 'A licence without what it is used for', { content: { purpose: undefined } }, [
    ['materials.0.purpose', 'material-purpose'],
  ])
  judge(
    'mailed',
    'Mailed where the item says that it is not, and to nobody',
    { content: { delivery: { method: 'mail' } } },
    [
      ['delivery.method', 'mail-excluded'],
      ['delivery.recipient', 'recipient-missing'],
    ],
  )
}
