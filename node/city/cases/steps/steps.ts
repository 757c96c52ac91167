/**
 * What a step asks for before it is taken (步骤说明): whether it may be, why not, what is known of it already, which days it may name;
 * and its rehearsal, which writes nothing. May import the cases, the exchange's ports, the store.
 */
import type * as z from 'zod'
import type { AgreementDocument } from '../../../../protocol/agreement/document.ts'
import { CASE_CONTENT, type CaseKind } from '../../../../protocol/case/kinds.ts'
import { inTheWay } from '../../../../protocol/case/permits.ts'
import type { Finding } from '../../../../protocol/case/preflight.ts'
import { soundDays } from '../../../../protocol/case/sound.ts'
import { type Problem, ProblemError, problem } from '../../../../protocol/problem.ts'
import type { CaseSubject } from '../../../../protocol/rights/can.ts'
import type { Action } from '../../../../protocol/rights/table.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { canonicalOrder } from '../../../../protocol/thread/chain.ts'
import { type Clock, seconds } from '../../../kernel/clock.ts'
import { fieldProblems } from '../../../kernel/fields.ts'
import type { Person } from '../../../kernel/person.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { Database, Reader } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { Cases } from '../cases.ts'
import type { CaseClocks } from '../clocks.ts'
import { notCountersigned } from '../countersigns.ts'
import type { CaseDetail } from '../detail.ts'
import { findingOf } from '../findings.ts'
import { defaultsOf } from './defaults.ts'

export type CaseStepsParts = {
  db: Database
  audit: Audit
  clock: Clock
  clocks: Pick<CaseClocks, 'days'>
  city: string
  cases: Pick<Cases, 'get' | 'rehearse'>
  packets: (threadNo: number) => Promise<StoredPacket[]>
  agreements: { documentOf(store: Reader, id: string): Promise<AgreementDocument | null> }
  services: { item(city: string, code: string): Promise<ServiceItem | null> }
  contactOf: (id: string) => Promise<{ staffNumber: string | null; phone: string | null }>
  /** names of the people who may do this to a case, STEP_LIMITS.names at most */
  namesOf: (action: Action, subject: CaseSubject, limit: number) => Promise<string[]>
}

export const STEP_LIMITS = {
  /** people who are offered for a field; others may be written */
  names: 200,
} as const

/** Fields that name somebody of this city, and what that person must be allowed to do. */
const NAMED: { readonly [K in CaseKind]?: { field: string; action: Action } } = {
  // Who may decide a case may also answer for its taking longer (行政许可法 42: 经本行政机关负责人批准).
  'case.extend': { field: 'approver', action: 'case.decide' },
}

/** Between which days a field of the step may lie; null where nothing bounds it. */
export type StepDay = { field: string; earliest: string; latest: string | null; workingDay: boolean }

export type StepForm = {
  kind: CaseKind
  version: string
  /** why the step cannot be taken now, by this city or by who asks; null when it can */
  problem: Problem | null
  defaults: Record<string, unknown>
  days: StepDay[]
  /** who may be named in a field; nobody while the step is not possible */
  people: { field: string; names: string[] }[]
}

export type CaseSteps = ReturnType<typeof createCaseSteps>

export function createCaseSteps({ db, audit, clock, clocks, city, cases, ...parts }: CaseStepsParts) {
  /** Why this city cannot take the step now. */
  function refusalOf(detail: CaseDetail, kind: CaseKind): Problem | null {
    if (detail.steps.includes(kind)) return null
    const refused = inTheWay(detail.fold, kind, city)
    // What the case allows and its days do not: an objection after its last day.
    return refused?.problem ?? problem('case.limit', `${kind} after its last day`)
  }

  async function daysOf(detail: CaseDetail, kind: CaseKind) {
    const lawful = await clocks.days(db, detail.fold, kind)
    const days = soundDays(detail.fold, kind, seconds(clock.now())).map((day): StepDay => {
      if (lawful?.field !== day.field) return { ...day, workingDay: false }
      return {
        field: day.field,
        earliest: laterOf(lawful.earliest, day.earliest),
        latest: lawful.latest ?? day.latest,
        workingDay: lawful.workingDay,
      }
    })
    return { lawful, days }
  }

  async function peopleOf({ role, item, window, assignee }: CaseDetail, kind: CaseKind): Promise<StepForm['people']> {
    const named = NAMED[kind]
    if (named === undefined) return []
    const names = await parts.namesOf(named.action, { role, item: item.code, window, assignee }, STEP_LIMITS.names)
    return [{ field: named.field, names }]
  }

  return {
    /**
     * What a step of a case asks for. `may`: why the person may not take it; `mayRead`: whether they may read what is written in the case.
     * Problem: `thread.unknown`.
     */
    async form(
      thread: string,
      kind: CaseKind,
      person: Person,
      { may, mayRead }: { may: Problem | null; mayRead: boolean },
    ): Promise<StepForm> {
      const detail = await cases.get(thread)
      const { lawful, days } = await daysOf(detail, kind)
      const refused = may ?? refusalOf(detail, kind) ?? (await notCountersigned(db, detail.no, [{ kind }]))
      const base = { kind, version: detail.version, problem: refused, days }
      if (refused !== null) return { ...base, defaults: {}, people: [] }
      const { fold, no, item } = detail
      const people = await peopleOf(detail, kind)
      const known = defaultsOf(kind, {
        city,
        now: seconds(clock.now()),
        state: fold,
        packets: canonicalOrder(await parts.packets(no), fold.mover),
        agreement: fold.agreement === null ? null : await parts.agreements.documentOf(db, fold.agreement),
        item: await parts.services.item(fold.handling, item.code),
        questions: detail.questions,
        day: lawful,
        person: { name: person.name, ...(await parts.contactOf(person.id)) },
      })
      if (!known.personal) return { ...base, people, defaults: known.body }
      if (!mayRead) return { ...base, people, defaults: {} }
      await db.transaction(tx =>
        audit.append(tx, { actor: `person:${person.id}`, action: 'case.read', subject: thread, detail: { for: kind } }),
      )
      return { ...base, people, defaults: known.body }
    },

    /** What would keep the step from being taken, with nothing written: fields first, then the case. Problem: `thread.unknown`. */
    async rehearse(thread: string, kind: CaseKind, body: unknown, actor: string): Promise<Finding[]> {
      const schema: z.ZodType = CASE_CONTENT[kind]
      const parsed = schema.safeParse(body)
      if (!parsed.success) {
        const refused = refusalOf(await cases.get(thread), kind)
        return [
          ...(refused === null ? [] : [ofStep(refused)]),
          ...fieldProblems(parsed.error, body).map((found): Finding => ({ ...found, cure: 'clerk' })),
        ]
      }
      try {
        return await cases.rehearse(thread, kind, body, actor)
      } catch (error) {
        if (!(error instanceof ProblemError) || error.problem.code === 'thread.unknown') throw error
        const { problem: told, errors } = error
        return errors.length > 0 ? errors.map((found): Finding => ({ ...found, cure: 'clerk' })) : [ofStep(told)]
      }
    },
  }
}

const laterOf = (a: string, b: string): string => (a.localeCompare(b) < 0 ? b : a)

/** A refusal as a finding of the step: of the field that its detail names, else of the whole. */
function ofStep(refused: Problem): Finding {
  const [, field] = /^([A-Za-z]\w*(?:\.\w+)*)(?=: |$)/.exec(refused.detail ?? '') ?? []
  return { ...findingOf(refused), field: field ?? '', code: refused.code }
}
