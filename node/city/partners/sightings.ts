/** What the exchange saw of each partner last, in memory: when it was heard, and how far its clock is ahead. */
import type { Clock } from '../../kernel/clock.ts'

export type Sightings = ReturnType<typeof createSightings>

export function createSightings({ clock }: { clock: Clock }) {
  const heard = new Map<string, number>()
  const ahead = new Map<string, number>()
  return {
    /** Something came of the partner: a connection, a packet, a receipt, a pong. */
    hear: (partner: string): void => void heard.set(partner, clock.now()),
    /** ms; null when nothing came since the node started */
    heardAt: (partner: string): number | null => heard.get(partner) ?? null,
    /** Takes a measurement of the partner's clock, ms ahead of the own one. */
    note: (partner: string, by: number): void => void ahead.set(partner, by),
    /** how far each partner's clock is ahead, ms */
    seen: (): ReadonlyMap<string, number> => ahead,
  }
}
