/** The two ends of one stream of the network in memory; use them through `memory-network.ts`. */
import { type Budget, FREE } from '../../node/spine/exchange/budget.ts'
import type { Wire } from '../../node/spine/exchange/wire.ts'
import { checkFrame } from '../../node/spine/p2p/frames.ts'
import { ProblemError } from '../../protocol/problem.ts'

export type MemoryWire = Wire & {
  /** true once the stream was torn down, by either side or by the network */
  readonly broken: boolean
  /** a reader works on a frame, or a frame lies ready for a reader that asks */
  readonly busy: boolean
  /** Tears this end down with `error`, as when the connection is lost. */
  fail(error: ProblemError): void
  /** Throws away what comes until the other end closes. */
  drain(): Promise<void>
}

type End = {
  peer: string
  /** where it connects from */
  address: string
  maxFrame: number
  /** of the city at the other end, as this end counts it */
  budget?: Budget
}

export type LineOptions = {
  near: End
  far: End
  buffer: number
  onFrame: (from: string, to: string, frame: Uint8Array) => void
  /** resolves when frames may pass */
  passable: () => Promise<void>
  stalled: () => boolean
  onTaken: () => void
  onGone: () => void
}

/** One direction: frames in order, the end, or the error that overtakes both. */
class Lane {
  readonly frames: Uint8Array[] = []
  bytes = 0
  ended = false
  /** why it broke, as the reading end sees it */
  error: ProblemError | undefined
  /** the same as the writing end sees it */
  sendError: ProblemError | undefined
  /** 'away': no loop runs; 'waiting': a loop asks for a frame; 'working': a loop has a frame in hand */
  reader: 'away' | 'waiting' | 'working' = 'away'
  #waiting = new Set<() => void>()

  changed(): Promise<void> {
    return new Promise(resolve => this.#waiting.add(resolve))
  }

  notify(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resume of waiting) resume()
  }

  fail(reading: ProblemError, writing: ProblemError): void {
    if (this.error !== undefined) return
    this.error = reading
    this.sendError = writing
    this.frames.length = 0
    this.bytes = 0
    this.notify()
  }
}

const asProblem = (reason: Error): ProblemError =>
  reason instanceof ProblemError
    ? reason
    : new ProblemError('exchange.unreachable', 'the stream was given up', { cause: reason })

export function createLine(options: LineOptions): { near: MemoryWire; far: MemoryWire } {
  const toFar = new Lane()
  const toNear = new Lane()
  let gone = false

  const settleGone = (): void => {
    const over = (lane: Lane): boolean => lane.error !== undefined || (lane.ended && lane.frames.length === 0)
    if (gone || !over(toFar) || !over(toNear)) return
    gone = true
    options.onGone()
  }

  const end = (self: End, other: End, out: Lane, into: Lane): MemoryWire => {
    const breakBoth = (mine: ProblemError, theirs: ProblemError): void => {
      if (gone) return
      into.fail(mine, theirs)
      out.fail(theirs, mine)
      settleGone()
    }

    const next = async (): Promise<Uint8Array | undefined> => {
      while (true) {
        await options.passable()
        if (into.error !== undefined) throw into.error
        const frame = into.frames.shift()
        if (frame !== undefined) {
          into.bytes -= frame.byteLength
          options.onTaken()
          into.notify()
          settleGone()
          if (frame.byteLength > self.maxFrame) {
            const problem = new ProblemError('frame.oversize', `more than ${self.maxFrame} bytes`)
            breakBoth(problem, new ProblemError('exchange.unreachable', 'the other side gave the stream up'))
            throw problem
          }
          return frame
        }
        if (into.ended) return undefined
        await into.changed()
      }
    }

    async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        while (true) {
          into.reader = 'waiting'
          await self.budget?.ready()
          const frame = await next()
          if (frame === undefined) return
          self.budget?.took(frame.byteLength)
          into.reader = 'working'
          yield frame
        }
      } finally {
        into.reader = 'away'
        options.onTaken()
      }
    }

    return {
      peer: other.peer,
      meter: self.budget ?? FREE,
      address: other.address,
      get broken() {
        return into.error !== undefined
      },
      get busy() {
        if (into.error !== undefined || into.reader === 'away') return false
        if (into.reader === 'working') return true
        return !options.stalled() && (into.frames.length > 0 || into.ended)
      },
      frames() {
        if (into.reader !== 'away') throw new Error('the frames of this wire are being read')
        return read()
      },
      async send(frame) {
        checkFrame(frame)
        if (out.sendError !== undefined) throw out.sendError
        if (out.ended) throw new ProblemError('exchange.unreachable', 'the stream is closed')
        options.onFrame(self.peer, other.peer, frame)
        if (out.sendError === undefined) {
          out.frames.push(frame.slice())
          out.bytes += frame.byteLength
          out.notify()
        }
        while (out.sendError === undefined && out.bytes > options.buffer) await out.changed()
        if (out.sendError !== undefined) throw out.sendError
      },
      async close() {
        out.ended = true
        out.notify()
        settleGone()
      },
      abort(reason) {
        breakBoth(asProblem(reason), new ProblemError('exchange.unreachable', 'the other side gave the stream up'))
      },
      fail(error) {
        breakBoth(error, error)
      },
      async drain() {
        for await (const _ of read()) {
          // thrown away
        }
      },
    }
  }

  return { near: end(options.near, options.far, toFar, toNear), far: end(options.far, options.near, toNear, toFar) }
}
