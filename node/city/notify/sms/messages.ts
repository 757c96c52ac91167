/**
 * SMS to applicants (短信): who agreed to it is told of what happens in their case by the city that took it in. Messages are made after the
 * commit of what they tell, from the packets that joined, one for each event however often the node starts anew, and sent one by one: before
 * the gateway is asked it is written that it is being asked, so that a message of which nobody knows whether it went out is never sent
 * again unasked. Number and words are sealed with the key of the case. May import the cases, the audit log and the store.
 */

import type { SmsFailure, SmsGateway } from '../../../../adapters/sdk/sms.ts'
import { dayOf } from '../../../../protocol/agreement/document.ts'
import type { Duty } from '../../../../protocol/case/deadlines.ts'
import type { CaseBody } from '../../../../protocol/case/kinds.ts'
import { decodeUtf8, encodeUtf8, fromHex, toHex } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { delayAfter } from '../../../kernel/backoff.ts'
import { type Clock, seconds } from '../../../kernel/clock.ts'
import type { CaseKeys } from '../../../kernel/keys/case-keys.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import { createRounds } from '../../../kernel/rounds.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { SmsConsent } from '../../cases/sms-consents.ts'
import { type Content, context, idOf, type Row, SMS_LIMITS, type SmsState, type SmsView, toView } from './message.ts'
import { MISSED_DUTIES, missedWords, type SmsKind, TOLD_KINDS, toldOf, wordsOf } from './words.ts'

const RETRY = {
  first: SMS_LIMITS.first,
  most: SMS_LIMITS.most,
  breakAfter: Number.MAX_SAFE_INTEGER,
  hold: SMS_LIMITS.most,
}

export type SmsParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  keys: Pick<CaseKeys, 'seal' | 'open'>
  consents: { read(store: Reader, threadNo: number): Promise<SmsConsent | null> }
  packets: (store: Reader, threadNo: number) => Promise<readonly StoredPacket[]>
  /** null: none is configured, and nobody is told */
  gateway: SmsGateway | null
  /** template of each kind that is told */
  templates: { readonly [K in SmsKind]?: string | undefined }
  /** name of this city, and where applicants ask */
  city: string
  contact: string
  random: () => number
  observer: { sent(outcome: 'sent' | 'failed' | 'unclear' | 'retry'): void; faulted(error: unknown): void }
}

export type Sms = ReturnType<typeof createSms>

export function createSms(parts: SmsParts) {
  const { db, clock, audit, events, keys, gateway, templates } = parts
  const stopping = new AbortController()
  let unwatch = () => {}
  /** when the gateway took a message last, and why not since, as far as this run knows */
  const answers: { at: number | null; problem: string | null } = { at: null, problem: null }

  /** Adds a message, once for each event; how many. */
  async function add(
    tx: Transaction,
    threadNo: number,
    told: { kind: SmsKind; event: string; packetNo: number | null; words: string },
    phone: string,
  ): Promise<number> {
    if (templates[told.kind] === undefined) return 0
    const [held] = await tx.query<{ n: number }>('SELECT count(*) AS n FROM sms WHERE thread_no = ?', [threadNo])
    if ((held?.n ?? 0) >= SMS_LIMITS.perCase) return 0
    const id = idOf(await threadOf(tx, threadNo), told.event)
    const content: Content = { phone, words: told.words }
    const now = clock.now()
    return tx.run(
      `INSERT INTO sms (id, thread_no, kind, event, packet_no, state, sealed, attempts, next_at, created_at, since)
       VALUES (?, ?, ?, ?, ?, 'wanted', ?, 0, ?, ?, ?) ON CONFLICT DO NOTHING`,
      [
        id,
        threadNo,
        told.kind,
        told.event,
        told.packetNo,
        await keys.seal(tx, threadNo, encodeUtf8(JSON.stringify(content)), context(id)),
        now,
        now,
        now,
      ],
    )
  }

  /** the last packet that was looked at, as far as this run knows; what is kept may lie behind it, and an event is told once */
  let after: number | null = null

  async function firstMark(): Promise<number> {
    return db.transaction(async tx => {
      const [mark] = await tx.query<{ no: number }>('SELECT packet_no AS no FROM sms_mark')
      if (mark !== undefined) return mark.no
      // What happened before messages were configured is no news.
      const [last] = await tx.query<{ no: number }>('SELECT coalesce(max(no), 0) AS no FROM packets')
      await tx.run('INSERT INTO sms_mark (one, packet_no) VALUES (1, ?)', [last?.no ?? 0])
      return last?.no ?? 0
    })
  }

  const setMark = (tx: Transaction, no: number): Promise<number> => tx.run('UPDATE sms_mark SET packet_no = ?', [no])

  /** Makes messages of packets that joined cases with a consent, a page at a time; whether there may be more. */
  async function readOn(): Promise<boolean> {
    after ??= await firstMark()
    const [last] = await db.query<{ no: number }>('SELECT coalesce(max(no), 0) AS no FROM packets')
    const through = last?.no ?? 0
    if (after >= through) return false
    const rows = await db.query<{ no: number; thread_no: number }>(
      `SELECT p.no, p.thread_no FROM packets p JOIN sms_consents s ON s.thread_no = p.thread_no
       WHERE p.no > ? AND p.no <= ? AND p.kind IN (${TOLD_KINDS.map(() => '?').join(', ')}) ORDER BY p.no LIMIT ?`,
      [after, through, ...TOLD_KINDS, SMS_LIMITS.page],
    )
    const more = rows.length === SMS_LIMITS.page
    const to = more ? (rows.at(-1)?.no ?? through) : through
    if (rows.length > 0)
      await db.transaction(async tx => {
        for (const { no, thread_no } of rows) await tell(tx, no, thread_no)
        await setMark(tx, to)
      })
    after = to
    return more
  }

  async function tell(tx: Transaction, packetNo: number, threadNo: number): Promise<void> {
    const packets = await parts.packets(tx, threadNo)
    const packet = packets.find(({ no }) => no === packetNo)
    if (packet === undefined || packet.body === null || clock.now() - packet.claims.iat * 1000 > SMS_LIMITS.late) return
    const submit = packets.find(({ claims }) => claims.kind === 'case.submit')?.body as CaseBody<'case.submit'> | null
    const told = toldOf(packet.claims.kind, packet.body, submit?.delivery)
    const consent = told === null ? null : await parts.consents.read(tx, threadNo)
    if (told === null || consent === null) return
    await add(tx, threadNo, { ...told, event: packet.id, packetNo }, consent.phone)
  }

  /** Days that were over since the last look; how many were told. */
  async function lookForMissed(): Promise<number> {
    if (gateway === null || templates.missed === undefined) return 0
    const now = seconds(clock.now())
    const first = dayOf(now - SMS_LIMITS.late / 1000)
    const today = dayOf(now)
    let told = 0
    for (let last = 0; ; ) {
      const rows = await db.query<{ thread_no: number; due: string; duty: Duty }>(
        `SELECT c.thread_no, c.due, c.due_duty AS duty FROM sms_consents s JOIN cases c ON c.thread_no = s.thread_no
         WHERE s.thread_no > ? AND c.due >= ? AND c.due < ? ORDER BY s.thread_no LIMIT ?`,
        [last, first, today, SMS_LIMITS.page],
      )
      const missed = rows.filter(({ duty }) => MISSED_DUTIES.includes(duty))
      if (missed.length > 0)
        await db.transaction(async tx => {
          for (const { thread_no, due, duty } of missed) {
            const consent = await parts.consents.read(tx, thread_no)
            if (consent === null) continue
            const event = `missed ${duty} ${due}`
            const words = missedWords(duty, due)
            told += await add(tx, thread_no, { kind: 'missed', event, packetNo: null, words }, consent.phone)
          }
        })
      last = rows.at(-1)?.thread_no ?? 0
      if (rows.length < SMS_LIMITS.page) break
    }
    // No start reads again what hours ago told nothing.
    const read = after
    if (read !== null) await db.transaction(tx => setMark(tx, read))
    if (told > 0) void rounds.wake()
    return told
  }

  const end = (tx: Transaction, id: string, state: SmsState, problem: string | null): Promise<number> =>
    tx.run(`UPDATE sms SET state = ?, problem = ?, ended_at = ? WHERE id = ? AND state IN ('sending', 'wanted')`, [
      state,
      problem,
      clock.now(),
      id,
    ])

  /** Ends a message that a person must look at, and says so. */
  async function giveUp(tx: Transaction, row: Row, state: 'failed' | 'unclear', problem: string): Promise<void> {
    if ((await end(tx, row.id, state, problem)) === 0) return
    const thread = await threadOf(tx, row.thread_no)
    await audit.append(tx, { actor: 'node', action: 'sms.failed', subject: thread, detail: { kind: row.kind, state } })
    await events.append(tx, { type: 'work.parked', subject: thread })
    tx.afterCommit(() => parts.observer.sent(state))
  }

  async function threadOf(store: Reader, threadNo: number): Promise<string> {
    const [row] = await store.query<{ thread: Uint8Array }>('SELECT thread FROM threads WHERE no = ?', [threadNo])
    return row === undefined ? '' : toHex(row.thread)
  }

  /** Whether the step that a message tells holds: an own one waits for the receipt of the other city, which may refuse it. */
  async function standing(tx: Transaction, { packet_no }: Row): Promise<'holds' | 'waits' | 'refused'> {
    if (packet_no === null) return 'holds'
    const [packet] = await tx.query<{ status: string }>('SELECT status FROM packets WHERE no = ?', [packet_no])
    if (packet === undefined || packet.status === 'refused') return 'refused'
    return packet.status === 'pending' ? 'waits' : 'holds'
  }

  /** Writes that a message is about to be sent; null when it is not to be, or not yet. */
  async function begin(row: Row): Promise<Content | null> {
    return db.transaction(async tx => {
      const stands = await standing(tx, row)
      const plain = await keys.open(tx, row.thread_no, row.sealed, context(row.id))
      if (plain === null || stands === 'refused' || templates[row.kind] === undefined) {
        await end(tx, row.id, 'dropped', null)
        return null
      }
      if (clock.now() - row.since > SMS_LIMITS.late) {
        await giveUp(tx, row, 'failed', row.problem ?? 'no news any more')
        return null
      }
      if (stands === 'waits') {
        await tx.run('UPDATE sms SET next_at = ? WHERE id = ?', [clock.now() + SMS_LIMITS.first, row.id])
        return null
      }
      const mine = await tx.run(
        `UPDATE sms SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'wanted'`,
        [row.id],
      )
      return mine === 0 ? null : (JSON.parse(decodeUtf8(plain)) as Content)
    })
  }

  async function deliver(row: Row, by: SmsGateway): Promise<void> {
    const [of] = await db.query<{ case_no: string; item_name: string }>(
      'SELECT case_no, item_name FROM cases WHERE thread_no = ?',
      [row.thread_no],
    )
    const template = templates[row.kind] ?? ''
    const content = of === undefined ? null : await begin(row)
    if (content === null || of === undefined) return
    const { city, contact } = parts
    const said = wordsOf(row.kind, { caseNo: of.case_no, item: of.item_name, city, contact, words: content.words })
    const answer = await by
      .send({ key: row.id, phone: content.phone, template, ...said }, stopping.signal)
      .catch((): SmsFailure => ({ ok: false, outcome: 'unclear', detail: 'internal' }))
    answers.problem = answer.ok ? null : answer.detail
    if (answer.ok) answers.at = clock.now()
    await db.transaction(tx => settle(tx, row, answer, by))
  }

  async function settle(
    tx: Transaction,
    row: Row,
    answer: { ok: true } | SmsFailure,
    { dropsRepeats }: SmsGateway,
  ): Promise<void> {
    if (answer.ok) {
      if ((await end(tx, row.id, 'sent', null)) === 0) return
      const subject = await threadOf(tx, row.thread_no)
      await audit.append(tx, { actor: 'node', action: 'sms.sent', subject, detail: { kind: row.kind, sms: row.id } })
      tx.afterCommit(() => parts.observer.sent('sent'))
      return
    }
    const attempts = row.attempts + 1
    const again = answer.outcome === 'retryable' || (answer.outcome === 'unclear' && dropsRepeats)
    if (!again || attempts >= SMS_LIMITS.attempts) {
      await giveUp(tx, row, answer.outcome === 'unclear' ? 'unclear' : 'failed', answer.detail)
      return
    }
    await tx.run(`UPDATE sms SET state = 'wanted', problem = ?, next_at = ? WHERE id = ? AND state = 'sending'`, [
      answer.detail,
      clock.now() + delayAfter(attempts, parts.random(), RETRY),
      row.id,
    ])
    tx.afterCommit(() => parts.observer.sent('retry'))
  }

  /** What an earlier run was asking the gateway when it ended: sent again where that does no harm, left to a person where it may. */
  async function takeUp(by: SmsGateway): Promise<void> {
    await db.transaction(async tx => {
      const rows = await tx.query<Row>(`SELECT * FROM sms WHERE state = 'sending' ORDER BY created_at`)
      for (const row of rows)
        if (by.dropsRepeats) await tx.run(`UPDATE sms SET state = 'wanted', next_at = 0 WHERE id = ?`, [row.id])
        else await giveUp(tx, row, 'unclear', 'the node ended while the gateway was asked')
    })
  }

  let begun = false
  /** Makes messages of what happened, and sends what is due; when the next is. */
  async function round(): Promise<number | null> {
    if (gateway === null || stopping.signal.aborted) return null
    if (!begun) await takeUp(gateway)
    begun = true
    while (!stopping.signal.aborted) if (!(await readOn())) break
    const rows = await db.query<Row>(
      `SELECT * FROM sms WHERE state = 'wanted' AND next_at <= ? ORDER BY next_at, packet_no LIMIT ?`,
      [clock.now(), SMS_LIMITS.page],
    )
    for (const row of rows) {
      if (stopping.signal.aborted) return null
      await deliver(row, gateway)
    }
    const [due] = await db.query<{ at: number | null }>(`SELECT min(next_at) AS at FROM sms WHERE state = 'wanted'`)
    return due?.at == null ? null : Math.max(clock.now() + 1000, due.at)
  }

  const rounds = createRounds({
    clock,
    round,
    failed(error) {
      // What was being sent when the store failed is taken up as after an end.
      begun = false
      parts.observer.faulted(error)
    },
  })

  const view = async (row: Row): Promise<SmsView> => {
    const plain = await keys.open(db, row.thread_no, row.sealed, context(row.id))
    return toView(row, plain === null ? null : (JSON.parse(decodeUtf8(plain)) as Content))
  }

  async function rowsOf(thread: string, id: string | null): Promise<Row[]> {
    const [known] = await db.query<{ no: number }>(
      'SELECT t.no FROM threads t JOIN cases c ON c.thread_no = t.no WHERE t.thread = ?',
      [fromHex(thread)],
    )
    if (known === undefined) throw new ProblemError('thread.unknown')
    return db.query<Row>(
      `SELECT * FROM sms WHERE thread_no = ?${id === null ? '' : ' AND id = ?'} ORDER BY created_at, id`,
      [known.no, ...(id === null ? [] : [id])],
    )
  }

  return {
    start(): void {
      if (gateway === null) return
      unwatch = events.onNew(() => void rounds.wake())
      void rounds.wake()
    },

    wake: (): Promise<void> => rounds.wake(),

    async stop(): Promise<void> {
      stopping.abort()
      unwatch()
      await rounds.stop()
    },

    lookForMissed,

    /** The messages of a case, oldest first. Problem: `thread.unknown`. */
    list: async (thread: string): Promise<SmsView[]> => Promise.all((await rowsOf(thread, null)).map(view)),

    /** Sends a message that failed, or of which nobody knows, once more. Problems: `thread.unknown`, `request.not-found`, `request.conflict`. */
    async retry(thread: string, id: string, actor: string): Promise<SmsView> {
      const [row] = await rowsOf(thread, id)
      if (row === undefined) throw new ProblemError('request.not-found', 'no such message')
      if (gateway === null) throw new ProblemError('request.conflict', 'no gateway is configured (sms.url)')
      await db.transaction(async tx => {
        const again = await tx.run(
          `UPDATE sms SET state = 'wanted', attempts = 0, problem = NULL, next_at = ?, since = ?, ended_at = NULL
           WHERE id = ? AND state IN ('failed', 'unclear')`,
          [clock.now(), clock.now(), id],
        )
        if (again === 0) throw new ProblemError('request.conflict', `the message is ${row.state}`)
        await act(tx)
        await audit.append(tx, { actor, action: 'sms.retried', subject: thread, detail: { kind: row.kind, sms: id } })
      })
      void rounds.wake()
      const [now = row] = await rowsOf(thread, id)
      return view(now)
    },

    /** How the gateway answers, and how many messages wait or need somebody. */
    async standing(): Promise<{
      configured: boolean
      waiting: number
      failed: number
      since: number | null
      answeredAt: number | null
      problem: string | null
    }> {
      const [waiting] = await db.query<{ n: number }>(`SELECT count(*) AS n FROM sms WHERE state = 'wanted'`)
      const [failed] = await db.query<{ n: number; since: number | null }>(
        `SELECT count(*) AS n, min(ended_at) AS since FROM sms WHERE state IN ('failed', 'unclear')`,
      )
      return {
        configured: gateway !== null,
        waiting: waiting?.n ?? 0,
        failed: failed?.n ?? 0,
        since: failed?.since ?? null,
        answeredAt: answers.at,
        problem: answers.problem,
      }
    },
  }
}
