/**
 * TCP as @libp2p/tcp 11 does it, except for one thing: it hands the signal of the dial to `net.connect` too, which then
 * destroys the socket when nobody listens to its errors any more, and an aborted dial brings the process down.
 */
import type { ComponentLogger, DialTransportOptions, Transport, Upgrader } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import type { P2pLimits } from './limits.ts'

export function safeTcp(limits: P2pLimits): (components: { logger: ComponentLogger }) => Transport {
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: limits.tcpKeepAlive }
  // A pinged connection is never silent for this long.
  const inactivity = 3 * (limits.pingInterval + limits.pingTimeout)
  const create = tcp({
    maxConnections: limits.connections + limits.pendingInbound,
    inboundSocketInactivityTimeout: inactivity,
    outboundSocketInactivityTimeout: inactivity,
    listenOpts: keepAlive,
    dialOpts: keepAlive,
  })
  return components => {
    const transport = create(components)
    const dial = transport.dial.bind(transport)
    transport.dial = (address, options) => dial(address, hideSignal(options))
    return transport
  }
}

/** The same options with a signal that can be read but is not copied along; the upgrader gets it back. */
function hideSignal(options: DialTransportOptions): DialTransportOptions {
  const { signal, upgrader, ...rest } = options
  const upgradeOutbound: Upgrader['upgradeOutbound'] = (connection, given) =>
    upgrader.upgradeOutbound(connection, { ...given, signal })
  const wrapped: Upgrader = Object.assign(Object.create(upgrader), { upgradeOutbound })
  return Object.assign(Object.create({ signal }), rest, { upgrader: wrapped })
}
