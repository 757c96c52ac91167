/**
 * `materials`: how fast a large material passes from city to city and how much memory that takes at each end, against a bare encrypted
 * stream and against an HTTPS upload, in alternating rounds.
 */
import { Database } from 'bun:sqlite'
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ANKANG, SHIYAN } from '../support/node-folder.ts'
import { noise } from '../support/noise.ts'
import { until } from '../support/pair-cities.ts'
import { Child } from './child.ts'
import { offer, startNode } from './contenders.ts'
import { sleep } from './load.ts'
import { residentBytes } from './memory.ts'
import { type Findings, figure, type Group } from './report.ts'

export type MaterialsOptions = {
  /** MB (10^6 bytes) */
  sizes: readonly number[]
  rounds: number
  log: (line: string) => void
}

const MB = 1_000_000
const NAMES = ['bare', 'real', 'https'] as const
type Name = (typeof NAMES)[number]
const TITLES: Record<Name, string> = {
  bare: '(a) bare encrypted stream',
  real: '(b) material between two cities',
  https: '(c) HTTPS upload',
}

/** ms to send so many bytes, once `prepare` made them ready */
type Sender = {
  prepare(bytes: number): Promise<() => Promise<number>>
  ends: readonly [sender: Child, receiver: Child]
}
type Run = {
  /** MB a second */
  speed: number
  /** processor time of all threads, ms a MB */
  cpu: readonly [sender: number, receiver: number]
  /** MB over what each end held before; null where it cannot be read */
  memory: readonly [sender: number, receiver: number] | null
}

export async function benchMaterials({ sizes, rounds, log }: MaterialsOptions): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
  const started: Sender[] = []
  try {
    log('starting two nodes and pairing them')
    const senders = {} as Record<Name, Sender>
    for (const [name, start] of [
      ['real', startReal],
      ['bare', startBare],
      ['https', startUpload],
    ] as const) {
      senders[name] = await start(join(folder, name))
      started.push(senders[name])
    }
    // What each loads for its first bytes is not what a material takes.
    for (const name of NAMES) await (await senders[name].prepare(MB))()
    const groups: Findings['groups'] = {}
    for (const size of sizes) {
      const runs: Record<Name, Run[]> = { bare: [], real: [], https: [] }
      for (let round = 1; round <= rounds; round++) {
        for (const name of NAMES) runs[name].push(await runOnce(senders[name], size * MB))
        const line = NAMES.map(name => {
          const { speed, cpu } = runs[name].at(-1) ?? { speed: 0, cpu: [] }
          return `${name} ${Math.round(speed)} MB/s, CPU ${cpu.map(ms => ms.toFixed(1)).join(' + ')} ms a MB`
        })
        log(`${size} MB, round ${round}: ${line.join('; ')}`)
      }
      for (const name of NAMES) groups[`${name} ${size}`] = groupOf(name, size, runs)
    }
    return {
      title: 'Materials (材料)',
      rounds,
      settings: { 'sizes, MB': sizes.join(', ') },
      table: 'rows',
      groups,
      notes: [
        'Both ends and the bench share this one machine. Memory: the highest resident memory of each process over what it held before.',
        '(a) Two processes and one stream of the libp2p host, encrypted by noise: frames of 64 KiB, thrown away at the other end.',
        '(b) Two whole nodes, from asking for the case that names the material until the handling city holds it: read and opened at one end, checked, sealed, written and durable at the other.',
        '(c) One request of a plain file, hashed, written and durable at the other end.',
      ],
    }
  } finally {
    await Promise.all(started.flatMap(({ ends }) => ends.map(end => end.stop())))
    await rm(folder, { recursive: true, force: true })
  }
}

function groupOf(name: Name, size: number, runs: Record<Name, Run[]>): Group {
  const speeds = runs[name].map(run => run.speed)
  // A transfer of few bytes is mostly the case that names them.
  const asked = name === 'real' && size >= 50
  const cpu = (title: string, side: 0 | 1) =>
    figure(
      title,
      'ms',
      runs[name].map(run => run.cpu[side]),
    )
  const memory = (title: string, side: 0 | 1) =>
    figure(
      title,
      'MB',
      runs[name].map(run => run.memory?.[side] ?? 0),
      { least: 0, ...(name === 'real' ? { aim: ['<', 64] } : {}) },
    )
  const ratio = figure(
    'of (a)',
    '',
    speeds.map((speed, round) => speed / (runs.bare[round]?.speed ?? Number.NaN)),
    asked ? { aim: ['≥', 0.6] } : {},
  )
  return {
    title: `${TITLES[name]}, ${size.toLocaleString('en')} MB`,
    figures: {
      speed: figure('speed', 'MB/s', speeds),
      ...(name === 'bare' ? {} : { toBare: ratio }),
      senderCpu: cpu('CPU a MB, sender', 0),
      receiverCpu: cpu('CPU a MB, receiver', 1),
      ...(runs[name].some(run => run.memory === null)
        ? {}
        : { sender: memory('memory of the sender', 0), receiver: memory('memory of the receiver', 1) }),
    },
  }
}

async function runOnce({ prepare, ends }: Sender, bytes: number): Promise<Run> {
  const send = await prepare(bytes)
  const resident = async () => [await residentOf(ends[0]), await residentOf(ends[1])] as const
  const cpu = () => Promise.all([ends[0].cpuMs(), ends[1].cpuMs()])
  const spent = await cpu()
  const before = await resident()
  const most = [...before]
  let over = false
  const watching = (async () => {
    for (; !over; await sleep(20))
      for (const [side, now] of (await resident()).entries()) if (now > (most[side] ?? now)) most[side] = now
  })()
  const elapsed = await send().finally(() => {
    over = true
  })
  await watching
  const now = await cpu()
  const each = (side: 0 | 1) => (now[side] - spent[side]) / (bytes / MB)
  const extra = (side: 0 | 1) => ((most[side] ?? 0) - before[side]) / MB
  return {
    speed: bytes / MB / (elapsed / 1000),
    cpu: [each(0), each(1)],
    memory: before.some(Number.isNaN) ? null : [extra(0), extra(1)],
  }
}

const residentOf = async ({ pid }: Child): Promise<number> =>
  (pid === undefined ? null : await residentBytes(pid)) ?? Number.NaN

async function startBare(): Promise<Sender> {
  const sender = new Child('./stream.ts')
  const receiver = new Child('./stream.ts')
  await sender.call('open')
  await sender.call('connect', await receiver.call('open'))
  return {
    prepare: async bytes => () => sender.call('give', { bytes }),
    ends: [sender, receiver],
  }
}

async function startUpload(folder: string): Promise<Sender> {
  await mkdir(folder, { recursive: true })
  const sender = new Child('./upload.ts')
  const receiver = new Child('./upload.ts')
  const path = join(folder, 'sent')
  const { url } = await receiver.call<{ url: string }>('serve', { path: join(folder, 'received') })
  return {
    async prepare(bytes) {
      const { stream, digest } = noise(bytes)
      const file = await open(path, 'w')
      for await (const chunk of stream) await file.write(chunk)
      await file.close()
      return () => sender.call('put', { url, path, sha256: digest() })
    },
    ends: [sender, receiver],
  }
}

async function startReal(folder: string): Promise<Sender> {
  const [here, there] = await Promise.all([
    startNode(join(folder, 'a'), ANKANG, 'silent'),
    startNode(join(folder, 'b'), SHIYAN, 'silent'),
  ])
  const { item, materials } = await offer(here, there)
  const store = new Database(join(there.data, 'tongban.db'), { readonly: true })
  const held = store.query<{ size: number }, [Uint8Array]>('SELECT size FROM materials WHERE sha256 = ?')
  return {
    async prepare(bytes) {
      const { sha256 } = await here.client.uploadMaterial({ bytes: noise(bytes).stream, type: 'application/pdf' })
      const hash = Buffer.from(sha256, 'hex')
      return async () => {
        const begun = performance.now()
        await here.client.submitCase({
          body: {
            to: there.code,
            item,
            mode: 0,
            applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
            form: { reason: '在十堰市购买首套自住住房' },
            materials: materials.map((material, at) => ({
              ...material,
              ...(at === materials.length - 1 ? { sha256 } : {}),
              form: 'electronic',
            })),
            consent: { text: '告知书 2026-01', acceptedAt: '2026-11-23T09:00:00+08:00' },
          },
        })
        await until(async () => held.get(hash) !== null, 'the material is there', 600_000, 1)
        return performance.now() - begun
      }
    },
    ends: [here.child, there.child],
  }
}
