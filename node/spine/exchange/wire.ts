/** The port through which the exchange talks to other nodes; the libp2p host implements it, tests use a network in memory. */
import type { Meter } from './budget.ts'

/**
 * One ordered, bidirectional, length-framed stream to one peer.
 *
 * Each direction ends on its own: `close` ends the sending half only, and the other end may go on sending. When the
 * stream is torn down (`abort` on either side, connection lost, peer disconnected) frames not yet taken are lost, and
 * `frames` and `send` throw on both sides: the reason given to the own `abort` if it is a ProblemError, else `exchange.unreachable`.
 */
export interface Wire {
  /** libp2p peer id of the other end, proven by the handshake of the transport. */
  readonly peer: string
  /** Counts what the city at the other end costs, over all its streams; its frames are counted as they are taken. */
  readonly meter: Meter
  /** Where the other end connects from, as limits of strangers count: an IPv4 address or an IPv6 /64; over a relay, the relay's. */
  readonly address: string
  /**
   * Frames from the other end, in order; ends when the other end closed, throws ProblemError (`frame.oversize`,
   * `frame.truncated`, `exchange.unreachable`) on a broken stream. One consumer at a time; leaving the loop releases
   * it, and a later call goes on with the next frame. While nobody asks for the next frame the other end is held back,
   * and so it is while its city has spent its work budget.
   */
  frames(): AsyncIterable<Uint8Array>
  /**
   * Queues one frame; resolves when the transport accepted it (back-pressure). Throws ProblemError when the stream is
   * gone. The frame must not be changed until then. Calls need not wait for each other; their order is kept.
   */
  send(frame: Uint8Array): Promise<void>
  /** Ends the sending half after what was queued. */
  close(): Promise<void>
  /** Tears the stream down at once. */
  abort(reason: Error): void
}

/**
 * Serves one inbound stream. When the promise settles the stream ends too: closed after what was queued if it
 * resolved, aborted if it rejected. A handler must return when its wire breaks.
 */
export type WireHandler = (wire: Wire) => Promise<void>

export interface Transport {
  /** Own libp2p peer id. */
  readonly peer: string
  /** Multiaddrs under which this node listens, with its peer id. */
  addresses(): string[]
  /**
   * Opens a stream of `protocol` to `peer` at `addresses` (reusing an open connection, whoever dialled it). Throws
   * ProblemError `exchange.unreachable`. `signal` ends the opening only, not the open stream. `maxFrame` limits what is read.
   */
  open(
    peer: string,
    addresses: readonly string[],
    protocol: string,
    options?: { signal?: AbortSignal; maxFrame?: number },
  ): Promise<Wire>
  /** Registers the handler of inbound streams of `protocol`. `maxFrame` bytes is enforced before a frame is buffered. */
  handle(
    protocol: string,
    handler: WireHandler,
    options: { maxFrame: number; maxStreamsPerCity: number },
  ): Promise<void>
  /**
   * Called with the peer id when the first connection to a peer opened (either direction) or the last one closed.
   * Returns the function that takes the listener off.
   */
  onConnection(listener: (event: { peer: string; open: boolean }) => void): () => void
  /** Round trip to a connected peer in ms. Throws ProblemError `exchange.unreachable` or `exchange.timeout`; never dials. */
  ping(peer: string, options?: { signal?: AbortSignal }): Promise<number>
  /** Closes every connection of the peer (suspended, revoked). */
  disconnect(peer: string): Promise<void>
  start(): Promise<void>
  /** Tears down every stream and connection and waits for the handlers to return. */
  stop(): Promise<void>
}

/** Asked once the peer id of an inbound connection is proven: may this peer talk to us? */
export type Gate = (peer: string) => boolean
