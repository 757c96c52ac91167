/** Whether the node lives, is ready for work, and its metrics. */
import * as z from 'zod'
import type { Metrics } from '../../kernel/telemetry/metrics.ts'
import { callerOf, type Edge, type Registry } from './env.ts'
import { isLoopback } from './rate.ts'

/** Resolves when the part works; rejects or hangs when it does not. */
export type ReadyChecks = Readonly<Record<string, () => Promise<unknown>>>

/** How the approval system is, told beside the checks: a node without it is ready for what partners send. */
const ApprovalState = z.strictObject({
  lastGoodPoll: z.iso.datetime({ precision: 3 }).nullable().describe('when it last gave its answers since the start'),
  failures: z.number().int().describe('questions for answers in a row since then that got none'),
  slowCalls: z.number().int().describe('calls that are under way too long'),
})

const Health = z.strictObject({ status: z.literal('ok') })
const Readiness = z.strictObject({
  status: z.enum(['ready', 'stopping', 'failing']),
  checks: z.record(z.string(), z.enum(['ok', 'failed'])),
  approvalSystem: ApprovalState.optional(),
  cityKey: z
    .enum(['ok', 'failed', 'unproven'])
    .optional()
    .describe('whether the city key opened when it was tried last; `unproven`: not yet since the start'),
})

/** What is told beside the checks and changes no status: what partners send is taken without it. */
export type Beside = Omit<z.input<typeof Readiness>, 'status' | 'checks'>

export function addHealth(
  edge: Edge,
  metrics: Metrics,
  { checks: ready, beside }: { checks: ReadyChecks; beside: () => Beside },
  isDraining: () => boolean,
): void {
  const { app, clock, limits } = edge

  const passes = (check: () => Promise<unknown>) =>
    new Promise<'ok' | 'failed'>(resolve => {
      const cancel = clock.after(limits.readySeconds * 1000, () => resolve('failed'))
      check()
        .then(
          () => resolve('ok'),
          () => resolve('failed'),
        )
        .finally(cancel)
    })

  app.get('/healthz', c => c.json({ status: 'ok' } satisfies z.output<typeof Health>))

  app.get('/readyz', async c => {
    edge.admission.anonymous(callerOf(c))
    const names = Object.keys(ready)
    const results = await Promise.all(Object.values(ready).map(passes))
    const checks = Object.fromEntries(names.map((name, index) => [name, results[index] ?? 'failed']))
    const status = isDraining() ? 'stopping' : results.includes('failed') ? 'failing' : 'ready'
    return c.json({ status, checks, ...beside() } satisfies z.output<typeof Readiness>, status === 'ready' ? 200 : 503)
  })

  app.get('/metrics', async c => {
    const caller = callerOf(c)
    // A proxy on this machine speaks from the loopback address too; it says so in these headers.
    const proxied = c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined
    if (caller.authorization !== undefined || proxied || !isLoopback(caller.address))
      await edge.admission.person(caller, { id: 'metrics', action: 'metrics.read', unsafe: false })
    const { type, text } = await metrics.render()
    return new Response(text, { headers: { 'content-type': type } })
  })

  edge.descriptions.push(describe)
}

function describe(registry: Registry): void {
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } })
  registry.registerPath({
    method: 'get',
    path: '/healthz',
    operationId: 'health',
    summary: 'Whether the process lives',
    tags: ['operation'],
    security: [],
    responses: { 200: { description: 'It lives', content: json(Health) } },
  })
  registry.registerPath({
    method: 'get',
    path: '/readyz',
    operationId: 'readiness',
    summary: 'Whether the node is ready for work',
    tags: ['operation'],
    security: [],
    responses: {
      200: { description: 'Ready', content: json(Readiness) },
      503: { description: 'Not ready, or stopping', content: json(Readiness) },
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/metrics',
    operationId: 'metrics',
    summary: 'Metrics for Prometheus; from the loopback address, or with a token of an administrator or auditor',
    tags: ['operation'],
    security: [{ bearer: [] }, { session: [] }, {}],
    responses: { 200: { description: 'Prometheus text format', content: { 'text/plain': { schema: z.string() } } } },
  })
}
