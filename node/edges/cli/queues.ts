/** `tongban case queue`, `search`, `assign` and `stats`, `rebuild`: what waits, any case, and the numbers. */
import { ProblemError } from '../../../protocol/problem.ts'
import { DIMENSIONS } from '../../city/work/narrow.ts'
import { GRAINS, STEPS, type Step } from '../../city/work/statistics.ts'
import type { Case, ListCasesQuery, ReadStatisticsAnswer, ReadStatisticsQuery } from '../client/api.generated.ts'
import type { Client } from '../client/client.ts'
import type { CommandContext } from './context.ts'
import { caseThread, caseThreads, colleagueId } from './named.ts'
import { table } from './output.ts'
import { type BoxFilter, boxFilter, counted } from './queue-flags.ts'
import { each, eachText, viewNamed } from './views.ts'

const toRow = ({ thread, caseNo, partner, stateName, item, due }: Case) => ({
  thread,
  case: caseNo,
  partner,
  state: stateName,
  due: due === null ? '' : `${due.day} ${due.dutyName} ${due.level}`,
  item: item.name,
})
/** What waits to be printed stands with the case. */
const toPrintRow = (of: Case) => ({ ...toRow(of), print: of.toPrint.join(', ') })
type Queue = Parameters<Client['readQueue']>[0]['params']['queue']
export async function queue(
  context: CommandContext,
  name: string | undefined,
  flags: BoxFilter & { view?: string; limit: number },
): Promise<void> {
  const client = await context.client()
  const { view, limit } = flags
  if (view !== undefined) {
    const { id } = await viewNamed(client, view, flags.window)
    const shown = await client.readView({ params: { id }, query: { limit } })
    context.out.result(shown.items, list => table(list.map(toRow)))
    return
  }
  if (name === undefined) {
    const { items } = await client.countQueues({ query: boxFilter(flags) })
    context.out.result(items, list =>
      table(list.map(({ queue: of, title, ...count }) => ({ queue: of, title, cases: counted(count) }))),
    )
    return
  }
  const { items, total } = await client.readQueue({
    params: { queue: name as Queue },
    query: { limit, ...boxFilter(flags) },
  })
  context.out.result(items, list =>
    [
      table(list.map(name === 'to-print' ? toPrintRow : toRow)),
      ...(items.length < total.count ? [`${items.length} of 共 ${counted(total)}`] : []),
    ].join('\n'),
  )
}

export async function search(context: CommandContext, q: string | undefined, flags: ListCasesQuery): Promise<void> {
  const client = await context.client()
  const { limit, partner, item, mode, state, window, from, to } = flags
  const { items } = await client.listCases({ query: { limit, q, partner, item, mode, state, window, from, to } })
  context.out.result(items, list => table(list.map(toRow)))
}

/** What the API takes for an account as it is typed: another word is a colleague's name. */
const ACCOUNT = /^(me|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** Gives cases to the account named last; exit code 1 when one of several failed. */
export async function assign(
  context: CommandContext,
  named: readonly string[],
  flags: { from?: string },
): Promise<void> {
  const cases = named.slice(0, -1)
  const to = named.at(-1)
  const [only, ...more] = cases
  if (only === undefined || to === undefined)
    throw new ProblemError('request.invalid', 'tongban case assign CASE… ACCOUNT, or `me`, or `nobody`, last')
  const client = await context.client()
  const account = async (name: string): Promise<string | null> =>
    name === 'nobody' ? null : ACCOUNT.test(name) ? name : colleagueId(client, name)
  const body = { to: await account(to), from: flags.from === undefined ? undefined : await account(flags.from) }
  if (more.length > 0) {
    const threads = await caseThreads(client, cases)
    const { items } = await client.assignCases({ body: { threads, ...body } })
    context.out.result(each(items), eachText)
    return
  }
  const found = await client.assignCase({ params: { thread: await caseThread(client, only) }, body })
  context.out.result(found, value => `${value.caseNo}: ${to}`)
}

function oneOf<T extends string>(flag: string, given: string, names: readonly T[]): T {
  const found = names.find(name => name === given)
  if (found === undefined) throw new ProblemError('request.invalid', `${flag} ${given}: one of ${names.join(', ')}`)
  return found
}

export async function stats(
  context: CommandContext,
  flags: { by: string; grain: string } & Pick<Partial<ReadStatisticsQuery>, 'from' | 'to' | 'key'>,
): Promise<void> {
  const by = oneOf('--by', flags.by, DIMENSIONS)
  const grain = oneOf('--grain', flags.grain, GRAINS)
  const client = await context.client()
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const now = today.slice(0, { day: 10, month: 7, year: 4 }[grain])
  const { from = now, to = now, key } = flags
  const { items } = await client.readStatistics({ query: { by, grain, from, to, key } })
  const days = (value: ReadStatisticsAnswer['items'][number]['days'][Step]) =>
    value === null ? '' : `${value.p50}/${value.p95}`
  const share = (part: number, of: number) => (of === 0 ? '' : ((100 * part) / of).toFixed(1))
  context.out.result(items, list =>
    [
      table(
        list.map(({ period, key, counts }) => ({
          period,
          [flags.by]: key,
          submitted: counts.submitted ?? 0,
          accepted: counts.accepted ?? 0,
          ended: counts.ended ?? 0,
          'on time': counts['on-time'] ?? 0,
          late: counts.late ?? 0,
          'on time %': share(counts['on-time'] ?? 0, (counts['on-time'] ?? 0) + (counts.late ?? 0)),
          rated: counts.rated ?? 0,
          'satisfied %': share((counts.rated ?? 0) - (counts.bad ?? 0), counts.rated ?? 0),
          bad: counts.bad ?? 0,
          'followed up': (counts['followed-up'] ?? 0) + (counts['followed-late'] ?? 0),
        })),
      ),
      '',
      'days to each step 各环节用时（自然日）, p50/p95:',
      table(
        list.map(({ period, key, days: times }) => ({
          period,
          [flags.by]: key,
          ...Object.fromEntries(
            Object.entries(STEPS).map(([step, name]) => [`${step} ${name}`, days(times[step as Step])]),
          ),
        })),
      ),
    ].join('\n'),
  )
}

export async function rebuild(context: CommandContext): Promise<void> {
  const client = await context.client()
  const done = await client.rebuildCases()
  context.out.result(done, ({ cases }) => `Rebuilt 已重建: ${cases}`)
}
