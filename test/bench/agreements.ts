/** Agreements of two sizes between two cities in one process: the time to list them, and to admit a packet under any of them. */
import { createWorld } from '../support/world.ts'
import { COLLECTING, HANDLING, worldAgreement } from '../support/world-case.ts'
import { type Latencies, percentiles } from './load.ts'
import { figure, type Group } from './report.ts'

/** Items of each: what Shiyan agrees with a partner on average. */
const ITEMS = 130

/** `looks`: how often each question is asked. */
export async function benchAgreements(count: number, looks: number, log: (line: string) => void): Promise<Group> {
  const world = await createWorld()
  const collecting = world.city(COLLECTING)
  const handling = world.city(HANDLING)
  const codes = Array.from({ length: ITEMS }, (_, no) => `${String(no).padStart(4, '0')}X420300`)
  const ids: string[] = []
  const day = Math.floor(world.clock.now() / 1000)
  const wanted = (turn: number) => ({
    collecting: COLLECTING,
    handling: HANDLING,
    item: codes[turn % ITEMS] ?? '',
    mode: 0 as const,
    at: day,
  })
  try {
    for (let no = 0; no < count; no++) {
      const items = codes.map(taskCode => ({
        taskCode,
        taskName: `事项 ${taskCode}`,
        handling: HANDLING,
        collecting: [COLLECTING],
        modes: [0 as const, 1 as const],
      }))
      const [proposed] = await collecting.agreements.propose(worldAgreement({ title: `协议 ${no}`, items }), {
        actor: 'bench',
      })
      if (proposed !== undefined) ids.push(proposed.id)
      // The partner keeps up, as it does over the months in which so many come.
      if (no % 100 === 99) await world.settle()
    }
    await world.settle()
    for (const { thread } of await handling.agreements.list({}, count, null))
      await handling.agreements.sign(thread, null, { actor: 'bench' })
    await world.settle()
    const ask = async (turn: number, id: string) => {
      const covered = await handling.agreements.covering(handling.db, id, wanted(turn))
      if (!covered.ok) throw new Error(`${covered.problem.code} ${covered.problem.detail}`)
    }
    const times = {
      list: await timed(Math.ceil(looks / 5), () => handling.agreements.list({}, 50, null)),
      admit: await timed(looks, turn => ask(turn, ids[(turn * 7919) % ids.length] ?? '')),
      admitOne: await timed(looks, turn => ask(turn, ids[0] ?? '')),
      find: await timed(looks, turn => collecting.agreements.find(wanted(turn))),
    }
    log(`${count} agreements: list p95 ${times.list.p95.toFixed(2)} ms, admit p95 ${times.admit.p95.toFixed(2)} ms`)
    const titles = {
      list: 'list a page of 50',
      admit: 'admit a packet, each agreement in turn',
      admitOne: 'admit a packet, one agreement',
      find: 'find the agreement of a new case',
    }
    const figures = (['list', 'admit', 'admitOne', 'find'] as const).flatMap(name =>
      (['p50', 'p95', 'p99'] as const).map(part => [
        `${name}${part.toUpperCase()}`,
        figure(`${titles[name]}, ${part}`, 'ms', [times[name][part]]),
      ]),
    )
    return { title: `${count.toLocaleString('en')} agreements`, figures: Object.fromEntries(figures) }
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
