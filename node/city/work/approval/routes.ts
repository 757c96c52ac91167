/** HTTP routes of approval within the city: pass on, send back, ask others to countersign, answer, and what waits for one's word. */
import * as z from 'zod'
import { ThreadId, text } from '../../../../protocol/primitives.ts'
import { type ProblemCode, ProblemError } from '../../../../protocol/problem.ts'
import { decodeCursor, encodeCursor, pageQuery } from '../../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../../edges/http/route.ts'
import type { Cases } from '../../cases/cases.ts'
import { ROUND_STATES } from '../../cases/countersigns.ts'
import { Case, toAnswer } from '../../cases/routes.ts'
import type { Judgement } from '../instant/instant.ts'
import { JudgementShape, toJudgement } from '../instant/routes.ts'
import { APPROVAL_LIMITS, type Approval, type Told } from './approval.ts'
import { type Desk, type Round, RULES, type Signer } from './course.ts'

const params = z.strictObject({ thread: ThreadId })
const department = text(50).describe('code')
const person = text(100).describe('id of the account')
const words = text(APPROVAL_LIMITS.words)
const DeskShape = z.strictObject({ department: z.string(), person: z.string().nullable() })
const SignerShape = z.strictObject({
  department: z.string().nullable().describe('any of its examiners and leaders; null: a person'),
  person: z.string().nullable(),
})
const Rule = z.enum(RULES).describe('`all`: everybody must agree; `any`: one is enough')
const ActShape = z.strictObject({
  kind: z.enum(['passed-on', 'sent-back', 'asked', 'countersigned', 'withdrawn']),
  at: Time,
  by: z.string().describe('account'),
  byName: z.string().describe('its name; empty when it is not known'),
  from: DeskShape.nullable().describe('of `passed-on` and `sent-back`'),
  to: DeskShape.nullable(),
  as: SignerShape.nullable().describe('of `countersigned`: for whom'),
  agrees: z.boolean().nullable(),
  words: z.string().nullable().describe('reason, question or opinion; null when there is none, or it was purged'),
})
const RoundShape = z.strictObject({
  rule: Rule,
  by: z.string(),
  at: Time,
  state: z.enum(ROUND_STATES),
  answers: z.array(
    SignerShape.extend({ agrees: z.boolean().nullable(), by: z.string().nullable(), at: Time.nullable() }),
  ),
})
const ACT_PROBLEMS: readonly ProblemCode[] = [
  ...(['thread.unknown', 'case.transition', 'request.invalid', 'request.conflict', 'rights.scope'] as const),
  ...(['rights.assignee', 'request.forbidden'] as const),
]

const toSigner = (of: Signer): z.input<typeof SignerShape> => ({
  department: 'department' in of ? of.department : null,
  person: 'person' in of ? of.person : null,
})
const toDesk = ({ department, person }: Desk): z.input<typeof DeskShape> => ({ department, person })

const toAct = (told: Told, nameOf: (id: string) => string): z.input<typeof ActShape> => ({
  kind: told.kind,
  at: time(told.at),
  by: told.by,
  byName: nameOf(told.by),
  from: 'from' in told ? toDesk(told.from) : null,
  to: 'to' in told ? toDesk(told.to) : null,
  as: 'as' in told ? toSigner(told.as) : null,
  agrees: 'agrees' in told ? told.agrees : null,
  words: told.words,
})

const toRound = ({ rule, by, at, state, answers }: Round): z.input<typeof RoundShape> => ({
  rule,
  by,
  at: time(at),
  state,
  answers: answers.map(answer => ({
    ...toSigner(answer.of),
    agrees: answer.agrees,
    by: answer.by,
    at: timeOrNull(answer.at),
  })),
})

export type ApprovalRoutesParts = {
  approval: Approval
  cases: Pick<Cases, 'rows'>
  /** what came of a case by instant approval */
  instantOf: (threadNo: number) => Promise<Judgement | null>
}

export function approvalRoutes({ approval, cases, instantOf }: ApprovalRoutesParts): RouteModule {
  async function after(no: number) {
    const [row] = await cases.rows([no])
    if (row === undefined) throw new ProblemError('thread.unknown')
    return toAnswer(row)
  }
  return {
    tag: 'Approval',
    description:
      'Approval within the city (内部审批), for cases that the workbench decides: passing on (转办), sending back (退回), countersigning (会签). The other city hears of none of it.',
    register(api) {
      api.operation({
        method: 'get',
        path: '/api/v1/cases/{thread}/approval',
        id: 'getApproval',
        summary: 'What was done to a case within the city, by whom and when; every reading is audited',
        action: 'case.content',
        params,
        answer: z.strictObject({
          possible: z.boolean().describe('whether the case is decided at the workbench, and open'),
          back: DeskShape.nullable().describe('whither it goes when it is sent back'),
          acts: z.array(ActShape),
          rounds: z.array(RoundShape).describe('requests to countersign; the last one holds up the decision'),
          names: z.record(z.string(), z.string()).describe('names of the accounts in it, by id'),
          instant: JudgementShape.nullable().describe('instant approval (秒批); null: the case was not looked at'),
        }),
        problems: ['thread.unknown'],
        handle: async ({ params: { thread }, person: caller }) => {
          const { acts, course, possible, threadNo } = await approval.course(thread, actorOf(caller))
          const back = course.back.at(-1)
          const ids = [
            ...acts.flatMap(told => [
              told.by,
              ...('from' in told ? [told.from.person, told.to.person] : []),
              ...('of' in told ? told.of.map(of => ('person' in of ? of.person : null)) : []),
            ]),
          ].filter(id => id !== null)
          const names = await approval.namesOf([...new Set(ids)])
          const judged = await instantOf(threadNo)
          return {
            possible,
            back: back === undefined ? null : toDesk(back),
            acts: acts.map(told => toAct(told, id => names.get(id) ?? '')),
            rounds: course.rounds.map(toRound),
            names: Object.fromEntries(names),
            instant: judged === null ? null : toJudgement(judged),
          }
        },
      })
      api.operation({
        method: 'get',
        path: '/api/v1/cases/{thread}/receivers',
        id: 'listReceivers',
        summary: 'To whom a case can be passed on, and who can be asked to countersign it',
        action: 'case.pass-on',
        params,
        answer: z.strictObject({
          people: z.array(
            z.strictObject({
              id: z.string(),
              name: z.string(),
              departments: z.array(z.string()).nullable().describe('null: every one'),
            }),
          ),
          departments: z.array(z.string()).describe('codes'),
        }),
        handle: async () => {
          const { people, departments } = await approval.receivers()
          return {
            people: people.map(({ id, name, departments: of }) => ({
              id,
              name,
              departments: of === null ? null : [...of],
            })),
            departments,
          }
        },
      })
      api.operation({
        method: 'post',
        path: '/api/v1/cases/{thread}/pass-on',
        id: 'passOnCase',
        summary: 'Pass a case on to another department or person (转办), with a reason',
        action: 'case.pass-on',
        params,
        body: z.strictObject({
          department: department.optional(),
          person: person.optional().describe('of the department that is named, or of the present one'),
          reason: words,
        }),
        answer: Case,
        problems: ACT_PROBLEMS,
        guarded: true,
        versionOf: ({ version }) => version,
        handle: async ({ params: { thread }, body: { reason, ...to }, person: caller, seen }) => {
          return after(await approval.passOn(thread, to, reason, caller, seen))
        },
      })
      api.operation({
        method: 'post',
        path: '/api/v1/cases/{thread}/send-back',
        id: 'sendBackCase',
        summary: 'Send a case back to whoever passed it on (退回), with a reason',
        action: 'case.pass-on',
        params,
        body: z.strictObject({ reason: words }),
        answer: Case,
        problems: ACT_PROBLEMS,
        guarded: true,
        versionOf: ({ version }) => version,
        handle: async ({ params: { thread }, body: { reason }, person: caller, seen }) => {
          return after(await approval.sendBack(thread, reason, caller, seen))
        },
      })
      api.operation({
        method: 'post',
        path: '/api/v1/cases/{thread}/countersigns',
        id: 'askCountersigns',
        summary: 'Ask departments and people to countersign (会签): no decision goes out before',
        action: 'case.pass-on',
        params,
        body: z
          .strictObject({
            rule: Rule.default('all'),
            departments: z.array(department).max(APPROVAL_LIMITS.signers).default([]),
            people: z.array(person).max(APPROVAL_LIMITS.signers).default([]),
            question: words.optional(),
          })
          .refine(
            ({ departments, people }) =>
              departments.length + people.length > 0 && departments.length + people.length <= APPROVAL_LIMITS.signers,
            { path: ['people'], message: `1 to ${APPROVAL_LIMITS.signers} people and departments` },
          ),
        answer: Case,
        status: 201,
        problems: ACT_PROBLEMS,
        guarded: true,
        versionOf: ({ version }) => version,
        handle: async ({ params: { thread }, body, person: caller, seen }) => {
          const of: Signer[] = [
            ...body.departments.map(code => ({ department: code })),
            ...body.people.map(id => ({ person: id })),
          ]
          return after(
            await approval.ask(thread, { rule: body.rule, of, question: body.question ?? null }, caller, seen),
          )
        },
      })
      api.operation({
        method: 'post',
        path: '/api/v1/cases/{thread}/countersign',
        id: 'countersignCase',
        summary: 'Countersign a case, or not: for oneself, or for a department that is asked',
        action: 'case.countersign',
        params,
        body: z.strictObject({
          department: department.optional().describe('for which one is asked; absent: oneself is'),
          agrees: z.boolean(),
          opinion: words.optional().describe('needed when one does not agree'),
        }),
        answer: Case,
        problems: ACT_PROBLEMS,
        handle: async ({ params: { thread }, body: { opinion, ...answer }, person: caller }) => {
          return after(await approval.countersign(thread, { ...answer, opinion: opinion ?? null }, caller))
        },
      })
      api.operation({
        method: 'post',
        path: '/api/v1/cases/{thread}/countersigns/withdraw',
        id: 'withdrawCountersigns',
        summary: 'Take the request to countersign back, with a reason: the decision waits no longer',
        action: 'case.pass-on',
        params,
        body: z.strictObject({ reason: words }),
        answer: Case,
        problems: ACT_PROBLEMS,
        handle: async ({ params: { thread }, body: { reason }, person: caller }) => {
          return after(await approval.withdraw(thread, reason, caller))
        },
      })
      api.operation({
        method: 'get',
        path: '/api/v1/countersigns',
        id: 'listCountersigns',
        summary: 'What waits for the own word (待会签), the oldest first',
        action: 'case.countersign',
        query: z.strictObject(pageQuery),
        answer: z.strictObject({
          items: z.array(
            z.strictObject({
              case: Case,
              department: z.string().nullable().describe('for which one is asked; null: oneself is'),
              by: z.string().describe('name of who asks'),
              at: Time,
              rule: Rule,
            }),
          ),
          next: z.string().nullable().describe('Cursor of the next page; null on the last one'),
        }),
        handle: async ({ query: { limit, cursor }, person: caller }) => {
          const place = decodeCursor(z.tuple([z.number().int()]), cursor)
          const found = await approval.waiting(caller, limit + 1, place === null ? null : place[0])
          const shown = found.slice(0, limit)
          const rows = new Map((await cases.rows(shown.map(({ threadNo }) => threadNo))).map(row => [row.no, row]))
          const names = await approval.namesOf([...new Set(shown.map(({ by }) => by))])
          const last = shown.at(-1)
          return {
            items: shown.flatMap(({ threadNo, department: of, by, at, rule }) => {
              const row = rows.get(threadNo)
              return row === undefined
                ? []
                : [{ case: toAnswer(row), department: of, by: names.get(by) ?? '', at: time(at), rule }]
            }),
            next: found.length > limit && last !== undefined ? encodeCursor([last.no]) : null,
          }
        },
      })
    },
  }
}
