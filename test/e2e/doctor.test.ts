/** Two cities at work, and each thing that the doctor of one looks at broken in turn: it says so, and so does what else is to say it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Adapter } from '../../adapters/sdk/port.ts'
import type { Check } from '../../node/city/operation/check.ts'
import type { CommandContext } from '../../node/edges/cli/context.ts'
import { doctor } from '../../node/edges/cli/doctor.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { type Clock, systemClock } from '../../node/kernel/clock.ts'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'
import { UPKEEP_LIMITS } from '../../node/kernel/upkeep.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, type CityName, makeNodeFolder, type NodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { pairCities, until } from '../support/pair-cities.ts'

/** The system's clock, which can be moved on: what falls due meanwhile runs at once. */
function movableClock(): Clock & { advance(ms: number): void } {
  let ahead = 0
  const timers = new Map<object, { due: number; callback: () => void }>()
  const now = () => systemClock.now() + ahead
  return {
    now,
    after(ms, callback) {
      const key = {}
      const fire = () => {
        cancel()
        if (timers.delete(key)) callback()
      }
      const cancel = systemClock.after(ms, fire)
      timers.set(key, { due: now() + ms, callback: fire })
      return () => {
        cancel()
        timers.delete(key)
      }
    },
    advance(ms) {
      ahead += ms
      const due = [...timers.values()].filter(timer => timer.due <= now())
      for (const { callback } of due.sort((a, b) => a.due - b.due)) callback()
    },
  }
}

/** An approval system that takes nothing in, and that is down when told so. */
function refusingSystem() {
  const system = { down: false }
  const adapter: Adapter = {
    kind: 'rest',
    deliver: async () => ({ ok: false, code: 'adapter.refused', detail: 'E1', retryable: false }),
    async poll(cursor) {
      if (system.down) throw new Error('down')
      return { events: [], cursor: cursor ?? '0' }
    },
    check: async () => (system.down ? { ok: false, detail: 'HTTP 503' } : { ok: true }),
  }
  return { system, adapter }
}

type City = CityName & { made: NodeFolder; node: RunningNode; client: Client; clock: ReturnType<typeof movableClock> }

let root = ''
let gateway: Server
let ankang: City
let shiyan: City
let thread = ''
const approval = refusingSystem()

async function openCity(name: CityName, rest: object, adapter?: Adapter): Promise<City> {
  const p2pPort = await freePort()
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: await freePort(), p2pPort, rest })
  const clock = movableClock()
  const node = await startNode({
    config: made.config,
    passphrase: PASSPHRASE,
    clock,
    ...(adapter === undefined ? {} : { makeAdapter: async () => adapter }),
  })
  return { ...name, made, node, clock, client: createClient({ url: node.url, token: made.token }) }
}

async function examine({ made, client, clock }: City, now = clock.now): Promise<Check[]> {
  let told: { checks: Check[] } | undefined
  const context: Partial<CommandContext> = {
    out: {
      json: true,
      print: () => {},
      progress: () => ({ update: () => {}, stop: () => {} }),
      result: value => {
        told = value as unknown as { checks: Check[] }
      },
    },
    config: async () => made.config,
    passphrase: async () => PASSPHRASE,
    client: async () => client,
  }
  const { exitCode } = process
  await doctor(context as CommandContext, now)
  process.exitCode = exitCode ?? 0
  return told?.checks ?? []
}

/** What is wrong, once the doctor says `check`; who must act and how stand with each. */
async function untilSaid(city: City, check: RegExp, level: Check['level']): Promise<Check> {
  const found = await until(
    async () => (await examine(city)).find(entry => check.test(entry.check) && entry.level === level),
    `${String(check)}: ${level}`,
    90_000,
    // It opens the key store each time.
    200,
  )
  if (level !== 'ok')
    expect(found).toMatchObject({
      act: expect.stringMatching(/^(you|partner|operator)$/),
      cure: expect.stringMatching(/./),
    })
  return found
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-looks-'))
  gateway = createServer((_, response) => response.writeHead(503).end())
  await new Promise<void>(resolve => gateway.listen(0, '127.0.0.1', resolve))
  const address = gateway.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const sender = { name: '跨省通办窗口', phone: '0915-0000000', address: '安康市政务服务中心' }
  ankang = await openCity(ANKANG, { mail: { url: `http://127.0.0.1:${port}/`, sender } })
  shiyan = await openCity(
    SHIYAN,
    { p2p: { listen: ['/ip4/127.0.0.1/tcp/0'], relays: [ANKANG.code] } },
    approval.adapter,
  )
  const { items } = await pairCities(ankang, shiyan)
  const item = items.find(entry => entry.modes.includes(1) && entry.serverType.includes('1'))
  const upload = async (text: string) =>
    (await ankang.client.uploadMaterial({ bytes: makePdf(1, text), type: 'application/pdf' })).sha256
  const submitted = await ankang.client.submitCase({
    body: {
      to: SHIYAN.code,
      item: item?.taskCode ?? '',
      mode: 1,
      form: { reason: '测试' },
      applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
      materials: [
        { sha256: await upload('card'), code: 'M01', name: '身份证.pdf' },
        { sha256: await upload('form'), code: 'M02', name: '申请表.pdf' },
      ],
    },
  })
  thread = submitted.thread
})

afterAll(async () => {
  await Promise.allSettled([ankang?.node.stop(), shiyan?.node.stop()])
  gateway?.close()
  await rm(root, { recursive: true, force: true })
})

/** Lets the hourly work of a node come due. */
const hour = (city: City): void => city.clock.advance(UPKEEP_LIMITS.every)
type Readiness = {
  httpStatus: number
  status: string
  cityKey: string
  approvalSystem: { lastGoodPoll: string | null; failures: number; slowCalls: number }
}
const readiness = async ({ node }: City): Promise<Readiness> => {
  const answer = await fetch(`${node.url}/readyz`)
  return { ...((await answer.json()) as Readiness), httpStatus: answer.status }
}
const gauge = async ({ node }: City, name: string): Promise<number> => {
  const text = await (await fetch(`${node.url}/metrics`)).text()
  return Number(new RegExp(`^${name}(?:{[^}]*})? (.*)$`, 'm').exec(text)?.[1])
}

describe('the doctor of a city at work', () => {
  test('says that a packet waits for a person', async () => {
    const parked = await untilSaid(shiyan, /^parked/, 'warn')
    expect(parked).toMatchObject({ detail: 'the oldest: adapter.refused', act: 'you' })
  })

  test('says that it has no place at a relay', async () => {
    const relay = await untilSaid(shiyan, new RegExp(`^relay .* ${ANKANG.code}$`), 'fail')
    expect(relay).toMatchObject({ act: 'partner', detail: expect.stringContaining('no place there') })
  })

  test('says that the carrier does not answer', async () => {
    await ankang.client.orderParcel({
      params: { thread },
      body: {
        parcel: 'originals',
        to: { name: '十堰窗口', phone: '0719-0000000', address: '十堰市政务服务中心' },
        contents: ['申请表'],
      },
    })
    const carrier = await untilSaid(ankang, /^carrier/, 'fail')
    expect(carrier).toMatchObject({ act: 'operator', detail: expect.stringContaining('status 503') })
  })

  test('says that the approval system is down, as readiness and the gauge do, and when it last gave its answers', async () => {
    const { lastGoodPoll } = await until(async () => {
      const { approvalSystem } = await readiness(shiyan)
      return approvalSystem.lastGoodPoll !== null && approvalSystem
    }, 'it was asked')
    expect(await gauge(shiyan, 'tongban_adapter_last_good_poll_seconds')).toBeGreaterThanOrEqual(
      Date.parse(lastGoodPoll ?? '') / 1000,
    )
    approval.system.down = true
    const failed = await untilSaid(shiyan, /^approval system/, 'fail')
    expect(failed.detail).toMatch(/HTTP 503.*last answered \d{4}-/)
    await until(async () => {
      shiyan.clock.advance(1000)
      return (await readiness(shiyan)).approvalSystem.failures > 1
    }, 'questions failed')
    const { approvalSystem } = await readiness(shiyan)
    const last = await gauge(shiyan, 'tongban_adapter_last_good_poll_seconds')
    expect(Date.parse(approvalSystem.lastGoodPoll ?? '') / 1000).toBeCloseTo(last, 3)
    expect(await gauge(shiyan, 'tongban_adapter_slow_calls')).toBe(0)
    // It serves partners all the same.
    expect(await readiness(shiyan)).toMatchObject({ httpStatus: 200, status: 'ready' })
    approval.system.down = false
    await untilSaid(shiyan, /^approval system/, 'ok')
    await until(async () => {
      shiyan.clock.advance(60_000)
      return (await gauge(shiyan, 'tongban_adapter_last_good_poll_seconds')) > last
    }, 'it is asked again')
  })

  test('says that hourly work fails, until it is done again', async () => {
    const second = openSqlite(join(shiyan.made.config.data, 'tongban.db'))
    await second.transaction(tx => tx.run('ALTER TABLE samples RENAME TO samples_aside'))
    hour(shiyan)
    const failing = await untilSaid(shiyan, /^upkeep/, 'fail')
    expect(failing).toMatchObject({ act: 'operator', detail: expect.stringContaining('has failed since') })
    await second.transaction(tx => tx.run('ALTER TABLE samples_aside RENAME TO samples'))
    await second.close()
    hour(shiyan)
    await until(async () => !(await examine(shiyan)).some(({ check }) => check.startsWith('upkeep')), 'it is done')
  })

  test('says that the city key was spoilt, before it is needed; readiness says it too, and partners are served all the same', async () => {
    await until(async () => (await readiness(shiyan)).cityKey === 'ok', 'it was proven since the start')
    const path = join(shiyan.made.config.data, 'keys', 'city.p12')
    const held = await readFile(path)
    await writeFile(path, new Uint8Array(held.byteLength).fill(7), { mode: 0o600 })
    hour(shiyan)
    expect(await untilSaid(shiyan, /^upkeep city key$/, 'fail')).toMatchObject({
      act: 'operator',
      detail: expect.stringContaining('keystore.malformed'),
    })
    expect(await readiness(shiyan)).toMatchObject({ httpStatus: 200, status: 'ready', cityKey: 'failed' })
    await writeFile(path, held, { mode: 0o600 })
    hour(shiyan)
    await until(async () => (await readiness(shiyan)).cityKey === 'ok', 'it opens again')
    expect((await examine(shiyan)).filter(({ check }) => check.startsWith('upkeep'))).toEqual([])
  })

  test('says that the clock is behind what was signed before', async () => {
    const hourBefore = () => systemClock.now() - 3_600_000
    expect((await examine(shiyan, hourBefore)).find(({ check }) => check.startsWith('store and clock'))).toMatchObject({
      level: 'fail',
      act: 'operator',
      detail: expect.stringMatching(/^clock\.own: \d+ s behind/),
    })
  })

  test('says that holidays are not known as far as limits reach, until the next table is there', async () => {
    const { coveredThrough } = await shiyan.client.showCalendar()
    if (coveredThrough === null) throw new Error('no table of holidays')
    shiyan.clock.advance(Math.max(0, Date.parse(coveredThrough) - 30 * 86_400_000 - shiyan.clock.now()))
    expect(await untilSaid(shiyan, /^calendar coverage$/, 'warn')).toMatchObject({ act: 'you' })
    const year = Number(coveredThrough.slice(0, 4)) + 1
    const off = Array.from({ length: 13 }, (_, n) => `${year}-01-${String(n + 1).padStart(2, '0')}`)
    const table = { v: 1 as const, region: 'CN', year, off, worked: [], source: '国务院办公厅通知' }
    await shiyan.client.importCalendar({ body: table })
    expect((await examine(shiyan)).map(({ check }) => check)).not.toContain('calendar coverage')
  })

  test('says that a partner is gone', async () => {
    await ankang.node.stop()
    const gone = await untilSaid(shiyan, new RegExp(`^partner .* ${ANKANG.code}$`), 'fail')
    expect(gone).toMatchObject({ act: 'partner' })
  })
})
