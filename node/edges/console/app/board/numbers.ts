/** Shares of what was counted. Pure. */

type Counts = Readonly<Record<string, number>>
const of = (counts: Counts, name: string): number => counts[name] ?? 0

/** A share in percent, with one place; null: of nothing there is none. */
export const percent = (part: number, whole: number): string | null =>
  whole === 0 ? null : `${((100 * part) / whole).toFixed(1)}%`

/** Of what was decided under a limit that was promised: how much in time. */
export const onTimeShare = (counts: Counts): string | null =>
  percent(of(counts, 'on-time'), of(counts, 'on-time') + of(counts, 'late'))

/** Of the ratings: how many were not bad (levels 1 to 3). */
export const satisfiedShare = (counts: Counts): string | null =>
  percent(of(counts, 'rated') - of(counts, 'bad'), of(counts, 'rated'))

/** One for each period from the first through the last, in order; what nothing was counted in has none of it. */
export function everyPeriod(from: string, to: string): string[] {
  const found: string[] = []
  const day = from.length === 10
  for (let at = new Date(`${day ? from : `${from}-01`}T00:00:00Z`); ; ) {
    const text = at.toISOString().slice(0, from.length)
    if (text > to) return found
    found.push(text)
    if (day) at = new Date(at.getTime() + 86_400_000)
    else at.setUTCMonth(at.getUTCMonth() + 1)
  }
}
