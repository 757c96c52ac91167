/**
 * An adapter whose other half is a program of its own, in any language and on any machine: it asks the node for work over HTTP
 * (`lease-routes.ts`), does it in the approval system, and tells what the system did since. Behind a firewall it needs no way in.
 */
import type { Adapter, Call, Delivery, DeliveryResult, LocalEvent, RawEvent } from '../../../adapters/sdk/port.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import { createLeases, LEASE_LIMITS, type LeaseResult, type Leases, type NoResult, type Work } from './leases.ts'

/** What a program that asks for work says of itself: what of its system cannot be used now. */
export type Contact = { trouble?: string | undefined }

/** What the routes of the other half need. */
export type RemoteDesk = Omit<Leases, 'offer' | 'close'> & {
  /** id of the account whose programs it serves; null: that of any with the role `adapter` */
  account: string | null
  /** A program asked for work. */
  seen(contact: Contact): void
  /** Keeps what the approval system did; gives back when all of it is kept for good. Problem: `adapter.unkept`. */
  tell(events: readonly ((LocalEvent | RawEvent) & { id: string })[], signal: AbortSignal): Promise<void>
}

export type RemoteAdapter = Adapter & { desk: RemoteDesk }

type Told = { event: (LocalEvent | RawEvent) & { id: string }; kept: Set<() => void> }

const WHY_NO_RESULT = {
  unasked: 'no program asked for the work',
  silent: 'the lease ended without a result',
  aborted: 'aborted',
} as const satisfies Record<NoResult, string>

const unavailable = (why: NoResult): DeliveryResult => ({
  ok: false,
  code: 'adapter.unavailable',
  detail: WHY_NO_RESULT[why],
  retryable: true,
})

type RemoteParts = { clock: Clock; ids: () => string; account?: string | undefined }

export function createRemoteAdapter({ clock, ids, account }: RemoteParts): RemoteAdapter {
  const leases = createLeases({ clock, ids })
  /** events by their ids, until they are kept */
  const told = new Map<string, Told>()
  let contact: { at: number; trouble: string | null } | null = null

  /** Offers work for as long as the node's own call lasts. */
  async function offer(work: Work, call: Call): Promise<LeaseResult | NoResult> {
    if (call.signal.aborted) return 'aborted'
    const deadline = clock.now() + call.deadline - call.now()
    return leases.offer(work, await call.state.next('lease'), { signal: call.signal, deadline })
  }

  /** What keeps the approval system from being used; null when nothing is known to. */
  function fault(): Problem | null {
    if (contact === null)
      return { code: 'adapter.unavailable', detail: 'no program has asked for work since the node started' }
    const silent = clock.now() - contact.at
    if (silent > LEASE_LIMITS.contact)
      return {
        code: 'adapter.unavailable',
        detail: `no program has asked for work for ${Math.round(silent / 1000)} s`,
      }
    return contact.trouble === null ? null : { code: 'adapter.unavailable', detail: contact.trouble }
  }

  return {
    kind: 'remote',
    parallel: LEASE_LIMITS.parallel,

    async deliver(delivery: Delivery, call: Call): Promise<DeliveryResult> {
      const outcome = await offer({ call: 'deliver', delivery }, call)
      if (typeof outcome === 'string') return unavailable(outcome)
      if (outcome.call !== 'deliver') throw new Error('a result of another call')
      return outcome.result
    },

    async poll(_, call) {
      const wrong = call.signal.aborted ? { code: 'adapter.unavailable' as const, detail: 'aborted' } : fault()
      if (wrong !== null) throw new ProblemError(wrong.code, wrong.detail)
      return { events: [...told.values()].map(({ event }) => event), cursor: 'told' }
    },

    async acknowledge(answers) {
      for (const id of answers) {
        const found = told.get(id)
        told.delete(id)
        for (const kept of found?.kept ?? []) kept()
      }
    },

    async read(raw, call) {
      const outcome = await offer({ call: 'read', raw }, call)
      if (typeof outcome === 'string') throw new ProblemError('adapter.unavailable', WHY_NO_RESULT[outcome])
      if (outcome.call !== 'read') throw new Error('a result of another call')
      if ('again' in outcome) throw new ProblemError('adapter.unavailable', outcome.again)
      return 'event' in outcome
        ? { ok: true, event: outcome.event }
        : { ok: false, problem: { code: 'adapter.mapping', detail: outcome.unreadable } }
    },

    async check({ signal }) {
      const { detail = '' } = signal.aborted ? { detail: 'aborted' } : (fault() ?? {})
      return detail === '' ? { ok: true } : { ok: false, detail }
    },

    async close() {
      leases.close()
    },

    desk: {
      account: account ?? null,
      take: leases.take,
      renew: leases.renew,
      settle: leases.settle,
      workOf: leases.workOf,

      seen({ trouble = null }: { trouble?: string | null | undefined }) {
        contact = { at: clock.now(), trouble }
      },

      async tell(events, signal) {
        const fresh = events.filter(({ id }) => !told.has(id))
        if (told.size + fresh.length > LEASE_LIMITS.unkept)
          throw new ProblemError('adapter.unkept', 'too many answers wait to be kept')
        const left = new Set(events.map(({ id }) => id))
        if (left.size === 0) return
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const waits = events.map(event => {
          const one = told.get(event.id) ?? { event, kept: new Set() }
          told.set(event.id, one)
          const kept = () => {
            left.delete(event.id)
            if (left.size === 0) resolve()
          }
          one.kept.add(kept)
          return { one, kept }
        })
        const giveUp = () => reject(new ProblemError('adapter.unkept', `${left.size} of ${events.length} not kept`))
        const cancel = clock.after(LEASE_LIMITS.keep, giveUp)
        signal.addEventListener('abort', giveUp)
        try {
          await promise
        } finally {
          cancel()
          signal.removeEventListener('abort', giveUp)
          for (const { one, kept } of waits) {
            one.kept.delete(kept)
            if (one.kept.size === 0 && told.get(one.event.id) === one) told.delete(one.event.id)
          }
        }
      },
    },
  }
}

/** Where the other half of an adapter works; null of one that has none. */
export const deskOf = (adapter: Adapter): RemoteDesk | null =>
  'desk' in adapter ? (adapter as RemoteAdapter).desk : null
