/** HTTP routes of the board (看板), item heat (事项热度) and agreements without cases. */
import * as z from 'zod'
import { DivisionCode, ThreadId } from '../../../protocol/primitives.ts'
import type { RouteModule } from '../../edges/http/route.ts'
import type { StatisticsBoard } from './board.ts'
import { narrowFields } from './routes.ts'

const count = z.number().int()
const spans = { today: count, month: count, year: count }
const Spans = z.strictObject(spans)
const Place = z.strictObject({ key: z.string(), ...spans })
const Role = z.enum(['collecting', 'handling'])
const PERIOD = /^\d{4}(-\d\d)?$/
const period = {
  from: z.string().regex(PERIOD).describe('first month or year: 2026-11 or 2026'),
  to: z.string().regex(PERIOD).describe('last one, written alike'),
}
const alike = ({ from, to }: { from: string; to: string }): boolean => from.length === to.length
const ALIKE = { path: ['to'], message: 'from and to are both months or both years' }

export const boardRoutes = (board: StatisticsBoard, catchUp: () => Promise<void>): RouteModule => ({
  tag: 'Queues',
  description: 'The board of all cases, item heat, and agreements without cases.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/statistics/board',
      id: 'readBoard',
      summary: 'Places, items, and cases taken in for others and by others: today, this month, this year (看板)',
      action: 'statistics.read',
      answer: z.strictObject({
        places: z.strictObject({ own: count, partners: count }).describe('办理点数: windows'),
        items: z.strictObject({ collecting: count, handling: count }).describe('接入事项数, under active agreements'),
        cases: z.strictObject({
          all: Spans.describe('异地收件总数'),
          collecting: Spans.describe('taken in here for others'),
          handling: Spans.describe('taken in by others for this city'),
        }),
        modes: z.array(Spans).length(4).describe('by handling mode, 0 to 3'),
        windows: z.array(Place).describe('本办理点代其他收件, by window of this city; 200 at most'),
        departments: z
          .array(Place)
          .describe('其他代本办理点收件, by organ of this city: the first 18 of the item code'),
      }),
      handle: async () => {
        await catchUp()
        return board.board()
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/statistics/items',
      id: 'readItemHeat',
      summary: 'Items by how many cases they had (事项热度), most first',
      action: 'statistics.read',
      query: z
        .strictObject({
          ...period,
          ...narrowFields,
          limit: z.coerce.number().int().min(1).max(500).default(50),
        })
        .refine(alike, ALIKE),
      answer: z.strictObject({
        items: z.array(z.strictObject({ rank: count, item: z.string(), name: z.string(), cases: count })),
      }),
      handle: async ({ query: { from, to, limit, ...narrow } }) => {
        await catchUp()
        const found = await board.heat(from, to, narrow, limit)
        return { items: found.map((entry, index) => ({ rank: index + 1, ...entry })) }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/statistics/idle',
      id: 'readIdleAgreements',
      summary: 'Active agreements by how few cases they had, and their items that had none (协议多、办件少)',
      action: 'reference.read',
      query: z.strictObject(period).refine(alike, ALIKE),
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            thread: ThreadId,
            title: z.string(),
            partner: DivisionCode,
            validTo: z.string(),
            cases: count,
            items: count.describe('agreed items that concern this city, by partner'),
            idleCount: count.describe('of them without a case in the period'),
            idle: z
              .array(z.strictObject({ role: Role, partner: DivisionCode, code: z.string(), name: z.string() }))
              .describe('the first 500 of these'),
          }),
        ),
      }),
      handle: async ({ query: { from, to } }) => {
        await catchUp()
        return { items: await board.idle(from, to) }
      },
    })
  },
})
