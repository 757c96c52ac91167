/** From configuration to what runs: every expression compiled, every path checked; all problems are told at once. */
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  compileDictionary,
  compileMapping,
  compileTemplate,
  type Dictionary,
  type Mapping,
  type MappingFunctions,
  MappingRefusal,
  mappingFunctions,
  type SecretOf,
  type Template,
} from '../sdk/index.ts'
import type { TextKind } from './bodies.ts'
import type { AnswerKind, HeaderConfig, LookUpConfig, PacketConfig, ResponseConfig, RestConfig } from './config.ts'
import { type Address, compilePath, type PathName } from './path.ts'
import type {
  CasesPlan,
  EventsPlan,
  HeaderPlan,
  LookUpPlan,
  MaterialPlan,
  PacketPlan,
  ReadingPlan,
  RequestPlan,
  ResponsePlan,
  RestPlan,
  SessionPlan,
  SignPlan,
  StepPlan,
  Take,
} from './plan.ts'

const NO_RESPONSE: ResponsePlan = {
  outcome: null,
  ok: null,
  duplicate: null,
  retry: null,
  error: null,
  localCaseNo: null,
}
const NO_HEADERS: HeaderPlan = { fixed: {}, made: [] }

/** What the body of a request reads besides its input. */
export const BODY_VARIABLES = ['session', 'sign', 'steps', 'submit'] as const
const ANSWER_VARIABLES = ['httpStatus', 'text'] as const
const SIGN_VARIABLES = [...BODY_VARIABLES, 'time', 'seconds', 'nonce', 'body', 'method', 'path'] as const
/** What the path of a request of a packet may hold. */
const PACKET_NAMES: readonly PathName[] = ['localCaseNo', 'caseNo', 'thread', 'idempotencyKey']

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

type RequestConfig = {
  method: string
  path: string
  headers?: Readonly<Record<string, HeaderConfig>> | undefined
  as?: TextKind
  body?: Template | undefined
}

class Compiler {
  readonly problems: string[] = []
  readonly #config: RestConfig
  readonly #secrets: Readonly<Record<string, string>>
  readonly #base: URL
  readonly #dictionaries: ReadonlyMap<string, Dictionary>
  readonly #functions: MappingFunctions
  /** for headers and signatures, which may read secrets */
  readonly #trusted: MappingFunctions
  readonly #auth: HeaderPlan

  constructor(config: RestConfig, secrets: Readonly<Record<string, string>>) {
    this.#config = config
    this.#secrets = secrets
    this.#base = this.#baseUrl()
    this.#dictionaries = this.#compileDictionaries()
    this.#functions = mappingFunctions(this.#dictionaries)
    this.#trusted = { ...this.#functions, secret: { signature: '<s:s>', call: (name: string) => this.#known(name) } }
    this.#auth = this.#authorisation()
  }

  plan(): RestPlan {
    const { register, packets, materials, unmapped, errors, timeoutMs, maxResponseBytes, charset } = this.#config
    return {
      register: {
        ...this.#packet('register', 'register', register, ['caseNo', 'thread', 'idempotencyKey']),
        response: this.#response('register.response', register.response, register.response.localCaseNo),
        lookup: this.#lookUp('register.lookup', register.lookup, register.lookup?.localCaseNo),
        reads: true,
      },
      packets: new Map(
        Object.entries(packets).map(([kind, packet]) => [
          kind,
          {
            ...this.#packet(`packets.${kind}`, kind, packet, PACKET_NAMES),
            lookup: this.#lookUp(`packets.${kind}.lookup`, packet.lookup, packet.lookup?.found),
          },
        ]),
      ),
      unmapped,
      materials: materials === undefined || materials === 'ignore' ? (materials ?? null) : this.#materials(materials),
      session: this.#session(),
      sign: this.#sign(),
      charset: this.#config.requestCharset,
      events: this.#events(),
      cases: this.#cases(),
      check: this.#check(),
      errors: new Map(Object.entries(errors)),
      limits: { timeoutMs, maxResponseBytes, ...(charset === undefined ? {} : { charset }) },
    }
  }

  #fail(refused: Refused): void {
    this.problems.push(refused.problem.detail ?? refused.problem.code)
  }

  #mapping(
    place: string,
    expression: string,
    variables: readonly string[] = [],
    functions: MappingFunctions = this.#functions,
  ): Mapping {
    const compiled = compileMapping(place, expression, functions, variables)
    if (!compiled.ok) {
      this.#fail(compiled)
      return unusable(place)
    }
    this.#names(compiled.mapping)
    return compiled.mapping
  }

  #optional(place: string, expression: string | undefined, variables?: readonly string[]): Mapping | null {
    return expression === undefined ? null : this.#mapping(place, expression, variables)
  }

  #template(place: string, template: Template, variables: readonly string[] = [], secretOf?: SecretOf): Mapping {
    const compiled = compileTemplate(place, template, this.#functions, secretOf, variables)
    if (compiled.ok) {
      this.#names(compiled.mapping)
      return compiled.mapping
    }
    for (const problem of compiled.problems) this.#fail(problem)
    return unusable(place)
  }

  /** Dictionaries and secrets that an expression names must be there. */
  #names(mapping: Mapping): void {
    for (const { place, text } of [...mapping.named('theirs'), ...mapping.named('ours')])
      if (!this.#dictionaries.has(text)) this.problems.push(`${place}: there is no dictionary ${text}`)
    for (const { place, text } of mapping.named('secret')) this.#secret(place, text)
  }

  #path(place: string, path: string, names: readonly PathName[], needed?: PathName): Address {
    const compiled = compilePath(place, this.#base, path, names, needed)
    if (compiled.ok) return compiled.address
    this.#fail(compiled)
    return () => refuse('config.invalid', place)
  }

  /** Places of a path that every request may have. */
  #common(): PathName[] {
    const { session, sign } = this.#config
    const signed = Object.keys(sign?.values ?? {}).map((name): PathName => `sign.${name}`)
    return session === undefined ? signed : ['session', ...signed]
  }

  /** A request whose body is made of a template, or which has none. */
  #request(
    place: string,
    name: string,
    request: RequestConfig,
    response: ResponsePlan,
    [names, needed]: [readonly PathName[], needed?: PathName | undefined],
    variables: readonly string[] = BODY_VARIABLES,
  ): RequestPlan {
    const { method, path, headers, as = 'json', body } = request
    if (method === 'GET' && body !== undefined) this.problems.push(`${place}.body: a GET has none`)
    return {
      name,
      place,
      method,
      address: this.#path(`${place}.path`, path, [...names, ...this.#common()], needed),
      headers: this.#headers(place, headers),
      body:
        body === undefined ? null : { as, mapping: this.#template(`${place}.body`, body, variables, this.#bodySecret) },
      response,
      reads: false,
    }
  }

  #packet(place: string, name: string, packet: PacketConfig, names: readonly PathName[]): PacketPlan {
    const made = this.#request(place, name, packet, this.#response(`${place}.response`, packet.response), [names])
    const steps = packet.steps.map((step, index): StepPlan => {
      const at = `${place}.steps.${index}`
      const response = this.#response(`${at}.response`, step.response)
      const take = this.#take(`${at}.take`, step.take)
      if (packet.steps.findIndex(other => other.name === step.name) !== index)
        this.problems.push(`${at}.name: stands twice`)
      return {
        ...this.#request(at, `${name} ${step.name}`, step, response, [names]),
        step: step.name,
        when: this.#optional(`${at}.when`, step.when, BODY_VARIABLES),
        take,
        reads: take.size > 0,
      }
    })
    return { ...made, lookup: null, steps }
  }

  #lookUp(place: string, lookup: LookUpConfig | undefined, finds: string | undefined): LookUpPlan | null {
    if (lookup === undefined || finds === undefined) return null
    const response = this.#response(`${place}.response`, lookup.response)
    return {
      ...this.#request(place, place, lookup, response, [PACKET_NAMES]),
      finds: this.#mapping(`${place}.finds`, finds, ANSWER_VARIABLES),
      reads: true,
    }
  }

  #take(place: string, take: Readonly<Record<string, string>> | undefined): Take {
    return new Map(
      Object.entries(take ?? {}).map(([name, value]) => [
        name,
        this.#mapping(`${place}.${name}`, value, ANSWER_VARIABLES),
      ]),
    )
  }

  #response(place: string, response: ResponseConfig, localCaseNo?: string): ResponsePlan {
    const one = (name: string, value: string | undefined) => this.#optional(`${place}.${name}`, value, ANSWER_VARIABLES)
    return {
      outcome: one('outcome', response.outcome) ?? this.#optional('outcome', this.#config.outcome, ANSWER_VARIABLES),
      ok: one('ok', response.ok),
      duplicate: one('duplicate', response.duplicate),
      retry: one('retry', response.retry),
      error: one('error', response.error),
      localCaseNo: one('localCaseNo', localCaseNo),
    }
  }

  #materials(materials: Exclude<RestConfig['materials'], 'ignore' | undefined>): MaterialPlan {
    const { as, file, method, path, headers, body } = materials
    const take = this.#take('materials.take', materials.take)
    const response = this.#response('materials.response', materials.response)
    const variables = [...BODY_VARIABLES, 'content']
    const names: PathName[] = ['sha256', 'code', ...PACKET_NAMES]
    const needed = as === 'raw' ? 'sha256' : undefined
    const request = { method, path, headers, body }
    const made = this.#request('materials', 'materials', request, response, [names, needed], variables)
    const content = made.body?.mapping.asks('content') === true
    if (as === 'raw' && body !== undefined) this.problems.push('materials.body: a file that is sent raw has none')
    if (as === 'base64' && !content) this.problems.push('materials.body: base64 needs one that reads $content')
    if (as === 'multipart' && content)
      this.problems.push('materials.body: the file stands beside it; it reads no $content')
    return {
      ...made,
      take,
      kind: as,
      file,
      fileName: this.#mapping('materials.fileName', materials.fileName, BODY_VARIABLES),
      reads: take.size > 0,
    }
  }

  #session(): SessionPlan | null {
    const { session } = this.#config
    if (session === undefined) return null
    const made = this.#request(
      'session',
      'session',
      session,
      this.#response('session.response', session.response),
      [[]],
      ['sign'],
    )
    if (made.headers.made.some(([, value]) => value.asks('session')))
      this.problems.push('session.headers: read no $session')
    return {
      ...made,
      token: this.#mapping('session.token', session.token, ANSWER_VARIABLES),
      seconds: this.#optional('session.seconds', session.seconds, ANSWER_VARIABLES),
      over: this.#optional('session.over', session.over, ANSWER_VARIABLES),
      reads: true,
    }
  }

  #sign(): SignPlan | null {
    const { sign } = this.#config
    if (sign === undefined) return null
    return {
      keepMs: sign.keepSeconds === undefined ? null : sign.keepSeconds * 1000,
      values: Object.entries(sign.values).map(([name, value]) => {
        const mapping = this.#mapping(`sign.values.${name}`, value, SIGN_VARIABLES, this.#trusted)
        return { name, mapping, secret: mapping.asks('secret') }
      }),
    }
  }

  #events(): EventsPlan | null {
    const { events } = this.#config
    if (events === undefined) return null
    const { each, outcome, ok, error } = events
    const response = this.#response('events', { outcome, ok, error })
    return {
      ...this.#request(
        'events',
        'events',
        events,
        response,
        [['cursor'], events.body === undefined ? 'cursor' : undefined],
        ['session', 'sign'],
      ),
      reads: true,
      start: events.start,
      list: this.#mapping('events.list', events.list),
      id: this.#mapping('events.each.id', each.id),
      localCaseNo: this.#mapping('events.each.localCaseNo', each.localCaseNo),
      cursor: this.#mapping('events.cursor', events.cursor),
      ...this.#reading('events', events),
    }
  }

  #cases(): CasesPlan | null {
    const { cases, events } = this.#config
    if (cases === undefined) return null
    if (cases.body === undefined && !/\{(localCaseNo|caseNo|thread)\}/.test(cases.path))
      this.problems.push('cases.path: {localCaseNo} is missing')
    if (events !== undefined) this.problems.push('cases: the system has a feed of answers in `events`; one of both')
    const { outcome, ok, error, list, each } = cases
    return {
      ...this.#request('cases', 'cases', cases, this.#response('cases', { outcome, ok, error }), [
        ['localCaseNo', 'caseNo', 'thread'],
      ]),
      ...this.#reading('cases', cases),
      list: this.#optional('cases.list', list),
      id: this.#mapping('cases.each.id', each.id),
      reads: true,
    }
  }

  /** `place`: where the answers stand in the configuration. */
  #reading(
    place: string,
    {
      each,
      files,
    }: Pick<NonNullable<RestConfig['cases']>, 'files'> & {
      each: Pick<NonNullable<RestConfig['cases']>['each'], 'kind' | 'body'>
    },
  ): ReadingPlan {
    return {
      kind: this.#mapping(`${place}.each.kind`, each.kind),
      bodies: new Map(
        Object.entries(each.body).map(([kind, body]) => [
          kind as AnswerKind,
          this.#template(`${place}.each.body.${kind}`, body),
        ]),
      ),
      files:
        files === undefined
          ? null
          : {
              ...this.#request(
                `${place}.files`,
                `${place}.files`,
                { method: 'GET', path: files.path, headers: files.headers },
                NO_RESPONSE,
                [['file'], 'file'],
              ),
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
      address: this.#path('check.path', check.path, this.#common()),
      headers: this.#auth,
      body: null,
      response: this.#response('check', { outcome: check.outcome, ok: check.ok }),
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

  /** The value of a secret whose name an expression made. */
  #known(name: string): string {
    const value = Object.hasOwn(this.#secrets, name) ? this.#secrets[name] : undefined
    if (value === undefined || value === '') throw new MappingRefusal('there is no secret of this name')
    return value
  }

  #authorisation(): HeaderPlan {
    const { auth } = this.#config
    if (auth.scheme === 'none') return NO_HEADERS
    if (auth.scheme === 'headers') return this.#headersOf('auth.headers', auth.headers)
    const secret = this.#secret('auth.secret', auth.secret)
    const fixed = (name: string, value: string): HeaderPlan => ({ fixed: { [name]: value }, made: [] })
    if (auth.scheme === 'header') return fixed(auth.name, secret)
    if (auth.scheme === 'bearer') return fixed('authorization', `Bearer ${secret}`)
    return fixed('authorization', `Basic ${Buffer.from(`${auth.username}:${secret}`).toString('base64')}`)
  }

  #headers(place: string, headers: Readonly<Record<string, HeaderConfig>> | undefined): HeaderPlan {
    const own = this.#headersOf(`${place}.headers`, headers ?? {})
    return { fixed: { ...this.#auth.fixed, ...own.fixed }, made: [...this.#auth.made, ...own.made] }
  }

  #headersOf(place: string, headers: Readonly<Record<string, HeaderConfig>>): HeaderPlan {
    const fixed: Record<string, string> = {}
    const made: [string, Mapping][] = []
    for (const [name, value] of Object.entries(headers)) {
      const at = `${place}.${name}`
      if (typeof value === 'string') fixed[name] = value
      else if ('secret' in value) fixed[name] = this.#secret(at, value.secret)
      else made.push([name, this.#mapping(at, value.value, BODY_VARIABLES, this.#trusted)])
    }
    return { fixed, made }
  }

  #compileDictionaries(): ReadonlyMap<string, Dictionary> {
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
const unusable = (place: string): Mapping => ({
  place,
  asks: () => false,
  named: () => [],
  evaluate: async () => refuse('config.invalid', place),
})

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
