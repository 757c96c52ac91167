/** The port through which the exchange talks to other nodes; the libp2p host implements it, tests use a pair in memory. */

/** One ordered, bidirectional, length-framed stream to one peer. */
export interface Wire {
  /** libp2p peer id of the other end, proven by the handshake of the transport. */
  readonly peer: string
  /** Frames from the other end, in order; ends when the other end closed, throws ProblemError on a broken or oversize frame. Single consumer. */
  frames(): AsyncIterable<Uint8Array>
  /** Queues one frame; resolves when the transport accepted it (back-pressure). Throws ProblemError when the stream is gone. */
  send(frame: Uint8Array): Promise<void>
  /** Ends the stream after what was queued. */
  close(): Promise<void>
  /** Tears the stream down at once. */
  abort(reason: Error): void
}

export type WireHandler = (wire: Wire) => Promise<void>

export interface Transport {
  /** Own libp2p peer id. */
  readonly peer: string
  /** Multiaddrs under which this node listens, with its peer id. */
  addresses(): string[]
  /** Opens a stream of `protocol` to `peer` at `addresses` (reusing an open connection). Throws ProblemError `exchange.unreachable`. */
  open(peer: string, addresses: readonly string[], protocol: string, options?: { signal?: AbortSignal; maxFrame?: number }): Promise<Wire>
  /** Registers the handler of inbound streams of `protocol`. `maxFrame` bytes is enforced before a frame is buffered. */
  handle(protocol: string, handler: WireHandler, options: { maxFrame: number; maxStreamsPerPeer: number }): Promise<void>
  /** Called with the peer id when a connection to a peer opened (either direction) or the last one closed. */
  onConnection(listener: (event: { peer: string; open: boolean }) => void): void
  /** Closes every connection of the peer (suspended, revoked). */
  disconnect(peer: string): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** Asked before an inbound connection is upgraded and again once its peer id is proven. */
export type Gate = (peer: string) => boolean
