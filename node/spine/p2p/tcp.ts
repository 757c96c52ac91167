/**
 * TCP as @libp2p/tcp 11 does it, except for two things. It hands the signal of the dial to `net.connect` too, which then
 * destroys the socket when nobody listens to its errors any more, and an aborted dial brings the process down. And what was
 * written is told, so that its memory is used again.
 */
import { lookup } from 'node:dns'
import { Socket, type TcpSocketConnectOpts } from 'node:net'
import type { ComponentLogger, DialTransportOptions, MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface'
import { type TCPSocketOptions, tcp } from '@libp2p/tcp'
import { passed } from '../../kernel/blocks.ts'
import { type DialRange, inRange } from './addresses.ts'
import type { P2pLimits } from './limits.ts'

type Lookup = NonNullable<TcpSocketConnectOpts['lookup']>

/** Resolves a name in the very connection, so that it cannot lead elsewhere than where it was judged to. */
const lookupWithin =
  (range: DialRange): Lookup =>
  (host, options, done) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0)
      const allowed = found.filter(({ address }) => inRange(address, range))
      const [first] = allowed
      // With the code of a name that is not known.
      if (first === undefined) return done(Object.assign(new Error('out of range'), { code: 'ENOTFOUND' }), '', 0)
      if (options.all === true) return done(null, allowed)
      return done(null, first.address, first.family)
    })

export function safeTcp(limits: P2pLimits, range: DialRange): (components: { logger: ComponentLogger }) => Transport {
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: limits.tcpKeepAlive }
  // A pinged connection is never silent for this long.
  const inactivity = 3 * (limits.pingInterval + limits.pingTimeout)
  // Handed on to `net.connect` whole.
  const dialOpts: TCPSocketOptions & { lookup: Lookup } = { ...keepAlive, lookup: lookupWithin(range) }
  const create = tcp({
    inboundSocketInactivityTimeout: inactivity,
    outboundSocketInactivityTimeout: inactivity,
    listenOpts: keepAlive,
    dialOpts,
  })
  return components => {
    const transport = create(components)
    const dial = transport.dial.bind(transport)
    transport.dial = (address, options) => dial(address, hideSignal(options))
    const listen = transport.createListener.bind(transport)
    transport.createListener = options => {
      const { upgrader } = options
      const upgradeInbound: Upgrader['upgradeInbound'] = (connection, given) =>
        upgrader.upgradeInbound(tellingWritten(connection), given)
      return listen({ ...options, upgrader: Object.assign(Object.create(upgrader), { upgradeInbound }) })
    }
    return transport
  }
}

/** The socket of a connection; undefined when a new version is built in another way (a test tells). */
export function socketOf(connection: MultiaddrConnection): Socket | undefined {
  const socket: unknown = Reflect.get(connection, 'socket')
  return socket instanceof Socket ? socket : undefined
}

/** The same connection, which tells of each piece that was written to its socket. */
function tellingWritten(connection: MultiaddrConnection): MultiaddrConnection {
  const socket = socketOf(connection)
  if (socket === undefined) return connection
  const write: (bytes: Uint8Array, done: () => void) => boolean = socket.write.bind(socket)
  socket.write = (bytes: Uint8Array) => write(bytes, () => passed(bytes))
  return connection
}

/** The same options with a signal that can be read but is not copied along; the upgrader gets it back. */
function hideSignal(options: DialTransportOptions): DialTransportOptions {
  const { signal, upgrader, ...rest } = options
  const upgradeOutbound: Upgrader['upgradeOutbound'] = (connection, given) =>
    upgrader.upgradeOutbound(tellingWritten(connection), { ...given, signal })
  const wrapped: Upgrader = Object.assign(Object.create(upgrader), { upgradeOutbound })
  return Object.assign(Object.create({ signal }), rest, { upgrader: wrapped })
}
