import { describe, expect, test } from 'vitest'
import { addDays } from '../calendar/calendar.ts'
import { LIMITS } from '../limits.ts'
import { implausible, NAMED_DAYS } from './days.ts'
import { CASE_CONTENT, type CaseKind } from './kinds.ts'

const SIGNED = '2026-11-30'
/** Noon in China. */
const IAT = Date.parse(`${SIGNED}T04:00:00Z`) / 1000

const bodyWith = (path: string, value: string): object =>
  path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object
const cases = Object.entries(NAMED_DAYS).flatMap(([kind, days]) =>
  Object.entries(days).map(([path, sort]) => [kind as CaseKind, path, sort] as const),
)

/** Paths of the days and instants of a schema. */
function daysOf(schema: unknown, path: readonly string[] = []): string[] {
  const { def, shape, format } = schema as {
    def: { innerType?: unknown }
    shape?: Record<string, unknown>
    format?: string | null
  }
  if (def.innerType !== undefined) return daysOf(def.innerType, path)
  if (format === 'date' || format === 'datetime') return [path.join('.')]
  return Object.entries(shape ?? {}).flatMap(([name, inner]) => daysOf(inner, [...path, name]))
}

describe('the days that a step names', () => {
  test('every day of every kind has its bounds', () => {
    for (const [kind, content] of Object.entries(CASE_CONTENT))
      expect(Object.keys(NAMED_DAYS[kind as CaseKind] ?? {}).sort(), kind).toEqual(daysOf(content).sort())
    expect(cases).toHaveLength(18)
  })

  describe.each(cases)('%s %s', (kind, path, sort) => {
    const isInstant = /At$|^at$|^from$|^to$/.test(path)
    const first = sort === 'due' ? SIGNED : `${LIMITS.namedFirstYear}-01-01`
    const last = addDays(SIGNED, sort === 'happened' ? LIMITS.namedHappenedDays : LIMITS.namedAheadDays)
    const judge = (day: string, time: string) =>
      implausible(kind, bodyWith(path, isInstant ? `${day}T${time}+08:00` : day), IAT)?.problem ?? null

    test('up to the bounds and no further', () => {
      expect(judge(first, '00:00:00')).toBeNull()
      expect(judge(last, '23:59:59')).toBeNull()
      expect(judge(addDays(first, -1), '23:59:59')).toEqual({
        code: 'case.day',
        detail: `${path}: not before ${first}`,
      })
      expect(judge(addDays(last, 1), '00:00:00')).toEqual({ code: 'case.day', detail: `${path}: not after ${last}` })
    })

    test.each(['9999-12-31', '0001-01-01', '0026-11-29', '2099-06-01', '1999-12-31'])('not %s', day => {
      expect(judge(day, '09:00:00')).toMatchObject({ code: 'case.day' })
    })
  })

  test('what is not named, or was purged, is not judged', () => {
    expect(implausible('case.accept', {}, IAT)).toBeNull()
    expect(implausible('case.submit', null, IAT)).toBeNull()
    expect(implausible('case.submit', { consent: undefined }, IAT)).toBeNull()
    expect(implausible('case.message', { text: '9999-12-31' }, IAT)).toBeNull()
  })
})
