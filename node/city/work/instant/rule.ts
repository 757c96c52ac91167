/**
 * Conditions of instant approval (秒批): what a city declares of an item so that a case of which all of it holds is accepted and granted at once.
 * Each condition is one fact of the case and a JSON Schema that its value must fit, as of the form of an item: there is no other
 * language. Pure.
 */
import * as z from 'zod'
import { dayOf } from '../../../../protocol/agreement/document.ts'
import type { CaseContent } from '../../../../protocol/case/kinds.ts'
import type { FormFault } from '../../../../protocol/case/preflight.ts'
import { readResidentId } from '../../../../protocol/codes/resident-id.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { jsonObject, text } from '../../../../protocol/primitives.ts'
import { type Problem, problem } from '../../../../protocol/problem.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'

export const INSTANT_LIMITS = {
  /** conditions of one item */
  conditions: 10,
  /** characters of the name of a condition, and of what it looks at */
  name: 40,
  fact: 100,
  /** characters of the reason of the decision, with placeholders */
  reason: 1500,
  /** items with conditions */
  items: 1000,
  /** versions of the conditions that are kept, of all items */
  versions: 10_000,
  /** cases of one item that are decided so on one day */
  perDay: 10_000,
  /** fields or conditions that are told of one case */
  told: 20,
} as const

/** Facts that every case has, with what their values are; besides `form.<property>` and `materials.<code>`. */
export const FACTS = {
  'applicant.type': { en: 'kind of applicant, 1 to 6 of GB/T 39046 A.4', zh: '服务对象，GB/T 39046 A.4 的 1 至 6' },
  'applicant.idType': { en: 'kind of identity document, such as 111', zh: '证件类型，如 111' },
  'applicant.age': {
    en: 'full years on the day of the application, by a valid resident identity number',
    zh: '收件当日的周岁，取自校验通过的公民身份号码',
  },
  agent: { en: 'none, agent or assistant', zh: 'none 无、agent 代办、assistant 帮办' },
  mode: { en: 'mode of handling, 0 to 3', zh: '办理模式 0 至 3' },
  from: { en: 'code of the city that took it in', zh: '收件城市代码' },
  'delivery.method': { en: 'how the result is handed over', zh: '结果送达方式' },
} as const satisfies Record<string, { en: string; zh: string }>

/** How a material is handed in when nothing is said of it. */
const UNSTATED = 'unstated'

export const InstantRule = z.strictObject({
  conditions: z
    .array(
      z.strictObject({
        name: text(INSTANT_LIMITS.name).describe('what stands in the evidence, such as 本人办理'),
        fact: text(INSTANT_LIMITS.fact).describe(
          `form.<property>, materials.<code> (original, copy, electronic or ${UNSTATED}), or one of ${Object.keys(FACTS).join(', ')}`,
        ),
        schema: jsonObject(z.string(), LIMITS.formLevels).describe('JSON Schema that the value must fit'),
      }),
    )
    .min(1)
    .max(INSTANT_LIMITS.conditions),
  reason: text(INSTANT_LIMITS.reason).describe('reason of the decision, with placeholders of phrases and no blanks'),
  closes: z
    .boolean()
    .default(false)
    .describe('closes the case too, where there is no result to send; else a person sends the result'),
  perDay: z
    .number()
    .int()
    .min(1)
    .max(INSTANT_LIMITS.perDay)
    .describe('cases decided so on one day; others go to people'),
  share: z
    .number()
    .int()
    .min(0)
    .max(100)
    .describe('of a hundred cases that fit, those that are drawn for a person all the same (随机抽查)'),
})
export type InstantRule = z.infer<typeof InstantRule>

type Schema = Record<string, unknown>
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The schema that a document of one value must fit: what is not there fits none. */
const ofValue = (schema: Schema): Schema => ({
  type: 'object',
  properties: { value: schema },
  required: ['value'],
})

/** Whether no value could fit both: told of types and of lists of values alone. */
function excludes(asked: unknown, form: unknown): boolean {
  if (!isSchema(asked) || !isSchema(form)) return false
  const types = [asked.type, form.type]
  const numbers = types.every(type => type === 'integer' || type === 'number')
  if (types.every(type => typeof type === 'string') && asked.type !== form.type && !numbers) return true
  const wanted = 'const' in asked ? [asked.const] : asked.enum
  if (!Array.isArray(wanted) || !Array.isArray(form.enum)) return false
  const there = new Set(form.enum.map(value => JSON.stringify(value)))
  return !wanted.some(value => there.has(JSON.stringify(value)))
}

/** Data against a JSON Schema, within the limits of forms; null when it cannot be used. */
export type CheckSchema = (schema: Schema, data: Schema) => Promise<FormFault[] | null>

/** What of conditions does not fit the item, the first of it; null when all does. */
export async function unfit(rule: InstantRule, item: ServiceItem, check: CheckSchema): Promise<Problem | null> {
  if (item.isFee)
    return problem('request.invalid', 'the item has a fee: a person asks for it, so that it cannot be decided at once')
  if (item.modes.every(mode => mode === 2))
    return problem('request.invalid', 'the item is decided in the city that takes it in (mode 2), not here')
  const properties = isSchema(item.form?.properties) ? item.form.properties : {}
  const names = new Set<string>()
  for (const [index, { name, fact, schema }] of rule.conditions.entries()) {
    const at = `conditions.${index}`
    if (names.has(name)) return problem('request.invalid', `${at}.name: stands twice`)
    names.add(name)
    const field = fact.startsWith('form.') ? fact.slice('form.'.length) : null
    const material = fact.startsWith('materials.') ? fact.slice('materials.'.length) : null
    const known =
      field !== null
        ? Object.hasOwn(properties, field)
        : material !== null
          ? item.materials.some(({ materialCode }) => materialCode === material)
          : Object.hasOwn(FACTS, fact)
    if (!known)
      return problem('request.invalid', `${at}.fact: no field of the form, no material and no fact of every case`)
    if ((await check(ofValue(schema), { value: null })) === null)
      return problem('request.invalid', `${at}.schema: no JSON Schema that can be used, within the limits of forms`)
    if (field !== null && excludes(schema, properties[field]))
      return problem('request.invalid', `${at}.schema: never holds: the form allows other values alone`)
  }
  return null
}

type Submitted = Omit<CaseContent<'case.submit'>, 'caseNo'>

/** The value of a fact of a case; undefined when it has none. */
export function factOf(fact: string, { content, from }: { content: Submitted; from: string }): unknown {
  const { applicant, agent, form, materials } = content
  if (fact.startsWith('form.')) {
    const name = fact.slice('form.'.length)
    return Object.hasOwn(form, name) ? form[name] : undefined
  }
  if (fact.startsWith('materials.')) {
    const given = materials.filter(({ code }) => code === fact.slice('materials.'.length))
    // Of several scans of one material, all must be alike.
    const forms = new Set(given.map(({ form: how }) => how ?? UNSTATED))
    return forms.size === 1 ? [...forms][0] : undefined
  }
  switch (fact as keyof typeof FACTS) {
    case 'applicant.type':
      return applicant.type
    case 'applicant.idType':
      return applicant.idType
    case 'applicant.age':
      return ageOf(applicant, content.receivedAt)
    case 'agent':
      return agent === undefined ? 'none' : (agent.kind ?? 'agent')
    case 'mode':
      return content.mode
    case 'from':
      return from
    case 'delivery.method':
      return content.delivery?.method
  }
}

function ageOf({ idType, idNumber }: Submitted['applicant'], receivedAt: string): number | undefined {
  const read = idType === '111' ? readResidentId(idNumber) : null
  if (read === null) return undefined
  const [year = 0, month = '', day = ''] = dayOf(Date.parse(receivedAt) / 1000).split('-')
  const had = `${month}-${day}` >= read.birthDate.slice(5)
  return Number(year) - Number(read.birthDate.slice(0, 4)) - (had ? 0 : 1)
}

/** Names of the conditions that do not hold of a case, or cannot be looked at. */
export async function failing(
  { conditions }: InstantRule,
  about: { content: Submitted; from: string },
  check: CheckSchema,
): Promise<string[]> {
  const names: string[] = []
  for (const { name, fact, schema } of conditions) {
    const value = factOf(fact, about)
    const faults = value === undefined ? null : await check(ofValue(schema), { value })
    if (faults === null || faults.length > 0) names.push(name)
  }
  return names
}

/** What the packets say of the conditions: by which version, and at which fields they looked; never a value. */
export const basisOf = ({ conditions }: InstantRule, hash: string): string =>
  `秒批：本市预设条件全部满足，由系统自动受理并核准（条件版本 SHA-256 ${hash}）。${conditions
    .map(({ name, fact }, index) => `${index + 1}. ${name}（${fact}）`)
    .join('；')}。预检无提示，材料齐全可读。`

/** The reason of the decision with how it was made: of an automated decision its person is told so. */
export const reasonWith = (reason: string, hash: string): string =>
  `${reason}\n（本决定由系统按预设条件自动作出，条件版本 ${hash.slice(0, 12)}；对决定有异议的，可要求说明并由人工复核。）`
