/** How far a table was read, as the text that the node keeps. */
import * as z from 'zod'

const Mark = z.array(z.string().max(400)).min(1).max(3)

/**
 * `low`: nothing below it comes any more; `high`: read up to here; `print`: what stood between them when it was read; `seen`: marks that
 * were reached, each with the time (ms) at which that was.
 */
const Reading = z.object({
  low: Mark.nullable(),
  high: Mark,
  print: z.string().max(200),
  seen: z.array(z.tuple([Mark, z.number()])).max(20),
})
export type Reading = z.infer<typeof Reading>
const Cursor = z.record(z.string(), Reading)
export type Cursor = z.infer<typeof Cursor>

/** One that cannot be read, of another program or configuration, begins anew: what is read again has the same ids. */
export function readCursor(text: string | null): Cursor {
  try {
    const parsed = Cursor.safeParse(JSON.parse(text ?? '{}'))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}

/** Parts of the time in which transactions may be late: `low` moves on by one of them at a time. */
const STEPS = 8

/** The marks that were reached, with a new one; those that are old enough make `low`. */
export function settled(
  { low, seen }: Pick<Reading, 'low' | 'seen'>,
  high: readonly string[],
  now: number,
  lateMs: number,
): Pick<Reading, 'low' | 'seen'> {
  const last = seen.at(-1)
  const next =
    last === undefined || now - last[1] >= lateMs / STEPS ? [...seen, [[...high], now] as [string[], number]] : seen
  const old = next.filter(([, at]) => at <= now - lateMs)
  return { low: old.at(-1)?.[0] ?? low, seen: next.slice(old.length) }
}
