/** Entry of the program; the only place that ends the process. Stand-in until the commands are complete. */

import { randomBytes, randomUUID } from 'node:crypto'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ProblemError } from '../protocol/problem.ts'
import { fail } from './cli/output.ts'
import { loadConfig, parseConfig, readPassphrase } from './config/config.ts'

const [command = 'help', ...args] = process.argv.slice(2)

async function start(): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { config: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const config = await loadConfig(values.config, process.env)
  const { startLogging } = await import('./telemetry/log.ts')
  startLogging(config.log)
  const passphrase = await readPassphrase(process.env)
  if (passphrase === null) throw new ProblemError('config.invalid', 'set TONGBAN_PASSPHRASE_FILE')
  const { startNode } = await import('./node.ts')
  const node = await startNode({ config, passphrase })
  console.log(
    values.json
      ? JSON.stringify({ ready: true, url: node.url, peer: node.peer, addresses: node.addresses })
      : `${node.city.name} ${node.url}`,
  )
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      void node.stop().then(() => process.exit(0))
    })
  }
}

async function init(): Promise<void> {
  const text = { type: 'string' } as const
  const { values: v } = parseArgs({
    args,
    options: {
      code: text,
      name: text,
      authority: text,
      folder: { ...text, default: '.' },
      'http-port': text,
      'p2p-listen': text,
      'with-clerk': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      approval: { ...text, default: 'workbench' },
      mapping: text,
      'base-url': text,
    },
  })
  const folder = resolve(v.folder)
  const file = {
    city: { code: v.code, name: v.name, authority: v.authority },
    http: { port: Number(v['http-port'] ?? 8420) },
    p2p: { listen: [v['p2p-listen'] ?? '/ip4/0.0.0.0/tcp/8421'] },
    adapter:
      v.approval === 'rest' ? { kind: 'rest', mapping: v.mapping, baseUrl: v['base-url'] } : { kind: 'workbench' },
  }
  const config = parseConfig(file, folder)
  const path = join(folder, 'tongban.json')
  if (
    await access(path).then(
      () => true,
      () => false,
    )
  )
    throw new ProblemError('request.conflict', path)
  const passphrase = await readPassphrase(process.env)
  if (passphrase === null) throw new ProblemError('config.invalid', 'set TONGBAN_PASSPHRASE_FILE')
  const { generateKey, selfIssue } = await import('../certs/index.ts')
  const { createKeyStore, newDataKey, newKey } = await import('./identity/keystore.ts')
  const { openSqlite } = await import('./store/sqlite.ts')
  const { migrate } = await import('./store/migrate.ts')
  const { MIGRATIONS } = await import('./store/migrations/index.ts')
  const { createPeople } = await import('./people/people.ts')
  const { createAudit } = await import('./audit/audit.ts')
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  await writeFile(path, JSON.stringify(file, null, 2), { mode: 0o600 })
  const keyPem = await generateKey()
  const pem = selfIssue(config.city, { keyPem, now: Date.now(), serial: randomBytes(16) })
  await createKeyStore(join(config.data, 'keys'), passphrase, {
    keys: {
      v: 1,
      packetKeys: [{ ...(await newKey()), state: 'current' }],
      peerKey: await newKey(),
      dataKey: newDataKey(),
    },
    city: { keyPem, chain: [pem] },
  })
  const db = openSqlite(join(config.data, 'tongban.db'))
  await migrate(db, MIGRATIONS, Date.now)
  const people = createPeople({
    database: db,
    audit: createAudit({ database: db, now: Date.now }),
    now: Date.now,
    ids: randomUUID,
    random: randomBytes,
  })
  for (const role of v['with-clerk'] ? (['administrator', 'clerk'] as const) : (['administrator'] as const)) {
    const { token } = await people.create('cli', { name: role, roles: [role], expiresAt: null })
    await writeFile(join(config.data, `${role}.token`), `${token}\n`, { mode: 0o600 })
  }
  await db.close()
}

const commands: Record<string, () => Promise<void>> = { start, init }
const run = commands[command]
if (run === undefined) console.log('tongban start|init')
else
  run().catch(error => {
    fail(error, false)
    process.exit(1)
  })
