/** From configuration to what runs: every expression compiled, every path checked; all problems are told at once. */
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  compileDictionary,
  compileMapping,
  compileTemplate,
  type Dictionary,
  type Limits,
  type Mapping,
  type MappingFunctions,
  mappingFunctions,
  type SecretOf,
  type Template,
} from '../sdk/index.ts'
import type { AnswerKind, HeadersConfig, RequestConfig, RestConfig } from './config.ts'
import { type Address, compilePath, type PathName } from './path.ts'

export type ResponsePlan = {
  ok: Mapping | null
  duplicate: Mapping | null
  retry: Mapping | null
  error: Mapping | null
  localCaseNo: Mapping | null
}
export type RequestPlan = {
  /** how messages call it: `register`, or the kind of the packet */
  name: string
  /** where it stands in the configuration */
  place: string
  method: string
  address: Address
  headers: Record<string, string>
  response: ResponsePlan
  /** more is taken from the answer than whether it went well */
  reads: boolean
}
export type PacketPlan = RequestPlan & { body: Mapping }
export type EventsPlan = RequestPlan & {
  start: string
  list: Mapping
  id: Mapping
  localCaseNo: Mapping
  kind: Mapping
  body: ReadonlyMap<AnswerKind, Mapping>
  cursor: Mapping
  files: RequestPlan | null
}
export type RestPlan = {
  register: PacketPlan
  packets: ReadonlyMap<string, PacketPlan>
  unmapped: 'refuse' | 'ignore'
  materials: RequestPlan | 'ignore' | null
  events: EventsPlan | null
  check: RequestPlan | null
  errors: ReadonlyMap<string, string>
  limits: Limits
}

const NO_RESPONSE: ResponsePlan = { ok: null, duplicate: null, retry: null, error: null, localCaseNo: null }
/** At most so many problems are told in one message. */
const TOLD = 12

/** Problem: `config.invalid`, with every place that is wrong. `secrets` are the values that the configuration names. */
export function compilePlan(
  config: RestConfig,
  secrets: Readonly<Record<string, string>>,
): { ok: true; plan: RestPlan } | Refused {
  const compiler = new Compiler(config, secrets)
  const plan = compiler.plan()
  if (compiler.problems.length === 0) return { ok: true, plan }
  const told = compiler.problems.slice(0, TOLD).join('; ')
  const rest = compiler.problems.length - TOLD
  return refuse('config.invalid', rest > 0 ? `${told}; and ${rest} more` : told)
}

class Compiler {
  readonly problems: string[] = []
  readonly #config: RestConfig
  readonly #secrets: Readonly<Record<string, string>>
  readonly #base: URL
  readonly #auth: Record<string, string>
  readonly #functions: MappingFunctions

  constructor(config: RestConfig, secrets: Readonly<Record<string, string>>) {
    this.#config = config
    this.#secrets = secrets
    this.#base = this.#baseUrl()
    this.#auth = this.#authorisation()
    this.#functions = mappingFunctions(this.#dictionaries())
  }

  plan(): RestPlan {
    const { register, packets, materials, unmapped, errors, timeoutMs, maxResponseBytes, charset } = this.#config
    return {
      register: {
        ...this.#packet('register', 'register', register, ['caseNo', 'thread', 'idempotencyKey']),
        response: this.#response('register.response', register.response),
        reads: true,
      },
      packets: new Map(
        Object.entries(packets).map(([kind, packet]) => [
          kind,
          this.#packet(`packets.${kind}`, kind, packet, ['localCaseNo', 'caseNo', 'thread', 'idempotencyKey']),
        ]),
      ),
      unmapped,
      materials: materials === undefined || materials === 'ignore' ? (materials ?? null) : this.#materials(materials),
      events: this.#events(),
      check: this.#check(),
      errors: new Map(Object.entries(errors)),
      limits: { timeoutMs, maxResponseBytes, ...(charset === undefined ? {} : { charset }) },
    }
  }

  #fail(refused: Refused): void {
    this.problems.push(refused.problem.detail ?? refused.problem.code)
  }

  #mapping(place: string, expression: string): Mapping {
    const compiled = compileMapping(place, expression, this.#functions)
    if (compiled.ok) return compiled.mapping
    this.#fail(compiled)
    return unusable(place)
  }

  #optional(place: string, expression: string | undefined): Mapping | null {
    return expression === undefined ? null : this.#mapping(place, expression)
  }

  #template(place: string, template: Template, secretOf?: SecretOf): Mapping {
    const compiled = compileTemplate(place, template, this.#functions, secretOf)
    if (compiled.ok) return compiled.mapping
    for (const problem of compiled.problems) this.#fail(problem)
    return unusable(place)
  }

  #path(place: string, path: string, names: readonly PathName[], needed?: PathName): Address {
    const compiled = compilePath(place, this.#base, path, names, needed)
    if (compiled.ok) return compiled.address
    this.#fail(compiled)
    return () => refuse('config.invalid', place)
  }

  #packet(place: string, name: string, request: RequestConfig, names: readonly PathName[]): PacketPlan {
    return {
      name,
      place,
      method: request.method,
      address: this.#path(`${place}.path`, request.path, names),
      headers: this.#headers(place, request.headers),
      body: this.#template(`${place}.body`, request.body, this.#bodySecret),
      response: this.#response(`${place}.response`, request.response),
      reads: false,
    }
  }

  #response(place: string, response: { [K in keyof ResponsePlan]?: string | undefined }): ResponsePlan {
    const one = (name: keyof ResponsePlan) => this.#optional(`${place}.${name}`, response[name])
    return {
      ok: one('ok'),
      duplicate: one('duplicate'),
      retry: one('retry'),
      error: one('error'),
      localCaseNo: one('localCaseNo'),
    }
  }

  #materials(materials: Exclude<RestConfig['materials'], 'ignore' | undefined>): RequestPlan {
    const names: PathName[] = ['sha256', 'code', 'localCaseNo', 'caseNo', 'thread', 'idempotencyKey']
    return {
      name: 'materials',
      place: 'materials',
      method: materials.method,
      address: this.#path('materials.path', materials.path, names, 'sha256'),
      headers: this.#headers('materials', materials.headers),
      response: this.#response('materials.response', materials.response),
      reads: false,
    }
  }

  #events(): EventsPlan | null {
    const { events } = this.#config
    if (events === undefined) return null
    const { each } = events
    return {
      name: 'events',
      place: 'events',
      method: 'GET',
      address: this.#path('events.path', events.path, ['cursor'], 'cursor'),
      headers: this.#headers('events', events.headers),
      response: this.#response('events', { ok: events.ok, error: events.error }),
      reads: true,
      start: events.start,
      list: this.#mapping('events.list', events.list),
      id: this.#mapping('events.each.id', each.id),
      localCaseNo: this.#mapping('events.each.localCaseNo', each.localCaseNo),
      kind: this.#mapping('events.each.kind', each.kind),
      body: new Map(
        Object.entries(each.body).map(([kind, body]) => [
          kind as AnswerKind,
          this.#template(`events.each.body.${kind}`, body),
        ]),
      ),
      cursor: this.#mapping('events.cursor', events.cursor),
      files:
        events.files === undefined
          ? null
          : {
              name: 'events.files',
              place: 'events.files',
              method: 'GET',
              address: this.#path('events.files.path', events.files.path, ['file'], 'file'),
              headers: this.#headers('events.files', events.files.headers),
              response: NO_RESPONSE,
              reads: true,
            },
    }
  }

  #check(): RequestPlan | null {
    const { check } = this.#config
    if (check === undefined) return null
    return {
      name: 'check',
      place: 'check',
      method: 'GET',
      address: this.#path('check.path', check.path, []),
      headers: this.#auth,
      response: { ...NO_RESPONSE, ok: this.#optional('check.ok', check.ok) },
      reads: false,
    }
  }

  #baseUrl(): URL {
    const url = new URL(this.#config.baseUrl)
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      this.problems.push('baseUrl: without user, query and fragment')
    }
    if (url.protocol === 'http:' && !isLoopback(url.hostname) && !this.#config.allowPlainHttp) {
      this.problems.push('baseUrl: https, or allowPlainHttp where the network itself is protected')
    }
    return url
  }

  #secret(place: string, name: string): string {
    const value = Object.hasOwn(this.#secrets, name) ? this.#secrets[name] : undefined
    if (value === undefined || value === '') this.problems.push(`${place}: the secret ${name} is missing`)
    else if (!/^[\x21-\x7e]+$/.test(value)) this.problems.push(`${place}: the secret ${name} is not visible ASCII`)
    else return value
    return ''
  }

  readonly #bodySecret: SecretOf = (place, name) => {
    const value = Object.hasOwn(this.#secrets, name) ? this.#secrets[name] : undefined
    return value === undefined || value === ''
      ? refuse('config.invalid', `${place}: the secret ${name} is missing`)
      : { ok: true, value }
  }

  #authorisation(): Record<string, string> {
    const { auth } = this.#config
    if (auth.scheme === 'none') return {}
    const secret = this.#secret('auth.secret', auth.secret)
    if (auth.scheme === 'header') return { [auth.name]: secret }
    if (auth.scheme === 'bearer') return { authorization: `Bearer ${secret}` }
    return { authorization: `Basic ${Buffer.from(`${auth.username}:${secret}`).toString('base64')}` }
  }

  #headers(place: string, headers: HeadersConfig): Record<string, string> {
    const made = { ...this.#auth }
    for (const [name, value] of Object.entries(headers ?? {})) {
      made[name] = typeof value === 'string' ? value : this.#secret(`${place}.headers.${name}`, value.secret)
    }
    return made
  }

  #dictionaries(): ReadonlyMap<string, Dictionary> {
    const dictionaries = new Map<string, Dictionary>()
    for (const [name, table] of Object.entries(this.#config.dictionaries)) {
      const compiled = compileDictionary(name, table)
      if (compiled.ok) dictionaries.set(name, compiled.dictionary)
      else this.#fail(compiled)
    }
    return dictionaries
  }
}

/** Stands where an expression could not be compiled; the plan is refused, so it never runs. */
const unusable = (place: string): Mapping => ({ place, evaluate: async () => refuse('config.invalid', place) })

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
