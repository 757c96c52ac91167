/**
 * The HTTP API of a node as a program calls it: one typed method for each operation. It stands on `protocol/` alone, so that
 * a browser may use it as well as a command.
 */
import { type Actor, type Change, type FieldProblem, isProblemCode, ProblemError } from '../../../protocol/problem.ts'
import { type Address, OPERATIONS } from './addresses.generated.ts'
import type { Api } from './api.generated.ts'

/**
 * The node that is called, and as whom: by a token, or by a session, whose cookie a browser sends by itself; elsewhere it is given, as
 * `name=value`. What the session brings with requests that may change something comes with its sign-in, and with `getOwnSession`.
 */
export type Target = {
  /** where its API is, without a path */
  url: string
  token?: string | undefined
  session?: { csrf: string; cookie?: string } | undefined
  /** what looks beyond the own cases are for, where a call names nothing else: a code of docs/rights.md */
  purpose?: string | undefined
  /** carries a request; `fetch` of the runtime when absent */
  fetch?: (url: URL, init: RequestInit) => Promise<Response>
  /** makes a new `Idempotency-Key`; a random UUID when absent */
  newKey?: () => string
}

/** A request by its address, for what no operation describes: another version of the node, or a test of the edge. */
export type RawRequest = {
  /** percent-encoded already */
  path: string
  method: string
  headers?: Readonly<Record<string, string>>
  body?: NonNullable<RequestInit['body']> | undefined
  signal?: AbortSignal | undefined
}

export type Client = Api & {
  readonly url: string
  /** Problems: `node.unreachable`, and whatever the node answers. */
  request(raw: RawRequest): Promise<Response>
}

type Value = string | number | boolean
type Input = {
  params?: Readonly<Record<string, Value>>
  query?: Readonly<Record<string, Value | undefined>>
  body?: unknown
  bytes?: NonNullable<RequestInit['body']>
  type?: string
  key?: string
  ifMatch?: string
  signal?: AbortSignal
}

const JSON_TYPE = 'application/json'
/** Methods that change nothing. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const BYTES_TYPE = 'application/octet-stream'

/** What stands in one place of a path. A URL takes a point, two points or nothing for another path. Problem: `request.invalid`. */
function segment(name: string, value: Value | undefined): string {
  const text = String(value ?? '')
  if (/^\.{0,2}$/.test(text)) throw new ProblemError('request.invalid', `${name}: “${text}” cannot stand in an address`)
  return encodeURIComponent(text.toWellFormed())
}

/** The address of an operation with its parameters; fields of the query that are undefined are left out. Problem: `request.invalid`. */
export function addressOf({ path }: Pick<Address, 'path'>, { params = {}, query = {} }: Input): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segment(name, params[name]))
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) fields.set(name, String(value))
  return fields.size === 0 ? filled : `${filled}?${fields}`
}

/** What the node answered in place of what was asked for. */
async function problemIn(response: Response): Promise<ProblemError> {
  const told = (await response.json().catch(() => null)) as {
    code?: string
    detail?: string
    /** absent: an earlier node, whose detail is in English */
    detailEn?: string
    detailZh?: string
    errors?: FieldProblem[]
    changes?: Change[]
    act?: Actor
  } | null
  const detail = told?.detailEn ?? told?.detail
  const { code, errors = [], changes = [], act, detailZh } = told ?? {}
  return code !== undefined && isProblemCode(code)
    ? new ProblemError(code, detail, { errors, changes, detailZh, ...(act === undefined ? {} : { act }) })
    : new ProblemError('internal', detail ?? `HTTP ${response.status}`)
}

export function createClient({
  url,
  token,
  session,
  purpose,
  fetch: carry = fetch,
  newKey = () => crypto.randomUUID(),
}: Target): Client {
  const unreachable = (cause: unknown) => new ProblemError('node.unreachable', url, { cause })

  const identity = (method: string): Record<string, string> => ({
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(session?.cookie === undefined ? {} : { cookie: session.cookie }),
    ...(session === undefined || SAFE.has(method) ? {} : { 'x-csrf-token': session.csrf }),
  })

  async function request({ path, method, headers = {}, body, signal }: RawRequest): Promise<Response> {
    const response = await carry(new URL(path, url), {
      method,
      headers: { ...identity(method), 'accept-language': 'zh', ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    }).catch(cause => {
      throw signal?.aborted === true ? cause : unreachable(cause)
    })
    if (!response.ok) throw await problemIn(response)
    return response
  }

  async function call(address: Address, input: Input): Promise<unknown> {
    const { method, takes, gives, keyed, purposed } = address
    const query = purposed === true ? { purpose, ...input.query } : input.query
    const response = await request({
      path: addressOf(address, query === undefined ? input : { ...input, query }),
      method,
      headers: {
        ...(takes === 'json' ? { 'content-type': JSON_TYPE } : {}),
        ...(takes === 'bytes' ? { 'content-type': input.type ?? BYTES_TYPE } : {}),
        ...(input.ifMatch === undefined ? {} : { 'if-match': `"${input.ifMatch}"` }),
        ...(keyed === true ? { 'idempotency-key': input.key ?? newKey() } : {}),
      },
      body: takes === 'json' ? JSON.stringify(input.body ?? {}) : takes === 'bytes' ? input.bytes : undefined,
      signal: input.signal,
    })
    if (gives === 'bytes') {
      if (response.body === null) throw new ProblemError('internal', 'empty answer')
      return response.body
    }
    const text = await response.text().catch(cause => {
      throw unreachable(cause)
    })
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new ProblemError('internal', `${url} answered something else than JSON`, { cause })
    }
  }

  const methods = Object.entries(OPERATIONS).map(([id, address]) => [id, (input: Input = {}) => call(address, input)])
  return { ...(Object.fromEntries(methods) as Api), url, request }
}
