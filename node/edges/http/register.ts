/** Turns the operations of the concerns into routes and into their OpenAPI description. */
import type { Context } from 'hono'
import * as z from 'zod'
import { fieldOf, ThreadId } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Purpose, purposeRule } from '../../../protocol/rights/purposes.ts'
import { fieldProblem, fieldProblems, fieldsDetail } from '../../kernel/fields.ts'
import { bounded, mediaTypeOf, readBody, readJson, sizeOf } from './body.ts'
import {
  BYTES,
  type Common,
  type Described,
  describe,
  isOfOneCase,
  isOfOneDraft,
  namesCase,
  paramsOf,
  problemsOf,
  queryOf as querySchemaOf,
} from './describe.ts'
import { callerOf, type Edge, type Env, sessionCookie } from './env.ts'
import { firstBytes, letGo, type Wanted, wantedBy } from './partial.ts'
import { seenBy, tagOf } from './preconditions.ts'
import type { Api, Download, Input, RouteModule, Schema } from './route.ts'

type AnyInput = Input<Schema, Schema, Schema>
type SetsSession = { setSession(token: string | null): void }
type Handle<E, R> = { handle(input: AnyInput & E): Promise<R> }
type AnyOperation = Common &
  Handle<SetsSession, unknown> & {
    method: string
    body?: Schema
    bodyBytes?: number
    answer: Schema
    status?: number
    shownOnce?: boolean
    looksUp?: boolean
    versionOf?(answer: unknown): string | null
  }
type AnyOpen = Omit<Common, 'action'> & {
  method: string
  body?: Schema
  answer: Schema
  status?: number
  handle(input: { body: unknown; address: string } & SetsSession): Promise<unknown>
}
type AnyUpload = Common &
  Handle<{ stream: ReadableStream<Uint8Array>; type: string; size: number | null }, unknown> & {
    method: string
    takes: { types: readonly string[]; bytes: number }
    answer: Schema
    status?: number
  }
type AnyDownload = Common &
  Handle<{ wanted: Wanted }, Download> & { gives: { types: readonly string[]; description: string }; ranged?: boolean }

const JSON_TYPE = 'application/json'

const takesKey = ({ method, looksUp }: AnyOperation): boolean => method === 'post' && looksUp !== true

/** Registers the routes of one concern. Throws when an operation id or a route is taken. */
export function registerModule(edge: Edge, module: RouteModule, taken: Set<string>): void {
  const claim = (...names: string[]) => {
    for (const name of names) {
      if (taken.has(name)) throw new Error(`http: ${name} is registered twice`)
      taken.add(name)
    }
  }
  const noteLocation = ({ path }: Described) => {
    const [, list, name] = /^(.*)\/\{(\w+)\}$/.exec(path) ?? []
    if (list !== undefined && name !== undefined) edge.locations.set(list, name)
  }
  const route = (method: string, common: Described, answer: (c: Context<Env>) => Promise<Response>) => {
    if (method === 'get') noteLocation(common)
    claim(`operation ${common.id}`, `${method} ${common.path.replaceAll(/\{[^}]+\}/g, '{}')}`)
    edge.app.on([method.toUpperCase()], [common.path.replaceAll(/\{([^}]+)\}/g, ':$1')], async c => {
      c.set('route', common.path)
      try {
        return await answer(c)
      } catch (error) {
        if (error instanceof ProblemError && !problemsOf(common, method).includes(error.problem.code))
          edge.undeclared(common.id, error.problem.code)
        throw error
      }
    })
  }
  const api: Api = {
    operation(operation) {
      route(operation.method, operation, c => answerOperation(edge, operation, c))
      describe(edge, module.tag, operation.method, operation, {
        ...(operation.body === undefined ? {} : { body: { [JSON_TYPE]: operation.body } }),
        keyed: takesKey(operation),
        looksUp: operation.looksUp === true,
        versioned: operation.versionOf !== undefined,
        status: operation.status ?? 200,
        answer: { description: 'Done', content: { [JSON_TYPE]: { schema: operation.answer } } },
      })
    },
    open(operation) {
      const described = { ...operation, action: null }
      route(operation.method, described, c => answerOpen(edge, operation, c))
      describe(edge, module.tag, operation.method, described, {
        ...(operation.body === undefined ? {} : { body: { [JSON_TYPE]: operation.body } }),
        keyed: false,
        status: operation.status ?? 200,
        answer: { description: 'Done', content: { [JSON_TYPE]: { schema: operation.answer } } },
      })
    },
    upload(upload) {
      route(upload.method, upload, c => answerUpload(edge, upload, c))
      describe(edge, module.tag, upload.method, upload, {
        body: Object.fromEntries(upload.takes.types.map(type => [type === 'any' ? '*/*' : type, BYTES])),
        keyed: false,
        status: upload.status ?? 200,
        answer: { description: 'Done', content: { [JSON_TYPE]: { schema: upload.answer } } },
      })
    },
    download(download) {
      route('get', download, c => answerDownload(edge, download, c))
      describe(edge, module.tag, 'get', download, {
        keyed: false,
        ranged: download.ranged === true,
        status: 200,
        answer: {
          description: download.gives.description,
          content: Object.fromEntries(download.gives.types.map(type => [type, { schema: BYTES }])),
        },
      })
    },
  }
  module.register(api)
}

/** Admits the caller and reads params and query; the body is left to the kind of operation. */
async function begin(edge: Edge, common: Common, c: Context<Env>): Promise<Omit<AnyInput, 'signal' | 'body'>> {
  const { id, action, whileDue, background } = common
  const unsafe = c.req.method !== 'GET' && c.req.method !== 'HEAD'
  const person = await edge.admission.person(callerOf(c), { id, action, unsafe, whileDue, background })
  c.set('personId', person.id)
  const named = await threadNamed(edge, common, c)
  const params = checked(common.params, common.params === undefined ? undefined : named, 'path')
  const { purpose, query } = withoutPurpose(
    common,
    checked(querySchemaOf(common) ?? z.strictObject({}), queryOf(c), 'query') as Asked,
  )
  if (isOfOneCase(common)) await edge.caseRights.demand(person, action, (params as { thread: string }).thread, purpose)
  if (purposeRule(action) === 'always') await edge.caseRights.demandPurpose(person, action, id, purpose)
  if (isOfOneDraft(common)) await edge.caseRights.demandDraft(person, (params as { id: string }).id)
  return {
    person,
    demand: (right, thread) => edge.caseRights.demand(person, right, thread, purpose),
    demandPurpose: (subject, named) => edge.caseRights.demandPurpose(person, action, subject, named),
    demandDraft: id => edge.caseRights.demandDraft(person, id),
    requestId: c.get('requestId'),
    params,
    query,
    seen: seenBy(c.req.raw.headers, c.req.method, common.guarded === true),
  }
}

/** What the path names; a case that is named by its number, by its thread from here on. Problem: `thread.unknown`. */
async function threadNamed(edge: Edge, common: Common, c: Context<Env>): Promise<Record<string, string>> {
  const named = c.req.param() as Record<string, string>
  if (!namesCase(common) || ThreadId.safeParse(named.thread).success) return named
  const { thread: number } = checked(paramsOf(common), named, 'path') as { thread: string }
  const thread = await edge.caseRights.threadOf(number)
  if (thread === null) throw new ProblemError('thread.unknown', 'no case, or not one alone, has this number')
  return { ...named, thread }
}

/** The address of a request, in which a case is named by its thread. */
const addressOf = (common: Common, c: Context<Env>, { params }: Pick<AnyInput, 'params'>): string => {
  const { pathname } = new URL(c.req.url)
  return namesCase(common)
    ? pathname.replace(/^(\/api\/v1\/cases\/)[^/]+/, `$1${(params as { thread: string }).thread}`)
    : pathname
}

type Asked = { purpose?: Purpose }
/** What a look is for is the edge's to see to, where its action asks for it: the handler has the rest. */
function withoutPurpose({ action }: Common, asked: Asked): { purpose: Purpose | undefined; query: unknown } {
  const rule = purposeRule(action)
  if (rule === null || rule === 'search') return { purpose: undefined, query: asked }
  const { purpose, ...query } = asked
  return { purpose, query }
}

/** A query field given twice is refused rather than one of them chosen. */
function queryOf(c: Context<Env>): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1)
      throw new ProblemError('request.invalid', 'query: a field is given twice', {
        errors: [fieldProblem(name, 'given twice', '重复给出')],
      })
    fields[name] = values[0] ?? ''
  }
  return fields
}

function checked(schema: Schema | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = fieldProblems(parsed.error, value)
  throw new ProblemError('request.invalid', `${where}: ${fieldsDetail(errors)}`, { errors })
}

/** What the schema says goes out, and nothing else: a field too many in a row never leaves the node. */
function encode(schema: Schema, id: string, value: unknown): string {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Error(`answer of ${id} does not fit its schema: ${fieldOf(parsed.error)}`)
  return JSON.stringify(parsed.data)
}

/** Runs the handler under the time limit; what goes on past it goes on alone, with its signal aborted. */
async function limited<T>(
  edge: Edge,
  common: Pick<Common, 'seconds'>,
  c: Context<Env>,
  run: (signal: AbortSignal) => Promise<T>,
  late = () => new ProblemError('internal', 'the time limit of the operation passed'),
): Promise<T> {
  const ours = new AbortController()
  const signal = AbortSignal.any([ours.signal, c.req.raw.signal])
  const limit = (common.seconds ?? edge.limits.operationSeconds) * 1000
  return new Promise<T>((resolve, reject) => {
    const cancel = edge.clock.after(limit, () => {
      const error = late()
      ours.abort(error)
      reject(error)
    })
    run(signal).then(resolve, reject).finally(cancel)
  })
}

/** What an operation says of the cookie of a session: the header of its answer. */
function cookies(): SetsSession & { headers(): Record<string, string> } {
  let set: string | null | undefined
  return {
    setSession(token) {
      set = token
    },
    headers: () => (set === undefined ? {} : { 'set-cookie': sessionCookie(set) }),
  }
}

const slowBody = () => new ProblemError('request.invalid', 'body: not sent in time')

const json = (body: string, status: number, headers: Record<string, string> = {}) =>
  new Response(body, { status, headers: { 'content-type': JSON_TYPE, ...headers } })

async function answerOperation(edge: Edge, operation: AnyOperation, c: Context<Env>): Promise<Response> {
  const input = await begin(edge, operation, c)
  const max = operation.bodyBytes ?? edge.limits.bodyBytes
  let text = ''
  let body: unknown
  if (operation.body === undefined) {
    // Many clients send an empty object with every POST: it says no more than nothing.
    const sent = Buffer.from(await readBody(c.req.raw, max))
      .toString()
      .trim()
    if (sent !== '' && sent !== '{}') throw new ProblemError('request.invalid', 'body: none expected')
  } else {
    const read = await limited(edge, operation, c, () => readJson(c.req.raw, max), slowBody)
    text = read.text
    body = checked(operation.body, read.value, 'body')
  }
  const status = operation.status ?? 200
  const address = addressOf(operation, c, input)
  const about = (answer: string): Record<string, string> => {
    const location = status === 201 ? locationOf(edge, operation.path, address, answer) : null
    const version = operation.versionOf?.(JSON.parse(answer)) ?? null
    return { ...(location === null ? {} : { location }), ...(version === null ? {} : { etag: tagOf(version) }) }
  }
  const { setSession, headers } = cookies()
  const run = async (signal: AbortSignal) => ({
    status,
    body: encode(operation.answer, operation.id, await operation.handle({ ...input, body, signal, setSession })),
  })
  const key = takesKey(operation) ? c.req.header('idempotency-key') : undefined
  if (key === undefined) {
    const answer = await limited(edge, operation, c, run)
    return json(answer.body, answer.status, { ...about(answer.body), ...headers() })
  }
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > edge.limits.idempotencyKey)
    throw new ProblemError('request.invalid', 'Idempotency-Key: visible ASCII of at most 128 characters expected')
  const { search } = new URL(c.req.url)
  const keyed = {
    person: input.person.id,
    key,
    request: [operation.method, address, search, text],
    shownOnce: operation.shownOnce ?? false,
  }
  const answer = await limited(edge, operation, c, signal => edge.idempotency.once(keyed, () => run(signal)))
  return json(answer.body, answer.status, {
    ...about(answer.body),
    ...headers(),
    ...(answer.replayed ? { 'idempotency-replayed': 'true' } : {}),
  })
}

async function answerOpen(edge: Edge, operation: AnyOpen, c: Context<Env>): Promise<Response> {
  const caller = callerOf(c)
  edge.admission.anonymous(caller)
  checked(z.strictObject({}), queryOf(c), 'query')
  const body =
    operation.body === undefined
      ? undefined
      : checked(
          operation.body,
          (await limited(edge, operation, c, () => readJson(c.req.raw, edge.limits.openBodyBytes), slowBody)).value,
          'body',
        )
  const { setSession, headers } = cookies()
  const { address } = caller
  const answer = await limited(edge, operation, c, async () =>
    encode(operation.answer, operation.id, await operation.handle({ body, address, setSession })),
  )
  return json(answer, operation.status ?? 200, headers())
}

/** Where what was made can be read: the address of its list and the id that the answer gives; null when there is no such address. */
function locationOf(edge: Edge, path: string, address: string, answer: string): string | null {
  const name = edge.locations.get(path)
  const id = name === undefined ? undefined : (JSON.parse(answer) as Record<string, unknown>)[name]
  return typeof id === 'string' || typeof id === 'number' ? `${address}/${encodeURIComponent(id)}` : null
}

async function answerUpload(edge: Edge, upload: AnyUpload, c: Context<Env>): Promise<Response> {
  const input = await begin(edge, upload, c)
  const request = c.req.raw
  const type = mediaTypeOf(request)
  const { types, bytes } = upload.takes
  if (!types.includes('any') && !types.includes(type))
    throw new ProblemError('request.media-type', `content-type: one of ${types.join(', ')} expected`)
  if (request.body === null) throw new ProblemError('request.invalid', 'body: missing')
  const stream = bounded(request, request.body, bytes)
  const value = await limited(edge, upload, c, signal =>
    upload.handle({ ...input, body: undefined, signal, stream, type, size: sizeOf(request) }),
  )
  return json(encode(upload.answer, upload.id, value), upload.status ?? 200)
}

async function answerDownload(edge: Edge, download: AnyDownload, c: Context<Env>): Promise<Response> {
  const input = await begin(edge, download, c)
  const wanted = wantedBy(c.req.raw.headers)
  const given = await limited(edge, download, c, async signal => {
    const made = await download.handle({ ...input, body: undefined, signal, wanted })
    if (signal.aborted) await letGo(made.body)
    return made
  })
  const styled = given.styled === true ? "; style-src 'unsafe-inline'" : ''
  const framed = given.framed === true ? "; frame-ancestors 'self'" : ''
  const policy = `default-src 'none'${styled}${framed}; sandbox`
  const headers = new Headers({ 'content-type': given.type, 'content-security-policy': policy })
  if (given.framed === true) headers.set('x-frame-options', 'SAMEORIGIN')
  if (given.version !== undefined) headers.set('etag', tagOf(given.version))
  if (given.body === null) return new Response(null, { status: 304, headers })
  if (download.ranged === true) headers.set('accept-ranges', 'bytes')
  if (given.filename !== undefined) {
    const ascii = given.filename.replaceAll(/[^A-Za-z0-9._-]/g, '_')
    headers.set(
      'content-disposition',
      `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(given.filename)}`,
    )
  }
  const { body, part, size } = given
  if (size !== undefined) headers.set('content-length', String(size))
  if (download.ranged !== true || size === undefined || !(body instanceof ReadableStream))
    return new Response(body, { headers })
  const length = part === undefined ? size : part.to - part.from + 1
  headers.set('content-length', String(length))
  if (part !== undefined) headers.set('content-range', `bytes ${part.from}-${part.to}/${size}`)
  const stream = firstBytes(body, length)
  const read = length <= edge.limits.readBytes ? await new Response(stream).bytes() : stream
  return new Response(read, { status: part === undefined ? 200 : 206, headers })
}
