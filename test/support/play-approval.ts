/** An approval system in memory, as a test plays it. */
import type { Adapter, DeliveryResult, LocalEvent, RawEvent } from '../../adapters/sdk/port.ts'
import type { MoveRequest } from '../../protocol/case/kinds.ts'
import { ProblemError, refuse } from '../../protocol/problem.ts'

/** An approval system driven by the test: what it answers, what it was asked, what it has to say. */
export class PlayApproval {
  readonly asked: string[] = []
  /** the idempotency keys of what it was asked, and until when each call may last */
  readonly keys: string[] = []
  readonly calls: { deadline: number; attempt: number }[] = []
  readonly answers: (LocalEvent | RawEvent)[] = []
  /** answers of one page at most */
  page = Number.POSITIVE_INFINITY
  /** how it reads what it gave raw */
  reads: (raw: string) => ReturnType<NonNullable<Adapter['read']>> = async () =>
    refuse('adapter.mapping', 'kind: unknown')
  answer: (kind: string, attempt: number) => DeliveryResult | Promise<DeliveryResult> = kind =>
    kind === 'case.submit' ? { ok: true, localCaseNo: 'L1' } : { ok: true }

  /** how often it was asked for answers */
  polls = 0
  down = false
  /** questions for answers get none */
  hangs = false
  /** ends the last call */
  signal: AbortSignal | null = null
  /** where it is */
  address = 'https://first.test'

  adapter = (): Adapter => ({
    kind: 'test',
    system: this.address,
    deliver: async (delivery, { signal, deadline, attempt }) => {
      this.asked.push(delivery.kind)
      this.keys.push(delivery.idempotencyKey)
      this.calls.push({ deadline, attempt })
      this.signal = signal
      return this.answer(delivery.kind, delivery.attempt)
    },
    poll: async cursor => {
      this.polls++
      if (this.hangs) await new Promise(() => {})
      if (this.down) throw new ProblemError('adapter.unavailable', 'HTTP 503')
      const begin = Number(cursor ?? 0)
      const events = this.answers.slice(begin, begin + this.page)
      return { events, cursor: String(begin + events.length) }
    },
    read: raw => this.reads(raw),
    plan: async ({ kind, caseNo }) => ({
      ok: true,
      requests: [{ method: 'POST', url: `${this.address}/${kind}`, headers: ['idempotency-key'], body: caseNo }],
    }),
    check: async () => ({ ok: true }),
  })

  say(move: MoveRequest, localCaseNo = 'L1', at?: number): void {
    this.answers.push({ id: this.#nextId(), localCaseNo, move, ...(at === undefined ? {} : { at }) })
  }

  /** What came of a packet that was handed over: its number when it was taken, a detail when it was refused. */
  tellOutcome(key: string, outcome: { localCaseNo?: string } | { detail: string; theirCode?: string }): void {
    const id = this.#nextId()
    this.answers.push('detail' in outcome ? { id, refused: key, ...outcome } : { id, taken: key, ...outcome })
  }

  #nextId = (): string => `e${this.answers.length + 1}`
}
