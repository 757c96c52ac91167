/** The OpenAPI 3.1 document of the whole API, and the rules that it must keep. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { type Registry, SESSION_COOKIE } from './env.ts'
import type { RouteModule } from './route.ts'

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>

/** Made from what operations say of themselves; what makes it is loaded then, for few starts need it. */
export async function makeDocument(
  descriptions: readonly ((registry: Registry) => void)[],
  title: string,
  version: string,
  modules: readonly RouteModule[],
): Promise<OpenApiDocument> {
  const { OpenAPIHono } = await import('@hono/zod-openapi')
  const app = new OpenAPIHono()
  const registry = app.openAPIRegistry
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  registry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE })
  registry.registerComponent('securitySchemes', 'csrf', { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' })
  for (const describe of descriptions) describe(registry)
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: `${title} API`,
      version,
      description:
        'Errors are RFC 9457 problems with a [code](/problems); `act` says who must act. Lists give pages: pass `next` as ' +
        '`cursor` for the next one. Times are ISO 8601 in UTC. A POST with an `Idempotency-Key` is carried out once; one marked `x-looks-up` changes nothing and takes none, nor does one that asks for no sign-in. Programs send a bearer token, browsers the cookie of a session and, where something may change, `X-CSRF-Token`.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'This node' }],
    tags: [
      ...modules
        .filter(({ tag }, index) => modules.findIndex(other => other.tag === tag) === index)
        .map(({ tag, description }) => ({ name: tag, description })),
      { name: 'events', description: 'What changes, as it changes' },
      { name: 'operation', description: 'Health and metrics' },
    ],
  })
  plainPatterns(document)
  return { ...document, webhooks: { event: EVENT_MESSAGE } }
}

/** What is posted to a subscribed address, after Standard Webhooks. */
const EVENT_MESSAGE = {
  post: {
    operationId: 'tellEvent',
    summary: 'An event, as a signed message; answer 2xx',
    description:
      'Headers `webhook-id`, `webhook-timestamp` and `webhook-signature` after Standard Webhooks 1.0. A message may come twice under one `webhook-id`.',
    tags: ['events'],
    security: [],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object' as const,
            properties: {
              type: { type: 'string' as const, description: 'Kind of event, such as `case.changed`' },
              timestamp: { type: 'string' as const, format: 'date-time' },
              data: {
                type: 'object' as const,
                properties: {
                  no: { type: 'integer' as const, description: 'Number of the event; 0 in a test' },
                  subject: { type: 'string' as const, description: 'Id of what changed' },
                },
                required: ['no', 'subject'],
              },
            },
            required: ['type', 'timestamp', 'data'],
          },
        },
      },
    },
    responses: { '2XX': { description: 'Taken' } },
  },
}

/** The generator leaves the flags of a regular expression (`/su`) at the end of its pattern, where JSON Schema has none: taken off in place. */
export function plainPatterns<T>(schema: T): T {
  if (Array.isArray(schema)) for (const inner of schema) plainPatterns(inner)
  else if (isObject(schema))
    for (const [name, inner] of Object.entries(schema))
      if (name === 'pattern' && typeof inner === 'string')
        Object.assign(schema, { pattern: inner.replace(/(?<!\\)\/[dgimsuvy]+$/, '') })
      else plainPatterns(inner)
  return schema
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

type Json = { readonly [name: string]: unknown }
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const objectIn = (value: unknown, name: string): Json => {
  const inner = isObject(value) ? value[name] : undefined
  return isObject(inner) ? inner : {}
}

/** Every way in which the document breaks the rules of the API; a test asserts that there is none. */
export function documentFaults(document: OpenApiDocument): { operations: number; faults: string[] } {
  const faults: string[] = []
  let operations = 0
  const ids = new Set<string>()
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const method of METHODS) {
      const operation = item[method]
      if (operation === undefined) continue
      operations++
      const fault = (what: string) => faults.push(`${method} ${path}: ${what}`)
      if (operation.operationId === undefined || ids.has(operation.operationId))
        fault('operationId missing or not unique')
      else ids.add(operation.operationId)
      if (operation.summary === undefined) fault('no summary')
      if (operation.security === undefined) fault('no security')
      if (!path.startsWith('/api/')) continue
      if (objectIn(operation.responses, 'default').content === undefined) fault('no problem answer')
      for (const [place, schema] of jsonSchemas(operation)) if (schema.$ref === undefined) fault(`${place} has no name`)
      const bytes =
        isObject(operation.requestBody) &&
        objectIn(operation.requestBody.content, 'application/json').schema === undefined
      if (operation.requestBody !== undefined) {
        if (!('required' in operation.requestBody) || operation.requestBody.required !== true)
          fault('body not required')
        const schema = objectIn(objectIn(operation.requestBody, 'content')['application/json'], 'schema')
        for (const place of looseObjects(document, schema, 'body', new Set())) fault(`${place} lets unknown fields in`)
      }
      const parameters = (operation.parameters ?? []).flatMap(parameter => ('in' in parameter ? [parameter] : []))
      const keyed = parameters.some(parameter => parameter.in === 'header' && parameter.name === 'Idempotency-Key')
      // Keys are those of a person.
      const keyless = 'x-looks-up' in operation || operation.security?.length === 0
      if (method === 'post' && !keyed && !bytes && !keyless) fault('no Idempotency-Key')
      const declared = parameters.filter(parameter => parameter.in === 'path').map(parameter => parameter.name)
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map(match => match[1])
      if (JSON.stringify(declared.toSorted()) !== JSON.stringify(named.toSorted()))
        fault('path parameters not described')
    }
  return { operations, faults }
}

/** The JSON that an operation takes and answers, each with its place. */
function* jsonSchemas(operation: {
  requestBody?: unknown
  responses?: unknown
}): Generator<[place: string, schema: Json]> {
  const responses = isObject(operation.responses) ? Object.entries(operation.responses) : []
  for (const [place, holder] of [['body', operation.requestBody] as const, ...responses]) {
    const json = objectIn(objectIn(holder, 'content'), 'application/json')
    if (isObject(json.schema)) yield [place, json.schema]
  }
}

/** Places in a request schema whose object takes any field. */
function* looseObjects(document: OpenApiDocument, schema: Json, place: string, seen: Set<string>): Generator<string> {
  const ref = schema.$ref
  if (typeof ref === 'string') {
    if (seen.has(ref)) return
    seen.add(ref)
    const named = objectIn(objectIn(document.components, 'schemas'), ref.replace('#/components/schemas/', ''))
    return yield* looseObjects(document, named, place, seen)
  }
  if (
    schema.properties !== undefined &&
    schema.additionalProperties !== false &&
    schema.unevaluatedProperties !== false
  )
    yield place
  for (const [name, inner] of Object.entries(objectIn(schema, 'properties')))
    if (isObject(inner)) yield* looseObjects(document, inner, `${place}.${name}`, seen)
  for (const key of ['items', 'additionalProperties'] as const)
    if (isObject(schema[key])) yield* looseObjects(document, schema[key], `${place}[]`, seen)
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    const branches = schema[key]
    if (!Array.isArray(branches)) continue
    for (const branch of branches) if (isObject(branch)) yield* looseObjects(document, branch, place, seen)
  }
}
