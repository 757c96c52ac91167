/**
 * Every limit of the libp2p host, with its default and what it protects. Bytes and milliseconds unless said otherwise.
 * `docs/` names them for administrators; a test stands at n and n+1 where the other side can reach the limit.
 */
export const P2P_LIMITS = {
  /** connections whose handshake is not done; more are refused before one byte is read. Bounds what strangers cost. */
  pendingInbound: 32,
  /** connections of one remote address (IPv4 address or IPv6 /64) within `addressWindow`; more are refused before one byte is read */
  inboundPerAddress: 20,
  /** window of `inboundPerAddress` */
  addressWindow: 10_000,
  /** remote addresses remembered for `inboundPerAddress`; the oldest is forgotten first */
  addressesRemembered: 4_096,
  /** open connections in all, either direction */
  connections: 300,
  /** open connections of one peer: both may dial at once, and a dead one may linger until keep-alive finds it */
  connectionsPerPeer: 4,
  /** an inbound connection must be encrypted, proven and multiplexed within this time */
  inboundUpgradeTimeout: 5_000,
  /** the same for an outbound connection, counted from the open socket */
  outboundUpgradeTimeout: 10_000,
  /** dialling all addresses of a peer, up to the usable connection */
  dialTimeout: 15_000,
  /** agreeing on the protocol of a new stream */
  streamTimeout: 10_000,
  /** inbound streams of one connection, all protocols together */
  inboundStreams: 64,
  /** outbound streams of one connection, all protocols together */
  outboundStreams: 64,
  /** inbound streams of one connection whose protocol is not yet agreed */
  pendingInboundStreams: 16,
  /** a frame read by a stream opened without `maxFrame` */
  frame: 1024 * 1024,
  /** read frames that wait for a slow consumer, of one stream; then the other end is told to wait. One frame may exceed it. */
  readBuffer: 256 * 1024,
  /** unread bytes that the other end may have on its way, of one stream (yamux receive window) */
  streamWindow: 1024 * 1024,
  /** queued small frames are written together up to this size */
  batch: 60 * 1024,
  /** a ping on each connection at this interval; with `pingTimeout` a dead peer is noticed within 30 s */
  pingInterval: 15_000,
  /** a connection whose ping is not answered within this time is torn down */
  pingTimeout: 10_000,
  /** TCP keep-alive probes begin after this much silence */
  tcpKeepAlive: 15_000,
  /** when a handler has returned, the other end must close its half within this time or the stream is torn down */
  lingerTimeout: 10_000,
  /** `stop` waits this long for handlers to return */
  stopTimeout: 5_000,
} as const

export type P2pLimits = { readonly [K in keyof typeof P2P_LIMITS]: number }
