/**
 * Directories travel between partners (名录传播): on one stream each says which versions it holds, then gives the other what it
 * lacks. No server: a new version reaches every city that is joined to its bringer by partners. SPEC.md §17.3. May import the
 * exchange's ports.
 */
import {
  type DirectoryFrame,
  decodeDirectoryFrame,
  encodeDirectoryFrame,
} from '../../../../protocol/federation/frames.ts'
import { LIMITS } from '../../../../protocol/limits.ts'
import { STREAM } from '../../../../protocol/names.ts'
import { sha256 as hashOf } from '../../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../../protocol/problem.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { dial, within } from '../../../spine/exchange/dial.ts'
import type { Trust } from '../../../spine/exchange/ports.ts'
import type { Transport, Wire } from '../../../spine/exchange/wire.ts'
import type { Directories } from './directories.ts'

export const GOSSIP_LIMITS = {
  /** ms without a frame after which a stream is given up */
  stall: 30_000,
  /** partners that are met at a time */
  atOnce: 4,
  /** streams of one partner that are served at a time */
  streams: 2,
  /** streams with one partner in any such time, ms, whoever opened them */
  meetings: 30,
  meetingsWindow: 60_000,
  /** documents that are taken of one partner in any such time, ms: four of each operator */
  documents: 32,
  /** bytes of them, twice the largest of each operator */
  bytes: 2 * LIMITS.directoryOperators * LIMITS.directoryBytes,
  documentsWindow: 3_600_000,
} as const

/** One frame: its type, and the largest document. Its signature is judged once it is here; more is never held of one stream. */
const MAX_FRAME = LIMITS.directoryBytes + 1

export type GossipParts = {
  transport: Transport
  trust: Pick<Trust, 'cityOf' | 'partners' | 'reach'>
  clock: Clock
  directories: Pick<Directories, 'held' | 'document' | 'accept'>
  observer: {
    /** a partner gave a document that was refused */
    refused(partner: string, problem: Problem): void
  }
}

export function createGossip(parts: GossipParts) {
  const { transport, trust, clock, directories } = parts
  const waiting = new Set<string>()
  const meetings = createWindow(clock, GOSSIP_LIMITS.meetingsWindow)
  const documents = createWindow(clock, GOSSIP_LIMITS.documentsWindow)
  let meeting = 0
  let stopped = false

  const stalled = <T>(wire: Wire, work: () => Promise<T>): Promise<T> =>
    within(clock, wire, { ms: GOSSIP_LIMITS.stall, what: 'directory' }, work)

  /** Frames of the other side, one at a time; null at the end. */
  const framesOf = (wire: Wire) => {
    const frames = wire.frames()[Symbol.asyncIterator]()
    return async (): Promise<DirectoryFrame | null> => {
      const { done, value } = await stalled(wire, () => frames.next())
      if (done === true) return null
      const decoded = decodeDirectoryFrame(value)
      if (!decoded.ok) throw new ProblemError(decoded.problem.code, decoded.problem.detail)
      return decoded.frame
    }
  }

  /** Counts a meeting; who has given all that may come of a partner in this time is not met. */
  function countMeeting(partner: string): void {
    if (meetings.of(partner).count >= GOSSIP_LIMITS.meetings) throw new ProblemError('request.rate')
    meetings.add(partner, 0)
    countDocuments(partner, 1)
  }

  /** Room for so many documents more. */
  function countDocuments(partner: string, more: number): void {
    const { count, bytes } = documents.of(partner)
    if (count + more > GOSSIP_LIMITS.documents || bytes > GOSSIP_LIMITS.bytes)
      throw new ProblemError('request.rate', 'directories')
  }

  type Held = ReturnType<Directories['held']>
  const send = (wire: Wire, frame: DirectoryFrame) => stalled(wire, () => wire.send(encodeDirectoryFrame(frame)))

  async function theirs(next: () => Promise<DirectoryFrame | null>): Promise<Held> {
    const frame = await next()
    if (frame?.type !== 'have') throw new ProblemError('exchange.protocol', 'have expected')
    return frame.held
  }

  /** Gives what the other side trusts and lacks; also what it holds under the same version with another hash: it must know. */
  async function give(wire: Wire, mine: Held, other: Held): Promise<void> {
    for (const { operator, version, sha256 } of mine) {
      const held = other.find(entry => entry.operator === operator)
      if (held === undefined || sha256 === null || version < held.version || sha256 === held.sha256) continue
      const jws = await directories.document(operator, sha256)
      if (jws !== null) await send(wire, { type: 'directory', jws })
    }
    await wire.close()
  }

  /** Takes the documents that the other side said it has and this one lacks; any other ends the stream. */
  async function acceptAll(
    partner: string,
    wire: Wire,
    next: () => Promise<DirectoryFrame | null>,
    mine: Held,
    other: Held,
  ): Promise<void> {
    const lacking = new Set(
      other.flatMap(({ operator, version, sha256 }) => {
        const held = mine.find(entry => entry.operator === operator)
        return held === undefined || sha256 === null || version < held.version || sha256 === held.sha256 ? [] : sha256
      }),
    )
    for (let frame = await next(); frame !== null; frame = await next()) {
      if (frame.type !== 'directory') throw new ProblemError('exchange.protocol', 'directory expected')
      documents.add(partner, frame.jws.length)
      countDocuments(partner, 0)
      const sha256 = lacking.size === 0 ? '' : await hashOf(frame.jws)
      if (!lacking.delete(sha256)) throw new ProblemError('exchange.protocol', 'a directory that have did not name')
      const result = await directories.accept(frame.jws, `city:${partner}`, sha256)
      if (result.ok) wire.meter.useful(frame.jws.length)
      else parts.observer.refused(partner, result.problem)
    }
  }

  async function syncWith(partner: string): Promise<void> {
    const mine = directories.held()
    if (trust.reach(partner).peers.length === 0 || mine.length === 0) return
    countMeeting(partner)
    const wire = await dial(parts, partner, STREAM.directory, { maxFrame: MAX_FRAME, within: GOSSIP_LIMITS.stall })
    try {
      const next = framesOf(wire)
      await send(wire, { type: 'have', held: mine })
      const other = await theirs(next)
      await Promise.all([give(wire, mine, other), acceptAll(partner, wire, next, mine, other)])
    } catch (error) {
      wire.abort(error instanceof Error ? error : new Error('failed'))
      throw error
    }
  }

  async function serve(wire: Wire): Promise<void> {
    const partner = trust.cityOf(wire.peer)
    if (partner === undefined) {
      wire.abort(new ProblemError('partner.unknown'))
      return
    }
    try {
      countMeeting(partner)
      const next = framesOf(wire)
      const other = await theirs(next)
      const mine = directories.held()
      await send(wire, { type: 'have', held: mine })
      await Promise.all([give(wire, mine, other), acceptAll(partner, wire, next, mine, other)])
    } catch (error) {
      wire.abort(error instanceof Error ? error : new Error('failed'))
    }
  }

  /** Meets those that wait, a few at a time. */
  function work(): void {
    for (const partner of waiting) {
      if (stopped || meeting >= GOSSIP_LIMITS.atOnce) return
      waiting.delete(partner)
      meeting++
      // One that cannot be reached, or broke off, is met again when it is heard and in the next round.
      void syncWith(partner)
        .catch(() => {})
        .finally(() => {
          meeting--
          work()
        })
    }
  }

  function syncWithAll(): void {
    for (const partner of trust.partners()) waiting.add(partner)
    work()
  }

  return {
    /** Something newer is held, or a round is due: every partner hears of it. */
    announce: syncWithAll,

    /** The partner is there: it greeted this node. A connection alone may have begun before the two were partners. */
    heard(partner: string): void {
      waiting.add(partner)
      work()
    },

    async start(): Promise<void> {
      await transport.handle(STREAM.directory, serve, {
        maxFrame: MAX_FRAME,
        maxStreamsPerCity: GOSSIP_LIMITS.streams,
      })
    },

    stop(): void {
      stopped = true
    },
  }
}

/** Counts things and their bytes by city, in a span of time that moves on. */
function createWindow(clock: Clock, span: number) {
  const kept = new Map<string, { at: number; bytes: number }[]>()
  const recent = (city: string) => (kept.get(city) ?? []).filter(({ at }) => at > clock.now() - span)
  return {
    of(city: string): { count: number; bytes: number } {
      const entries = recent(city)
      return { count: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) }
    },
    add(city: string, bytes: number): void {
      kept.set(city, [...recent(city), { at: clock.now(), bytes }])
    },
  }
}
