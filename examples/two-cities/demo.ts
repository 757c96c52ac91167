/**
 * The demo (演示): two cities in two processes with embedded stores, a fake approval system behind the second one, and one
 * case that crosses them by the public API alone. `--once` ends after the case; `--json` prints a summary as the last line.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Case, CaseDetail } from '../../node/edges/client/api.generated.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { exampleCity, exampleItems } from '../data/load.ts'
import {
  agree,
  allReceipted,
  type City,
  keepEvidence,
  listArrives,
  openAccounts,
  openCity,
  pair,
  publish,
  resultOf,
  until,
} from '../support/cities.ts'
import { flagsOf } from '../support/flags.ts'
import { type Running, start } from '../support/processes.ts'
import { scanned, scansOf } from '../support/scan.ts'

const flags = flagsOf(
  {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    folder: { type: 'string', default: 'demo' },
  },
  '--once, --json, --folder PATH',
)
/** Token between Shiyan's node and its approval system; a real one comes from the system's operator. */
const APPROVAL_TOKEN = 'token-of-the-demo'
/** The item of the case that is told hop by hop. */
const TOLD = '出具贷款职工住房公积金缴存使用证明'
const folder = resolve(flags.folder)
const begun = performance.now()
const say = (line = ''): void => {
  if (!flags.json) console.log(line)
}
const seconds = (): string => `${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s`
const step = (line: string): void => say(`${seconds()}  ${line}`)

const running: Running<unknown>[] = []
const stopAll = async (): Promise<void> => {
  for (const process of running.splice(0).reverse()) await process.stop()
}

/** People of the example: made up, with numbers that hold by GB 11643 and belong to nobody. */
const PEOPLE = [
  { name: '陈小满', idNumber: '11010519491231002X' },
  { name: '王桂英', idNumber: numberOf('61090219620504', '128') },
  { name: '李建国', idNumber: numberOf('61090219580917', '317') },
  { name: '赵雪梅', idNumber: numberOf('61092119790122', '264') },
] as const

/** A number of 18 places: 17 digits and the one that checks them. */
function numberOf(begin: string, order: string): string {
  const digits = `${begin}${order}`
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11), 0)
  return `${digits}${'10X98765432'[sum % 11]}`
}

const scans = new Map<string, string>()
/** A scan with a text, uploaded once in each city; its hash. */
async function scannedOnce(city: City, text: string): Promise<string> {
  const key = `${city.code} ${text}`
  const before = scans.get(key)
  if (before !== undefined) return before
  const sha256 = await scanned(city, text)
  scans.set(key, sha256)
  return sha256
}

/** A case that the window of one city takes in for another one. */
async function submit(from: City, to: City, item: ServiceItem, applicant: (typeof PEOPLE)[number]): Promise<Case> {
  const materials = await scansOf(item, code => scannedOnce(from, `${code} of the example`))
  return from.clerk.submitCase({
    body: {
      to: to.code,
      item: item.taskCode,
      mode: 1,
      applicant: { type: '1', name: applicant.name, idType: '111', idNumber: applicant.idNumber, phone: '13900000000' },
      form: { reason: `在${from.name.replace(/市$/, '')}居住，需在${to.name.replace(/市$/, '')}办理` },
      materials,
      window: '跨省通办窗口 3 号',
      consent: { text: 'gzs-2026-01', acceptedAt: new Date().toISOString() },
    },
  })
}

/** Items of a person at another window, with materials. */
const usual = (items: readonly ServiceItem[]): ServiceItem[] =>
  items.filter(
    ({ modes, serverType, materials, taskName }) =>
      modes.includes(1) && serverType.includes('1') && taskName !== TOLD && materials.length > 0,
  )

/** More cases than the one that is told hop by hop, so that each page of the consoles has something to show. */
async function moreCases(ankang: City, shiyan: City, items: readonly ServiceItem[]): Promise<number> {
  const wanted = usual(items).slice(0, 12)
  for (const [index, item] of wanted.entries()) {
    const applicant = PEOPLE[index % PEOPLE.length]
    if (applicant !== undefined) await submit(ankang, shiyan, item, applicant)
  }
  return wanted.length
}

/** Cases the other way: 安康 has no approval system, so they stay where its clerk leaves them. */
async function openCases(ankang: City, shiyan: City, items: readonly ServiceItem[]): Promise<number> {
  const wanted = usual(items).slice(0, 6)
  for (const [index, item] of wanted.entries()) {
    const applicant = PEOPLE[index % PEOPLE.length]
    if (applicant === undefined) continue
    const { thread } = await submit(shiyan, ankang, item, applicant)
    await until(`the case at ${ankang.name}`, async () => {
      const found = await ankang.clerk.getCase({ params: { thread } }).catch(() => null)
      return found?.state === 'arrived'
    })
    const params = { thread }
    const [first] = item.materials
    if (index === 1 && first !== undefined)
      await ankang.clerk.requestSupplementCase({
        params,
        body: { notice: '扫描件不清晰', materials: [{ code: first.materialCode, reason: '请重新扫描' }] },
      })
    if (index === 2) await ankang.clerk.acceptCase({ params, body: {} })
    if (index === 3) await ankang.clerk.precheckCase({ params, body: { opinion: '扫描件符合要求' } })
    if (index === 4) await shiyan.clerk.messageCase({ params, body: { text: '申请人下周三可到窗口' } })
  }
  return wanted.length
}

/** Prints each hop of the timeline when it happens, until the case has ended on both sides and all is receipted. */
async function follow(ankang: City, shiyan: City, thread: string): Promise<CaseDetail> {
  const names = new Map([ankang, shiyan].map(city => [city.code, city.name]))
  let shown = 0
  return until('the case ends', async () => {
    const here = await ankang.clerk.getCase({ params: { thread } })
    for (const entry of here.timeline.slice(shown)) {
      shown++
      step(`  ${names.get(entry.city) ?? entry.city}  ${entry.kind.padEnd(22)} ${entry.at.slice(11, 19)} UTC`)
    }
    if (here.state !== 'closed' && here.state !== 'refused') return null
    const there = await shiyan.clerk.getCase({ params: { thread } })
    return allReceipted([...here.timeline, ...there.timeline]) && here
  })
}

async function main(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
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
  const env = { APPROVAL_TOKEN }
  const log = (line: string) => say(`         ${line}`)
  const ankang = await openCity(await exampleCity('610900'), { folder, env, log })
  running.push(ankang.node)
  const adapter = {
    kind: 'rest',
    mapping: resolve('examples/approval-system/mapping.json'),
    baseUrl: approval.ready.url,
    secrets: { approvalToken: { env: 'APPROVAL_TOKEN' } },
  }
  const shiyan = await openCity(await exampleCity('420300'), {
    folder,
    env,
    log,
    settings: { adapter, pollSeconds: 0.5 },
  })
  running.push(shiyan.node)
  step(`nodes are up 节点已启动: ${ankang.name} ${ankang.node.ready.url}, ${shiyan.name} ${shiyan.node.ready.url}`)
  const words = await pair(ankang, shiyan)
  step(`words compared 核对词一致: ${words.join(' · ')}`)
  const items = { [ankang.code]: await exampleItems(ankang), [shiyan.code]: await exampleItems(shiyan) }
  const itemsOf = (city: City) => items[city.code] ?? []
  for (const city of [ankang, shiyan]) {
    const list = await publish(city, itemsOf(city))
    step(`${city.name} published its service list 发布事项清单: ${list.count} items, version ${list.version}`)
  }
  await Promise.all([listArrives(ankang, shiyan), listArrives(shiyan, ankang)])
  const agreed = await agree(shiyan, ankang, itemsOf)
  step(`agreement signed by both city certificates 协议双方已签署: ${agreed} items`)
  const told = itemsOf(shiyan).find(({ taskName }) => taskName === TOLD)
  if (told === undefined) throw new Error('the example item is gone')
  const submitted = await submit(ankang, shiyan, told, PEOPLE[0])
  step(`case submitted at a window in ${ankang.name} 办件已提交: ${submitted.caseNo}`)
  const ended = await follow(ankang, shiyan, submitted.thread)
  step(
    `case ended 办结: ${ended.stateName} ${ended.outcome ?? ''}, ${shiyan.name}'s number 本地编号 ${ended.localCaseNo ?? '-'}`,
  )
  const result = await resultOf(ankang, submitted.thread)
  if (result !== null)
    step(`result received 结果文件已送达: ${result.bytes} bytes, SHA-256 ${result.sha256.slice(0, 16)}…`)

  const path = join(folder, `evidence-${submitted.caseNo}.zip`)
  const report = await keepEvidence(path, submitted.thread, [ankang, shiyan])
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
  step(`more cases are under way 更多办件: ${await moreCases(ankang, shiyan, itemsOf(shiyan))}`)
  step(`and cases the other way 反方向办件: ${await openCases(ankang, shiyan, itemsOf(ankang))}`)
  say('\nThe nodes stay up; Ctrl-C ends them. 节点保持运行，按 Ctrl-C 结束。')
  for (const city of [ankang, shiyan]) {
    const token = (who: string) => join(city.folder, 'data', `${who}.token`)
    say(`\n${city.name} ${city.code}`)
    // By its name: browsers send the cookie of a session over TLS alone, or to this very machine.
    say(`  console 工作台网页      ${city.node.ready.url.replace('127.0.0.1', 'localhost')}/`)
    for (const { account, password } of await openAccounts(city))
      say(`    account 账号 ${account.padEnd(14)} password 密码 ${password}`)
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
