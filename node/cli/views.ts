/** `tongban case views`, and what is done to many cases at once: remind, print. */
import { writeFile } from 'node:fs/promises'
import { ProblemError } from '../../protocol/problem.ts'
import type { Client } from './client.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

type View = {
  id: string
  name: string
  window: string | null
  filter: { queue: string; window?: string } | { search: Record<string, string | number> }
}

const told = ({ name, window, filter }: View) => ({
  name,
  shared: window ?? '',
  shows:
    'queue' in filter
      ? `queue ${filter.queue} ${filter.window ?? ''}`
      : Object.entries(filter.search)
          .map(([field, value]) => `${field}=${value}`)
          .join(' '),
})

const listOf = async (client: Client, window: string | undefined): Promise<View[]> =>
  (
    await client.get<{ items: View[] }>(
      `/api/v1/views${window === undefined ? '' : `?window=${encodeURIComponent(window)}`}`,
    )
  ).items

/** The view of this name, the own one before one of the window. Problem: `request.not-found`. */
export async function viewNamed(client: Client, name: string, window: string | undefined): Promise<{ id: string }> {
  const found = (await listOf(client, window)).filter(view => view.name === name)
  const view = found.find(entry => entry.window === null) ?? found[0]
  if (view === undefined) throw new ProblemError('request.not-found', `no view of this name: tongban case views`)
  return view
}

export async function views(context: CommandContext, flags: { window?: string }): Promise<void> {
  context.out.result(await listOf(await context.client(), flags.window), list => table(list.map(told)))
}

export async function saveView(
  context: CommandContext,
  name: string,
  flags: { share?: string; queue?: string } & Record<string, string | undefined>,
): Promise<void> {
  const client = await context.client()
  const { share, queue, window, partner, item, mode, state, role, assignee, from, to } = flags
  const search = { partner, item, mode, state, role, window, assignee, from, to }
  const filter = queue === undefined ? { search } : { queue, window }
  const view = await client.post<View>('/api/v1/views', {
    name,
    filter,
    ...(share === undefined ? {} : { window: share }),
  })
  context.out.result(view, value => table([told(value)]))
}

export async function removeView(context: CommandContext, name: string, flags: { window?: string }): Promise<void> {
  const client = await context.client()
  const { id } = await viewNamed(client, name, flags.window)
  await client.delete(`/api/v1/views/${id}`)
  context.out.result({ removed: name }, ({ removed }) => `Deleted 已删除: ${removed}`)
}

export type Told = { items: { thread: string; problem: string | null }[] }

/** Exit code 1 when a case failed. */
export function tellEach(context: CommandContext, { items }: Told): void {
  if (items.some(({ problem }) => problem !== null)) process.exitCode = 1
  context.out.result(items, list => table(list.map(({ thread, problem }) => ({ thread, result: problem ?? 'ok' }))))
}

export async function remind(context: CommandContext, threads: string[], flags: { text: string }): Promise<void> {
  const client = await context.client()
  tellEach(context, await client.post<Told>('/api/v1/bulk/cases/remind', { threads, text: flags.text }))
}

export async function printMany(
  context: CommandContext,
  paper: string,
  threads: string[],
  flags: { out: string },
): Promise<void> {
  const client = await context.client()
  const { html, items } = await client.post<Told & { html: string }>('/api/v1/bulk/cases/print', { threads, paper })
  await writeFile(flags.out, html, { mode: 0o600 })
  tellEach(context, { items })
}
