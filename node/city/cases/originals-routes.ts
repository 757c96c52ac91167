/** HTTP route of originals: where each lies, and how it came there. */
import * as z from 'zod'
import { CASE_CONTENT } from '../../../protocol/case/kinds.ts'
import { ORIGINAL_EVENTS, ORIGINAL_PLACES, type OriginalPlace } from '../../../protocol/case/originals.ts'
import { DivisionCode, Instant, Sha256, ThreadId } from '../../../protocol/primitives.ts'
import { actorOf, type RouteModule } from '../../edges/http/route.ts'
import type { CaseOriginals } from './originals.ts'

const places = Object.keys(ORIGINAL_PLACES) as [OriginalPlace, ...OriginalPlace[]]
const Original = z.strictObject({
  name: z.string(),
  code: z.string().nullable(),
  copies: z.number().int(),
  place: z.enum(places),
  placeName: z.string(),
  city: DivisionCode.describe('the city that has it, or to which it goes'),
  since: Instant,
})
const Move = CASE_CONTENT['case.originals'].extend({
  eventName: z.string(),
  city: DivisionCode.describe('who signed it'),
  packet: Sha256,
})

export const originalsRoutes = (originals: CaseOriginals): RouteModule => ({
  tag: 'Cases',
  description: 'Originals of applicants (原件): each move is a signed `case.originals`.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/originals',
      id: 'listOriginals',
      summary: 'Originals of a case: where each lies, and each hand-over (材料交接); every reading is audited',
      action: 'case.content',
      params: z.strictObject({ thread: ThreadId }),
      answer: z.strictObject({
        open: z.number().int().describe('neither given back nor kept in the file'),
        items: z.array(Original),
        moves: z.array(Move),
      }),
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, person }) => {
        const { open, items, moves } = await originals.of(thread, actorOf(person))
        return {
          open,
          items: items.map(item => ({ ...item, placeName: ORIGINAL_PLACES[item.place].zh })),
          moves: moves.map(move => ({ ...move, eventName: ORIGINAL_EVENTS[move.event].zh })),
        }
      },
    })
  },
})
