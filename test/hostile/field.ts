/**
 * The field of the hostile tests: a victim that handles cases, an honest city that sends them, and paired cities whose keys are in
 * hostile hands, each in a process of its own.
 */
import { Database } from 'bun:sqlite'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newKey } from '../../node/kernel/keys/keystore.ts'
import { Child } from '../bench/child.ts'
import { type Contender, contender, offer, type StartedNode, startNode, target, WINDOW } from '../bench/contenders.ts'
import { ANKANG, type CityName, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'
import type { AttackName } from './attacks.ts'
import { FORM_ATTACK, hostileItem } from './forms.ts'
import type { HostileOptions } from './hostile-city.ts'

const HOSTILE: readonly CityName[] = [
  { code: '610100', name: '西安市', authority: '西安市行政审批服务局' },
  { code: '510100', name: '成都市', authority: '成都市行政审批局' },
]

/** What an attack did to the victim while it went on. */
export type Harm = {
  /** highest resident memory, MB */
  memory: number
  /** packets, bodies and refusals of the attackers that it keeps more than before, MB */
  disk: number
  /** rows of the audit log more than before */
  audit: number
  /** longest time that /healthz took, ms */
  health: number
}

export type AnyAttack = AttackName | typeof FORM_ATTACK

export type Field = {
  /** the honest city under load; its packets go to the victim */
  honest: Contender
  victim: StartedNode
  /** `count` hostile cities attack while `work` runs. */
  under<T>(attack: AnyAttack | null, count: number, work: () => Promise<T>): Promise<{ value: T; harm: Harm }>
  stop(): Promise<void>
}

/** At most two hostile cities; `window` packets of the honest one are under way. */
export async function openField(folder: string, hostile: number, window = WINDOW): Promise<Field> {
  const children: Child[] = []
  const start = async (city: CityName) => {
    const node = await startNode(join(folder, city.code), city, 'silent')
    children.push(node.child)
    return node
  }
  try {
    const victim = await start(SHIYAN)
    const here = await start(ANKANG)
    await target(here, victim)
    const operator = (await newKey()).kid
    await victim.client.trustOperator({ body: { operator } })
    const attackers: Child[] = []
    for (const city of HOSTILE.slice(0, hostile))
      attackers.push(await capture(await start(city), victim, operator, children))
    return {
      honest: contender(here.child, victim.child, window),
      victim,
      async under(attack, count, work) {
        const watch = await watching(victim)
        const clerk = new AbortController()
        const chosen = attackers.slice(0, count)
        if (attack === FORM_ATTACK)
          for (const { code } of HOSTILE.slice(0, count)) void press(victim, code, clerk.signal)
        else if (attack !== null) for (const child of chosen) await child.call('attack', { name: attack })
        try {
          const value = await work()
          return { value, harm: await watch.end() }
        } finally {
          clerk.abort()
          for (const child of chosen) await child.call('end')
        }
      },
      stop: async () => void (await Promise.all(children.map(child => child.stop()))),
    }
  } catch (error) {
    await Promise.all(children.map(child => child.stop()))
    throw error
  }
}

/** Pairs a city with the victim, takes a case of it for a model, stops its node and puts its keys into hostile hands. */
async function capture(node: StartedNode, victim: StartedNode, operator: string, children: Child[]): Promise<Child> {
  const { item, agreement, materials } = await offer(node, victim)
  await node.client.publishServices({ body: { items: [hostileItem(node)] } })
  const { thread } = await node.client.submitCase({
    body: {
      to: victim.code,
      item,
      mode: 0,
      applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
      form: { reason: '在十堰市购买首套自住住房' },
      materials: materials.map(material => ({ ...material, form: 'electronic', pages: 1 })),
      consent: { text: '告知书 2026-01', acceptedAt: '2026-11-23T09:00:00+08:00' },
    },
  })
  const query = { limit: 1 }
  await until(
    async () =>
      (await victim.client.listPartnerServices({ params: { code: node.code }, query }).catch(() => null))?.list,
    'the hostile list arrived',
  )
  await until(() => victim.client.getCase({ params: { thread } }).catch(() => null), 'the model case arrived')
  const { bodies } = await node.client.readCaseBodies({ params: { thread } })
  const written = bodies.find(entry => entry.kind === 'case.submit')?.body as { salt: string } | undefined
  const { salt, ...model } = written ?? { salt: '' }
  const { id } = await node.client.getAgreement({ params: { thread: agreement } })
  const { addresses } = await victim.client.getIdentity()
  await node.child.stop()
  const child = new Child(new URL('./attacker.ts', import.meta.url))
  children.push(child)
  await child.call('open', {
    data: node.data,
    code: node.code,
    listen: `/ip4/127.0.0.1/tcp/${await freePort()}`,
    victim: { code: victim.code, addresses, agreement: id, model, operator },
  } satisfies HostileOptions)
  return child
}

/** The victim's own clerk, who does nothing wrong: he checks a case before he sends it, five times a second. */
async function press({ client }: StartedNode, to: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await client
      .preflightCase({
        body: {
          to,
          item: hostileItem({ code: to }).taskCode,
          mode: 0,
          applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
          form: { text: 'x'.repeat(1000), list: Array.from({ length: 100 }, (_, at) => `entry ${at}`) },
          materials: [],
        },
      })
      .catch(() => {})
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

async function watching(victim: StartedNode): Promise<{ end(): Promise<Harm> }> {
  const disk = keptOf(victim.data)
  const audit = auditRows(victim.data)
  let memory = 0
  let health = 0
  let over = false
  const sample = async () => {
    while (!over) {
      memory = Math.max(memory, await resident(victim.child.pid ?? 0))
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
  const ask = async () => {
    while (!over) {
      const begun = performance.now()
      await fetch(`${victim.url}/healthz`).then(
        answer => answer.arrayBuffer(),
        () => {},
      )
      health = Math.max(health, performance.now() - begun)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
  const both = Promise.all([sample(), ask()])
  return {
    async end() {
      over = true
      await both
      return { memory, health, disk: keptOf(victim.data) - disk, audit: auditRows(victim.data) - audit }
    },
  }
}

async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
}

/** MB of what the store keeps of the hostile cities. */
function keptOf(data: string): number {
  const db = new Database(join(data, 'tongban.db'), { readonly: true })
  const codes = HOSTILE.map(({ code }) => code)
  const bytes = (sql: string) => db.query<{ n: number | null }, string[]>(sql).get(...codes)?.n ?? 0
  const kept =
    bytes(
      `SELECT sum(length(p.jws) + coalesce(length(b.sealed), 0)) AS n FROM packets p LEFT JOIN bodies b ON b.packet_no = p.no
       WHERE p.direction = 'in' AND p.partner IN (?, ?)`,
    ) + bytes(`SELECT sum(length(id) + length(log_hash) + length(problem)) AS n FROM refusals WHERE partner IN (?, ?)`)
  db.close()
  return kept / 2 ** 20
}

function auditRows(data: string): number {
  const db = new Database(join(data, 'tongban.db'), { readonly: true })
  const row = db.query<{ n: number }, []>('SELECT count(*) AS n FROM audit').get()
  db.close()
  return row?.n ?? 0
}
