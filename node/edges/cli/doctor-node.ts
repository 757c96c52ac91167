/** What the doctor asks of the running node (运行体检): where it listens, relays, approval system, carrier, parked work, calendar. */

import { ProblemError } from '../../../protocol/problem.ts'
import { readAddress } from '../../kernel/config/address.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import type { CheckApprovalSystemAnswer } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { type Check, type Level, run } from './doctor-check.ts'
import { inUrl, listens, reachedAt } from './listening.ts'

/** Whether our own node answers and is ready; another city's node, or a foreign program, on its port is a failure. */
export async function checkHttp(context: CommandContext, config: NodeConfig, checks: Check[]): Promise<boolean> {
  const url = `http://${inUrl(reachedAt(config.http.host))}:${config.http.port}`
  const check = 'HTTP API 接口'
  const report = (level: Level, detail: string, cure?: string) =>
    checks.push({ check, level, detail, ...(cure === undefined ? {} : { act: 'operator' as const, cure }) })
  let answer: { status?: string; checks?: Record<string, string> }
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) })
    answer = (await response.json().catch(() => ({}))) as typeof answer
  } catch {
    report('warn', `nothing answers at ${url}`, 'Start the node: tongban start')
    return false
  }
  if (answer.status === undefined) {
    report('fail', `another program answers at ${url}`, 'End it, or change http.port')
    return false
  }
  const city = await cityAt(context)
  if (city !== config.city.code) {
    const whose = city === null ? 'a node that refuses the token of this one' : `the node of ${city}`
    report('fail', `${whose} answers at ${url}`, 'End it, or change http.port; then start this node: tongban start')
    return false
  }
  const failed = Object.entries(answer.checks ?? {}).flatMap(([name, result]) => (result === 'ok' ? [] : [name]))
  if (answer.status === 'ready') report('ok', `${url} is ready`)
  else if (failed.length === 0) report('warn', `${url} is ${answer.status}`, 'Wait until it has stopped, and start it')
  else
    report('fail', `${url} is not ready: ${failed.join(', ')}`, failed.map(name => READY_CURES[name] ?? '').join('; '))
  return true
}

/** What to do when a part of readiness fails. */
const READY_CURES: Readonly<Record<string, string>> = {
  store: 'The store cannot be written: look at the disk and at the log, and restart the node',
  space: 'Make room where the data lies, or lower quotas.freeMB',
}

/** The city of the node that commands talk to; null when it does not let this one in. */
const cityAt = async (context: CommandContext): Promise<string | null> => {
  try {
    return (await (await context.client()).getIdentity()).code
  } catch {
    return null
  }
}

/** Whether this node, and nothing else, listens where partners and applicants connect. */
export async function checkListening(
  { p2p, applicants }: NodeConfig,
  checks: Check[],
  running: boolean,
): Promise<void> {
  const places = p2p.listen.flatMap(address => {
    const found = readAddress(address)
    return found === null ? [] : [{ setting: 'p2p.listen', ...found }]
  })
  if (applicants.port !== undefined)
    places.push({ setting: 'applicants.port', kind: '', host: applicants.host, port: applicants.port })
  for (const { setting, host, port } of places) {
    if (port === 0) continue
    const open = await listens(host, port)
    const check = `port 端口 ${port}`
    const level = 'fail'
    const act = 'operator'
    if (open === running) checks.push({ check, level: 'ok', detail: open ? 'the node listens' : 'free' })
    else if (open)
      checks.push({
        check,
        level,
        act,
        detail: `another program listens at ${host}`,
        cure: `End the other program, or change ${setting}`,
      })
    else
      checks.push({
        check,
        level,
        act,
        detail: `the node does not listen at ${host}`,
        cure: `Restart the node and look at its log (${setting})`,
      })
  }
}

/** A city that nobody can connect to: says what it can do, and whether it has its places at relays. */
export async function checkRelays(context: CommandContext, config: NodeConfig, checks: Check[]): Promise<void> {
  const { listen, relays, offerRelay } = config.p2p
  if (listen.length > 0 && relays.length === 0 && offerRelay === 0) return
  const found = await run(
    checks,
    'relays 中继',
    async () => {
      const client = await context.client()
      return client.getIdentity()
    },
    ({ relays: used, relayed }) =>
      used.length === 0 && offerRelay === 0
        ? 'this node only dials: pairing and exchange with partners that can be reached; for others set p2p.relays'
        : `reached at ${used.filter(({ reserved }) => reserved).length} of ${used.length}; ${relayed} of ${offerRelay} places given to partners`,
  )
  for (const { partner, reserved } of found?.relays ?? [])
    if (!reserved)
      checks.push({
        check: `relay 中继 ${partner}`,
        level: 'fail',
        detail: 'no place there: this node cannot be reached over it',
        act: 'partner',
        cure: `It must be an active partner that can be reached, with p2p.offerRelay set and a place free; see partners show ${partner}`,
      })
}

export async function checkApprovalSystem(context: CommandContext, checks: Check[]): Promise<void> {
  await run(
    checks,
    'approval system 审批系统',
    async () => {
      const found = await (await context.client()).checkApprovalSystem()
      if (!found.ok)
        throw new ProblemError('adapter.unavailable', `${found.name}: ${found.detail ?? 'no answer'}${lastGood(found)}`)
      return found
    },
    found => `${found.name} can be used${lastGood(found)}${found.detail === undefined ? '' : `; ${found.detail}`}`,
  )
}

/** Whether the carrier answers; parcels in trouble are told by the reminders. */
export async function checkCarrier(context: CommandContext, config: NodeConfig, checks: Check[]): Promise<void> {
  if (config.mail.url === undefined) return
  await run(
    checks,
    'carrier 寄递',
    async () => {
      const found = await (await context.client()).readMail()
      if (found.problem !== null) throw new ProblemError('adapter.unavailable', `${found.carrier}: ${found.problem}`)
      return found
    },
    ({ carrier, underWay, answeredAt }) =>
      answeredAt === null
        ? `${carrier}: not asked since the start; ${underWay} parcels under way`
        : `${carrier} answers, last at ${answeredAt}; ${underWay} parcels under way`,
  )
}

const lastGood = ({ polling }: CheckApprovalSystemAnswer): string =>
  polling === null ? '' : `; last answered ${polling.lastGood ?? 'not since the start'}`

export async function checkParked(context: CommandContext, checks: Check[]): Promise<void> {
  const found = await run(
    checks,
    'parked 挂起',
    async () => {
      const client = await context.client()
      return client.listParked({ query: { limit: 200 } })
    },
    ({ items, next }) => {
      const waiting = items.filter(work => work.what !== 'adapter-event' || work.retryAt === null).length
      const more = next === null ? '' : ' or more'
      const tried = items.length - waiting
      if (items.length === 0) return 'nothing waits for a person'
      return `${waiting}${more} wait for a person${tried === 0 ? '' : `, ${tried}${more} are tried again`}`
    },
  )
  const [first] = found?.items ?? []
  if (first === undefined) return
  checks.push({
    check: 'parked 挂起',
    level: 'warn',
    detail: `the oldest: ${first.problem.code}`,
    act: 'you',
    cure: 'See tongban parked, cure the cause, then tongban parked retry, or end it with a reason',
  })
}

/** How far holidays are known; that this is not far enough is a reminder. */
export async function checkCalendar(context: CommandContext, checks: Check[]): Promise<void> {
  await run(
    checks,
    'calendar 节假日历',
    async () => {
      const client = await context.client()
      return (await client.showCalendar()).coveredThrough
    },
    through => `holidays are known through ${through ?? 'no day'}`,
  )
}
