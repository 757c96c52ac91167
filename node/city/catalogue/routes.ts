/** HTTP routes of service lists: publish and change the own one, look up and search own and partners' items. */
import * as z from 'zod'
import { LIMITS } from '../../../protocol/limits.ts'
import { DivisionCode } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { ServiceItem } from '../../../protocol/service/item.ts'
import type { LintContext } from '../../../protocol/service/lint.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery, toPage } from '../../edges/http/page.ts'
import { tellWhy, Why } from '../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import { itemVersion } from './item-version.ts'
import { readLines } from './ndjson.ts'
import { checkedLines, checkPublishable } from './publishable.ts'
import type { FoundItem, ListView, Services } from './services.ts'

const List = z
  .strictObject({
    city: DivisionCode,
    version: z.number().int(),
    count: z.number().int(),
    publishedAt: Time,
  })
  .meta({ id: 'ServiceList' })
const Listing = pageOf(ServiceItem).extend({
  list: List.nullable().describe('null when the city has published nothing yet'),
})
const Version = z.coerce
  .number()
  .int()
  .min(1)
  .optional()
  .describe('an older version that is still held; the newest by default')
const query = z.strictObject({
  ...pageQuery,
  q: z.string().max(100).default('').describe('words that stand in name, code or department'),
  version: Version,
})
const toAnswer = ({ publishedAt, ...view }: ListView) => ({ ...view, publishedAt: time(publishedAt) })

const facet = (pattern: RegExp) => z.string().regex(pattern).optional()
const searchQuery = z.strictObject({
  ...pageQuery,
  q: z
    .string()
    .max(100)
    .default('')
    .describe('words that all stand in name, code or department; two characters of Chinese are enough'),
  city: DivisionCode.optional(),
  department: z.string().max(200).optional().describe('实施主体, its whole name'),
  type: facet(/^\d{2}$/).describe('事项类型'),
  level: facet(/^[1-7]$/).describe('行使层级'),
  audience: facet(/^[1-6]$/).describe('服务对象'),
  mode: facet(/^[0-3]$/).describe('办理模式'),
})
const Found = z.strictObject({
  city: DivisionCode,
  code: z.string(),
  name: z.string(),
  department: z.string(),
  type: z.string(),
  level: z.string(),
  audience: z.array(z.string()),
  modes: z.array(z.number().int()),
  state: z.string(),
  projectType: z.string(),
  promiseDay: z.number().int(),
  taskVersion: z.number().int(),
  listVersion: z.number().int().describe('version of the list that it stands in'),
})
const counts = z.array(z.strictObject({ value: z.string(), count: z.number().int() }))
const Hits = pageOf(Found).extend({
  total: z.number().int().describe('of all pages'),
  facets: z
    .strictObject({ city: counts, department: counts, type: counts, level: counts, audience: counts, mode: counts })
    .describe('how many would be found with each value, the other filters as they are; the 50 largest departments'),
})

const toFound = ({ city, version, shown }: FoundItem): z.input<typeof Found> => {
  const [code, name, department, type, level, audience, modes, state, projectType, promiseDay, taskVersion] = shown
  return {
    city,
    code,
    name,
    department,
    type,
    level,
    audience: [...audience],
    modes: [...modes].map(Number),
    state,
    projectType,
    promiseDay,
    taskVersion,
    listVersion: version,
  }
}

/** `context`: places and samples that are published. */
export const serviceRoutes = (
  services: Services,
  city: string,
  context: () => Promise<LintContext> = async () => ({}),
): RouteModule => ({
  tag: 'Services',
  description: 'Service lists (事项清单): signed, versioned, verified, searched.',
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
      action: 'reference.read',
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
      description:
        'All items in one body, none of them with a lint error. A larger list goes to `/api/v1/services/items`, a few changes by PATCH.',
      action: 'catalogue.manage',
      body: z.strictObject({ items: z.array(ServiceItem).max(20_000) }),
      bodyBytes: 64 * 1024 * 1024,
      answer: List,
      problems: ['list.malformed', 'item.lint'],
      handle: async ({ body, person }) => {
        await checkPublishable(body.items, await context())
        return toAnswer(await services.publish(body.items, actorOf(person)))
      },
    })
    api.operation({
      method: 'patch',
      path: '/api/v1/services',
      id: 'changeServices',
      summary: 'Publish a change of the own list as its next version',
      description:
        'Items in `put` are new or take the place of those with their codes; codes in `remove` must be there.',
      action: 'catalogue.manage',
      body: z.strictObject({
        put: z.array(ServiceItem).max(2000).default([]),
        remove: z.array(ServiceItem.shape.taskCode).max(2000).default([]),
      }),
      bodyBytes: 16 * 1024 * 1024,
      answer: List,
      problems: ['list.malformed', 'item.unknown', 'item.lint'],
      handle: async ({ body, person }) => {
        await checkPublishable(body.put, await context())
        return toAnswer(await services.change(body, actorOf(person)))
      },
    })
    api.upload({
      method: 'put',
      path: '/api/v1/services/items',
      id: 'publishItems',
      summary: 'Publish a new version of the own list from a stream of items',
      description:
        'One item a line (NDJSON): a list of any size that may be published. Nothing is seen before all of it holds. Of the lint, places and samples alone are checked.',
      action: 'catalogue.manage',
      takes: { types: ['application/x-ndjson'], bytes: LIMITS.listBytes },
      seconds: 600,
      answer: List,
      problems: ['list.malformed', 'request.oversize', 'item.lint'],
      handle: async ({ stream, person }) =>
        toAnswer(await services.publish(checkedLines(readLines(stream), await context()), actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{code}/services',
      id: 'listPartnerServices',
      summary: "A partner's published list, as verified here",
      action: 'reference.read',
      params: z.strictObject({ code: DivisionCode }),
      query,
      problems: ['request.not-found'],
      answer: Listing.extend({
        problem: Why.nullable(),
      }),
      handle: async input => ({
        ...(await listing(input.params.code, input.query)),
        problem: tellWhy(services.problem(input.params.code)),
      }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/items',
      id: 'searchItems',
      summary: "Search the newest own list and partners'",
      description:
        'Names that begin with the first word come first, then names that hold all words, then the rest; each by code.',
      action: 'reference.read',
      query: searchQuery,
      answer: Hits,
      async handle({ query: { q, limit, cursor, ...asked } }) {
        const after = decodeCursor(z.tuple([z.number(), z.string(), z.string()]), cursor)
        const filters = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
        const { items, total, facets } = await services.find(q, filters, limit + 1, after)
        const page = items.slice(0, limit)
        const last = page.at(-1)
        return {
          items: page.map(toFound),
          next: items.length > limit && last !== undefined ? encodeCursor(last.place) : null,
          total,
          facets,
        }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/items/{city}/{code}',
      id: 'getItem',
      summary: 'One item of a list, of the newest version or of one that a case names',
      action: 'reference.read',
      params: z.strictObject({ city: DivisionCode, code: ServiceItem.shape.taskCode }),
      query: z.strictObject({ version: Version }),
      problems: ['item.unknown'],
      answer: ServiceItem,
      versionOf: itemVersion,
      async handle({ params, query: { version } }) {
        const item = await services.item(params.city, params.code, version)
        if (item === null) throw new ProblemError('item.unknown')
        return item
      },
    })
  },
})
