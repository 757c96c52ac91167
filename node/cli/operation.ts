/** `tongban identity`, `person`, `parked`: operation of the own node. */
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

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

const shownOnce = (value: Record<string, unknown>): string =>
  `${JSON.stringify(value, null, 2)}\nThe token is shown only now 令牌仅显示这一次.`

export async function addPerson(context: CommandContext, name: string, flags: { role: string[] }): Promise<void> {
  const client = await context.client()
  const made = await client.post<Record<string, unknown>>('/api/v1/people', { name, roles: flags.role })
  context.out.result(made, shownOnce)
}

export async function rotatePerson(context: CommandContext, id: string): Promise<void> {
  const client = await context.client()
  const path = `/api/v1/people/${encodeURIComponent(id)}/rotate`
  context.out.result(await client.post<Record<string, unknown>>(path), shownOnce)
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
  localCaseNo?: string
  material?: string
  kind?: string
  thread?: string
  problem: { code: string; detail?: string }
  at: string
}

export async function parked(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.get<{ items: Parked[] }>('/api/v1/parked')
  context.out.result(items, list =>
    table(
      list.map(work => ({
        what: work.what,
        retry: retryOf(work),
        kind: work.kind ?? '',
        since: work.at,
        problem: `${work.problem.code} ${work.problem.detail ?? ''}`,
      })),
    ),
  )
}

function retryOf({ packetNo, material, localCaseNo }: Parked): string {
  if (packetNo !== undefined) return `--packet ${packetNo}`
  return material === undefined ? `--case ${localCaseNo ?? ''}` : `--material ${material}`
}

export async function dismissParked(context: CommandContext, localCaseNo: string): Promise<void> {
  const client = await context.client()
  await client.post('/api/v1/parked/dismiss', { localCaseNo })
  context.out.result({ dismissed: true }, () => 'Given up 已放弃')
}

export async function retryParked(
  context: CommandContext,
  flags: { packet?: string; case?: string; material?: string },
): Promise<void> {
  const client = await context.client()
  const { packet, material, case: localCaseNo } = flags
  const body =
    packet !== undefined ? { packetNo: Number(packet) } : material !== undefined ? { material } : { localCaseNo }
  context.out.result(await client.post<{ retried: true }>('/api/v1/parked/retry', body), () => 'Retried 已重试')
}
