/**
 * An SMS gateway over HTTP (docs/integrator.md §6): one request, whose address, headers and fields are written in the configuration as the
 * gateway asks for them, with placeholders for what each message has. What it answers is judged by one field.
 */
import { createHash, createHmac } from 'node:crypto'
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Answer, type Request, send } from '../sdk/http.ts'
import type { SmsFailure, SmsGateway, SmsMessage } from '../sdk/sms.ts'

const LIMITS = { timeoutMs: 15_000, maxResponseBytes: 64 * 1024 }
/** Seconds of the time zone of China. */
const CHINA_MS = 8 * 3_600_000

/** A field of the request: a text with placeholders, or several. */
export type SmsField = string | readonly string[] | Readonly<Record<string, string>>

export type SmsRequest = {
  url: string
  format: 'json' | 'form'
  headers: Readonly<Record<string, string>>
  fields: Readonly<Record<string, SmsField>>
  /** name of the signature (短信签名) */
  signature: string
  /** what `{digest}` stands for */
  digest?:
    | {
        algorithm: 'md5' | 'sha1' | 'sha256' | 'hmac-sha1' | 'hmac-sha256'
        of: string
        key?: string | undefined
        encoding: 'hex' | 'base64'
      }
    | undefined
  /** path of the field that tells the outcome, with what it says when the message was taken, and when to try again */
  answer: { field: string; taken: readonly string[]; retry: readonly string[] }
  dropsRepeats: boolean
}

export type RestSmsParts = {
  request: SmsRequest
  /** values of `{secret.NAME}` */
  secrets: Readonly<Record<string, string>>
  now: () => number
}

/** Placeholders of every request, besides `digest` and `secret.NAME`. */
const SMS_PLACEHOLDERS = [
  'phone',
  'key',
  'template',
  'signature',
  'text',
  'parameters',
  'time',
  'seconds',
  'number',
  'item',
  'city',
  'contact',
  'words',
] as const

const PLACEHOLDER = /\{([A-Za-z][\w.-]*)\}/g

/** Names in braces that a request uses and that nothing stands for. */
export function unknownPlaceholders(
  { headers, fields, digest }: Pick<SmsRequest, 'headers' | 'fields' | 'digest'>,
  secrets: readonly string[],
): string[] {
  const known = new Set<string>([...SMS_PLACEHOLDERS, ...secrets.map(name => `secret.${name}`)])
  const named = (text: string) => [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
  const inFields = [...Object.values(headers), ...Object.values(fields).flatMap(textsOf)].flatMap(named)
  const inDigest = digest === undefined ? [] : [digest.of, digest.key ?? ''].flatMap(named)
  return [
    ...inDigest.filter(name => !known.has(name)),
    ...inFields.filter(name => !known.has(name) && (name !== 'digest' || digest === undefined)),
  ]
}

const textsOf = (field: SmsField): readonly string[] => (typeof field === 'string' ? [field] : Object.values(field))

export function createRestSms({ request, secrets, now }: RestSmsParts): SmsGateway {
  /** What each placeholder stands for. */
  function valuesOf(message: SmsMessage): Map<string, string> {
    const at = now()
    const china = new Date(at + CHINA_MS).toISOString()
    const values = new Map<string, string>([
      ...Object.entries(message.parameters),
      ['phone', message.phone],
      ['key', message.key],
      ['template', message.template],
      ['signature', request.signature],
      ['text', message.text],
      ['parameters', JSON.stringify(message.parameters)],
      ['time', china.slice(0, 19).replaceAll(/[-T:]/g, '')],
      ['seconds', String(Math.floor(at / 1000))],
      ...Object.entries(secrets).map(([name, value]): [string, string] => [`secret.${name}`, value]),
    ])
    if (request.digest === undefined) return values
    const { algorithm, of, key = '', encoding } = request.digest
    const hash = algorithm.startsWith('hmac-')
      ? createHmac(algorithm.slice('hmac-'.length), fill(key, values))
      : createHash(algorithm)
    return values.set('digest', hash.update(fill(of, values)).digest(encoding))
  }

  function bodyOf(values: ReadonlyMap<string, string>): Request['body'] {
    const fields = Object.entries(request.fields).map(([name, field]) => [name, filled(field, values)] as const)
    if (request.format === 'json') return JSON.stringify(Object.fromEntries(fields))
    const form = new URLSearchParams(
      fields.flatMap(([name, value]): [string, string][] => {
        if (Array.isArray(value)) return value.map(entry => [name, String(entry)])
        return [[name, typeof value === 'string' ? value : JSON.stringify(value)]]
      }),
    )
    const bytes = new TextEncoder().encode(form.toString())
    return {
      type: 'application/x-www-form-urlencoded; charset=utf-8',
      size: bytes.byteLength,
      open: () => new Blob([bytes]).stream(),
    }
  }

  return {
    dropsRepeats: request.dropsRepeats,
    async send(message, signal) {
      const values = valuesOf(message)
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, fill(value, values)]),
      )
      return judge(
        await send({ method: 'POST', url: request.url, headers, body: bodyOf(values) ?? '' }, LIMITS, signal),
        request,
      )
    },
  }
}

/** What an answer says of the message. */
function judge(answer: Answer, { answer: says }: SmsRequest): { ok: true } | SmsFailure {
  const failed = (outcome: SmsFailure['outcome'], detail: string): SmsFailure => ({ ok: false, outcome, detail })
  if (!answer.ok)
    return failed(answer.unsent === true ? 'retryable' : 'unclear', `the gateway does not answer: ${answer.why}`)
  const { status } = answer
  if (status === 429 || status === 503) return failed('retryable', `the gateway answers with status ${status}`)
  if (status >= 500 || status === 408) return failed('unclear', `the gateway answers with status ${status}`)
  if (status < 200 || status > 299) return failed('refused', `the gateway answers with status ${status}`)
  if (answer.unreadable !== null) return failed('unclear', "the gateway's answer cannot be read")
  const code = codeAt(answer.body, says.field)
  if (code === null) return failed('unclear', `the gateway's answer has no field ${says.field}`)
  if (says.taken.includes(code)) return { ok: true }
  const told = SAFE.test(code) && !DIGITS.test(code) ? `: ${code}` : ''
  return failed(says.retry.includes(code) ? 'retryable' : 'refused', `the gateway refuses it${told}`)
}

/** What may be repeated of an answer: a code, and nothing that could be a number of a person. */
const SAFE = /^[\w.:-]{1,64}$/
const DIGITS = /\d{7}/

function codeAt(body: JsonValue | undefined, path: string): string | null {
  let at: unknown = body
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return null
    at = (at as Record<string, unknown>)[name]
  }
  return ['string', 'number', 'boolean'].includes(typeof at) ? String(at) : null
}

const fill = (text: string, values: ReadonlyMap<string, string>): string =>
  text.replaceAll(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole)

const filled = (field: SmsField, values: ReadonlyMap<string, string>): JsonValue => {
  if (typeof field === 'string') return fill(field, values)
  if (Array.isArray(field)) return (field as readonly string[]).map(entry => fill(entry, values))
  return Object.fromEntries(Object.entries(field).map(([name, value]) => [name, fill(value as string, values)]))
}
