/**
 * Delivers own packets to one partner over one long-lived stream: in order, pipelined, until each has its receipt.
 * An absent partner costs a timer; it is tried again with back-off, or at once when it speaks or when something new waits.
 */
import { encodeFrame, type Hello } from '../../../protocol/exchange/frames.ts'
import { type Problem, type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import { delayAfter } from '../../kernel/backoff.ts'
import {
  claimsMore,
  FrameReader,
  type GreetingParts,
  Introduction,
  readHello,
  relearn,
  writeHello,
} from './greeting.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { WirePacket } from './link-store.ts'
import { Outbound } from './outbound.ts'
import { dialExchange } from './probe.ts'
import { type Receipts, RefusedReceipt } from './receipts.ts'
import { type Recovery, UnprovenClaim } from './recovery.ts'
import type { Transport, Wire } from './wire.ts'

/** Packets and bytes on their way without a receipt. */
const WINDOW_PACKETS = 1024
const WINDOW_BYTES = 4 * 1024 * 1024

/** Problems that a new connection does not end: the partner asks for a pause, or the own disk is full. */
const PAUSING: ReadonlySet<ProblemCode | undefined> = new Set(['request.rate', 'store.full', 'disk.full'] as const)

/** Pauses in a row by which the next one grows: to some half a minute, after which room that was made is soon found. */
const MOST_PAUSES = 7

export type DeliveryParts = GreetingParts & {
  transport: Transport
  receipts: Receipts
  recovery: Recovery
  /** in [0, 1) */
  random: () => number
  /** ms without a receipt while packets wait for one */
  receiptTimeout: number
  /** the watermarks agree, and whatever was lost is back */
  agreed: (partner: string) => Promise<void>
  /** the partner claims what it does not prove: it changes nothing, and is told */
  unproven: (partner: string, problem: Problem) => Promise<void>
  /** the receipt for a place was refused, so many times in a row */
  receiptRefused: (partner: string, place: number, problem: Problem, times: number) => Promise<void>
  receiptTaken: (partner: string) => Promise<void>
  connected: (partner: string, connected: boolean) => void
  failed: (partner: string, error: unknown) => void
}

export type DeliveryStatus = {
  connected: boolean
  failures: number
  problem: Problem | null
  /** ms; when the next try is due */
  nextTryAt: number | null
}

export class Delivery {
  readonly partner: string
  readonly #parts: DeliveryParts
  #stopped = false
  readonly #stopping = new AbortController()
  #failures = 0
  /** streams in a row that ended by such a problem: each was greeted, so that none counts as a failure to connect */
  #pauses = 0
  #problem: Problem | null = null
  #nextTryAt: number | null = null
  #wire: Wire | null = null
  #pumping = false
  readonly #outbound = new Outbound()
  #more = new Signal()
  #retry = new Signal()
  /** people who wait for how a try ends */
  #asking: (() => void)[] = []
  #running: Promise<void> | null = null
  #announce: string | null = null
  /** the place whose receipt was refused last, and how often */
  #refusedReceipt = { place: 0, times: 0 }
  /** until when nothing that the partner does brings the next try forward, ms */
  #pausedUntil = 0

  constructor(partner: string, parts: DeliveryParts) {
    this.partner = partner
    this.#parts = parts
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopping.abort()
    this.#wire?.abort(new Error('stopping'))
    this.#more.give()
    this.#retry.give()
    await this.#running
    this.#answer()
  }

  /** New packets wait, or something else is to be told: what was just committed. */
  queued(packets: readonly WirePacket[] = []): void {
    this.#outbound.offer(packets)
    this.#more.give()
    if (this.#failures === 0) this.#retry.give()
  }

  /** The partner was heard: try at once, unless it was the partner that asked for a pause. */
  returned(): void {
    if (this.#wire !== null || this.#isPaused() || PAUSING.has(this.#problem?.code)) return
    this.#failures = 0
    this.#retry.give()
  }

  #isPaused(): boolean {
    return this.#parts.clock.now() < this.#pausedUntil
  }

  /**
   * One try now, for a person who asks: until the partner greeted or the try failed. A pause that the partner asked for stays, and so does
   * a stream that works.
   */
  async tryNow(): Promise<void> {
    if (this.#stopped || this.#pumping || this.#isPaused()) return
    const ended = new Promise<void>(resolve => this.#asking.push(resolve))
    if (this.#wire === null) this.#retry.give()
    await ended
  }

  #answer(): void {
    for (const answer of this.#asking.splice(0)) answer()
  }

  /** Sends the new list head on the open stream; the next hello carries it anyway. */
  announce(head: string): void {
    this.#announce = head
    this.#more.give()
  }

  /** Greets anew, so that watermarks are compared; a greeting under way compares them anyway. */
  regreet(): void {
    if (this.#isPaused()) return
    if (this.#pumping) this.#wire?.abort(new ProblemError('exchange.recovering'))
    this.#failures = 0
    this.#retry.give()
  }

  status(): DeliveryStatus {
    return {
      connected: this.#wire !== null,
      failures: this.#failures,
      problem: this.#problem,
      nextTryAt: this.#nextTryAt,
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      let paused = false
      try {
        await this.#connectAndPump()
        this.#problem = null
      } catch (error) {
        if (this.#stopped) break
        this.#problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
        this.#parts.failed(this.partner, error)
        paused = error instanceof UnprovenClaim
      }
      if (this.#stopped) break
      this.#failures++
      this.#pauses = PAUSING.has(this.#problem?.code) ? Math.min(this.#pauses + 1, MOST_PAUSES) : 0
      const delay = delayAfter(Math.max(this.#failures, this.#pauses), this.#parts.random())
      this.#nextTryAt = this.#parts.clock.now() + delay
      if (paused) this.#pausedUntil = this.#nextTryAt
      this.#answer()
      const cancel = this.#parts.clock.after(delay, () => this.#retry.give())
      await this.#retry.taken()
      cancel()
      this.#nextTryAt = null
    }
  }

  async #connectAndPump(): Promise<void> {
    const parts = this.#parts
    const wire = await dialExchange(parts, this.partner, {
      within: EXCHANGE_LIMITS.dial,
      signal: this.#stopping.signal,
    })
    this.#wire = wire
    try {
      // A stop that came while the stream was being opened found none to end.
      if (this.#stopped) return
      const reader = new FrameReader(wire)
      const introduction = new Introduction(parts, this.partner)
      const own = encodeFrame({ type: 'hello', hello: await writeHello(parts, this.partner) })
      // Together: one that does not even read is given up by the same clock.
      const [hello] = await Promise.all([readHello(parts, this.partner, wire, reader), wire.send(own)])
      await this.#agree(wire, reader, hello)
      this.#pumping = true
      this.#failures = 0
      this.#problem = null
      parts.connected(this.partner, true)
      this.#answer()
      await this.#pump(wire, reader, hello, introduction)
    } finally {
      this.#pumping = false
      this.#outbound.close()
      this.#wire = null
      parts.connected(this.partner, false)
      parts.instances.ended(this.partner, wire)
      wire.abort(new Error('done'))
    }
  }

  async #receiptFailed(place: number, error: unknown): Promise<never> {
    if (error instanceof RefusedReceipt) {
      const { place: before, times } = this.#refusedReceipt
      this.#refusedReceipt = { place, times: before === place ? times + 1 : 1 }
      await this.#parts.receiptRefused(this.partner, place, error.problem, this.#refusedReceipt.times)
    }
    throw error
  }

  /** Comes to one history with the partner. Throws UnprovenClaim when it claims another one without proof. */
  async #agree(wire: Wire, reader: FrameReader, hello: Hello): Promise<void> {
    const { recovery, agreed, unproven } = this.#parts
    try {
      if (await claimsMore(this.#parts, this.partner, hello))
        await recovery.run(this.partner, wire, reader, hello.received)
      await recovery.resume(this.partner)
      await agreed(this.partner)
    } catch (error) {
      if (error instanceof UnprovenClaim) {
        await recovery.resume(this.partner)
        await unproven(this.partner, error.problem)
      }
      throw error
    }
  }

  /** The packets from a place on: those written just now, or what the store holds. */
  async #next(from: number, page: { packets: number; bytes: number }): Promise<WirePacket[]> {
    const here = this.#outbound.take(from, page)
    if (here !== null) return here
    this.#outbound.asking()
    const held = await this.#parts.store.wirePackets(this.#parts.db, this.partner, 'out', from, page)
    if (held.length > 0) this.#outbound.more()
    return held
  }

  async #pump(wire: Wire, reader: FrameReader, hello: Hello, introduction: Introduction): Promise<void> {
    const { store, db, clock, receipts } = this.#parts
    this.#outbound.open()
    const acked = (await store.link(db, this.partner, 'out')).acked
    // A partner restored from a backup gets again what it forgot; a lost receipt is asked for by sending the packet again.
    let next = Math.min(acked, hello.received.n) + 1
    let confirmed = next - 1
    const sizes: number[] = []
    let inFlight = 0
    /** packets wait in the store for room in the window, which the next receipt makes */
    let full = false
    let done = false
    let silence = null as (() => void) | null
    /** Counts anew the time in which the next receipt must come, while one is due. */
    const watch = () => {
      silence?.()
      silence =
        next - 1 > confirmed
          ? clock.after(this.#parts.receiptTimeout, () => wire.abort(new ProblemError('exchange.timeout', 'receipt')))
          : null
    }

    const readReceipts = async () => {
      for (;;) {
        const frame = await reader.next()
        if (frame === null) break
        if (frame.type === 'hello') {
          await relearn(this.#parts, this.partner, frame.hello, wire.meter)
          continue
        }
        if (frame.type !== 'receipt') throw new ProblemError('exchange.protocol', frame.type)
        if (frame.through <= confirmed || frame.through >= next)
          throw new ProblemError('exchange.protocol', 'receipt out of order')
        await receipts
          .accept(this.partner, confirmed + 1, frame.through, frame.jws)
          .catch(error => this.#receiptFailed(confirmed + 1, error))
        await this.#parts.receiptTaken(this.partner)
        reader.useful()
        for (const size of sizes.splice(0, frame.through - confirmed)) inFlight -= size
        confirmed = frame.through
        watch()
        if (full) this.#more.give()
      }
    }

    const sendPackets = async () => {
      while (!this.#stopped && !done) {
        if (this.#announce !== null) {
          const list = this.#announce
          this.#announce = null
          await wire.send(encodeFrame({ type: 'list', list }))
        }
        const packets = Math.min(EXCHANGE_LIMITS.page, WINDOW_PACKETS - (next - 1 - confirmed))
        const bytes = Math.min(EXCHANGE_LIMITS.pageBytes, WINDOW_BYTES - inFlight)
        full = packets <= 0 || bytes <= 0
        const page = full ? [] : await this.#next(next, { packets, bytes })
        // After the page was read: what it holds was signed before, with keys that are in the document by now.
        await introduction.renewIfChanged(wire)
        for (const packet of page) {
          if (packet.n !== next) throw new ProblemError('internal', `place ${next} is not held`)
          next++
          sizes.push(packet.jws.length + packet.body.byteLength)
          inFlight += packet.jws.length + packet.body.byteLength
          // Before it is sent: a partner that reads nothing gives no receipt either.
          if (silence === null) watch()
          await wire.send(encodeFrame({ type: 'packet', n: packet.n, jws: packet.jws, body: packet.body }))
        }
        if (page.length === 0) await this.#more.taken()
      }
    }

    /** Either of the two that fails ends the other, which may hang on a partner that neither reads nor writes. */
    const giveUp = (error: unknown) => {
      wire.abort(error instanceof Error ? error : new Error('failed'))
      throw error
    }
    const reading = readReceipts()
      .catch(giveUp)
      .finally(() => {
        done = true
        this.#more.give()
      })
    const sending = sendPackets().catch(giveUp)
    try {
      const [read, sent] = await Promise.allSettled([reading, sending])
      if (sent.status === 'rejected') throw sent.reason
      if (read.status === 'rejected') throw read.reason
    } finally {
      silence?.()
    }
  }
}

/** A flag that one waiter awaits; giving it before it is awaited is not lost. */
class Signal {
  #given = false
  #wake: (() => void) | null = null
  give(): void {
    this.#given = true
    this.#wake?.()
    this.#wake = null
  }
  async taken(): Promise<void> {
    if (!this.#given) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    this.#given = false
  }
}
