/** `tongban case queue`, `search`, `assign` and `stats`, `rebuild`: what waits, any case, and the numbers. */
import { ProblemError } from '../../protocol/problem.ts'
import { DIMENSIONS, GRAINS, STEPS, type Step } from '../queues/statistics.ts'
import type { CommandContext } from './context.ts'
import { table } from './output.ts'
import { type Told, tellEach, viewNamed } from './views.ts'

type Case = {
  thread: string
  caseNo: string
  partner: string
  stateName: string
  item: { name: string }
  due: { dutyName: string; day: string; level: string } | null
}

const told = ({ thread, caseNo, partner, stateName, item, due }: Case) => ({
  thread,
  case: caseNo,
  partner,
  state: stateName,
  due: due === null ? '' : `${due.day} ${due.dutyName} ${due.level}`,
  item: item.name,
})
const queryOf = (flags: Record<string, string | undefined>): string =>
  Object.entries(flags)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
    .join('')

export async function queue(
  context: CommandContext,
  name: string | undefined,
  flags: { window?: string; view?: string; limit: string },
): Promise<void> {
  const client = await context.client()
  if (flags.view !== undefined) {
    const { id } = await viewNamed(client, flags.view, flags.window)
    const shown = await client.get<{ items: Case[] }>(`/api/v1/views/${id}/cases?limit=${flags.limit}`)
    context.out.result(shown.items, list => table(list.map(told)))
    return
  }
  const window = queryOf({ window: flags.window })
  if (name === undefined) {
    const { items } = await client.get<{ items: { queue: string; title: string; count: number }[] }>(
      `/api/v1/queues?${window.slice(1)}`,
    )
    context.out.result(items, list =>
      table(
        list.map(({ queue: of, title, count }) => ({
          queue: of,
          title,
          cases: count > 1000 ? '1000+' : String(count),
        })),
      ),
    )
    return
  }
  const { items } = await client.get<{ items: Case[] }>(
    `/api/v1/queues/${encodeURIComponent(name)}?limit=${flags.limit}${window}`,
  )
  context.out.result(items, list => table(list.map(told)))
}

export async function search(
  context: CommandContext,
  q: string | undefined,
  flags: {
    limit: string
    partner?: string
    item?: string
    mode?: string
    state?: string
    window?: string
    from?: string
    to?: string
  },
): Promise<void> {
  const client = await context.client()
  const { limit, partner, item, mode, state, window, from, to } = flags
  const query = queryOf({ q, partner, item, mode, state, window, from, to })
  const { items } = await client.get<{ items: Case[] }>(`/api/v1/search/cases?limit=${limit}${query}`)
  context.out.result(items, list => table(list.map(told)))
}

/** Gives cases to the account named last; exit code 1 when one of several failed. */
export async function assign(context: CommandContext, named: readonly string[]): Promise<void> {
  const [threads, to] = [named.slice(0, -1), named.at(-1)]
  const [thread, ...more] = threads
  if (thread === undefined || to === undefined)
    throw new ProblemError('request.invalid', 'tongban case assign THREAD… ACCOUNT, or `me`, or `nobody`, last')
  const client = await context.client()
  if (more.length > 0) {
    const body = { threads, to: to === 'nobody' ? null : to }
    tellEach(context, await client.post<Told>('/api/v1/bulk/cases/assign', body))
    return
  }
  const found = await client.post<Case>(`/api/v1/cases/${thread}/assign`, { to: to === 'nobody' ? null : to })
  context.out.result(found, value => `${value.caseNo}: ${to}`)
}

type Sums = {
  period: string
  key: string
  counts: Record<string, number>
  days: Record<Step, { p50: number; p95: number } | null>
}

function oneOf(flag: string, given: string, names: readonly string[]): void {
  if (!names.includes(given)) throw new ProblemError('request.invalid', `${flag} ${given}: one of ${names.join(', ')}`)
}

export async function stats(
  context: CommandContext,
  flags: { by: string; grain: string; from?: string; to?: string; key?: string },
): Promise<void> {
  oneOf('--by', flags.by, DIMENSIONS)
  oneOf('--grain', flags.grain, GRAINS)
  const client = await context.client()
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const length = { day: 10, month: 7, year: 4 }[flags.grain] ?? 7
  const now = today.slice(0, length)
  const query = queryOf({
    by: flags.by,
    grain: flags.grain,
    from: flags.from ?? now,
    to: flags.to ?? now,
    key: flags.key,
  })
  const { items } = await client.get<{ items: Sums[] }>(`/api/v1/statistics?${query.slice(1)}`)
  const days = (value: { p50: number; p95: number } | null) => (value === null ? '' : `${value.p50}/${value.p95}`)
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
  const done = await client.post<{ cases: number }>('/api/v1/rebuild')
  context.out.result(done, ({ cases }) => `Rebuilt 已重建: ${cases}`)
}
