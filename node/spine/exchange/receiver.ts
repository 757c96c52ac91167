/** The receiving end of a partner's exchange stream: batches packets, gives receipts, gives back what the partner lost. */
import { encodeFrame, type Frame } from '../../../protocol/exchange/frames.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { WORK } from './budget.ts'
import type { Came } from './contact.ts'
import {
  claimsMore,
  FrameReader,
  type GreetingParts,
  Introduction,
  readHello,
  relearn,
  sendGoodbye,
  writeHello,
} from './greeting.ts'
import type { Inbox, Incoming } from './inbox.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { NoticeKind } from './notices.ts'
import { Pipeline } from './pipeline.ts'
import type { Wire } from './wire.ts'

/** Bytes of packets held in memory per stream before reading pauses. */
const QUEUE_BYTES = 4 * 1024 * 1024

export type ReceiverParts = GreetingParts & {
  inbox: Inbox
  /** the partner spoke: wake what waits for it */
  returned: (partner: string) => void
  /** the partner claims to hold packets that this node lost: it is asked for them */
  claimed: (partner: string) => void
  /** whether packets of the partner wait, for they may build on what this node lost */
  waits: (partner: string) => boolean
  failed: (partner: string, error: unknown) => void
  /** what a person must know of the link; null: it is over */
  noted: (partner: string, kind: NoticeKind, problem: Problem | null) => void
}

/** A city whose certificate was revoked is told so, for its administrator to act; a stranger hears nothing. */
async function turnAway(parts: ReceiverParts, wire: Wire): Promise<void> {
  const { trust } = parts
  const { code, detail } = trust.refusalOf(wire.peer)
  const problem = new ProblemError(code, detail)
  if (code !== 'certificate.revoked') return wire.abort(problem)
  await dismiss(parts, wire, problem)
}

/** Tells the other side why it is not heard, and ends the stream whether or not it listens. */
async function dismiss({ clock, helloTimeout }: ReceiverParts, wire: Wire, problem: ProblemError): Promise<void> {
  const cancel = clock.after(helloTimeout, () => wire.abort(problem))
  await sendGoodbye(wire, problem)
  cancel()
}

type VerifiedBatch = Awaited<ReturnType<Inbox['verify']>>

async function ingest(parts: ReceiverParts, partner: string, batch: VerifiedBatch, came: Came) {
  try {
    const taken = await parts.inbox.store(partner, batch, came)
    if (taken.useful.length > 0) parts.noted(partner, 'full', null)
    return taken
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    if (error.problem.code === 'store.full') parts.noted(partner, 'full', error.problem)
    // The partner keeps what waits, as for any other want of room; that the disk is full is told here.
    if (error.problem.code === 'disk.full') throw new ProblemError('store.full', 'the disk is full', { cause: error })
    throw error
  }
}

const tooManyRefused = () => new ProblemError('request.rate', `${EXCHANGE_LIMITS.refused} refused packets an hour`)

/** Serves one inbound exchange stream until it ends. */
export async function receive(parts: ReceiverParts, wire: Wire): Promise<void> {
  const partner = parts.trust.cityOf(wire.peer)
  if (partner === undefined) {
    await turnAway(parts, wire)
    return
  }
  if (parts.conduct(partner).pausedUntil !== null) {
    await dismiss(parts, wire, tooManyRefused())
    return
  }
  const reader = new FrameReader(wire)
  try {
    const hello = await readHello(parts, partner, wire, reader)
    await parts.inbox.greeted(partner, hello.sent.n, hello.at)
    const since = parts.clock.now()
    const introduction = new Introduction(parts, partner)
    await wire.send(encodeFrame({ type: 'hello', hello: await writeHello(parts, partner) }))
    if (await claimsMore(parts, partner, hello)) parts.claimed(partner)
    parts.returned(partner)
    await serve(parts, partner, wire, reader, { introduction, since, heardAt: since })
    await wire.close()
  } catch (error) {
    parts.failed(partner, error)
    await sendGoodbye(wire, error)
  } finally {
    parts.instances.ended(partner, wire)
  }
}

/** A stream after both hellos: since when it carries packets, and when the last ones came; ms. */
type Begun = { introduction: Introduction; since: number; heardAt: number }

/** Reading runs ahead of storing by at most QUEUE_BYTES, so that one commit takes many packets. */
async function serve(
  parts: ReceiverParts,
  partner: string,
  wire: Wire,
  reader: FrameReader,
  begun: Begun,
): Promise<void> {
  const queue = new FrameQueue(reader)
  const conduct = parts.conduct(partner)
  const pipeline = new Pipeline<readonly Incoming[], Arrived>({
    verify: batch => verify(parts, partner, wire, batch, begun),
    store: arrived => store(parts, partner, wire, arrived, begun),
  })
  /** packets of the batch that may be on its way into the store */
  let under = 0
  const push = async (batch: readonly Incoming[]) => {
    if (batch.length === 0) return
    // When every packet of both might be refused, what the first one says of the partner comes first.
    if (conduct.refused.left < under + batch.length) await pipeline.stored()
    await pipeline.push(batch)
    under = batch.length
  }
  try {
    for (;;) {
      // Only a whole batch is verified ahead: a smaller one would take a commit of its own, which what comes meanwhile can share.
      if (queue.length < LIMITS.receiptItems) await pipeline.stored()
      const frames = await queue.dequeue(LIMITS.receiptItems)
      if (frames === null) return
      await handle(frames)
    }
  } finally {
    // The stream may have ended; its last batch is stored before anything else begins.
    await pipeline.stored().catch(() => {})
  }

  async function handle(frames: readonly Read[]): Promise<void> {
    let batch: Incoming[] = []
    for (const { frame, bytes } of frames) {
      if (frame.type === 'packet') {
        batch.push({ n: frame.n, jws: frame.jws, body: frame.body, bytes })
        continue
      }
      await push(batch)
      await pipeline.stored()
      batch = []
      if (frame.type === 'hello') await relearn(parts, partner, frame.hello, wire.meter)
      else if (frame.type === 'recall') await giveBack(parts, partner, wire, frame.from)
      else if (frame.type === 'list') {
        wire.meter.charge(WORK.announcement)
        parts.lists.announced(partner, frame.list)
      } else throw new ProblemError('exchange.protocol', frame.type)
    }
    await push(batch)
  }
}

/** A batch that was verified, when its stream had begun, and when it came; ms. */
type Arrived = { batch: VerifiedBatch; came: Came }

/** Throws when nothing is taken of the partner now. */
function assertHeard(parts: ReceiverParts, partner: string, wire: Wire): void {
  // What the partner sends now may build on packets of ours that we lost: first those, then these.
  if (parts.waits(partner)) throw new ProblemError('exchange.recovering')
  if (parts.trust.cityOf(wire.peer) !== partner) {
    const problem = parts.trust.problemOf(partner)
    throw new ProblemError(problem?.code ?? 'partner.inactive', problem?.detail)
  }
  const conduct = parts.conduct(partner)
  if (conduct.refused.left < 1) {
    const problem = tooManyRefused()
    if (conduct.pausedUntil === null) {
      const until = new Date(conduct.pause()).toISOString()
      parts.noted(partner, 'pause', { code: 'partner.paused', detail: `${problem.problem.detail}; until ${until}` })
    }
    throw problem
  }
}

async function verify(
  parts: ReceiverParts,
  partner: string,
  wire: Wire,
  batch: readonly Incoming[],
  begun: Begun,
): Promise<Arrived> {
  assertHeard(parts, partner, wire)
  // Before: a batch that is no run of places costs its signatures all the same.
  wire.meter.charge(batch.length * WORK.packet)
  const now = parts.clock.now()
  // This node or the network stood still: what comes now may have waited, as after a stream that broke.
  if (now - begun.heardAt > EXCHANGE_LIMITS.drained) begun.since = now
  begun.heardAt = now
  return { batch: await parts.inbox.verify(partner, batch), came: { since: begun.since, now } }
}

async function store(
  parts: ReceiverParts,
  partner: string,
  wire: Wire,
  { batch, came }: Arrived,
  begun: Begun,
): Promise<void> {
  // Another stream of the partner may have shown meanwhile that it is not to be heard.
  assertHeard(parts, partner, wire)
  const { given, useful, refused, work } = await ingest(parts, partner, batch, came)
  wire.meter.earn(useful.length * WORK.packet)
  for (const bytes of useful) wire.meter.useful(Math.min(bytes, EXCHANGE_LIMITS.useful))
  wire.meter.charge(refused * WORK.refused + work)
  parts.conduct(partner).refused.charge(refused)
  await begun.introduction.renewIfChanged(wire)
  for (const receipt of given) {
    await wire.send(encodeFrame({ type: 'receipt', ...receipt }))
  }
}

async function giveBack(parts: ReceiverParts, partner: string, wire: Wire, from: number): Promise<void> {
  if (from < 1) throw new ProblemError('exchange.protocol', 'places begin with 1')
  const conduct = parts.conduct(partner)
  const { n: through } = await parts.store.link(parts.db, partner, 'in')
  for (let next = from; next <= through; ) {
    for (const packet of await parts.store.givenBack(parts.db, partner, next)) {
      const held = await parts.store.receivedAt(parts.db, partner, next)
      if (packet.n !== next || held === null) throw new ProblemError('internal', `place ${next} is not held`)
      next++
      const frame = encodeFrame({
        type: 'recalled',
        n: packet.n,
        jws: packet.jws,
        receipt: held.receipt,
        body: packet.body,
      })
      if (conduct.recall(packet.n)) wire.meter.charge(WORK.recalled + (frame.byteLength / 1024) * WORK.sentKiB)
      await wire.meter.ready()
      await wire.send(frame)
    }
  }
  await wire.send(encodeFrame({ type: 'recall-end', through }))
}

/** A decoded frame, and the bytes that it came as. */
type Read = { frame: Frame; bytes: number }

/** Frames read ahead, bounded in bytes. */
class FrameQueue {
  readonly #frames: Read[] = []
  readonly #waiting: (() => void)[] = []
  #bytes = 0
  #ended = false
  #error: unknown = null
  #wake: (() => void) | null = null

  constructor(reader: FrameReader) {
    void this.#fill(reader)
  }

  async #fill(reader: FrameReader): Promise<void> {
    try {
      for (;;) {
        const frame = await reader.next()
        if (frame === null) break
        this.#frames.push({ frame, bytes: reader.bytes })
        this.#bytes += held(reader.bytes)
        this.#signal()
        while (this.#bytes > QUEUE_BYTES) await new Promise<void>(resolve => this.#waiting.push(resolve))
      }
    } catch (error) {
      this.#error = error
    }
    this.#ended = true
    this.#signal()
  }

  #signal(): void {
    this.#wake?.()
    this.#wake = null
  }

  /** Frames that wait. */
  get length(): number {
    return this.#frames.length
  }

  /** Up to `most` frames, at least one; null at the end. Throws what reading threw, after what was read before it. */
  async dequeue(most: number): Promise<Read[] | null> {
    while (this.#frames.length === 0) {
      if (this.#ended) {
        if (this.#error !== null) throw this.#error
        return null
      }
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    const taken = this.#frames.splice(0, most)
    for (const { bytes } of taken) this.#bytes -= held(bytes)
    for (const resume of this.#waiting.splice(0)) resume()
    return taken
  }
}

/** Memory that a frame of so many bytes takes while it waits: a small one is mostly its objects. */
const held = (bytes: number): number => Math.max(bytes, 1024)
