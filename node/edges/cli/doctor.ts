/** `tongban doctor` (体检): looks at everything a node needs, in one order, and says who must act, and how. */
import type { Actor } from '../../../protocol/problem.ts'
import { type Check, inBothLanguages, type Level, run } from '../../city/operation/check.ts'
import { checkBackups, checkDisk } from '../../city/operation/folder-checks.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import type { CommandContext } from './context.ts'
import { checkData, checkKeys, checkNamedFiles, purgedSince } from './doctor-files.ts'
import { checkHttp, checkListening, checkRunning } from './doctor-node.ts'
import { inChinaTime, twice } from './output.ts'

/** `now` in ms. */
export async function doctor(context: CommandContext, now: () => number = Date.now): Promise<void> {
  const checks: Check[] = []
  const config = await run(
    checks,
    'config 配置',
    async () => context.config(),
    found => `${found.city.name} ${found.city.code}, data ${found.data}`,
  )
  if (config !== null) await checkNode(context, config, checks, now)
  if (checks.some(check => check.level === 'fail')) process.exitCode = 1
  const told = checks.map(inBothLanguages)
  context.out.result({ ok: process.exitCode !== 1, checks: told }, () => told.map(line).join('\n'))
}

const MARK: Record<Level, string> = { ok: '✓', warn: '!', fail: '✗', skip: '-' }
const WHO: Record<Actor, string> = { you: 'you 您', partner: 'the partner 合作城市', operator: 'the operator 运维人员' }

const line = ({ check, level, detail, detailZh, act, cure = '', cureZh }: ReturnType<typeof inBothLanguages>): string =>
  [
    `${MARK[level]} ${check}: ${inChinaTime(twice(detail, detailZh))}`,
    ...(act === undefined ? [] : [`    ${WHO[act]}: ${inChinaTime(twice(cure, cureZh))}`]),
  ].join('\n')

async function checkNode(
  context: CommandContext,
  config: NodeConfig,
  checks: Check[],
  now: () => number,
): Promise<void> {
  await checkKeys(context, config, checks, now())
  await checkNamedFiles(config, checks)
  await checkDisk(config, checks)
  if (await checkData(config, checks, now())) await checkBackups(config, at => purgedSince(config, at), checks)
  const own = await checkHttp(context, config, checks)
  await checkListening(config, checks, own)
  if (own) await checkRunning(context, checks)
  else checks.push({ check: 'partners 合作城市', level: 'skip', detail: 'the node is not running' })
}
