/** Pages of lists: an opaque cursor that says where the next page begins, and a bounded size. */
import * as z from 'zod'
import { ProblemError } from '../../../protocol/problem.ts'

export const PAGE = { default: 50, max: 200 } as const

/** Query fields of every list; spread them into the strict object of its query. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(PAGE.max).default(PAGE.default),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,400}$/)
    .optional(),
}

export const pageOf = <I extends z.ZodType>(item: I) =>
  z.strictObject({
    items: z.array(item).max(PAGE.max),
    next: z.string().nullable().describe('Cursor of the next page; null on the last one'),
  })

type Place = readonly (string | number)[]

export const encodeCursor = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** The place that a cursor names, checked against the schema of the list's order; null without a cursor. */
export function decodeCursor<P extends Place>(schema: z.ZodType<P>, cursor: string | undefined): P | null {
  if (cursor === undefined) return null
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    value = undefined
  }
  const place = schema.safeParse(value)
  if (!place.success) throw new ProblemError('request.invalid', 'cursor: not one of this list')
  return place.data
}

/** Cuts `rows`, read with one more than `limit`, to a page; `placeOf` names the place of its last row. */
export function toPage<R, I>(
  rows: readonly R[],
  limit: number,
  placeOf: (row: R) => Place,
  toItem: (row: R) => I,
): { items: I[]; next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toItem),
    next: rows.length > limit && last !== undefined ? encodeCursor(placeOf(last)) : null,
  }
}
