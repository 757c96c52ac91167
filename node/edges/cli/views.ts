/** `tongban case views`, and what is done to many cases at once: remind, print. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type { AddViewRequest, AssignCasesAnswer, PrintPapersRequest, View } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'
import { type BoxFilter, boxFilter, boxFlags } from './queue-flags.ts'

const inWords = (filter: object): string =>
  Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field}=${value}`)
    .join(' ')

const toRow = ({ name, window, filter }: View) => ({
  name,
  shared: window ?? '',
  shows: 'queue' in filter ? `queue ${filter.queue} ${inWords(boxFilter(filter))}` : inWords(filter.search),
})

const listOf = async (client: Client, window: string | undefined): Promise<View[]> =>
  (await client.listViews({ query: { window } })).items

/** The view of this name, the own one before one of the window. Problem: `request.not-found`. */
export async function viewNamed(client: Client, name: string, window: string | undefined): Promise<{ id: string }> {
  const found = (await listOf(client, window)).filter(view => view.name === name)
  const view = found.find(entry => entry.window === null) ?? found[0]
  if (view === undefined) throw new ProblemError('request.not-found', `no view of this name: tongban case views`)
  return { id: view.id }
}

type Filter = AddViewRequest['filter']
type Search = Extract<Filter, { search: unknown }>['search']
type Queue = Extract<Filter, { queue: unknown }>['queue']
type Each = AssignCasesAnswer['items']

/** What became of each case; exit code 1 when one failed. */
export function each(items: Each): Each {
  if (items.some(({ problem }) => problem !== null)) process.exitCode = 1
  return items
}
export const eachText = (items: Each): string =>
  table(items.map(({ thread, problem }) => ({ thread, result: problem ?? 'ok' })))

export function declareViews(cases: Command, { call }: Declare): void {
  const views = call(cases, 'views', 'saved views: own ones, and those of a window 保存的视图', {
    options: command => command.option('--window <name>', 'of which window'),
    ask: (client, _, { window }: { window?: string }) => listOf(client, window),
    text: items => table(items.map(toRow)),
  })
  call(views, 'add <name>', 'save a queue or a search under a name; see it with: case queue --view NAME', {
    options: command =>
      boxFlags(command)
        .option('--share <window>', 'for all of this window')
        .option('--queue <name>', 'a queue in place of a search')
        .option('--window <name>')
        .option('--partner <city>')
        .option('--item <code>')
        .option('--mode <mode>')
        .option('--state <state>')
        .option('--role <role>', 'collecting or handling')
        .option('--assignee <account>', '`me` is whoever reads it')
        .option('--from <day>')
        .option('--to <day>'),
    example: 'tongban case views add 待补正 --state supplementing --assignee me',
    ask: (client, [name = ''], flags: { share?: string; queue?: Queue } & Search & BoxFilter) => {
      const { share, queue, window, partner, item, mode, state, role, assignee, from, to } = flags
      const search = { partner, item, mode, state, role, window, assignee, from, to }
      return client.addView({
        body: { name, filter: queue === undefined ? { search } : { queue, ...boxFilter(flags) }, window: share },
      })
    },
    text: view => table([toRow(view)]),
  })
  call(views, 'remove <name>', 'delete a saved view', {
    options: command => command.option('--window <name>', 'one that is shared'),
    ask: async (client, [name = ''], { window }: { window?: string }) => {
      await client.deleteView({ params: await viewNamed(client, name, window) })
      return { removed: name }
    },
    text: ({ removed }) => `Deleted 已删除: ${removed}`,
  })
  call(cases, 'remind <case...>', 'remind the other city of up to 200 cases 批量催办', {
    options: command => command.requiredOption('--text <text>', 'what is said'),
    example: 'tongban case remind CASE CASE --text 请尽快办理',
    ask: async (client, threads, { text }: { text: string }) =>
      each((await client.remindCases({ body: { threads: [...threads], text } })).items),
    text: eachText,
  })
  call(cases, 'print-all <paper> <case...>', 'write one paper of up to 100 cases as one page 批量打印', {
    options: command => command.requiredOption('--out <file>', 'where'),
    example: 'tongban case print-all receipt CASE CASE --out receipts.html',
    ask: async (client, [paper, ...threads], { out }: { out: string }) => {
      const body = { threads, paper: paper as PrintPapersRequest['paper'] }
      const { html, items } = await client.printPapers({ body })
      await writeFile(out, html, { mode: 0o600 })
      return each(items)
    },
    text: eachText,
  })
}
