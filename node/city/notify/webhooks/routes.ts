/** HTTP routes of webhooks: subscribe, test, read the log, replay. */
import * as z from 'zod'
import type { Problem } from '../../../../protocol/problem.ts'
import { decodeCursor, pageOf, pageQuery, toPage } from '../../../edges/http/page.ts'
import { inChineseToo, tellWhy, Why, Zh } from '../../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../../edges/http/route.ts'
import { WEBHOOK_LIMITS, WEBHOOK_TYPES, type Webhook, type Webhooks } from './webhooks.ts'

const WebhookAnswer = z
  .strictObject({
    id: z.string(),
    url: z.string(),
    types: z.array(z.string()).describe('event types; empty: all'),
    active: z.boolean(),
    waiting: z
      .number()
      .int()
      .describe(
        `events of its types that it was not told of yet; ${WEBHOOK_LIMITS.counted + 1}: more than ${WEBHOOK_LIMITS.counted}`,
      ),
    failures: z.number().int(),
    failingSince: Time.nullable(),
    nextAt: Time.nullable(),
    problem: Why.nullable(),
    createdAt: Time,
  })
  .meta({ id: 'Webhook' })
const Secret = z.string().describe('`whsec_…`: verify messages with it; shown once')
const toAnswer = ({ failingSince, nextAt, createdAt, problem, ...webhook }: Webhook) => ({
  ...webhook,
  problem: tellWhy(problem),
  failingSince: timeOrNull(failingSince),
  nextAt: timeOrNull(nextAt),
  createdAt: time(createdAt),
})
const params = z.strictObject({ id: z.string().max(64) })
const Sent = z.strictObject({ taken: z.boolean(), problem: Why.nullable() })
const sent = (problem: Problem | null) => ({ taken: problem === null, problem: tellWhy(problem) })

export const webhookRoutes = (webhooks: Webhooks): RouteModule => ({
  tag: 'Webhooks',
  description:
    'Webhooks (事件推送) after Standard Webhooks 1.0: events in order, at least once, signed with HMAC-SHA-256. They name what changed; the rest is read with the API.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/webhooks',
      id: 'listWebhooks',
      summary: 'Subscriptions, and how delivery to each stands',
      action: 'webhook.read',
      answer: z.strictObject({ items: z.array(WebhookAnswer) }),
      handle: async () => ({ items: (await webhooks.list()).map(toAnswer) }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/webhooks',
      id: 'addWebhook',
      summary: 'Subscribe to events from now on',
      action: 'webhook.manage',
      body: z.strictObject({
        url: z.string().max(1000).describe('https; of the Internet, unless the node is set to allow private ones'),
        types: z.array(z.enum(WEBHOOK_TYPES)).max(50).default([]),
      }),
      answer: WebhookAnswer.extend({ secret: Secret }),
      status: 201,
      shownOnce: true,
      problems: ['request.invalid', 'request.conflict'],
      handle: async ({ body, person }) => {
        const { webhook, secret } = await webhooks.add(body.url, body.types, actorOf(person))
        return { ...toAnswer(webhook), secret }
      },
    })
    api.operation({
      method: 'patch',
      path: '/api/v1/webhooks/{id}',
      id: 'changeWebhook',
      summary: 'Switch it off, so that what happens waits; or on again, and it is told what waits',
      action: 'webhook.manage',
      params,
      body: z.strictObject({ active: z.boolean() }),
      answer: WebhookAnswer,
      problems: ['request.not-found'],
      handle: async ({ params: { id }, body, person }) =>
        toAnswer(await webhooks.set(id, body.active, actorOf(person))),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/webhooks/{id}/rotate',
      id: 'rotateWebhookSecret',
      summary: 'A new secret; the former one signs too for a day',
      action: 'webhook.manage',
      params,
      body: z.strictObject({}),
      answer: WebhookAnswer.extend({ secret: Secret }),
      shownOnce: true,
      problems: ['request.not-found', 'request.conflict'],
      handle: async ({ params: { id }, person }) => {
        const { webhook, secret } = await webhooks.rotate(id, actorOf(person))
        return { ...toAnswer(webhook), secret }
      },
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/webhooks/{id}',
      id: 'removeWebhook',
      summary: 'End a subscription',
      action: 'webhook.manage',
      params,
      answer: z.strictObject({ removed: z.literal(true) }),
      problems: ['request.not-found'],
      handle: async ({ params: { id }, person }) => {
        await webhooks.remove(id, actorOf(person))
        return { removed: true as const }
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/webhooks/{id}/test',
      id: 'testWebhook',
      summary: 'Send a message of type `webhook.test` now',
      action: 'webhook.manage',
      params,
      body: z.strictObject({}),
      answer: Sent,
      seconds: 30,
      problems: ['request.not-found'],
      handle: async ({ params: { id }, person }) => sent(await webhooks.test(id, actorOf(person))),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/webhooks/{id}/log',
      id: 'readWebhookLog',
      summary: 'The last attempts, newest first',
      action: 'webhook.read',
      params,
      query: z.strictObject(pageQuery),
      answer: pageOf(
        z.strictObject({
          no: z.number().int(),
          event: z.number().int(),
          type: z.string(),
          at: Time,
          ms: z.number().int(),
          status: z.number().int().nullable(),
          problem: z.string().nullable(),
          problemZh: Zh,
        }),
      ),
      problems: ['request.not-found'],
      handle: async ({ params: { id }, query: { limit, cursor } }) => {
        const before = decodeCursor(z.tuple([z.number().int()]), cursor)
        const found = await webhooks.log(id, limit + 1, before?.[0] ?? null)
        return toPage(
          found,
          limit,
          entry => [entry.no],
          entry => ({ ...inChineseToo(entry), at: time(entry.at) }),
        )
      },
    })
    api.operation({
      method: 'post',
      path: '/api/v1/webhooks/{id}/replay',
      id: 'replayWebhook',
      summary:
        'Tell all kept events from this number on again, in order; one that is switched off, when it is switched on',
      action: 'webhook.manage',
      params,
      body: z.strictObject({ from: z.number().int().min(1) }),
      answer: WebhookAnswer,
      problems: ['request.not-found'],
      handle: async ({ params: { id }, body, person }) =>
        toAnswer(await webhooks.replay(id, body.from, actorOf(person))),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/webhooks/{id}/resend',
      id: 'resendWebhook',
      summary: 'Send one kept event again',
      action: 'webhook.manage',
      params,
      body: z.strictObject({ event: z.number().int().min(1) }),
      answer: Sent,
      seconds: 30,
      problems: ['request.not-found'],
      handle: async ({ params: { id }, body, person }) => sent(await webhooks.resend(id, body.event, actorOf(person))),
    })
  },
})
