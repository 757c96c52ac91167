/** What the exchange did, as business events and as facts. */

import type { Signals } from '../../kernel/signals.ts'
import type { Telemetry } from '../../kernel/telemetry/telemetry.ts'
import type { ExchangeObserver } from '../../spine/exchange/exchange.ts'
import type { createSightings } from './sightings.ts'

/** `also` is told besides: by tests and benches. */
export function observeExchange(
  telemetry: Telemetry,
  signals: Signals,
  sightings: ReturnType<typeof createSightings>,
  also: Partial<ExchangeObserver>,
): ExchangeObserver {
  const { events } = telemetry
  const exchanged = (partner: string) => {
    sightings.hear(partner)
    signals.emit('partner.exchanged', partner)
  }
  return {
    queued: (partner, written) => {
      for (const packet of written)
        events.packetAccepted({ partner, kind: packet.claims.kind, direction: 'out', packet: packet.id })
      also.queued?.(partner, written)
    },
    received: (partner, stored, refused) => {
      for (const packet of stored)
        events.packetAccepted({ partner, kind: packet.claims.kind, direction: 'in', packet: packet.id })
      for (const { id, problem } of refused)
        events.packetRefused({ partner, kind: 'unknown', direction: 'in', code: problem.code, packet: id })
      events.receiptGiven({ partner, packets: stored.length + refused.length })
      exchanged(partner)
      also.received?.(partner, stored, refused)
    },
    confirmed: (partner, count, refused, seconds) => {
      events.receiptTaken({ partner, packets: count, seconds })
      for (const { kind, problem } of refused)
        events.packetRefused({ partner, kind, direction: 'out', code: problem.code, packet: '' })
      exchanged(partner)
      also.confirmed?.(partner, count, refused, seconds)
    },
    connected: (partner, connected) => {
      signals.emit('partner.linked', { partner, connected })
      if (connected) {
        events.partnerConnected({ partner })
        sightings.hear(partner)
        signals.emit('partner.heard', partner)
      } else {
        events.partnerLost({ partner, reason: 'stream ended' })
      }
    },
    failed: (partner, problem) => events.deliveryAttempted({ partner, ok: false, code: problem.code }),
    clockSeen: (partner, ahead) => sightings.note(partner, ahead),
    recovering: (partner, recovering, recalled) => {
      if (!recovering) events.recovered({ partner, packets: recalled })
    },
  }
}
