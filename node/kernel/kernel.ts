/** The folder of a node (数据目录), locked, with its keys and its store, and the ground that stands on it. */
import { join } from 'node:path'
import type { Clock } from './clock.ts'
import type { NodeConfig } from './config/config.ts'
import { createGround } from './ground.ts'
import type { KeyStore } from './keys/keystore.ts'
import type { Lifecycle } from './lifecycle.ts'
import { lockFolder } from './store/lock.ts'
import { migrate } from './store/migrate.ts'
import { PAST } from './store/migrations/former.ts'
import { MIGRATIONS } from './store/migrations/index.ts'
import { createSpace, freeBytes } from './store/space.ts'
import type { openSqlite } from './store/sqlite.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

export type Kernel = Awaited<ReturnType<typeof openKernel>>

export type KernelParts = {
  config: NodeConfig
  /** as it is being opened */ opening: Promise<KeyStore>
  openStore: typeof openSqlite
  clock: Clock
  telemetry: Telemetry
  life: Lifecycle
}

/** Problems: `config.invalid`, `keystore.*`, `store.*`: what keeps a node from starting. */
export async function openKernel({ config, opening, openStore, clock, telemetry, life }: KernelParts) {
  const log = telemetry.log('node')
  const keyStore = await opening
  life.add('lock', lockFolder(config.data))
  const storePath = join(config.data, 'tongban.db')
  const db = openStore(storePath, { report: error => log.error('after a commit', {}, error) })
  life.add('store', () => db.close())
  await migrate(db, MIGRATIONS, clock.now, PAST)
  const space = createSpace({
    free: () => freeBytes(config.data),
    floor: config.quotas.freeMB * 1e6,
    now: clock.now,
  })
  return { ...createGround({ db, clock, telemetry }), config, keyStore, storePath, space }
}
