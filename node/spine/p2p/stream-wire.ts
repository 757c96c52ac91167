/** A `Wire` over one libp2p stream: framing, batching, and back-pressure in both directions. */
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Budget } from '../exchange/budget.ts'
import type { Wire } from '../exchange/wire.ts'
import { asError, unreachable } from './errors.ts'
import { checkFrame, FrameReader, FrameWriter } from './frames.ts'
import type { P2pLimits } from './limits.ts'

export type StreamWireOptions = {
  peer: string
  /** where the other end connects from */
  address: string
  maxFrame: number
  limits: P2pLimits
  /** of the city at the other end */
  budget: Budget
  onGone: (wire: StreamWire) => void
}

/** waits until at most `rest` bytes are queued */
type Waiter = { rest: number; resolve: () => void; reject: (error: Error) => void }

const asProblem = (reason: Error): ProblemError =>
  reason instanceof ProblemError ? reason : unreachable('the stream was given up', reason)

export class StreamWire implements Wire {
  readonly peer: string
  readonly meter: Budget
  readonly address: string
  readonly #stream: Stream
  readonly #limits: P2pLimits
  readonly #onGone: (wire: StreamWire) => void
  readonly #reader: FrameReader
  readonly #writer: FrameWriter
  /** why the stream broke; from then on nothing passes */
  #problem: ProblemError | undefined
  /** the other end closed its half properly; bytes before that may still wait in libp2p */
  #remoteClosed: boolean
  #reading = false
  #discarding = false
  #resuming = false
  #wake: (() => void) | undefined
  #flushing = false
  #writers: Waiter[] = []
  #closed: Promise<void> | undefined
  #gone = false

  constructor(stream: Stream, options: StreamWireOptions) {
    this.peer = options.peer
    this.meter = options.budget
    this.address = options.address
    this.#stream = stream
    this.#limits = options.limits
    this.#onGone = options.onGone
    this.#reader = new FrameReader(options.maxFrame)
    this.#writer = new FrameWriter(options.limits.batch)
    this.#remoteClosed = stream.remoteWriteStatus === 'closed'
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('remoteCloseWrite', this.#onRemoteClose)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('drain', this.#flush)
    stream.addEventListener('close', this.#onClose)
    if (stream.status !== 'open') this.#break(unreachable('the connection was lost'))
  }

  /** Torn down, by either side or by the network. */
  get broken(): boolean {
    return this.#problem !== undefined
  }

  frames(): AsyncIterable<Uint8Array> {
    if (this.#reading) throw new Error('the frames of this wire are being read')
    return this.#read()
  }

  send(frame: Uint8Array): Promise<void> {
    const sent = this.#send(frame)
    // A caller that does not wait for its send must not bring the process down; the stream tells it later.
    sent.catch(() => {})
    return sent
  }

  async #send(frame: Uint8Array): Promise<void> {
    checkFrame(frame)
    if (this.#problem !== undefined) throw this.#problem
    if (this.#closed !== undefined) throw unreachable('the stream is closed')
    this.#writer.push(frame)
    this.#scheduleFlush()
    if (this.#writer.bytes <= this.#limits.writeBuffer) return
    await this.#written(this.#limits.writeBuffer)
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish()
    return this.#closed
  }

  abort(reason: Error): void {
    this.#break(asProblem(reason))
    this.#stream.abort(reason)
  }

  /** Closes, throws away what still comes, and tears the stream down when the other end does not close in time. */
  async linger(): Promise<void> {
    this.#discarding = true
    this.#wake?.()
    const timer = setTimeout(
      () => this.abort(new ProblemError('exchange.timeout', 'the other end does not close')),
      this.#limits.lingerTimeout,
    )
    try {
      await this.close()
      for await (const _ of this.#read()) {
        // thrown away
      }
    } finally {
      clearTimeout(timer)
    }
  }

  async *#read(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#reading = true
    try {
      while (true) {
        await this.#allowance()
        const frame = this.#next()
        if (frame !== undefined) {
          this.meter.took(frame.byteLength)
          yield frame
        } else if (this.#ended) return
        else {
          await new Promise<void>(resolve => {
            this.#wake = resolve
          })
          this.#wake = undefined
        }
      }
    } finally {
      this.#reading = false
    }
  }

  /**
   * Frames that wait are handed out in microtasks, during which neither a timer nor another socket runs: after a run of
   * them everything else has its turn, and a city that spent its budget waits.
   */
  async #allowance(): Promise<void> {
    while (this.meter.delay > 0 && this.#problem === undefined && !this.#discarding) {
      await new Promise<void>(resolve => {
        const cancel = this.meter.whenReady(resolve)
        this.#wake = () => {
          cancel()
          resolve()
        }
      })
      this.#wake = undefined
    }
    if (this.meter.turnDue) await this.meter.turn()
  }

  get #ended(): boolean {
    return this.#remoteClosed && this.#stream.readableEnded && this.#stream.readBufferLength === 0
  }

  #next(): Uint8Array | undefined {
    if (this.#problem !== undefined) throw this.#problem
    try {
      if (this.#discarding) this.#reader.clear()
      const frame = this.#reader.next()
      this.#adjustFlow()
      if (frame === undefined && this.#ended && this.#reader.midway) {
        throw new ProblemError('frame.truncated', 'the stream ended inside a frame')
      }
      return frame
    } catch (error) {
      this.abort(asError(error))
      throw error
    }
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    if (this.#problem !== undefined) return
    if (!this.#discarding) {
      if (event.data instanceof Uint8Array) this.#reader.push(event.data)
      else for (const chunk of event.data) this.#reader.push(chunk)
    }
    this.#adjustFlow()
    if (this.#reader.ready) this.#wake?.()
  }

  /**
   * Holds the other end back while enough waits for the consumer. A frame that has not come whole never holds it back.
   * `resume` delivers what libp2p kept, and then reopens the window whatever a listener did meanwhile; so a pause has
   * to wait until it returned.
   */
  #adjustFlow(): void {
    if (this.#resuming) return
    const { readStatus } = this.#stream
    const limit = this.#limits.readBuffer
    if (readStatus === 'readable' && this.#reader.ready && this.#reader.cost > limit) {
      this.#stream.pause()
    } else if (readStatus === 'paused' && (!this.#reader.ready || this.#reader.cost <= limit / 2)) {
      this.#resuming = true
      try {
        this.#stream.resume()
      } finally {
        this.#resuming = false
      }
      if (this.#reader.ready && this.#reader.cost > limit && this.#stream.readStatus === 'readable') {
        this.#stream.pause()
      }
    }
  }

  readonly #onRemoteClose = (): void => {
    this.#remoteClosed = true
  }

  readonly #onEnd = (): void => {
    this.#wake?.()
  }

  readonly #onClose = (event: StreamCloseEvent): void => {
    if (event.error !== undefined) {
      this.#break(unreachable(event.local === true ? 'the connection was lost' : 'the other side gave the stream up'))
    } else if (!this.#remoteClosed) {
      this.#break(unreachable('the connection was lost'))
    } else {
      this.#wake?.()
      this.#flush()
    }
    this.#leave()
  }

  #scheduleFlush(): void {
    if (this.#flushing) return
    this.#flushing = true
    // A turn of the event loop later: callers that await each send still fill one batch.
    setImmediate(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  readonly #flush = (): void => {
    try {
      while (this.#problem === undefined && !this.#stream.writableNeedsDrain) {
        const block = this.#writer.shift()
        if (block === undefined) break
        this.#stream.send(block)
      }
    } catch (error) {
      this.#break(unreachable('the connection was lost', error))
    }
    const waiting = this.#writers
    this.#writers = []
    for (const waiter of waiting) {
      if (this.#problem !== undefined) waiter.reject(this.#problem)
      else if (this.#writer.bytes <= waiter.rest) waiter.resolve()
      else this.#writers.push(waiter)
    }
  }

  #written(rest: number): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#writers.push({ rest, resolve, reject })
    })
  }

  async #finish(): Promise<void> {
    try {
      if (this.#writer.bytes > 0) await this.#written(0)
      if (this.#problem === undefined) await this.#stream.close()
    } catch {
      // It broke meanwhile; `frames` and `send` say so.
    }
  }

  #break(problem: ProblemError): void {
    if (this.#problem !== undefined) return
    this.#problem = problem
    this.#reader.clear()
    this.#writer.clear()
    this.#flush()
    this.#wake?.()
    this.#leave()
  }

  #leave(): void {
    if (this.#gone) return
    this.#gone = true
    this.#onGone(this)
  }
}
