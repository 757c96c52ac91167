/**
 * The demo (演示): two cities in two processes with embedded stores, a fake approval system behind the second one, and one
 * case that crosses them by the public API alone. `--once` ends after the case; `--json` prints a summary as the last line.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { type Client, createClient } from '../../node/cli/client.ts'
import { verifyBundle } from '../../node/evidence/verify.ts'
import { type ExampleCity, exampleCities, exampleItems } from '../data/load.ts'
import { type Running, run, start } from './processes.ts'
import { scan } from './scan.ts'

const { values: flags } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    folder: { type: 'string', default: 'demo' },
  },
})
/** Token between Shiyan's node and its approval system; a real one comes from the system's operator. */
const APPROVAL_TOKEN = 'token-of-the-demo'
const folder = resolve(flags.folder)
const begun = performance.now()
const say = (line = ''): void => {
  if (!flags.json) console.log(line)
}
const seconds = (): string => `${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s`
const step = (line: string): void => say(`${seconds()}  ${line}`)

type City = ExampleCity & { folder: string; node: Running<{ url: string }>; administrator: Client; clerk: Client }
type Timeline = { kind: string; city: string; at: string; status: string; receiptedAt: string | null }[]
type Case = {
  thread: string
  caseNo: string
  localCaseNo: string | null
  state: string
  stateName: string
  outcome: string | null
  timeline: Timeline
}

const running: Running<unknown>[] = []
const stopAll = async (): Promise<void> => {
  for (const process of running.splice(0).reverse()) await process.stop()
}

/** A city from nothing: keys and certificate, config, store, accounts; then its node. */
async function openCity(city: ExampleCity, adapter: object | null): Promise<City> {
  const home = join(folder, city.code)
  const env = { TONGBAN_PASSPHRASE: `demo of ${city.code}`, APPROVAL_TOKEN }
  const identity = ['--code', city.code, '--name', city.name, '--authority', city.authority]
  await run(
    'node/main.ts',
    [
      'init',
      ...identity,
      '--folder',
      home,
      '--http-port',
      '0',
      '--p2p-listen',
      '/ip4/127.0.0.1/tcp/0',
      '--with-clerk',
      '--json',
    ],
    env,
  )
  const configPath = join(home, 'tongban.json')
  if (adapter !== null)
    await writeFile(
      configPath,
      JSON.stringify({ ...JSON.parse(await readFile(configPath, 'utf8')), adapter, pollSeconds: 0.5 }, null, 2),
    )
  const node = await start<{ url: string }>('node/main.ts', ['start', '--config', configPath, '--json'], {
    env: { ...env, TONGBAN_LOG_LEVEL: 'warning', TONGBAN_LOG_FORMAT: 'text' },
    log: line => say(`         [${city.name}] ${line}`),
  })
  running.push(node)
  const client = async (who: string) =>
    createClient({ url: node.ready.url, token: (await readFile(join(home, 'data', `${who}.token`), 'utf8')).trim() })
  return { ...city, folder: home, node, administrator: await client('administrator'), clerk: await client('clerk') }
}

/** Waits for the other city; the nodes' own events make it quick. */
async function until<T>(what: string, check: () => Promise<T | null | false>): Promise<T> {
  for (const end = performance.now() + 60_000; performance.now() < end; ) {
    const value = await check()
    if (value !== null && value !== false) return value
    await new Promise(wake => setTimeout(wake, 50))
  }
  throw new Error(`not within a minute: ${what}`)
}

async function pair(ankang: City, shiyan: City): Promise<void> {
  const { invite } = await ankang.administrator.post<{ invite: string }>('/api/v1/invites', { hours: 1 })
  const there = await shiyan.administrator.post<{ words: string[] }>('/api/v1/partners/accept', { invite })
  const { items } = await ankang.administrator.get<{ items: { code: string; words: string[] }[] }>('/api/v1/partners')
  const here = items.find(partner => partner.code === shiyan.code)
  if (here?.words.join() !== there.words.join()) throw new Error('the verification words differ')
  step(`words compared 核对词一致: ${there.words.join(' · ')}`)
  await ankang.administrator.post(`/api/v1/partners/${shiyan.code}/confirm`)
  await shiyan.administrator.post(`/api/v1/partners/${ankang.code}/confirm`)
}

async function publish(ankang: City, shiyan: City): Promise<void> {
  for (const city of [ankang, shiyan]) {
    const list = await city.administrator.put<{ version: number; count: number }>('/api/v1/services', {
      items: await exampleItems(city),
    })
    step(`${city.name} published its service list 发布事项清单: ${list.count} items, version ${list.version}`)
  }
  type Listing = { list: { count: number } | null }
  await until(
    'the list arrives',
    async () => (await ankang.clerk.get<Listing>(`/api/v1/partners/${shiyan.code}/services?limit=1`)).list,
  )
}

async function agree(ankang: City, shiyan: City): Promise<void> {
  const both = [
    [ankang, shiyan],
    [shiyan, ankang],
  ] as const
  const items = await Promise.all(
    both.map(async ([collecting, handling]) =>
      (await exampleItems(handling)).map(({ taskCode, taskName, modes }) => ({
        taskCode,
        taskName,
        modes,
        handling: handling.code,
        collecting: [collecting.code],
      })),
    ),
  )
  const year = new Date().getFullYear()
  const proposed = await shiyan.administrator.post<{ thread: string }>('/api/v1/agreements', {
    v: 1,
    title: `${shiyan.name}与${ankang.name}政务服务“跨省通办”合作协议`,
    parties: [shiyan, ankang].map(({ code, name, authority }) => ({ code, name, authority })),
    items: items.flat(),
    clock: {},
    mailing: 'handling',
    archive: 'handling',
    purgeDays: 90,
    dispute: '双方协商解决；协商不成的，报请共同的上级政务服务管理机构处理',
    validFrom: `${year}-01-01`,
    validTo: `${year + 2}-12-31`,
  })
  const path = `/api/v1/agreements/${proposed.thread}`
  await until('the proposal arrives', () => ankang.administrator.get(path).catch(() => null))
  await ankang.administrator.post(`${path}/sign`)
  await until(
    'both signatures are there',
    async () => (await shiyan.administrator.get<{ state: string }>(path)).state === 'active',
  )
  step(`agreement signed by both city certificates 协议双方已签署: ${items.flat().length} items`)
}

async function submit(ankang: City, shiyan: City): Promise<Case> {
  const item = (await exampleItems(shiyan)).find(entry => entry.taskName === '出具贷款职工住房公积金缴存使用证明')
  if (item === undefined) throw new Error('the example item is gone')
  const upload = (name: string) =>
    ankang.clerk.upload<{ sha256: string }>('/api/v1/materials', new Blob([scan(name)]), 'application/pdf')
  const [card, form] = [await upload('ID card of the example'), await upload('application form of the example')]
  return ankang.clerk.post<Case>('/api/v1/cases', {
    to: shiyan.code,
    item: item.taskCode,
    mode: 1,
    // A made-up person; the number is the sample of GB 11643 itself.
    applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
    form: { reason: '在安康购房，需十堰公积金缴存证明' },
    materials: [
      { sha256: card.sha256, code: 'M01', name: '身份证.pdf', form: 'electronic', pages: 1 },
      { sha256: form.sha256, code: 'M02', name: '申请表.pdf', form: 'electronic', pages: 1 },
    ],
    window: '跨省通办窗口 3 号',
    consent: { text: 'gzs-2026-01', acceptedAt: new Date().toISOString() },
  })
}

/** Prints each hop of the timeline when it happens, until the case has ended on both sides and all is receipted. */
async function follow(ankang: City, shiyan: City, thread: string): Promise<Case> {
  const names = new Map([ankang, shiyan].map(city => [city.code, city.name]))
  let shown = 0
  return until('the case ends', async () => {
    const here = await ankang.clerk.get<Case>(`/api/v1/cases/${thread}`)
    for (const entry of here.timeline.slice(shown)) {
      shown++
      step(`  ${names.get(entry.city) ?? entry.city}  ${entry.kind.padEnd(22)} ${entry.at.slice(11, 19)} UTC`)
    }
    if (here.state !== 'closed' && here.state !== 'refused') return null
    const there = await shiyan.clerk.get<Case>(`/api/v1/cases/${thread}`)
    const receipted = (entry: Timeline[number]) => entry.status === 'stored' && entry.receiptedAt !== null
    return [...here.timeline, ...there.timeline].every(receipted) && here
  })
}

async function main(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const cities = await exampleCities()
  const named = (code: string) => {
    const city = cities.find(entry => entry.code === code)
    if (city === undefined) throw new Error(`no example city ${code}`)
    return city
  }
  say('tongban 通办: one case crosses two cities 一件跨省通办办件\n')
  const approval = await start<{ url: string }>(
    'examples/approval-system/main.ts',
    ['--port', '0', '--data', join(folder, 'approval.db')],
    {
      env: { APPROVAL_TOKEN },
      log: line => say(`         [approval system] ${line}`),
    },
  )
  running.push(approval)
  step(`approval system of Shiyan 十堰市审批系统: ${approval.ready.url}`)
  const ankang = await openCity(named('610900'), null)
  const shiyan = await openCity(named('420300'), {
    kind: 'rest',
    mapping: resolve('examples/approval-system/mapping.json'),
    baseUrl: approval.ready.url,
    secrets: { approvalToken: { env: 'APPROVAL_TOKEN' } },
  })
  step(`nodes are up 节点已启动: ${ankang.name} ${ankang.node.ready.url}, ${shiyan.name} ${shiyan.node.ready.url}`)
  await pair(ankang, shiyan)
  await publish(ankang, shiyan)
  await agree(ankang, shiyan)
  const submitted = await submit(ankang, shiyan)
  step(`case submitted at a window in ${ankang.name} 办件已提交: ${submitted.caseNo}`)
  const ended = await follow(ankang, shiyan, submitted.thread)
  step(
    `case ended 办结: ${ended.stateName} ${ended.outcome ?? ''}, ${shiyan.name}'s number 本地编号 ${ended.localCaseNo ?? '-'}`,
  )

  const path = join(folder, `evidence-${submitted.caseNo}.zip`)
  const bundle = await ankang.clerk.download(`/api/v1/cases/${submitted.thread}/evidence`)
  await pipeline(Readable.fromWeb(bundle as never), createWriteStream(path, { mode: 0o600 }))
  const identities = await Promise.all(
    [ankang, shiyan].map(city => city.administrator.get<{ fingerprint: string }>('/api/v1/identity')),
  )
  const report = await verifyBundle(path, { fingerprints: identities.map(identity => identity.fingerprint) })
  step(
    `evidence 证据包 ${report.ok ? 'verified 验证通过' : 'FAILED 验证失败'}: ${report.packets} packets, ${report.receipts} receipts`,
  )
  for (const finding of report.findings) say(`         ${finding.level} ${finding.file}: ${finding.en} ${finding.zh}`)

  const succeeded = ended.state === 'closed' && ended.outcome === 'granted' && report.ok
  const summary = {
    caseId: submitted.thread,
    state: ended.state,
    outcome: ended.outcome,
    packets: report.packets,
    receipts: report.receipts,
    localCaseNo: ended.localCaseNo,
    evidence: path,
    ms: Math.round(performance.now() - begun),
  }
  if (flags.once || !succeeded) {
    await stopAll()
    process.exitCode = succeeded ? 0 : 1
    if (flags.json) console.log(JSON.stringify(summary))
    return
  }
  if (flags.json) console.log(JSON.stringify(summary))
  say('\nThe nodes stay up; Ctrl-C ends them. 节点保持运行，按 Ctrl-C 结束。')
  for (const city of [ankang, shiyan]) {
    const token = (who: string) => join(city.folder, 'data', `${who}.token`)
    say(`\n${city.name} ${city.code}`)
    say(`  API reference 接口文档  ${city.node.ready.url}/reference`)
    say(`  administrator 管理员    token in ${token('administrator')}`)
    say(`  clerk 窗口人员          token in ${token('clerk')}`)
  }
  say(`\nApproval system 审批系统 ${approval.ready.url}`)
  say(`Evidence 证据包          ${path}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      void stopAll().then(() => process.exit(0))
    })
  }
}

main().catch(async error => {
  console.error(error instanceof Error ? error.message : error)
  await stopAll()
  process.exit(1)
})
