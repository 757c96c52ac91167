/**
 * Every limit of the libp2p host, with its default and what it protects. Bytes and milliseconds unless said otherwise.
 * A test stands at n and n+1 where the other side can reach the limit.
 */
export const P2P_LIMITS = {
  /** inbound connections of strangers whose handshake is not done; with one more the oldest of the address that holds most goes */
  pendingInbound: 64,
  /** the same, of one remote address (IPv4 address or IPv6 /64); with one more its oldest goes */
  pendingInboundPerAddress: 8,
  /** the same, of one address that partners announce or came from, behind which many may be; they take no place of strangers */
  pendingInboundPerKnown: 32,
  /** inbound connections of one city whose peer is proven and whose multiplexer is not agreed on; with one more the oldest goes */
  pendingInboundPerCity: 8,
  /** inbound connections whose handshake is not done, of all who come over the relay of one city */
  pendingInboundPerRelay: 64,
  /** an inbound connection must begin to speak within this time: a lost first segment may come again */
  firstBytesTimeout: 2_000,
  /** bytes of an inbound connection before its peer is proven; a handshake takes less than 2 KiB, first requests may follow it */
  handshakeBytes: 64 * 1024,
  /** inbound connections of one remote address in one second; more are refused before one byte is read */
  inboundPerSecond: 20,
  /** the same of an address that partners announce or came from, behind which many may be; a handshake costs some ms */
  inboundPerSecondKnown: 50,
  /** the same of all addresses together that are no partner's: who has many of them costs no more than this */
  inboundPerSecondStrangers: 200,
  /** addresses that a city is remembered to have come from, the last ones */
  sourcesPerCity: 4,
  /** the addresses that partners announce are looked up again after this time */
  knownSourcesAge: 10_000,
  /**
   * open connections of one city, whatever the number of its peers; with one more its oldest goes. All partners have
   * their places at once: the sum grows with their number
   */
  connectionsPerCity: 4,
  /** inbound connections of peers that are no partner's, in all: they are let in while an invite is open */
  strangers: 8,
  /** the same, of one remote address: cities may come from one exit; who comes from another takes the place of one of them */
  strangersPerAddress: 6,
  /** a stranger's connection ends after this time; one on which a pairing runs, after twice the time */
  strangerTime: 30_000,
  /** an inbound connection must be encrypted, proven and multiplexed within this time */
  inboundUpgradeTimeout: 5_000,
  /** one address of a peer: socket, handshake, multiplexer */
  addressDialTimeout: 6_000,
  /** all addresses of a peer, one after another */
  dialTimeout: 15_000,
  /** addresses of a peer that one dial tries */
  addressesPerPeer: 16,
  /** peers of one city that are dialled at a time */
  dialsPerCity: 2,
  /** agreeing on the protocol of a new stream */
  streamTimeout: 10_000,
  /** inbound streams of one connection, all protocols together */
  inboundStreams: 64,
  /** outbound streams of one connection, and to one city over all its connections, all protocols together */
  outboundStreams: 64,
  /** between looks at the places at relays that this node uses; a lost one is asked for anew */
  relayRound: 10_000,
  /** a frame read by a stream opened without `maxFrame` */
  frame: 1024 * 1024,
  /** received frames that wait for a slow consumer, of one stream; then the other end is held back. One frame may exceed it. */
  readBuffer: 256 * 1024,
  /** sent frames that wait for the network, of one stream; then `send` waits */
  writeBuffer: 256 * 1024,
  /** what the other end may send beyond `readBuffer` before it is held back, of one stream (yamux window; 256 KiB at least) */
  streamWindow: 1024 * 1024,
  /** unsent bytes of one connection, all streams and control messages together; then it is torn down */
  connectionWriteBuffer: 16 * 1024 * 1024,
  /** queued small frames are written together up to this size */
  batch: 60 * 1024,
  /** each connection is pinged at this interval; with `pingTimeout` a dead peer is noticed within 30 s */
  pingInterval: 15_000,
  /** a connection whose ping is not answered within this time is torn down */
  pingTimeout: 10_000,
  /** pings of one connection that wait for their answer: one more is refused, and who asked takes the connection for dead */
  pingStreams: 32,
  /** TCP keep-alive probes begin after this much silence */
  tcpKeepAlive: 15_000,
  /** when a handler has returned, the other end must close its half within this time or the stream is torn down */
  lingerTimeout: 10_000,
  /** a graceful close of a connection, before it is torn down */
  closeTimeout: 1_000,
  /** `stop` waits this long for handlers to return */
  stopTimeout: 5_000,
} as const

export type P2pLimits = { readonly [K in keyof typeof P2P_LIMITS]: number }
