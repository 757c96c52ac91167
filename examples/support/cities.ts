/** What the examples do with cities, by the commands and the public API alone: open, pair, publish, agree, follow, keep evidence. */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { verifyBundle } from '../../node/city/records/evidence/verify.ts'
import type { CaseDetail } from '../../node/edges/client/api.generated.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { pairByInvite } from '../../node/edges/client/words.ts'
import type { AgreementDocumentInput } from '../../protocol/agreement/document.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import type { ExampleCity } from '../data/load.ts'
import { giveAccount } from './accounts.ts'
import { type Running, run, start } from './processes.ts'

export type City = ExampleCity & {
  folder: string
  node: Running<{ url: string }>
  administrator: Client
  clerk: Client
}
export type CityOptions = {
  /** holds the folders of the cities */
  folder: string
  env?: Record<string, string>
  /** of the config file, such as `adapter` */
  settings?: object
  log: (line: string) => void
  /** starts the node of a config file; a process of its own when absent */
  launch?: Launch
}
export type Launch = (config: string, secrets: Record<string, string>) => Promise<Running<{ url: string }>>

/** A city from nothing: keys and certificate, config, store, accounts; then its node. */
export async function openCity(
  city: ExampleCity,
  { folder, env = {}, settings = {}, log, launch }: CityOptions,
): Promise<City> {
  const home = join(folder, city.code)
  const secrets = { TONGBAN_PASSPHRASE: `demo of ${city.code}`, ...env }
  await run(
    'node/main.ts',
    [
      'init',
      '--code',
      city.code,
      '--name',
      city.name,
      '--authority',
      city.authority,
      '--folder',
      home,
      '--http-port',
      '0',
      '--p2p-listen',
      '/ip4/127.0.0.1/tcp/0',
      '--with-clerk',
      '--json',
    ],
    secrets,
  )
  const config = join(home, 'tongban.json')
  const written = JSON.parse(await readFile(config, 'utf8')) as object
  // One clerk plays everybody at the window and in the departments.
  const rights = { separateDecision: false }
  await writeFile(config, JSON.stringify({ ...written, rights, ...settings }, null, 2))
  const process: Launch = () =>
    start('node/main.ts', ['start', '--config', config, '--json'], {
      env: { ...secrets, TONGBAN_LOG_LEVEL: 'warning', TONGBAN_LOG_FORMAT: 'text' },
      log: line => log(`[${city.name}] ${line}`),
    })
  const node = await (launch ?? process)(config, secrets)
  const client = async (who: string) =>
    createClient({ url: node.ready.url, token: (await readFile(join(home, 'data', `${who}.token`), 'utf8')).trim() })
  return { ...city, folder: home, node, administrator: await client('administrator'), clerk: await client('clerk') }
}

/** What people of a city sign in with at its console. */
export type Account = { account: string; password: string }

/** Gives the administrator and the clerk of a city an account each, with a password that they chose. */
export async function openAccounts({ administrator }: City): Promise<Account[]> {
  const { items } = await administrator.listPeople()
  const accounts: Account[] = []
  for (const { id, name } of items) {
    const account = { account: name, password: `Demo-${randomBytes(4).toString('hex')}` }
    await giveAccount(administrator, id, account)
    accounts.push(account)
  }
  return accounts
}

/** Waits, two minutes at most, until `check` gives something. */
export async function until<T>(what: string, check: () => Promise<T | null | false>): Promise<T> {
  for (const end = performance.now() + 120_000; performance.now() < end; ) {
    const value = await check()
    if (value !== null && value !== false) return value
    await new Promise(wake => setTimeout(wake, 50))
  }
  throw new Error(`not within two minutes: ${what}`)
}

/** Pairs two cities by an invite; gives back the words that both administrators compared. */
export const pair = (inviting: City, accepting: City): Promise<string[]> =>
  pairByInvite(
    { client: inviting.administrator, code: inviting.code },
    { client: accepting.administrator, code: accepting.code },
  )

export const publish = (city: City, items: readonly ServiceItem[]): Promise<{ version: number; count: number }> =>
  city.administrator.publishServices({ body: { items: [...items] } })

/** Waits until `city` holds the list that `partner` published. */
export const listArrives = (city: City, partner: City): Promise<unknown> =>
  until(
    `the list of ${partner.name} at ${city.name}`,
    async () => (await city.clerk.listPartnerServices({ params: { code: partner.code }, query: { limit: 1 } })).list,
  )

/** An agreement on all items of both cities, each handled by one for the other; signed by both. How many items. */
export async function agree(
  proposing: City,
  signing: City,
  itemsOf: (city: City) => readonly ServiceItem[],
  terms: Partial<AgreementDocumentInput> = {},
): Promise<number> {
  const items = [[proposing, signing] as const, [signing, proposing] as const].flatMap(([handling, collecting]) =>
    itemsOf(handling).map(({ taskCode, taskName, modes }) => ({
      taskCode,
      taskName,
      modes,
      handling: handling.code,
      collecting: [collecting.code],
    })),
  )
  const year = new Date().getFullYear()
  const {
    agreements: [proposed],
  } = await proposing.administrator.proposeAgreement({
    body: {
      v: 1,
      title: `${proposing.name}与${signing.name}政务服务“跨省通办”合作协议`,
      parties: [proposing, signing].map(({ code, name, authority }) => ({ code, name, authority })),
      items,
      clock: {},
      mailing: 'handling',
      archive: 'handling',
      purgeDays: 90,
      dispute: '双方协商解决；协商不成的，报请共同的上级政务服务管理机构处理',
      validFrom: `${year}-01-01`,
      validTo: `${year + 2}-12-31`,
      ...terms,
    },
  })
  if (proposed === undefined) throw new Error('nothing was proposed')
  const params = { thread: proposed.thread }
  await until('the proposal arrives', () => signing.administrator.getAgreement({ params }).catch(() => null))
  await signing.administrator.signAgreement({ params })
  await until(
    'both signatures are there',
    async () => (await proposing.administrator.getAgreement({ params })).state === 'active',
  )
  return items.length
}

/** Waits until the result of a case (结果文件) is here too, when it came as a file; its hash and size. */
export async function resultOf(city: City, thread: string): Promise<{ sha256: string; bytes: number } | null> {
  const { bodies } = await city.clerk.readCaseBodies({ params: { thread } })
  const [sha256] = bodies.flatMap(({ body }) => (body as { documents?: string[] } | null)?.documents ?? [])
  if (sha256 === undefined) return null
  const file = await until('the result', () =>
    city.clerk.downloadMaterial({ params: { sha256 }, query: { thread } }).catch(() => null),
  )
  return { sha256, bytes: (await new Response(file).arrayBuffer()).byteLength }
}

/** Whether every packet of the timeline is stored by the other city, and its receipt here. */
export const allReceipted = (timeline: CaseDetail['timeline']): boolean =>
  timeline.every(entry => entry.status === 'stored' && entry.receiptedAt !== null)

/** Writes the evidence of a case into the file and verifies it against the certificates of both cities. */
export async function keepEvidence(path: string, thread: string, cities: readonly [City, City]) {
  const bundle = await cities[0].clerk.exportEvidence({ params: { thread } })
  await pipeline(Readable.fromWeb(bundle as never), createWriteStream(path, { mode: 0o600 }))
  const identities = await Promise.all(cities.map(city => city.administrator.getIdentity()))
  return verifyBundle(path, { fingerprints: identities.map(identity => identity.fingerprint) })
}
