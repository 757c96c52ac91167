/** Whether the own node runs and is the one that listens (运行体检); what it says of itself is asked of it. */
import { type Check, type Level, run } from '../../city/operation/check.ts'
import { readAddress } from '../../kernel/config/address.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import type { CommandContext } from './context.ts'
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

/** What the running node says of itself, but for what was looked at already. */
export async function checkRunning(context: CommandContext, checks: Check[]): Promise<void> {
  const known = new Set(checks.map(({ check }) => check))
  const found = await run(
    checks,
    'health 运行状况',
    async () => (await (await context.client()).getHealth()).checks,
    told => `${told.length} things looked at by the node`,
  )
  for (const check of found ?? []) if (!known.has(check.check)) checks.push(check)
}
