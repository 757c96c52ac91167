/** Where a city is drawn: by its division, that of its prefecture, or its province. Pure. */
import { CENTRES } from './centres.generated.ts'

export type Place = readonly [east: number, north: number]

/** Centre of a division (GB/T 2260), degrees; a county without one stands at its prefecture, then its province. Null: no code of China. */
export function placeOf(code: string): Place | null {
  if (!/^\d{6}$/.test(code)) return null
  return CENTRES[code] ?? CENTRES[`${code.slice(0, 4)}00`] ?? CENTRES[`${code.slice(0, 2)}0000`] ?? null
}
