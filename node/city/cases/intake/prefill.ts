/** Prefill (预填): what the identity number, the credit code and earlier cases already tell, so that no clerk types it again. Pure. */
import type { Applicant } from '../../../../protocol/case/kinds.ts'
import { readCreditCode } from '../../../../protocol/codes/credit-code.ts'
import { readResidentId } from '../../../../protocol/codes/resident-id.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'

/** Where a value comes from: 证件号码, 申请人信息, 以往办件. */
export type Source = 'number' | 'applicant' | 'earlier'
/** An earlier application of the same applicant, newest first. */
export type Earlier = { item: string; applicant: Applicant; form: Record<string, unknown> }
/** An applicant of whom some is written down. */
export type Begun = { [Field in keyof Applicant]?: Applicant[Field] | undefined }
export type Prefilled = {
  applicant: Begun
  form: Record<string, unknown>
  /** source of each value by its path */
  from: Record<string, Source>
}

type Fact =
  | keyof Pick<Applicant, 'name' | 'idNumber' | 'phone' | 'address' | 'legalRepresentative'>
  | 'birthDate'
  | 'sex'
  | 'area'
  | 'organisationCode'

/** What a field is about, by the words of its title; the item's own hint `ui:prefill` goes first. */
const TITLES: readonly [Fact, RegExp][] = [
  ['birthDate', /^(出生(日期|年月日)|生日)$/],
  ['sex', /^性别$/],
  ['name', /^(姓名|申请人(姓名|名称)?|(企业|单位|公司|机构)名称)$/],
  ['idNumber', /^(公民)?身份(证)?(件)?号码?$|^证件号码$|^统一社会信用代码$/],
  ['phone', /^(联系(电话|方式|手机)|手机(号码?)?|电话(号码)?)$/],
  ['address', /^(联系地址|通讯地址|现?住址|居住地址|住所)$/],
  ['legalRepresentative', /^(法定代表人|法人代表|负责人)(姓名)?$/],
  ['area', /^(户籍|发证)?行政区划(代码)?$/],
  ['organisationCode', /^组织机构代码$/],
]
const FACTS = new Set<string>(TITLES.map(([fact]) => fact))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Words and codes (GB/T 2261.1) of the sexes, as forms offer them. */
const SEXES = { male: ['男', '男性', '1', 1, 'male', 'M'], female: ['女', '女性', '2', 2, 'female', 'F'] } as const

/** What is known for certain of an applicant. */
function factsOf(applicant: Begun): Map<Fact, [unknown, Source]> {
  const facts = new Map<Fact, [unknown, Source]>()
  for (const fact of ['name', 'idNumber', 'phone', 'address', 'legalRepresentative'] as const)
    if (applicant[fact] !== undefined) facts.set(fact, [applicant[fact], 'applicant'])
  const id = applicant.idType === '111' ? readResidentId(applicant.idNumber ?? '') : null
  if (id !== null) {
    facts.set('birthDate', [id.birthDate, 'number'])
    facts.set('sex', [id.sex, 'number'])
    facts.set('area', [id.area, 'number'])
  }
  const credit = applicant.idType === '001' ? readCreditCode(applicant.idNumber ?? '') : null
  if (credit !== null) {
    facts.set('area', [credit.area, 'number'])
    facts.set('organisationCode', [credit.organisation, 'number'])
  }
  return facts
}

function factOf(name: string, schema: Record<string, unknown>, hints: Record<string, unknown>): Fact | null {
  const hint = isObject(hints[name]) ? hints[name]['ui:prefill'] : undefined
  if (typeof hint === 'string') return FACTS.has(hint) ? (hint as Fact) : null
  const title = typeof schema.title === 'string' ? schema.title : name
  return TITLES.find(([, words]) => words.test(title))?.[0] ?? null
}

/** A value as the field wants it; undefined when the field has no place for it. */
function fitted(fact: Fact, value: unknown, schema: Record<string, unknown>): unknown {
  const choices = Array.isArray(schema.enum) ? (schema.enum as unknown[]) : null
  if (fact !== 'sex') return choices === null || choices.includes(value) ? value : undefined
  const words: readonly unknown[] = SEXES[value as 'male' | 'female']
  return choices === null
    ? schema.type === 'string' || schema.type === undefined
      ? words[0]
      : undefined
    : choices.find(choice => words.includes(choice))
}

/**
 * Fills what is empty: fields of the applicant from earlier cases, fields of the form from the number, from the applicant, then from
 * an earlier case of the same item, then from one of another item whose field has the same name. Nothing typed is overwritten.
 */
export function prefill(
  item: ServiceItem,
  given: { applicant: Begun; form: Record<string, unknown> },
  earlier: readonly Earlier[],
): Prefilled {
  const from: Record<string, Source> = {}
  const applicant = { ...given.applicant }
  for (const field of ['name', 'phone', 'address', 'legalRepresentative'] as const) {
    const known = earlier.find(one => one.applicant[field] !== undefined)?.applicant[field]
    if (applicant[field] !== undefined || known === undefined) continue
    applicant[field] = known
    from[`applicant.${field}`] = 'earlier'
  }
  if (
    applicant.idType === undefined &&
    applicant.idNumber !== undefined &&
    readResidentId(applicant.idNumber) !== null
  ) {
    applicant.idType = '111'
    from['applicant.idType'] = 'number'
  }
  if (applicant.type === undefined && applicant.idType === '111') {
    applicant.type = '1'
    from['applicant.type'] = 'number'
  }
  const facts = factsOf(applicant)
  const form = { ...given.form }
  const properties = isObject(item.form?.properties) ? item.form.properties : {}
  const ordered = [...earlier].sort((a, b) => Number(b.item === item.taskCode) - Number(a.item === item.taskCode))
  for (const [name, schema] of Object.entries(properties)) {
    if (form[name] !== undefined || !isObject(schema)) continue
    const fact = factOf(name, schema, item.formUi ?? {})
    const known = fact === null ? undefined : facts.get(fact)
    const value = fact === null || known === undefined ? undefined : fitted(fact, known[0], schema)
    if (known !== undefined && value !== undefined) {
      form[name] = value
      from[`form.${name}`] = known[1]
      continue
    }
    const before = ordered.find(one => Object.hasOwn(one.form, name))?.form[name]
    if (before === undefined || isObject(before)) continue
    form[name] = before
    from[`form.${name}`] = 'earlier'
  }
  return { applicant, form, from }
}
