/**
 * Parcels (寄递): originals that go to the handling city, results that go to the applicant. A parcel is ordered from the city's carrier
 * once, however often the node or the carrier fails meanwhile, and each step of its way becomes a signed `case.mail`, so that both
 * cities see where it is. Names and addresses are sealed and go with the case's purge. May import the cases, the audit log and
 * the store.
 */

import type { Carrier, CarrierFailure, MailParty, ParcelEvent, ParcelState } from '../../../../adapters/sdk/carrier.ts'
import { type AgreementDocument, dayOf } from '../../../../protocol/agreement/document.ts'
import type { CaseKind } from '../../../../protocol/case/kinds.ts'
import { decodeUtf8, encodeUtf8, fromHex } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { delayAfter } from '../../../kernel/backoff.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { CaseKeys } from '../../../kernel/keys/case-keys.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import { createRounds } from '../../../kernel/rounds.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../../kernel/store/database.ts'
import type { CaseDetail } from '../detail.ts'
import {
  type Content,
  DAY,
  type NewParcel,
  PARCEL_LIMITS,
  type Parcel,
  type Payer,
  type Row,
  toParcel,
} from './parcel.ts'
import { countTroubles, type Trouble } from './troubles.ts'
import { foldNumber, judgeWay, readNumber } from './way.ts'

const RETRY = { first: 30_000, most: 30 * 60_000, breakAfter: Number.MAX_SAFE_INTEGER, hold: 30 * 60_000 }
/** It came, or so the carrier says: it may come back, or be found. */
const ARRIVED: readonly ParcelState[] = ['delivered', 'lost']
const OVER: readonly ParcelState[] = ['returned', 'cancelled']

export type ParcelsParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  keys: Pick<CaseKeys, 'seal' | 'open'>
  /** null: none is configured, and waybills are typed in */
  carrier: Carrier | null
  sender: MailParty | null
  own: string
  pollMs: number
  cases: {
    get(thread: string): Promise<Pick<CaseDetail, 'no' | 'fold' | 'steps' | 'role'>>
    moves(
      thread: string,
      steps: readonly { kind: CaseKind; body: unknown }[],
      actor: string,
      alongside: (tx: Transaction) => Promise<void>,
    ): Promise<unknown>
  }
  agreements: { documentOf(store: Reader, id: string): Promise<AgreementDocument | null> }
  threadOf: (threadNo: number) => Promise<string>
  randomId: () => string
  random: () => number
  failed: (id: string, detail: string) => void
  /** the own store failed; it is tried again */
  faulted: (error: unknown) => void
}

export type Parcels = ReturnType<typeof createParcels>

export function createParcels(parts: ParcelsParts) {
  const { db, clock, audit, events, keys, carrier, cases } = parts
  const stopping = new AbortController()
  const context = (id: string): string => `parcel ${id}`

  async function rowOf(thread: string, id: string): Promise<Row> {
    const [row] = await db.query<Row>(
      'SELECT p.* FROM parcels p JOIN threads t ON t.no = p.thread_no WHERE p.id = ? AND t.thread = ?',
      [id, fromHex(thread)],
    )
    if (row === undefined) throw new ProblemError('request.not-found', 'no such parcel')
    return row
  }

  /** Who pays by the agreement, and whether that is the sender. */
  async function payerOf(thread: string, { parcel, payer }: NewParcel): Promise<Payer> {
    if (payer !== undefined) return payer
    const { fold } = await cases.get(thread)
    const document = fold.agreement === null ? null : await parts.agreements.documentOf(db, fold.agreement)
    return (parcel === 'originals' ? document?.mailing : document?.resultMailing) ?? 'applicant'
  }

  /** An applicant pays at the window that sends originals, and on delivery for a result. */
  const paidBy = (row: Pick<Row, 'parcel' | 'payer'>, role: 'collecting' | 'handling'): 'sender' | 'recipient' =>
    row.payer === role || (row.payer === 'applicant' && row.parcel === 'originals') ? 'sender' : 'recipient'

  /** when the carrier answered last, and why it did not since, as far as this run knows */
  const answers: { at: number | null; problem: string | null } = { at: null, problem: null }

  /** `heard`: something new is known of it. A trouble that is not named is over. */
  type Change = Partial<Record<'state' | 'number' | 'told' | 'problem', string>> & {
    trouble?: Trouble
    heard?: boolean
  }
  async function put(tx: Transaction, row: Row, change: Change, nextAt: number): Promise<void> {
    const { state, number, told, problem, heard } = change
    await tx.run(
      `UPDATE parcels SET state = coalesce(?, state), number = coalesce(?, number), told = coalesce(?, told), attempts = 0,
         problem = ?, heard_at = coalesce(?, heard_at), next_at = ? WHERE id = ?`,
      [
        state ?? null,
        number ?? null,
        told ?? null,
        problem ?? null,
        heard === true ? clock.now() : null,
        nextAt,
        row.id,
      ],
    )
    await troubled(tx, row, change.trouble ?? null)
  }

  /** Notes a trouble, and tells of one that is new. */
  async function troubled(tx: Transaction, { id, thread_no }: Row, trouble: Trouble | null): Promise<void> {
    const changed = await tx.run(
      `UPDATE parcels SET trouble = ?, troubled_at = ? WHERE id = ? AND coalesce(trouble, '') <> coalesce(?, '')`,
      [trouble, trouble === null ? null : clock.now(), id, trouble],
    )
    if (changed > 0 && trouble !== null)
      await events.append(tx, { type: 'work.parked', subject: await parts.threadOf(thread_no) })
  }

  async function notYet(row: Row, failure: CarrierFailure): Promise<void> {
    const attempts = row.attempts + 1
    // Where a parcel is may be asked for ever; an order that is refused, or that nobody takes, is for a person.
    const asked = row.state === 'open' || row.state === 'watched'
    const over = !asked && (!failure.retryable || attempts >= PARCEL_LIMITS.attempts)
    const { state, nextAt } =
      row.state === 'watched'
        ? afterWay(row, JSON.parse(row.told) as ParcelEvent[])
        : { state: over ? 'failed' : row.state, nextAt: clock.now() + delayAfter(attempts, parts.random(), RETRY) }
    await db.transaction(async tx => {
      await tx.run('UPDATE parcels SET attempts = ?, next_at = ?, problem = ?, state = ? WHERE id = ?', [
        attempts,
        nextAt,
        failure.detail,
        state,
        row.id,
      ])
      if (over) await troubled(tx, row, 'refused')
      else if (row.state !== 'watched' && attempts >= PARCEL_LIMITS.unanswered) await troubled(tx, row, 'unanswered')
    })
    if (over) parts.failed(row.id, failure.detail)
  }

  const mail = (
    row: Row,
    number: string,
    { state, at, place }: Omit<ParcelEvent, 'state'> & { state: ParcelState | 'ordered' },
  ) => ({
    kind: 'case.mail' as const,
    body: {
      waybill: { carrier: row.carrier, number },
      parcel: row.parcel,
      state,
      at,
      ...(place === undefined ? {} : { place }),
    },
  })

  async function contentOf(row: Row): Promise<Content> {
    const plain = await keys.open(db, row.thread_no, row.sealed, context(row.id))
    if (plain === null) throw new ProblemError('request.conflict', 'the case was purged')
    return JSON.parse(decodeUtf8(plain)) as Content
  }

  async function order(row: Row, thread: string, by: Carrier): Promise<CarrierFailure | null> {
    const { role } = await cases.get(thread)
    const made = await by.order({ key: row.id, ...(await contentOf(row)), payer: paidBy(row, role) }, stopping.signal)
    if (!made.ok) return made
    const number = readNumber(made.number)
    if (number === null) return { ok: false, detail: 'the carrier gives no waybill number', retryable: false }
    if (await isOthers(row, number))
      return { ok: false, detail: `the carrier gives the number of another parcel: ${number}`, retryable: false }
    const at = new Date(clock.now()).toISOString()
    await cases.moves(thread, [mail(row, number, { state: 'ordered', at })], 'node', tx =>
      put(tx, row, { state: 'open', number, heard: true }, clock.now() + parts.pollMs),
    )
    return null
  }

  async function isOthers({ id, carrier: name }: Row, number: string): Promise<boolean> {
    const [other] = await db.query(
      `SELECT 1 FROM parcels WHERE carrier = ? AND upper(replace(replace(number, ' ', ''), '-', '')) = ? AND id <> ? LIMIT 1`,
      [name, foldNumber(number), id],
    )
    return other !== undefined
  }

  /** Since when nothing was heard of a parcel is too long. */
  function isSilent(row: Row, told: readonly ParcelEvent[]): boolean {
    const limit = told.length === 0 ? PARCEL_LIMITS.uncollected : PARCEL_LIMITS.silent
    return clock.now() - (row.heard_at ?? row.created_at) >= limit
  }

  /** What becomes of a parcel of which all this was told, and when it is asked for again. */
  function afterWay(row: Row, told: readonly ParcelEvent[]): { state: Row['state']; nextAt: number } {
    const now = clock.now()
    if (told.some(({ state }) => OVER.includes(state))) return { state: 'done', nextAt: now }
    const arrived = told.filter(({ state }) => ARRIVED.includes(state)).map(({ at }) => Date.parse(at))
    if (arrived.length === 0) return { state: row.state, nextAt: now + parts.pollMs }
    const ago = now - Math.max(...arrived)
    return ago >= PARCEL_LIMITS.watched
      ? { state: 'done', nextAt: now }
      : { state: 'watched', nextAt: now + Math.min(Math.max(parts.pollMs, ago), DAY) }
  }

  async function track(row: Row, thread: string, by: Carrier): Promise<CarrierFailure | null> {
    const number = row.number ?? ''
    const read = await by.track(number, stopping.signal)
    if (!read.ok) return read
    const told = JSON.parse(row.told) as ParcelEvent[]
    const { fresh, contradiction } = judgeWay(told, read.events, { orderedAt: row.created_at, now: clock.now() })
    const way = [...told, ...fresh]
    const { state, nextAt } = afterWay(row, way)
    const quiet = fresh.length === 0 && state === 'open' && isSilent(row, told)
    // One that somebody has seen to is not told again.
    const settled = row.trouble === null && row.problem === contradiction
    const trouble = contradiction !== null && !settled ? 'contradicts' : quiet ? 'silent' : undefined
    const change: Change = {
      state,
      told: JSON.stringify(way),
      heard: fresh.length > 0,
      ...(trouble === undefined ? {} : { trouble }),
      ...(contradiction === null ? {} : { problem: contradiction }),
    }
    const alongside = (tx: Transaction) => put(tx, row, change, nextAt)
    if (fresh.length === 0) {
      await db.transaction(alongside)
      return null
    }
    const steps: { kind: CaseKind; body: unknown }[] = fresh.map(event => mail(row, number, event))
    const collected = fresh.find(({ state }) => state === 'collected')
    const detail = await cases.get(thread)
    if (row.parcel === 'originals' && collected !== undefined && detail.steps.includes('case.ship')) {
      const { contents } = await contentOf(row)
      const shippedOn = dayOf(Date.parse(collected.at) / 1000)
      steps.unshift({
        kind: 'case.ship',
        body: { waybill: { carrier: row.carrier, number }, contents, shippedOn, payer: row.payer },
      })
    }
    await cases.moves(thread, steps, 'node', alongside)
    return null
  }

  async function takeBack(row: Row, thread: string, by: Carrier): Promise<CarrierFailure | null> {
    const done = await by.cancel(row.number ?? '', stopping.signal)
    if (!done.ok) {
      // Too late: it is on its way, and its way is told on.
      if (!done.retryable) await db.transaction(tx => put(tx, row, { state: 'open' }, clock.now()))
      return done.retryable ? done : null
    }
    const event: ParcelEvent = { state: 'cancelled', at: new Date(clock.now()).toISOString() }
    const told = JSON.stringify([...(JSON.parse(row.told) as ParcelEvent[]), event])
    await cases.moves(thread, [mail(row, row.number ?? '', event)], 'node', tx =>
      put(tx, row, { state: 'done', told }, clock.now()),
    )
    return null
  }

  async function move(row: Row, by: Carrier): Promise<void> {
    const thread = await parts.threadOf(row.thread_no)
    try {
      const act = { wanted: order, open: track, watched: track, cancelling: takeBack }[row.state as 'wanted']
      const failure = await act(row, thread, by)
      if (failure === null) answers.at = clock.now()
      answers.problem = failure?.detail ?? null
      if (failure !== null) await notYet(row, failure)
    } catch (error) {
      if (stopping.signal.aborted) return
      const detail = error instanceof ProblemError ? error.problem.code : 'internal'
      await notYet(row, { ok: false, detail, retryable: true })
    }
  }

  /** Sees to what is due; when the next is. */
  async function round(): Promise<number | null> {
    if (carrier === null || stopping.signal.aborted) return null
    const rows = await db.query<Row>(
      `SELECT * FROM parcels WHERE state IN ('wanted', 'open', 'cancelling', 'watched') AND next_at <= ? ORDER BY next_at LIMIT 200`,
      [clock.now()],
    )
    for (const row of rows) {
      if (stopping.signal.aborted) return null
      await move(row, carrier)
    }
    const [due] = await db.query<{ at: number | null }>(
      `SELECT min(next_at) AS at FROM parcels WHERE state IN ('wanted', 'open', 'cancelling', 'watched')`,
    )
    return due?.at == null ? null : Math.max(clock.now() + 1000, due.at)
  }

  const rounds = createRounds({ clock, round, failed: parts.faulted })
  /** One round after another; resolves when it is over. */
  const wake = (): Promise<void> => rounds.wake()

  return {
    start: (): void => void wake(),
    wake,

    async stop(): Promise<void> {
      stopping.abort()
      await rounds.stop()
    },

    /** Orders a parcel of a case. Problems: `thread.unknown`, `request.conflict` without a carrier or with too many, `request.invalid`. */
    async order(thread: string, wanted: NewParcel, actor: string): Promise<Parcel> {
      const { no } = await cases.get(thread)
      if (carrier === null)
        throw new ProblemError(
          'request.conflict',
          'no carrier is configured (mail.url): type the waybill in with `ship` or `mail`',
        )
      const from = wanted.from ?? parts.sender
      if (from === null) throw new ProblemError('request.invalid', 'from: the configuration has no mail.sender')
      const id = parts.randomId()
      const payer = await payerOf(thread, wanted)
      const content: Content = { from, to: wanted.to, contents: wanted.contents }
      await db.transaction(async tx => {
        const [held] = await tx.query<{ n: number }>('SELECT count(*) AS n FROM parcels WHERE thread_no = ?', [no])
        if ((held?.n ?? 0) >= PARCEL_LIMITS.each)
          throw new ProblemError('request.conflict', `${PARCEL_LIMITS.each} parcels of one case`)
        await tx.run(
          `INSERT INTO parcels (id, thread_no, parcel, state, carrier, number, payer, sealed, told, attempts, next_at, problem, created_at)
           VALUES (?, ?, ?, 'wanted', ?, NULL, ?, ?, '[]', 0, 0, NULL, ?)`,
          [
            id,
            no,
            wanted.parcel,
            carrier.name,
            payer,
            await keys.seal(tx, no, encodeUtf8(JSON.stringify(content)), context(id)),
            clock.now(),
          ],
        )
        await act(tx)
        await audit.append(tx, { actor, action: 'parcel.ordered', subject: thread, detail: { parcel: id } })
      })
      void wake()
      return toParcel(await rowOf(thread, id))
    },

    /** Parcels of a case that this city ordered, oldest first. Problem: `thread.unknown`. */
    async list(thread: string): Promise<Parcel[]> {
      const { no } = await cases.get(thread)
      return (await db.query<Row>('SELECT * FROM parcels WHERE thread_no = ? ORDER BY created_at, id', [no])).map(
        toParcel,
      )
    },

    /** How the carrier answers, and how many parcels are in each trouble; carrier null: none is configured. */
    async standing() {
      const [under] = await db.query<{ n: number }>(
        `SELECT count(*) AS n FROM parcels WHERE state IN ('wanted', 'open', 'cancelling')`,
      )
      const troubles = await countTroubles(db)
      return {
        carrier: carrier?.name ?? null,
        underWay: under?.n ?? 0,
        answeredAt: answers.at,
        problem: answers.problem,
        troubles,
      }
    },

    /** Somebody has seen to the parcels of a case that are in trouble; what failed is given up. How many. Problem: `thread.unknown`. */
    async settle(thread: string, actor: string): Promise<number> {
      const { no } = await cases.get(thread)
      return db.transaction(async tx => {
        const settled =
          (await tx.run('UPDATE mail_troubles SET settled_by = ? WHERE thread_no = ? AND settled_by IS NULL', [
            actor,
            no,
          ])) +
          (await tx.run(
            `UPDATE parcels SET trouble = NULL, troubled_at = NULL, heard_at = ?, state = CASE WHEN state = 'failed' THEN 'done' ELSE state END
             WHERE thread_no = ? AND trouble IS NOT NULL`,
            [clock.now(), no],
          ))
        if (settled === 0) return 0
        await act(tx)
        await audit.append(tx, { actor, action: 'parcel.settled', subject: thread, detail: { parcels: settled } })
        await events.append(tx, { type: 'case.changed', subject: thread, kind: 'parcel.settled' })
        return settled
      })
    },

    /** Takes an order back; one that was collected meanwhile goes on. Problems: `request.not-found`, `request.conflict`. */
    async cancel(thread: string, id: string, actor: string): Promise<Parcel> {
      const { state } = toParcel(await rowOf(thread, id))
      if (state === 'done' || state === 'failed') throw new ProblemError('request.conflict', `the parcel is ${state}`)
      await db.transaction(async tx => {
        // The carrier may have taken the order without our knowing it: it is asked again first, under the same key.
        const changed = await tx.run(
          "UPDATE parcels SET state = 'cancelling', next_at = 0 WHERE id = ? AND state = 'open'",
          [id],
        )
        if (changed === 0 && state !== 'cancelling')
          throw new ProblemError('request.conflict', 'the carrier has not answered to the order yet: try again')
        await act(tx)
        await audit.append(tx, { actor, action: 'parcel.cancelled', subject: thread, detail: { parcel: id } })
      })
      void wake()
      return toParcel(await rowOf(thread, id))
    },

    /** Tries what failed again. Problems: `request.not-found`, `request.conflict`. */
    async retry(thread: string, id: string, actor: string): Promise<Parcel> {
      const { state, number } = await rowOf(thread, id)
      if (state !== 'failed') throw new ProblemError('request.conflict', `the parcel is ${state}`)
      await db.transaction(async tx => {
        await tx.run(
          `UPDATE parcels SET state = ?, attempts = 0, next_at = 0, problem = NULL, trouble = NULL, troubled_at = NULL
           WHERE id = ?`,
          [number === null ? 'wanted' : 'open', id],
        )
        await act(tx)
        await audit.append(tx, { actor, action: 'parcel.retried', subject: thread, detail: { parcel: id } })
      })
      void wake()
      return toParcel(await rowOf(thread, id))
    },
  }
}
