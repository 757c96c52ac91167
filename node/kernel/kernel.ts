/** The folder of a node (数据目录), locked, with its keys and its store, and the ground that stands on it. */
import { join } from 'node:path'
import type { Clock } from './clock.ts'
import type { NodeConfig } from './config/config.ts'
import { createGround } from './ground.ts'
import { type KeyStore, openKeyStore } from './keys/keystore.ts'
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
  passphrase: string
  /** the key store under the passphrase, when whoever starts the node began to open it already */
  keyStore?: Promise<KeyStore> | undefined
  openStore: typeof openSqlite
  clock: Clock
  telemetry: Telemetry
  life: Lifecycle
}

/** Problems: `config.invalid`, `keystore.*`, `store.*`: what keeps a node from starting. */
export async function openKernel(parts: KernelParts) {
  const { config, passphrase, openStore, clock, telemetry, life } = parts
  const log = telemetry.log('node')
  const keyStore = await (parts.keyStore ?? openKeyStore(join(config.data, 'keys'), passphrase))
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
