/** HTTP routes of service lists: publish, look up own and partners' items. */
import * as z from 'zod'
import { DivisionCode } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { ServiceItem } from '../../protocol/service/item.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../http/page.ts'
import { actorOf, type RouteModule, Time, time } from '../http/route.ts'
import type { ListView, Services } from './services.ts'

const List = z.strictObject({
  city: DivisionCode,
  version: z.number().int(),
  count: z.number().int(),
  publishedAt: Time,
})
const Listing = pageOf(ServiceItem).extend({
  list: List.nullable().describe('null when the city has published nothing yet'),
})
const READERS = ['administrator', 'clerk', 'integrator', 'auditor'] as const
const query = z.strictObject({
  ...pageQuery,
  q: z.string().max(100).default('').describe('part of the name or code'),
  version: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('an older version that is still held; the newest by default'),
})
const toAnswer = ({ publishedAt, ...view }: ListView) => ({ ...view, publishedAt: time(publishedAt) })

export const serviceRoutes = (services: Services, city: string): RouteModule => ({
  tag: 'Services',
  description: 'Service lists (事项清单): signed, versioned, verified.',
  register(api) {
    const listing = async (of: string, input: z.output<typeof query>) => {
      const after = decodeCursor(z.tuple([z.string()]), input.cursor)
      const view = await services.view(of, input.version)
      if (view === null && input.version !== undefined) throw new ProblemError('request.not-found', 'version')
      const items = view === null ? [] : await services.search(view, input.q, input.limit + 1, after?.[0] ?? null)
      return {
        ...toPage(
          items,
          input.limit,
          item => [item.taskCode],
          item => item,
        ),
        list: view === null ? null : toAnswer(view),
      }
    }
    api.operation({
      method: 'get',
      path: '/api/v1/services',
      id: 'listServices',
      summary: 'The own published list',
      roles: READERS,
      query,
      answer: Listing,
      problems: ['request.not-found'],
      handle: input => listing(city, input.query),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/services',
      id: 'publishServices',
      summary: 'Publish a new version of the own list',
      roles: ['administrator'],
      body: z.strictObject({ items: z.array(ServiceItem).max(20_000) }),
      bodyBytes: 64 * 1024 * 1024,
      answer: List,
      problems: ['list.malformed'],
      handle: async ({ body, person }) => toAnswer(await services.publish(body.items, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}/services',
      id: 'listPartnerServices',
      summary: "A partner's published list, as verified here",
      roles: READERS,
      params: z.strictObject({ code: DivisionCode }),
      query,
      problems: ['request.not-found'],
      answer: Listing.extend({
        problem: z.strictObject({ code: z.string(), detail: z.string().optional() }).nullable(),
      }),
      handle: async input => ({
        ...(await listing(input.params.code, input.query)),
        problem: services.problem(input.params.code),
      }),
    })
  },
})
