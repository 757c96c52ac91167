/** What the OpenAPI description says of each operation: its parameters, its answers, its problems, and who may ask. */
import * as z from 'zod'
import { isProblemCode, type ProblemCode } from '../../../protocol/problem.ts'
import { isOfCases, rolesFor } from '../../../protocol/rights/can.ts'
import { purposeRule } from '../../../protocol/rights/purposes.ts'
import type { Action } from '../../../protocol/rights/table.ts'
import type { Edge, Registry } from './env.ts'
import { ProblemBody } from './problem.ts'
import { PurposeField } from './purpose.ts'
import type { Schema } from './route.ts'

export type Common = {
  path: string
  id: string
  summary: string
  description?: string
  action: Action
  whileDue?: boolean
  background?: boolean
  params?: Schema
  query?: Schema
  problems?: readonly ProblemCode[]
  seconds?: number
  guarded?: boolean
  ranged?: boolean
}
/** Of an operation that is described; `action` null: for who is not known yet. */
export type Described = Omit<Common, 'action'> & { action: Action | null }

/** What every operation may answer; with a key, with a body, and with an id in its address. */
const COMMON = [
  'request.invalid',
  'request.unauthenticated',
  'request.forbidden',
  'request.rate',
  'sign-in.due',
  // Looks leave audit rows.
  'disk.full',
  'internal',
] as const
const WITH_KEY = ['request.idempotency', 'request.concurrent', 'request.conflict'] as const
const WITH_BODY = ['request.oversize', 'request.media-type'] as const
/** Of sessions, which browsers join to whatever asks. */
const UNSAFE = ['sign-in.csrf'] as const
/** What an operation for who is not known yet may answer. */
const OPEN = ['request.invalid', 'request.rate', 'disk.full', 'internal'] as const

/** Every code that an operation answers with, as its description lists them. */
export function problemsOf(common: Described, method: string): ProblemCode[] {
  const { action, params, problems = [], guarded, ranged } = common
  if (action === null) return [...new Set([...problems, ...(method === 'get' ? [] : WITH_BODY), ...OPEN])]
  const codes: ProblemCode[] = [
    ...problems,
    ...(guarded === true ? (['request.precondition'] as const) : []),
    ...(guarded === true && method === 'put' ? (['request.unseen'] as const) : []),
    ...(ranged === true ? (['request.range'] as const) : []),
    ...(isOfOneCase({ action, path: common.path }) ? (['thread.unknown', 'rights.scope'] as const) : []),
    ...(purposeRule(action) === null ? [] : (['rights.purpose'] as const)),
    ...(isOfOneDraft(common) ? (['rights.scope'] as const) : []),
    ...(action === 'case.decide' ? (['rights.separation'] as const) : []),
    ...(params === undefined ? [] : (['request.not-found'] as const)),
    ...(method === 'get' ? [] : [...WITH_BODY, ...UNSAFE]),
    ...(method === 'post' ? WITH_KEY : []),
    ...COMMON,
  ]
  return [...new Set(codes)]
}

/** Whether its path names the case that it acts on. */
export const isOfOneCase = ({ action, path }: Pick<Common, 'action' | 'path'>): boolean =>
  isOfCases(action) && path.includes('/{thread}')

/** Whether its path names a case, which may be named by its number too. */
export const namesCase = ({ path }: Pick<Common, 'path'>): boolean => path.startsWith('/api/v1/cases/{thread}')

/** Characters of a number by which a case is named. */
const CASE_NAME_CHARACTERS = 64
const CaseName = z
  .string()
  .min(1)
  .max(CASE_NAME_CHARACTERS)
  .describe('the thread of the case, or its case number or local case number (办件编号), in any spelling')

/** The path parameters of an operation, as its caller may write them. */
export const paramsOf = (common: Pick<Described, 'path' | 'params'>): Schema | undefined =>
  common.params instanceof z.ZodObject && namesCase(common) ? common.params.extend({ thread: CaseName }) : common.params

export const isOfOneDraft = ({ path }: Pick<Common, 'path'>): boolean => path.includes('/case-drafts/{id}')

/** The query of an operation: one whose action is a look takes the purpose of it too. */
export function queryOf({ action, query }: Pick<Described, 'action' | 'query'>): Schema | undefined {
  const rule = action === null ? null : purposeRule(action)
  if (rule === null || rule === 'search') return query
  return ((query as z.ZodObject | undefined) ?? z.strictObject({})).extend({ purpose: PurposeField })
}

export const BYTES = { type: 'string', format: 'binary' } as const

const IdempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(128)
    .optional()
    .describe('Any text of the caller; the operation is carried out once per key, for 24 hours'),
})

const MatchHeaders = z.object({
  'If-Match': z
    .string()
    .optional()
    .describe('`ETag` of what was read: when that was changed since, nothing is done, and `changes` say by whom'),
  'If-None-Match': z.string().optional().describe('`*`: only when there is nothing of this address yet'),
})

const RangeHeaders = z.object({
  Range: z
    .string()
    .optional()
    .describe('One part, such as `bytes=0-65535`; several at once are answered with the whole'),
  'If-Range': z.string().optional().describe('`ETag` of the parts before: of another version the whole comes'),
  'If-None-Match': z.string().optional().describe('`ETag` of what is held already: then the answer is 304'),
})

type Shape = {
  body?: Record<string, Schema | typeof BYTES>
  keyed: boolean
  /** changes nothing, so that it takes no key */
  looksUp?: boolean
  /** the answer has an `ETag` */
  versioned?: boolean
  /** parts of it can be asked for */
  ranged?: boolean
  status: number
  answer: { description: string; content: Record<string, { schema: Schema | typeof BYTES }> }
}

/** A schema under a name of its own, so that generated clients have types to name; one that has a name keeps it. */
function named<S>(schema: S, name: string): S {
  if (!(schema instanceof z.ZodType) || schema.meta()?.id !== undefined) return schema
  return schema.meta({ ...schema.meta(), id: `${name.charAt(0).toUpperCase()}${name.slice(1)}` })
}

const namedAll = <S>(content: Record<string, S>, name: string): Record<string, S> =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, named(schema, name)]))

const HEADERS = {
  requestId: { 'X-Request-Id': { description: 'Also in the log of the node', schema: { type: 'string' } } },
  location: { Location: { description: 'Where it can be read, if it has an address', schema: { type: 'string' } } },
  replayed: {
    'Idempotency-Replayed': {
      description: 'The answer is that of an earlier request with the same key',
      schema: { type: 'string' },
    },
  },
  etag: {
    ETag: { description: 'Version of what the answer shows, for `If-Match`', schema: { type: 'string' } },
  },
  retryAfter: { 'Retry-After': { description: 'Seconds, where it may be tried again', schema: { type: 'string' } } },
} as const

/** Adds it to the description, once that is asked for: to make it takes as long as much of a start. */
export function describe(edge: Edge, tag: string, method: string, common: Described, shape: Shape): void {
  const unknownCode = common.problems?.find(code => !isProblemCode(code))
  if (unknownCode !== undefined) throw new Error(`http: ${common.id} names the unknown problem ${unknownCode}`)
  edge.descriptions.push(registry => add(registry, tag, method, common, shape))
}

function add(registry: Registry, tag: string, method: string, common: Described, shape: Shape): void {
  const { keyed, status } = shape
  const body = shape.body === undefined ? undefined : namedAll(shape.body, `${common.id}Request`)
  const answer = {
    ...shape.answer,
    content: Object.fromEntries(
      Object.entries(shape.answer.content).map(([type, { schema }]) => [
        type,
        { schema: named(schema, `${common.id}Answer`) },
      ]),
    ),
    headers: {
      ...HEADERS.requestId,
      ...(status === 201 ? HEADERS.location : {}),
      ...(keyed ? HEADERS.replayed : {}),
      ...(shape.versioned === true || shape.ranged === true ? HEADERS.etag : {}),
    },
  }
  const { guarded } = common
  const params = paramsOf(common)
  const query = queryOf(common)
  const headers = [
    ...(shape.ranged === true ? [RangeHeaders] : []),
    ...(keyed ? [IdempotencyHeader] : []),
    ...(guarded === true ? [MatchHeaders] : []),
  ]
  const problem = {
    description: 'Problem',
    content: { 'application/problem+json': { schema: ProblemBody } },
    headers: { ...HEADERS.requestId, ...HEADERS.retryAfter },
  }
  registry.registerPath({
    method: method as 'get',
    path: common.path,
    operationId: common.id,
    summary: common.summary,
    ...(common.description === undefined ? {} : { description: common.description }),
    tags: [tag],
    security:
      common.action === null ? [] : [{ bearer: [] }, method === 'get' ? { session: [] } : { session: [], csrf: [] }],
    ...(common.action === null ? {} : { 'x-action': common.action, 'x-roles': rolesFor(common.action) }),
    'x-problems': problemsOf(common, method),
    ...(shape.looksUp === true ? { 'x-looks-up': true } : {}),
    request: {
      ...(params instanceof z.ZodObject ? { params } : {}),
      ...(query instanceof z.ZodObject ? { query } : {}),
      ...(headers.length === 0 ? {} : { headers }),
      ...(body === undefined
        ? {}
        : {
            body: {
              required: true,
              content: Object.fromEntries(Object.entries(body).map(([type, schema]) => [type, { schema }])),
            },
          }),
    },
    responses: {
      [status]: answer,
      ...(shape.ranged === true
        ? {
            206: {
              ...answer,
              description: 'The part that was asked for, with `Content-Range`',
            },
            304: { description: 'It is held already' },
          }
        : {}),
      '4XX': problem,
      default: problem,
    },
  })
}
