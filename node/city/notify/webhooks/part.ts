/** Webhooks (事件推送): events told to other programs. */
import { randomBytes } from 'node:crypto'
import type { Kernel } from '../../../kernel/kernel.ts'
import type { Seal } from '../../../kernel/keys/case-keys.ts'
import type { Part } from '../../../part.ts'
import { post } from './post.ts'
import { webhookRoutes } from './routes.ts'
import { createWebhooks } from './webhooks.ts'

export function createWebhooksPart(
  { config, db, clock, audit, events, telemetry, log, random }: Kernel,
  { seal }: { seal: Seal },
) {
  const count = telemetry.metrics.counter('tongban_webhook_deliveries_total', 'Messages to webhooks', ['outcome'])
  const webhooks = createWebhooks({
    db,
    clock,
    audit,
    events,
    seal,
    random,
    post,
    allowInside: config.webhooks.allowPrivate,
    randomSecret: bytes => randomBytes(bytes).toString('base64'),
    newId: () => `wh_${randomBytes(9).toString('base64url')}`,
    observer: {
      delivered: ok => count({ outcome: ok ? 'ok' : 'failed' }),
      disabled: id => log.warning('webhook switched off', { webhook: id }),
      faulted: error => log.error('webhooks not seen to', {}, error),
    },
  })
  return {
    port: {},
    routes: [webhookRoutes(webhooks)],
    start: () => webhooks.start(),
    stop: () => webhooks.stop(),
  } satisfies Part<object>
}
