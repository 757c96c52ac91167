/**
 * A canary (an ID number that belongs to nobody) sent through every operation of an API, wherever text goes in. What
 * comes back as a problem, and every sink beside, is given to the test to search.
 */
import type { OpenApiDocument } from '../../node/edges/http/document.ts'
import type { Client, Reply } from './http.ts'

/** A resident ID number with a right check character. */
export const CANARY = '420300199001011234'

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
/** Streams without end, and pages that are no operations. */
const SKIPPED = new Set(['/api/v1/events'])

type Json = { readonly [name: string]: unknown }
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sends the canary through every operation as each client; gives every answer back with what was asked. */
export async function driveCanary(
  document: OpenApiDocument,
  clients: readonly Client[],
): Promise<{ operations: number; replies: { asked: string; reply: Reply }[] }> {
  const replies: { asked: string; reply: Reply }[] = []
  let operations = 0
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const method of METHODS) {
      const operation = item[method]
      if (operation === undefined || SKIPPED.has(path)) continue
      operations++
      const filled = path.replaceAll(/\{[^}]+\}/g, CANARY)
      const whole = bodyOf(document, operation.requestBody)
      // The name of an account is told on purpose wherever the account is.
      const body = operation.operationId === 'createPerson' && isObject(whole) ? { ...whole, name: '李经办' } : whole
      for (const client of clients)
        for (const [query, sent] of [
          ['', body],
          [`?${CANARY}=${CANARY}&limit=${CANARY}&cursor=${CANARY}`, body],
          ['', isObject(body) ? { ...body, [CANARY]: CANARY } : CANARY],
          ['', `{"broken": "${CANARY}"`],
        ] as const) {
          const asked = `${method.toUpperCase()} ${filled}${query}`
          const headers = { 'idempotency-key': CANARY, 'x-request-id': CANARY, 'user-agent': CANARY }
          const hasBody = method !== 'get' && sent !== undefined
          replies.push({
            asked,
            reply: await client.send(method.toUpperCase(), `${filled}${query}`, hasBody ? sent : undefined, headers),
          })
        }
    }
  return { operations, replies }
}

function bodyOf(document: OpenApiDocument, requestBody: unknown): unknown {
  if (!isObject(requestBody) || !isObject(requestBody.content)) return undefined
  const json = requestBody.content['application/json']
  return isObject(json) && isObject(json.schema) ? sample(document, json.schema, 0) : CANARY
}

/** A value that fits a JSON schema where it can, with the canary in every text. */
function sample(document: OpenApiDocument, schema: Json, depth: number): unknown {
  if (depth > 8) return null
  const { $ref, enum: allowed, type, properties, items, anyOf, oneOf } = schema
  if (typeof $ref === 'string') {
    const named = document.components?.schemas?.[$ref.replace('#/components/schemas/', '')]
    return isObject(named) ? sample(document, named, depth + 1) : null
  }
  if ('const' in schema) return schema.const
  if (Array.isArray(allowed)) return allowed[0]
  const branch = Array.isArray(anyOf) ? anyOf[0] : Array.isArray(oneOf) ? oneOf[0] : undefined
  if (isObject(branch)) return sample(document, branch, depth + 1)
  const kind = Array.isArray(type) ? type[0] : type
  if (kind === 'object' || isObject(properties))
    return Object.fromEntries(
      Object.entries(isObject(properties) ? properties : {}).map(([name, inner]) => [
        name,
        isObject(inner) ? sample(document, inner, depth + 1) : null,
      ]),
    )
  if (kind === 'array') return isObject(items) ? [sample(document, items, depth + 1)] : []
  if (kind === 'integer' || kind === 'number') return typeof schema.minimum === 'number' ? schema.minimum : 1
  if (kind === 'boolean') return true
  if (schema.format === 'date-time') return '2027-01-01T00:00:00Z'
  if (schema.format === 'date') return '2027-01-01'
  return CANARY
}
