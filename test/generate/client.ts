/** node/edges/client/*.generated.ts and docs/rights.md: types, addresses and rights of every operation of the HTTP API, from the description that a node gives of itself. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode } from '../../node/node.ts'
import type { Action } from '../../protocol/rights/table.ts'
import { ANKANG, makeNodeFolder, PASSPHRASE } from '../support/node-folder.ts'
import { rightsFile } from './rights.ts'

type Json = { readonly [name: string]: unknown }
type Parameter = { in: string; name: string; required?: boolean; schema: Json; description?: string }
type Content = Readonly<Record<string, { schema?: Json }>>
type Described = {
  operationId: string
  'x-action'?: Action
  security?: readonly unknown[]
  summary: string
  parameters?: readonly Parameter[]
  requestBody?: { content: Content }
  responses: Readonly<Record<string, { content?: Content }>>
}
type Document = {
  paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  components: { schemas: Readonly<Record<string, Json>> }
}
type Operation = {
  id: string
  /** null of an operation that asks for no sign-in */
  action: Action | null
  method: string
  path: string
  summary: string
  params: readonly Parameter[]
  query: readonly Parameter[]
  keyed: boolean
  guarded: boolean
  /** a look that may name its purpose */
  purposed: boolean
  takes: 'nothing' | 'json' | 'bytes'
  body: Json
  gives: 'json' | 'bytes'
  answer: Json
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
const JSON_TYPE = 'application/json'
const NAME = /^[A-Za-z_$][\w$]*$/
/** What the table imports, apart from the template: it is no import of this file. */
const TYPES = `import type { Api } from './api.generated.ts'`
/** Characters of a line that holds a whole object. */
const LINE = 80
const REF = '#/components/schemas/'

/** What `GET /openapi.json` of a node says; every node says the same but for its name. */
export async function describedApi(): Promise<Document> {
  const root = await mkdtemp(join(tmpdir(), 'tongban-api-'))
  try {
    const { config } = await makeNodeFolder(join(root, 'node'), ANKANG, { httpPort: 0, p2pPort: 0 })
    const node = await startNode({ config, passphrase: PASSPHRASE })
    try {
      return (await (await fetch(`${node.url}/openapi.json`)).json()) as Document
    } finally {
      await node.stop()
    }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

function operationsOf({ paths }: Document): Operation[] {
  const found = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap(method => {
      const described = item[method]
      return described === undefined || !path.startsWith('/api/') ? [] : [operationOf(path, method, described)]
    }),
  )
  return found.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function operationOf(path: string, method: string, described: Described): Operation {
  const {
    operationId: id,
    'x-action': action = null,
    security = [],
    summary,
    parameters = [],
    requestBody,
    responses,
  } = described
  const [, done] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? []
  const answer = done?.content?.[JSON_TYPE]?.schema
  const body = requestBody?.content[JSON_TYPE]?.schema
  const of = (place: string) => parameters.filter(parameter => parameter.in === place)
  if (action === null && security.length > 0) throw new Error(`without an action: ${id}`)
  return {
    id,
    action,
    method: method.toUpperCase(),
    path,
    summary,
    params: of('path'),
    query: of('query'),
    keyed: of('header').some(({ name }) => name === 'Idempotency-Key'),
    guarded: of('header').some(({ name }) => name === 'If-Match'),
    purposed: of('query').some(({ name }) => name === 'purpose'),
    takes: requestBody === undefined ? 'nothing' : body === undefined ? 'bytes' : 'json',
    body: body ?? {},
    gives: answer === undefined ? 'bytes' : 'json',
    answer: answer ?? {},
  }
}

/** Prints JSON Schemas as types. What goes to the node may hold `undefined`: JSON leaves it out. */
class Printer {
  readonly #undefinedToo: boolean
  constructor(undefinedToo: boolean) {
    this.#undefinedToo = undefinedToo
  }

  type(schema: Json, indent: string): string {
    if (typeof schema.$ref === 'string') return schema.$ref.slice(REF.length)
    const branches = (schema.anyOf ?? schema.oneOf) as Json[] | undefined
    if (branches !== undefined) return union(branches.map(branch => this.type(branch, indent)))
    if (Array.isArray(schema.allOf)) return schema.allOf.map(part => `(${this.type(part as Json, indent)})`).join(' & ')
    if (Array.isArray(schema.enum)) return union(schema.enum.map(literal))
    if ('const' in schema) return literal(schema.const)
    const types = [schema.type ?? []].flat()
    if (types.length === 0) return 'unknown'
    return union(types.map(type => this.#plain(String(type), schema, indent)))
  }

  #plain(type: string, schema: Json, indent: string): string {
    switch (type) {
      case 'null':
      case 'string':
      case 'boolean':
        return type
      case 'integer':
      case 'number':
        return 'number'
      case 'array':
        return `${inArray(this.type((schema.items ?? {}) as Json, indent))}[]`
      case 'object':
        return this.#object(schema, indent)
      default:
        throw new Error(`client: no type for the JSON type ${type}`)
    }
  }

  #object({ properties, required, additionalProperties }: Json, indent: string): string {
    const fields = Object.entries((properties ?? {}) as Record<string, Json>)
    if (fields.length === 0) {
      if (additionalProperties === false) return 'Record<string, never>'
      const value =
        typeof additionalProperties === 'object' ? this.type(additionalProperties as Json, indent) : 'unknown'
      return `Record<string, ${value}>`
    }
    const needed = new Set((required ?? []) as string[])
    return this.fields(
      fields.map(([name, schema]) => ({ name, schema, required: needed.has(name) })),
      indent,
    )
  }

  fields(list: readonly Omit<Parameter, 'in'>[], indent: string): string {
    const inner = `${indent}  `
    const lines = list.flatMap(({ name, required, schema, description = schema.description }) => {
      const type = this.type(schema, inner)
      const optional = required !== true
      return [
        ...(typeof description === 'string' ? [`${inner}${comment(description)}`] : []),
        `${inner}${NAME.test(name) ? name : JSON.stringify(name)}${optional ? '?' : ''}: ${type}${optional && this.#undefinedToo ? ' | undefined' : ''}`,
      ]
    })
    const inOne = `{ ${lines.map(line => line.trim()).join('; ')} }`
    if (inOne.length + indent.length <= LINE && !/\n|\/\*\*/.test(inOne)) return inOne
    return `{\n${lines.join('\n')}\n${indent}}`
  }
}

const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : String(value)
const union = (types: readonly string[]): string => [...new Set(types)].join(' | ')
const inArray = (type: string): string => (/ [|&] /.test(type.replaceAll(/\{[\s\S]*\}/g, '')) ? `(${type})` : type)
const comment = (text: string): string => `/** ${text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */`

/** Names of the schemas that a schema stands on. */
function namesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(namesIn)
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value.slice(REF.length)] : namesIn(value),
  )
}

/** Every schema that answers stand on, directly or not. */
function answered(operations: readonly Operation[], schemas: Document['components']['schemas']): Set<string> {
  const seen = new Set<string>()
  const walk = (names: readonly string[]): void => {
    for (const name of names) {
      if (seen.has(name)) continue
      seen.add(name)
      walk(namesIn(schemas[name]))
    }
  }
  walk(operations.flatMap(({ answer }) => namesIn(answer)))
  return seen
}

const capital = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1)}`
const isAllOptional = (list: readonly Parameter[]): boolean => list.every(({ required }) => required !== true)

/** Whether a body may be left out: every field of it may. */
function isOptional(body: Json, schemas: Document['components']['schemas']): boolean {
  const schema = typeof body.$ref === 'string' ? (schemas[body.$ref.slice(REF.length)] ?? {}) : body
  return schema.type === 'object' && ((schema.required ?? []) as unknown[]).length === 0
}

function method(operation: Operation, schemas: Document['components']['schemas'], given: Printer): string {
  const { id, summary, params, query, keyed, guarded, takes, body, gives, answer } = operation
  const bodyOptional = isOptional(body, schemas)
  const fields = [
    ...(params.length === 0 ? [] : [{ text: `params: ${given.fields(params, '    ')}`, optional: false }]),
    ...(query.length === 0 ? [] : [{ text: `${capital(id)}Query`, name: 'query', optional: isAllOptional(query) }]),
    ...(takes === 'json' ? [{ text: given.type(body, '    '), name: 'body', optional: bodyOptional }] : []),
  ].map(({ text, optional, ...named }) =>
    'name' in named ? `${named.name}${optional ? '?' : ''}: ${text}${optional ? ' | undefined' : ''}` : text,
  )
  const more = [
    ...(takes === 'bytes' ? ['Bytes'] : []),
    ...(keyed ? ['Keyed'] : []),
    ...(guarded ? ['Guarded'] : []),
    'Options',
  ]
  const needed = params.length > 0 || !isAllOptional(query) || (takes === 'json' && !bodyOptional) || takes === 'bytes'
  const input = [...(fields.length === 0 ? [] : [`{\n    ${fields.join('\n    ')}\n  }`]), ...more].join(' & ')
  const result = gives === 'bytes' ? 'ReadableStream<Uint8Array<ArrayBuffer>>' : given.type(answer, '  ')
  return `  ${comment(summary)}\n  ${id}(input${needed ? '' : '?'}: ${input}): Promise<${result}>`
}

function address({ id, method, path, keyed, purposed, takes, gives }: Operation): string {
  const more = [
    ...(takes === 'nothing' ? [] : [`takes: '${takes}'`]),
    ...(gives === 'json' ? [] : [`gives: '${gives}'`]),
    ...(keyed ? ['keyed: true'] : []),
    ...(purposed ? ['purposed: true'] : []),
  ]
  return `  ${id}: { ${[`method: '${method}'`, `path: '${path}'`, ...more].join(', ')} },`
}

/** The types, which are gone when the program runs, apart from them the table that stays, and who may call each operation. */
export async function clientFiles(): Promise<[string, string][]> {
  const document = await describedApi()
  const operations = operationsOf(document)
  const { schemas } = document.components
  const answers = answered(operations, schemas)
  const exact = new Printer(false)
  const given = new Printer(true)
  const bodies = new Set(answers)
  const walk = (names: readonly string[]): void => {
    for (const name of names) {
      if (bodies.has(name)) continue
      bodies.add(name)
      walk(namesIn(schemas[name]))
    }
  }
  walk(operations.flatMap(({ body }) => namesIn(body)))
  const types = Object.entries(schemas)
    .filter(([name]) => bodies.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => {
      const { description } = schema
      const text = `export type ${name} = ${(answers.has(name) ? exact : given).type(schema, '')}`
      return typeof description === 'string' ? `${comment(description)}\n${text}` : text
    })
  const queries = operations
    .filter(({ query }) => query.length > 0)
    .map(({ id, query }) => `export type ${capital(id)}Query = ${given.fields(query, '')}`)
  const api = `/**
 * Made by \`npm run generate\` from the routes of a node; long because it holds every operation of the API. Types alone: nothing of it
 * is left when a program runs.
 */

/** Bytes that go up, and what they are; \`application/octet-stream\` when nothing is said. */
export type Bytes = { bytes: NonNullable<RequestInit['body']>; type?: string | undefined }
/** Requests with the same key are carried out once; each has a key of its own when none is given. */
export type Keyed = { key?: string | undefined }
/** \`ifMatch\`: the version that was read; when it is none any more, nothing is done: \`request.precondition\`. */
export type Guarded = { ifMatch?: string | undefined }
export type Options = { signal?: AbortSignal | undefined }

${types.join('\n')}

${queries.join('\n')}

/** One method for each operation. Each rejects with a ProblemError: what the node answers, or \`node.unreachable\`. */
export interface Api {
${operations.map(operation => method(operation, schemas, given)).join('\n')}
}
`
  const addresses = `/** Made by \`npm run generate\` from the routes of a node. */
${TYPES}

/** Where each operation is, and what goes over the wire beside its address. */
export type Address = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  takes?: 'json' | 'bytes'
  gives?: 'bytes'
  keyed?: true
  /** its query names what a look is for */
  purposed?: true
}

export const OPERATIONS: { readonly [Id in keyof Api]: Address } = {
${operations.map(address).join('\n')}
}
`
  return [
    ['node/edges/client/api.generated.ts', api],
    ['node/edges/client/addresses.generated.ts', addresses],
    rightsFile(operations),
  ]
}
