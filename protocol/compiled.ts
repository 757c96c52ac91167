/** Schemas that are used often run as compiled code; what they say of a value stays the same, faults included. */
import * as z from 'zod'

/** Uses after which a schema is compiled: that takes some milliseconds, and saves some microseconds each time. */
export const OFTEN = 1000

type Known = { uses: number; compiled: z.ZodType | null }
const known = new WeakMap<z.ZodType, Known>()

/**
 * The schema to check a value with: the given one, or once it was asked for OFTEN times a compiled one that says the same. What
 * zod cannot compile, and a runtime that makes no functions from text, stays as it is.
 */
export function compiledWhenOften<T>(schema: z.ZodType<T>): z.ZodType<T> {
  let entry = known.get(schema)
  if (entry === undefined) {
    entry = { uses: 0, compiled: null }
    known.set(schema, entry)
  }
  if (entry.compiled !== null) return entry.compiled as z.ZodType<T>
  entry.uses++
  if (entry.uses <= OFTEN) return schema
  const compiled = z.compile(schema)
  entry.compiled = compiled
  return compiled
}
