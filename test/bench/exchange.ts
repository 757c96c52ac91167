/** `exchange`: the bound, the real path and plain HTTPS, in alternating rounds, so that whatever the machine does meets all alike. */
import { Database } from 'bun:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Contender, startBound, startHttps, startNodes } from './contenders.ts'
import { type Latencies, median, percentiles } from './load.ts'

const WARM_UP_SECONDS = 1
const NAMES = ['bound', 'real', 'https', 'httpsReceipts'] as const
type Name = (typeof NAMES)[number]

export type Measured = {
  packetsPerSecond: number
  /** ms from asking for the packet to its durable receipt, at half of `packetsPerSecond` */ latencies: Latencies
  /** packets a second of each round */ rounds: number[]
  /** processor time of a packet in each process, all threads, µs */ cpu: { sender: number; receiver: number }
}

export type ExchangeReport = Record<Name, Measured> & {
  ratioToBound: number
  ratioToHttps: number
  /** the real path with an approval system that answers every case: one packet in each direction */
  answered: { casesPerSecond: number; packetsPerSecond: number /** cases a second */; rounds: number[] }
  payload: Payload
  seconds: number
}

/** Bytes. */
type Payload = {
  /** of a real packet */ jws: number
  body: number
  /** what the JWS of the others carries, so that it is as large as JWS and body of the real one */ filling: number
}

type Options = { seconds: number; rounds: number; log: (line: string) => void }

export async function benchExchange(options: Options): Promise<ExchangeReport> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
  try {
    const { payload, measured } = await compare(folder, options)
    const answered = await benchAnswered(join(folder, 'answered'), options)
    const ratioTo = (name: Name) => measured.real.packetsPerSecond / measured[name].packetsPerSecond
    return {
      ...measured,
      ratioToBound: ratioTo('bound'),
      ratioToHttps: ratioTo('https'),
      answered,
      payload,
      seconds: options.seconds,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function compare(
  folder: string,
  { seconds, rounds, log }: Options,
): Promise<{ payload: Payload; measured: Record<Name, Measured> }> {
  const started: Contender[] = []
  const keep = <C extends Contender>(contender: C): C => {
    started.push(contender)
    return contender
  }
  try {
    log('starting two nodes and pairing them')
    const real = keep(await startNodes(join(folder, 'real'), 'silent'))
    await real.paced({ rate: 50, seconds: 1 })
    const payload = payloadOf(real.data)
    log(`a packet of case.submit: JWS ${payload.jws} bytes, body ${payload.body} bytes`)
    const contenders: Record<Name, Contender> = {
      bound: keep(await startBound(join(folder, 'bound'), payload.filling)),
      real,
      https: keep(await startHttps(join(folder, 'https'), payload.filling, { receipts: false })),
      httpsReceipts: keep(await startHttps(join(folder, 'https-receipts'), payload.filling, { receipts: true })),
    }
    // Every contender runs once unmeasured, so that its code is compiled.
    for (const name of NAMES) await contenders[name].full({ seconds: 1, warmUp: 1 })
    const runs = Object.fromEntries(NAMES.map(name => [name, [] as Run[]])) as Record<Name, Run[]>
    for (let round = 1; round <= rounds; round++) {
      const line: string[] = []
      for (const name of NAMES) {
        const run = await runOnce(contenders[name], seconds)
        runs[name].push(run)
        line.push(`${name} ${Math.round(run.packetsPerSecond)}/s`)
      }
      log(`round ${round}: ${line.join(', ')}`)
    }
    const measured = {} as Record<Name, Measured>
    for (const name of NAMES) {
      const all = runs[name].map(run => run.packetsPerSecond)
      const packetsPerSecond = median(all)
      const rate = Math.max(1, packetsPerSecond / 2)
      const latencies = percentiles(await contenders[name].paced({ rate, seconds }))
      log(`${name} at ${Math.round(rate)}/s: p50 ${latencies.p50.toFixed(1)} ms, p99 ${latencies.p99.toFixed(1)} ms`)
      const cpu = {
        sender: median(runs[name].map(run => run.sender)),
        receiver: median(runs[name].map(run => run.receiver)),
      }
      measured[name] = { packetsPerSecond, latencies, rounds: all, cpu }
    }
    return { payload, measured }
  } finally {
    for (const contender of started) await contender.stop()
  }
}

/** Of one round; processor time in µs a packet. */
type Run = { packetsPerSecond: number; sender: number; receiver: number }

async function runOnce(contender: Contender, seconds: number): Promise<Run> {
  const before = await contender.cpuMs()
  const { packetsPerSecond, packets } = await contender.full({ seconds, warmUp: WARM_UP_SECONDS })
  const after = await contender.cpuMs()
  const each = (side: 0 | 1) => ((after[side] - before[side]) * 1000) / packets
  return { packetsPerSecond, sender: each(0), receiver: each(1) }
}

/** Nodes of their own: what waits for a silent approval system must not be worked off here. */
async function benchAnswered(folder: string, { seconds, rounds, log }: Options): Promise<ExchangeReport['answered']> {
  const nodes = await startNodes(folder, 'answers')
  try {
    await nodes.full({ seconds: 1, warmUp: 1 })
    const cases: number[] = []
    for (let round = 1; round <= rounds; round++) {
      const { packetsPerSecond } = await nodes.full({ seconds, warmUp: WARM_UP_SECONDS })
      cases.push(packetsPerSecond)
      log(`approval system answers, round ${round}: ${Math.round(packetsPerSecond)} cases/s, two packets each`)
    }
    const casesPerSecond = median(cases)
    return { casesPerSecond, packetsPerSecond: 2 * casesPerSecond, rounds: cases }
  } finally {
    await nodes.stop()
  }
}

/** Sizes of the last `case.submit` that a node wrote. */
function payloadOf(data: string): Payload {
  const db = new Database(join(data, 'tongban.db'), { readonly: true })
  const row = db
    .query<{ jws: string }, []>(`SELECT jws FROM packets WHERE kind = 'case.submit' ORDER BY no DESC LIMIT 1`)
    .get()
  db.close()
  const [, part = ''] = row?.jws.split('.') ?? []
  const claims = JSON.parse(Buffer.from(part, 'base64url').toString()) as { body: { size: number } }
  const [jws, body] = [row?.jws.length ?? 0, claims.body.size]
  return { jws, body, filling: Math.round(((part.length + body) * 3) / 4) }
}
