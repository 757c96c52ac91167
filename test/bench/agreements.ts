/** Agreements of two sizes between two cities in one process: the time to list them, and to admit a packet under any of them. */
import { createWorld } from '../support/world.ts'
import { COLLECTING, HANDLING, worldAgreement } from '../support/world-case.ts'
import { type Latencies, percentiles } from './load.ts'

export const AGREEMENTS = [300, 3000]
/** Items of each: what Shiyan agrees with a partner on average. */
const ITEMS = 130
const LOOKS = 1000

export type AgreementsReport = {
  agreements: number
  items: number
  /** a page of 50 */ list: Latencies
  /** whether a case may begin under an agreement that is named, each asked for in turn */ admit: Latencies
  /** the same under one agreement, again and again */ admitOne: Latencies
  /** which agreement a new case begins under */ find: Latencies
}

export async function benchAgreements(count: number, log: (line: string) => void): Promise<AgreementsReport> {
  const world = await createWorld()
  const [collecting, handling] = [world.city(COLLECTING), world.city(HANDLING)]
  const codes = Array.from({ length: ITEMS }, (_, no) => `${String(no).padStart(4, '0')}X420300`)
  const ids: string[] = []
  const day = Math.floor(world.clock.now() / 1000)
  const wanted = (turn: number) => ({
    ...{ collecting: COLLECTING, handling: HANDLING, item: codes[turn % ITEMS] ?? '', mode: 0 as const },
    at: day,
  })
  try {
    for (let no = 0; no < count; no++) {
      const items = codes.map(taskCode => ({
        ...{ taskCode, taskName: `事项 ${taskCode}`, handling: HANDLING, collecting: [COLLECTING] },
        modes: [0 as const, 1 as const],
      }))
      const [proposed] = await collecting.agreements.propose(worldAgreement({ title: `协议 ${no}`, items }), {
        actor: 'bench',
      })
      if (proposed !== undefined) ids.push(proposed.id)
      // The partner keeps up, as it does over the months in which so many come.
      if (no % 100 === 99) await world.settle()
    }
    for (const { thread } of await handling.agreements.list({}, count, null))
      await handling.agreements.sign(thread, null, { actor: 'bench' })
    await world.settle()
    const ask = async (turn: number, id: string) => {
      const covered = await handling.agreements.covering(handling.db, id, wanted(turn))
      if (!covered.ok) throw new Error(`${covered.problem.code} ${covered.problem.detail}`)
    }
    const report = {
      agreements: count,
      items: ITEMS,
      list: await timed(200, () => handling.agreements.list({}, 50, null)),
      admit: await timed(LOOKS, turn => ask(turn, ids[(turn * 7919) % ids.length] ?? '')),
      admitOne: await timed(LOOKS, turn => ask(turn, ids[0] ?? '')),
      find: await timed(LOOKS, turn => collecting.agreements.find(wanted(turn))),
    }
    log(`${count} agreements: list p95 ${report.list.p95.toFixed(2)} ms, admit p95 ${report.admit.p95.toFixed(2)} ms`)
    return report
  } finally {
    await world.stop()
  }
}

async function timed(turns: number, work: (turn: number) => Promise<unknown>): Promise<Latencies> {
  const times: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const began = performance.now()
    await work(turn)
    times.push(performance.now() - began)
  }
  return percentiles(times)
}
