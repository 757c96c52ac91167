/** `tongban agreement`: propose, counter, amend, sign, end, look up; acts that wait for another administrator. */
import { preview } from './agreement-impact.ts'
import type { CommandContext } from './context.ts'
import { china, table } from './output.ts'
import { readJson } from './services.ts'

type Agreement = {
  thread: string
  root: string
  parties: number
  partner: string
  title: string
  state: string
  expired: boolean
  pendingBy: string | null
  terminatedOn: string | null
  endsOn: string | null
  validFrom: string
  items: number
}
type Outcome = { agreements: Agreement[]; prepared: { no: number; kind: string } | null }

const line = ({ thread, partner, title, state, pendingBy }: Agreement) =>
  `${thread}  ${partner}  ${state}  ${title}${pendingBy === null ? '' : `  (waits for a signature 待签署, written by ${pendingBy})`}`

function tell(context: CommandContext, outcome: Outcome, done: string): void {
  context.out.result(outcome, ({ agreements, prepared }) =>
    prepared === null
      ? [done, ...agreements.map(line)].join('\n')
      : `Prepared 已拟办: another administrator signs it with 由另一名管理员签署:\n  tongban agreement act sign ${prepared.no}`,
  )
}

export async function propose(context: CommandContext, path: string): Promise<void> {
  const client = await context.client()
  tell(context, await client.post<Outcome>('/api/v1/agreements', await readJson(path)), 'Proposed 已提出')
}

export async function counter(
  context: CommandContext,
  thread: string,
  path: string,
  flags: { reason?: string },
): Promise<void> {
  const client = await context.client()
  const body = { document: await readJson(path), ...(flags.reason === undefined ? {} : { reason: flags.reason }) }
  tell(context, await client.post<Outcome>(`/api/v1/agreements/${thread}/counter`, body), 'Answered 已提出修改文本')
}

/** Asks nothing of the person. */
type Yes = { yes?: boolean }

export async function amend(context: CommandContext, thread: string, path: string, flags: Yes): Promise<void> {
  const client = await context.client()
  const amendment = await readJson(path)
  await preview(context, client, { thread, amendment }, flags.yes === true)
  const outcome = await client.post<Outcome>(`/api/v1/agreements/${thread}/amend`, amendment)
  tell(context, outcome, 'Amendment proposed 已提出变更')
}

export async function sign(context: CommandContext, thread: string, flags: Yes): Promise<void> {
  const client = await context.client()
  const { text } = await preview(context, client, { thread, step: 'sign' }, flags.yes === true)
  const outcome = await client.post<Outcome>(`/api/v1/agreements/${thread}/sign`, { agreement: text })
  tell(context, outcome, 'Signed 已签署')
}

export async function confirmCertificate(
  context: CommandContext,
  thread: string,
  city: string,
  flags: { fingerprint: string },
): Promise<void> {
  const client = await context.client()
  const body = { city, fingerprint: flags.fingerprint.replaceAll(/[\s:]/g, '').toLowerCase() }
  tell(context, await client.post<Outcome>(`/api/v1/agreements/${thread}/confirm`, body), 'Confirmed 已确认')
}

const DONE = { suspend: 'Suspended 已暂停', terminate: 'Terminated 已终止' } as const

export async function end(
  context: CommandContext,
  verb: 'decline' | 'withdraw' | 'suspend' | 'resume' | 'terminate',
  thread: string,
  flags: { reason: string; on?: string } & Yes,
): Promise<void> {
  const client = await context.client()
  if (verb === 'suspend' || verb === 'resume' || verb === 'terminate') {
    const on = flags.on === undefined ? {} : { on: flags.on }
    await preview(context, client, { thread, step: verb, ...on }, flags.yes === true)
  }
  const body = verb === 'terminate' ? { reason: flags.reason, effectiveOn: flags.on ?? '' } : { reason: flags.reason }
  const path = `/api/v1/agreements/${thread}/${verb}`
  if (verb === 'suspend' || verb === 'terminate') tell(context, await client.post<Outcome>(path, body), DONE[verb])
  else context.out.result(await client.post<Agreement>(path, body), line)
}

export async function list(context: CommandContext): Promise<void> {
  const client = await context.client()
  const items: Agreement[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: Agreement[]; next: string | null } = await client.get(
      `/api/v1/agreements?limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    items.push(...page.items)
    cursor = page.next
  }
  const today = china(new Date().toISOString()).slice(0, 10)
  const state = ({ state, expired, terminatedOn }: Agreement): string =>
    expired
      ? `${state} (expired 已到期)`
      : terminatedOn !== null && terminatedOn >= today
        ? `${state} (cases begin until 收件至 ${terminatedOn})`
        : state
  context.out.result(items, found =>
    table(
      together(found).map(value => ({
        thread: value.thread,
        partner: value.partner,
        between: value.parties > 2 ? `${value.parties} cities 多方 #${value.root.slice(0, 8)}` : '',
        state: state(value),
        signs: value.pendingBy === null ? '' : value.pendingBy === value.partner ? 'you 本市' : 'partner 对方',
        from: value.validFrom,
        to: value.endsOn ?? 'renews 自动续期',
        items: value.items,
        title: value.title,
      })),
    ),
  )
}

/** The threads of one agreement between many stand one after another. */
function together(found: readonly Agreement[]): Agreement[] {
  const byRoot = Map.groupBy(found, ({ root, parties, thread }) => (parties > 2 ? root : thread))
  return [...byRoot.values()].flat()
}

export async function show(context: CommandContext, thread: string): Promise<void> {
  const client = await context.client()
  context.out.result(await client.get<Agreement>(`/api/v1/agreements/${thread}`), value =>
    JSON.stringify(value, null, 2),
  )
}

type Prepared = {
  no: number
  kind: string
  thread: string | null
  input: { amendment?: unknown; effectiveOn?: string }
  preparedBy: string
  preparedByName: string | null
  preparedAt: string
  title: string | null
  partners: string[]
  problem: { code: string; detail?: string } | null
}

export async function acts(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: Prepared[] }>('/api/v1/agreements/acts')
  context.out.result(items, found =>
    table(
      found.map(value => ({
        no: value.no,
        kind: value.kind,
        title: value.title,
        partner: value.partners.join(' '),
        thread: value.thread,
        by: value.preparedByName ?? value.preparedBy,
        at: value.preparedAt,
        problem:
          value.problem === null
            ? ''
            : `cannot be signed 不能签署: ${value.problem.code} ${value.problem.detail ?? ''} (act discard ${value.no})`,
      })),
    ),
  )
}

export async function act(
  context: CommandContext,
  verb: 'sign' | 'discard',
  no: string,
  flags: Yes = {},
): Promise<void> {
  const client = await context.client()
  const path = `/api/v1/agreements/acts/${encodeURIComponent(no)}/${verb}`
  if (verb === 'discard') {
    context.out.result(await client.post<{ discarded: true }>(path), () => 'Taken back 已撤回拟办')
    return
  }
  const { items } = await client.get<{ items: Prepared[] }>('/api/v1/agreements/acts')
  const found = items.find(entry => String(entry.no) === no)
  const { thread, kind, input } = found ?? { thread: null, kind: '', input: {} }
  if (thread !== null && kind === 'amend')
    await preview(context, client, { thread, amendment: input.amendment }, flags.yes === true)
  if (thread !== null && (kind === 'sign' || kind === 'suspend' || kind === 'terminate')) {
    const on = input.effectiveOn === undefined ? {} : { on: input.effectiveOn }
    await preview(context, client, { thread, step: kind, ...on }, flags.yes === true)
  }
  tell(context, await client.post<Outcome>(path), 'Signed 已签署')
}
