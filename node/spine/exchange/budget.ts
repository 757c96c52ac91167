/**
 * The work budget of a city (工作量配额): whatever its nodes make this node do costs work, whatever proved useful is given back,
 * and what remains flows in at a fixed share of one core. A city that spent its budget is held back, on all its streams;
 * nothing of it is lost. Deterministic: costs are counted, not measured. Work is in microseconds of a core, times are in milliseconds.
 */
import type { Clock } from '../../kernel/clock.ts'

export const WORK_LIMITS = {
  /** work that flows in each millisecond: the part of a core that a city may spend on what is of no use, in thousandths */
  share: 50,
  /** work that a city may spend at once after a rest; what travels in one window of honest packets costs less */
  reserve: 300_000,
  /** a city that was held back goes on with this much, so that it moves in runs and not frame by frame */
  resume: 5_000,
  /** work owed at which a city is cut off: reading is held back long before, so only new streams and connections lead here */
  owed: 300_000,
  /** ms for which a city that was cut off is not heard; what it tries meanwhile is counted too */
  cutOff: 30_000,
  /** received frames of one city between two turns of the event loop */
  turnFrames: 64,
  /** work of one city between two turns of the event loop */
  turnWork: 5_000,
  /** cities and strangers whose budgets are remembered; full ones are forgotten first */
  remembered: 2_048,
} as const

/** What things cost. */
export const WORK = {
  /** any frame received, beside its bytes */
  frame: 20,
  /** each KiB received: decryption, copies, decoding */
  receivedKiB: 16,
  /** each KiB read from the store at the wish of the other end, when it need not be */
  sentKiB: 16,
  /** a hello: certificates, delegations, addresses, watermarks */
  hello: 2_000,
  /** a packet: signature, place, admission; given back when it was stored */
  packet: 300,
  /** a packet that was refused, beside: refusal, receipt */
  refused: 300,
  /** an application that did not hold, beside: its form was checked */
  preflight: 10_000,
  /** an announcement of a list */
  announcement: 200,
  /** a packet of a long thread that one more is judged by: view, state and duties go through all */
  walked: 12,
  /** a packet given back that was given back a short time ago */
  recalled: 150,
  /** each KiB of lines of a list, unpacked, that is given again */
  listKiB: 16,
  /** a request on a stream of its own: looked up, answered */
  request: 300,
  /** a material that a packet names and that is to be fetched; given back when it is here */
  wanted: 100,
  /** a new stream */
  stream: 500,
  /** a new connection: the handshake */
  connection: 3_000,
} as const

/** Work that a received frame costs. */
export const frameWork = (bytes: number): number => WORK.frame + (bytes / 1024) * WORK.receivedKiB

/** Counts what the city at the other end costs, over all its streams. */
export interface Meter {
  /** Counts work that was done for the other end, beside its frames. */
  charge(work: number): void
  /** Gives back what something of use cost. */
  earn(work: number): void
  /** A received frame of so many bytes was of use: gives back what it cost. */
  useful(bytes: number): void
  /** Resolves when the city may go on: for handlers that work on without reading frames. */
  ready(): Promise<void>
}

/** Counts nothing: for wires of tests and of this node to itself. */
export const FREE: Meter = { charge: () => {}, earn: () => {}, useful: () => {}, ready: async () => {} }

/** Nobody owes more: whatever a city did, it is heard again within two minutes of rest. */
const LEAST = -5_000_000

/** The budget of one city. */
export class Budget implements Meter {
  readonly #clock: Clock
  readonly #turn: () => Promise<void>
  #balance: number = WORK_LIMITS.reserve
  #at: number
  #held = false
  #cutUntil = -Infinity
  /** since the last turn of the event loop */
  #frames = 0
  #work = 0
  #turning: Promise<void> | undefined
  #waiting = new Set<() => void>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock, turn: () => Promise<void>) {
    this.#clock = clock
    this.#turn = turn
    this.#at = clock.now()
  }

  charge(work: number): void {
    this.#flow()
    this.#balance = Math.max(LEAST, this.#balance - work)
    this.#work += work
  }

  /** A frame was received. */
  took(bytes: number): void {
    this.#frames++
    this.charge(frameWork(bytes))
  }

  useful(bytes: number): void {
    this.earn(frameWork(bytes))
  }

  earn(work: number): void {
    this.#flow()
    this.#balance = Math.min(WORK_LIMITS.reserve, this.#balance + work)
    if (this.#waiting.size > 0 && this.#mayGoOn()) this.#wake()
  }

  /** Ms until the city may go on; 0: now. */
  get delay(): number {
    return this.#mayGoOn() ? 0 : Math.ceil((WORK_LIMITS.resume - this.#balance) / WORK_LIMITS.share)
  }

  /** It had enough of one turn of the event loop. */
  get turnDue(): boolean {
    return this.#frames >= WORK_LIMITS.turnFrames || this.#work >= WORK_LIMITS.turnWork
  }

  /** Lets everything else of the process run once. */
  turn(): Promise<void> {
    this.#turning ??= this.#turn().then(() => {
      this.#turning = undefined
      this.#frames = 0
      this.#work = 0
    })
    return this.#turning
  }

  /** Calls back once when the city may go on; the returned function cancels. */
  whenReady(callback: () => void): () => void {
    this.#waiting.add(callback)
    this.#watch()
    return () => {
      this.#waiting.delete(callback)
      if (this.#waiting.size === 0) this.#unwatch()
    }
  }

  async ready(): Promise<void> {
    while (this.delay > 0) await new Promise<void>(resolve => this.whenReady(resolve))
    if (this.turnDue) await this.turn()
  }

  /** Whether the city owes so much that it is not heard for a while. */
  get cutOff(): boolean {
    this.#flow()
    const now = this.#clock.now()
    if (now >= this.#cutUntil && this.#balance <= -WORK_LIMITS.owed) this.#cutUntil = now + WORK_LIMITS.cutOff
    return now < this.#cutUntil
  }

  /** Nothing is owed, nobody waits: a new budget would be the same. */
  get full(): boolean {
    this.#flow()
    return this.#balance >= WORK_LIMITS.reserve && this.#waiting.size === 0 && !this.cutOff
  }

  #mayGoOn(): boolean {
    this.#flow()
    if (this.#balance < 0) this.#held = true
    else if (this.#balance >= WORK_LIMITS.resume) this.#held = false
    return !this.#held
  }

  #flow(): void {
    const now = this.#clock.now()
    const passed = Math.max(0, now - this.#at)
    this.#at = now
    this.#balance = Math.min(WORK_LIMITS.reserve, this.#balance + passed * WORK_LIMITS.share)
  }

  #watch(): void {
    this.#cancel ??= this.#clock.after(Math.max(1, this.delay), () => {
      this.#cancel = undefined
      if (this.#mayGoOn()) this.#wake()
      else if (this.#waiting.size > 0) this.#watch()
    })
  }

  #unwatch(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #wake(): void {
    this.#unwatch()
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resume of waiting) resume()
  }
}

/** A clock that no change of the time of day moves. */
export const steadyClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Budgets by name: the code of a city, the peer id of a stranger. */
export class Budgets {
  readonly #clock: Clock
  readonly #turn: () => Promise<void>
  readonly #budgets = new Map<string, Budget>()

  constructor(clock: Clock = steadyClock, turn: () => Promise<void> = nextTurn) {
    this.#clock = clock
    this.#turn = turn
  }

  of(name: string): Budget {
    const known = this.#budgets.get(name)
    if (known !== undefined) return known
    if (this.#budgets.size >= WORK_LIMITS.remembered) this.#forget()
    const budget = new Budget(this.#clock, this.#turn)
    this.#budgets.set(name, budget)
    return budget
  }

  get size(): number {
    return this.#budgets.size
  }

  #forget(): void {
    for (const [name, budget] of this.#budgets) if (budget.full) this.#budgets.delete(name)
    const [oldest] = this.#budgets.keys()
    if (this.#budgets.size >= WORK_LIMITS.remembered && oldest !== undefined) this.#budgets.delete(oldest)
  }
}
