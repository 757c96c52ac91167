/** `tongban identity show`, `person`, `parked`, `trace`: operation of the own node. */
import type { Command } from 'commander'
import { ProblemError } from '../../../protocol/problem.ts'
import type {
  CreatePersonAnswer,
  CreatePersonRequest,
  Identity,
  LookAtParkedRequest,
  ParkedWork,
  RetryParkedRequest,
  SkipParkedRequest,
} from '../client/api.generated.ts'
import { collect, type Declare } from './declare.ts'
import { everyPage } from './named.ts'
import { china, inOneLine, table, twice } from './output.ts'

const identityText = ({ keys, addresses, relays, ...rest }: Identity): string =>
  [
    ...Object.entries(rest).map(([key, entry]) => `${key.padEnd(20)} ${china(String(entry))}`),
    ...addresses.map(address => `${'address'.padEnd(20)} ${address}`),
    ...relays.map(({ partner, reserved }) => `${'relay'.padEnd(20)} ${partner} ${reserved ? '' : 'not '}reserved`),
    '',
    table(keys.map(({ kid, purpose, state, delegatedUntil }) => ({ key: kid, purpose, state, until: delegatedUntil }))),
  ].join('\n')

export function declareOwnIdentity(identity: Command, { call }: Declare): void {
  call(identity, 'show', 'fingerprint, keys, addresses', { ask: client => client.getIdentity(), text: identityText })
  call(identity, 'rotate', 'let a new packet key take over', {
    ask: client => client.rotatePacketKey(),
    text: identityText,
  })
  call(identity, 'revoke <kid>', 'end a retired packet key that somebody may have', {
    ask: (client, [kid = '']) => client.revokePacketKey({ params: { kid } }),
    text: () => 'Revoked 已撤销: partners refuse it from now on',
  })
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
export function instantOf(given: string): string {
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

type Granted = {
  role?: CreatePersonRequest['roles']
  staffNumber?: string
  phone?: string
  seen?: string
} & Places

export function declarePersons(person: Command, { call }: Declare): void {
  call(person, 'add <name>', 'make an account; its token is shown once', {
    options: command =>
      command
        .requiredOption('--role <role>', 'as docs/rights.md names them; may be repeated', collect, [])
        .option('--department <code>', 'organ whose items it examines or decides; may be repeated', collect)
        .option('--window <name>', 'window that it works at; may be repeated', collect)
        .option('--staff-number <number>', 'by which two accounts of one person are known')
        .option('--phone <phone>', 'where the person is reached')
        .option('--until <day>', 'last day on which its token counts; without end by default'),
    ask: async (client, [name = ''], flags: Granted & { role: CreatePersonRequest['roles']; until?: string }) => {
      const expiresAt = flags.until === undefined ? null : instantOf(flags.until)
      const { role: roles, staffNumber, phone } = flags
      return client.createPerson({ body: { name, roles, ...placesOf(flags), staffNumber, phone, expiresAt } })
    },
    text: shownOnce,
  })
  call(
    person,
    'grant <id>',
    'give an account roles, departments and windows, and say who it is; what is left out stays',
    {
      options: command =>
        command
          .option('--role <role>', 'as docs/rights.md names them; may be repeated', collect)
          .option('--department <code>', 'organ whose items it examines or decides, or `all`; may be repeated', collect)
          .option('--window <name>', 'window that it works at, or `all`; may be repeated', collect)
          .option('--staff-number <number>', 'by which two accounts of one person are known')
          .option('--phone <phone>', 'where the person is reached')
          .option(
            '--seen <version>',
            'as `person list --json` tells it; refused when somebody changed the account since',
          ),
      ask: (client, [id = ''], { role: roles, staffNumber, phone, seen, ...places }: Granted) =>
        client.grantPerson({
          params: { id },
          body: { roles, staffNumber, phone, ...placesOf(places) },
          ...(seen === undefined ? {} : { ifMatch: seen }),
        }),
      text: ({ name, roles, departments, windows }) =>
        [
          `${name}: ${roles.join(', ')}`,
          `  departments 部门  ${departments?.join(', ') ?? 'all 全部'}`,
          `  windows 窗口      ${windows?.join(', ') ?? 'all 全部'}`,
        ].join('\n'),
    },
  )
  call(person, 'list', 'all accounts', {
    ask: async client => (await client.listPeople()).items,
    text: items =>
      table(
        items.map(({ id, name, roles, departments, windows, expiresAt, revokedAt }) => ({
          id,
          name,
          roles: roles.join(','),
          departments: departments?.join(',') ?? 'all 全部',
          windows: windows?.join(',') ?? 'all 全部',
          expires: expiresAt,
          revoked: revokedAt,
        })),
      ),
  })
  call(person, 'revoke <id>', "end an account's token", {
    ask: (client, [id = '']) => client.revokePerson({ params: { id } }),
    text: ({ name }) => `${name}: revoked`,
  })
  call(person, 'rotate <id>', 'give an account a new token; the old one ends at once', {
    options: command => command.option('--until <day>', 'last day on which it counts; as before by default'),
    ask: async (client, [id = ''], { until }: { until?: string }) =>
      client.rotatePerson({ params: { id }, body: until === undefined ? {} : { expiresAt: instantOf(until) } }),
    text: shownOnce,
  })
}

function parkedRow(work: ParkedWork) {
  const { what, at, problem } = work
  const ofCase = work.what === 'material' ? null : work
  return {
    what,
    select: selectOf(work),
    system: ofCase?.adapter ?? '',
    case: ofCase?.caseNo ?? '',
    local: ofCase?.localCaseNo ?? '',
    kind: work.what === 'packet' ? work.kind : '',
    since: (work.what === 'packet' ? work.handedAt : null) ?? at,
    retried: work.what === 'material' ? '' : (work.retryAt ?? ''),
    problem: [
      problem.detail === undefined ? `${problem.code} ${problem.zh}` : inOneLine(problem),
      ...(work.what === 'packet' && work.theirCode !== null ? [`(${work.theirCode})`] : []),
    ].join(' '),
    act: problem.act,
    cure: problem.cure,
  }
}

function selectOf(work: ParkedWork): string {
  if (work.what === 'packet') return `--packet ${work.packetNo}`
  return work.what === 'material' ? `--material ${work.material}` : `--event ${work.event}`
}

type RetryFlags = {
  packet?: string
  case?: string
  event?: string
  material?: string
  code?: string
  all?: boolean
  adapter?: string
}

/** What is tried again: one thing that is named, or all. Problem: `request.invalid`. */
function retried(flags: RetryFlags): RetryParkedRequest {
  const among = flags.adapter === undefined ? {} : { adapter: flags.adapter }
  const choices = [
    ...(flags.packet === undefined ? [] : [{ packetNo: Number(flags.packet) }]),
    ...(flags.case === undefined ? [] : [{ localCaseNo: flags.case, ...among }]),
    ...(flags.event === undefined ? [] : [{ event: flags.event }]),
    ...(flags.material === undefined ? [] : [{ material: flags.material }]),
    ...(flags.code === undefined ? [] : [{ code: flags.code, ...among }]),
    ...(flags.all === true ? [{ all: true, ...among }] : []),
  ]
  const [body, ...more] = choices
  if (body === undefined || more.length > 0)
    throw new ProblemError('request.invalid', 'one of --packet, --case, --event, --material, --code, --all')
  if (flags.adapter !== undefined && !('adapter' in body))
    throw new ProblemError('request.invalid', '--adapter goes with --case, --code or --all')
  return body as RetryParkedRequest
}

const IN_ADAPTER = 'name of one of several approval systems 审批系统名称'
const REASON = 'why; it stands in the audit log'
type Ended = { packet: string; localCaseNo?: string; reason: string }

export function declareParked(program: Command, { call }: Declare): void {
  const parked = call(
    program,
    'parked',
    'work that waits for a person 挂起; steps that a city refused 被退回的步骤: tongban case queue parked',
    {
      options: command => command.option('--adapter <name>', IN_ADAPTER),
      ask: (client, _, { adapter }: { adapter?: string }) =>
        everyPage(cursor => client.listParked({ query: { limit: 200, cursor, adapter } })),
      text: items => table(items.map(parkedRow)),
    },
  )
  call(parked, 'retry', 'try it again', {
    options: command =>
      command
        .option('--packet <no>')
        .option('--case <localCaseNo>', 'the answers of a case')
        .option('--event <id>', 'one answer')
        .option('--material <sha256>')
        .option('--code <problem>', 'all that wait for one problem')
        .option('--all', 'all packets and answers')
        .option('--adapter <name>', IN_ADAPTER),
    ask: async (client, _, flags: RetryFlags) => client.retryParked({ body: retried(flags) }),
    text: answer => `Retried 已重试: ${answer.retried}`,
  })
  call(parked, 'look', 'what would be sent for a packet, without sending it; or an answer as it was given 查看', {
    options: command => command.option('--packet <no>').option('--event <id>'),
    ask: async (client, _, { packet, event }: { packet?: string; event?: string }) => {
      if ((packet === undefined) === (event === undefined))
        throw new ProblemError('request.invalid', 'one of --packet, --event')
      const body = packet === undefined ? { event } : { packetNo: Number(packet) }
      return client.lookAtParked({ body: body as LookAtParkedRequest })
    },
    text: ({ requests = [], answer }) =>
      [
        ...requests.map(({ method, url, headers, body: sent }) =>
          [`${method} ${url}`, ...headers, '', sent ?? '(material 材料)', ''].join('\n'),
        ),
        ...(answer === undefined ? [] : [answer]),
      ].join('\n'),
  })
  call(parked, 'skip', 'settle one answer of the approval system without signing anything 跳过一条答复', {
    options: command =>
      command.requiredOption('--event <id>', 'as the list names it').requiredOption('--reason <text>', REASON),
    example: 'tongban parked skip --event E-20261130-7 --reason "已由窗口人工办理"',
    ask: (client, _, { event, reason }: SkipParkedRequest) => client.skipParked({ body: { event, reason } }),
    text: () => 'Skipped 已跳过',
  })
  call(parked, 'done', 'a packet has had its effect by other means: hand it over no more 已另行办理', {
    options: command =>
      command
        .requiredOption('--packet <no>')
        .option('--local-case-no <no>', 'of a case that was keyed in by hand: it arrives under this number')
        .requiredOption('--reason <text>', REASON),
    example: 'tongban parked done --packet 12 --local-case-no SL-2026-0099 --reason "手工录入"',
    ask: (client, _, { packet, localCaseNo, reason }: Ended) =>
      client.endParked({ body: { packetNo: Number(packet), reason, localCaseNo } }),
    text: () => 'Ended 已了结',
  })
  call(parked, 'give-up', 'hand a packet over no more, without an effect 放弃派发', {
    options: command => command.requiredOption('--packet <no>').requiredOption('--reason <text>', REASON),
    ask: (client, _, { packet, reason }: Ended) => client.giveUpParked({ body: { packetNo: Number(packet), reason } }),
    text: () => 'Ended 已了结',
  })
  call(parked, 'dismiss <localCaseNo>', 'give up answers of the approval system for a case that is not of this node', {
    options: command => command.option('--adapter <name>', IN_ADAPTER),
    ask: async (client, [localCaseNo = ''], { adapter }: { adapter?: string }) => {
      await client.dismissParked({ body: { localCaseNo, adapter } })
      return { dismissed: true }
    },
    text: () => 'Given up 已放弃',
  })
}

const tracedUntil = (until: string | null): string =>
  until === null ? 'Nothing is traced 未在跟踪' : `Traced until 跟踪至 ${china(until)}`

export function declareTrace(program: Command, { call }: Declare): void {
  const trace = call(program, 'trace', 'what the approval system was sent and answered 往来跟踪', {
    options: command => command.option('--adapter <name>', IN_ADAPTER),
    ask: (client, _, { adapter }: { adapter?: string }) => client.listTrace({ query: { adapter } }),
    text: ({ until, exchanges }) =>
      [
        tracedUntil(until),
        table(
          exchanges.map(({ no, at, adapter, call: kind, caseNo, status, ms, bytes }) => ({
            no,
            at,
            adapter,
            call: kind,
            case: caseNo,
            status,
            ms,
            bytes,
          })),
        ),
      ].join('\n'),
  })
  call(trace, 'on', 'trace requests, sealed, for some hours 开始跟踪', {
    options: command => command.requiredOption('--hours <n>', 'from now on'),
    example: 'tongban trace on --hours 8',
    ask: (client, _, { hours }: { hours: string }) => client.traceApprovalSystem({ body: { hours: Number(hours) } }),
    text: ({ until }) => tracedUntil(until),
  })
  call(trace, 'off', 'end it, and delete what is kept 停止并删除', {
    ask: client => client.traceApprovalSystem({ body: { hours: 0 } }),
    text: ({ until }) => tracedUntil(until),
  })
  call(trace, 'show <no>', 'one exchange: personal data, and the look is audited 查看', {
    ask: (client, [no]) => client.showTraced({ params: { no: Number(no) } }),
    text: ({ request: { method, url, headers, body }, answer, why, whyZh }) =>
      [
        `${method} ${url}`,
        ...headers,
        '',
        body ?? '(material 材料)',
        '',
        why === null ? '' : twice(why, whyZh),
        answer ?? '',
      ].join('\n'),
  })
}
