/**
 * A network in memory: transports by peer id with the semantics of the libp2p host (back-pressure, half-close, abort,
 * shared connections, gate, connection events) and faults on demand. Deterministic: no timers, no randomness.
 *
 * const network = createMemoryNetwork()
 * const shiyan = network.transport('shiyan'), enshi = network.transport('enshi', { gate: peer => peer === 'shiyan' })
 * await Promise.all([shiyan.start(), enshi.start()])
 */
import type { Budgets } from '../../node/spine/exchange/budget.ts'
import type { Gate, Transport, WireHandler } from '../../node/spine/exchange/wire.ts'
import { P2P_LIMITS } from '../../node/spine/p2p/limits.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { createLine, type MemoryWire } from './memory-wire.ts'

export type MemoryFrame = { from: string; to: string; protocol: string; frame: Uint8Array }

export type MemoryNetworkOptions = {
  /** bytes that one direction of a stream holds before `send` waits; default 256 KiB */
  buffer?: number
  /** sees each frame before it is queued; may drop, partition or stall: then the frame shares that fate */
  onFrame?: (frame: MemoryFrame) => void
  /** counts what each node costs each other one, named `who counts/who is counted`; nothing is counted without it */
  budgets?: Budgets
}

export type MemoryTransport = Transport & {
  /** peers with an open connection, sorted */
  connected(): string[]
}

export type MemoryNetwork = {
  /** Makes the transport of `peer`, not started. A new one for the same peer id takes the place of a stopped one (restart of a node). */
  transport(
    peer: string,
    options?: {
      gate?: Gate
      /** where it connects from; default: an address of its own */
      address?: string
    },
  ): MemoryTransport
  /** Breaks the connection of a and b at once; both may connect again. */
  drop(a: string, b: string): void
  /** Breaks the connection and refuses new ones until `heal`. */
  partition(a: string, b: string): void
  /** Ends `partition` and `stall` of a and b. */
  heal(a: string, b: string): void
  /** Half-open connection: frames and opens hang, nobody is told, until `heal`, `drop` or `partition`. */
  stall(a: string, b: string): void
  /** What handlers rejected with, in order; a test may assert that it is empty. */
  readonly failures: unknown[]
  /**
   * Resolves when nothing moves: each frame sent was taken by its reader and the reader asks for the next one or has
   * left its loop, and that stays so for some turns of the event loop. A reader that hangs in its loop keeps it waiting, for
   * `most` turns when there is a bound; frames nobody reads and stalled frames do not. Work that no reader waits for is not seen.
   */
  settle(most?: number): Promise<void>
}

type Handled = { handler: WireHandler; maxFrame: number; maxStreamsPerCity: number }
type Connection = { a: Node; b: Node; wires: Set<MemoryWire> }
type Node = {
  peer: string
  address: string
  gate: Gate
  started: boolean
  handlers: Map<string, Handled>
  listeners: Set<(event: { peer: string; open: boolean }) => void>
  connections: Map<string, Connection>
  /** inbound streams by protocol and peer */
  inbound: Map<string, number>
  running: Set<Promise<void>>
}

const pair = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`)

const unreachable = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError('exchange.unreachable', detail, cause === undefined ? undefined : { cause })

export function createMemoryNetwork(options: MemoryNetworkOptions = {}): MemoryNetwork {
  const nodes = new Map<string, Node>()
  const partitioned = new Set<string>()
  const stalled = new Map<string, Set<() => void>>()
  const failures: unknown[] = []
  const lines = new Set<MemoryWire>()
  let moves = 0

  const tell = (node: Node, event: { peer: string; open: boolean }): void => {
    for (const listener of [...node.listeners]) {
      try {
        listener(event)
      } catch (error) {
        failures.push(error)
      }
    }
  }

  const sever = (connection: Connection, detail: string): void => {
    const { a, b } = connection
    if (a.connections.get(b.peer) !== connection) return
    moves += 1
    a.connections.delete(b.peer)
    b.connections.delete(a.peer)
    for (const wire of [...connection.wires]) wire.fail(unreachable(detail))
    tell(a, { peer: b.peer, open: false })
    tell(b, { peer: a.peer, open: false })
  }

  const wake = (key: string): void => {
    const waiting = stalled.get(key)
    stalled.delete(key)
    for (const resume of waiting ?? []) resume()
  }

  /** Waits while the two are stalled; an aborted signal ends the wait. */
  const passable = async (key: string, signal: AbortSignal | undefined): Promise<void> => {
    while (true) {
      if (signal?.aborted) throw unreachable('the call was given up', signal.reason)
      const waiting = stalled.get(key)
      if (waiting === undefined) return
      await new Promise<void>(resolve => {
        const resume = (): void => {
          waiting.delete(resume)
          signal?.removeEventListener('abort', resume)
          resolve()
        }
        waiting.add(resume)
        signal?.addEventListener('abort', resume)
      })
    }
  }

  const connect = (from: Node, to: string): Connection => {
    const known = from.connections.get(to)
    if (known !== undefined) return known
    const target = nodes.get(to)
    if (target === undefined || !target.started) throw unreachable('no node answers under this peer id')
    if (partitioned.has(pair(from.peer, to))) throw unreachable('the network is partitioned')
    if (!target.gate(from.peer)) throw unreachable('the other side refused the connection')
    const connection: Connection = { a: from, b: target, wires: new Set() }
    moves += 1
    from.connections.set(to, connection)
    target.connections.set(from.peer, connection)
    tell(from, { peer: to, open: true })
    tell(target, { peer: from.peer, open: true })
    return connection
  }

  const serve = (node: Node, key: string, handled: Handled, wire: MemoryWire): void => {
    node.inbound.set(key, (node.inbound.get(key) ?? 0) + 1)
    const run = async (): Promise<void> => {
      try {
        await handled.handler(wire)
        await wire.close()
        await wire.drain()
      } catch (error) {
        // A wire that broke under the handler is no failure of the handler.
        if (!(wire.broken && error instanceof ProblemError)) failures.push(error)
        wire.abort(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const running = run().finally(() => {
      node.running.delete(running)
      node.inbound.set(key, (node.inbound.get(key) ?? 1) - 1)
    })
    node.running.add(running)
  }

  const counts = (self: string, other: string) =>
    options.budgets === undefined ? {} : { budget: options.budgets.of(`${self}/${other}`) }

  const openStream = (from: Node, peer: string, protocol: string, maxFrame: number): MemoryWire => {
    const connection = connect(from, peer)
    const target = connection.a === from ? connection.b : connection.a
    const handled = target.handlers.get(protocol)
    if (handled === undefined) throw unreachable(`the other side does not speak ${protocol}`)
    const key = `${protocol}\n${from.peer}`
    moves += 1
    const route = pair(from.peer, peer)
    const line = createLine({
      near: { peer: from.peer, address: from.address, maxFrame, ...counts(from.peer, peer) },
      far: { peer, address: target.address, maxFrame: handled.maxFrame, ...counts(peer, from.peer) },
      buffer: options.buffer ?? P2P_LIMITS.readBuffer,
      onFrame: (source, destination, frame) => {
        moves += 1
        options.onFrame?.({ from: source, to: destination, protocol, frame })
      },
      passable: () => passable(route, undefined),
      stalled: () => stalled.has(route),
      onTaken: () => {
        moves += 1
      },
      onGone: () => {
        for (const wire of [line.near, line.far]) {
          connection.wires.delete(wire)
          lines.delete(wire)
        }
      },
    })
    for (const wire of [line.near, line.far]) {
      connection.wires.add(wire)
      lines.add(wire)
    }
    // As with libp2p, the opener has its stream before the other side counts it.
    if ((target.inbound.get(key) ?? 0) >= handled.maxStreamsPerCity) line.far.abort(new Error('too many streams'))
    else serve(target, key, handled, line.far)
    return line.near
  }

  const transport = (
    peer: string,
    { gate = () => true, address = peer }: { gate?: Gate; address?: string } = {},
  ): MemoryTransport => {
    if (nodes.get(peer)?.started) throw new Error(`${peer} is already on this network`)
    const node: Node = {
      peer,
      address,
      gate,
      started: false,
      handlers: new Map(),
      listeners: new Set(),
      connections: new Map(),
      inbound: new Map(),
      running: new Set(),
    }
    if (!nodes.has(peer)) nodes.set(peer, node)

    return {
      peer,
      connected: () => [...node.connections.keys()].sort(),
      addresses: () => [`/memory/${peer}`],
      async open(to, addresses, protocol, { signal, maxFrame = P2P_LIMITS.frame } = {}) {
        if (!node.started) throw unreachable('the transport is not started')
        if (to === peer) throw unreachable('a node does not dial itself')
        await passable(pair(peer, to), signal)
        if (!node.started) throw unreachable('the transport is not started')
        if (addresses.length === 0 && !node.connections.has(to)) throw unreachable('no address is known')
        return openStream(node, to, protocol, maxFrame)
      },
      async handle(protocol, handler, { maxFrame, maxStreamsPerCity }) {
        if (node.handlers.has(protocol)) throw new Error(`${protocol} has a handler`)
        node.handlers.set(protocol, { handler, maxFrame, maxStreamsPerCity })
      },
      onConnection(listener) {
        node.listeners.add(listener)
        return () => {
          node.listeners.delete(listener)
        }
      },
      async ping(to, { signal } = {}) {
        await passable(pair(peer, to), signal)
        if (!node.connections.has(to)) throw unreachable('no connection is open')
        return 0
      },
      async disconnect(to) {
        const connection = node.connections.get(to)
        if (connection !== undefined) sever(connection, 'the connection was closed')
      },
      async start() {
        const present = nodes.get(peer)
        if (present !== node && present?.started) throw new Error(`${peer} is already on this network`)
        nodes.set(peer, node)
        node.started = true
      },
      async stop() {
        node.started = false
        for (const connection of [...node.connections.values()]) sever(connection, 'the other side stopped')
        await Promise.all([...node.running])
      },
    }
  }

  const between = (a: string, b: string): Connection | undefined => nodes.get(a)?.connections.get(b)

  const drop = (a: string, b: string): void => {
    const connection = between(a, b)
    if (connection !== undefined) sever(connection, 'the connection was lost')
  }

  return {
    transport,
    failures,
    drop,
    partition(a, b) {
      partitioned.add(pair(a, b))
      drop(a, b)
      wake(pair(a, b))
    },
    heal(a, b) {
      partitioned.delete(pair(a, b))
      wake(pair(a, b))
    },
    stall(a, b) {
      if (!stalled.has(pair(a, b))) stalled.set(pair(a, b), new Set())
    },
    async settle(most = Number.POSITIVE_INFINITY) {
      const turns = 20
      let quiet = 0
      let seen = moves
      for (let turn = 0; quiet < turns && turn < most; turn++) {
        await new Promise<void>(resolve => setImmediate(resolve))
        const still = seen === moves && [...lines].every(wire => !wire.busy)
        quiet = still ? quiet + 1 : 0
        seen = moves
      }
    },
  }
}
