/** What an answer of the approval system means: done, try again later, or refused for a person to see. */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  type Answer,
  asText,
  isCaseNo,
  type Mapping,
  type MappingInput,
  mappingFailed,
  mappingInput,
  type Unreadable,
} from '../sdk/index.ts'
import type { RecordsPlan, RequestPlan, RestPlan } from './plan.ts'

export type Verdict =
  | { ok: true; input: MappingInput }
  | {
      ok: false
      code: 'adapter.unavailable' | 'adapter.refused' | 'adapter.mapping' | 'adapter.unknown'
      detail: string
      retryable: boolean
    }

/** Statuses after which the same request may succeed: timeout, too early, too many, and whatever is wrong on their side. */
export const mayPass = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500

/**
 * A conflict that names no effect may be the first attempt, still at work on their side; a few attempts later it is not.
 * (draft-ietf-httpapi-idempotency-key-header §2.7)
 */
const CONFLICT_ATTEMPTS = 5

export const JUDGE_LIMITS = {
  /** attempts after which a person is asked about an answer that cannot be read; the key keeps each from a second effect */
  unknownAttempts: 5,
  /** characters of an answer that `outcome` reads as $text */
  textCharacters: 10_000,
} as const

const UNREADABLE: Record<Unreadable | 'empty', string> = {
  page: 'a page',
  charset: 'in another charset; see `charset`',
  json: 'no JSON',
  xml: 'no XML that is read',
  envelope: 'no SOAP envelope',
  large: 'larger than maxResponseBytes',
  empty: 'empty',
}

/** Thrown by a mapping, to leave many steps at once. */
class MappingFailed extends Error {
  readonly refused: Refused
  constructor(refused: Refused) {
    super(refused.problem.code)
    this.refused = refused
  }
}

/** `answers`: how they are written; it knows failures that the form of an answer itself reports. */
type Rules = Pick<RestPlan, 'errors' | 'answers'>

/** What became of a request: of its answer as a whole and, where it went well, of each record in it. */
export async function judge(plan: RequestPlan, answer: Answer, rules: Rules, attempt: number): Promise<Verdict> {
  const verdict = await judgeWhole(plan, answer, rules, attempt)
  const { records } = plan.response
  if (!verdict.ok || records === null || !answer.ok) return verdict
  try {
    return await judgeRecords(plan, records, verdict.input, answer.status, rules.errors, attempt)
  } catch (error) {
    if (error instanceof MappingFailed) return mappingFailed(error.refused)
    throw error
  }
}

/** The status says that it went well, and what would say more cannot be read: an effect may be there. `atLast`: told to a person. */
const unclear = (plan: RequestPlan, attempt: number, why: string, atLast = why): Verdict =>
  attempt < JUDGE_LIMITS.unknownAttempts
    ? fail('adapter.unavailable', plan, why, true)
    : fail('adapter.unknown', plan, atLast, false)

async function judgeWhole(
  plan: RequestPlan,
  answer: Answer,
  { errors, answers }: Rules,
  attempt: number,
): Promise<Verdict> {
  const unavailable = (why: string): Verdict => fail('adapter.unavailable', plan, why, true)
  const refused = (why: string): Verdict => fail('adapter.refused', plan, why, false)
  const unknown = (what: keyof typeof UNREADABLE): Verdict =>
    unclear(plan, attempt, `HTTP ${status}, but the answer is ${UNREADABLE[what]}`)
  if (!answer.ok) return unavailable(answer.why)
  const { status } = answer
  if (plan.response.outcome !== null) {
    const told = await outcomeOf(plan, plan.response.outcome, answer)
    if (!told.ok) return mappingFailed(told)
    if (told.outcome === 'again') return unavailable(said(status, 'again'))
    if (told.outcome === 'unknown')
      return unclear(plan, attempt, said(status, 'whose effect is unknown'), said(status, null))
    if (told.outcome === 'done') {
      if (answer.body !== undefined || !plan.reads) return { ok: true, input: told.input }
      return unknown(answer.unreadable ?? 'empty')
    }
    if (told.outcome === 'refused') return refused(said(status, await codeOf(plan.response.error, told.input, errors)))
  }
  const fault = answer.body === undefined ? null : answers.fault(answer.body)
  if (fault === null && mayPass(status)) return unavailable(`HTTP ${status}`)
  if (status < 200 || (status >= 300 && status < 400)) return refused(`HTTP ${status}; redirects are not followed`)
  const good = status < 300 && fault === null
  if (good && answer.unreadable !== null && (answers.strict || saysNothing(plan, answer.unreadable)))
    return unknown(answer.unreadable)
  if (good && answer.body === undefined && answers.strict && status !== 202) return unknown('empty')
  const made = mappingInput(plan.name, answer.body ?? null)
  if (!made.ok) return mappingFailed(made)
  const { input } = made
  try {
    const says = (mapping: Mapping | null) => isTrue(mapping, input, status)
    const { response } = plan
    const done = good && (response.ok === null || (await says(response.ok)))
    if (done && (!plan.reads || answer.body !== undefined)) return { ok: true, input }
    if (answer.unreadable === null) {
      if (await says(response.duplicate)) return { ok: true, input }
      if (status === 409 && (await namesCase(response.localCaseNo, input, status))) return { ok: true, input }
      if (await says(response.retry)) return unavailable(`${said(status, await codeOf(response.error, input, errors))}`)
    }
    if (good && answer.body === undefined) return unknown('empty')
    if (status === 409 && attempt < CONFLICT_ATTEMPTS) return unavailable('HTTP 409, perhaps still at work on it')
    const code = answer.unreadable === null ? await codeOf(response.error, input, errors) : null
    if (fault !== null) {
      const why = said(status, [`a fault of code ${fault.code}`, ...(code === null ? [] : [code])].join(', '))
      return fault.final ? refused(why) : unclear(plan, attempt, why)
    }
    return refused(said(status, code ?? (good && response.ok !== null ? 'and `ok` does not find it a success' : null)))
  } catch (error) {
    if (error instanceof MappingFailed) return mappingFailed(error.refused)
    throw error
  }
}

/** Whether an answer that cannot be read leaves open what became of the request: where a rule would have read it, and where it is no answer at all. */
const saysNothing = ({ reads, response }: RequestPlan, unreadable: Unreadable): boolean =>
  reads ||
  response.ok !== null ||
  response.outcome !== null ||
  response.records !== null ||
  unreadable === 'page' ||
  unreadable === 'xml'

/** One record that is refused refuses the packet; else one that is unknown, or to come again, makes it so. */
async function judgeRecords(
  plan: RequestPlan,
  { list, outcome, ok, error }: RecordsPlan,
  input: MappingInput,
  status: number,
  errors: ReadonlyMap<string, string>,
  attempt: number,
): Promise<Verdict> {
  const found = await list.evaluate(input, { httpStatus: status })
  if (!found.ok) return mappingFailed(found)
  const records = found.value === undefined || found.value === null ? [] : [found.value].flat()
  const told: Record<Exclude<(typeof OUTCOMES)[number], 'done'>, string[]> = { refused: [], unknown: [], again: [] }
  for (const [index, record] of records.entries()) {
    const made = mappingInput(list.place, record)
    if (!made.ok) return mappingFailed(made)
    const ruled = await outcome?.evaluate(made.input)
    if (ruled?.ok === false) return mappingFailed(ruled)
    const known = ruled === undefined ? { ok: true as const, outcome: null } : asOutcome(outcome, ruled.value)
    if (!known.ok) return mappingFailed(known)
    const fallback = ok === null ? 'unknown' : (await isTrue(ok, made.input, status)) ? 'done' : 'refused'
    const how = known.outcome ?? fallback
    if (how === 'done') continue
    const code = await codeOf(error, made.input, errors)
    told[how].push(code === null ? `record ${index + 1}` : `record ${index + 1}, ${code}`)
  }
  const why = (which: string[]) =>
    [`${which.length} of ${records.length} records`, ...which.slice(0, RECORDS_TOLD)].join('; ')
  if (told.refused.length > 0) return fail('adapter.refused', plan, why(told.refused), false)
  if (told.unknown.length > 0) return unclear(plan, attempt, why(told.unknown))
  if (told.again.length > 0) return fail('adapter.unavailable', plan, why(told.again), true)
  return { ok: true, input }
}

/** Records that one message names. */
const RECORDS_TOLD = 5

const OUTCOMES = ['done', 'again', 'refused', 'unknown'] as const

/** What the rule of the configuration makes of an answer; null: it leaves it open. Problem: `adapter.mapping`. */
async function outcomeOf(
  { name }: RequestPlan,
  rule: Mapping,
  { status, body, text }: Extract<Answer, { ok: true }>,
): Promise<{ ok: true; outcome: (typeof OUTCOMES)[number] | null; input: MappingInput } | Refused> {
  const made = mappingInput(name, body ?? null)
  if (!made.ok) return made
  const said = text === null ? null : text.slice(0, JUDGE_LIMITS.textCharacters)
  const mapped = await rule.evaluate(made.input, { httpStatus: status, text: said })
  if (!mapped.ok) return mapped
  const found = asOutcome(rule, mapped.value)
  return found.ok ? { ...found, input: made.input } : found
}

function asOutcome(
  rule: Mapping | null,
  value: JsonValue | undefined,
): { ok: true; outcome: (typeof OUTCOMES)[number] | null } | Refused {
  if (value === undefined || value === null) return { ok: true, outcome: null }
  const outcome = OUTCOMES.find(known => known === value)
  return outcome === undefined
    ? refuse('adapter.mapping', `${rule?.place}: must be one of ${OUTCOMES.join(', ')}`)
    : { ok: true, outcome }
}

const fail = (
  code: 'adapter.unavailable' | 'adapter.refused' | 'adapter.unknown',
  plan: RequestPlan,
  why: string,
  retryable: boolean,
): Verdict => ({ ok: false, code, detail: `${plan.name}: ${why}`, retryable })

async function isTrue(mapping: Mapping | null, input: MappingInput, status: number): Promise<boolean> {
  if (mapping === null) return false
  const mapped = await mapping.evaluate(input, { httpStatus: status })
  if (!mapped.ok) throw new MappingFailed(mapped)
  if (typeof mapped.value !== 'boolean') {
    throw new MappingFailed(refuse('adapter.mapping', `${mapping.place}: must be true or false`))
  }
  return mapped.value
}

async function namesCase(mapping: Mapping | null, input: MappingInput, status: number): Promise<boolean> {
  if (mapping === null) return false
  const mapped = await mapping.evaluate(input, { httpStatus: status })
  const number = mapped.ok ? asText(mapped.value) : null
  return number !== null && isCaseNo(number)
}

const said = (status: number, code: string | null): string =>
  code === null ? `HTTP ${status}` : `HTTP ${status}, ${code}`

/** A code of a few letters and digits; anything longer might be a text about a person, unless `errors` lists it. */
const PLAIN_CODE = /^[A-Za-z]{0,4}[-_]?\d{1,6}$/

async function codeOf(
  mapping: Mapping | null,
  input: MappingInput,
  errors: ReadonlyMap<string, string>,
): Promise<string | null> {
  const mapped = await mapping?.evaluate(input)
  if (mapped?.ok !== true || (typeof mapped.value !== 'string' && typeof mapped.value !== 'number')) return null
  const code = String(mapped.value)
  const meaning = errors.get(code)
  if (meaning !== undefined) return `error ${code}: ${meaning}`
  return PLAIN_CODE.test(code) ? `error ${code}` : 'an error that the configuration does not list'
}
