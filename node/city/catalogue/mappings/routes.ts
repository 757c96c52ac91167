/** HTTP routes of mappings: compare an item with the partner's, save which material is which, read, remove. */
import * as z from 'zod'
import { LIMITS } from '../../../../protocol/limits.ts'
import { DivisionCode, text } from '../../../../protocol/primitives.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../../edges/http/page.ts'
import { actorOf, type RouteModule, Time, time } from '../../../edges/http/route.ts'
import { type Mapping, type Mappings, mappingVersion } from './mappings.ts'

const Code = text(50)
const MaterialCode = text(64)
const Pair = z.strictObject({
  collecting: MaterialCode.describe('material code in the own list'),
  handling: MaterialCode.describe("material code in the partner's list"),
  note: text(300).optional(),
})
const MappingAnswer = z
  .strictObject({
    partner: DivisionCode,
    handling: Code.describe("taskCode of the partner's item"),
    collecting: Code.describe('taskCode of the own item'),
    version: z.number().int(),
    handlingVersion: z.number().int().describe('taskVersion that was compared'),
    collectingVersion: z.number().int(),
    pairs: z.array(Pair),
    note: z.string().nullable(),
    actor: z.string(),
    updatedAt: Time,
    stale: z.boolean().describe('an item changed since: compare again'),
  })
  .meta({ id: 'MaterialMapping' })
const versionOf = ({ version, updatedAt }: { version: number; updatedAt: string }): string =>
  mappingVersion(version, Date.parse(updatedAt))
const toAnswer = ({ updatedAt, ...mapping }: Mapping) => ({ ...mapping, updatedAt: time(updatedAt) })

const Difference = z.strictObject({
  field: z.string(),
  label: z.string(),
  collecting: z.unknown(),
  handling: z.unknown(),
})
const Named = z.strictObject({ code: z.string(), name: z.string(), version: z.number().int() })
const Material = z.strictObject({ code: z.string(), name: z.string() })
const ComparisonAnswer = z.strictObject({
  collecting: Named.describe('the own item'),
  handling: Named.describe("the partner's item"),
  same: z.number().int().describe('fields that are the same'),
  differences: z.array(Difference),
  pairs: z.array(
    z.strictObject({
      collecting: Material,
      handling: Material,
      by: z
        .enum(['certificate', 'name', 'similar'])
        .describe('same certificate type, same name, or only similar: look twice'),
      similarity: z.number(),
      differences: z.array(Difference),
    }),
  ),
  onlyCollecting: z.array(Material).describe('only the own item asks for it'),
  onlyHandling: z.array(Material).describe("only the partner's item asks for it"),
  form: z.strictObject({
    onlyCollecting: z.array(z.string()),
    onlyHandling: z.array(z.string()),
    differing: z.array(Difference),
  }),
})

const params = z.strictObject({ partner: DivisionCode, item: Code })

export const mappingRoutes = (mappings: Mappings): RouteModule => ({
  tag: 'Mappings',
  description:
    "Item comparison (事项比对): an own item beside the partner's, and which of their materials are the same.",
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{partner}/mappings/{item}/compare',
      id: 'compareItems',
      summary:
        "Compare a partner's item with an own one, field by field; materials are matched by certificate type and name",
      action: 'reference.read',
      params,
      query: z.strictObject({
        own: Code.optional().describe(
          'taskCode of the own item; by default the one of the same catalogue code or name',
        ),
      }),
      answer: ComparisonAnswer,
      problems: ['item.unknown'],
      handle: async ({ params, query }) => {
        const { items, pairs, onlyCollecting, onlyHandling, ...rest } = await mappings.compare(
          params.partner,
          params.item,
          query.own,
        )
        const material = (side: keyof typeof items) => (code: string) => ({
          code,
          name: items[side].materials.find(({ materialCode }) => materialCode === code)?.materialName ?? code,
        })
        const named = (side: keyof typeof items) => {
          const { taskCode: code, taskName: name, taskVersion: version } = items[side]
          return { code, name, version }
        }
        return {
          ...rest,
          collecting: named('collecting'),
          handling: named('handling'),
          pairs: pairs.map(pair => ({
            ...pair,
            collecting: material('collecting')(pair.collecting),
            handling: material('handling')(pair.handling),
          })),
          onlyCollecting: onlyCollecting.map(material('collecting')),
          onlyHandling: onlyHandling.map(material('handling')),
        }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/mappings',
      id: 'listMappings',
      summary: 'Saved mappings',
      action: 'reference.read',
      query: z.strictObject({ ...pageQuery, partner: DivisionCode.optional() }),
      answer: pageOf(MappingAnswer),
      handle: async ({ query: { partner, limit, cursor } }) => {
        const after = decodeCursor(z.tuple([z.string(), z.string()]), cursor)
        const found = await mappings.list(partner ?? null, limit + 1, after)
        return toPage(found, limit, mapping => [mapping.partner, mapping.handling], toAnswer)
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/partners/{partner}/mappings/{item}',
      id: 'getMapping',
      summary: 'One saved mapping',
      action: 'reference.read',
      params,
      answer: MappingAnswer,
      versionOf,
      problems: ['request.not-found'],
      handle: async ({ params }) => toAnswer(await mappings.get(params.partner, params.item)),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/partners/{partner}/mappings/{item}',
      id: 'saveMapping',
      summary: 'Save which materials are the same; drafts of agreements and the pre-flight of cases go by it',
      action: 'mapping.manage',
      params,
      body: z.strictObject({
        collecting: Code.describe('taskCode of the own item'),
        pairs: z.array(Pair).max(LIMITS.materialsPerPacket),
        note: text(500).optional(),
      }),
      answer: MappingAnswer,
      problems: ['item.unknown', 'request.invalid'],
      guarded: true,
      versionOf,
      handle: async ({ params, body, person, seen }) =>
        toAnswer(await mappings.save(params.partner, params.item, body, actorOf(person), seen)),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/partners/{partner}/mappings/{item}',
      id: 'removeMapping',
      summary: 'Forget a mapping',
      action: 'mapping.manage',
      params,
      answer: MappingAnswer,
      problems: ['request.not-found'],
      guarded: true,
      handle: async ({ params, person, seen }) =>
        toAnswer(await mappings.remove(params.partner, params.item, actorOf(person), seen)),
    })
  },
})
