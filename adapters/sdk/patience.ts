/** How long an outside system may take: a bound on silence and one on the whole, so that what trickles ends too. */
export const HTTP_LIMITS = {
  /** how many times the longest silence a whole call may last */
  silences: 4,
  /** ms more that a call with a file has */
  file: 60_000,
  /** bytes a second of a file, up or down, that give a call more time */
  fileBytesPerSecond: 16 * 1024,
} as const

/**
 * Aborts when nothing moved for `ms`, when the whole lasts HTTP_LIMITS.silences times that, or with a signal. A file has
 * HTTP_LIMITS.file more, and as long as it takes at HTTP_LIMITS.fileBytesPerSecond. Listener and timers are taken off by `stop`.
 */
export class Patience {
  readonly #controller = new AbortController()
  readonly #ms: number
  readonly #given: AbortSignal
  #silence: ReturnType<typeof setTimeout>
  #whole: ReturnType<typeof setTimeout>
  /** ms that files gave since the whole was measured last */
  #more = 0
  /** why the call is over; null while it is not */
  over: string | null = null

  constructor(ms: number, given: AbortSignal, file: boolean) {
    this.#ms = ms
    this.#given = given
    this.#silence = this.#listen()
    this.#whole = this.#measure(ms * HTTP_LIMITS.silences + (file ? HTTP_LIMITS.file : 0))
    given.addEventListener('abort', this.#stopped)
    if (given.aborted) this.#stopped()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readonly #stopped = (): void => this.#end('aborted')

  #end(why: string): void {
    this.over ??= why
    this.#controller.abort()
  }

  #listen() {
    return setTimeout(() => this.#end('no answer in time'), this.#ms)
  }

  #measure(ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      const more = this.#more
      this.#more = 0
      if (more > 0) this.#whole = this.#measure(more)
      else this.#end('no whole answer in time')
    }, ms)
  }

  moved(): void {
    clearTimeout(this.#silence)
    this.#silence = this.#listen()
  }

  /** Bytes of a file passed. */
  file(bytes: number): void {
    this.#more += (bytes * 1000) / HTTP_LIMITS.fileBytesPerSecond
    this.moved()
  }

  stop(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#whole)
    this.#given.removeEventListener('abort', this.#stopped)
  }
}
