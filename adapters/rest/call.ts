/**
 * One call of the approval system: its request made (token, signature, body, headers), sent and judged. A token is fetched when it is
 * needed, and once more when an answer says that it holds no more; what was refused for that had no effect, so the call is made again.
 */
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AdapterContext,
  type Answer,
  asText,
  type DeliveredMaterial,
  jsonOfXml,
  type Mapping,
  type MappingInput,
  mappingFailed,
  mappingInput,
  type Request,
  readPlainXml,
  readTime,
  sendTraced,
} from '../sdk/index.ts'
import { type Body, base64Body, bodyOf, contentMark, holdsContent, multipartBody } from './bodies.ts'
import { judge, type Verdict } from './judge.ts'
import type { PathValues } from './path.ts'
import type { MaterialPlan, RequestPlan, RestPlan, SessionPlan } from './plan.ts'

export const SESSION_LIMITS = {
  /** characters of a token */
  tokenCharacters: 8_192,
  /** of the time that a token holds, the part after which another one is fetched */
  usedPart: 0.9,
} as const

type Variables = Readonly<Record<string, JsonValue>>

/** What a request is made of. */
export type Call = {
  values: PathValues
  input: MappingInput
  /** what expressions read as `$steps` and `$submit` */
  given: Variables
  attempt: number
  /** sent as `Idempotency-Key`; a retry under it repeats time and nonce of its signature. Null: it has no effect, and none is sent */
  key: string | null
  /** the file that it brings */
  material?: DeliveredMaterial
  /** the files that stand in it */
  inline?: readonly DeliveredMaterial[]
}

/** A call that changes nothing over there. */
export const asking = (values: PathValues, json: JsonValue): Call => ({
  values,
  input: { json },
  given: {},
  attempt: Number.POSITIVE_INFINITY,
  key: null,
})

type Context = Pick<AdapterContext, 'signal' | 'now' | 'trace' | 'state'>
/** `secret`: what no trace shows. */
type Made = { ok: true; request: Request; token: string | null; secret: ReadonlySet<string> } | Refused
/** When and with what a request proves itself. */
type Moment = { time: number; nonce: string }

/** What stands for a secret where a request is shown. */
export const HIDDEN = '***'

export type Caller = {
  /** Makes the request, sends it and judges the answer. */
  ask(plan: RequestPlan, call: Call, context: Context): Promise<Verdict>
  /** The request with what it needs, for who sends it himself; `stale`: the token that proved to hold no more. */
  prepare(
    plan: RequestPlan,
    call: Call,
    context: Context,
    stale?: string,
  ): Promise<Made | Extract<Verdict, { ok: false }>>
  /** The request as it is shown: without token and signature. */
  show(plan: RequestPlan, call: Call): Promise<Made>
  /** A token, null where the system wants none. */
  token(context: Context, stale?: string): Promise<{ ok: true; token: string | null } | Extract<Verdict, { ok: false }>>
}

/** `hidden`: secrets of the configuration. */
export function createCaller(plan: RestPlan, hidden: ReadonlySet<string>): Caller {
  let session: { token: string; until: number } | null = null
  let fetching: ReturnType<Caller['token']> | null = null

  async function token(context: Context, stale?: string): ReturnType<Caller['token']> {
    if (plan.session === null) return { ok: true, token: null }
    if (session !== null && session.token !== stale && context.now() < session.until)
      return { ok: true, token: session.token }
    // Whoever comes meanwhile waits for the same one.
    fetching ??= fetchToken(context).finally(() => {
      fetching = null
    })
    return fetching
  }

  async function fetchToken(context: Context): ReturnType<Caller['token']> {
    const { session: wanted } = plan
    if (wanted === null) return { ok: true, token: null }
    const verdict = await askWith(wanted, asking({}, {}), context, null)
    if (!verdict.ok) return passing(verdict)
    const found = await wanted.token.evaluate(verdict.input)
    const value = found.ok ? asText(found.value) : null
    if (value === null || !TOKEN.test(value) || value.length > SESSION_LIMITS.tokenCharacters)
      return passing(mappingFailed(refuse('adapter.mapping', `${wanted.token.place}: found no token of visible ASCII`)))
    const lasts = await lastsMs(wanted, verdict.input, context.now())
    session = { token: value, until: context.now() + lasts * SESSION_LIMITS.usedPart }
    return { ok: true, token: value }
  }

  /** How long a token lasts; without end where that is not said. */
  async function lastsMs({ seconds, until }: SessionPlan, input: MappingInput, now: number): Promise<number> {
    const told = await (until ?? seconds)?.evaluate(input)
    if (told?.ok !== true || told.value === undefined || told.value === null) return Number.POSITIVE_INFINITY
    if (until === null) return typeof told.value === 'number' ? told.value * 1000 : Number.POSITIVE_INFINITY
    const end = readTime(String(told.value))
    return end === null ? 0 : Math.max(0, Date.parse(end.instant) - now)
  }

  async function ask(request: RequestPlan, call: Call, context: Context): Promise<Verdict> {
    const first = await token(context)
    if (!first.ok) return first
    const verdict = await askWith(request, call, context, first.token)
    if (verdict !== 'over') return verdict
    const second = await token(context, first.token ?? undefined)
    if (!second.ok) return second
    const again = await askWith(request, call, context, second.token)
    return again === 'over'
      ? passing({ ...OVER, detail: `${request.name}: a new session holds no more either` })
      : again
  }

  function askWith(request: RequestPlan, call: Call, context: Context, token: null): Promise<Verdict>
  function askWith(request: RequestPlan, call: Call, context: Context, token: string | null): Promise<Verdict | 'over'>
  async function askWith(
    request: RequestPlan,
    call: Call,
    context: Context,
    token: string | null,
  ): Promise<Verdict | 'over'> {
    const made = await make(request, call, token, await momentOf(request, call, context))
    if (!made.ok) return mappingFailed(made)
    const answer = await unfold(await sendTraced(made.request, plan.limits, context, made.secret))
    if (token !== null && (await isOver(answer))) return 'over'
    return judge(request, answer, plan, call.attempt)
  }

  /** The document that an answer holds as text, in place of the answer. */
  async function unfold(answer: Answer): Promise<Answer> {
    if (plan.inner === null || !answer.ok || answer.body === undefined) return answer
    const made = mappingInput('inner', answer.body)
    const found = made.ok ? await plan.inner.evaluate(made.input) : made
    if (!found.ok || typeof found.value !== 'string' || found.value.trim() === '') return answer
    const read = readPlainXml(found.value)
    return read.ok
      ? { ...answer, body: { [read.root.local]: jsonOfXml(read.root) } }
      : { ...answer, body: undefined, unreadable: read.unreadable }
  }

  async function isOver(answer: Answer): Promise<boolean> {
    if (!answer.ok || plan.session === null) return false
    if (answer.status === 401) return true
    const { over } = plan.session
    const made = mappingInput('session.over', answer.body ?? null)
    if (over === null || !made.ok) return false
    const mapped = await over.evaluate(made.input, { httpStatus: answer.status, text: answer.text })
    return mapped.ok && mapped.value === true
  }

  /** Time and nonce of a signature; a retry repeats them where they are kept. */
  async function momentOf({ name }: RequestPlan, { key }: Call, { now, state }: Context): Promise<Moment> {
    if (plan.sign === null) return { time: now(), nonce: '' }
    if (key === null) return { time: now(), nonce: nonceOf(`${name} ${now()} ${crypto.randomUUID()}`) }
    const place = `signed ${key}`
    let time = Number(await state.claim(place, () => String(now())))
    if (plan.sign.keepMs !== null && now() - time >= plan.sign.keepMs) {
      time = now()
      await state.put(place, String(time))
    }
    return { time, nonce: nonceOf(`${place} ${time}`) }
  }

  async function make(request: RequestPlan, call: Call, token: string | null, moment: Moment | null): Promise<Made> {
    const content = call.material === undefined ? {} : { content: contentMark(call.material.sha256) }
    const given: Variables = { ...call.given, ...(token === null ? {} : { session: token }), ...content }
    const signed = await signature(request, call, given, moment)
    if (!signed.ok) return signed
    const variables = { ...given, sign: signed.sign }
    const headers: Record<string, string> = { ...request.headers.fixed }
    if (call.key !== null) headers['idempotency-key'] = call.key
    for (const [name, mapping] of request.headers.made) {
      const value = await headerOf(mapping, call.input, variables)
      if (!value.ok) return value
      headers[name] = value.value
    }
    const signs = Object.entries(signed.sign).map(([name, value]) => [`sign.${name}`, String(value)])
    const address = request.address({ ...call.values, session: token, ...Object.fromEntries(signs) })
    if (!address.ok) return address
    const body = await bodyFor(request, call, variables)
    if (!body.ok) return body
    const more = [...signed.secret, ...(token === null ? [] : [token])]
    const secret = more.length === 0 ? hidden : new Set([...hidden, ...more])
    const { method } = request
    return {
      ok: true,
      token,
      secret,
      request: { method, url: address.url, headers, ...(body.body === null ? {} : { body: body.body }) },
    }
  }

  /** `moment` null: the signature is not shown. */
  async function signature(
    request: RequestPlan,
    call: Call,
    given: Variables,
    moment: Moment | null,
  ): Promise<{ ok: true; sign: Record<string, JsonValue>; secret: string[] } | Refused> {
    const sign: Record<string, JsonValue> = {}
    const secret: string[] = []
    if (plan.sign === null) return { ok: true, sign, secret }
    if (moment === null)
      return { ok: true, sign: Object.fromEntries(plan.sign.values.map(({ name }) => [name, HIDDEN])), secret }
    const wanted = plan.sign.values.some(({ mapping }) => mapping.asks('body'))
    const text = wanted ? await signedText(request, call, given) : { ok: true as const, text: '' }
    if (!text.ok) return text
    const unsigned = request.address({
      ...call.values,
      session: given.session === undefined ? null : String(given.session),
    })
    const about = {
      ...given,
      ...moment,
      seconds: Math.floor(moment.time / 1000),
      body: text.text,
      method: request.method,
      path: unsigned.ok ? new URL(unsigned.url).pathname : '',
    }
    for (const { name, mapping, secret: isSecret } of plan.sign.values) {
      const mapped = await mapping.evaluate(call.input, { ...about, sign })
      if (!mapped.ok) return mapped
      sign[name] = mapped.value ?? null
      if (isSecret && typeof mapped.value === 'string') secret.push(mapped.value)
    }
    return { ok: true, sign, secret }
  }

  async function signedText(
    { body }: RequestPlan,
    { input }: Call,
    given: Variables,
  ): Promise<{ ok: true; text: string } | Refused> {
    if (body === null) return { ok: true, text: '' }
    const mapped = await body.mapping.evaluate(input, { ...given, sign: {} })
    return mapped.ok ? body.codec.write(body.mapping.place, mapped.value, plan.charset) : mapped
  }

  async function bodyFor(
    request: RequestPlan | MaterialPlan,
    { input, material, inline = [] }: Call,
    variables: Variables,
  ): Promise<{ ok: true; body: Body | null } | Refused> {
    const { body } = request
    const place = body?.mapping.place ?? request.place
    const mapped = await body?.mapping.evaluate(input, variables)
    if (mapped?.ok === false) return mapped
    if (material !== undefined && 'kind' in request) {
      const { type, size } = material
      if (request.kind === 'raw') return { ok: true, body: { type, size, open: () => material.open() } }
      if (request.kind === 'multipart') {
        const named = await request.fileName.evaluate(input, variables)
        if (!named.ok) return named
        const fileName = asText(named.value) ?? material.sha256
        return multipartBody(place, { fields: mapped?.value, file: request.file, fileName }, plan.charset, material)
      }
    }
    if (body === null || mapped === undefined) return { ok: true, body: null }
    const { codec, type } = body
    const text = codec.write(place, mapped.value, plan.charset)
    if (!text.ok) return text
    const files = material === undefined ? inline : [material]
    return files.length === 0 && !(plan.materials === 'inline' && holdsContent(text.text))
      ? bodyOf(place, type, text.text, plan.charset)
      : base64Body(place, type, text.text, plan.charset, files)
  }

  return {
    ask,
    token,
    show: (request, call) => make(request, call, plan.session === null ? null : HIDDEN, null),
    async prepare(request, call, context, stale) {
      const found = await token(context, stale)
      if (!found.ok) return found
      return make(request, call, found.token, await momentOf(request, call, context))
    },
  }
}

const TOKEN = /^[\x21-\x7e]+$/
const OVER = { ok: false, code: 'adapter.unavailable', retryable: true } as const

/** Without a session nothing can be asked, whatever the reason: every packet waits, and none is parked for it. */
const passing = (verdict: Extract<Verdict, { ok: false }>): Extract<Verdict, { ok: false }> => ({
  ...verdict,
  code: 'adapter.unavailable',
  retryable: true,
})

const nonceOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

async function headerOf(
  mapping: Mapping,
  input: MappingInput,
  variables: Variables,
): Promise<{ ok: true; value: string } | Refused> {
  const mapped = await mapping.evaluate(input, variables)
  if (!mapped.ok) return mapped
  const value = asText(mapped.value)
  return value !== null && /^[\x20-\x7e]*$/.test(value)
    ? { ok: true, value }
    : refuse('adapter.mapping', `${mapping.place}: a header is a text of visible ASCII`)
}
