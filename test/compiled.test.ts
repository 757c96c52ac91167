import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { exampleCities, exampleItems } from '../examples/data/load.ts'
import { AGREEMENT_BODIES } from '../protocol/agreement/kinds.ts'
import { CASE_BODIES } from '../protocol/case/kinds.ts'
import { compiledWhenOften, OFTEN } from '../protocol/compiled.ts'
import { JwsHeader, PacketClaims } from '../protocol/packet/claims.ts'
import { ReceiptClaims } from '../protocol/packet/receipt.ts'
import { TEST_BODIES } from '../protocol/partner-test/thread.ts'
import { parseValue } from '../protocol/primitives.ts'
import { ServiceItem } from '../protocol/service/item.ts'
import { fc } from './support/properties.ts'

const compiledOf = <T>(schema: z.ZodType<T>): z.ZodType<T> => {
  for (let uses = 0; uses < OFTEN; uses++) compiledWhenOften(schema)
  return compiledWhenOften(schema)
}

test('a schema is compiled once it was used as often as that is worth, and once alone', () => {
  const schema = z.strictObject({ name: z.string() })
  for (let uses = 1; uses <= OFTEN; uses++) expect(compiledWhenOften(schema)).toBe(schema)
  const compiled = compiledWhenOften(schema)
  expect(compiled).not.toBe(schema)
  expect(compiledWhenOften(schema)).toBe(compiled)
})

test('a schema that cannot be compiled stays as it is', () => {
  type Tree = { below: Tree[] }
  const schema: z.ZodType<Tree> = z.strictObject({ below: z.lazy(() => z.array(schema)) })
  expect(compiledOf(schema)).toBe(schema)
  expect(parseValue(schema, { below: [{ below: [] }] }, 'list.malformed')).toMatchObject({ ok: true })
})

type Path = readonly (string | number)[]
type Members = Record<string | number, unknown>

/** Every place in a value, its own first. */
function* placesIn(value: unknown, path: Path = []): Generator<Path> {
  yield path
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value))
    yield* placesIn(member, [...path, Array.isArray(value) ? Number(name) : name])
}

/** A copy with something else at a place, which need not be there; `undefined` removes it. */
function changed(value: unknown, path: Path, to: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined || typeof value !== 'object' || value === null) return to
  const copy = structuredClone(value) as Members
  const member = changed(copy[name], rest, to)
  if (member === undefined) delete copy[name]
  else copy[name] = member
  return copy
}

/** What a schema says of a value: what it makes of it, with the order of its members, or its faults. */
function outcome(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  return parsed.success ? JSON.stringify(parsed.data) : parsed.error.issues
}

const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    undefined,
    '',
    ' ',
    'x\u0000',
    '\ud800',
    '\u202e',
    -1,
    0.5,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    [],
    {},
    { __proto__: 1 },
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
)

test('the compiled schema of items says what the plain one says: value, order of members and faults', async () => {
  const compiled = compiledOf(ServiceItem)
  const items: ServiceItem[] = []
  for (const city of (await exampleCities()).slice(0, 3)) items.push(...(await exampleItems(city)))
  expect(items.length).toBeGreaterThan(100)
  const form = { type: 'object', properties: { name: { type: 'string' } } }
  const rich: ServiceItem[] = items.map((item, index) => ({
    ...item,
    form: { ...form, title: `${index}` },
    offeredAt: [{ unit: 'u', below: true, windows: ['1'] }],
    contacts: [{ role: 'mail', phone: '0719-12345' }],
    resultGuid: { sha256: 'a'.repeat(64), size: index, type: 'image/png' },
  }))
  for (const item of rich) expect(outcome(compiled, item)).toBe(outcome(ServiceItem, item))
  let accepted = 0
  fc.assert(
    fc.property(fc.constantFrom(...rich), fc.nat(), anything, fc.boolean(), (item, at, to, adds) => {
      const places = [...placesIn(item)]
      const place = places[at % places.length] ?? []
      const value = changed(item, adds ? [...place, 'unheard-of'] : place, to)
      const told = outcome(ServiceItem, value)
      if (typeof told === 'string') accepted++
      expect(outcome(compiled, value)).toEqual(told)
    }),
    { numRuns: 300 },
  )
  // Both kinds were met.
  expect(accepted).toBeGreaterThan(10)
  expect(accepted).toBeLessThan(290)
})

const VECTORS = new URL('../protocol/vectors/', import.meta.url)
type Signed = { jws: string; body?: string }

const decoded = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString())

/** What is signed in the vectors of a folder. */
function signedIn(folder: string): Signed[] {
  const path = new URL(`${folder}/valid/`, VECTORS)
  return readdirSync(path).flatMap(file => {
    const { input } = JSON.parse(readFileSync(new URL(file, path), 'utf8')) as {
      input: Signed & { packets?: Signed[] }
    }
    return input.packets ?? [input]
  })
}

/** Values as partners send them, each with the schema that judges it. */
function* sent(): Generator<{ schema: z.ZodType; value: unknown }> {
  for (const { jws } of signedIn('receipt')) yield { schema: ReceiptClaims, value: decoded(jws.split('.')[1] ?? '') }
  const bodies = { ...CASE_BODIES, ...AGREEMENT_BODIES, ...TEST_BODIES } as Readonly<Record<string, z.ZodType>>
  for (const folder of ['packet', 'body', 'thread', 'agreement-thread', 'test-thread'])
    for (const { jws, body } of signedIn(folder)) {
      const claims = decoded(jws.split('.')[1] ?? '') as PacketClaims
      yield { schema: PacketClaims, value: claims }
      const schema = bodies[claims.kind]
      if (schema !== undefined && body !== undefined) yield { schema, value: decoded(body) }
    }
}

test('the compiled schemas of packets, receipts and bodies say what the plain ones say, and all of them can be compiled', () => {
  const plain = [PacketClaims, ReceiptClaims, JwsHeader, ...Object.values(CASE_BODIES)] as z.ZodType[]
  for (const schema of plain) expect(compiledOf(schema)).not.toBe(schema)
  const values = [...sent()]
  expect(new Set(values.map(({ schema }) => schema)).size).toBeGreaterThan(15)
  for (const { schema, value } of values) {
    expect(outcome(schema, value)).toBeTypeOf('string')
    expect(outcome(compiledOf(schema), value)).toBe(outcome(schema, value))
  }
  let accepted = 0
  fc.assert(
    fc.property(fc.constantFrom(...values), fc.nat(), anything, fc.boolean(), ({ schema, value }, at, to, adds) => {
      const places = [...placesIn(value)]
      const place = places[at % places.length] ?? []
      const other = changed(value, adds ? [...place, 'unheard-of'] : place, to)
      const told = outcome(schema, other)
      if (typeof told === 'string') accepted++
      expect(outcome(compiledOf(schema), other)).toEqual(told)
    }),
    { numRuns: 600 },
  )
  // Both kinds were met.
  expect(accepted).toBeGreaterThan(10)
  expect(accepted).toBeLessThan(590)
})
