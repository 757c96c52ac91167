/**
 * The rest adapter: hands packets to an outside approval system as JSON over HTTP, and reads its answers, both as the
 * configuration maps them. The system has each effect once if it honours `Idempotency-Key`, or answers 409 with the number
 * of the case that is there already. One attempt a call: the node retries. May import the adapter SDK and protocol/.
 */
import type * as z from 'zod'
import type { JsonValue } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type Adapter,
  type AdapterContext,
  type Codec,
  configFaults,
  contentOf,
  createTurns,
  type DeliveredMaterial,
  type Delivery,
  type DeliveryResult,
  deliveryInput,
  hiding,
  JSON_CODEC,
  mappingFailed,
  mappingInput,
  materialFacts,
  type PlannedRequest,
  packetOf,
  readCaseNo,
  send,
  shownOfBody,
  XML_CODEC,
} from '../sdk/index.ts'
import { contentMark } from './bodies.ts'
import { asking, type Call, type Caller, createCaller } from './call.ts'
import { createAsker } from './cases.ts'
import { compilePlan } from './compile.ts'
import { RestConfig } from './config.ts'
import { createPoller } from './events.ts'
import { lackingOf } from './lacking.ts'
import type { LookUpPlan, MaterialPlan, PacketPlan, RequestPlan, RestPlan, Take } from './plan.ts'
import { expandPreset } from './presets.ts'
import { createProgress, type Progress } from './progress.ts'

export type RestOptions = {
  /** as `config.schema.json` describes it */
  config: unknown
  /** values of the secrets that the configuration names */
  secrets: Readonly<Record<string, string>>
  /** whether answers without a meaning are given too, for another version of the configuration may find one in them */
  keepsAll?: () => boolean
}

/** Deliveries whose uploads are remembered, so that a retry does not send large materials again. */
const REMEMBERED = 1000

/** Throws `config.invalid` with every place that is wrong. */
export function createRestAdapter({ config, secrets, keepsAll }: RestOptions): Adapter {
  const parsed = parseConfig(RestConfig, config)
  return createMappedAdapter('rest', parsed, secrets, parsed.answers === 'xml' ? XML_CODEC : JSON_CODEC, keepsAll)
}

/** A configuration that its schema allows. Throws `config.invalid`. */
export function parseConfig<T extends z.ZodType>(schema: T, config: unknown): z.output<T> {
  const parsed = schema.safeParse(config)
  if (!parsed.success) throw new ProblemError('config.invalid', configFaults(parsed.error))
  return parsed.data
}

/**
 * An adapter that calls a system over HTTP as its configuration maps it, whatever the form of its answers. Throws `config.invalid`
 * with every place that is wrong.
 */
export function createMappedAdapter(
  kind: string,
  written: RestConfig,
  secrets: Readonly<Record<string, string>>,
  codec: Codec,
  keepsAll: () => boolean = () => false,
): Adapter {
  const config = expandPreset(written)
  const compiled = compilePlan(config, secrets, codec)
  if (!compiled.ok) throw new ProblemError(compiled.problem.code, compiled.problem.detail)
  const { plan } = compiled
  const hidden: ReadonlySet<string> = new Set(Object.values(secrets))
  const caller = createCaller(plan, hidden)
  const answers =
    plan.events !== null
      ? createPoller(plan, plan.events, caller, keepsAll)
      : plan.cases !== null
        ? createAsker(plan, plan.cases, caller)
        : {}
  return {
    kind,
    system: config.baseUrl,
    deliver: createDeliver(plan, caller),
    plan: delivery => planOf(plan, caller, hidden, delivery),
    check: context => check(plan, caller, config.baseUrl, context),
    lacking: lackingOf(config),
    ...answers,
  }
}

/** What the calls of a delivery are made of; `taken`: what earlier answers gave. Problem: `adapter.mapping`. */
function callOf(
  { readsSubmit, materials }: RestPlan,
  name: string,
  delivery: Delivery,
  taken: Taken,
): { ok: true; call: Call } | Refused {
  const input = mappingInput(name, inputOf(delivery, taken, materials === 'inline'))
  const submit = mappingInput('submit', readsSubmit && delivery.submit !== null ? contentOf(delivery.submit) : null)
  if (!input.ok) return input
  if (!submit.ok) return submit
  const { idempotencyKey: key, attempt } = delivery
  const given = { steps: Object.fromEntries(taken.steps), submit: submit.input.json }
  return { ok: true, call: { values: { ...delivery }, input: input.input, given, attempt, key } }
}

const materialCall = (call: Call, material: DeliveredMaterial): Call => {
  const { sha256, code } = material
  const input = { ...(call.input.json as Record<string, JsonValue>), material: materialFacts(material) }
  const values = { ...call.values, sha256, code }
  return { ...call, values, input: { json: input }, key: `${call.key}.${sha256}`, material }
}

/** What a delivery would send, without sending it: secrets are not shown, and what answers would give stands as ‹its name›. */
async function planOf(
  plan: RestPlan,
  caller: Caller,
  secrets: ReadonlySet<string>,
  delivery: Delivery,
): Promise<{ ok: true; requests: readonly PlannedRequest[] } | Refused> {
  const found = packetOf(plan, delivery)
  if (!found.ok) return found
  const { packet } = found
  if (packet === null) return { ok: true, requests: [] }
  const { materials } = plan
  const uploads = typeof materials !== 'object' || materials === null ? null : materials
  const taken: Taken = {
    steps: new Map(packet.steps.map(({ step, take }) => [step, namesOf(take)])),
    materials: new Map(delivery.materials.map(({ sha256 }) => [sha256, namesOf(uploads?.take ?? new Map())])),
  }
  const made = callOf(plan, packet.name, delivery, taken)
  if (!made.ok) return made
  const requests: PlannedRequest[] = []
  const hide = hiding(secrets)
  const add = async (request: RequestPlan, call: Call): Promise<Refused | null> => {
    const shown = await caller.show(request, call)
    if (!shown.ok) return shown
    const { method, url, headers, body } = shown.request
    const text = shownOfBody(body)
    requests.push({
      method,
      url: hide(url),
      headers: Object.keys(headers).sort(),
      body: text === null ? null : hide(text),
    })
    return null
  }
  const each: [RequestPlan, Call][] = []
  if (packet.lookup !== null) each.push([packet.lookup, { ...made.call, key: null }])
  if (uploads !== null)
    for (const material of delivery.materials) each.push([uploads, materialCall(made.call, material)])
  for (const step of packet.steps) each.push([step, stepCall(made.call, step.step)])
  each.push([packet, withFiles(plan, made.call, delivery)])
  for (const [request, call] of each) {
    const refused = await add(request, call)
    if (refused !== null) return refused
  }
  return { ok: true, requests }
}

/** The files of a packet, where they stand in it. */
const withFiles = ({ materials }: RestPlan, call: Call, delivery: Delivery): Call =>
  materials === 'inline' ? { ...call, inline: delivery.materials } : call
const stepCall = (call: Call, step: string): Call => ({ ...call, key: `${call.key}.${step}` })
const namesOf = (take: Take): JsonValue => Object.fromEntries([...take.keys()].map(name => [name, `‹${name}›`]))

type Failed = Extract<DeliveryResult, { ok: false }>

function createDeliver(plan: RestPlan, caller: Caller): Adapter['deliver'] {
  const progresses = createProgress(REMEMBERED)
  const inTurn = createTurns()

  return async (delivery, context) => {
    const { kind, idempotencyKey } = delivery
    const found = packetOf(plan, delivery)
    if (found.ok && found.packet === null) {
      context.log('packet left out, its kind is not mapped', { kind })
      return { ok: true }
    }
    const result =
      found.ok && found.packet !== null
        ? await handInTurn(found.packet, delivery, context)
        : mappingFailed(found as Refused)
    context.log('packet handed over', { kind, outcome: result.ok ? 'done' : result.code })
    if (result.ok || !result.retryable) progresses.forget(idempotencyKey)
    return result
  }

  /** What is looked up, or done in steps, is done for one delivery of a packet at a time: the next one finds what there is. */
  function handInTurn(packet: PacketPlan, delivery: Delivery, context: AdapterContext): Promise<DeliveryResult> {
    const { idempotencyKey } = delivery
    const work = () => hand(packet, delivery, context, progresses.of(idempotencyKey, context.state))
    return packet.lookup === null && packet.steps.length === 0 ? work() : inTurn(idempotencyKey, work)
  }

  async function hand(
    packet: PacketPlan,
    delivery: Delivery,
    context: AdapterContext,
    progress: Progress,
  ): Promise<DeliveryResult> {
    const taken: Taken = { steps: new Map(), materials: new Map() }
    const begun = callOf(plan, packet.name, delivery, taken)
    if (!begun.ok) return mappingFailed(begun)
    if (packet.lookup !== null) {
      const there = await lookUp(packet.lookup, begun.call, context)
      if (there !== null) return there
    }
    const { materials } = plan
    if (typeof materials === 'object' && materials !== null && delivery.materials.length > 0) {
      // What is wrong with the packet itself is found before anything is sent, where no answer is needed to see it.
      if (packet.steps.length === 0 && materials.take.size === 0) {
        const shown = await caller.show(packet, begun.call)
        if (!shown.ok) return mappingFailed(shown)
      }
      const refused = await upload(materials, delivery, begun.call, context, progress, taken)
      if (refused !== null) return refused
    }
    const refused = await goSteps(packet, delivery, context, progress, taken)
    if (refused !== null) return refused
    const nothingTaken = taken.steps.size === 0 && taken.materials.size === 0
    const made = nothingTaken ? begun : callOf(plan, packet.name, delivery, taken)
    if (!made.ok) return mappingFailed(made)
    const verdict = await caller.ask(packet, withFiles(plan, made.call, delivery), context)
    if (!verdict.ok) return verdict
    if (packet.response.localCaseNo === null) return { ok: true }
    const read = await readCaseNo(packet.response.localCaseNo, verdict.input)
    return read.ok ? { ok: true, localCaseNo: read.number } : mappingFailed(read)
  }

  /** What is there already; null when nothing is. */
  async function lookUp(lookup: LookUpPlan, call: Call, context: AdapterContext): Promise<DeliveryResult | null> {
    const verdict = await caller.ask(lookup, { ...call, key: null }, context)
    if (!verdict.ok) return verdict
    const found = await lookup.finds.evaluate(verdict.input)
    if (!found.ok) return mappingFailed(found)
    if (found.value === undefined || found.value === null || found.value === false) return null
    if (found.value === true) return { ok: true }
    const read = await readCaseNo(lookup.finds, verdict.input)
    return read.ok ? { ok: true, localCaseNo: read.number } : mappingFailed(read)
  }

  /** Sends the materials one after another; null when all are there. */
  async function upload(
    materials: MaterialPlan,
    delivery: Delivery,
    call: Call,
    context: AdapterContext,
    progress: Progress,
    taken: Taken,
  ): Promise<Failed | null> {
    for (const material of delivery.materials) {
      const { sha256 } = material
      const gone = await once(materials, materialCall(call, material), sha256, context, progress)
      if (!gone.ok) return gone
      taken.materials.set(sha256, gone.taken)
    }
    return null
  }

  async function goSteps(
    packet: PacketPlan,
    delivery: Delivery,
    context: AdapterContext,
    progress: Progress,
    taken: Taken,
  ): Promise<Failed | null> {
    for (const step of packet.steps) {
      const made = callOf(plan, step.name, delivery, taken)
      if (!made.ok) return mappingFailed(made)
      const wanted = await step.when?.evaluate(made.call.input, made.call.given)
      if (wanted?.ok === false) return mappingFailed(wanted)
      if (wanted !== undefined && wanted.value !== true) continue
      const gone = await once(step, stepCall(made.call, step.step), step.step, context, progress)
      if (!gone.ok) return gone
      taken.steps.set(step.step, gone.taken)
    }
    return null
  }

  /** Makes a call until it went well once; what is taken of its answer is kept. */
  async function once(
    request: RequestPlan & { take: Take },
    call: Call,
    name: string,
    context: AdapterContext,
    progress: Progress,
  ): Promise<{ ok: true; taken: JsonValue } | Failed> {
    const keeps = request.take.size > 0 || 'step' in request
    const known = await progress.get(name, keeps)
    if (known !== undefined) return { ok: true, taken: known }
    const verdict = await caller.ask(request, call, context)
    if (!verdict.ok) return verdict
    const taken: Record<string, JsonValue> = {}
    for (const [field, mapping] of request.take) {
      const mapped = await mapping.evaluate(verdict.input)
      if (!mapped.ok) return mappingFailed(mapped)
      if (mapped.value === undefined || mapped.value === null)
        return mappingFailed(refuse('adapter.mapping', `${mapping.place}: found nothing`))
      taken[field] = mapped.value
    }
    const kept = await progress.done(name, taken, keeps)
    return kept ? { ok: true, taken } : mappingFailed(refuse('adapter.mapping', `${request.place}.take: too large`))
  }
}

/** What answers gave for the requests after them: of steps by their names, of materials by their hashes. */
type Taken = { steps: Map<string, JsonValue>; materials: Map<string, JsonValue> }

/** What mappings read, with what answers gave for each material, and `inline` where its bytes are to stand. */
const inputOf = (delivery: Delivery, { materials }: Taken, inline: boolean) =>
  deliveryInput(delivery, ({ sha256 }) => {
    const taken = materials.get(sha256)
    return { ...(inline ? { content: contentMark(sha256) } : {}), ...(taken === undefined ? {} : { taken }) }
  })

/** Requests whose every 2xx counts as done: of a system that answers 200 to everything, refusals too. */
function unasked(plan: RestPlan): string | undefined {
  const { register, packets, materials, events, cases } = plan
  const requests = [
    register,
    ...packets.values(),
    ...(typeof materials !== 'object' || materials === null ? [] : [materials]),
  ]
  const places = requests
    .filter(({ response }) => response.ok === null && response.outcome === null)
    .map(({ place }) => `${place}.response.ok`)
  if (events?.response.ok === null && events.response.outcome === null) places.push('events.ok')
  if (cases?.response.ok === null && cases.response.outcome === null) places.push('cases.ok')
  return places.length === 0
    ? undefined
    : `without ${places.join(', ')} each 2xx counts as success; a system that answers 200 to everything needs them`
}

/** Usable when it can be reached and says so itself. */
async function check(
  plan: RestPlan,
  caller: Caller,
  baseUrl: string,
  context: AdapterContext,
): ReturnType<Adapter['check']> {
  if (plan.check !== null) {
    const verdict = await caller.ask(plan.check, asking({}, {}), context)
    if (!verdict.ok) return { ok: false, detail: verdict.detail }
  } else if (plan.session !== null) {
    const found = await caller.token(context)
    if (!found.ok) return { ok: false, detail: found.detail }
  } else {
    const { headers } = plan.register
    const answer = await send({ method: 'GET', url: baseUrl, headers: headers.fixed }, plan.limits, context.signal)
    if (!answer.ok) return { ok: false, detail: `baseUrl: ${answer.why}` }
    if (answer.status >= 500 || answer.status === 401 || answer.status === 403)
      return { ok: false, detail: `baseUrl: HTTP ${answer.status}` }
  }
  const detail = unasked(plan)
  return detail === undefined ? { ok: true } : { ok: true, detail }
}
