/**
 * What every part of a configuration is compiled by: expressions, templates, paths, headers and secrets. What is wrong is kept with its
 * place, so that all of it is told at once.
 */
import { type Refused, refuse } from '../../protocol/problem.ts'
import {
  type Codec,
  compileDictionary,
  compileMapping,
  compileTemplate,
  compileXmlTemplate,
  type Dictionary,
  FORM_CODEC,
  JSON_CODEC,
  type Mapping,
  type MappingFunctions,
  MappingRefusal,
  mappingFunctions,
  type SecretOf,
  type Template,
  XML_CODEC,
} from '../sdk/index.ts'
import type { HeaderConfig, ResponseConfig, RestConfig } from './config.ts'
import { type Address, compilePath, type PathName } from './path.ts'
import type { BodyPlan, HeaderPlan, RecordsPlan, RequestPlan, ResponsePlan, Take } from './plan.ts'

export const NO_RESPONSE: ResponsePlan = {
  outcome: null,
  ok: null,
  duplicate: null,
  retry: null,
  error: null,
  localCaseNo: null,
  records: null,
}
const NO_HEADERS: HeaderPlan = { fixed: {}, made: [] }

/** What the body of a request reads besides its input. */
export const BODY_VARIABLES = ['session', 'sign', 'steps', 'submit'] as const
export const ANSWER_VARIABLES = ['httpStatus', 'text'] as const
export const SIGN_VARIABLES = [...BODY_VARIABLES, 'time', 'seconds', 'nonce', 'body', 'method', 'path'] as const
/** What the path of a request of a packet may hold. */
export const PACKET_NAMES: readonly PathName[] = ['localCaseNo', 'caseNo', 'thread', 'idempotencyKey']

type RequestConfig = {
  method: string
  path: string
  headers?: Readonly<Record<string, HeaderConfig>> | undefined
  as?: keyof typeof CODECS
  mediaType?: string | undefined
  body?: Template | undefined
}
const CODECS = { json: JSON_CODEC, form: FORM_CODEC, xml: XML_CODEC } as const

export class Parts {
  readonly problems: string[] = []
  protected readsSubmit = false
  protected readonly config: RestConfig
  protected readonly answers: Codec
  readonly #secrets: Readonly<Record<string, string>>
  readonly #base: URL
  readonly #dictionaries: ReadonlyMap<string, Dictionary>
  readonly #functions: MappingFunctions
  /** for headers and signatures, which may read secrets */
  protected readonly trusted: MappingFunctions
  protected readonly auth: HeaderPlan

  constructor(config: RestConfig, secrets: Readonly<Record<string, string>>, answers: Codec) {
    this.config = config
    this.answers = answers
    this.#secrets = secrets
    this.#base = this.#baseUrl()
    this.#dictionaries = this.#compileDictionaries()
    this.#functions = mappingFunctions(this.#dictionaries)
    this.trusted = { ...this.#functions, secret: { signature: '<s:s>', call: (name: string) => this.#known(name) } }
    this.auth = this.#authorisation()
  }

  #fail(refused: Refused): void {
    this.problems.push(refused.problem.detail ?? refused.problem.code)
  }

  protected mapping(
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

  protected optional(place: string, expression: string | undefined, variables?: readonly string[]): Mapping | null {
    return expression === undefined ? null : this.mapping(place, expression, variables)
  }

  protected template(
    place: string,
    template: Template,
    variables: readonly string[] = [],
    secretOf?: SecretOf,
  ): Mapping {
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
    this.readsSubmit ||= mapping.asks('submit')
    for (const { place, text } of [...mapping.named('theirs'), ...mapping.named('ours')])
      if (!this.#dictionaries.has(text)) this.problems.push(`${place}: there is no dictionary ${text}`)
    for (const { place, text } of mapping.named('secret')) this.#secret(place, text)
  }

  protected path(place: string, path: string, names: readonly PathName[], needed?: PathName): Address {
    const compiled = compilePath(place, this.#base, path, names, needed)
    if (compiled.ok) return compiled.address
    this.#fail(compiled)
    return () => refuse('config.invalid', place)
  }

  /** Places of a path that every request may have. */
  protected common(): PathName[] {
    const { session, sign } = this.config
    const signed = Object.keys(sign?.values ?? {}).map((name): PathName => `sign.${name}`)
    return session === undefined ? signed : ['session', ...signed]
  }

  /** A request whose body is made of a template, or which has none. */
  protected request(
    place: string,
    name: string,
    request: RequestConfig,
    response: ResponsePlan,
    [names, needed]: [readonly PathName[], needed?: PathName | undefined],
    variables: readonly string[] = BODY_VARIABLES,
  ): RequestPlan {
    const { method, path, headers, body } = request
    if (method === 'GET' && body !== undefined) this.problems.push(`${place}.body: a GET has none`)
    return {
      name,
      place,
      method,
      address: this.path(`${place}.path`, path, [...names, ...this.common()], needed),
      headers: this.#headers(place, headers),
      body: body === undefined ? null : this.#body(`${place}.body`, request, body, variables),
      response,
      reads: false,
    }
  }

  #body(
    place: string,
    { as = 'json', mediaType }: RequestConfig,
    body: Template,
    variables: readonly string[],
  ): BodyPlan {
    const codec = CODECS[as]
    const type = mediaType ?? codec.mediaType
    if (as !== 'xml') return { codec, type, mapping: this.template(place, body, variables, this.#bodySecret) }
    return { codec, type, mapping: this.#xml(place, body, variables) }
  }

  #xml(place: string, body: Template, variables: readonly string[]): Mapping {
    const lines = Array.isArray(body) ? body : [body]
    if (!lines.every(line => typeof line === 'string')) {
      this.problems.push(`${place}: XML is a text, or a list of its lines`)
      return unusable(place)
    }
    const compiled = compileXmlTemplate(place, lines.join('\n'), this.trusted, variables)
    if (compiled.ok) {
      this.#names(compiled.mapping)
      return compiled.mapping
    }
    for (const problem of compiled.problems) this.#fail(problem)
    return unusable(place)
  }

  protected take(place: string, take: Readonly<Record<string, string>> | undefined): Take {
    return new Map(
      Object.entries(take ?? {}).map(([name, value]) => [
        name,
        this.mapping(`${place}.${name}`, value, ANSWER_VARIABLES),
      ]),
    )
  }

  protected response(place: string, response: ResponseConfig, localCaseNo?: string): ResponsePlan {
    const one = (name: string, value: string | undefined) => this.optional(`${place}.${name}`, value, ANSWER_VARIABLES)
    return {
      outcome: one('outcome', response.outcome) ?? this.optional('outcome', this.config.outcome, ANSWER_VARIABLES),
      ok: one('ok', response.ok),
      duplicate: one('duplicate', response.duplicate),
      retry: one('retry', response.retry),
      error: one('error', response.error),
      localCaseNo: one('localCaseNo', localCaseNo),
      records: response.records === undefined ? null : this.#records(`${place}.records`, response.records),
    }
  }

  #records(place: string, { list, ...rules }: NonNullable<ResponseConfig['records']>): RecordsPlan {
    const one = (name: 'outcome' | 'ok' | 'error') => this.optional(`${place}.${name}`, rules[name])
    if (rules.outcome === undefined && rules.ok === undefined)
      this.problems.push(`${place}: outcome or ok says how a record went`)
    return {
      list: this.mapping(`${place}.list`, list, ANSWER_VARIABLES),
      outcome: one('outcome'),
      ok: one('ok'),
      error: one('error'),
    }
  }

  #baseUrl(): URL {
    const url = new URL(this.config.baseUrl)
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      this.problems.push('baseUrl: without user, query and fragment')
    }
    if (url.protocol === 'http:' && !isLoopback(url.hostname) && !this.config.allowPlainHttp) {
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
    const { auth } = this.config
    // A preset is written out before.
    if (auth.scheme === 'none' || auth.scheme === 'preset') return NO_HEADERS
    if (auth.scheme === 'headers') return this.#headersOf('auth.headers', auth.headers)
    const secret = this.#secret('auth.secret', auth.secret)
    const fixed = (name: string, value: string): HeaderPlan => ({ fixed: { [name]: value }, made: [] })
    if (auth.scheme === 'header') return fixed(auth.name, secret)
    if (auth.scheme === 'bearer') return fixed('authorization', `Bearer ${secret}`)
    return fixed('authorization', `Basic ${Buffer.from(`${auth.username}:${secret}`).toString('base64')}`)
  }

  #headers(place: string, headers: Readonly<Record<string, HeaderConfig>> | undefined): HeaderPlan {
    const own = this.#headersOf(`${place}.headers`, headers ?? {})
    return { fixed: { ...this.auth.fixed, ...own.fixed }, made: [...this.auth.made, ...own.made] }
  }

  #headersOf(place: string, headers: Readonly<Record<string, HeaderConfig>>): HeaderPlan {
    const fixed: Record<string, string> = {}
    const made: [string, Mapping][] = []
    for (const [name, value] of Object.entries(headers)) {
      const at = `${place}.${name}`
      if (typeof value === 'string') fixed[name] = value
      else if ('secret' in value) fixed[name] = this.#secret(at, value.secret)
      else made.push([name, this.mapping(at, value.value, BODY_VARIABLES, this.trusted)])
    }
    return { fixed, made }
  }

  #compileDictionaries(): ReadonlyMap<string, Dictionary> {
    const dictionaries = new Map<string, Dictionary>()
    for (const [name, table] of Object.entries(this.config.dictionaries)) {
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
