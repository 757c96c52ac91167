/** HTTP routes of mappings: which versions are at work, reading them anew, moving open cases to what the files say now. */
import * as z from 'zod'
import { ThreadId, text } from '../../../protocol/primitives.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import type { Dispatch } from './dispatch.ts'

const Adapter = text(40).describe('name of the approval system, where several have a mapping')
const Version = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('hash of the mapping with the files that it names')

export const mappingRoutes = ({ mappings }: Pick<Dispatch, 'mappings'>): RouteModule => ({
  tag: 'Adapter',
  description:
    'How packets become what an approval system is sent, as files say it (字段映射); a case keeps the version with which it began.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/approval-system/mappings',
      id: 'listAdapterMappings',
      summary:
        'Of each approval system the versions of its mapping that are kept (映射版本), and how many open cases go by each',
      action: 'operation.read',
      answer: z.strictObject({
        items: z.array(
          z.strictObject({
            adapter: z.string().describe('name of the approval system'),
            kind: z.string(),
            mapping: z
              .strictObject({
                pinned: z.boolean().describe('whether a case stays with the version with which it began'),
                versions: z.array(
                  z.strictObject({
                    version: Version,
                    current: z.boolean().describe('cases begin with it'),
                    keptAt: Time,
                    cases: z.number().int().describe('open cases that are pinned to it'),
                  }),
                ),
              })
              .nullable()
              .describe('null: no file says how it maps (workbench, module, remote)'),
          }),
        ),
      }),
      handle: async () => ({
        items: (await mappings.list()).map(({ mapping, ...system }) => ({
          ...system,
          mapping:
            mapping === null
              ? null
              : {
                  pinned: mapping.pinned,
                  versions: mapping.versions.map(({ keptAt, ...version }) => ({ ...version, keptAt: time(keptAt) })),
                },
        })),
      }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/approval-system/reload',
      id: 'reloadAdapterMapping',
      summary: 'Read the mapping of an approval system anew, with its secrets, without a restart (重新载入)',
      description:
        'The files are checked first: where they are wrong, `config.invalid` says where, and nothing has changed. Cases that begin from then on go by them; those that are open keep the version with which they began, unless `repin` moves them. What waited for the mapping is tried again.',
      action: 'system.manage',
      body: z.strictObject({ adapter: Adapter.optional(), repin: z.boolean().default(false) }),
      answer: z.strictObject({
        adapter: z.string(),
        former: Version,
        version: Version,
        repinned: z.number().int().describe('open cases that were moved to it'),
      }),
      problems: ['config.invalid', 'request.not-found', 'request.conflict'],
      handle: ({ body: { adapter, repin }, person }) => mappings.reload(adapter, repin, actorOf(person)),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/approval-system/repin',
      id: 'repinCases',
      summary:
        'Move open cases to the version of the mapping that the files name for them now: one, those of a version, or all',
      action: 'system.manage',
      body: z.union([
        z.strictObject({ thread: ThreadId }),
        z.strictObject({ adapter: Adapter.optional(), version: Version }),
        z.strictObject({ adapter: Adapter.optional(), all: z.literal(true) }),
      ]),
      answer: z.strictObject({ repinned: z.number().int() }),
      problems: ['request.not-found', 'request.conflict', 'thread.unknown'],
      handle: async ({ body, person }) => ({ repinned: await mappings.repin(body, actorOf(person)) }),
    })
  },
})
