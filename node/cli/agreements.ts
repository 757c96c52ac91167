/** `tongban agreement`: propose, sign, end, look up. */
import type { CommandContext } from './context.ts'
import { table } from './output.ts'
import { readJson } from './services.ts'

type Agreement = {
  thread: string
  id: string
  partner: string
  title: string
  state: string
  validFrom: string
  validTo: string
  items: number
}

const line = ({ thread, partner, title, state }: Agreement) => `${thread}  ${partner}  ${state}  ${title}`

export async function propose(context: CommandContext, path: string): Promise<void> {
  const client = await context.client()
  context.out.result(
    await client.post<Agreement>('/api/v1/agreements', await readJson(path)),
    value => `Proposed 已提出\n${line(value)}`,
  )
}

export async function sign(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  context.out.result(
    await client.post<Agreement>(`/api/v1/agreements/${thread}/sign`),
    value => `Signed 已签署\n${line(value)}`,
  )
}

export async function end(
  context: CommandContext,
  verb: 'decline' | 'withdraw' | 'terminate',
  thread: string,
  flags: { reason: string; on?: string },
): Promise<void> {
  const client = await context.client()
  const body = verb === 'terminate' ? { reason: flags.reason, effectiveOn: flags.on } : { reason: flags.reason }
  context.out.result(await client.post<Agreement>(`/api/v1/agreements/${thread}/${verb}`, body), line)
}

export async function list(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: Agreement[] }>('/api/v1/agreements?limit=200')
  context.out.result(items, found =>
    table(
      found.map(({ thread, partner, state, validFrom, validTo, items: count, title }) => ({
        thread,
        partner,
        state,
        validFrom,
        validTo,
        items: count,
        title,
      })),
    ),
  )
}

export async function show(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  context.out.result(await client.get<Agreement>(`/api/v1/agreements/${thread}`), value =>
    JSON.stringify(value, null, 2),
  )
}
