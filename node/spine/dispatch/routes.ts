/** HTTP routes of parked work: what waits for a person, why, and what a person can do about it; and of the approval system. */

import * as z from 'zod'
import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import { DivisionCode, Sha256, ThreadId, text } from '../../../protocol/primitives.ts'
import { type Actor, PROBLEMS, type Problem } from '../../../protocol/problem.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { describeProblem, ProblemInWords, tellWhy } from '../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../edges/http/route.ts'
import { CALL_KINDS } from './calls.ts'
import type { Dispatch, ParkedWork } from './dispatch.ts'
import { TRACE_LIMITS } from './trace.ts'

/** Nobody of the partner city can cure what this city's own approval system answered. */
const actOn = (problem: Problem, what: Work['what']): Actor => {
  const { act } = PROBLEMS[problem.code]
  return what === 'adapter-event' && act === 'partner' ? 'you' : act
}
const causeOf = (problem: Problem, what: Work['what']): z.input<typeof ProblemInWords> =>
  describeProblem(problem, actOn(problem, what))

const CaseNo = z
  .string()
  .nullable()
  .describe('case number given by the collecting city; null when no case here is meant')
const LocalCaseNo = z.string().nullable().describe('case number of the approval system; null when it gave none')
const Adapter = z.string().describe('name of the approval system, as the configuration gives it')
const inAdapter = {
  adapter: text(40)
    .optional()
    .describe('name of the approval system, where the city has several (`GET /approval-system`)'),
}
const Parked = z
  .discriminatedUnion('what', [
    z.strictObject({
      what: z.literal('packet'),
      packetNo: z.number().int(),
      kind: z.string(),
      thread: ThreadId,
      caseNo: CaseNo,
      localCaseNo: LocalCaseNo,
      adapter: Adapter,
      problem: ProblemInWords,
      theirCode: z.string().nullable().describe("the code of the approval system's own answer"),
      attempts: z.number().int(),
      handedAt: Time.nullable().describe(
        'since when the approval system has it and has not told what came of it (已移交); null: it does not have it',
      ),
      retryAt: Time.nullable().describe('when the node looks at it again by itself; null: it does not'),
      at: Time,
    }),
    z.strictObject({
      what: z.literal('adapter-event'),
      event: z.string().describe('id that the approval system gave the answer'),
      thread: ThreadId.nullable(),
      caseNo: CaseNo,
      localCaseNo: LocalCaseNo,
      adapter: Adapter,
      problem: ProblemInWords.describe('its own; `adapter.behind` while an earlier answer of its case is not settled'),
      attempts: z.number().int(),
      retryAt: Time.nullable().describe(
        'when the node tries it again by itself; null: it waits for a person, or behind another',
      ),
      at: Time,
    }),
    z.strictObject({
      what: z.literal('material'),
      material: Sha256,
      partner: DivisionCode,
      attempts: z.number().int(),
      ended: z.boolean().describe('it is tried no more until a person asks for it again'),
      problem: ProblemInWords,
      at: Time,
    }),
  ])
  .meta({ id: 'ParkedWork' })

/** Materials that could not be fetched yet: tried ever less often, and given up (`ended`) after some weeks. */
type WaitingMaterial = {
  sha256: string
  partner: string
  attempts: number
  problem: Problem
  ended: boolean
  at: number
}
export type WaitingMaterials = {
  waitingAfter(
    limit: number,
    after: Pick<WaitingMaterial, 'at' | 'sha256' | 'partner'> | null,
  ): Promise<WaitingMaterial[]>
  retry(sha256: string, by: string): Promise<void>
}

type Work = ParkedWork | ({ what: 'material' } & WaitingMaterial)

function toAnswer(work: Work): z.input<typeof Parked> {
  const { problem, at, attempts } = work
  const told = { problem: causeOf(problem, work.what), attempts, at: time(at) }
  if (work.what === 'material')
    return { ...told, what: 'material', material: work.sha256, partner: work.partner, ended: work.ended }
  const { thread, caseNo, localCaseNo } = work
  if (work.what === 'packet')
    return {
      ...told,
      what: 'packet',
      packetNo: work.packetNo,
      kind: work.kind,
      thread: work.thread,
      caseNo,
      localCaseNo,
      adapter: work.adapter,
      theirCode: work.theirCode,
      handedAt: timeOrNull(work.handedAt),
      retryAt: timeOrNull(work.retryAt),
    }
  return {
    ...told,
    what: 'adapter-event',
    event: work.event,
    thread,
    caseNo,
    localCaseNo,
    adapter: work.adapter,
    retryAt: timeOrNull(work.retryAt),
  }
}

const Sent = z.strictObject({
  method: z.string(),
  url: z.string(),
  headers: z.array(z.string()).describe('by name alone, for some are secrets'),
  body: z.string().nullable().describe('null: the bytes of a material'),
})

const Place = z.union([
  z.tuple([z.enum(['packet', 'adapter-event']), z.number().int()]),
  z.tuple([z.literal('material'), z.number().int(), Sha256, DivisionCode]),
])
const placeOf = (work: Work): z.infer<typeof Place> =>
  work.what === 'material' ? ['material', work.at, work.sha256, work.partner] : [work.what, work.no]

const reason = text(500).describe('why; it stands in the audit log, so it names nobody')

const SystemState = z.strictObject({
  kind: z.string(),
  name: z.string().describe('as the configuration gives it'),
  ok: z.boolean(),
  detail: z.string().optional(),
  detailZh: z.string().nullable().describe('the same in Chinese'),
  polling: z
    .strictObject({
      lastGood: Time.nullable().describe('when it last gave its answers since the node started'),
      failures: z.number().int().describe('questions in a row since then that got none'),
    })
    .nullable()
    .describe('null when it is not asked'),
  slow: z
    .array(z.strictObject({ kind: z.enum(CALL_KINDS), since: Time }))
    .describe('calls that are under way too long'),
})

function toState({
  polling,
  slow,
  ...found
}: Omit<Awaited<ReturnType<Dispatch['check']>>, 'others'>): z.input<typeof SystemState> {
  return {
    ...tellWhy(found),
    polling: polling === null ? null : { ...polling, lastGood: timeOrNull(polling.lastGood) },
    slow: slow.map(({ kind, since }) => ({ kind, since: time(since) })),
  }
}

export const dispatchRoutes = (dispatch: Dispatch, materials: WaitingMaterials): RouteModule => ({
  tag: 'Parked work',
  description:
    'Work that cannot proceed waits here (挂起) with its reason until a person retries it; nothing is dropped.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/parked',
      id: 'listParked',
      summary: 'Work that waits: packets, then answers of the approval system, then materials, each oldest first',
      description:
        'Among the packets are those that the approval system has and has not told the outcome of (`handedAt`).',
      action: 'operation.read',
      query: z.strictObject({ ...pageQuery, ...inAdapter }),
      answer: pageOf(Parked),
      problems: ['request.not-found'],
      handle: async ({ query: { limit, cursor, adapter } }) => {
        const after = decodeCursor<z.infer<typeof Place>>(Place, cursor)
        const [what, no, sha256 = '', partner = ''] = after ?? ['packet', 0]
        const work: Work[] = what === 'material' ? [] : await dispatch.parked(limit + 1, { what, no }, adapter)
        // A material is of a partner, and of no approval system.
        if (work.length <= limit && adapter === undefined) {
          const seen = what === 'material' ? { at: no, sha256, partner } : null
          const fetches = await materials.waitingAfter(limit + 1 - work.length, seen)
          work.push(...fetches.map(fetch => ({ what: 'material' as const, ...fetch })))
        }
        return toPage(work, limit, placeOf, toAnswer)
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/approval-system',
      id: 'checkApprovalSystem',
      summary: 'Whether the approval system behind the adapter can be used now, and when it last gave its answers',
      action: 'operation.read',
      seconds: 90,
      answer: SystemState.extend({
        others: z.array(SystemState).describe('the other approval systems of the configuration, each by its name'),
      }),
      handle: async () => {
        const { others, ...main } = await dispatch.check()
        return { ...toState(main), others: others.map(toState) }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/approval-system/trace',
      id: 'listTrace',
      summary: 'Requests to the approval system that were traced, the newest first, without what they hold (往来跟踪)',
      action: 'operation.read',
      query: z.strictObject(inAdapter),
      answer: z.strictObject({
        until: Time.nullable().describe('until when requests are traced; null: they are not'),
        exchanges: z.array(
          z.strictObject({
            no: z.number().int(),
            at: Time,
            adapter: Adapter,
            call: z.enum(CALL_KINDS).describe('of the adapter'),
            thread: ThreadId.nullable(),
            caseNo: CaseNo,
            status: z.number().int().nullable().describe('HTTP status; null: no answer came'),
            ms: z.number().int(),
            bytes: z.number().int(),
          }),
        ),
      }),
      problems: ['request.not-found'],
      handle: async ({ query: { adapter } }) => {
        const { until, exchanges } = await dispatch.trace.list(adapter)
        return {
          until: until === 0 ? null : time(until),
          exchanges: exchanges.map(({ at, ...exchange }) => ({ ...exchange, at: time(at) })),
        }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/approval-system/trace/{no}',
      id: 'showTraced',
      summary: 'What the approval system was sent, and what it answered: personal data; every look is audited',
      action: 'operation.look',
      params: z.strictObject({ no: z.coerce.number().int().min(1) }),
      answer: z.strictObject({
        request: Sent,
        answer: z.string().nullable(),
        why: z.string().nullable().describe('why the answer cannot be read'),
        whyZh: z.string().nullable().describe('the same in Chinese'),
      }),
      problems: ['request.not-found'],
      handle: async ({ params: { no }, person }) => {
        const { request, answer, why } = await dispatch.trace.show(no, actorOf(person))
        return {
          request: { ...request, headers: [...request.headers] },
          answer,
          why,
          whyZh: why && detailInChinese(why),
        }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/approval-system/trace',
      id: 'traceApprovalSystem',
      summary: 'Trace requests to the approval system for so many hours; 0 ends it and deletes what is kept',
      action: 'system.manage',
      body: z.strictObject({ hours: z.number().int().min(0).max(TRACE_LIMITS.hours) }),
      answer: z.strictObject({ until: Time.nullable() }),
      handle: async ({ body, person }) => {
        const until = await dispatch.trace.trace(body.hours, actorOf(person))
        return { until: until === 0 ? null : time(until) }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/parked/retry',
      id: 'retryParked',
      summary: 'Try parked work again: one, all of one problem, or all but materials',
      description:
        'What was handed over is looked at again when it is named, or by the problem `adapter.handed`. A local case number of which several approval systems gave answers needs `adapter`.',
      action: 'operation.manage',
      body: z.union([
        z.strictObject({ packetNo: z.number().int() }),
        z.strictObject({ localCaseNo: text(100), ...inAdapter }),
        z.strictObject({ event: text(300) }),
        z.strictObject({ material: Sha256 }),
        z.strictObject({ code: text(100), ...inAdapter }),
        z.strictObject({ all: z.literal(true), ...inAdapter }),
      ]),
      answer: z.strictObject({ retried: z.number().int() }),
      problems: ['request.not-found', 'request.conflict', 'thread.unknown', 'case.transition'],
      handle: async ({ body, person }) => {
        if (!('material' in body)) return { retried: await dispatch.retry(body, actorOf(person)) }
        await materials.retry(body.material, actorOf(person))
        return { retried: 1 }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/parked/look',
      id: 'lookAtParked',
      summary: 'What the approval system would be sent for a packet, without sending it; or what it gave as an answer',
      description: 'Both hold personal data: the look leaves a row `case.read` in the audit log.',
      action: 'operation.look',
      looksUp: true,
      body: z.union([z.strictObject({ packetNo: z.number().int() }), z.strictObject({ event: text(300) })]),
      answer: z.strictObject({
        requests: z.array(Sent).optional(),
        answer: z.string().optional(),
      }),
      problems: ['request.not-found', 'adapter.mapping'],
      handle: async ({ body, person }) => {
        if ('event' in body) return { answer: await dispatch.answer(body.event, actorOf(person)) }
        const requests = await dispatch.plan(body.packetNo, actorOf(person))
        return { requests: requests.map(request => ({ ...request, headers: [...request.headers] })) }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/parked/skip',
      id: 'skipParked',
      summary: 'Settle one answer of the approval system without signing anything; what follows in its case goes on',
      action: 'operation.manage',
      body: z.strictObject({ event: text(300), reason }),
      answer: z.strictObject({ skipped: z.literal(true) }),
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ body, person }) => {
        await dispatch.skip(body.event, body.reason, actorOf(person))
        return { skipped: true as const }
      },
    })
    const end =
      (as: 'done' | 'given-up') =>
      async (packetNo: number, body: { localCaseNo?: string | undefined; reason: string }, by: string) => {
        await dispatch.end(packetNo, { as, ...body }, by)
        return { ended: true as const }
      }
    const ended = z.strictObject({ ended: z.literal(true) })
    const done = end('done')
    const giveUp = end('given-up')
    api.operation({
      method: 'post',
      path: '/api/v1/parked/done',
      id: 'endParked',
      summary: 'A packet has had its effect by other means: it is handed over no more',
      description: 'A case that was keyed in by hand arrives under the local case number given.',
      action: 'operation.manage',
      body: z.strictObject({ packetNo: z.number().int(), localCaseNo: text(100).optional(), reason }),
      answer: ended,
      problems: ['request.not-found', 'request.conflict', 'case.transition'],
      handle: ({ body: { packetNo, ...body }, person }) => done(packetNo, body, actorOf(person)),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/parked/give-up',
      id: 'giveUpParked',
      summary: 'A packet is handed over no more, and has no effect in the approval system',
      action: 'operation.manage',
      body: z.strictObject({ packetNo: z.number().int(), reason }),
      answer: ended,
      problems: ['request.not-found', 'request.conflict'],
      handle: ({ body: { packetNo, ...body }, person }) => giveUp(packetNo, body, actorOf(person)),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/parked/dismiss',
      id: 'dismissParked',
      summary: 'Give up parked answers of the approval system for a case that is not one of this node',
      action: 'operation.manage',
      body: z.strictObject({ localCaseNo: text(100), ...inAdapter }),
      answer: z.strictObject({ dismissed: z.literal(true) }),
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ body, person }) => {
        await dispatch.dismiss(body.localCaseNo, actorOf(person), body.adapter)
        return { dismissed: true as const }
      },
    })
  },
})
