/** `tongban case views`, and what is done to many cases at once: remind, print. */
import { writeFile } from 'node:fs/promises'
import { ProblemError } from '../../../protocol/problem.ts'
import type { AddViewRequest, AssignCasesAnswer, PrintPapersRequest, View } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { CommandContext } from './context.ts'
import { caseThreads } from './named.ts'
import { table } from './output.ts'

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
  (await client.listViews({ query: { window } })).items

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

type Filter = AddViewRequest['filter']
type Search = Extract<Filter, { search: unknown }>['search']
type Queue = Extract<Filter, { queue: unknown }>['queue']

export async function saveView(
  context: CommandContext,
  name: string,
  flags: { share?: string; queue?: Queue } & Search,
): Promise<void> {
  const client = await context.client()
  const { share, queue, window, item, mode, state, role, assignee, from, to } = flags
  const search = {
    partner: flags.partner,
    item,
    mode,
    state,
    role,
    window,
    assignee,
    from,
    to,
  }
  const filter = queue === undefined ? { search } : { queue, window }
  const view = await client.addView({ body: { name, filter, window: share } })
  context.out.result(view, value => table([told(value)]))
}

export async function removeView(context: CommandContext, name: string, flags: { window?: string }): Promise<void> {
  const client = await context.client()
  const { id } = await viewNamed(client, name, flags.window)
  await client.deleteView({ params: { id } })
  context.out.result({ removed: name }, ({ removed }) => `Deleted 已删除: ${removed}`)
}

/** Exit code 1 when a case failed. */
export function tellEach(context: CommandContext, { items }: AssignCasesAnswer): void {
  if (items.some(({ problem }) => problem !== null)) process.exitCode = 1
  context.out.result(items, list => table(list.map(({ thread, problem }) => ({ thread, result: problem ?? 'ok' }))))
}

export async function remind(context: CommandContext, named: string[], flags: { text: string }): Promise<void> {
  const client = await context.client()
  const threads = await caseThreads(client, named)
  tellEach(context, await client.remindCases({ body: { threads, text: flags.text } }))
}

export async function printMany(
  context: CommandContext,
  paper: string,
  named: string[],
  flags: { out: string },
): Promise<void> {
  const client = await context.client()
  const threads = await caseThreads(client, named)
  const { html, items } = await client.printPapers({ body: { threads, paper: paper as PrintPapersRequest['paper'] } })
  await writeFile(flags.out, html, { mode: 0o600 })
  tellEach(context, { items })
}
