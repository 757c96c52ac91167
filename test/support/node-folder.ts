/** Makes the folder of a node for tests and benches: config, keys, store, one person with every role. */
import { randomBytes, randomUUID } from 'node:crypto'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { selfIssue } from '../../certs/index.ts'
import { createPeople } from '../../node/city/people/people.ts'
import { type ConfigFile, type NodeConfig, parseConfig } from '../../node/kernel/config/config.ts'
import { createKeyStore, type Keys, newDataKey, newKey } from '../../node/kernel/keys/keystore.ts'
import { createAudit } from '../../node/kernel/records/audit.ts'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'
import { ROLES } from '../../protocol/rights/roles.ts'
import { FEW_ROUNDS, testKey } from './keys.ts'
import { templateStore } from './store.ts'

export type CityName = { code: string; name: string; authority: string }
export const ANKANG: CityName = { code: '610900', name: '安康市', authority: '安康市行政审批服务局' }
export const SHIYAN: CityName = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }

export const PASSPHRASE = 'test passphrase 测试口令'

export type NodeFolder = {
  folder: string
  configPath: string
  config: NodeConfig
  /** of a person with every role */
  token: string
}

/** Ports of 0 are picked by the system at each start; give fixed ones when a partner must find the node again. */
export async function makeNodeFolder(
  folder: string,
  city: CityName,
  options: { httpPort: number; p2pPort: number; rest?: Partial<Record<keyof ConfigFile, unknown>> },
): Promise<NodeFolder> {
  await mkdir(join(folder, 'data'), { recursive: true, mode: 0o700 })
  const file = {
    city,
    http: { port: options.httpPort },
    p2p: { listen: [`/ip4/127.0.0.1/tcp/${options.p2pPort}`] },
    // One person has every role.
    rights: { separateDecision: false, separateAdministrators: false },
    log: { level: 'warning', format: 'text' },
    ...options.rest,
  }
  const configPath = join(folder, 'tongban.json')
  await writeFile(configPath, JSON.stringify(file, null, 2), { mode: 0o600 })
  const config = parseConfig(file, folder)
  const keyPem = testKey()
  const certificate = selfIssue(city, { keyPem, now: Date.now(), serial: randomBytes(16) })
  const keys: Keys = {
    v: 1,
    packetKeys: [{ ...(await newKey()), state: 'current' }],
    peerKey: await newKey(),
    dataKey: newDataKey(),
  }
  const contents = { keys, city: { keyPem, chain: [certificate] } }
  await createKeyStore(join(config.data, 'keys'), PASSPHRASE, contents, FEW_ROUNDS)
  const store = join(config.data, 'tongban.db')
  await copyFile(await templateStore(), store)
  const db = openSqlite(store)
  const audit = createAudit({ database: db, now: Date.now })
  const people = createPeople({ database: db, audit, now: Date.now, ids: randomUUID, random: randomBytes })
  const { token } = await people.create('cli', {
    name: 'test',
    roles: [...ROLES],
    departments: null,
    windows: null,
    expiresAt: null,
  })
  await db.close()
  return { folder, configPath, config, token }
}
