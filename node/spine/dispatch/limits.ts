/** The limits of dispatch: how long the approval system may take, and how much of what it says is kept. */

import { pauseAfter, spread } from '../../kernel/backoff.ts'

export const DISPATCH_LIMITS = {
  /** adapter calls at a time, of each kind */
  parallel: 8,
  /** ms that the adapter has to hand over one packet, without its materials */
  deliver: 600_000,
  /** and for each second so many bytes of them */
  bytesPerSecond: 64 * 1024,
  /** ms that the adapter has for one page of answers */
  poll: 600_000,
  /** ms that the adapter has to read one answer, with its files */
  read: 1_800_000,
  /** ms that the adapter has to say whether its system can be used */
  check: 60_000,
  /** ms that the adapter has to acknowledge answers */
  acknowledge: 60_000,
  /** ids of answers that are acknowledged in one call */
  acknowledged: 200,
  /** ms after which a packet that was handed over is looked at again, whatever its adapter asks for */
  lookAgain: { least: 1_000, most: 604_800_000 },
  /** ms after which a packet is tried again, whatever its system asks for */
  retryAfter: { least: 1_000, most: 86_400_000 },
  /** characters that are kept of a system's own code */
  theirCode: 100,
  /** ms for which the approval system may have a packet before it is told of that nothing came of it */
  handed: 259_200_000,
  /** ms that a call has to end when the node stops */
  stop: 5_000,
  /** ms after which a call that is under way is told of */
  slow: 120_000,
  /** ms between two tries to note what the own store took no note of */
  again: 5_000,
} as const

export const CASE_ROUND_LIMITS = {
  /** cases that are asked about after one pause of `pollSeconds` */
  cases: 100,
  /** ms that the adapter has to ask about one case */
  ask: 120_000,
} as const

export const ANSWER_LIMITS = {
  /** characters of one answer; a longer one is told of and not kept */
  answer: 1_048_576,
  /** answers kept for one case; more are passed over, and asked for again when there is room */
  ofCase: 500,
  /** answers kept for local case numbers that no case here has */
  unknown: 5_000,
  /** answers kept for all cases */
  all: 20_000,
  /** bytes of all that are kept */
  bytes: 256 * 1024 * 1024,
  /** answers that are kept in one transaction */
  batch: 200,
  /** ms that a person who asks for another try waits for its outcome */
  asked: 10_000,
} as const

/** Milliseconds after which a retryable failure is tried again: doubles from 1 s to 5 min, half of it by chance. */
export const retryAfter = (attempts: number, random: number): number =>
  spread(pauseAfter(attempts + 1, { first: 1000, most: 300_000 }), random)
