/** HTTP routes of cases: pre-flight, submit, list, show, and one route for each step of the case table. */
import * as z from 'zod'
import { DUTIES } from '../../../protocol/case/deadlines.ts'
import { AUTHORS, CASE_CONTENT, type CaseKind, Mode, OUTCOMES } from '../../../protocol/case/kinds.ts'
import { TITLES } from '../../../protocol/case/names.ts'
import { CURES, type Cure } from '../../../protocol/case/preflight.ts'
import { STATES, type State } from '../../../protocol/case/table.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { Day, DivisionCode, jsonObject, Sha256, ThreadId, text } from '../../../protocol/primitives.ts'
import type { ProblemCode } from '../../../protocol/problem.ts'
import { STEP_ACTIONS } from '../../../protocol/rights/table.ts'
import { tellField, toldOfField } from '../../edges/http/field-problem.ts'
import { tellWhy, Why } from '../../edges/http/problem-in-words.ts'
import { actorOf, type Demand, isAllowed, type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import { PAPER_NAMES } from '../records/papers/forms.ts'
import type { Cases } from './cases.ts'
import type { CaseDetail } from './detail.ts'
import {
  CommittedShape,
  Linked,
  PaymentShape,
  RefusedShape,
  toCommitted,
  toLinked,
  toPayment,
  WaitingShape,
} from './detail-routes.ts'
import { Due, duties, toDue } from './due-answer.ts'
import type { ApplicationCheck } from './intake/check.ts'
import type { LinkedCase } from './joint.ts'
import { NewCase, NewJointCase } from './new-case.ts'
import { takerOf } from './rights.ts'
import type { CaseRow } from './rows.ts'

const states = Object.keys(STATES) as [State, ...State[]]
const kinds = Object.keys(AUTHORS) as [CaseKind, ...CaseKind[]]

export const Case = z
  .strictObject({
    thread: ThreadId,
    caseNo: z.string().describe('办件编号 of the collecting city'),
    localCaseNo: z.string().nullable().describe("case number of the handling city's approval system"),
    role: z.enum(['collecting', 'handling']).describe('what this city is in the case: 收件地 or 办理地'),
    partner: DivisionCode,
    item: z.strictObject({ code: z.string(), name: z.string() }),
    mode: Mode,
    state: z.enum(states),
    window: z.string().nullable().describe('window that took it'),
    assignee: z.string().nullable().describe('account that works on it here'),
    assigneeName: z.string().nullable().describe('its name, also of one that ended since'),
    passedTo: z
      .string()
      .nullable()
      .describe('code of the department to which it was passed on here (转办); null: that of its item has it'),
    unread: z.number().int().describe('messages of the other city that nobody here has read'),
    toPrint: z
      .array(z.enum(PAPER_NAMES))
      .describe('papers that nobody has printed (待打印), at the window that took it'),
    toHandOut: z.boolean().describe('a result was sent to the window and nobody has received it (待发放)'),
    version: z
      .string()
      .describe('another one with each step of either city, and when it is given to another account; for `If-Match`'),
    stateName: z.string(),
    outcome: z.enum(OUTCOMES).nullable(),
    applicant: z.string().describe('masked name'),
    parked: Why.extend({ kind: z.string().optional() }).nullable().describe('why the case waits for a person'),
    holder: DivisionCode.nullable().describe('the city that must act next (当前持有方); null at the end'),
    due: Due.nullable().describe('what is due first, by either city'),
    ownDue: Due.nullable().describe('what this city itself must do first'),
    submittedAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Case' })

const Detail = Case.extend({
  deadlines: z
    .array(
      z.strictObject({
        duty: z.enum(duties),
        dutyName: z.string(),
        city: DivisionCode,
        from: Day.describe('the day on which the limit began, not counted'),
        due: Day.nullable().describe('null while a special procedure, or the wait for originals, stops the clock'),
        provisional: z.boolean(),
        done: Day.nullable(),
        level: z.enum(['green', 'yellow', 'red', 'overdue', 'stopped', 'met', 'missed']),
        left: z.number().int().nullable(),
      }),
    )
    .describe('every duty of the case by law and agreement; the same at both cities'),
  deemedAccepted: Day.nullable().describe(
    'accepted by law, since nobody told what was lacking in time (行政许可法 32)',
  ),
  questions: z
    .array(z.strictObject({ packet: Sha256, kind: z.enum(kinds), at: Time, answerBy: Day.nullable() }))
    .describe('reminders, supervisions, objections and appeals of the other city that wait for an answer'),
  linked: z
    .array(Linked)
    .describe('the cases of a joint one (多地联办, 一件事) that this node holds, the leading first'),
  agreement: Sha256.nullable(),
  promisedBy: z.string().nullable(),
  supplementDeadline: z.string().nullable(),
  lacking: z
    .strictObject({
      materials: z.array(z.string()).describe('codes'),
      form: z.array(z.string()).describe('fields'),
    })
    .nullable()
    .describe(
      'what the notice (一次性告知补正) named, and the supplement must hold; both empty when it asks in words alone. The reasons stand in its body',
    ),
  committed: CommittedShape,
  withdrawRequested: z
    .boolean()
    .describe('the applicant asked to withdraw it (申请撤回); it ends when it is closed so'),
  payments: z.array(PaymentShape).describe('fees (缴费) in the order in which they were asked for'),
  instants: z.strictObject({
    received: z.string().nullable(),
    submitted: Time.nullable(),
    arrived: Time.nullable(),
    accepted: Time.nullable(),
    decided: Time.nullable(),
    ended: Time.nullable(),
  }),
  steps: z.array(z.enum(kinds)).describe('steps that this city may take now'),
  waiting: WaitingShape,
  adapter: z
    .string()
    .nullable()
    .describe(
      'approval system of this city to which it was routed, by its name; null: the city has one, or none took it',
    ),
  originals: z
    .strictObject({
      ours: z.number().int(),
      here: z.number().int().describe('those of them that lie here, or are on the way here'),
      since: Time,
    })
    .nullable()
    .describe('originals (原件) that this city must see to: neither given back nor kept in the file'),
  refused: RefusedShape,
  asked: z
    .strictObject({ people: z.array(z.string()), departments: z.array(z.string()) })
    .describe('accounts and departments that are asked to countersign it (会签) and have not answered'),
  timeline: z.array(
    z.strictObject({
      packet: Sha256,
      city: DivisionCode,
      kind: z.enum(kinds),
      at: Time,
      actedAt: Time.nullable().describe(
        'when the officer acted, as the approval system here says; deadlines count `at`',
      ),
      status: z.enum(['pending', 'stored']),
      receiptedAt: Time.nullable().describe('time of the receipt of the other city'),
      differs: z.boolean().describe('both lie more than a day apart: days are counted by the receipt'),
      late: z.boolean(),
      corrects: Sha256.nullable().describe('packet id of the step that it corrects (更正)'),
      correctedBy: z.array(Sha256).describe('packet ids of the corrections of this step, in their order'),
    }),
  ),
}).meta({ id: 'CaseDetail' })

export const Finding = z
  .strictObject({
    ...toldOfField,
    cure: z.enum(Object.keys(CURES) as [Cure, ...Cure[]]).describe('who can cure it'),
  })
  .meta({ id: 'Finding' })

/** What is typed so far of an application, or of a joint one. */
export const Content = jsonObject(z.string().max(100), LIMITS.formLevels).describe(
  'fields of a new case, or `shared` and `items` of a joint one; whole or not',
)

const params = z.strictObject({ thread: ThreadId })

/** What keeps this node from signing, whatever it is. */
const SIGN_PROBLEMS = ['partner.unknown', 'partner.inactive', 'exchange.recovering', 'clock.own', 'store.full'] as const
const CONTENT_PROBLEMS = [
  ...(['case.material', 'case.day', 'case.content', 'case.limit'] as const),
  ...(['material.missing', 'material.oversize', 'body.schema', 'body.oversize', 'envelope.oversize'] as const),
] as const
export const SUBMIT_PROBLEMS: readonly ProblemCode[] = [
  ...(['item.unknown', 'case.preflight', 'agreement.none', 'agreement.inactive', 'agreement.uncovered'] as const),
  ...CONTENT_PROBLEMS,
  ...SIGN_PROBLEMS,
]
const STEP_PROBLEMS: readonly ProblemCode[] = [
  ...(['thread.unknown', 'thread.party', 'thread.full'] as const),
  ...(['case.transition', 'case.author', 'case.supplement', 'material.backlog'] as const),
  ...CONTENT_PROBLEMS,
  ...SIGN_PROBLEMS,
]

export const toAnswer = ({ no, submittedAt, updatedAt, due, ownDue, parked, ...row }: CaseRow) => ({
  ...row,
  parked: tellWhy(parked),
  due: toDue(due),
  ownDue: toDue(ownDue),
  stateName: STATES[row.state],
  outcome: row.outcome as (typeof OUTCOMES)[number] | null,
  submittedAt: time(submittedAt),
  updatedAt: time(updatedAt),
})

export const SubmittedCase = Case.extend({
  alsoOpen: z
    .array(z.string())
    .describe(
      'numbers of other open cases of the same applicant for the same item (疑似重复收件); nothing was stopped',
    ),
}).meta({ id: 'SubmittedCase' })

export const toSubmitted = (row: CaseRow, alsoOpen: ReadonlyMap<string, string[]>) => ({
  ...toAnswer(row),
  alsoOpen: alsoOpen.get(row.thread) ?? [],
})

const ofSeconds = (value: number | null) => timeOrNull(value === null ? null : value * 1000)

function toDetail({
  fold,
  steps,
  questions,
  clock,
  linked,
  timeline,
  waiting,
  adapter,
  originals,
  refused,
  asked,
  ...row
}: CaseDetail): z.input<typeof Detail> {
  const { received, submitted, arrived, accepted, decided, ended } = fold.instants
  return {
    ...toAnswer(row),
    agreement: fold.agreement,
    promisedBy: fold.promisedBy,
    supplementDeadline: fold.supplementDeadline,
    lacking: fold.lacking === null ? null : { materials: [...fold.lacking.materials], form: [...fold.lacking.form] },
    committed: toCommitted(fold.committed),
    withdrawRequested: fold.withdrawRequested,
    payments: fold.payments.map(toPayment),
    instants: {
      received,
      submitted: ofSeconds(submitted),
      arrived: ofSeconds(arrived),
      accepted: ofSeconds(accepted),
      decided: ofSeconds(decided),
      ended: ofSeconds(ended),
    },
    deadlines: clock.deadlines.map(entry => ({ ...entry, dutyName: DUTIES[entry.duty] })),
    deemedAccepted: clock.deemedAccepted,
    questions: questions.map(({ packet, kind, at, answerBy }) => ({ packet, kind, at: time(at * 1000), answerBy })),
    linked: linked.map(toLinked),
    steps,
    asked,
    waiting: waiting.map(entry => ({ ...entry, problem: tellWhy(entry.problem), at: time(entry.at) })),
    adapter,
    originals: originals === null ? null : { ...originals, since: time(originals.since) },
    refused: refused.map(entry => ({
      ...entry,
      problem: tellWhy(entry.problem),
      kind: entry.kind as CaseKind,
      at: time(entry.at),
    })),
    timeline: timeline.map(entry => ({
      ...entry,
      kind: entry.kind as CaseKind,
      at: time(entry.at),
      actedAt: timeOrNull(entry.actedAt),
      receiptedAt: timeOrNull(entry.receiptedAt),
    })),
  }
}

/** Of the other cases of a joint one, those that the asker finds: they may be of other departments. */
async function findable(linked: readonly LinkedCase[], demand: Demand): Promise<LinkedCase[]> {
  const found: LinkedCase[] = []
  for (const one of linked) if (await isAllowed(demand('case.list', one.thread))) found.push(one)
  return found
}

/** `requestSupplement` of `case.request-supplement`. */
const verbOf = (kind: CaseKind): string => kind.slice('case.'.length)
const camel = (verb: string): string => verb.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

export const caseRoutes = (cases: Cases, check: ApplicationCheck): RouteModule => ({
  tag: 'Cases',
  description:
    'Cases (办件) across two cities. Each step is a signed packet; what a city may do now stands in `steps`.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/cases/preflight',
      id: 'preflightCase',
      summary: 'Check a case as the partner will, whole or not, without sending it (预检)',
      description:
        'Fields that are missing or of another form, and what item and agreement ask of the rest, in one answer. Nothing is written: a form may ask with each pause of typing.',
      action: 'case.take-in',
      looksUp: true,
      body: Content,
      bodyBytes: 512 * 1024,
      answer: z.strictObject({
        findings: z.array(Finding),
      }),
      handle: async ({ body, person }) => ({ findings: (await check.one(body, actorOf(person))).map(tellField) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/joint/preflight',
      id: 'preflightJointCase',
      summary: 'Check every item of a joint case, whole or not, without sending any (预检)',
      action: 'case.take-in',
      looksUp: true,
      body: Content,
      bodyBytes: 512 * 1024,
      answer: z.strictObject({
        findings: z.array(Finding).describe('`path` begins with the place of the item: `/items/1/form/phone`'),
      }),
      handle: async ({ body, person }) => ({ findings: (await check.joint(body, actorOf(person))).map(tellField) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases',
      id: 'submitCase',
      summary: 'Submit a case to the city that decides it (转办)',
      description:
        'Answered once the signed packet is durable here; it is delivered when the partner can be reached. Who takes it in is its assignee, a program apart.',
      action: 'case.take-in',
      body: NewCase,
      bodyBytes: 512 * 1024,
      answer: SubmittedCase,
      status: 201,
      versionOf: ({ version }) => version,
      problems: SUBMIT_PROBLEMS,
      handle: async ({ body, person }) => {
        const row = await cases.submit(body, actorOf(person), { assignee: takerOf(person) })
        const alsoOpen = await cases.alsoOpen([row])
        return toSubmitted(row, alsoOpen)
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/joint',
      id: 'submitJointCase',
      summary: 'Submit several items at once: one form, one receipt, one hand-over (多地联办, 一件事)',
      description:
        'Every item becomes a case of its own, all or none; the first leads, and the others name it as their parent.',
      action: 'case.take-in',
      body: NewJointCase,
      bodyBytes: 512 * 1024,
      answer: z.strictObject({ cases: z.array(SubmittedCase) }),
      status: 201,
      problems: SUBMIT_PROBLEMS,
      handle: async ({ body, person }) => {
        const rows = await cases.submitJoint(body, actorOf(person), { assignee: takerOf(person) })
        const alsoOpen = await cases.alsoOpen(rows)
        return { cases: rows.map(row => toSubmitted(row, alsoOpen)) }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/hand-over',
      id: 'handOverJointCase',
      summary:
        'Hand the results of a joint case over at once (一次送达): those that are there and were not received yet',
      action: 'case.serve',
      params,
      body: z.strictObject({ by: text(200).optional().describe('who handed them over') }),
      answer: z.strictObject({
        handedOver: z.number().int(),
        missing: z.array(Linked).describe('cases whose result is still to come'),
      }),
      problems: ['thread.unknown', 'case.transition', 'exchange.recovering', 'clock.own'],
      guarded: true,
      handle: async ({ params: { thread }, body, person, seen, demand }) => {
        const mayServe = (linked: string): Promise<void> => demand('case.serve', linked)
        const { handedOver, missing } = await cases.handOver(thread, body.by, actorOf(person), seen, mayServe)
        const shown = await findable(missing, demand)
        return { handedOver, missing: shown.map(toLinked) }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}',
      id: 'getCase',
      summary: 'One case with its timeline and the steps possible now',
      action: 'case.read',
      params,
      answer: Detail,
      versionOf: ({ version }) => version,
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, demand }) => {
        const detail = await cases.get(thread)
        return toDetail({ ...detail, linked: await findable(detail.linked, demand) })
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/bodies',
      id: 'readCaseBodies',
      summary: 'What both cities wrote: personal data; every reading is audited',
      action: 'case.content',
      params,
      answer: z.strictObject({
        bodies: z.array(
          z.strictObject({
            packet: Sha256,
            kind: z.string(),
            city: DivisionCode,
            body: z.unknown().describe('null when purged'),
            refused: z
              .boolean()
              .describe('an own step that the other city refused: it is in no thread, and can be said again'),
          }),
        ),
      }),
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, person }) => ({ bodies: await cases.bodies(thread, actorOf(person)) }),
    })
    for (const kind of kinds) {
      // A purge deletes besides it signs: purge-routes.ts.
      if (kind === 'case.submit' || kind === 'case.purge') continue
      const verb = verbOf(kind)
      api.operation({
        method: 'post',
        path: `/api/v1/cases/{thread}/${verb}`,
        id: camel(`${verb}-case`),
        summary: `${TITLES[kind].en} ${TITLES[kind].zh}: signs and sends ${kind}; by the ${AUTHORS[kind]} city`,
        action: STEP_ACTIONS[kind],
        params,
        body: CASE_CONTENT[kind],
        bodyBytes: 512 * 1024,
        answer: Case,
        status: 201,
        problems: STEP_PROBLEMS,
        guarded: true,
        versionOf: ({ version }) => version,
        handle: async ({ params: { thread }, body, person, seen }) =>
          toAnswer(await cases.step(thread, kind, body, actorOf(person), seen)),
      })
    }
  },
})
