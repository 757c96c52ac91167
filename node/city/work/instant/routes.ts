/** HTTP routes of instant approval: conditions of items, versions of them, and the switch. */
import * as z from 'zod'
import { detailInChinese } from '../../../../protocol/messages/in-chinese.ts'
import { code, Sha256 } from '../../../../protocol/primitives.ts'
import { PROBLEMS } from '../../../../protocol/problem.ts'
import { type RouteModule, Time, time, timeOrNull } from '../../../edges/http/route.ts'
import { type Instant, type Judgement, REASONS, type Reason } from './instant.ts'
import { InstantRule } from './rule.ts'
import type { Rules, RuleView } from './rules.ts'

const REASON_CODES = Object.keys(REASONS) as [Reason, ...Reason[]]
const params = z.strictObject({ item: code(50).describe('code of an own item') })

const InstantApproval = z
  .strictObject({
    item: z.string(),
    itemName: z.string().describe('as it is published now; empty when it is not'),
    hash: Sha256.describe('of the text of the conditions: what packets and the evidence name'),
    rule: InstantRule,
    on: z.boolean(),
    onSince: Time.nullable(),
    changedAt: Time,
    changedBy: z.string().describe('account'),
    unfit: z
      .strictObject({ detail: z.string(), detailZh: z.string() })
      .nullable()
      .describe('why it fits the item as it is published no more: cases go to people; null: it fits'),
    today: z.strictObject({
      decided: z.number().int(),
      left: z
        .array(z.strictObject({ why: z.enum(REASON_CODES), cases: z.number().int() }))
        .describe('cases that were left to people, by reason'),
    }),
  })
  .meta({ id: 'InstantApproval' })

/** What came of a case, for whoever looks at it. */
export const JudgementShape = z.strictObject({
  hash: z.string().describe('version of the conditions'),
  at: Time,
  decided: z.boolean(),
  why: z
    .strictObject({ code: z.enum(REASON_CODES), en: z.string(), zh: z.string() })
    .nullable()
    .describe('why it was left to people'),
  told: z.array(z.string()).describe('names of conditions, or paths of fields'),
})
export const toJudgement = ({ hash, at, why, told }: Judgement): z.input<typeof JudgementShape> => ({
  hash,
  at: time(at),
  decided: why === null,
  why: why === null ? null : { code: why, ...REASONS[why] },
  told,
})

export type InstantRoutesParts = {
  rules: Rules
  instant: Pick<Instant, 'today'>
  nameOf: (item: string) => Promise<string>
}

export function instantRoutes({ rules, instant, nameOf }: InstantRoutesParts): RouteModule {
  async function toAnswer(
    { item, hash, rule, onSince, changedAt, changedBy, unfit }: RuleView,
    today: Awaited<ReturnType<Instant['today']>>,
  ): Promise<z.input<typeof InstantApproval>> {
    const { decided, left } = today.get(item) ?? { decided: 0, left: {} }
    const detail = unfit === null ? null : (unfit.detail ?? PROBLEMS[unfit.code].en)
    return {
      item,
      itemName: await nameOf(item),
      hash,
      rule,
      on: onSince !== null,
      onSince: timeOrNull(onSince),
      changedAt: time(changedAt),
      changedBy,
      unfit:
        detail === null
          ? null
          : {
              detail,
              detailZh: unfit?.detail === undefined ? PROBLEMS[unfit?.code ?? 'internal'].zh : detailInChinese(detail),
            },
      today: { decided, left: REASON_CODES.flatMap(why => (left[why] ? [{ why, cases: left[why] }] : [])) },
    }
  }
  const one = async (view: RuleView) => toAnswer(view, await instant.today())
  return {
    tag: 'Approval',
    description:
      'Instant approval (秒批) at the workbench: cases of which declared conditions hold are accepted and granted at once; off until an administrator switches it on for an item.',
    register(api) {
      api.operation({
        method: 'get',
        path: '/api/v1/instant-approvals',
        id: 'listInstantApprovals',
        summary: 'Items with conditions of instant approval, and what came of the cases of today',
        action: 'reference.read',
        answer: z.strictObject({ items: z.array(InstantApproval) }),
        handle: async () => {
          const today = await instant.today()
          return { items: await Promise.all((await rules.list()).map(view => toAnswer(view, today))) }
        },
      })
      api.operation({
        method: 'get',
        path: '/api/v1/instant-approvals/{item}',
        id: 'getInstantApproval',
        summary: 'The conditions of an item',
        action: 'reference.read',
        params,
        answer: InstantApproval,
        problems: ['request.not-found'],
        versionOf: ({ hash }) => hash,
        handle: async ({ params: { item } }) => one(await rules.get(item)),
      })
      api.operation({
        method: 'put',
        path: '/api/v1/instant-approvals/{item}',
        id: 'saveInstantApproval',
        summary: 'Enter the conditions of an own item; they are off until they are switched on',
        action: 'instant.manage',
        params,
        body: InstantRule,
        answer: InstantApproval,
        problems: ['item.unknown', 'request.invalid', 'request.conflict'],
        guarded: true,
        versionOf: ({ hash }) => hash,
        handle: async ({ params: { item }, body, person, seen }) => one(await rules.save(item, body, person.id, seen)),
      })
      api.operation({
        method: 'post',
        path: '/api/v1/instant-approvals/{item}/switch',
        id: 'switchInstantApproval',
        summary: 'Switch the conditions of an item on, for cases that arrive from now on, or off',
        action: 'instant.manage',
        params,
        body: z.strictObject({
          on: z.boolean(),
          hash: Sha256.optional().describe('the version that was read; needed to switch it on'),
        }),
        answer: InstantApproval,
        problems: ['item.unknown', 'request.not-found', 'request.precondition', 'request.invalid'],
        handle: async ({ params: { item }, body: { on, hash }, person }) =>
          one(await rules.turn(item, on, hash, person.id)),
      })
      api.operation({
        method: 'get',
        path: '/api/v1/instant-rules/{hash}',
        id: 'getInstantRule',
        summary: 'A version of conditions as it was entered, by the hash that the evidence names',
        action: 'reference.read',
        params: z.strictObject({ hash: Sha256 }),
        answer: z.strictObject({
          item: z.string(),
          keptAt: Time,
          text: z.string().describe('its UTF-8 bytes have the hash'),
        }),
        problems: ['request.not-found'],
        handle: async ({ params: { hash } }) => {
          const { item, body, keptAt } = await rules.version(hash)
          return { item, keptAt: time(keptAt), text: body }
        },
      })
    },
  }
}
