/** HTTP routes of parcels: order, follow, take back. */
import * as z from 'zod'
import { PARCEL_STATES } from '../../../../adapters/sdk/carrier.ts'
import { ThreadId, text } from '../../../../protocol/primitives.ts'
import { inChineseToo, Zh } from '../../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../../edges/http/route.ts'
import type { Parcel as ParcelView } from './parcel.ts'
import type { Parcels } from './parcels.ts'
import { TROUBLES, type Trouble } from './troubles.ts'

const names = Object.keys(TROUBLES) as [Trouble, ...Trouble[]]
const Party = z.strictObject({
  name: text(100),
  phone: text(30),
  address: text(300),
  postcode: text(10).optional(),
})
const Payer = z.enum(['collecting', 'handling', 'applicant'])
const Parcel = z.strictObject({
  id: z.string(),
  parcel: z.enum(['originals', 'result']),
  state: z
    .enum(['wanted', 'open', 'cancelling', 'done', 'failed'])
    .describe('wanted: the carrier has not taken the order yet; failed: a person must look'),
  carrier: z.string(),
  number: z.string().nullable().describe('waybill (运单号)'),
  payer: Payer,
  way: z
    .array(z.strictObject({ state: z.enum(PARCEL_STATES), at: z.string(), place: z.string().optional() }))
    .describe('each is a signed `case.mail`, too'),
  problem: z.string().nullable(),
  problemZh: Zh,
  trouble: z.enum(names).nullable().describe('why somebody must see to it'),
  createdAt: Time,
})
const toAnswer = ({ createdAt, ...parcel }: ParcelView) => ({ ...inChineseToo(parcel), createdAt: time(createdAt) })

const params = z.strictObject({ thread: ThreadId })
const one = params.extend({ id: z.string().regex(/^[0-9a-f]{32}$/) })

export const parcelRoutes = (parcels: Parcels): RouteModule => ({
  tag: 'Mail',
  description:
    "Parcels (寄递) by the city's carrier. Without a carrier the waybill is typed in with `ship`, `mail` and `send-result`.",
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/parcels',
      id: 'orderParcel',
      summary: 'Order that originals or a result are picked up (寄件下单)',
      description:
        'Ordered once, however often it must be tried. The addresses are sealed, and deleted with the purge of the case.',
      action: 'case.contribute',
      params,
      body: z.strictObject({
        parcel: z.enum(['originals', 'result']),
        to: Party,
        from: Party.optional().describe('the window of the configuration when absent'),
        contents: z.array(text(200)).min(1).max(64),
        payer: Payer.optional().describe('as the agreement says when absent'),
      }),
      answer: Parcel,
      status: 202,
      problems: ['thread.unknown', 'request.conflict', 'request.invalid'],
      handle: async ({ params: { thread }, body, person }) =>
        toAnswer(await parcels.order(thread, body, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/parcels',
      id: 'listParcels',
      summary: 'Parcels of a case that this city ordered, and their way',
      action: 'case.read',
      params,
      answer: z.strictObject({ items: z.array(Parcel) }),
      problems: ['thread.unknown'],
      handle: async ({ params: { thread } }) => ({ items: (await parcels.list(thread)).map(toAnswer) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/cases/{thread}/parcels/settle',
      id: 'settleParcels',
      summary: 'Parcels of the case that are in trouble (寄递异常) were seen to; what the carrier refused is given up',
      description: 'Takes the case out of the queue `parcels`, until something else happens to one of them.',
      action: 'case.contribute',
      params,
      body: z.strictObject({}),
      answer: z.strictObject({ settled: z.number().int() }),
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, person }) => ({ settled: await parcels.settle(thread, actorOf(person)) }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/mail',
      id: 'readMail',
      summary: 'How the carrier answers, and how many parcels are in each trouble (寄递异常)',
      action: 'reference.read',
      answer: z.strictObject({
        carrier: z.string().nullable().describe('null: none is configured'),
        underWay: z.number().int(),
        answeredAt: Time.nullable().describe('since this node was started'),
        problem: z.string().nullable().describe('why it did not answer the last time'),
        problemZh: Zh,
        troubles: z.array(
          z.strictObject({
            trouble: z.enum(names),
            count: z.number().int(),
            since: Time,
            act: z.enum(['you', 'partner', 'operator']),
            title: z.string(),
            cure: z.string(),
          }),
        ),
      }),
      handle: async () => {
        const { answeredAt, troubles, ...standing } = await parcels.standing()
        return {
          ...inChineseToo(standing),
          answeredAt: timeOrNull(answeredAt),
          troubles: troubles.map(({ trouble, count, since }) => {
            const { act, en, zh, cure } = TROUBLES[trouble]
            return { trouble, count, since: time(since), act, title: `${en} ${zh}`, cure }
          }),
        }
      },
    })
    for (const [verb, summary] of [
      ['cancel', 'Take an order back; what was collected meanwhile goes on'],
      ['retry', 'Try again what failed'],
    ] as const)
      api.operation({
        method: 'post',
        path: `/api/v1/cases/{thread}/parcels/{id}/${verb}`,
        id: `${verb}Parcel`,
        summary,
        action: 'case.contribute',
        params: one,
        answer: Parcel,
        problems: ['request.not-found', 'request.conflict'],
        handle: async ({ params: { thread, id }, person }) =>
          toAnswer(await parcels[verb](thread, id, actorOf(person))),
      })
  },
})
