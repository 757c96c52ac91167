/**
 * `adapters`: what each kind of adapter delivers to a system in a process of its own, beside a bare client of the same system; and what it
 * adds to a single packet.
 */
import { Database } from 'bun:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FrontTableConfigInput } from '../../adapters/front-table/config.ts'
import { adapterOn, driverOf, prepareFrontTable } from '../../adapters/front-table/front-table.ts'
import { POSTGRESQL_TABLES, SQLITE_TABLES, testConfig } from '../../adapters/front-table/test-system.ts'
import { createRestAdapter } from '../../adapters/rest/rest.ts'
import type { Adapter, Delivery } from '../../adapters/sdk/port.ts'
import { memoryState, sampleSubmit, testContext } from '../../adapters/sdk/test-kit.ts'
import { createSoapAdapter } from '../../adapters/soap/soap.ts'
import { startPostgresql } from '../support/database-servers.ts'
import { Child } from './child.ts'
import { median, percentiles } from './load.ts'
import { type Figure, type Findings, figure, type Group } from './report.ts'

export type AdaptersOptions = {
  rounds: number
  /** of a round */
  seconds: number
  /** before the first round, and how many single packets are timed */
  warmUp: number
  singles: number
  /** whether a PostgreSQL is started for it, whose commits are on the disk */
  server: boolean
  log: (line: string) => void
}

/** As many as a node hands over at a time. */
const PARALLEL = 8
/** Of a bare client of the same system, in packets a second. */
const AIM = 0.8

/** Packets a second of exchange tables. */
const TABLES_AIM = 1000

type Contender = { title: string; deliver: (delivery: Delivery) => Promise<void>; bare?: string }
type Opened = { contender: Contender; close: () => Promise<void> }

/** What the bare clients send: the very fields that the mappings send. */
const fieldsOf = ({ caseNo, body }: Delivery): Record<string, string> => {
  const { item, applicant } = body as { item: { code: string }; applicant: { name: string; idNumber: string } }
  return { caseNo, item: item.code, applicant: applicant.name, idNumber: applicant.idNumber }
}
const FIELDS = {
  caseNo: 'caseNo',
  item: 'body.item.code',
  applicant: 'body.applicant.name',
  idNumber: 'body.applicant.idNumber',
}
const envelope = (content: string): string =>
  `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>${content}</soapenv:Body></soapenv:Envelope>`
const register = (fields: Record<string, string>): string =>
  `<register xmlns="urn:approval">${Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</register>`

async function bare(url: string, key: string, type: string, body: string, number: RegExp): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type, 'idempotency-key': key, 'x-token': 'bench' },
    body,
  })
  if (!number.test(await response.text())) throw new Error('the system gave no number')
}

function adapted(title: string, adapter: Adapter, of?: string): Contender {
  const { context } = testContext({ now: Date.now(), state: memoryState() })
  return {
    title,
    ...(of === undefined ? {} : { bare: of }),
    async deliver(delivery) {
      const call = { ...context, deadline: Date.now() + 60_000, attempt: 0, now: Date.now }
      const result = await adapter.deliver(delivery, call)
      if (result.ok !== true || result.localCaseNo === undefined) throw new Error(`${title}: ${JSON.stringify(result)}`)
    },
  }
}

/** Those that speak HTTP, with a system at `url`. */
function callers(url: string): Record<string, Contender> {
  const auth = { scheme: 'header', name: 'x-token', secret: 'token' } as const
  const secrets = { token: 'bench' }
  return {
    bareJson: {
      title: 'a bare client, JSON',
      deliver: delivery =>
        bare(
          `${url}cases`,
          delivery.idempotencyKey,
          'application/json',
          JSON.stringify(fieldsOf(delivery)),
          /"number":"SY/,
        ),
    },
    rest: adapted(
      'rest',
      createRestAdapter({
        config: {
          baseUrl: url,
          auth,
          outcome: "code = '0' ? 'done'",
          register: { path: '/cases', body: FIELDS, response: { localCaseNo: 'number' } },
        },
        secrets,
      }),
      'bareJson',
    ),
    bareXml: {
      title: 'a bare client, SOAP',
      deliver: delivery =>
        bare(
          `${url}soap`,
          delivery.idempotencyKey,
          'text/xml; charset=utf-8',
          envelope(register(fieldsOf(delivery))),
          /<number>SY/,
        ),
    },
    soap: adapted(
      'soap',
      createSoapAdapter({
        config: {
          baseUrl: `${url}soap`,
          auth,
          outcome: "registerResponse.code = '0' ? 'done'",
          register: {
            body: register(Object.fromEntries(Object.entries(FIELDS).map(([name, path]) => [name, `{{ ${path} }}`]))),
            response: { localCaseNo: 'registerResponse.number' },
          },
        },
        secrets,
      }),
      'bareXml',
    ),
  }
}

type Tables = {
  title: string
  database: FrontTableConfigInput['database']
  secrets?: Record<string, string>
  sql: readonly string[]
}

/** One that writes rows; `stop` ends its database. */
async function openTables(
  { title, database, secrets = {}, sql }: Tables,
  stop: () => Promise<void>,
  folder: string,
): Promise<Opened> {
  const prepared = prepareFrontTable({ config: testConfig(database), secrets, folder })
  const driver = await driverOf(prepared.config.database, prepared.connecting)
  const connection = await driver.connect()
  for (const statement of sql) await connection.query({ sql: statement, values: [] })
  connection.destroy()
  const adapter = adapterOn(prepared, driver)
  const close = async () => {
    await adapter.close?.()
    await stop()
  }
  return { contender: adapted(title, adapter), close }
}

/** SQLite in a file, and a PostgreSQL of its own. */
async function openAllTables(folder: string, server: boolean): Promise<Record<string, Opened>> {
  const file = {
    title: 'front-table, SQLite',
    database: { dialect: 'sqlite' as const, file: join(folder, 'exchange.db') },
  }
  new Database(file.database.file, { create: true }).close()
  const tables = await openTables({ ...file, sql: SQLITE_TABLES }, async () => {}, folder)
  if (!server) return { sqlite: tables }
  const postgresql = await startPostgresql({ durable: true })
  const { port, user, password } = postgresql
  const database = {
    dialect: 'postgresql' as const,
    host: '127.0.0.1',
    port,
    user,
    database: await postgresql.fresh(),
    password: { secret: 'password' },
    connections: PARALLEL,
    tls: 'off' as const,
  }
  const given = { title: 'front-table, PostgreSQL', database, secrets: { password }, sql: POSTGRESQL_TABLES }
  return { sqlite: tables, postgresql: await openTables(given, postgresql.stop, folder) }
}

let made = 0
/** those for the system in a process of its own */
let asked = 0

/** The same, counted. */
const counted = (contenders: Record<string, Contender>): Record<string, Contender> =>
  Object.fromEntries(
    Object.entries(contenders).map(([name, { deliver, ...rest }]) => [
      name,
      {
        ...rest,
        deliver(delivery: Delivery) {
          asked++
          return deliver(delivery)
        },
      },
    ]),
  )
const next = (): Delivery => sampleSubmit(`bench ${++made}`)

/** Packets a second with as many under way as a node has. */
async function full({ deliver }: Contender, seconds: number): Promise<number> {
  const begun = performance.now()
  const until = begun + seconds * 1000
  let done = 0
  const lane = async () => {
    do {
      await deliver(next())
      done++
    } while (performance.now() < until)
  }
  await Promise.all(Array.from({ length: PARALLEL }, lane))
  return (done * 1000) / (performance.now() - begun)
}

/** ms of packets one after another. */
async function single({ deliver }: Contender, count: number): Promise<number[]> {
  const times: number[] = []
  for (let no = 0; no < count; no++) {
    const delivery = next()
    const begun = performance.now()
    await deliver(delivery)
    times.push(performance.now() - begun)
  }
  return times
}

export async function benchAdapters({
  rounds,
  seconds,
  warmUp,
  singles,
  server,
  log,
}: AdaptersOptions): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
  const system = new Child('./adapter-system.ts')
  let tables: Record<string, Opened> = {}
  try {
    const { url } = await system.call<{ url: string }>('start')
    tables = await openAllTables(folder, server)
    const all = [
      ...Object.entries(counted(callers(url))),
      ...Object.entries(tables).map(([name, { contender }]) => [name, contender] as const),
    ]
    const slow = counted(callers(`${url}slow/`))
    const rates = new Map<string, number[]>(all.map(([name]) => [name, []]))
    const slowRates = new Map<string, number[]>(all.map(([name]) => [name, []]))
    for (const [, contender] of all) await full(contender, warmUp)
    for (let round = 1; round <= rounds; round++) {
      for (const [name, contender] of all) {
        rates.get(name)?.push(await full(contender, seconds))
        const slowed = slow[name]
        if (slowed !== undefined) slowRates.get(name)?.push(await full(slowed, seconds))
      }
      log(`round ${round}: ${all.map(([name]) => `${name} ${Math.round(rates.get(name)?.at(-1) ?? 0)}/s`).join(', ')}`)
    }
    const groups: Record<string, Group> = {}
    const middles = new Map<string, number>()
    for (const [name, contender] of all) {
      const times = percentiles(await single(contender, singles))
      middles.set(name, times.p50)
      const own = rates.get(name) ?? []
      const ownSlow = slowRates.get(name) ?? []
      const shareOf = (rates: readonly number[], of: readonly number[]) =>
        rates.map((rate, round) => rate / (of[round] ?? median(of)))
      const figures: Record<string, Figure> = {
        packetsPerSecond: figure('packets taken at once', '/s', own, name in tables ? { aim: ['≥', TABLES_AIM] } : {}),
        ...(ownSlow.length === 0 ? {} : { slowPerSecond: figure('taken in 5 ms', '/s', ownSlow) }),
        p50: figure('one packet, p50', 'ms', [times.p50]),
        p95: figure('one packet, p95', 'ms', [times.p95]),
      }
      const { bare } = contender
      if (bare !== undefined) {
        const aim = ['≥', AIM] as const
        figures.ofBare = figure('of the bare client, at once', '', shareOf(own, rates.get(bare) ?? []), { aim })
        figures.slowOfBare = figure('of the bare client, in 5 ms', '', shareOf(ownSlow, slowRates.get(bare) ?? []), {
          aim,
        })
        figures.added = figure('added to one packet, p50', 'ms', [times.p50 - (middles.get(bare) ?? 0)], {
          least: -1000,
        })
      }
      groups[name] = { title: contender.title, figures }
    }
    const effects = await system.call<number>('effects')
    if (effects !== asked) throw new Error(`${asked} packets, ${effects} effects`)
    return {
      title: 'Adapters (适配器)',
      rounds,
      settings: { 'seconds a round': seconds, 'at a time': PARALLEL, 'single packets': singles },
      table: 'rows',
      groups,
      notes: [
        'From a delivery without materials to the number that the system gave for it. The system remembers keys in the memory of a process of its own, on this machine; contenders run in alternating rounds. A system that answers at once shows what the program itself takes; one in use takes some ms for a registration.',
        'A bare client sends the same fields under the same key by `fetch`, and looks for the number in the text of the answer: no mapping, no rules, no bounds, no deadline.',
        'Each packet had one effect: counted at the system. Exchange tables hold what a packet is in one transaction; a commit of PostgreSQL is on the disk before it is told.',
      ],
    }
  } finally {
    for (const { close } of Object.values(tables)) await close()
    await system.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
