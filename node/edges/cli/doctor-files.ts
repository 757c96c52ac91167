/** What the doctor sees in the folder of a node (数据目录体检), whether it runs or not: keys, certificate, disk, store, clock, backups. */

import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { readCertificate } from '../../../certs/index.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { readBackups } from '../../city/cases/backups.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { openKeyStore } from '../../kernel/keys/keystore.ts'
import { storeIdentity } from '../../kernel/store/apart.ts'
import { checkStore } from '../../kernel/store/check.ts'
import { openKeyFile } from '../../kernel/store/key-file.ts'
import { judgeSchema } from '../../kernel/store/migrate.ts'
import { PAST } from '../../kernel/store/migrations/former.ts'
import { MIGRATIONS } from '../../kernel/store/migrations/index.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import type { CommandContext } from './context.ts'
import { type Check, run } from './doctor-check.ts'

const DAY = 86_400_000
const GIB = 1024 ** 3
/** Days of the certificate and free space, below which the doctor warns. */
const WARN = { certificateDays: 60, freeBytes: 5 * GIB } as const

export async function checkKeys(
  context: CommandContext,
  config: NodeConfig,
  checks: Check[],
  now: number,
): Promise<void> {
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

export async function checkDisk(config: NodeConfig, checks: Check[]): Promise<void> {
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
export async function checkData(config: NodeConfig, checks: Check[], now: number): Promise<boolean> {
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
export async function checkBackups(config: NodeConfig, checks: Check[]): Promise<void> {
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
      check,
      level: 'warn',
      act: 'operator',
      detail: `${purged} cases were purged since, and open in backups still`,
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
