/** `exchange`: the bound, the real path and plain HTTPS, in alternating rounds, so that whatever the machine does meets all alike. */
import { Database } from 'bun:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Contender, startBound, startHttps, startNodes } from './contenders.ts'
import { type Latencies, median, percentiles, type WarmedUp, type WarmUp } from './load.ts'
import { type Figure, type Findings, figure, type Group } from './report.ts'

const NAMES = ['bound', 'real', 'https', 'httpsReceipts'] as const
type Name = (typeof NAMES)[number]
const TITLES: Record<Name, string> = {
  bound: '(a) bound',
  real: '(b) real',
  https: '(c) HTTPS',
  httpsReceipts: '(c+) HTTPS with receipts',
}
/** Packets a second at which the latency at low load is measured. */
const LOW_RATE = 200

/** Bytes. */
type Payload = {
  /** of a real packet */
  jws: number
  body: number
  /** what the JWS of the others carries, so that it is as large as JWS and body of the real one */
  filling: number
}

export type ExchangeOptions = {
  seconds: number
  /** how each contender warms up before the first round */
  warm: WarmUp
  /** seconds of a round before those that are measured */
  warmUp: number
  rounds: number
  /** packets under way, when fewer than are good for each contender */
  window?: number
  log: (line: string) => void
}

type Measured = { warmed: WarmedUp; rounds: Run[]; half: Latencies; low: Latencies }
type Answered = { warmed: WarmedUp; cases: number[] }

export async function benchExchange(options: ExchangeOptions): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
  try {
    const { payload, measured } = await compare(folder, options)
    const answered = await benchAnswered(join(folder, 'answered'), options)
    return findings(options, payload, measured, answered)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function compare(
  folder: string,
  { seconds, warm, warmUp, rounds, window, log }: ExchangeOptions,
): Promise<{ payload: Payload; measured: Record<Name, Measured> }> {
  const started: Contender[] = []
  const keep = <C extends Contender>(contender: C): C => {
    started.push(contender)
    return contender
  }
  try {
    log('starting two nodes and pairing them')
    const real = keep(await startNodes(join(folder, 'real'), 'silent', { window }))
    await real.paced({ rate: 50, seconds: warmUp })
    const payload = payloadOf(real.data)
    log(`a packet of case.submit: JWS ${payload.jws} bytes, body ${payload.body} bytes`)
    const { filling } = payload
    const contenders: Record<Name, Contender> = {
      bound: keep(await startBound(join(folder, 'bound'), filling, { window })),
      real,
      https: keep(await startHttps(join(folder, 'https'), filling, { receipts: false, window })),
      httpsReceipts: keep(await startHttps(join(folder, 'https-receipts'), filling, { receipts: true, window })),
    }
    const warmed = {} as Record<Name, WarmedUp>
    for (const name of NAMES) {
      warmed[name] = await contenders[name].warm(warm)
      log(warmedUp(name, warmed[name]))
    }
    const runs = Object.fromEntries(NAMES.map(name => [name, [] as Run[]])) as Record<Name, Run[]>
    for (let round = 1; round <= rounds; round++) {
      const line: string[] = []
      for (const name of NAMES) {
        const run = await runOnce(contenders[name], { seconds, warmUp })
        runs[name].push(run)
        line.push(`${name} ${Math.round(run.packetsPerSecond)}/s`)
      }
      log(`round ${round}: ${line.join(', ')}`)
    }
    const measured = {} as Record<Name, Measured>
    for (const name of NAMES) {
      const rate = Math.max(1, median(runs[name].map(run => run.packetsPerSecond)) / 2)
      const half = percentiles(await contenders[name].paced({ rate, seconds }))
      const low = percentiles(await contenders[name].paced({ rate: LOW_RATE, seconds }))
      log(`${name}: p95 ${half.p95.toFixed(1)} ms at ${Math.round(rate)}/s, ${low.p95.toFixed(1)} ms at ${LOW_RATE}/s`)
      measured[name] = { warmed: warmed[name], rounds: runs[name], half, low }
    }
    return { payload, measured }
  } finally {
    for (const contender of started) await contender.stop()
  }
}

const warmedUp = (name: string, { seconds, packets }: WarmedUp): string =>
  `${name}: warm after ${packets} packets, ${seconds.toFixed(1)} s`

/** Of one round; processor time in µs a packet. */
type Run = { packetsPerSecond: number; sender: number; receiver: number }

async function runOnce(contender: Contender, options: { seconds: number; warmUp: number }): Promise<Run> {
  const before = await contender.cpuMs()
  const { packetsPerSecond, packets } = await contender.full(options)
  const after = await contender.cpuMs()
  const each = (side: 0 | 1) => ((after[side] - before[side]) * 1000) / packets
  return { packetsPerSecond, sender: each(0), receiver: each(1) }
}

/**
 * Cases a second of each round. Nodes of their own: what waits for a silent approval system must not be worked off here.
 */
async function benchAnswered(
  folder: string,
  { seconds, warm, warmUp, rounds, window, log }: ExchangeOptions,
): Promise<Answered> {
  const nodes = await startNodes(folder, 'answers', { window })
  try {
    const warmed = await nodes.warm(warm)
    log(warmedUp('approval system answers', warmed))
    const cases: number[] = []
    for (let round = 1; round <= rounds; round++) {
      const { packetsPerSecond } = await nodes.full({ seconds, warmUp })
      cases.push(packetsPerSecond)
      log(`approval system answers, round ${round}: ${Math.round(packetsPerSecond)} cases/s, two packets each`)
    }
    return { warmed, cases }
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
  const jws = row?.jws.length ?? 0
  const body = claims.body.size
  return { jws, body, filling: Math.round(((part.length + body) * 3) / 4) }
}

function findings(
  { seconds, warm, warmUp, rounds }: ExchangeOptions,
  payload: Payload,
  measured: Record<Name, Measured>,
  { warmed, cases }: Answered,
): Findings {
  const rates = (name: Name): number[] => measured[name].rounds.map(run => run.packetsPerSecond)
  const group = (name: Name): Group => ({ title: TITLES[name], figures: figuresOf(name, measured[name]) })
  /** of each round: what meets one contender in it meets the others too */
  const ratios = (of: readonly number[], to: Name) => of.map((rate, round) => rate / (rates(to)[round] ?? Number.NaN))
  const ratio = (title: string, to: Name, least: number): Figure =>
    figure(title, '', ratios(rates('real'), to), { aim: ['≥', least] })
  return {
    title: 'Exchange (交换)',
    rounds,
    settings: {
      'seconds a round': seconds,
      'warm-up, s at most': warm.most,
      'before a round, s': warmUp,
      'JWS, bytes': payload.jws,
      'body, bytes': payload.body,
    },
    table: 'columns',
    groups: {
      bound: group('bound'),
      real: group('real'),
      https: group('https'),
      httpsReceipts: group('httpsReceipts'),
      answered: {
        title: '(d) answered',
        figures: {
          casesPerSecond: figure('cases, from `case.submit` to the durable `case.arrived`', '/s', cases),
          packetsPerSecond: figure(
            'packets, durable on both sides',
            '/s',
            cases.map(rate => 2 * rate),
          ),
          ...warmUpOf(warmed),
        },
      },
      ratios: {
        title: 'ratios',
        figures: {
          toBound: ratio('(b) / (a)', 'bound', 0.45),
          toHttps: ratio('(b) / (c)', 'https', 1.3),
          toHttpsReceipts: ratio('(b) / (c+)', 'httpsReceipts', 2),
          answeredToBound: figure('cases of (d) / packets of (a)', '', ratios(cases, 'bound'), { aim: ['≥', 0.12] }),
        },
      },
    },
    notes: [
      'Both ends and the bench share this one machine; contenders run in alternating rounds. CPU: all threads of the process.',
      `Before the first round each contender has the same warm-up: full load until its rates of three times ${warm.span} s in a row are within ${100 * warm.within} % of their mean, ${warm.most} s at most; what is run often is compiled meanwhile, in each as much as it needs. Before each round it has ${warmUp} s more.`,
      'Latency: from asking for the packet to its durable receipt ((c): its answer), begun at a fixed rate whatever comes back.',
      '(a) Two processes and a bare libp2p stream: sign, commit, send; verify, commit, signed receipt; verify the receipt, commit. Up to 256 a batch, `synchronous=FULL`. A JWS as large as JWS and body of a real packet, as for (c).',
      '(b) Two whole nodes. Each packet is a `case.submit`: a new thread with all pre-checks (item, agreement, materials held, ID numbers), case number, audit, projection, encryption at rest and events; on arrival envelope, body, place, agreement, projection and dispatch job. Asked for inside the node’s process, not over HTTP. Both cities hold the two materials, so no file travels; the approval system is silent, so nothing but receipts comes back.',
      '(c) Two processes, one HTTPS request per JWS over kept-alive connections: sign, commit, request; verify, commit, answer 200. (c+): the answer is a signed receipt, which the sender verifies and commits. Neither has order, retries or checks of content.',
      '(d) As (b), with an approval system (the workbench) that answers every case at once: a packet in each direction.',
    ],
  }
}

const warmUpOf = ({ packets, seconds }: WarmedUp): Record<string, Figure> => ({
  warmUpPackets: figure('warm-up, packets', '', [packets]),
  warmUpSeconds: figure('warm-up', 's', [seconds]),
})

function figuresOf(name: Name, { warmed, rounds, half, low }: Measured): Record<string, Figure> {
  const of = (read: (run: Run) => number): number[] => rounds.map(read)
  const lowP95 = name === 'real' ? ({ aim: ['≤', 10] } as const) : {}
  return {
    packetsPerSecond: figure(
      'packets, durable on both sides',
      '/s',
      of(run => run.packetsPerSecond),
    ),
    halfP50: figure('latency at half of that rate, p50', 'ms', [half.p50]),
    halfP95: figure('latency at half of that rate, p95', 'ms', [half.p95]),
    halfP99: figure('latency at half of that rate, p99', 'ms', [half.p99]),
    lowP50: figure(`latency at ${LOW_RATE}/s, p50`, 'ms', [low.p50]),
    lowP95: figure(`latency at ${LOW_RATE}/s, p95`, 'ms', [low.p95], lowP95),
    lowP99: figure(`latency at ${LOW_RATE}/s, p99`, 'ms', [low.p99]),
    senderCpu: figure(
      'CPU a packet, sender',
      'µs',
      of(run => run.sender),
    ),
    receiverCpu: figure(
      'CPU a packet, receiver',
      'µs',
      of(run => run.receiver),
    ),
    ...warmUpOf(warmed),
  }
}
