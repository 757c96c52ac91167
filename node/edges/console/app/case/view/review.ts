/** What an examiner ticked at the review points (审查要点), and the one notice that it makes. Pure. */
export type Ticks = Readonly<Record<string, boolean>>
export type Reviewed = { code: string; name: string; points: readonly string[] }
type Say = {
  failing: (points: string) => string
  line: (no: number, material: string, points: string) => string
  notice: (lines: string) => string
}

export const tickName = (code: string, point: string): string => `${code} ${point}`

/** Points that are ticked as failing, by material. */
export const failedOf = (materials: readonly Reviewed[], ticks: Ticks): Reviewed[] =>
  materials
    .map(({ points, ...of }) => ({ ...of, points: points.filter(point => ticks[tickName(of.code, point)] === false) }))
    .filter(({ points }) => points.length > 0)

/** The body of the notice: each material once, with all that fails of it. */
export function noticeOf(failed: readonly Reviewed[], say: Say) {
  const reasons = failed.map(({ code, name, points }) => ({ code, name, reason: say.failing(points.join('；')) }))
  return {
    notice: say.notice(reasons.map(({ name, reason }, index) => say.line(index + 1, name, reason)).join('\n')),
    materials: reasons.map(({ code, reason }) => ({ code, reason })),
  }
}
