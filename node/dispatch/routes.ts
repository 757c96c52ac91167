/** HTTP routes of parked work: what waits for a person, and its retry button. */
import * as z from 'zod'
import { ThreadId, text } from '../../protocol/primitives.ts'
import { actorOf, type RouteModule, Time, time } from '../http/route.ts'
import type { Dispatch } from './dispatch.ts'

const problem = z.strictObject({ code: z.string(), detail: z.string().optional() })
const Parked = z.discriminatedUnion('what', [
  z.strictObject({
    what: z.literal('packet'),
    packetNo: z.number().int(),
    kind: z.string(),
    thread: ThreadId,
    problem,
    at: Time,
  }),
  z.strictObject({ what: z.literal('adapter-event'), event: z.string(), localCaseNo: z.string(), problem, at: Time }),
])

export const dispatchRoutes = (dispatch: Dispatch): RouteModule => ({
  tag: 'Parked work',
  description:
    'Work that cannot proceed waits here (挂起) with its reason until a person retries it; nothing is dropped.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/parked',
      id: 'listParked',
      summary: 'Work that waits for a person, oldest first',
      roles: ['administrator', 'integrator', 'auditor'],
      answer: z.strictObject({ items: z.array(Parked) }),
      handle: async () => ({ items: (await dispatch.parked()).map(work => ({ ...work, at: time(work.at) })) }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/approval-system',
      id: 'checkApprovalSystem',
      summary: 'Whether the approval system behind the adapter can be used now',
      roles: ['administrator', 'integrator', 'auditor'],
      answer: z.strictObject({ kind: z.string(), ok: z.boolean(), detail: z.string().optional() }),
      handle: () => dispatch.check(),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/parked/retry',
      id: 'retryParked',
      summary: 'Try parked work again',
      roles: ['administrator', 'integrator'],
      body: z.union([z.strictObject({ packetNo: z.number().int() }), z.strictObject({ localCaseNo: text(100) })]),
      answer: z.strictObject({ retried: z.literal(true) }),
      problems: ['request.not-found', 'thread.unknown', 'case.transition'],
      handle: async ({ body, person }) => {
        await dispatch.retry(body, actorOf(person))
        return { retried: true as const }
      },
    })
  },
})
