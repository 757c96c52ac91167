/**
 * What an applicant sees of a case (办件进度) and says of it (好差评), without an account: found by the case number and the last
 * four characters of the ID number, or by the token in the QR code of the receipt. Never a name, a number or a text that
 * somebody wrote. May import the cases' port, the store and the protocol.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { dayOf } from '../../../protocol/agreement/document.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { openPayments } from '../../../protocol/case/payments.ts'
import type { State } from '../../../protocol/case/table.ts'
import { foldNumber, plainText } from '../../../protocol/codes/spelling.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import type { Database } from '../../kernel/store/database.ts'
import { type PacketsOf, stateOf } from '../../spine/dispatch/stored-fold.ts'
import type { PacketOutline } from '../../spine/exchange/thread-store.ts'
import type { LastDay } from '../records/papers/view.ts'

export type RatingTarget = 'window' | 'department'

export type Progress = {
  token: string
  caseNo: string
  item: string
  state: State
  /** how it ended; null before, and after a purge of what said so */
  outcome: CaseState['outcome']
  /** name of the city whose window took it, and of the one that decides */
  collecting: string
  handling: string
  promised: LastDay | null
  steps: { kind: CaseKind; day: string }[]
  /** materials that were asked for again, and until when; null when none are */
  supplement: {
    materials: string[]
    deadline: string | null
  } | null
  /** materials that the applicant committed to hand in later (容缺后补), and until when; null when none are missing */
  later: { materials: string[]; until: string | null } | null
  /** fees that are open */
  fees: { number: string; amount: string; payBy: string | null }[]
  ratable: RatingTarget[]
  purged: boolean
}

/** Steps that an applicant is told of. */
const TOLD = new Set<CaseKind>([
  'case.submit',
  'case.arrived',
  'case.precheck',
  'case.commit',
  'case.hand-in',
  'case.request-payment',
  'case.record-payment',
  'case.ship',
  'case.request-supplement',
  'case.supplement',
  'case.accept',
  'case.refuse',
  'case.pause',
  'case.resume',
  'case.extend',
  'case.decide',
  'case.send-result',
  'case.result-received',
  'case.withdraw',
  'case.close',
  'case.revoke',
  'case.correct',
])
const RATABLE_IN = new Set<State>(['decided', 'sending', 'closed', 'refused'])

export type ApplicantsParts = {
  db: Database
  /** derives the tokens; 32 bytes */
  key: Uint8Array
  cityName: (code: string) => string
  packets: {
    /** what there is of a thread, without opening any of it */
    outline(threadNo: number): Promise<readonly PacketOutline[]>
    bodyOf(packet: PacketOutline): Promise<unknown>
    /** the whole thread, of a row that an earlier program wrote */
    of: PacketsOf
  }
  /** as the version of an item had it */
  item: (city: string, code: string, taskVersion: number) => Promise<ServiceItem | null>
  promised: (state: CaseState) => Promise<LastDay | null>
  evaluate: (thread: string, content: CaseContent<'case.evaluate'>) => Promise<void>
}

type Row = {
  thread_no: number
  thread: Uint8Array
  case_no: string
  item_name: string
  item_code: string
  fold: string
  purged_at: number | null
}
const ROW = `SELECT c.thread_no, t.thread, c.case_no, c.item_name, c.item_code, c.fold, c.purged_at
  FROM cases c JOIN threads t ON t.no = c.thread_no`

export type Applicants = ReturnType<typeof createApplicants>

/** Identity cards of Hong Kong, whose check character stands in brackets: A123456(3). */
const BRACKETED = /^[A-Z]{1,2}\d{6}[\dA]$/

/** The last four characters of a number, in capitals: as it is written, and without its brackets. */
function endsOf(number: string): string[] {
  const folded = foldNumber(number)
  const ends = [folded.slice(-4)]
  return BRACKETED.test(folded) ? [...ends, `${folded.slice(-2, -1)}(${folded.slice(-1)})`] : ends
}

export function createApplicants(parts: ApplicantsParts) {
  const { db } = parts

  const mac = (thread: Uint8Array): Buffer => createHmac('sha256', parts.key).update(thread).digest().subarray(0, 16)

  /** Thread and its keyed hash: nobody can make one, and it says nothing. */
  const tokenOf = (thread: string): string =>
    Buffer.concat([fromHex(thread), mac(fromHex(thread))]).toString('base64url')

  function threadOf(token: string): Uint8Array | null {
    if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null
    const bytes = Buffer.from(token, 'base64url')
    const thread = bytes.subarray(0, 16)
    return bytes.byteLength === 32 && timingSafeEqual(bytes.subarray(16), mac(thread)) ? thread : null
  }

  const ratableOf = ({ purged_at }: Row, state: CaseState): RatingTarget[] =>
    purged_at === null && RATABLE_IN.has(state.state)
      ? (['window', 'department'] as const).filter(target => !state.evaluated[target])
      : []

  async function stateOfRow({ thread_no, fold }: Row): Promise<CaseState> {
    const state = await stateOf(db, parts.packets.of, { threadNo: thread_no, fold })
    if (state === null) throw new ProblemError('request.not-found')
    return state
  }

  async function view(row: Row): Promise<Progress> {
    const thread = toHex(row.thread)
    const state = await stateOfRow(row)
    // One look is one row, the outline of its thread and at most one body, however much the thread holds.
    const packets = await parts.packets.outline(row.thread_no)
    const asked = packets.findLast(({ kind }) => kind === 'case.request-supplement')
    const notice =
      state.state === 'supplementing' && asked !== undefined
        ? ((await parts.packets.bodyOf(asked)) as CaseContent<'case.request-supplement'> | null)
        : null
    const missing = state.instants.ended === null ? (state.committed?.missing ?? []) : []
    const item =
      notice === null && missing.length === 0
        ? null
        : await parts.item(state.handling, row.item_code, state.item?.version ?? 0)
    const names = new Map(item?.materials.map(material => [material.materialCode, material.materialName]))
    const nameOf = (code: string): string => names.get(code) ?? code
    const supplement: Progress['supplement'] =
      notice === null
        ? null
        : {
            materials: [
              ...notice.materials.map(({ code }) => nameOf(code)),
              ...(notice.form ?? []).map(({ field }) => `申请表：${field}`),
            ],
            deadline: notice.deadline ?? null,
          }
    return {
      token: tokenOf(thread),
      caseNo: row.case_no,
      item: row.item_name,
      state: state.state,
      outcome: state.outcome,
      collecting: parts.cityName(state.collecting),
      handling: parts.cityName(state.handling),
      promised: await parts.promised(state),
      steps: packets
        .filter(({ kind, id }) => TOLD.has(kind as CaseKind) && !state.late.includes(id))
        .map(({ kind, iat }) => ({ kind: kind as CaseKind, day: dayOf(iat) })),
      supplement,
      later: missing.length === 0 ? null : { materials: missing.map(nameOf), until: state.committed?.until ?? null },
      fees: openPayments(state).flatMap(({ number, amount, payBy }) =>
        number === null || amount === null ? [] : [{ number, amount, payBy }],
      ),
      ratable: ratableOf(row, state),
      purged: row.purged_at !== null,
    }
  }

  const same = (a: string, b: string): boolean => {
    const [x, y] = [a, b].map(text => createHash('sha256').update(text).digest())
    return x !== undefined && y !== undefined && timingSafeEqual(x, y)
  }

  async function byToken(token: string): Promise<Row | null> {
    const thread = threadOf(token)
    if (thread === null) return null
    const [row] = await db.query<Row>(`${ROW} WHERE t.thread = ? AND c.role = 'collecting'`, [thread])
    return row ?? null
  }

  return {
    tokenOf,

    /** By the token of the QR code; null when it is none. */
    async of(token: string): Promise<Progress | null> {
      const row = await byToken(token)
      return row === null ? null : view(row)
    },

    /** By case number, in any spelling, and the last four characters of the applicant's or agent's ID number; null when they do not belong together. */
    async find(caseNo: string, typed: string): Promise<Progress | null> {
      const last4 = plainText(typed).toUpperCase()
      const rows = await db.query<Row>(`${ROW} WHERE c.number_key = ? AND c.role = 'collecting' LIMIT 20`, [
        foldNumber(caseNo),
      ])
      for (const row of rows) {
        const submitted = (await parts.packets.outline(row.thread_no)).find(
          ({ direction, kind }) => direction === 'out' && kind === 'case.submit',
        )
        if (submitted === undefined) continue
        const submit = (await parts.packets.bodyOf(submitted)) as CaseContent<'case.submit'> | null
        const agent = submit?.agent?.kind === 'assistant' ? undefined : submit?.agent
        const numbers = [submit?.applicant.idNumber, agent?.idNumber]
        const ends = numbers.flatMap(number => (number === undefined ? [] : endsOf(number)))
        if (ends.some(end => same(end, last4))) return view(row)
      }
      return null
    },

    /** Rates the window or the department, once each. Problems: `request.not-found`, `case.transition`. */
    async rate(token: string, content: CaseContent<'case.evaluate'>): Promise<Progress> {
      const row = await byToken(token)
      if (row === null) throw new ProblemError('request.not-found')
      if (!ratableOf(row, await stateOfRow(row)).includes(content.target))
        throw new ProblemError('case.transition', 'rated already')
      await parts.evaluate(toHex(row.thread), content)
      const [after] = await db.query<Row>(`${ROW} WHERE c.thread_no = ?`, [row.thread_no])
      return view(after ?? row)
    },
  }
}
