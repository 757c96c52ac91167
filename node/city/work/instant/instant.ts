/**
 * Instant approval (秒批): a case that arrives at the workbench, of an item whose conditions are on, is looked at once. When all of them hold and
 * nothing about it is in doubt, acceptance and decision are signed in the transaction that notes it, so that no case is decided twice; else
 * it is left to people with the reason why. What people did meanwhile always comes first. May import the cases, the audit log and the store.
 */
import { type AgreementDocument, agreedItem, dayOf } from '../../../../protocol/agreement/document.ts'
import type { CaseBody, CaseContent, CaseKind, CaseMaterial, MoveRequest } from '../../../../protocol/case/kinds.ts'
import { type FormFault, preflight } from '../../../../protocol/case/preflight.ts'
import { toHex } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { type Clock, seconds } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import { createRounds } from '../../../kernel/rounds.ts'
import type { Database, Reader, Transaction } from '../../../kernel/store/database.ts'
import { ADAPTER_OF_CASE } from '../../../spine/dispatch/numbers.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { Cases } from '../../cases/cases.ts'
import { type CaseFacts, filled } from '../phrases.ts'
import { basisOf, type CheckSchema, failing, INSTANT_LIMITS, type InstantRule, reasonWith, unfit } from './rule.ts'
import { readRule } from './rules.ts'

/** Why a case was left to people. */
export const REASONS = {
  'taken-up': { en: 'somebody had taken it up, or it was withdrawn', zh: '已有人经办，或申请人已申请撤回' },
  version: {
    en: 'the item was published anew, or the conditions fit it no more',
    zh: '事项版本已变，或条件与事项不符',
  },
  preflight: { en: 'its pre-flight tells of something', zh: '预检有提示' },
  materials: { en: 'a scan is not there, or cannot be read', zh: '扫描件未到齐或无法打开' },
  conditions: { en: 'a condition does not hold', zh: '条件不满足' },
  limit: { en: 'the number of this day was reached', zh: '当日件数已满' },
  drawn: { en: 'it was drawn for a person', zh: '被随机抽中人工审查' },
  refused: { en: 'the step could not be taken', zh: '步骤未能办成' },
} as const satisfies Record<string, { en: string; zh: string }>
export type Reason = keyof typeof REASONS

export type Judgement = {
  hash: string
  /** ms */
  at: number
  /** null: it was decided */
  why: Reason | null
  /** names of conditions, or paths of fields */
  told: string[]
}

export type InstantParts = {
  db: Database
  clock: Clock
  audit: Pick<Audit, 'append'>
  events: Pick<EventLog, 'append' | 'onNew'>
  /** from 0 to less than 1 */
  random: () => number
  cases: Pick<Cases, 'moves'>
  packets: (store: Reader, threadNo: number) => Promise<readonly StoredPacket[]>
  /** whether people decide the cases of this adapter here, by the name that `case_adapters` has */
  isWorkbench: (adapter: string) => boolean
  /** conditions of an item are on: asked at each event */
  isAnyOn: () => boolean
  /** an own item in this version, or as it stands now when that is kept no more */
  item: (code: string, version: number) => Promise<ServiceItem | null>
  documentOf: (store: Reader, agreement: string) => Promise<AgreementDocument | null>
  check: CheckSchema
  /** paths of materials that are not held, or whose scan cannot be read */
  doubtful: (materials: readonly CaseMaterial[]) => Promise<string[]>
  /** what the placeholders of the reason stand for */
  factsOf: (threadNo: number) => Promise<CaseFacts>
  failed: (error: unknown) => void
}

/** Whoever signs so. */
const ACTOR = 'node'
/** Cases that are looked for at a time. */
const PAGE = 50
/** What stands in the thread of a case that nobody has taken up. */
const UNTOUCHED: readonly CaseKind[] = ['case.submit', 'case.arrived']

type Found = {
  no: number
  threadNo: number
  thread: Uint8Array
  item: string
  hash: string
  body: string
  adapter: string
}

/** Why it is left to people. */
class Left extends Error {
  readonly why: Reason
  readonly told: readonly string[]
  constructor(why: Reason, told: readonly string[] = []) {
    super(why)
    this.why = why
    this.told = told.slice(0, INSTANT_LIMITS.told)
  }
}

export type Instant = ReturnType<typeof createInstant>

export function createInstant(parts: InstantParts) {
  const { db, clock, audit, events } = parts
  let unwatch = () => {}
  /** the last packet that was looked at, as far as this run knows */
  let after: number | null = null

  const dayNow = (): string => dayOf(seconds(clock.now()))

  async function firstMark(): Promise<number> {
    const [mark] = await db.query<{ no: number }>('SELECT packet_no AS no FROM instant_mark')
    return mark?.no ?? 0
  }
  /** What was looked at is not looked for again by the next run. */
  async function keepMark(): Promise<void> {
    const no = after
    if (no === null) return
    await db.transaction(tx =>
      tx.run(
        'INSERT INTO instant_mark (one, packet_no) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET packet_no = excluded.packet_no',
        [no],
      ),
    )
  }

  /** What is signed when all holds. Throws `Left`. */
  async function movesOf(found: Found, rule: InstantRule): Promise<MoveRequest[]> {
    const packets = await parts.packets(db, found.threadNo)
    const submit = packets.find(({ claims }) => claims.kind === 'case.submit')
    const body = submit?.body as CaseBody<'case.submit'> | null | undefined
    if (submit === undefined || body == null) throw new Left('taken-up')
    const { salt, caseNo, ...content } = body
    const item = await parts.item(found.item, content.item.version)
    if (item?.taskVersion !== content.item.version || (await unfit(rule, item, parts.check)) !== null)
      throw new Left('version')
    const { agreement, iss: from } = submit.claims
    const document = agreement === undefined ? null : await parts.documentOf(db, agreement)
    const agreed = document === null ? null : agreedItem(document, submit.claims.aud, found.item)
    const faults: FormFault[] | null = item.form === undefined ? [] : await parts.check(item.form, content.form)
    const findings = preflight({ content, item, agreed, checkForm: () => faults })
    if (findings.length > 0) throw new Left('preflight', [...new Set(findings.map(({ field }) => field))])
    const doubtful = await parts.doubtful(content.materials)
    if (doubtful.length > 0) throw new Left('materials', doubtful)
    const names = await failing(rule, { content, from }, parts.check)
    if (names.length > 0) throw new Left('conditions', names)
    if (parts.random() * 100 < rule.share) throw new Left('drawn')
    return signedBy(rule, found.hash, filled(rule.reason, await parts.factsOf(found.threadNo)).text)
  }

  /** In the transaction that signs: nobody has taken it up, the conditions are on still, and there is room today. */
  async function settle(tx: Transaction, found: Found, rule: InstantRule): Promise<void> {
    const { threadNo, item, hash } = found
    const [on] = await tx.query('SELECT 1 FROM instant_items WHERE item = ? AND hash = ? AND on_since IS NOT NULL', [
      item,
      hash,
    ])
    const [held] = await tx.query<{ passed_to: string | null; assignee: string | null }>(
      'SELECT passed_to, assignee FROM cases WHERE thread_no = ?',
      [threadNo],
    )
    const kinds = (await tx.query<{ kind: CaseKind }>('SELECT kind FROM packets WHERE thread_no = ?', [threadNo])).map(
      ({ kind }) => kind,
    )
    const [act] = await tx.query('SELECT 1 FROM approval_acts WHERE thread_no = ? LIMIT 1', [threadNo])
    const own = signedBy(rule, hash, '').map(({ kind }) => kind)
    const others = kinds.filter(kind => !UNTOUCHED.includes(kind))
    const untouched = act === undefined && others.length === own.length && own.every(kind => others.includes(kind))
    if (on === undefined || held === undefined || held.passed_to !== null || held.assignee !== null || !untouched)
      throw new Left('taken-up')
    const [decided] = await tx.query<{ n: number }>(
      `SELECT count(*) AS n FROM instant_judgements WHERE item = ? AND day = ? AND why = ''`,
      [item, dayNow()],
    )
    if ((decided?.n ?? 0) >= rule.perDay) throw new Left('limit')
    if (!(await note(tx, found, null, []))) throw new Left('taken-up')
  }

  /** Writes what came of it, once; whether this did. */
  async function note(tx: Transaction, found: Found, why: Reason | null, told: readonly string[]): Promise<boolean> {
    const { threadNo, item, hash } = found
    const written = await tx.run(
      `INSERT INTO instant_judgements (thread_no, item, hash, at, day, why, told) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      [threadNo, item, hash, clock.now(), dayNow(), why ?? '', JSON.stringify(told)],
    )
    if (written === 0) return false
    const subject = toHex(found.thread)
    await audit.append(tx, {
      actor: ACTOR,
      action: why === null ? 'case.instantly-approved' : 'case.left-to-people',
      subject,
      detail: { rule: hash, ...(why === null ? {} : { why, told: told.join(' ') }) },
    })
    if (why !== null) await events.append(tx, { type: 'case.changed', subject, kind: 'case.left-to-people' })
    return true
  }

  async function judge(found: Found): Promise<void> {
    const rule = readRule(found.body)
    try {
      const moves = await movesOf(found, rule)
      await parts.cases.moves(toHex(found.thread), moves, ACTOR, tx => settle(tx, found, rule))
    } catch (error) {
      const left = leftBy(error)
      if (left === null) throw error
      await db.transaction(tx => note(tx, found, left.why, left.told))
    }
  }

  /** Looks at what arrived since, a page at a time; whether there may be more. */
  async function readOn(): Promise<boolean> {
    after ??= await firstMark()
    const [last] = await db.query<{ no: number }>('SELECT coalesce(max(no), 0) AS no FROM packets')
    const through = last?.no ?? 0
    const [on] = await db.query<{ first: number | null }>(
      'SELECT min(from_packet) AS first FROM instant_items WHERE on_since IS NOT NULL',
    )
    after = Math.max(after, on?.first ?? through)
    if (after >= through) {
      after = through
      return false
    }
    const rows = await db.query<Found>(
      `SELECT p.no, p.thread_no AS threadNo, t.thread, i.item, i.hash, r.body, ${ADAPTER_OF_CASE} AS adapter
       FROM packets p JOIN cases c ON c.thread_no = p.thread_no JOIN threads t ON t.no = p.thread_no
         JOIN instant_items i ON i.item = c.item_code AND i.on_since IS NOT NULL AND p.no > i.from_packet
         JOIN instant_rules r ON r.hash = i.hash
       WHERE p.no > ? AND p.no <= ? AND p.kind = 'case.arrived' AND c.role = 'handling' AND c.state = 'arrived'
         AND NOT EXISTS (SELECT 1 FROM instant_judgements j WHERE j.thread_no = p.thread_no)
       ORDER BY p.no LIMIT ?`,
      [after, through, PAGE],
    )
    let failure: { no: number; error: unknown } | null = null
    for (const row of rows)
      if (parts.isWorkbench(row.adapter)) await judge(row).catch(error => (failure ??= { no: row.no, error }))
    // One that the node could not look at just now holds up no other, and is looked at again.
    if (failure !== null) {
      const { no, error } = failure as { no: number; error: unknown }
      after = no - 1
      throw error
    }
    after = rows.length === PAGE ? (rows.at(-1)?.no ?? through) : through
    if (rows.length > 0) await keepMark()
    return rows.length === PAGE
  }

  const rounds = createRounds({
    clock,
    async round() {
      while (await readOn());
      return null
    },
    failed: parts.failed,
  })

  return {
    start(): void {
      unwatch = events.onNew(() => {
        if (parts.isAnyOn()) void rounds.wake()
      })
      void rounds.wake()
    },

    wake: (): Promise<void> => rounds.wake(),
    keepMark,

    async stop(): Promise<void> {
      unwatch()
      await rounds.stop()
    },

    /** What came of a case; null when it was not looked at. */
    async of(threadNo: number): Promise<Judgement | null> {
      const [row] = await db.query<{ hash: string; at: number; why: Reason | ''; told: string }>(
        'SELECT hash, at, why, told FROM instant_judgements WHERE thread_no = ?',
        [threadNo],
      )
      return row === undefined
        ? null
        : { ...row, why: row.why === '' ? null : row.why, told: JSON.parse(row.told) as string[] }
    },

    /** Of each item that was looked at today: how many cases were decided, and how many were left to people for which reason. */
    async today(): Promise<Map<string, { decided: number; left: Partial<Record<Reason, number>> }>> {
      const rows = await db.query<{ item: string; why: Reason | ''; n: number }>(
        'SELECT item, why, count(*) AS n FROM instant_judgements WHERE day = ? GROUP BY item, why',
        [dayNow()],
      )
      const found = new Map<string, { decided: number; left: Partial<Record<Reason, number>> }>()
      for (const { item, why, n } of rows) {
        const of = found.get(item) ?? { decided: 0, left: {} }
        if (why === '') of.decided = n
        else of.left[why] = n
        found.set(item, of)
      }
      return found
    },
  }
}

/** Acceptance, what it rests on, and the decision; the end where there is no result to send. */
function signedBy(rule: InstantRule, hash: string, reason: string): MoveRequest[] {
  const decision: CaseContent<'case.decide'> = { outcome: 'granted', reason: reasonWith(reason, hash) }
  return [
    { kind: 'case.accept', body: {} },
    { kind: 'case.progress', body: { step: '秒批', event: 'instant', note: basisOf(rule, hash) } },
    { kind: 'case.decide', body: decision },
    ...(rule.closes ? [{ kind: 'case.close' as const, body: { outcome: 'granted' as const } }] : []),
  ]
}

/** What a case refuses is for people to see to; what the node cannot do just now is tried again. */
function leftBy(error: unknown): Left | null {
  if (error instanceof Left) return error
  if (!(error instanceof ProblemError)) return null
  const { code } = error.problem
  if (code === 'case.transition') return new Left('taken-up')
  return code.startsWith('case.') || code.startsWith('body.') ? new Left('refused', [code]) : null
}
