/** `tongban identity`, `person`, `parked`: operation of the own node. */
import { ProblemError } from '../../../protocol/problem.ts'
import type {
  CreatePersonAnswer,
  CreatePersonRequest,
  LookAtParkedRequest,
  ParkedWork,
  RetryParkedRequest,
  SkipParkedRequest,
} from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { everyPage } from './named.ts'
import { china, table } from './output.ts'

export async function identity(context: CommandContext, verb: 'show' | 'rotate'): Promise<void> {
  const client = await context.client()
  const summary = await (verb === 'show' ? client.getIdentity() : client.rotatePacketKey())
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
  const kept = await client.revokePacketKey({ params: { kid } })
  context.out.result(kept, () => 'Revoked 已撤销: partners refuse it from now on')
}

const shownOnce = ({ person, token }: CreatePersonAnswer): string =>
  [
    `${person.name}  ${person.roles.join(', ')}`,
    `  id 编号           ${person.id}`,
    `  until 有效期至     ${person.expiresAt === null ? 'without end 长期' : china(person.expiresAt)}`,
    `  token 令牌        ${token}`,
    'The token is shown only now 令牌仅显示这一次.',
  ].join('\n')

/** The end of a day in China as an instant, or an instant as it is. Problem: `request.invalid`. */
function instantOf(given: string): string {
  const at = Date.parse(/^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T23:59:59+08:00` : given)
  if (Number.isNaN(at)) throw new ProblemError('request.invalid', `--until ${given}: a day such as 2027-12-31`)
  return new Date(at).toISOString()
}

type Places = { department?: string[]; window?: string[] }

/** `all` among them stands for every one. */
const namesOf = (given: readonly string[]): string[] | null => (given.includes('all') ? null : [...given])
const placesOf = ({ department, window }: Places) => ({
  ...(department === undefined ? {} : { departments: namesOf(department) }),
  ...(window === undefined ? {} : { windows: namesOf(window) }),
})

export async function addPerson(
  context: CommandContext,
  name: string,
  flags: { role: CreatePersonRequest['roles']; until?: string } & Places,
): Promise<void> {
  const expiresAt = flags.until === undefined ? null : instantOf(flags.until)
  const client = await context.client()
  const made = await client.createPerson({ body: { name, roles: flags.role, ...placesOf(flags), expiresAt } })
  context.out.result(made, shownOnce)
}

export async function grantPerson(
  context: CommandContext,
  id: string,
  flags: { role?: CreatePersonRequest['roles']; staffNumber?: string; phone?: string } & Places,
): Promise<void> {
  const { role: roles, staffNumber, phone } = flags
  const client = await context.client()
  const body = { roles, staffNumber, phone, ...placesOf(flags) }
  context.out.result(await client.grantPerson({ params: { id }, body }), value =>
    [
      `${value.name}: ${value.roles.join(', ')}`,
      `  departments 部门  ${value.departments?.join(', ') ?? 'all 全部'}`,
      `  windows 窗口      ${value.windows?.join(', ') ?? 'all 全部'}`,
    ].join('\n'),
  )
}

export async function rotatePerson(context: CommandContext, id: string, flags: { until?: string }): Promise<void> {
  const body = flags.until === undefined ? {} : { expiresAt: instantOf(flags.until) }
  const client = await context.client()
  context.out.result(await client.rotatePerson({ params: { id }, body }), shownOnce)
}

export async function people(context: CommandContext): Promise<void> {
  const client = await context.client()
  const { items } = await client.listPeople()
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
  context.out.result(await client.revokePerson({ params: { id } }), value => `${value.name}: revoked`)
}

export async function parked(context: CommandContext): Promise<void> {
  const client = await context.client()
  const items = await everyPage(cursor => client.listParked({ query: { limit: 200, cursor } }))
  context.out.result(items, list => table(list.map(parkedRow)))
}

function parkedRow(work: ParkedWork) {
  const { what, at, problem } = work
  const ofCase = work.what === 'material' ? null : work
  return {
    what,
    select: selectOf(work),
    case: ofCase?.caseNo ?? '',
    local: ofCase?.localCaseNo ?? '',
    kind: work.what === 'packet' ? work.kind : '',
    since: at,
    retried: work.what === 'adapter-event' ? (work.retryAt ?? '') : '',
    problem: `${problem.code} ${problem.detail ?? problem.zh}`,
    act: problem.act,
    cure: problem.cure,
  }
}

function selectOf(work: ParkedWork): string {
  if (work.what === 'packet') return `--packet ${work.packetNo}`
  return work.what === 'material' ? `--material ${work.material}` : `--event ${work.event}`
}

export async function dismissParked(context: CommandContext, localCaseNo: string): Promise<void> {
  const client = await context.client()
  await client.dismissParked({ body: { localCaseNo } })
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
    await client.retryParked({ body: body as RetryParkedRequest }),
    ({ retried }) => `Retried 已重试: ${retried}`,
  )
}

/** What would be sent for a packet, or what was given as an answer. */
export async function lookAtParked(context: CommandContext, flags: { packet?: string; event?: string }): Promise<void> {
  const { packet, event } = flags
  if ((packet === undefined) === (event === undefined))
    throw new ProblemError('request.invalid', 'one of --packet, --event')
  const body = packet === undefined ? { event } : { packetNo: Number(packet) }
  const client = await context.client()
  context.out.result(await client.lookAtParked({ body: body as LookAtParkedRequest }), ({ requests = [], answer }) =>
    [
      ...requests.map(({ method, url, headers, body: sent }) =>
        [`${method} ${url}`, ...headers, '', sent ?? '(material 材料)', ''].join('\n'),
      ),
      ...(answer === undefined ? [] : [answer]),
    ].join('\n'),
  )
}

const tracedUntil = (until: string | null): string =>
  until === null ? 'Nothing is traced 未在跟踪' : `Traced until 跟踪至 ${china(until)}`

/** What was traced of the approval system, without what it holds. */
export async function listTrace(context: CommandContext): Promise<void> {
  const client = await context.client()
  context.out.result(await client.listTrace(), ({ until, exchanges }) =>
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
  const shown = await client.showTraced({ params: { no: Number(no) } })
  context.out.result(shown, ({ request: { method, url, headers, body }, answer, why }) =>
    [`${method} ${url}`, ...headers, '', body ?? '(material 材料)', '', why ?? '', answer ?? ''].join('\n'),
  )
}

/** Switches the trace on for hours, or off. Problem: `request.invalid` for what is no number of hours. */
export async function trace(context: CommandContext, hours: string): Promise<void> {
  const client = await context.client()
  const switched = await client.traceApprovalSystem({ body: { hours: Number(hours) } })
  context.out.result(switched, ({ until }) => tracedUntil(until))
}

export async function skipParked(context: CommandContext, { event, reason }: SkipParkedRequest): Promise<void> {
  const client = await context.client()
  context.out.result(await client.skipParked({ body: { event, reason } }), () => 'Skipped 已跳过')
}

/** `done`: it has had its effect by other means; `give-up`: it has none. */
export async function endParked(
  context: CommandContext,
  how: 'done' | 'give-up',
  { packet, localCaseNo, reason }: { packet: string; localCaseNo?: string; reason: string },
): Promise<void> {
  const client = await context.client()
  const body = { packetNo: Number(packet), reason }
  const ended = await (how === 'give-up'
    ? client.giveUpParked({ body })
    : client.endParked({ body: { ...body, localCaseNo } }))
  context.out.result(ended, () => 'Ended 已了结')
}
