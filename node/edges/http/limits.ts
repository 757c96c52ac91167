/** Every limit of the HTTP edge, with its default. Sizes in bytes, times in seconds unless said otherwise. */
export const HTTP_LIMITS = {
  /** JSON body of a request, unless the operation says otherwise */
  bodyBytes: 256 * 1024,
  /** and of one whose caller is not known yet */
  openBodyBytes: 8 * 1024,
  /** a download by parts, or a part of it, that is no longer is read before its answer begins: then its length can be told */
  readBytes: 1024 * 1024,
  /** one operation, from the end of its body to its answer */
  operationSeconds: 30,
  /** requests of one person, over all tokens and sessions: steady rate per second, and how many may come at once */
  tokenPerSecond: 50,
  tokenBurst: 200,
  /** requests without a valid token from one address (IPv6: /64) */
  addressPerSecond: 10,
  addressBurst: 60,
  /** tokens and addresses remembered for that */
  rateEntries: 10_000,
  /** characters of an idempotency key */
  idempotencyKey: 128,
  /** how long an answer is kept for repeats */
  idempotencySeconds: 24 * 3600,
  /** answers larger than this, in characters, are not kept for repeats */
  idempotencyAnswer: 1024 * 1024,
  /** open event streams, in all and of one person */
  eventStreams: 500,
  eventStreamsPerPerson: 20,
  /** events read for one stream at a time */
  eventPage: 100,
  /** what is so now that waits for a watcher to read; with one more its stream ends */
  eventWaiting: 1_000,
  /** names in one field of the filter of a stream */
  eventFilter: 50,
  /** a comment is sent on an idle event stream this often, and the token is checked again */
  heartbeatSeconds: 15,
  /** a connection without traffic is closed; more than the heartbeat */
  idleSeconds: 60,
  /** one readiness check */
  readySeconds: 2,
  /** running requests get this long when the node stops */
  drainSeconds: 10,
} as const

export type HttpLimits = { readonly [K in keyof typeof HTTP_LIMITS]: number }
