/** The first frames of an exchange stream: each side says who it is and what it sent and received. SPEC.md §9.1. */
import type { CalendarNotice } from '../../../protocol/calendar/notice.ts'
import { decodeFrame, encodeFrame, type Frame, type Hello, type Identity } from '../../../protocol/exchange/frames.ts'
import { PROTOCOL_VERSION } from '../../../protocol/names.ts'
import { type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Database } from '../../kernel/store/database.ts'
import { type Meter, WORK } from './budget.ts'
import type { Conduct } from './conduct.ts'
import type { Hellos } from './hellos.ts'
import type { Instances } from './instances.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { PacketStore } from './packet-store.ts'
import type { CalendarBoard, ListBoard, OwnIdentity, Trust } from './ports.ts'
import type { Wire } from './wire.ts'

export type GreetingParts = {
  db: Database
  store: PacketStore
  identity: OwnIdentity
  trust: Trust
  lists: ListBoard
  calendar: CalendarBoard
  clock: Clock
  hellos: Hellos
  instances: Instances
  software: string
  /** own multiaddrs as partners may dial them */
  addresses: () => string[]
  /** ms within which the other side must say hello */
  helloTimeout: number
  conduct: (partner: string) => Conduct
  /** how far the partner's clock is ahead, ms */
  clockSeen: (partner: string, ahead: number) => void
}

/** Reads decoded frames; throws ProblemError on a malformed one, on a `problem` frame, and when the stream ends early. */
export class FrameReader {
  readonly #frames: AsyncIterator<Uint8Array>
  readonly #meter: Meter
  #bytes = 0
  constructor(wire: Wire) {
    this.#frames = wire.frames()[Symbol.asyncIterator]()
    this.#meter = wire.meter
  }
  /** Bytes of the last frame, as it came. */
  get bytes(): number {
    return this.#bytes
  }
  /** The last frame was of use. */
  useful(): void {
    this.#meter.useful(this.#bytes)
  }
  /** The next frame, or null at the clean end of the stream. */
  async next(): Promise<Frame | null> {
    const { done, value } = await this.#frames.next()
    if (done === true) return null
    this.#bytes = value.byteLength
    const decoded = decodeFrame(value)
    if (!decoded.ok) throw new ProblemError(decoded.problem.code, decoded.problem.detail)
    if (decoded.frame.type === 'problem') throw new ProblemError(asHeard(decoded.frame.code), decoded.frame.detail)
    return decoded.frame
  }
}

/** A problem as the other end means it, who speaks of itself. */
const HEARD: Partial<Record<ProblemCode, ProblemCode>> = {
  'clock.own': 'clock.partner',
  'clock.partner': 'clock.own',
  'instance.own': 'instance.partner',
  'instance.partner': 'instance.own',
}
const asHeard = (code: ProblemCode): ProblemCode => HEARD[code] ?? code

export async function writeHello(parts: GreetingParts, partner: string): Promise<Hello> {
  const turns = parts.instances.turns(partner)
  const sent = await parts.store.link(parts.db, partner, 'out')
  const received = await parts.store.link(parts.db, partner, 'in')
  return {
    v: PROTOCOL_VERSION,
    city: parts.identity.city,
    software: parts.software,
    at: parts.clock.now(),
    identity: parts.identity.document(),
    addresses: parts.addresses().slice(0, 16),
    sent: { n: sent.n, hash: sent.hash },
    received: { n: received.n, hash: received.hash },
    list: parts.lists.head(),
    calendar: parts.calendar.notice(),
    instance: parts.instances.own,
    ...(turns.length === 0 ? {} : { turns: [...turns] }),
  }
}

/** Waits for the other side's hello and learns its keys. Problems: `exchange.timeout`, `exchange.protocol`, `certificate.*`, `delegation.*`. */
export async function readHello(
  parts: GreetingParts,
  partner: string,
  wire: Wire,
  reader: FrameReader,
): Promise<Hello> {
  const begun = parts.clock.now()
  const cancel = parts.clock.after(parts.helloTimeout, () => wire.abort(new ProblemError('exchange.timeout', 'hello')))
  try {
    const frame = await reader.next()
    if (frame?.type !== 'hello') throw new ProblemError('exchange.protocol', 'hello expected')
    // Before its keys are judged: a clock that is off may be why they do not hold.
    parts.clockSeen(partner, frame.hello.at - (begun + parts.clock.now()) / 2)
    await relearn(parts, partner, frame.hello, wire.meter)
    await parts.instances.heard(partner, frame.hello, wire)
    parts.lists.announced(partner, frame.hello.list)
    return frame.hello
  } finally {
    cancel()
  }
}

/**
 * Says hello again on an open stream when own keys or holiday tables have changed since, or this node is reached at an address more:
 * what is signed with a new key must never come before the delegation that names it, and whoever is reached over a relay must
 * be found over another one when it is down.
 */
export class Introduction {
  readonly #parts: GreetingParts
  readonly #partner: string
  #shown: [Identity, CalendarNotice]
  #addresses: ReadonlySet<string>

  constructor(parts: GreetingParts, partner: string) {
    this.#parts = parts
    this.#partner = partner
    this.#shown = this.#current()
    this.#addresses = new Set(parts.addresses())
  }

  #current(): [Identity, CalendarNotice] {
    return [this.#parts.identity.document(), this.#parts.calendar.notice()]
  }

  async renewIfChanged(wire: Wire): Promise<void> {
    const current = this.#current()
    const addresses = this.#parts.addresses()
    // One that is gone, and one that is back, cost no hello.
    const reached = addresses.every(address => this.#addresses.has(address))
    if (reached && current.every((part, index) => part === this.#shown[index])) return
    await wire.send(encodeFrame({ type: 'hello', hello: await writeHello(this.#parts, this.#partner) }))
    this.#shown = current
    this.#addresses = new Set(addresses)
  }
}

/** Learns the keys and tables of a hello, also of one that came later on an open stream; of one that a newer overtook its keys alone. */
export async function relearn(parts: GreetingParts, partner: string, hello: Hello, meter: Meter): Promise<void> {
  const { hellos } = parts.conduct(partner)
  if (hellos.left < 1) throw new ProblemError('request.rate', `${EXCHANGE_LIMITS.hellosPerHour} hellos an hour`)
  hellos.charge(1)
  meter.charge(WORK.hello)
  if (hello.city !== partner) throw new ProblemError('certificate.mismatch', 'city of the hello')
  const newest = parts.hellos.isNewest(partner, hello.at)
  const learned = await parts.trust.learn(partner, hello.identity, newest ? hello.addresses : [])
  if (!learned.ok) throw new ProblemError(learned.problem.code, learned.problem.detail)
  if (newest && hello.calendar !== undefined) await parts.calendar.receive(partner, hello.calendar)
}

/** Whether the partner claims to have received what this node does not know to have sent. */
export async function claimsMore(parts: GreetingParts, partner: string, { received }: Hello): Promise<boolean> {
  const own = await parts.store.link(parts.db, partner, 'out')
  if (received.n > own.n) return true
  return (await parts.store.hashAt(parts.db, partner, received.n)) !== received.hash
}

/** Tells the other side why the stream ends, then ends it. */
export async function sendGoodbye(wire: Wire, error: unknown): Promise<void> {
  const problem = error instanceof ProblemError ? error.problem : { code: 'internal' as const }
  try {
    await wire.send(encodeFrame({ type: 'problem', ...problem }))
    await wire.close()
  } catch {
    wire.abort(error instanceof Error ? error : new Error('closed'))
  }
}
