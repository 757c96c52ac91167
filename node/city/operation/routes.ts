/** HTTP routes of operation: settings in force, how the node is, and its backups. */
import * as z from 'zod'
import { LIMITS } from '../../../protocol/limits.ts'
import { DivisionCode, text } from '../../../protocol/primitives.ts'
import { tellWhy, Why } from '../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time } from '../../edges/http/route.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { VERSION } from '../../version.ts'
import type { BackupJob, Backups } from './backups.ts'
import { type Check, inBothLanguages } from './check.ts'
import { settingsInForce } from './settings.ts'

const CheckAnswer = z
  .strictObject({
    check: z.string().describe('what was looked at, in both languages'),
    level: z.enum(['ok', 'warn', 'fail', 'skip']),
    detail: z.string().describe('how it stands, in English'),
    detailZh: z.string().describe('the same in Chinese'),
    act: z.enum(['you', 'partner', 'operator']).optional().describe('who must act'),
    cure: z.string().optional(),
    cureZh: z.string().optional().describe('the same in Chinese'),
  })
  .meta({ id: 'Check' })

const Work = z.enum(['backup', 'verification'])
const jobFields = {
  work: Work,
  folder: z.string(),
  since: Time,
  done: z.number().int().describe('shelves of materials that were seen to'),
  all: z.number().int().describe('how many there are; 0: not counted yet'),
}
const Job = z.strictObject(jobFields).meta({ id: 'BackupJob' })
const toJob = ({ since, ...job }: BackupJob): z.input<typeof Job> => ({ ...job, since: time(since) })

export const operationRoutes = (
  config: NodeConfig,
  health: () => Promise<readonly Check[]>,
  backups: Backups,
  now: () => number,
): RouteModule => ({
  tag: 'Operation',
  description: 'Operation (运维): settings in force, how the node is, backups.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/settings',
      id: 'listSettings',
      summary: 'Settings in force: value, where it comes from, what it means; of a secret, where it is',
      action: 'operation.read',
      answer: z.strictObject({
        file: z.string().nullable().describe('the file of the configuration'),
        items: z.array(
          z
            .strictObject({
              key: z.string().describe('such as `http.port`'),
              value: z.unknown().describe('as JSON; null when none is set'),
              default: z.unknown().describe('what counts where nobody sets it; null: nothing'),
              required: z.boolean().describe('whether it must be set'),
              from: z.enum(['file', 'environment', 'default']),
              env: z.string().nullable().describe('variable of the environment that stands over the file'),
              en: z.string(),
              zh: z.string(),
            })
            .meta({ id: 'Setting' }),
        ),
      }),
      handle: async () => ({
        file: config.origin?.file ?? null,
        items: settingsInForce(config),
      }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/settings/common',
      id: 'showCommonSettings',
      summary: 'What every page needs to know of this node: city, kinds of systems, rules, limits',
      action: 'self.use',
      answer: z.strictObject({
        city: z.strictObject({ code: DivisionCode, name: z.string(), authority: z.string() }),
        colour: z.string().describe('of the city in the console, #rrggbb'),
        software: z.string(),
        approvalSystem: z.string().describe('kind of the adapter'),
        carrier: z.string().nullable().describe('null: waybills are typed in'),
        applicantsUrl: z.string().nullable().describe('pages for applicants from outside'),
        fourEyes: z.boolean().describe('what the city certificate signs takes two administrators'),
        separateDecision: z.boolean().describe('who accepted a case does not decide it (受审分离)'),
        singleSignOn: z.boolean(),
        limits: z.strictObject({
          materialBytes: z.number().int(),
          materialsPerPacket: z.number().int(),
          bodyBytes: z.number().int().describe('of what one step says'),
        }),
      }),
      handle: async () => ({
        city: config.city,
        colour: config.console.colour,
        software: `tongban/${VERSION}`,
        approvalSystem: config.adapter.kind,
        carrier: config.mail.url === undefined ? null : config.mail.carrier,
        applicantsUrl: config.applicants.url ?? null,
        fourEyes: config.agreements.fourEyes,
        separateDecision: config.rights.separateDecision,
        singleSignOn: config.signIn.singleSignOn !== undefined,
        limits: {
          materialBytes: LIMITS.materialBytes,
          materialsPerPacket: LIMITS.materialsPerPacket,
          bodyBytes: LIMITS.bodyBytes,
        },
      }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/health',
      id: 'getHealth',
      summary:
        'How the node is, thing by thing, with who must act and how: what `tongban doctor` says of one that runs',
      description: 'Asks the approval system too. `/readyz` is for balancers and asks no one.',
      action: 'operation.read',
      seconds: 120,
      answer: z.strictObject({ at: Time, ok: z.boolean().describe('nothing failed'), checks: z.array(CheckAnswer) }),
      handle: async () => {
        const checks = await health()
        return {
          at: time(now()),
          ok: !checks.some(({ level }) => level === 'fail'),
          checks: checks.map(inBothLanguages),
        }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/backups',
      id: 'listBackups',
      summary:
        'Backups that were made of this node, newest first, when each was read again last, and what is under way',
      action: 'operation.read',
      answer: z.strictObject({
        folder: z
          .string()
          .nullable()
          .describe('where those asked for here are made; null: `backups.folder` is not set'),
        running: z.strictObject(jobFields).nullable(),
        last: z
          .strictObject({ work: Work, folder: z.string(), at: Time, problem: Why.nullable() })
          .nullable()
          .describe('how the last work since the start ended'),
        items: z.array(
          z
            .strictObject({
              folder: z.string(),
              at: z.string(),
              keys: z.string().nullable().describe('file of the keys of its cases; null: it holds them itself'),
              verifiedAt: z.string().nullable().describe('when it was read again last; null: never'),
              problem: Why.nullable().describe('what was wrong then'),
            })
            .meta({ id: 'Backup' }),
        ),
      }),
      handle: async () => {
        const { running, last, items, ...rest } = await backups.list()
        return {
          ...rest,
          running: running === null ? null : toJob(running),
          last: last === null ? null : { ...last, problem: tellWhy(last.problem), at: time(last.at) },
          items: items.map(item => ({ ...item, problem: tellWhy(item.problem) })),
        }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/backups',
      id: 'makeBackup',
      summary: 'Back the node up into `backups.folder` while it runs, and read the backup again',
      description: 'Goes on after the answer: `listBackups` tells how far it is and how it ended.',
      action: 'system.manage',
      body: z.strictObject({}),
      answer: Job,
      status: 202,
      problems: ['request.conflict'],
      handle: async ({ person }) => toJob(await backups.make(actorOf(person))),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/backups/verify',
      id: 'verifyBackup',
      summary: 'Read a backup again: its store whole, all its materials, and the keys that open it',
      action: 'system.manage',
      body: z.strictObject({ folder: text(1000).describe('as the list names it') }),
      answer: Job,
      status: 202,
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ body, person }) => toJob(await backups.verify(body.folder, actorOf(person))),
    })
  },
})
