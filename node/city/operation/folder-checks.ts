/** What is seen of the folder of a node (数据目录体检), whether it runs or not: room, certificate, backups. */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError } from '../../../protocol/problem.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { storeIdentity } from '../../kernel/store/apart.ts'
import type { Database } from '../../kernel/store/database.ts'
import { openKeyFile } from '../../kernel/store/key-file.ts'
import { readBackups } from '../cases/backups.ts'
import { type Check, run } from './check.ts'

const DAY = 86_400_000
const GIB = 1024 ** 3
/** Days of the certificate and free space, below which a warning is given. */
const WARN = { certificateDays: 60, freeBytes: 5 * GIB } as const

/** How long the certificate holds; both ms. */
export function checkValidity(notAfter: number, now: number, checks: Check[]): void {
  const left = notAfter - now
  const days = `${Math.floor(left / DAY)} days left`
  if (left >= WARN.certificateDays * DAY) checks.push({ check: 'validity 证书有效期', level: 'ok', detail: days })
  else {
    checks.push({
      check: 'validity 证书有效期',
      level: left < 0 ? 'fail' : 'warn',
      detail: left < 0 ? 'certificate.expired: it ran out' : days,
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

/** The newest backup, the keys that it needs, and what was purged since and opens with them still. */
export async function checkBackups(
  config: NodeConfig,
  purgedSince: (at: number) => Promise<number>,
  checks: Check[],
): Promise<void> {
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
  const purged = await purgedSince(Date.parse(newest.at))
  if (purged > 0)
    checks.push({
      check,
      level: 'warn',
      act: 'operator',
      detail: `${purged} cases were purged since, and open in backups still`,
      cure: 'Back up again: tongban backup replaces the keys',
    })
}

/** How many cases were purged after an instant, ms. */
export async function countPurged(db: Pick<Database, 'query'>, at: number): Promise<number> {
  const [row] = await db.query<{ n: number }>('SELECT count(*) AS n FROM cases WHERE purged_at > ?', [at])
  return row?.n ?? 0
}
