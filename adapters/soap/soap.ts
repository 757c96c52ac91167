/**
 * The soap adapter: the rest adapter with envelopes of SOAP 1.1 or 1.2. Its configuration becomes one of that adapter, so calls, rules,
 * progress, polling and mapping are the same. May import the rest adapter, the SDK and protocol/.
 */
import { ProblemError } from '../../protocol/problem.ts'
import { RestConfig, type RestConfigInput } from '../rest/config.ts'
import { createMappedAdapter, parseConfig } from '../rest/rest.ts'
import type { Adapter } from '../sdk/index.ts'
import { SoapConfig, type SoapRequest, textOfXml } from './config.ts'
import { envelopeOf, isEnvelope, SOAP_CODEC } from './envelope.ts'
import { usernameToken } from './security.ts'
import { readWsdl, type Wsdl } from './wsdl.ts'

export type SoapOptions = {
  /** as `config.schema.json` describes it */
  config: unknown
  /** values of the secrets that the configuration names */
  secrets: Readonly<Record<string, string>>
  /** texts of the files that it names, by the names that `soapFiles` gives */
  files?: Readonly<Record<string, string>>
  /** whether answers without a meaning are given too, for another version of the configuration may find one in them */
  keepsAll?: () => boolean
}

/** Names of the files that a configuration names, in its folder. Throws `config.invalid`. */
export function soapFiles(config: unknown): readonly string[] {
  const { wsdl } = parseConfig(SoapConfig, config)
  return wsdl === undefined ? [] : [wsdl.file]
}

/** Throws `config.invalid` with every place that is wrong. */
export function createSoapAdapter({ config, secrets, files = {}, keepsAll }: SoapOptions): Adapter {
  const translation = new Translation(parseConfig(SoapConfig, config), files)
  const rest = translation.rest()
  if (translation.problems.length > 0) throw new ProblemError('config.invalid', translation.problems.join('; '))
  return createMappedAdapter('soap', parseConfig(RestConfig, rest), secrets, SOAP_CODEC, keepsAll)
}

/** Which parts of the Header a request has: a call for a token has none that may carry that token. */
type Headed = 'whole' | 'security'

class Translation {
  readonly problems: string[] = []
  readonly #config: SoapConfig
  readonly #wsdl: Wsdl | null
  readonly #address: URL
  readonly #security: ReturnType<typeof usernameToken> | null

  constructor(config: SoapConfig, files: Readonly<Record<string, string>>) {
    this.#config = config
    const { security, soap, wsdl, baseUrl } = config
    this.#security = security === undefined ? null : usernameToken(security)
    const read = wsdl === undefined ? null : readWsdl(files[wsdl.file] ?? '', soap, wsdl.port)
    if (read?.ok === false) this.problems.push(`wsdl: ${read.fault}`)
    this.#wsdl = read?.ok === true ? read.wsdl : null
    const address = baseUrl ?? this.#wsdl?.address ?? ''
    if (!URL.canParse(address)) this.problems.push('baseUrl: is missing, and the WSDL names none')
    this.#address = new URL(URL.canParse(address) ? address : 'https://unknown.invalid/')
  }

  rest(): RestConfigInput {
    const { soap, namespaces, header, security, wsdl, sign, materials, packets, ...config } = this.#config
    const { session, register, events, cases, check } = config
    const files = typeof materials === 'object' ? this.#request('materials', materials, materials.body) : materials
    const values = { ...this.#security?.values, ...sign?.values }
    const keepSeconds = sign?.keepSeconds ?? (security?.type === 'digest' ? FRESH_SECONDS : undefined)
    const each = <T extends SoapRequest>(place: string, request: T | undefined) =>
      request === undefined ? undefined : this.#request(place, request, request.body)
    return {
      ...config,
      answers: 'xml',
      baseUrl: this.#address.origin,
      ...(Object.keys(values).length === 0 ? {} : { sign: { values, keepSeconds } }),
      session: session === undefined ? undefined : this.#request('session', session, session.body, 'security'),
      register: this.#packet('register', register),
      packets: Object.fromEntries(
        Object.entries(packets).map(([kind, packet]) => [kind, this.#packet(`packets.${kind}`, packet)]),
      ),
      materials: typeof files === 'object' ? { ...files, method: 'POST', as: 'base64', within: 'xml' } : files,
      events: each('events', events),
      cases: each('cases', cases),
      check: each('check', check),
    } as RestConfigInput
  }

  #packet<T extends SoapRequest & { lookup?: SoapRequest | undefined; steps: readonly SoapRequest[] }>(
    place: string,
    packet: T,
  ) {
    const { lookup, steps } = packet
    return {
      ...this.#request(place, packet, packet.body),
      lookup: lookup === undefined ? undefined : this.#request(`${place}.lookup`, lookup, lookup.body),
      steps: steps.map((step, index) => this.#request(`${place}.steps.${index}`, step, step.body)),
    }
  }

  #request<T extends SoapRequest>(place: string, request: T, body: SoapRequest['body'], headed: Headed = 'whole') {
    const { operation: name, action: given, path = this.#path(), headers, ...rest } = request
    const { soap } = this.#config
    const operation = name === undefined ? null : this.#operation(place, name)
    const action = given ?? operation?.action ?? ''
    const mediaType = soap === '1.1' ? 'text/xml' : `application/soap+xml${action === '' ? '' : `; action="${action}"`}`
    return {
      ...rest,
      method: 'POST' as const,
      path,
      as: 'xml' as const,
      mediaType,
      headers: { ...(soap === '1.1' ? { SOAPAction: `"${action}"` } : {}), ...headers },
      body: this.#envelope(place, body, operation, headed),
    }
  }

  #operation(place: string, name: string) {
    const found = this.#wsdl?.operation(name) ?? null
    if (found?.ok === true) return found.operation
    if (found !== null) this.problems.push(`${place}.operation: ${found.fault}`)
    else if (this.#config.wsdl === undefined) this.problems.push(`${place}.operation: there is no wsdl`)
    return null
  }

  #envelope(
    place: string,
    body: SoapRequest['body'],
    operation: {
      template(body: SoapRequest['body']): { ok: true; xml: string } | { ok: false; faults: string[] }
    } | null,
    headed: Headed,
  ): string {
    const { soap, namespaces, header } = this.#config
    const fault = (why: string): string => {
      this.problems.push(`${place}.body${why}`)
      return '<none/>'
    }
    if (operation !== null) {
      const made = operation.template(body)
      if (!made.ok) return made.faults.map(fault)[0] ?? ''
      return envelopeOf(soap, { namespaces, header: this.#header(headed), body: made.xml })
    }
    const lines = [body].flat()
    if (!lines.every(line => typeof line === 'string'))
      return fault(': an XML template, as a text or a list of its lines; an object goes with `operation`')
    const template = lines.join('\n')
    if (!isEnvelope(template)) return envelopeOf(soap, { namespaces, header: this.#header(headed), body: template })
    return header === undefined && this.#security === null && Object.keys(namespaces).length === 0
      ? template
      : fault(': an Envelope is sent as it stands; `header`, `security` and `namespaces` have no place in it')
  }

  #header(headed: Headed): string {
    const { header } = this.#config
    const own = header === undefined || headed === 'security' ? '' : textOfXml(header)
    return `${this.#security?.header ?? ''}${own}`
  }

  /** The path of the service; what stands in braces there is no place for a value. */
  #path(): string {
    const { pathname, search } = this.#address
    return `${pathname}${search}`.replaceAll('{', '%7B').replaceAll('}', '%7D')
  }
}

/** How long a retry repeats the digest of a password: not at all, for services refuse a nonce that they saw. */
const FRESH_SECONDS = 1
