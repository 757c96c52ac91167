/** The node on the network of cities (网络): its libp2p host, who may connect, and how much work each city may make. */

import { createInvites } from '../../city/partners/invites.ts'
import type { TrustPort } from '../../city/partners/trust-part.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Part } from '../../part.ts'
import { withBreakers } from '../exchange/breaker.ts'
import { Budgets } from '../exchange/budget.ts'
import { createP2pHost } from './host.ts'

export type HostPort = Awaited<ReturnType<typeof createHostPart>>['port']

export async function createHostPart(
  { config, db, clock, audit, events, signals, telemetry, log, randomText }: Kernel,
  { trust, identity, directories }: TrustPort,
) {
  const countDenied = telemetry.metrics.counter(
    'tongban_connections_refused_total',
    'Connections and streams of other nodes that were refused or ended, by reason',
    ['reason'],
  )
  const invites = createInvites({ db, clock, audit, events, randomText })
  const budgets = new Budgets()
  const { listen, announce, dialRange, offerRelay, relays } = config.p2p
  const host = await createP2pHost({
    budgets,
    key: identity.peerKey(),
    listen,
    announce,
    ...(dialRange === undefined ? {} : { range: dialRange }),
    relay: {
      reservations: offerRelay,
      use: () =>
        relays.flatMap(code => {
          const { peers, addresses } = trust.reach(code)
          return peers.map(peer => ({ peer, addresses }))
        }),
    },
    cityOf: trust.cityOf,
    announced: () => trust.partners().map(code => [code, trust.reach(code).addresses] as const),
    gate: peer => trust.knows(peer) || invites.anyOpen() || directories.admits(peer),
    onEvent: event => {
      if (event.kind === 'handler-failed') log.error('stream handler failed', { protocol: event.protocol }, event.error)
      if (event.kind === 'relay-failed')
        log.warning('no place at the relay', {
          partner: trust.cityOf(event.peer) ?? '',
          reason: event.error instanceof Error ? event.error.message : '',
        })
      if (event.kind === 'relay-reserved') signals.emit('addresses.changed', null)
      if (event.kind === 'denied') countDenied({ reason: event.reason })
      if (event.kind === 'cut-off') log.warning('too much work: not heard for a while', { city: event.city })
      if (event.kind === 'listener-failed') log.error('connection listener failed', {}, event.error)
    },
  })
  telemetry.metrics.observed(
    'tongban_relay_reservations',
    'Partners that are reached over this node',
    () => host.relays().reservations,
  )
  signals.on('partner.ended', async ({ peers }) => {
    for (const peer of peers) await host.disconnect(peer)
  })

  /** Milliseconds to the first peer of the city that answers, or null. */
  async function roundTrip(city: string): Promise<number | null> {
    for (const peer of trust.reach(city).peers) {
      try {
        return await host.ping(peer, { signal: AbortSignal.timeout(5000) })
      } catch {
        // The next peer may answer; null says that none did.
      }
    }
    return null
  }

  // Whoever sends to a city asks the one breaker of it.
  const transport = withBreakers(host, trust.cityOf, clock)
  return {
    port: { host, transport, breakerOf: transport.breakerOf, budgets, invites, roundTrip },
    start: () => host.start(),
    stop: () => host.stop(),
  } satisfies Part<object>
}
