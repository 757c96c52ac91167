/**
 * Pre-flight (预检): the one check of an application that the collecting city makes before it sends and the handling city when it
 * receives, over the same item, the same agreement and the same words, so that nothing is found there that was not found here. Pure.
 * SPEC.md §6.4.
 */
import { type AgreedItem, dayOf } from '../agreement/document.ts'
import { readCreditCode } from '../codes/credit-code.ts'
import { readResidentId } from '../codes/resident-id.ts'
import { FIELD_CODES, type FieldCode, type RuleCode } from '../field-codes.ts'
import { LIMITS } from '../limits.ts'
import type { FieldProblem } from '../problem.ts'
import type { ServiceItem } from '../service/item.ts'
import type { CaseContent } from './kinds.ts'

/** Who can cure a finding (由谁纠正). */
export const CURES = {
  clerk: { en: 'the clerk at the window', zh: '窗口人员' },
  applicant: { en: 'the applicant', zh: '申请人' },
  administrator: { en: "this city's administrator", zh: '本市管理员' },
  partner: { en: 'the handling city', zh: '办理地' },
} as const
export type Cure = keyof typeof CURES

/** `field` is a path into the content; `reason` never repeats its value. A `notice` keeps nothing from being sent. */
export type Finding = Omit<FieldProblem, 'cure'> & { cure: Cure }

/** What is wrong with the fields of a form; `path` is empty for the form itself. */
export type FormFault = { path: string; missing: boolean; code: FieldCode; reason: string; reasonZh: string }
/** Checks data against a JSON Schema; null when the schema itself cannot be used. */
export type CheckForm = (schema: Record<string, unknown>, data: Record<string, unknown>) => FormFault[] | null

/** How one material is called in the own list and in the partner's. */
export type MaterialNames = { collecting: string; collectingName: string; handling: string; handlingName: string }

export type Application = Omit<CaseContent<'case.submit'>, 'caseNo'>

export type PreflightParts = {
  content: Application
  /** the item as the handling city published it */
  item: ServiceItem
  /** what the agreement says of it; null without one */
  agreed: AgreedItem | null
  checkForm: CheckForm
  /** how its materials are called at this counter */
  names?: readonly MaterialNames[]
}

/** What a rule finds; who can cure it is written with its code. */
export const ruleFinding = (
  code: RuleCode,
  level: Finding['level'],
  field: string,
  reason: string,
  reasonZh: string,
): Finding => ({ field, code, level, cure: FIELD_CODES[code].cure, reason, reasonZh })

/** What is wrong with a field of the form of the item, as whoever fills it in at the counter cures it. */
export const formFinding = ({ path, code, reason, reasonZh }: FormFault): Finding => ({
  field: path === '' ? 'form' : `form.${path}`,
  code,
  level: 'error',
  cure: 'clerk',
  reason,
  reasonZh,
})

/** Fields that the form does not know, of which so many are told. */
const UNKNOWN_TOLD = 50

/** Fields of applicant and agent that an application may do without: they leave the city only when they are shared. */
const OPTIONAL = {
  applicant: ['phone', 'address', 'legalRepresentative'],
  agent: ['phone'],
} as const

/** Names of the fields that may leave the collecting city; null when the agreement and the item name none. */
const sharedOf = ({ item, agreed }: Pick<PreflightParts, 'item' | 'agreed'>): ReadonlySet<string> | null => {
  const named = agreed?.sharedFields ?? item.sharedFields
  return named === undefined ? null : new Set(named)
}

const propertiesOf = (form: Record<string, unknown>): Record<string, unknown> =>
  typeof form.properties === 'object' && form.properties !== null ? (form.properties as Record<string, unknown>) : {}

/** The content without what must not leave the city (最小必要, PIPL article 6), and the paths of what stays. */
export function minimise(
  content: Application,
  parts: Pick<PreflightParts, 'item' | 'agreed'>,
): { content: Application; kept: string[] } {
  const shared = sharedOf(parts)
  if (shared === null) return { content, kept: [] }
  const kept: string[] = []
  const without = <T extends object>(party: 'applicant' | 'agent' | 'form', value: T, may: (name: string) => boolean) =>
    Object.fromEntries(
      Object.entries(value).filter(([name, held]) => {
        if (held === undefined || may(name)) return true
        kept.push(`${party}.${name}`)
        return false
      }),
    ) as T
  const party = (who: 'applicant' | 'agent') => (name: string) =>
    !(OPTIONAL[who] as readonly string[]).includes(name) || shared.has(`${who}.${name}`)
  const known = propertiesOf(parts.item.form ?? {})
  return {
    content: {
      ...content,
      applicant: without('applicant', content.applicant, party('applicant')),
      ...(content.agent === undefined ? {} : { agent: without('agent', content.agent, party('agent')) }),
      // What the form does not know is a mistake to be told, not to be dropped.
      form: without('form', content.form, name => shared.has(name) || !Object.hasOwn(known, name)),
    },
    kept,
  }
}

/** Checks an application; all findings at once, in the order of the form at the counter. */
export function preflight({ content, item, agreed, checkForm, names = [] }: PreflightParts): Finding[] {
  const findings: Finding[] = []
  const finding =
    (level: Finding['level']) =>
    (code: RuleCode, field: string, reason: string, reasonZh: string): void => {
      findings.push(ruleFinding(code, level, field, reason, reasonZh))
    }
  const find = finding('error')
  const note = finding('notice')

  // --- the item
  if (item.taskState !== '1') find('item-unused', 'item', 'the item is not in use', '事项未启用')
  if (content.item.version !== item.taskVersion)
    find(
      'item-version',
      'item.version',
      `the published version is ${item.taskVersion}`,
      `现行版本为 ${item.taskVersion}，请按新版本重新核对`,
    )
  if (content.item.name !== item.taskName)
    find('item-name', 'item.name', 'not the name under which the item is published', '事项名称与公布的不一致')
  for (const limit of ['promiseDay', 'anticipateDay'] as const)
    if (content.item[limit] !== undefined && content.item[limit] !== item[limit])
      find(
        'item-limit',
        `item.${limit}`,
        `the item says ${item[limit]} working days`,
        `事项规定为 ${item[limit]} 个工作日`,
      )
  if (!item.modes.includes(content.mode))
    find('mode-excluded', 'mode', 'the item does not allow this mode', '事项不支持该办理模式')

  // --- who applies
  if (!item.serverType.includes(content.applicant.type))
    find('applicant-type', 'applicant.type', 'the item is not for this kind of applicant', '服务对象不符')
  for (const who of ['applicant', 'agent'] as const) {
    const holder = content[who]
    // That an agent's number is not there is told below, and of one that only helps none is asked for.
    if (holder?.idNumber === undefined) continue
    const { idNumber } = holder
    const resident = holder.idType === '111' ? readResidentId(idNumber) : undefined
    if (resident === null)
      find('resident-id', `${who}.idNumber`, 'not a valid resident identity number', '身份证号码校验不通过')
    else if (resident !== undefined && resident.birthDate > dayOf(Date.parse(content.receivedAt) / 1000))
      find(
        'resident-id-date',
        `${who}.idNumber`,
        'born after the application was received',
        '身份证号码中的出生日期晚于收件日期',
      )
    if (holder.idType === '001' && readCreditCode(idNumber) === null)
      find('credit-code', `${who}.idNumber`, 'not a valid unified social credit code', '统一社会信用代码校验不通过')
  }
  if (content.agent !== undefined) {
    const { kind = 'agent', authorisation } = content.agent
    for (const field of ['idType', 'idNumber'] as const)
      if (kind === 'agent' && content.agent[field] === undefined)
        find(
          'agent-document',
          `agent.${field}`,
          'who acts for the applicant shows an identity document',
          '请填写代办人的证件',
        )
    if (authorisation === undefined) {
      if (kind === 'agent')
        find('authorisation-missing', 'agent.authorisation', 'the agent has no authorisation', '代办人未提交授权委托书')
    } else if (!content.materials.some(({ sha256 }) => sha256 === authorisation))
      find(
        'authorisation-unlisted',
        'agent.authorisation',
        'the authorisation is not among the materials',
        '授权委托书未列入申请材料',
      )
  }

  // --- what the applicant accepted
  if (item.consent !== undefined && content.consent?.text !== item.consent.version)
    find(
      'consent-missing',
      'consent',
      `version ${item.consent.version} of the notice was not accepted`,
      `申请人尚未确认告知书（版本 ${item.consent.version}）`,
    )

  // --- form
  const shared = sharedOf({ item, agreed })
  if (item.form !== undefined) {
    const known = propertiesOf(item.form)
    for (const name of Object.keys(content.form)
      .filter(name => !Object.hasOwn(known, name))
      .slice(0, UNKNOWN_TOLD))
      find('form-unknown', `form.${name.slice(0, 60)}`, 'not a field of the form', '申请表没有该字段')
    if (tooLong(content.form))
      findings.push(
        formFinding({
          path: '',
          missing: false,
          code: 'too-large',
          reason: `a list of more than ${LIMITS.formEntries} entries`,
          reasonZh: `列表超过 ${LIMITS.formEntries} 项`,
        }),
      )
    else {
      const faults = checkForm(item.form, content.form)
      if (faults === null)
        find('form-unusable', 'form', 'the form of the item cannot be used', '事项申请表的模式有误，无法校验')
      for (const fault of faults ?? []) {
        // What is not shared stays with the collecting city, which has checked it.
        if (fault.missing && shared !== null && !shared.has(fault.path.split('.')[0] ?? '')) continue
        findings.push(formFinding(fault))
      }
    }
  }
  for (const path of minimise(content, { item, agreed }).kept)
    find('not-shared', path, 'must not leave the collecting city', '不在共享字段内，不得传出本市')

  // --- materials
  const given = new Set(content.materials.map(material => material.code))
  for (const [index, material] of content.materials.entries()) {
    const wanted = item.materials.find(({ materialCode }) => materialCode === material.code)
    if (wanted === undefined) {
      if (material.sha256 !== content.agent?.authorisation)
        find('material-unlisted', `materials.${index}.code`, "not in the item's list", '不在事项材料清单内')
      continue
    }
    if (wanted.materialType === '1' && material.form === 'copy')
      note(
        'material-original',
        `materials.${index}.form`,
        'the original is asked for: to be mailed or shown',
        `${wanted.materialName}须提交原件（邮寄或核验）`,
      )
    if (wanted.certCode !== undefined && (material.purpose ?? content.purpose) === undefined)
      find(
        'material-purpose',
        `materials.${index}.purpose`,
        'a licence: say what it is used for, here or once for all in purpose',
        `使用证照（${wanted.materialName}）须填写用证事由`,
      )
  }
  for (const { materialCode, materialName, isNeed, needExplain } of item.materials) {
    if (given.has(materialCode)) continue
    const own = names.find(({ handling }) => handling === materialCode)
    const [of, ofZh] =
      own === undefined ? ['', ''] : [`: ${own.collecting} of the own list`, `（本市称“${own.collectingName}”）`]
    if (isNeed === '1')
      find(
        'material-missing',
        `materials.${materialCode}`,
        `a necessary material is missing${of}`,
        `缺少必要材料：${materialName}${ofZh}`,
      )
    if (isNeed === '3')
      note(
        'material-later',
        `materials.${materialCode}`,
        `may be handed in later${of}`,
        `可容缺后补：${materialName}${ofZh}${needExplain === undefined ? '' : `（${needExplain}）`}`,
      )
  }

  const before = new Map<string, string>()
  for (const [index, { sha256, code }] of content.materials.entries()) {
    const first = before.get(sha256)
    if (first !== undefined)
      find(
        'material-twice',
        `materials.${index}.sha256`,
        `the same scan as of ${first}: scan each material by itself`,
        `与材料 ${first} 是同一份扫描件，请将各份材料分开扫描上传`,
      )
    else before.set(sha256, code)
  }

  // --- hand-over
  if (content.delivery?.method === 'mail') {
    if (content.delivery.recipient === undefined)
      find('recipient-missing', 'delivery.recipient', 'to whom the result is mailed', '请填写结果邮寄的收件人')
    if (item.isMailResult === false)
      find('mail-excluded', 'delivery.method', 'the result of this item is not mailed', '该事项结果不支持邮寄')
  }
  return findings
}

/** Whether a list anywhere in it is longer than a form may have: the time that its check takes grows with the square of it. */
function tooLong(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value) && value.length > LIMITS.formEntries) return true
  return Object.values(value).some(tooLong)
}
