import { expect, test } from 'vitest'
import * as z from 'zod'
import { exampleCities, exampleItems } from '../examples/data/load.ts'
import { compiledWhenOften, OFTEN } from '../protocol/compiled.ts'
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
  const outcome = (schema: z.ZodType<ServiceItem>, value: unknown) => {
    const parsed = schema.safeParse(value)
    return parsed.success ? JSON.stringify(parsed.data) : parsed.error.issues
  }
  for (const item of rich) expect(outcome(compiled, item)).toBe(outcome(ServiceItem, item))
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
