/** `tongban identity`, `person`, `parked`: operation of the own node. */
import { ProblemError } from '../../protocol/problem.ts'
import type { CommandContext } from './context.ts'
import { china, table } from './output.ts'

type Summary = {
  keys: { kid: string; purpose: string; state: string; delegatedUntil: string }[]
  addresses: string[]
  relays: { partner: string; reserved: boolean }[]
} & Record<string, unknown>

export async function identity(context: CommandContext, verb: 'show' | 'rotate'): Promise<void> {
  const client = await context.client()
  const summary = await (verb === 'show'
    ? client.get<Summary>('/api/v1/identity')
    : client.post<Summary>('/api/v1/identity/rotate'))
  context.out.result(summary, ({ keys, addresses, relays, ...rest }) =>
    [
      ...Object.entries(rest).map(([key, entry]) => `${key.padEnd(20)} ${String(entry)}`),
      ...addresses.map(address => `${'address'.padEnd(20)} ${address}`),
      ...relays.map(({ partner, reserved }) => `${'relay'.padEnd(20)} ${partner} ${reserved ? '' : 'not '}reserved`),
      '',
      table(
        keys.map(({ kid, purpose, state, delegatedUntil }) => ({ key: kid, purpose, state, until: delegatedUntil })),
      ),
    ].join('\n'),
  )
}

export async function revokeKey(context: CommandContext, kid: string): Promise<void> {
  const client = await context.client()
  const kept = await client.post<Record<string, unknown>>(`/api/v1/identity/keys/${encodeURIComponent(kid)}/revoke`)
  context.out.result(kept, () => 'Revoked 已撤销: partners refuse it from now on')
}

type Account = { id: string; name: string; roles: string[]; expiresAt: string | null; revokedAt: string | null }

type Made = { account: Account; token: string }

const shownOnce = ({ account, token }: Made): string =>
  [
    `${account.name}  ${account.roles.join(', ')}`,
    `  id 编号           ${account.id}`,
    `  until 有效期至     ${account.expiresAt === null ? 'without end 长期' : china(account.expiresAt)}`,
    `  token 令牌        ${token}`,
    'The token is shown only now 令牌仅显示这一次.',
  ].join('\n')

/** The end of a day in China as an instant, or an instant as it is. Problem: `request.invalid`. */
function instantOf(given: string): string {
  const at = Date.parse(/^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T23:59:59+08:00` : given)
  if (Number.isNaN(at)) throw new ProblemError('request.invalid', `--until ${given}: a day such as 2027-12-31`)
  return new Date(at).toISOString()
}

export async function addPerson(
  context: CommandContext,
  name: string,
  flags: { role: string[]; until?: string },
): Promise<void> {
  const expiresAt = flags.until === undefined ? null : instantOf(flags.until)
  const client = await context.client()
  const made = await client.post<Made>('/api/v1/people', { name, roles: flags.role, expiresAt })
  context.out.result(made, shownOnce)
}

export async function rotatePerson(context: CommandContext, id: string, flags: { until?: string }): Promise<void> {
  const body = flags.until === undefined ? {} : { expiresAt: instantOf(flags.until) }
  const client = await context.client()
  const path = `/api/v1/people/${encodeURIComponent(id)}/rotate`
  context.out.result(await client.post<Made>(path, body), shownOnce)
}

export async function people(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: Account[] }>('/api/v1/people')
  context.out.result(items, list =>
    table(
      list.map(({ id, name, roles, expiresAt, revokedAt }) => ({
        id,
        name,
        roles: roles.join(','),
        expires: expiresAt,
        revoked: revokedAt,
      })),
    ),
  )
}

export async function revokePerson(context: CommandContext, id: string): Promise<void> {
  const client = await context.client()
  context.out.result(await client.post<Account>(`/api/v1/people/${id}/revoke`, null), value => `${value.name}: revoked`)
}

type Parked = {
  what: string
  packetNo?: number
  localCaseNo?: string | null
  caseNo?: string | null
  event?: string
  material?: string
  kind?: string
  retryAt?: string | null
  problem: { code: string; detail?: string; zh: string; act: string; cure: string }
  at: string
}

export async function parked(context: CommandContext): Promise<void> {
  const client = await context.client()
  const items: Parked[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`
    const page: { items: Parked[]; next: string | null } = await client.get(`/api/v1/parked?limit=200${query}`)
    items.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  context.out.result(items, list =>
    table(
      list.map(work => ({
        what: work.what,
        select: selectOf(work),
        case: work.caseNo ?? '',
        local: work.localCaseNo ?? '',
        kind: work.kind ?? '',
        since: work.at,
        retried: work.retryAt ?? '',
        problem: `${work.problem.code} ${work.problem.detail ?? work.problem.zh}`,
        act: work.problem.act,
        cure: work.problem.cure,
      })),
    ),
  )
}

function selectOf({ packetNo, material, event }: Parked): string {
  if (packetNo !== undefined) return `--packet ${packetNo}`
  return material === undefined ? `--event ${event ?? ''}` : `--material ${material}`
}

export async function dismissParked(context: CommandContext, localCaseNo: string): Promise<void> {
  const client = await context.client()
  await client.post('/api/v1/parked/dismiss', { localCaseNo })
  context.out.result({ dismissed: true }, () => 'Given up 已放弃')
}

type RetryFlags = {
  packet?: string
  case?: string
  event?: string
  material?: string
  code?: string
  all?: boolean
}

export async function retryParked(context: CommandContext, flags: RetryFlags): Promise<void> {
  const choices = [
    ...(flags.packet === undefined ? [] : [{ packetNo: Number(flags.packet) }]),
    ...(flags.case === undefined ? [] : [{ localCaseNo: flags.case }]),
    ...(flags.event === undefined ? [] : [{ event: flags.event }]),
    ...(flags.material === undefined ? [] : [{ material: flags.material }]),
    ...(flags.code === undefined ? [] : [{ code: flags.code }]),
    ...(flags.all === true ? [{ all: true }] : []),
  ]
  const [body, ...more] = choices
  if (body === undefined || more.length > 0)
    throw new ProblemError('request.invalid', 'one of --packet, --case, --event, --material, --code, --all')
  const client = await context.client()
  context.out.result(
    await client.post<{ retried: number }>('/api/v1/parked/retry', body),
    ({ retried }) => `Retried 已重试: ${retried}`,
  )
}

type Look = { requests?: { method: string; url: string; headers: string[]; body: string | null }[]; answer?: string }

/** What would be sent for a packet, or what was given as an answer. */
export async function lookAtParked(context: CommandContext, flags: { packet?: string; event?: string }): Promise<void> {
  const { packet, event } = flags
  if ((packet === undefined) === (event === undefined))
    throw new ProblemError('request.invalid', 'one of --packet, --event')
  const body = packet === undefined ? { event } : { packetNo: Number(packet) }
  const client = await context.client()
  context.out.result(await client.post<Look>('/api/v1/parked/look', body), ({ requests = [], answer }) =>
    [
      ...requests.map(({ method, url, headers, body: sent }) =>
        [`${method} ${url}`, ...headers, '', sent ?? '(material 材料)', ''].join('\n'),
      ),
      ...(answer === undefined ? [] : [answer]),
    ].join('\n'),
  )
}

type Sent = { method: string; url: string; headers: string[]; body: string | null }
type Trace = {
  until: string | null
  exchanges: {
    no: number
    at: string
    call: string
    caseNo: string | null
    status: number | null
    ms: number
    bytes: number
  }[]
}

const tracedUntil = (until: string | null): string =>
  until === null ? 'Nothing is traced 未在跟踪' : `Traced until 跟踪至 ${china(until)}`

/** What was traced of the approval system, without what it holds. */
export async function listTrace(context: CommandContext): Promise<void> {
  const client = await context.client()
  context.out.result(await client.get<Trace>('/api/v1/approval-system/trace'), ({ until, exchanges }) =>
    [
      tracedUntil(until),
      table(
        exchanges.map(({ no, at, call, caseNo, status, ms, bytes }) => ({
          no,
          at,
          call,
          case: caseNo,
          status,
          ms,
          bytes,
        })),
      ),
    ].join('\n'),
  )
}

/** What was sent and answered in one exchange. */
export async function showTraced(context: CommandContext, no: string): Promise<void> {
  const client = await context.client()
  const shown = await client.get<{ request: Sent; answer: string | null; why: string | null }>(
    `/api/v1/approval-system/trace/${encodeURIComponent(no)}`,
  )
  context.out.result(shown, ({ request: { method, url, headers, body }, answer, why }) =>
    [`${method} ${url}`, ...headers, '', body ?? '(material 材料)', '', why ?? '', answer ?? ''].join('\n'),
  )
}

/** Switches the trace on for hours, or off. Problem: `request.invalid` for what is no number of hours. */
export async function trace(context: CommandContext, hours: string): Promise<void> {
  const client = await context.client()
  const body = { hours: Number(hours) }
  context.out.result(await client.post<{ until: string | null }>('/api/v1/approval-system/trace', body), ({ until }) =>
    tracedUntil(until),
  )
}

export async function skipParked(context: CommandContext, flags: { event: string; reason: string }): Promise<void> {
  const client = await context.client()
  context.out.result(await client.post<{ skipped: true }>('/api/v1/parked/skip', flags), () => 'Skipped 已跳过')
}

/** `done`: it has had its effect by other means; `give-up`: it has none. */
export async function endParked(
  context: CommandContext,
  how: 'done' | 'give-up',
  { packet, localCaseNo, reason }: { packet: string; localCaseNo?: string; reason: string },
): Promise<void> {
  const client = await context.client()
  const body = { packetNo: Number(packet), ...(localCaseNo === undefined ? {} : { localCaseNo }), reason }
  context.out.result(await client.post<{ ended: true }>(`/api/v1/parked/${how}`, body), () => 'Ended 已了结')
}
