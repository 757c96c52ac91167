/**
 * Webhooks (事件推送) after Standard Webhooks 1.0: each subscriber is told of its events in order, at least once, signed, with
 * retries for days; the message names what changed, and who reads it fetches the rest with rights of its own. A slow or dead
 * subscriber holds up nobody else. May import the event log, the audit log and the store.
 */

import { type Problem, ProblemError } from '../../../../protocol/problem.ts'
import type { AuditAction } from '../../../../protocol/rights/audited.ts'
import { holdsRole } from '../../../../protocol/rights/can.ts'
import { delayAfter } from '../../../kernel/backoff.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import { EVENT_ACTIONS, type EventLog, type EventRow, type EventType } from '../../../kernel/records/events.ts'
import { createRounds, type Rounds } from '../../../kernel/rounds.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../../kernel/store/database.ts'
import { messageOf } from './message.ts'
import { checkTarget, type PostOptions } from './post.ts'

export const WEBHOOK_LIMITS = {
  /** subscriptions of a node */
  hooks: 50,
  /** attempts that are kept of each, the newest */
  log: 500,
  /** ms for which a former secret signs too, after a new one was made */
  overlap: 24 * 3_600_000,
  /** former secrets that sign at a time; no new one is made before one of them has ended */
  formers: 2,
  /** events that wait are counted up to this, and one more */
  counted: 10_000,
  /** ms of failures after which a subscription is switched off */
  giveUp: 3 * 24 * 3_600_000,
  /** ms before the first retry, and at most between two */
  first: 5_000,
  most: 3_600_000,
  /** events read at a time */
  page: 100,
} as const
const RETRY = {
  first: WEBHOOK_LIMITS.first,
  most: WEBHOOK_LIMITS.most,
  breakAfter: Number.MAX_SAFE_INTEGER,
  hold: WEBHOOK_LIMITS.most,
}

/** Event types that a subscription may have: whatever an integrator may see, but for what is of the person who watches. */
export const WEBHOOK_TYPES = (Object.keys(EVENT_ACTIONS) as EventType[]).filter(
  type => type !== 'account.changed' && holdsRole(['integrator'], EVENT_ACTIONS[type]),
)

export type Webhook = {
  id: string
  url: string
  /** empty: all */
  types: string[]
  active: boolean
  /** events of its types that it was not told of, WEBHOOK_LIMITS.counted + 1 when there are more */
  waiting: number
  failures: number
  failingSince: number | null
  nextAt: number | null
  problem: Problem | null
  createdAt: number
}
export type Attempt = {
  no: number
  event: number
  type: string
  at: number
  ms: number
  status: number | null
  problem: string | null
}

type Row = {
  id: string
  url: string
  types: string
  secret: Uint8Array
  former_secret: Uint8Array | null
  former_until: number | null
  /** the one before the former */
  older_secret: Uint8Array | null
  older_until: number | null
  active: number
  cursor: number
  failures: number
  failing_since: number | null
  next_at: number
  problem: string | null
  created_at: number
}

export type WebhooksParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  seal: { seal(plain: Uint8Array, context: string): Uint8Array; open(sealed: Uint8Array, context: string): Uint8Array }
  allowInside: boolean
  random: () => number
  /** base64 of n random bytes */
  randomSecret: (bytes: number) => string
  newId: () => string
  post: (url: string, options: PostOptions) => Promise<number>
  observer: { delivered(ok: boolean): void; disabled(id: string): void; faulted(error: unknown): void }
}

export type Webhooks = ReturnType<typeof createWebhooks>

export function createWebhooks(parts: WebhooksParts) {
  const { db, clock, audit, events } = parts
  /** of each subscriber, so that none waits for another */
  const deliveries = new Map<string, Rounds>()
  const stopping = new AbortController()
  let unwatch = () => {}
  const faulted = (error: unknown) => parts.observer.faulted(error)

  async function rowOf(id: string): Promise<Row> {
    const [row] = await db.query<Row>('SELECT * FROM webhooks WHERE id = ?', [id])
    if (row === undefined) throw new ProblemError('request.not-found', 'no such webhook')
    return row
  }

  const wants = (row: Pick<Row, 'types'>, event: EventRow): boolean => {
    const types = JSON.parse(row.types) as string[]
    const wanted: readonly string[] = types.length === 0 ? WEBHOOK_TYPES : types
    return event.roles.includes('integrator') && wanted.includes(event.type)
  }

  async function view(row: Row): Promise<Webhook> {
    const types = JSON.parse(row.types) as string[]
    return {
      id: row.id,
      url: row.url,
      types,
      active: row.active === 1,
      waiting: await events.count(row.cursor, types.length === 0 ? WEBHOOK_TYPES : types, WEBHOOK_LIMITS.counted + 1),
      failures: row.failures,
      failingSince: row.failing_since,
      nextAt: row.failures > 0 && row.active === 1 ? row.next_at : null,
      problem: row.problem === null ? null : (JSON.parse(row.problem) as Problem),
      createdAt: row.created_at,
    }
  }

  let tests = 0

  /** Former secrets that sign still, the newest first. */
  const formersOf = (row: Row): { secret: Uint8Array; until: number }[] =>
    [
      { secret: row.former_secret, until: row.former_until },
      { secret: row.older_secret, until: row.older_until },
    ].flatMap(({ secret, until }) =>
      secret !== null && until !== null && until > clock.now() ? [{ secret, until }] : [],
    )

  const secretsOf = (row: Row): string[] =>
    [row.secret, ...formersOf(row).map(({ secret }) => secret)].map(sealed =>
      Buffer.from(parts.seal.open(sealed, `webhook ${row.id}`)).toString('utf8'),
    )

  /** Sends one message; the attempt is kept, with `alongside` in its transaction. Null when it was taken (2xx). */
  async function send(
    row: Row,
    event: Pick<EventRow, 'no' | 'at' | 'type' | 'subject'>,
    id?: string,
    alongside?: (tx: Transaction) => Promise<void>,
  ): Promise<Problem | null> {
    const { headers, body } = messageOf(event, { secrets: secretsOf(row), now: clock.now(), id })
    const began = clock.now()
    let status: number | null = null
    let problem: Problem | null = null
    try {
      status = await parts.post(row.url, { headers, body, allowInside: parts.allowInside, signal: stopping.signal })
      if (status < 200 || status > 299) problem = { code: 'exchange.unreachable', detail: `status ${status}` }
    } catch (error) {
      problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
    }
    if (stopping.signal.aborted) return problem
    await db.transaction(async tx => {
      await tx.run(
        `INSERT INTO webhook_attempts (webhook, event, type, at, ms, status, problem) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [row.id, event.no, event.type, began, clock.now() - began, status, problem?.detail ?? problem?.code ?? null],
      )
      await tx.run(
        `DELETE FROM webhook_attempts WHERE webhook = ? AND no <= (SELECT no FROM webhook_attempts WHERE webhook = ?
           ORDER BY no DESC LIMIT 1 OFFSET ?)`,
        [row.id, row.id, WEBHOOK_LIMITS.log],
      )
      await alongside?.(tx)
    })
    parts.observer.delivered(problem === null)
    return problem
  }

  const moveOn = (id: string, from: number, to: number): Promise<number> =>
    db.transaction(tx =>
      tx.run(
        'UPDATE webhooks SET cursor = ?, failures = 0, failing_since = NULL, problem = NULL WHERE id = ? AND cursor = ?',
        [to, id, from],
      ),
    )

  /** Notes a failure; when the next try is, ms. What a person did to the subscription meanwhile stays as it is. */
  async function failed(row: Row, problem: Problem): Promise<number> {
    const now = clock.now()
    const since = row.failing_since ?? now
    const over = now - since >= WEBHOOK_LIMITS.giveUp
    const nextAt = now + delayAfter(row.failures + 1, parts.random(), RETRY)
    await db.transaction(async tx => {
      const stands = await tx.run(
        `UPDATE webhooks SET failures = ?, failing_since = ?, next_at = ?, problem = ?, active = ?
         WHERE id = ? AND cursor = ? AND active = 1 AND failures = ?`,
        [row.failures + 1, since, nextAt, JSON.stringify(problem), over ? 0 : 1, row.id, row.cursor, row.failures],
      )
      if (!over || stands === 0) return
      await audit.append(tx, { actor: 'node', action: 'webhook.disabled', subject: row.id })
      await events.append(tx, { type: 'work.parked', subject: `webhook:${row.id}` })
      tx.afterCommit(() => parts.observer.disabled(row.id))
    })
    return nextAt
  }

  /** Tells a subscriber what waits, one after the other, until nothing does or it fails; when to try again, ms. */
  async function deliver(id: string): Promise<number | null> {
    for (;;) {
      const [row] = await db.query<Row>('SELECT * FROM webhooks WHERE id = ?', [id])
      if (row === undefined) deliveries.delete(id)
      if (row === undefined || row.active === 0 || stopping.signal.aborted) return null
      if (row.next_at > clock.now()) return row.next_at
      const page = await events.after(row.cursor, WEBHOOK_LIMITS.page)
      const last = page.at(-1)
      if (last === undefined) return null
      const next = page.find(event => wants(row, event))
      if (next === undefined) {
        await moveOn(id, row.cursor, last.no)
        continue
      }
      const problem = await send(row, next)
      if (stopping.signal.aborted) return null
      if (problem !== null) return failed(row, problem)
      await moveOn(id, row.cursor, next.no)
    }
  }

  /** whether the last look found nobody, and how often who is told has changed */
  let nobody = false
  let changes = 0
  const changed = (): void => {
    changes++
    nobody = false
  }

  /** Looks who there is to be told. An event that comes while it is told gets another look. */
  const looks = createRounds({
    clock,
    failed: faulted,
    async round() {
      const before = changes
      const active = await db.query<Pick<Row, 'id'>>('SELECT id FROM webhooks WHERE active = 1')
      if (before === changes) nobody = active.length === 0
      for (const { id } of active) {
        const delivery = deliveries.get(id) ?? createRounds({ clock, failed: faulted, round: () => deliver(id) })
        deliveries.set(id, delivery)
        void delivery.wake()
      }
      return null
    },
  })
  const wake = (): void => void looks.wake()
  /** Nobody is looked for at each event while there is nobody. */
  const happened = (): void => {
    if (!nobody) void looks.wake()
  }

  async function change(
    id: string,
    action: AuditAction,
    actor: string,
    work: (tx: Transaction, row: Row) => Promise<void>,
  ): Promise<Webhook> {
    const row = await rowOf(id)
    await db.transaction(async tx => {
      await act(tx)
      tx.afterCommit(changed)
      await work(tx, row)
      await audit.append(tx, { actor, action, subject: id })
    })
    wake()
    return view(await rowOf(id))
  }

  const sealed = (id: string, secret: string): Uint8Array => parts.seal.seal(Buffer.from(secret), `webhook ${id}`)
  const newSecret = (): string => `whsec_${parts.randomSecret(32)}`

  return {
    /** Subscribes; the secret is shown once. Told is what happens from now on. Problems: `request.invalid`, `request.conflict` when there are too many. */
    async add(url: string, types: readonly string[], actor: string): Promise<{ webhook: Webhook; secret: string }> {
      checkTarget(url, parts.allowInside)
      const unknown = types.find(type => !(WEBHOOK_TYPES as string[]).includes(type))
      if (unknown !== undefined) throw new ProblemError('request.invalid', `types: ${unknown}`)
      const id = parts.newId()
      const secret = newSecret()
      const { last } = await events.bounds()
      await db.transaction(async tx => {
        tx.afterCommit(changed)
        const [count] = await tx.query<{ n: number }>('SELECT count(*) AS n FROM webhooks')
        if ((count?.n ?? 0) >= WEBHOOK_LIMITS.hooks)
          throw new ProblemError('request.conflict', `${WEBHOOK_LIMITS.hooks} webhooks at most`)
        await tx.run(
          `INSERT INTO webhooks (id, url, types, secret, active, cursor, failures, next_at, created_at) VALUES (?, ?, ?, ?, 1, ?, 0, 0, ?)`,
          [id, url, JSON.stringify(types), sealed(id, secret), last, clock.now()],
        )
        await act(tx)
        await audit.append(tx, { actor, action: 'webhook.added', subject: id, detail: { host: new URL(url).host } })
      })
      return { webhook: await view(await rowOf(id)), secret }
    },

    async list(): Promise<Webhook[]> {
      return Promise.all((await db.query<Row>('SELECT * FROM webhooks ORDER BY created_at, id')).map(view))
    },

    get: async (id: string): Promise<Webhook> => view(await rowOf(id)),

    /** Switches it on again, or off. What waited meanwhile is told when it is on, as long as the events are kept. */
    set: (id: string, active: boolean, actor: string): Promise<Webhook> =>
      change(id, active ? 'webhook.enabled' : 'webhook.disabled', actor, async tx => {
        await tx.run(
          'UPDATE webhooks SET active = ?, failures = 0, failing_since = NULL, next_at = 0, problem = NULL WHERE id = ?',
          [active ? 1 : 0, id],
        )
      }),

    /** A new secret, shown once; the former one signs too for a day. Problem: `request.conflict` when two of them do already. */
    async rotate(id: string, actor: string): Promise<{ webhook: Webhook; secret: string }> {
      const secret = newSecret()
      const webhook = await change(id, 'webhook.rotated', actor, async (tx, row) => {
        const [former, older] = formersOf(row)
        if (older !== undefined)
          throw new ProblemError(
            'request.conflict',
            `${WEBHOOK_LIMITS.formers} former secrets sign still, one until ${new Date(older.until).toISOString()}: wait, or add a new subscription and remove this one`,
          )
        await tx.run(
          `UPDATE webhooks SET secret = ?, former_secret = ?, former_until = ?, older_secret = ?, older_until = ?
           WHERE id = ?`,
          [
            sealed(id, secret),
            row.secret,
            clock.now() + WEBHOOK_LIMITS.overlap,
            former?.secret ?? null,
            former?.until ?? null,
            id,
          ],
        )
      })
      return { webhook, secret }
    },

    async remove(id: string, actor: string): Promise<void> {
      await rowOf(id)
      await db.transaction(async tx => {
        await tx.run('DELETE FROM webhooks WHERE id = ?', [id])
        await tx.run('DELETE FROM webhook_attempts WHERE webhook = ?', [id])
        await act(tx)
        await audit.append(tx, { actor, action: 'webhook.removed', subject: id })
      })
    },

    /** The last attempts, newest first. */
    async log(id: string, limit: number, before: number | null): Promise<Attempt[]> {
      await rowOf(id)
      return db.query<Attempt>(
        `SELECT no, event, type, at, ms, status, problem FROM webhook_attempts WHERE webhook = ? AND no < ? ORDER BY no DESC LIMIT ?`,
        [id, before ?? Number.MAX_SAFE_INTEGER, limit],
      )
    },

    /** Sends a message of type `webhook.test` now; why it was not taken, or null. */
    async test(id: string, actor: string): Promise<Problem | null> {
      const row = await rowOf(id)
      const at = clock.now()
      // A receiver that drops what came before drops no test.
      return send(row, { no: 0, at, type: 'webhook.test', subject: id }, `test_${at}_${tests++}`, async tx => {
        await act(tx)
        await audit.append(tx, { actor, action: 'webhook.tested', subject: id })
      })
    },

    /** Tells all events from this one on again, in order; one that is switched off, when it is switched on. Problem: `request.not-found` when they are kept no more. */
    replay: (id: string, from: number, actor: string): Promise<Webhook> =>
      change(id, 'webhook.replayed', actor, async tx => {
        const { first, last } = await events.bounds()
        if (from < first || from > last)
          throw new ProblemError('request.not-found', `events ${first} to ${last} are kept`)
        await tx.run('UPDATE webhooks SET cursor = ?, failures = 0, failing_since = NULL, next_at = 0 WHERE id = ?', [
          from - 1,
          id,
        ])
      }),

    /** Sends one kept event again, outside the order; why it was not taken, or null. Problem: `request.not-found`. */
    async resend(id: string, no: number, actor: string): Promise<Problem | null> {
      const row = await rowOf(id)
      const [event] = await events.after(no - 1, 1)
      if (event === undefined || event.no !== no || !event.roles.includes('integrator'))
        throw new ProblemError('request.not-found', 'the event is kept no more')
      return send(row, event, undefined, async tx => {
        await act(tx)
        await audit.append(tx, { actor, action: 'webhook.resent', subject: id, detail: { event: no } })
      })
    },

    start(): void {
      unwatch = events.onNew(happened)
      wake()
    },

    async stop(): Promise<void> {
      stopping.abort()
      unwatch()
      await looks.stop()
      await Promise.all([...deliveries.values()].map(delivery => delivery.stop()))
    },
  }
}
