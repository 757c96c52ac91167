/** Limits of the exchange that are this node's own; those that both cities must know stand in `protocol/limits.ts`. */
export const EXCHANGE_LIMITS = {
  /** ms that opening a stream of packets may take, over all peers of the city */
  dial: 30_000,
  /** refused packets of a partner at once, and in an hour; beyond, its packets are not looked at for a while */
  refused: 1_000,
  /** ms in which what waited for the link has come after a stream began */
  drained: 86_400_000,
  /** ms after which it is noted again that a link is current, though nothing came */
  current: 3_600_000,
  /** hellos of a partner at once */
  hellos: 60,
  /** hellos of a partner in an hour beyond those at once */
  hellosPerHour: 1_800,
  /** ms of the first pause of a partner that went beyond; each one that follows within an hour lasts twice as long */
  pause: 60_000,
  /** ms of the longest pause */
  longestPause: 3_600_000,
  /** ms in which the same packets are given back to a partner without cost only once */
  recall: 3_600_000,
  /** packets that are read from the store at once */
  page: 256,
  /** bytes that are read from the store at once; one packet may exceed it */
  pageBytes: 2 * 1024 * 1024,
  /** bytes of a body that is read with its page; a larger one is read on its own */
  bodyInPage: 16 * 1024,
  /** bytes of threads kept between batches, and by one batch; one thread may exceed it */
  threadsHeld: 8 * 1024 * 1024,
  /** how many fewer are left once there are more */
  threadsDropped: 1024 * 1024,
  /** bytes of a thread that are read without cost */
  threadRead: 64 * 1024,
  /** packets of a thread that one more packet is judged by without cost */
  threadWalked: 32,
  /** bytes of a packet that was stored whose cost is given back; a larger one costs its partner the rest */
  useful: 8 * 1024,
  /** share of a partner's quota of packets at which the administrator is told */
  told: 0.8,
  /** ms for which own addresses stand as they were looked up; one more is told at once by whoever reserved it */
  addressesKept: 1_000,
  /** packets that one audit row of refused ones names */
  audited: 8,
} as const
