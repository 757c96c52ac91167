/** `tongban doctor`: looks at everything a node needs and says who must act, and how. */
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { readCertificate } from '../../../certs/index.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { type Actor, PROBLEMS, ProblemError } from '../../../protocol/problem.ts'
import { readBackups } from '../../city/cases/backups.ts'
import { readAddress } from '../../kernel/config/address.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { openKeyStore } from '../../kernel/keys/keystore.ts'
import { storeIdentity } from '../../kernel/store/apart.ts'
import { checkStore } from '../../kernel/store/check.ts'
import { openKeyFile } from '../../kernel/store/key-file.ts'
import { judgeSchema } from '../../kernel/store/migrate.ts'
import { PAST } from '../../kernel/store/migrations/former.ts'
import { MIGRATIONS } from '../../kernel/store/migrations/index.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import type { CheckApprovalSystemAnswer, Partner } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { inUrl, listens, reachedAt } from './listening.ts'

type Level = 'ok' | 'warn' | 'fail' | 'skip'
export type Check = { check: string; level: Level; detail: string; act?: Actor; cure?: string }

const DAY = 86_400_000
const GIB = 1024 ** 3
/** Days of the certificate and free space, below which the doctor warns. */
const WARN = { certificateDays: 60, freeBytes: 5 * GIB } as const

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
  context.out.result({ ok: process.exitCode !== 1, checks }, () => checks.map(line).join('\n'))
}

const MARK: Record<Level, string> = { ok: '✓', warn: '!', fail: '✗', skip: '-' }
const WHO: Record<Actor, string> = { you: 'you 您', partner: 'the partner 合作城市', operator: 'the operator 运维人员' }

const line = ({ check, level, detail, act, cure }: Check): string =>
  [`${MARK[level]} ${check}: ${detail}`, ...(act === undefined ? [] : [`    ${WHO[act]}: ${cure ?? ''}`])].join('\n')

/** Runs one check; a ProblemError fails it with its own actor and cure. */
async function run<T>(
  checks: Check[],
  check: string,
  work: () => Promise<T>,
  tell: (value: T) => string,
): Promise<T | null> {
  try {
    const value = await work()
    checks.push({ check, level: 'ok', detail: tell(value) })
    return value
  } catch (error) {
    const problem =
      error instanceof ProblemError
        ? error.problem
        : { code: 'internal' as const, detail: error instanceof Error ? error.message : String(error) }
    const { act, cure, cureZh, en, zh } = PROBLEMS[problem.code]
    const detail = `${problem.code}: ${problem.detail ?? `${en} ${zh}`}`
    checks.push({ check, level: 'fail', detail, act, cure: `${cure} ${cureZh}` })
    return null
  }
}

async function checkNode(
  context: CommandContext,
  config: NodeConfig,
  checks: Check[],
  now: () => number,
): Promise<void> {
  await checkKeys(context, config, checks, now())
  await checkDisk(config, checks)
  if (await checkData(config, checks, now())) await checkBackups(config, checks)
  const own = await checkHttp(context, config, checks)
  await checkListening(config, checks, own)
  if (own) {
    await checkRelays(context, config, checks)
    await checkApprovalSystem(context, checks)
    await checkParked(context, checks)
    await checkCarrier(context, config, checks)
    await checkCalendar(context, checks)
    await checkPartners(context, checks)
    await checkReminders(context, config, checks)
  } else checks.push({ check: 'partners 合作城市', level: 'skip', detail: 'the node is not running 节点未运行' })
}

async function checkKeys(context: CommandContext, config: NodeConfig, checks: Check[], now: number): Promise<void> {
  const store = await run(
    checks,
    'keys 密钥',
    async () => openKeyStore(join(config.data, 'keys'), await context.passphrase()),
    () => 'the passphrase opens them; only this user can read them',
  )
  if (store === null) return
  // The node opens it only to sign with it: agreements, and new packet keys every two months.
  await run(
    checks,
    'city key 城市密钥',
    () => store.openCityKey(),
    () => 'it opens, and belongs to the certificate',
  )
  const certificate = await run(
    checks,
    'certificate 证书',
    async () => {
      const read = readCertificate(store.certificates()[0] ?? '')
      if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
      if (read.certificate.code !== config.city.code)
        throw new ProblemError('config.invalid', `city.code: the keys are those of ${read.certificate.code}`)
      return read.certificate
    },
    found => `fingerprint ${found.fingerprint}`,
  )
  if (certificate === null) return
  const left = certificate.notAfter - now
  const days = `${Math.floor(left / DAY)} days left`
  if (left >= WARN.certificateDays * DAY) checks.push({ check: 'validity 证书有效期', level: 'ok', detail: days })
  else {
    checks.push({
      check: 'validity 证书有效期',
      level: left < 0 ? 'fail' : 'warn',
      detail: left < 0 ? 'certificate.expired: it ran out 已过期' : `${days} 即将到期`,
      act: 'operator',
      cure: 'Run tongban identity renew (of a federation CA: tongban ca request) and pair again in time',
    })
  }
}

async function checkParked(context: CommandContext, checks: Check[]): Promise<void> {
  const found = await run(
    checks,
    'parked 挂起',
    async () => {
      const client = await context.client()
      return client.listParked({ query: { limit: 200 } })
    },
    ({ items, next }) => {
      const waiting = items.filter(work => work.what !== 'adapter-event' || work.retryAt === null).length
      const [more, tried] = [next === null ? '' : ' or more', items.length - waiting]
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
async function checkCalendar(context: CommandContext, checks: Check[]): Promise<void> {
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

async function checkDisk(config: NodeConfig, checks: Check[]): Promise<void> {
  const free = await run(
    checks,
    'disk 磁盘',
    async () => {
      const { bavail, bsize } = await statfs(config.data)
      const bytes = bavail * bsize
      const floor = config.quotas.freeMB * 1e6
      if (bytes < floor)
        throw new ProblemError(
          'disk.full',
          `${Math.floor(bytes / 1e6)} MB free at ${config.data}: under ${config.quotas.freeMB} (quotas.freeMB) nothing is taken from partners`,
        )
      return bytes
    },
    bytes => `${(bytes / GIB).toFixed(1)} GiB free`,
  )
  if (free !== null && free < WARN.freeBytes)
    checks.push({
      check: 'disk 磁盘',
      level: 'warn',
      detail: 'little is left',
      act: 'operator',
      cure: 'Make room before materials fill it',
    })
}

/** Whether the store is whole. */
async function checkData(config: NodeConfig, checks: Check[], now: number): Promise<boolean> {
  const path = join(config.data, 'tongban.db')
  const packets = await run(
    checks,
    'store and clock 数据库与时钟',
    async () => {
      await stat(path).catch(() => {
        throw new ProblemError('config.invalid', `${path} is not there; run tongban init, or restore the backup`)
      })
      const db = openSqlite(path)
      try {
        await judgeSchema(db, MIGRATIONS, PAST)
        await checkStore(path)
        const [{ n, iat } = { n: 0, iat: null }] = await db.query<{ n: number; iat: number | null }>(
          'SELECT count(*) AS n, max(iat) AS iat FROM packets',
        )
        const [first] = await db.query<{ iat: number | null }>(
          "SELECT min(iat) AS iat FROM delegations WHERE city = ? AND type = 'delegation'",
          [config.city.code],
        )
        // What this node signs has to be later than what it signed before, and its keys count from their delegation on.
        const behind = Math.max(iat ?? 0, first?.iat ?? 0) - Math.floor(now / 1000)
        if (behind > LIMITS.clockSkewSeconds)
          throw new ProblemError('clock.own', `${behind} s behind what was signed before: nothing is signed`)
        return n
      } finally {
        await db.close()
      }
    },
    count => `whole, ${count} packets; the clock is not behind them`,
  )
  return packets !== null
}

/** The newest backup, the keys that it needs, and what was purged since and opens with them still. */
async function checkBackups(config: NodeConfig, checks: Check[]): Promise<void> {
  const path = join(config.data, 'tongban.db')
  const newest = (await readBackups(config.data)).at(-1)
  if (newest === undefined) return
  const check = 'backups 备份'
  await run(
    checks,
    check,
    async () => {
      if (newest.keys === null) return 'its keys are in it'
      const keys = await openKeyFile(newest.keys)
      if (keys === null) return `its keys were moved from ${newest.keys}`
      keys.close()
      if (keys.about.node !== storeIdentity(path))
        throw new ProblemError('backup.keys', `${newest.keys} holds the keys of another node`)
      return `its keys ${newest.keys}`
    },
    found => `the newest ${newest.folder}, of ${newest.at}; ${found}`,
  )
  // One of an earlier program holds its keys until it is deleted, as the preview of each purge says.
  if (newest.keys === null) return
  const purged = await purgedSince(path, Date.parse(newest.at))
  if (purged > 0)
    checks.push({
      ...{
        check,
        level: 'warn',
        act: 'operator',
        detail: `${purged} cases were purged since, and open in backups still`,
      },
      cure: 'Back up again: tongban backup replaces the keys 请再次备份，以替换密钥文件',
    })
}

/** How many cases were purged after an instant, ms. */
async function purgedSince(path: string, at: number): Promise<number> {
  const db = openSqlite(path)
  try {
    const [row] = await db.query<{ n: number }>('SELECT count(*) AS n FROM cases WHERE purged_at > ?', [at])
    return row?.n ?? 0
  } finally {
    await db.close()
  }
}

/** Whether our own node answers and is ready; another city's node, or a foreign program, on its port is a failure. */
async function checkHttp(context: CommandContext, config: NodeConfig, checks: Check[]): Promise<boolean> {
  const url = `http://${inUrl(reachedAt(config.http.host))}:${config.http.port}`
  const check = 'HTTP API 接口'
  const tell = (level: Level, detail: string, cure?: string) =>
    checks.push({ check, level, detail, ...(cure === undefined ? {} : { act: 'operator' as const, cure }) })
  let answer: { status?: string; checks?: Record<string, string> }
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) })
    answer = (await response.json().catch(() => ({}))) as typeof answer
  } catch {
    tell('warn', `nothing answers at ${url}`, 'Start the node: tongban start')
    return false
  }
  if (answer.status === undefined) {
    tell('fail', `another program answers at ${url}`, 'End it, or change http.port')
    return false
  }
  const city = await cityAt(context)
  if (city !== config.city.code) {
    const whose = city === null ? 'a node that refuses the token of this one' : `the node of ${city}`
    tell('fail', `${whose} answers at ${url}`, 'End it, or change http.port; then start this node: tongban start')
    return false
  }
  const failed = Object.entries(answer.checks ?? {}).flatMap(([name, result]) => (result === 'ok' ? [] : [name]))
  if (answer.status === 'ready') tell('ok', `${url} is ready`)
  else if (failed.length === 0) tell('warn', `${url} is ${answer.status}`, 'Wait until it has stopped, and start it')
  else tell('fail', `${url} is not ready: ${failed.join(', ')}`, failed.map(name => READY_CURES[name] ?? '').join('; '))
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
async function checkListening({ p2p, applicants }: NodeConfig, checks: Check[], running: boolean): Promise<void> {
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
    const [level, act] = ['fail', 'operator'] as const
    if (open === running) checks.push({ check, level: 'ok', detail: open ? 'the node listens' : 'free' })
    else if (open)
      checks.push({
        ...{ check, level, act, detail: `another program listens at ${host}` },
        cure: `End the other program, or change ${setting}`,
      })
    else
      checks.push({
        ...{ check, level, act, detail: `the node does not listen at ${host}` },
        cure: `Restart the node and look at its log (${setting})`,
      })
  }
}

/** A city that nobody can connect to: says what it can do, and whether it has its places at relays. */
async function checkRelays(context: CommandContext, config: NodeConfig, checks: Check[]): Promise<void> {
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

async function checkApprovalSystem(context: CommandContext, checks: Check[]): Promise<void> {
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
async function checkCarrier(context: CommandContext, config: NodeConfig, checks: Check[]): Promise<void> {
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

/** Who must act on a partner that is not connected, and how. */
function unconnected({ code, problem, revoked }: Partner): Pick<Check, 'detail' | 'act' | 'cure'> {
  if (revoked !== null)
    return {
      detail: `certificate.revoked: ${revoked.reason}`,
      act: 'partner',
      cure: `Its certificate was revoked on ${revoked.at.slice(0, 10)} by a federation: it gets a new one and pairs again 对方换发证书后重新结对`,
    }
  const detail = problem === null ? 'not connected' : `${problem.code} ${problem.detail ?? ''}`
  if (problem?.code === 'certificate.revoked')
    return {
      detail: `${detail}: it says so of the certificate of this city`,
      act: 'operator',
      cure: 'The certificate of this city was revoked: get a new one (tongban identity renew --new-key, or tongban ca request), let the operator list it, then pair again 本市证书已被撤销，请换发后重新结对',
    }
  if (problem?.code === 'certificate.mismatch')
    return {
      detail,
      act: 'partner',
      cure: `One of you has a new certificate. When it is theirs and they say so: tongban partners suspend ${code}, then pair again; when it is yours, they do`,
    }
  return {
    detail,
    act: 'partner',
    cure: `Ask whether their node runs, and check addresses and firewall on both sides: tongban partners test ${code}`,
  }
}

/** What the health of a partner that is connected leaves to be told, or of one that is not. */
async function checkHealth(context: CommandContext, code: string, check: string, checks: Check[]): Promise<void> {
  const found: Check[] = []
  const health = await run(
    found,
    check,
    async () => (await context.client()).getPartnerHealth({ params: { code } }),
    () => 'looked at',
  )
  if (health === null) checks.push(...found)
  for (const { level, code: problem, detail, en, zh, act, cure } of health?.findings ?? [])
    checks.push({ check, level, detail: `${problem}: ${detail ?? `${en} ${zh}`}`, act, cure })
}

/** Reminders besides those that the checks of certificate and partners tell. */
async function checkReminders(context: CommandContext, config: NodeConfig, checks: Check[]): Promise<void> {
  const items = await run(
    checks,
    'reminders 提醒',
    async () => (await (await context.client()).listReminders()).items,
    found => `${found.length}`,
  )
  for (const { kind, subject, level, en, zh, act, cure } of items ?? []) {
    const told = kind === 'certificate' || (kind === 'delegation' && subject !== config.city.code)
    if (told || level === 'info') continue
    checks.push({ check: `${kind} ${subject}`, level, detail: `${en} ${zh}`, act, cure })
  }
}

async function checkPartners(context: CommandContext, checks: Check[]): Promise<void> {
  const partners = await run(
    checks,
    'partners 合作城市',
    async () => (await (await context.client()).listPartners()).items,
    items => `${items.length} paired`,
  )
  for (const partner of partners ?? []) {
    const { code, name, status, connected } = partner
    const check = `partner ${name} ${code}`
    if (status !== 'active') {
      checks.push({
        check,
        level: 'warn',
        detail: status,
        act: 'you',
        cure:
          status === 'pending'
            ? `Have the partner read the words out, and type them: tongban partners confirm ${code}`
            : `tongban partners resume ${code}`,
      })
    } else if (connected) {
      checks.push({ check, level: 'ok', detail: 'connected' })
    } else {
      checks.push({ check, level: 'fail', ...unconnected(partner) })
    }
    if (status === 'active') await checkHealth(context, code, check, checks)
  }
}
