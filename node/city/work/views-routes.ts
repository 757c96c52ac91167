/** HTTP routes of saved views: make, list, change, delete, and read the cases of one. */
import * as z from 'zod'
import { text } from '../../../protocol/primitives.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import { casesOf } from '../cases/rights.ts'
import { Case, toAnswer } from '../cases/routes.ts'
import { QUEUE_NAMES } from './boxes.ts'
import { askerOf, boxFields, filterOf, Place } from './queue-routes.ts'
import type { Queues } from './queues.ts'
import { filter } from './routes.ts'
import type { NewView, View, Views } from './views.ts'

const params = z.strictObject({ id: text(64) })
const { q: _words, ...fields } = filter
const Search = z.strictObject(fields).describe('as of listCases but for `q`; `me` as assignee is whoever reads it')
const Filter = z.union([
  z.strictObject({ queue: z.enum(QUEUE_NAMES), ...boxFields }),
  z.strictObject({ search: Search }),
])
const Body = z.strictObject({
  name: text(100),
  window: text(200).optional().describe('shared with all of this window; absent: own'),
  filter: Filter,
})
const ViewAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    owner: z.string(),
    window: z.string().nullable(),
    filter: Filter,
    updatedAt: Time,
  })
  .meta({ id: 'View' })
const answered = ({ updatedAt, ...view }: View) => ({ ...view, updatedAt: time(updatedAt) })
const newView = ({ name, window, filter: wanted }: z.output<typeof Body>): NewView => ({
  name,
  window: window ?? null,
  filter: wanted,
})

export const viewRoutes = (views: Views, queues: Pick<Queues, 'page' | 'searchBy'>): RouteModule => ({
  tag: 'Queues',
  description: 'Saved views (保存的视图) of queues and searches.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/views',
      id: 'listViews',
      summary: 'The own saved views, and those of a window',
      action: 'self.use',
      query: z.strictObject({ window: text(200).optional() }),
      answer: z.strictObject({ items: z.array(ViewAnswer) }),
      handle: async ({ query, person }) => ({ items: (await views.list(person.id, query.window)).map(answered) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/views',
      id: 'addView',
      summary: 'Save a queue or a search under a name',
      action: 'self.use',
      body: Body,
      answer: ViewAnswer,
      status: 201,
      problems: ['request.conflict'],
      handle: async ({ body, person }) => answered(await views.add(newView(body), person.id)),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/views/{id}',
      id: 'changeView',
      summary: 'Write a saved view anew',
      action: 'self.use',
      params,
      body: Body,
      answer: ViewAnswer,
      problems: ['request.not-found', 'request.forbidden', 'request.conflict'],
      handle: async ({ params: { id }, body, person }) => answered(await views.change(id, newView(body), person.id)),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/views/{id}',
      id: 'deleteView',
      summary: 'Delete a saved view',
      action: 'self.use',
      params,
      answer: z.strictObject({}),
      problems: ['request.not-found', 'request.forbidden'],
      handle: async ({ params: { id }, person }) => {
        await views.remove(id, person.id)
        return {}
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/views/{id}/cases',
      id: 'readView',
      summary: 'Cases of a saved view: a queue by due day, a search last changed first',
      action: 'case.list',
      params,
      query: z.strictObject(pageQuery),
      answer: pageOf(Case),
      problems: ['request.not-found', 'request.invalid'],
      handle: async ({ params: { id }, query: { limit, cursor }, person }) => {
        const { filter: wanted } = await views.get(id, person.id)
        if ('queue' in wanted) {
          const after = decodeCursor(Place, cursor)
          const asker = askerOf(person, wanted.window)
          const { queue, ...fields } = wanted
          const { cases, next } = await queues.page(queue, asker, limit, after, filterOf(fields, person))
          return { items: cases.map(toAnswer), next: next === null ? null : encodeCursor(next) }
        }
        const place = decodeCursor(z.tuple([z.number().int(), z.number().int()]), cursor)
        const before = place === null ? null : { updatedAt: place[0], no: place[1] }
        const { assignee, ...rest } = wanted.search
        const search = { ...rest, assignee: assignee === 'me' ? person.id : assignee }
        const rows = await queues.searchBy(actorOf(person), search, limit + 1, before, casesOf(person, 'case.list'))
        return toPage(rows, limit, row => [row.updatedAt, row.no], toAnswer)
      },
    })
  },
})
