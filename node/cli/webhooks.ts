/** `tongban webhooks`: subscribe to events, test, read the log, replay. */
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

type Webhook = {
  id: string
  url: string
  types: string[]
  active: boolean
  waiting: number
  failures: number
  problem: { code: string; detail?: string } | null
}
const told = ({ id, url, types, active, waiting, failures, problem }: Webhook) => ({
  id,
  url,
  types: types.join(' ') || 'all',
  state: active ? (failures > 0 ? `failing 失败 ${failures}` : 'on') : 'off 已停',
  waiting,
  problem: problem === null ? '' : (problem.detail ?? problem.code),
})
const shown = (value: Webhook & { secret: string }): string =>
  [table([told(value)]), '', `Secret, shown once 密钥（只显示一次）: ${value.secret}`].join('\n')

export async function add(context: CommandContext, url: string, flags: { type: string[] }): Promise<void> {
  const client = await context.client()
  const made = await client.post<Webhook & { secret: string }>('/api/v1/webhooks', { url, types: flags.type })
  context.out.result(made, shown)
}

export async function list(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: Webhook[] }>('/api/v1/webhooks')
  context.out.result(items, found => table(found.map(told)))
}

export async function change(
  context: CommandContext,
  verb: 'enable' | 'disable' | 'remove',
  id: string,
): Promise<void> {
  const client = await context.client()
  const done = await client.post<object>(`/api/v1/webhooks/${id}/${verb}`)
  context.out.result(done, () => `${verb} ${id}`)
}

export async function rotate(context: CommandContext, id: string): Promise<void> {
  const client = await context.client()
  context.out.result(await client.post<Webhook & { secret: string }>(`/api/v1/webhooks/${id}/rotate`), shown)
}

type Sent = { taken: boolean; problem: { code: string; detail?: string } | null }
function tell(context: CommandContext, done: Sent): void {
  if (!done.taken) process.exitCode = 1
  context.out.result(done, ({ taken, problem }) =>
    taken ? 'Taken 已送达' : `Not taken 未送达: ${problem?.detail ?? problem?.code ?? ''}`,
  )
}

export async function test(context: CommandContext, id: string): Promise<void> {
  const client = await context.client()
  tell(context, await client.post<Sent>(`/api/v1/webhooks/${id}/test`))
}

export async function log(context: CommandContext, id: string): Promise<void> {
  const client = await context.client()
  type Entry = { event: number; type: string; at: string; ms: number; status: number | null; problem: string | null }
  const { items } = await client.get<{ items: Entry[] }>(`/api/v1/webhooks/${id}/log?limit=100`)
  context.out.result(items, list => table(list.map(({ problem, ...entry }) => ({ ...entry, problem: problem ?? '' }))))
}

/** All from an event on, in order; or that one alone. */
export async function replay(
  context: CommandContext,
  id: string,
  event: string,
  flags: { one?: boolean },
): Promise<void> {
  const client = await context.client()
  const no = Number(event)
  if (flags.one === true) {
    tell(context, await client.post<Sent>(`/api/v1/webhooks/${id}/resend`, { event: no }))
    return
  }
  const found = await client.post<Webhook>(`/api/v1/webhooks/${id}/replay`, { from: no })
  context.out.result(found, value => table([told(value)]))
}
