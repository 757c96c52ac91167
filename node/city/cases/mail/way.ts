/**
 * What a carrier tells of a parcel's way, judged as any stranger's word before the city signs it: days that can be, each step once,
 * and a history that only grows. Pure.
 */
import { PARCEL_STATES, type ParcelEvent, type ParcelState } from '../../../../adapters/sdk/carrier.ts'
import { code, text } from '../../../../protocol/primitives.ts'

export const WAY_LIMITS = {
  /** steps of one parcel in transit that are told; what happens once is told in any case */
  steps: 30,
  /** ms before the order at which a step may lie, and after now: clocks differ */
  early: 24 * 3_600_000,
  ahead: 10 * 60_000,
} as const

/** After these nothing comes. One that was delivered may be returned, one that was lost found. */
const ENDS: readonly ParcelState[] = ['returned', 'cancelled']
/** What may stand several times. */
const PASSING: ParcelState = 'in-transit'

export type JudgedWay = {
  /** what is to be told, in the order in which it happened */
  fresh: ParcelEvent[]
  /** what cannot be, in words for a person; null when all can */
  contradiction: string | null
}

const keyOf = ({ state, at }: ParcelEvent): string => `${state} ${Date.parse(at)}`
const timeOf = ({ at }: ParcelEvent): number => Date.parse(at)

/** A place that cannot be signed is left out: the step counts without it. */
const signable = ({ state, at, place }: ParcelEvent): ParcelEvent =>
  place !== undefined && text(200).safeParse(place).success ? { state, at, place } : { state, at }

/** Judges all that a carrier tells against what was told before. `orderedAt`, `now`: ms. */
export function judgeWay(
  told: readonly ParcelEvent[],
  events: readonly ParcelEvent[],
  { orderedAt, now }: { orderedAt: number; now: number },
): JudgedWay {
  const can = (event: ParcelEvent): boolean =>
    timeOf(event) >= orderedAt - WAY_LIMITS.early && timeOf(event) <= now + WAY_LIMITS.ahead
  const listed = new Map(events.filter(can).map(event => [keyOf(event), event]))
  const before = new Set(told.map(keyOf))
  const happened = new Set(told.map(({ state }) => state))
  const last = Math.max(...told.map(timeOf))
  // Who changes what was said may change it again: of such a history only what never happened before is told.
  const changed = told.some(event => !listed.has(keyOf(event)))
  const fresh: ParcelEvent[] = []
  let passing = told.filter(({ state }) => state === PASSING).length
  for (const event of [...listed.values()].toSorted((a, b) => timeOf(a) - timeOf(b) || orderOf(a) - orderOf(b))) {
    if (before.has(keyOf(event)) || ENDS.some(end => happened.has(end))) continue
    if (event.state === PASSING) {
      if (changed || timeOf(event) < last || passing >= WAY_LIMITS.steps) continue
      passing++
    } else if (happened.has(event.state)) continue
    happened.add(event.state)
    fresh.push(signable(event))
  }
  const wild = events.find(event => !can(event))
  return { fresh, contradiction: contradictionOf(wild, changed, now) }
}

function contradictionOf(wild: ParcelEvent | undefined, changed: boolean, now: number): string | null {
  if (wild !== undefined)
    return `the carrier tells ${wild.state} at ${wild.at}, ${timeOf(wild) > now ? 'which is to come' : 'before the order'}`
  return changed ? 'the carrier changed what it told before' : null
}

/** Of two steps at one instant the earlier one of a way is first. */
const orderOf = ({ state }: ParcelEvent): number => PARCEL_STATES.indexOf(state)

/** How a waybill number is compared: carriers write them with spaces, hyphens and in either case. */
export const foldNumber = (number: string): string => number.replaceAll(/[\s-]/g, '').toUpperCase()

/** A waybill number as a carrier gives it, without the space around it; null when it is none. */
export function readNumber(given: string): string | null {
  const number = given.trim()
  return code(50).safeParse(number).success && foldNumber(number) !== '' ? number : null
}
