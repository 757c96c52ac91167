/**
 * The check of an application as it is typed (预检): what is missing or of another form, and what item and agreement ask of the rest,
 * together. What is missing is stood in for, so that the rules can be asked, and what they say of a stand-in is left out. Writes nothing.
 */
import type * as z from 'zod'
import type { Finding } from '../../../../protocol/case/preflight.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { fieldProblems, pointerOfField, valueAt } from '../../../kernel/fields.ts'
import type { Cases, NewCase } from '../cases.ts'
import { findingOf, unknownItem } from '../findings.ts'
import type { JointCase } from '../joint.ts'
import type { DraftContent } from './drafts.ts'

export type ApplicationCheckParts = {
  cases: Pick<Cases, 'preflight' | 'preflightJoint' | 'guide'>
  clock: Pick<Clock, 'now'>
  /** what a whole case, and a whole joint one, must look like */
  schemas: { one: z.ZodType<NewCase>; joint: z.ZodType<JointCase> }
}

export type ApplicationCheck = ReturnType<typeof createApplicationCheck>

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

export const CHECK_LIMITS = {
  /** fields and entries of an application that is not whole, with what it has in common with others; of more the rules are not asked */
  fields: 10_000,
} as const

/** How many fields and entries a value has, as far as `most` and one more. */
function fieldsOf(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  for (const name in value) {
    count += 1 + fieldsOf((value as Json)[name], most - count - 1)
    if (count > most) break
  }
  return count
}

const tooMany = (): Finding => ({
  field: '',
  path: '',
  code: 'too-large',
  level: 'error',
  cure: 'clerk',
  reason: `more than ${CHECK_LIMITS.fields} fields: the rules are asked when there are fewer`,
  reasonZh: `字段超过 ${CHECK_LIMITS.fields} 个，减少后再按规则核对`,
})

/** Rounds of putting stand-ins in: each goes one level deeper, and an application has four. */
const ROUNDS = 8

export function createApplicationCheck({ cases, clock, schemas }: ApplicationCheckParts) {
  /** In place of what is missing, by its path with `*` for a place in a list; undefined: the thing around it does without. */
  function standIn(path: string, place: number, item: ServiceItem): unknown {
    const now = new Date(clock.now()).toISOString()
    const values: Json = {
      mode: item.modes[0],
      applicant: {},
      'applicant.type': item.serverType[0],
      'applicant.name': '-',
      'applicant.idType': '-',
      'applicant.idNumber': '-',
      'agent.name': '-',
      form: {},
      materials: [],
      'materials.*': {},
      'materials.*.code': '-',
      'materials.*.name': '-',
      // No two are the same scan.
      'materials.*.sha256': place.toString(16).padStart(64, '0'),
      'consent.text': '-',
      'consent.acceptedAt': now,
      'delivery.method': 'collecting',
      'delivery.recipient': {},
      'delivery.recipient.name': '-',
      'delivery.recipient.address': '-',
    }
    return values[path]
  }

  /** The application with stand-ins for what is missing or wrong; null when none make it whole. */
  function completed(typed: Json, item: ServiceItem): NewCase | null {
    const content = structuredClone(typed)
    for (let round = 0; round < ROUNDS; round++) {
      const parsed = schemas.one.safeParse(content)
      if (parsed.success) return parsed.data
      for (const issue of parsed.error.issues) {
        const around = valueAt(content, issue.path)
        if (issue.code === 'unrecognized_keys') {
          if (isObject(around)) for (const key of issue.keys) delete around[key]
          continue
        }
        put(content, issue.path, item)
      }
    }
    return null
  }

  function put(content: Json, path: readonly PropertyKey[], item: ServiceItem): void {
    const name = path.at(-1)
    const around = valueAt(content, path.slice(0, -1)) as Record<PropertyKey, unknown> | undefined
    if (name === undefined || typeof around !== 'object' || around === null) return
    const place = path.find(part => typeof part === 'number') ?? 0
    const value = standIn(path.map(part => (typeof part === 'number' ? '*' : String(part))).join('.'), place, item)
    if (value !== undefined) around[name] = value
    else if (Object.hasOwn(around, name)) delete around[name]
    else put(content, path.slice(0, -1), item)
  }

  /** What item and agreement ask of what is there; nothing while the item is not named. */
  async function rulesOf(typed: Json, actor: string, common?: readonly string[]): Promise<Finding[]> {
    const { to, item: code } = typed
    if (typeof to !== 'string' || typeof code !== 'string') return []
    const guide = await cases.guide(to, code).catch(unknownItem)
    if ('problem' in guide) return [findingOf(guide.problem)]
    const input = completed(typed, guide.item)
    return input === null
      ? []
      : cases.preflight(common === undefined ? input : { ...input, common: [...common] }, actor, false)
  }

  /** What the schema says, for whoever stands at the window. */
  const shapeOf = (error: z.ZodError, content: Json): Finding[] =>
    fieldProblems(error, content).map(problem => ({ ...problem, cure: 'clerk' }))

  /** The rules say nothing of what is missing: that is told already. */
  const beside = (
    shape: readonly Finding[],
    rules: readonly Finding[],
    others: (field: string) => string[] = () => [],
  ) => rules.filter(({ field }) => ![field, ...others(field)].some(at => shape.some(told => touches(told, at))))

  async function one(content: DraftContent, actor: string): Promise<Finding[]> {
    const parsed = schemas.one.safeParse(content)
    if (parsed.success) {
      const found = await cases.preflight(parsed.data, actor).catch(unknownItem)
      return 'problem' in found ? [findingOf(found.problem)] : found
    }
    const shape = shapeOf(parsed.error, content)
    if (fieldsOf(content, CHECK_LIMITS.fields) > CHECK_LIMITS.fields) return [tooMany(), ...shape]
    return [...shape, ...beside(shape, await rulesOf(content, actor))]
  }

  async function joint(content: DraftContent, actor: string): Promise<Finding[]> {
    const parsed = schemas.joint.safeParse(content)
    if (parsed.success) return cases.preflightJoint(parsed.data, actor)
    const shape = shapeOf(parsed.error, content)
    const shared = isObject(content.shared) ? content.shared : {}
    const items = Array.isArray(content.items) ? (content.items as unknown[]).slice(0, LIMITS.jointCases) : []
    const findings: Finding[] = []
    let left = CHECK_LIMITS.fields
    for (const [index, item] of items.entries()) {
      if (!isObject(item)) continue
      const form = isObject(item.form) ? item.form : {}
      const sharedForm = isObject(shared.form) ? shared.form : {}
      const common = Object.keys(sharedForm).filter(name => !Object.hasOwn(form, name))
      const whole = { ...shared, ...item, form: { ...sharedForm, ...form } }
      // What they have in common is asked about for each of them.
      left -= fieldsOf(whole, left)
      if (left < 0) return [tooMany(), ...shape]
      for (const finding of await rulesOf(whole, actor, common)) findings.push(under(`items.${index}`, finding))
    }
    return [...shape, ...beside(shape, findings, field => [field.replace(/^items\.\d+/, 'shared')])]
  }

  return {
    /** Everything that keeps a case from being sent by this account. */
    one,
    /** The same of a joint one, each finding of the rules under `items.N`. */
    joint,
    /** The same of whichever it is. */
    of: (content: DraftContent, actor: string): Promise<Finding[]> =>
      'items' in content ? joint(content, actor) : one(content, actor),

    /** The case or the joint one that it is; both null while it is not whole. */
    whole(content: DraftContent): { one: NewCase | null; joint: JointCase | null } {
      const isJoint = 'items' in content
      return {
        one: isJoint ? null : (schemas.one.safeParse(content).data ?? null),
        joint: isJoint ? (schemas.joint.safeParse(content).data ?? null) : null,
      }
    },
  }
}

/** One stands within the other. What lists or forms that are missing should hold is told all the same. */
const touches = ({ field: told, code }: Finding, field: string): boolean =>
  told === field ||
  told.startsWith(`${field}.`) ||
  (field.startsWith(`${told}.`) && !(code === 'required' && /(^|\.)(form|materials)$/.test(told)))

/** A finding of a part of the application. */
const under = (place: string, finding: Finding): Finding => ({
  ...finding,
  field: `${place}.${finding.field}`,
  path: `${pointerOfField(place)}${finding.path ?? pointerOfField(finding.field)}`,
})
