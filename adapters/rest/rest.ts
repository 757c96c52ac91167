/**
 * The rest adapter: hands packets to an outside approval system as JSON over HTTP, and reads its answers, both as the
 * configuration maps them. The system has each effect once if it honours `Idempotency-Key`, or answers 409 with the number
 * of the case that is there already. One attempt a call: the node retries. May import the adapter SDK and protocol/.
 */
import type * as z from 'zod'
import { readResidentId } from '../../protocol/codes/resident-id.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type Adapter,
  type AdapterContext,
  type Delivery,
  type DeliveryResult,
  mappingInput,
  type PlannedRequest,
  type Request,
  send,
  sendTraced,
} from '../sdk/index.ts'
import { RestConfig } from './config.ts'
import { createPoller } from './events.ts'
import { judge, mappingFailed, readCaseNo, type Verdict } from './judge.ts'
import { createLacking } from './lacking.ts'
import type { PathValues } from './path.ts'
import { compilePlan, type PacketPlan, type RequestPlan, type RestPlan } from './plan.ts'

export type RestOptions = {
  /** as `config.schema.json` describes it */
  config: unknown
  /** values of the secrets that the configuration names */
  secrets: Readonly<Record<string, string>>
}

/** Deliveries whose uploads are remembered, so that a retry does not send large materials again. */
const REMEMBERED = 1000

/** Throws `config.invalid` with every place that is wrong. */
export function createRestAdapter({ config, secrets }: RestOptions): Adapter {
  const parsed = RestConfig.safeParse(config)
  if (!parsed.success) throw new ProblemError('config.invalid', formatIssues(parsed.error))
  const compiled = compilePlan(parsed.data, secrets)
  if (!compiled.ok) throw new ProblemError(compiled.problem.code, compiled.problem.detail)
  const { plan } = compiled
  const hidden: ReadonlySet<string> = new Set(Object.values(secrets))
  const poller = plan.events === null ? null : createPoller(plan, plan.events, hidden)
  const adapter: Adapter = {
    kind: 'rest',
    system: parsed.data.baseUrl,
    deliver: createDeliver(plan, hidden),
    plan: delivery => planOf(plan, hidden, delivery),
    check: context => check(plan, parsed.data.baseUrl, context),
    lacking: createLacking(parsed.data),
  }
  return poller === null ? adapter : { ...adapter, ...poller }
}

/** The first dozen fields that are wrong. A configuration holds no personal data, and zod's messages no values. */
const formatIssues = (error: z.ZodError): string =>
  error.issues
    .slice(0, 12)
    .map(issue => {
      const { path, message } = issue
      const why = issue.code === 'invalid_key' ? issue.issues.map(inner => inner.message).join(', ') : message
      return `${path.join('.') || '(top)'}: ${why}`
    })
    .join('; ')

/** What one delivery sends: the materials that are not there yet, before the packet that names them. */
type Prepared = { packet: PacketPlan; uploads: readonly { sha256: string; request: Request }[]; request: Request }

/** The requests of a delivery, before any is sent; null when its kind is left out. */
async function prepare(plan: RestPlan, delivery: Delivery): Promise<{ ok: true; prepared: Prepared | null } | Refused> {
  const { kind, idempotencyKey } = delivery
  const packet = kind === 'case.submit' ? plan.register : plan.packets.get(kind)
  if (packet === undefined)
    return plan.unmapped === 'ignore'
      ? { ok: true, prepared: null }
      : refuse('adapter.mapping', `packets: ${kind} is not mapped`)
  const made = mappingInput(packet.name, inputOf(delivery))
  if (!made.ok) return made
  const values: PathValues = { ...delivery }
  const address = packet.address(values)
  if (!address.ok) return address
  const mapped = await packet.body.evaluate(made.input)
  if (!mapped.ok) return mapped
  const uploads: { sha256: string; request: Request }[] = []
  const { materials } = plan
  for (const material of delivery.materials) {
    if (materials === 'ignore') break
    if (materials === null) return refuse('adapter.mapping', 'materials: the configuration does not say where they go')
    const { sha256, code, size, type } = material
    const place = materials.address({ ...values, sha256, code })
    if (!place.ok) return place
    const headers = { ...materials.headers, 'idempotency-key': `${idempotencyKey}.${sha256}` }
    const body = { type, size, open: () => material.open() }
    uploads.push({ sha256, request: { method: materials.method, url: place.url, headers, body } })
  }
  const request = {
    method: packet.method,
    url: address.url,
    headers: { ...packet.headers, 'idempotency-key': idempotencyKey },
    body: JSON.stringify(mapped.value ?? null),
  }
  return { ok: true, prepared: { packet, uploads, request } }
}

/** What a delivery would send, without sending it; a secret in a body is not shown. */
async function planOf(
  plan: RestPlan,
  secrets: ReadonlySet<string>,
  delivery: Delivery,
): Promise<{ ok: true; requests: readonly PlannedRequest[] } | Refused> {
  const made = await prepare(plan, delivery)
  if (!made.ok) return made
  if (made.prepared === null) return { ok: true, requests: [] }
  const { uploads, request } = made.prepared
  const hide = (_: string, member: unknown) => (typeof member === 'string' && secrets.has(member) ? '***' : member)
  return {
    ok: true,
    requests: [...uploads.map(upload => upload.request), request].map(({ method, url, headers, body }) => ({
      method,
      url,
      headers: Object.keys(headers).sort(),
      body: typeof body === 'string' ? JSON.stringify(JSON.parse(body), hide) : null,
    })),
  }
}

/** `hidden`: secrets, which no trace shows. */
function createDeliver(plan: RestPlan, hidden: ReadonlySet<string>): Adapter['deliver'] {
  const uploaded = new Map<string, Set<string>>()

  return async (delivery, context) => {
    const { kind, idempotencyKey } = delivery
    const made = await prepare(plan, delivery)
    if (made.ok && made.prepared === null) {
      context.log('packet left out, its kind is not mapped', { kind })
      return { ok: true }
    }
    const result =
      made.ok && made.prepared !== null ? await hand(made.prepared, delivery, context) : mappingFailed(made as Refused)
    context.log('packet handed over', { kind, outcome: result.ok ? 'done' : result.code })
    if (result.ok || !result.retryable) uploaded.delete(idempotencyKey)
    return result
  }

  async function hand(
    { packet, uploads, request }: Prepared,
    delivery: Delivery,
    context: AdapterContext,
  ): Promise<DeliveryResult> {
    const refused = await upload(uploads, delivery, context)
    if (refused !== null) return refused
    const verdict = await ask(packet, delivery.attempt, context, request)
    if (!verdict.ok) return verdict
    if (packet.response.localCaseNo === null) return { ok: true }
    const read = await readCaseNo(packet.response.localCaseNo, verdict.input)
    return read.ok ? { ok: true, localCaseNo: read.number } : mappingFailed(read)
  }

  async function ask(request: RequestPlan, attempt: number, context: AdapterContext, what: Request): Promise<Verdict> {
    return judge(request, await sendTraced(what, plan.limits, context, hidden), plan.errors, attempt)
  }

  /** Sends the materials one after another; null when all are there. */
  async function upload(
    uploads: Prepared['uploads'],
    delivery: Delivery,
    context: AdapterContext,
  ): Promise<Extract<DeliveryResult, { ok: false }> | null> {
    const { materials } = plan
    if (materials === null || materials === 'ignore') return null
    const done = remembered(delivery.idempotencyKey)
    for (const { sha256, request } of uploads) {
      if (done.has(sha256)) continue
      const verdict = await ask(materials, delivery.attempt, context, request)
      if (!verdict.ok) return verdict
      done.add(sha256)
    }
    return null
  }

  function remembered(idempotencyKey: string): Set<string> {
    const known = uploaded.get(idempotencyKey) ?? new Set<string>()
    uploaded.delete(idempotencyKey)
    uploaded.set(idempotencyKey, known)
    const [oldest] = uploaded.keys()
    if (uploaded.size > REMEMBERED && oldest !== undefined) uploaded.delete(oldest)
    return known
  }
}

/** A person whose identity number stands as on the card: 18 characters, the last a digit or X. */
function asIssued(body: Readonly<Record<string, unknown>>, who: 'applicant' | 'agent'): Record<string, unknown> {
  const holder = body[who]
  if (typeof holder !== 'object' || holder === null || !('idNumber' in holder)) return {}
  const { idNumber } = holder
  const read = typeof idNumber === 'string' ? readResidentId(idNumber) : null
  return read === null ? {} : { [who]: { ...holder, idNumber: read.number } }
}

/** What mappings read. Nothing in it differs from one attempt to the next, so the bytes sent under one key never do. */
function inputOf({ idempotencyKey, thread, caseNo, kind, from, to, localCaseNo, body, materials }: Delivery): unknown {
  const { salt, ...content } = body
  return {
    idempotencyKey,
    thread,
    caseNo,
    kind,
    from,
    to,
    localCaseNo,
    body: { ...content, ...asIssued(content, 'applicant'), ...asIssued(content, 'agent') },
    materials: materials.map(({ sha256, size, type, code, name }) => ({ sha256, size, type, code, name })),
  }
}

/** Requests whose every 2xx counts as done: of a system that answers 200 to everything, refusals too. */
function unasked(plan: RestPlan): string | undefined {
  const { register, packets, materials, events } = plan
  const requests = [register, ...packets.values(), ...(materials === null || materials === 'ignore' ? [] : [materials])]
  const places = requests.filter(({ response }) => response.ok === null).map(({ place }) => `${place}.response.ok`)
  if (events?.response.ok === null) places.push('events.ok')
  return places.length === 0
    ? undefined
    : `without ${places.join(', ')} each 2xx counts as success; a system that answers 200 to everything needs them`
}

/** Usable when it can be reached and says so itself. */
async function check(plan: RestPlan, baseUrl: string, { signal }: AdapterContext): ReturnType<Adapter['check']> {
  if (plan.check === null) {
    const answer = await send({ method: 'GET', url: baseUrl, headers: plan.register.headers }, plan.limits, signal)
    if (!answer.ok) return { ok: false, detail: `baseUrl: ${answer.why}` }
    if (answer.status >= 500 || answer.status === 401 || answer.status === 403)
      return { ok: false, detail: `baseUrl: HTTP ${answer.status}` }
  } else {
    const address = plan.check.address({})
    if (!address.ok) return { ok: false, detail: address.problem.detail ?? address.problem.code }
    const answer = await send({ method: 'GET', url: address.url, headers: plan.check.headers }, plan.limits, signal)
    const verdict = await judge(plan.check, answer, plan.errors, Number.POSITIVE_INFINITY)
    if (!verdict.ok) return { ok: false, detail: verdict.detail }
  }
  const detail = unasked(plan)
  return detail === undefined ? { ok: true } : { ok: true, detail }
}
