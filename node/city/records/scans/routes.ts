/** HTTP routes of the materials of a case: the list, each to be shown in place, and its text. */
import * as z from 'zod'
import { AUTHORS, type CaseKind, CaseMaterial } from '../../../../protocol/case/kinds.ts'
import { Commitment, DivisionCode, Sha256, ThreadId } from '../../../../protocol/primitives.ts'
import { actorOf, type RouteModule, Time, time } from '../../../edges/http/route.ts'
import { TEXT_CHARACTERS } from '../../../spine/materials/pages/pages.ts'
import { MATERIAL_TYPES } from '../../../spine/materials/sniff.ts'
import type { CaseScans } from './scans.ts'

const kinds = Object.keys(AUTHORS) as [CaseKind, ...CaseKind[]]
/** What every browser shows without running anything of it. */
const SHOWN: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'application/pdf'])
/** A type that a partner wrote is told only where it is one of ours. */
const typeOf = (type: string): string =>
  (MATERIAL_TYPES as readonly string[]).includes(type) ? type : 'application/octet-stream'
const params = z.strictObject({ thread: ThreadId, sha256: Sha256 })

export const scanRoutes = (scans: CaseScans): RouteModule => ({
  tag: 'Materials',
  description: 'Materials (材料): scans and documents, named by the SHA-256 of their bytes, encrypted at rest.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/materials',
      id: 'listCaseMaterials',
      summary: 'Materials of a case: names, pages, what to look at; personal data; every reading is audited',
      action: 'case.content',
      params: z.strictObject({ thread: ThreadId }),
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            ...Commitment.shape,
            packet: Sha256.describe('the first step that names it'),
            kind: z.enum(kinds),
            city: DivisionCode.describe('that sent it'),
            at: Time,
            code: z.string().nullable().describe("material code of the item's list, or number of the decision"),
            name: z.string().nullable().describe('as its city wrote it; null when purged'),
            title: z.string().nullable().describe('as the item calls it'),
            form: CaseMaterial.shape.form.unwrap().nullable(),
            pages: z.number().int().nullable().describe('as its city wrote them'),
            counted: z.number().int().nullable().describe('as counted here (校页); null: not here, or they cannot be'),
            unreadable: z.boolean().describe('broken, or locked by a password'),
            held: z.boolean().describe('it is here; else it is still fetched, or was purged'),
            shown: z.boolean().describe('a browser shows it; of another one, read its text'),
            reviewPoints: z.array(z.string()).describe('审查要点 of the item'),
          }),
        ),
      }),
      seconds: 120,
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, person }) => ({
        items: (await scans.list(thread, actorOf(person))).map(({ at, ...scan }) => ({
          ...scan,
          at: time(at),
          shown: SHOWN.has(scan.type),
        })),
      }),
    })
    api.download({
      path: '/api/v1/cases/{thread}/materials/{sha256}',
      id: 'viewCaseMaterial',
      summary: 'A material of a case, shown in place; what no browser shows is offered as a file',
      description:
        'Takes `Range`, `If-Range` and `If-None-Match`. Runs nothing and fetches nothing; a page of this node may frame it. What an account asks for within ten minutes is one look in the audit log.',
      action: 'case.content',
      params,
      gives: { types: [...MATERIAL_TYPES] as [string, ...string[]], description: 'its bytes, or a part of them' },
      ranged: true,
      seconds: 3600,
      problems: ['thread.unknown', 'material.missing'],
      async handle({ params: { thread, sha256 }, person, wanted }) {
        const { size, type } = await scans.begin(thread, sha256, actorOf(person))
        const shown = SHOWN.has(type)
        const base = { type: typeOf(type), version: sha256, ...(shown ? { framed: true } : { filename: sha256 }) }
        if (wanted.holds(sha256)) return { ...base, body: null, size }
        const part = wanted.part(sha256, size)
        return { ...base, body: await scans.bytes(sha256, part?.from ?? 0), size, ...(part === null ? {} : { part }) }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/materials/{sha256}/text',
      id: 'readCaseMaterialText',
      summary: 'The text of each page of a material (文字层), where nothing shows it: OFD, PDF; audited',
      action: 'case.content',
      params,
      answer: z.strictObject({
        pages: z
          .array(z.string())
          .nullable()
          .describe(
            'lines of each page, empty of a scan without text; null: it cannot be opened, or is larger than 64 MiB',
          ),
        truncated: z.boolean().describe(`there is more than ${TEXT_CHARACTERS} characters`),
      }),
      seconds: 60,
      problems: ['thread.unknown', 'material.missing'],
      async handle({ params: { thread, sha256 }, person }) {
        const texts = await scans.texts(thread, sha256, actorOf(person))
        return texts ?? { pages: null, truncated: false }
      },
    })
  },
})
