/** `tongban case step` and `rate`: steps with what the node knows of them, so that a person types the rest alone. */
import { ProblemError } from '../../../protocol/problem.ts'
import type { Case } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import { callStep, isStep, type Step } from '../client/steps.ts'
import { line, printFindings } from './cases.ts'
import type { CommandContext } from './context.ts'
import { parseJson, readJson } from './services.ts'
import { type Given, withStepFiles } from './uploads.ts'

type Json = Record<string, unknown>
type StepFlags = { body?: string; set: string[]; material: string[]; check?: boolean; seen?: string }

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function stepNamed(name: string): Step {
  const kind = `case.${name}`
  if (!isStep(kind)) throw new ProblemError('request.invalid', `${name} is not a step; see: tongban case show CASE`)
  return kind
}

/** What the schema of a body says of one of its fields. */
type FieldSchema = {
  type?: string
  enum?: unknown[]
  required?: string[]
  properties?: Record<string, FieldSchema>
  items?: FieldSchema
}

/** As a person separates words. */
const COMMAS = /[,，、]/

/** A value as it is typed: text where the schema has text, words between commas where it has a list of them, else JSON. Problem: `request.invalid`. */
function typed(text: string, { type, items }: FieldSchema, what: string): unknown {
  if (type === 'string' || type === undefined) return text
  if (type === 'array' && items?.type === 'string' && !text.trimStart().startsWith('['))
    return text
      .split(COMMAS)
      .map(word => word.trim())
      .filter(word => word !== '')
  return parseJson(text, what)
}

/** `field=value` with points for what lies inside; what it is the schema says. Problem: `request.invalid`. */
export function withSet(body: Json, flags: readonly string[], schema: FieldSchema): Json {
  const result = structuredClone(body)
  for (const flag of flags) {
    const [, path, text] = /^([A-Za-z][\w.]*)=(.*)$/s.exec(flag) ?? []
    if (path === undefined || text === undefined)
      throw new ProblemError('request.invalid', `--set ${flag}: FIELD=VALUE expected`)
    const names = path.split('.')
    const last = names.pop() ?? ''
    let at = result
    let described: FieldSchema | undefined = schema
    for (const name of names) {
      described = described?.properties?.[name]
      if (!isObject(at[name])) at[name] = {}
      at = at[name] as Json
    }
    at[last] = typed(text, described?.properties?.[last] ?? {}, `--set ${path}`)
  }
  return result
}

/** What is known, without what does not stand by itself once the rest was set: a parcel without its number, a recipient when nothing is mailed. */
export function known(defaults: Json, set: readonly string[], schema: FieldSchema): Json {
  const names = new Set(set.map(flag => flag.split(/[.=]/)[0]))
  const chosen = Object.keys(defaults).some(
    name =>
      names.has(name) && Array.isArray(schema.properties?.[name]?.enum) && !set.includes(`${name}=${defaults[name]}`),
  )
  return Object.fromEntries(
    Object.entries(defaults).filter(([name, value]) => {
      if (!isObject(value) || names.has(name)) return true
      const { required = [] } = schema.properties?.[name] ?? {}
      return !chosen && required.every(inner => value[inner] !== undefined)
    }),
  )
}

/** The body of a step: as it was given, else what is known with what was set. */
async function bodyOf(client: Client, kind: Step, thread: string, { body, set }: StepFlags): Promise<Json> {
  if (body !== undefined) {
    if (set.length > 0) throw new ProblemError('request.invalid', '--body is the whole body: give it or --set')
    return (body.startsWith('@') ? await readJson(body.slice(1)) : parseJson(body, '--body, JSON or @file')) as Json
  }
  const { problem, defaults, schema } = await client.getCaseStep({ params: { thread, kind } })
  if (problem !== null) {
    const { code, detail } = problem
    throw new ProblemError(code as ProblemError['problem']['code'], detail)
  }
  return withSet(known(defaults as Json, set, schema as FieldSchema), set, schema as FieldSchema)
}

/** Takes one step, or several in turn; what is set and uploaded is the last one's. */
export async function step(context: CommandContext, names: string, thread: string, flags: StepFlags): Promise<void> {
  const kinds = names.split(',').map(stepNamed)
  const last = kinds.length - 1
  if (last > 0 && (flags.body !== undefined || flags.check === true || flags.seen !== undefined))
    throw new ProblemError('request.invalid', '--body, --check and --seen are for one step')
  const client = await context.client()
  let taken: Case | null = null
  for (const [index, kind] of kinds.entries()) {
    const own = index === last ? flags : { set: [], material: [] }
    const body = await bodyOf(client, kind, thread, own)
    const whole = await withStepFiles(client, context.out, kind, body as Given, own.material)
    if (flags.check === true) {
      const { findings } = await client.checkCaseStep({ params: { thread, kind }, body: whole })
      return printFindings(context, findings, 'taken')
    }
    taken = await callStep(client, kind, thread, whole, { ifMatch: flags.seen })
  }
  if (taken !== null) context.out.result(taken, line)
}

/** Records both ratings of the applicant. */
export async function rate(
  context: CommandContext,
  thread: string,
  levels: readonly [string, string],
  { channel, realName }: { channel: string; realName?: boolean },
): Promise<void> {
  const [window, department] = levels.map(level => {
    if (!/^[1-5]$/.test(level)) throw new ProblemError('request.invalid', 'a rating is from 1 (best) to 5 (worst)')
    return Number(level)
  })
  const client = await context.client()
  const given = { channel, ...(realName === true ? { realName } : {}) }
  await client.evaluateCase({ params: { thread }, body: { target: 'window', level: window as 1, ...given } })
  const rated = await client.evaluateCase({
    params: { thread },
    body: { target: 'department', level: department as 1, ...given },
  })
  context.out.result(rated, line)
}
