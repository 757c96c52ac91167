/**
 * Originals of applicants (申请材料原件): where each one lies, by what both cities signed of it (`case.originals`) and what the carrier said of
 * its parcel. Nothing follows from it for the state of the case: papers are given back after its end, too. Pure. SPEC.md §6.2.
 */
import { foldName, foldNumber } from '../codes/spelling.ts'
import type { Packet } from '../packet/claims.ts'
import { canonicalOrder } from '../thread/chain.ts'
import { correctedBody, correctionsOf } from './correct.ts'
import { moverOf } from './fold.ts'
import type { CaseContent } from './kinds.ts'

export const ORIGINAL_EVENTS = {
  taken: { zh: '收取', en: 'taken from the applicant' },
  sent: { zh: '交寄', en: 'sent to the other city' },
  received: { zh: '收到', en: 'received from the other city' },
  returned: { zh: '退还申请人', en: 'returned to the applicant' },
  kept: { zh: '留存归档', en: 'kept in the file' },
} as const satisfies Record<CaseContent<'case.originals'>['event'], { zh: string; en: string }>

/** `delivered`: the carrier says that it came, and nobody there has said so yet. */
export const ORIGINAL_PLACES = {
  here: { zh: '在该市', en: 'in that city' },
  'on-the-way': { zh: '寄往该市途中', en: 'on the way to that city' },
  delivered: { zh: '已签收待清点', en: 'delivered there, not checked yet' },
  lost: { zh: '寄递丢失', en: 'lost on the way to that city' },
  applicant: { zh: '已退还申请人', en: 'returned to the applicant' },
  kept: { zh: '留存归档', en: 'kept in the file' },
} as const satisfies Record<string, { zh: string; en: string }>
export type OriginalPlace = keyof typeof ORIGINAL_PLACES

/** One original, or several copies of one name. */
export type Original = {
  name: string
  code: string | null
  copies: number
  place: OriginalPlace
  /** the city that has it, or to which it goes */
  city: string
  /** when it came there, ISO 8601 as it was said */
  since: string
}

/** What was said of some originals, in the order of the thread. */
export type OriginalMove = CaseContent<'case.originals'> & { city: string; packet: string }

export type Originals = { items: Original[]; moves: OriginalMove[] }

const keyOf = ({ name, code }: { name: string; code?: string | undefined }): string =>
  JSON.stringify([code ?? '', foldName(name)])
const waybillOf = ({ carrier, number }: { carrier: string; number: string }): string =>
  `${foldName(carrier)} ${foldNumber(number)}`

/** The originals of a thread; what was purged says nothing any more. */
export function originalsOf(packets: readonly Packet[]): Originals {
  const mover = moverOf(packets)
  if (mover === null) return { items: [], moves: [] }
  const corrections = correctionsOf(packets)
  const held = new Map<string, Original>()
  const parcels = new Map<string, string[]>()
  const moves: OriginalMove[] = []
  for (const packet of canonicalOrder(packets, mover)) {
    const { claims, body } = packet
    if (body === null) continue
    if (claims.kind === 'case.originals') {
      const said = correctedBody(packet, corrections) as CaseContent<'case.originals'>
      moves.push({ ...withoutSalt(said), city: claims.iss, packet: packet.id })
      for (const item of said.items) held.set(keyOf(item), moved(said, item, claims.iss, claims.aud))
      if (said.event === 'sent' && said.waybill !== undefined)
        parcels.set(waybillOf(said.waybill), [
          ...(parcels.get(waybillOf(said.waybill)) ?? []),
          ...said.items.map(keyOf),
        ])
    }
    if (claims.kind === 'case.mail') follow(packet, corrections, held, parcels)
  }
  return { items: [...held.values()], moves }
}

const withoutSalt = ({ salt: _, ...said }: CaseContent<'case.originals'> & { salt?: string }) => said

function moved(
  { event, at }: CaseContent<'case.originals'>,
  { name, code, copies }: CaseContent<'case.originals'>['items'][number],
  own: string,
  other: string,
): Original {
  const place = ({ taken: 'here', received: 'here', sent: 'on-the-way', returned: 'applicant', kept: 'kept' } as const)[
    event
  ]
  return { name, code: code ?? null, copies: copies ?? 1, place, city: event === 'sent' ? other : own, since: at }
}

/** What the carrier says of a parcel of originals. */
function follow(
  packet: Packet,
  corrections: ReadonlyMap<string, readonly Packet[]>,
  held: Map<string, Original>,
  parcels: ReadonlyMap<string, string[]>,
): void {
  const { parcel, waybill, state, at } = correctedBody(packet, corrections) as CaseContent<'case.mail'>
  if (parcel !== 'originals') return
  for (const key of parcels.get(waybillOf(waybill)) ?? []) {
    const item = held.get(key)
    // Whoever has checked the parcel knows better than the carrier.
    if (item === undefined || !['on-the-way', 'delivered', 'lost'].includes(item.place)) continue
    if (state === 'delivered') held.set(key, { ...item, place: 'delivered', since: at })
    else if (state === 'lost') held.set(key, { ...item, place: 'lost', since: at })
  }
}

/** Whether an original has come back to its owner, or stays in the file. */
export const isSettled = ({ place }: Pick<Original, 'place'>): boolean => place === 'applicant' || place === 'kept'

/** Those that are not settled: in the hands of a city, or on the way to it. */
export const outstanding = ({ items }: Originals): Original[] => items.filter(item => !isSettled(item))
