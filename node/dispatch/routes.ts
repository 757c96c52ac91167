/** HTTP routes of parked work: what waits for a person, and its retry button. */
import * as z from 'zod'
import { DivisionCode, Sha256, ThreadId, text } from '../../protocol/primitives.ts'
import type { Problem } from '../../protocol/problem.ts'
import { actorOf, type RouteModule, Time, time } from '../http/route.ts'
import type { Dispatch } from './dispatch.ts'

const problem = z.strictObject({ code: z.string(), detail: z.string().optional() })
const Parked = z
  .discriminatedUnion('what', [
    z.strictObject({
      what: z.literal('packet'),
      packetNo: z.number().int(),
      kind: z.string(),
      thread: ThreadId,
      problem,
      at: Time,
    }),
    z.strictObject({ what: z.literal('adapter-event'), event: z.string(), localCaseNo: z.string(), problem, at: Time }),
    z.strictObject({
      what: z.literal('material'),
      material: Sha256,
      partner: DivisionCode,
      attempts: z.number().int(),
      ended: z.boolean().describe('it is tried no more until a person asks for it again'),
      problem,
      at: Time,
    }),
  ])
  .meta({ id: 'ParkedWork' })

/** Materials that could not be fetched yet: tried ever less often, and given up (`ended`) after some weeks. */
export type WaitingMaterials = {
  waiting(): Promise<
    { sha256: string; partner: string; attempts: number; problem: Problem; ended: boolean; at: number }[]
  >
  retry(sha256: string, by: string): Promise<void>
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
      summary: 'Work that waits for a person, oldest first',
      roles: ['administrator', 'integrator', 'auditor'],
      answer: z.strictObject({ items: z.array(Parked) }),
      handle: async () => {
        const fetches = (await materials.waiting()).map(
          ({ sha256: material, partner, attempts, ended, problem, at }) => ({
            ...{ what: 'material' as const, material, partner, attempts, ended, problem, at },
          }),
        )
        return { items: [...(await dispatch.parked()), ...fetches].map(work => ({ ...work, at: time(work.at) })) }
      },
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
      body: z.union([
        z.strictObject({ packetNo: z.number().int() }),
        z.strictObject({ localCaseNo: text(100) }),
        z.strictObject({ material: Sha256 }),
      ]),
      answer: z.strictObject({ retried: z.literal(true) }),
      problems: ['request.not-found', 'thread.unknown', 'case.transition'],
      handle: async ({ body, person }) => {
        if ('material' in body) await materials.retry(body.material, actorOf(person))
        else await dispatch.retry(body, actorOf(person))
        return { retried: true as const }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/parked/dismiss',
      id: 'dismissParked',
      summary: 'Give up parked answers of the approval system for a case that is not one of this node',
      roles: ['administrator', 'integrator'],
      body: z.strictObject({ localCaseNo: text(100) }),
      answer: z.strictObject({ dismissed: z.literal(true) }),
      problems: ['request.not-found'],
      handle: async ({ body, person }) => {
        await dispatch.dismiss(body.localCaseNo, actorOf(person))
        return { dismissed: true as const }
      },
    })
  },
})
