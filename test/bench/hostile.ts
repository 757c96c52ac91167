/**
 * `hostile`: what honest partners keep of their throughput while one and two paired partners attack, at a fixed rate and as fast as
 * it goes, and what the attack costs the victim. Each attack meets nodes of its own: what one has spent of its budget stays spent.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ATTACKS, type AttackName } from '../hostile/attacks.ts'
import { type AnyAttack, type Field, type Harm, openField } from '../hostile/field.ts'
import { FORM_ATTACK } from '../hostile/forms.ts'
import { median } from './load.ts'

/** Cases a second of the paced load. */
const RATE = 100
/** ms within which the receipt of a paced case must come, or it counts as not kept. */
const PROMPT = 2000

/** With so many attackers; medians over the rounds, of a harm the highest. */
export type Kept = {
  attackers: number
  /** part of the paced cases whose receipt came within `PROMPT` */ paced: number
  /** packets/s as fast as it goes, and as part of those without an attack in the same round */ full: number
  ofFull: number
  /** lowest and highest `ofFull` of a round */ spread: readonly [number, number]
  harm: Harm
}
export type HostileReport = {
  seconds: number
  rounds: number
  attacks: { attack: AnyAttack; alone: number; kept: Kept[] }[]
}

export const ATTACK_NAMES: readonly AnyAttack[] = [...(Object.keys(ATTACKS) as AttackName[]), FORM_ATTACK]

type Options = {
  seconds: number
  /** how often each attack meets new nodes */ rounds: number
  attacks: readonly AnyAttack[]
  attackers: readonly number[]
  log: (line: string) => void
}

const percent = (part: number) => `${Math.round(part * 100)} %`

export async function benchHostile({ seconds, rounds, attacks, attackers, log }: Options): Promise<HostileReport> {
  const report: HostileReport = { seconds, rounds, attacks: [] }
  for (const attack of attacks) {
    const each: Round[] = []
    for (let round = 0; round < rounds; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'tongban-hostile-'))
      const field = await openField(folder, Math.max(...attackers))
      try {
        each.push(await measure(field, attack, { seconds, attackers }))
      } finally {
        await field.stop()
        await rm(folder, { recursive: true, force: true })
      }
    }
    const kept = attackers.map((_, at) => together(each.flatMap(round => round.kept[at] ?? [])))
    report.attacks.push({ attack, alone: median(each.map(round => round.alone)), kept })
    for (const { attackers: count, paced, full, ofFull, spread, harm } of kept) {
      log(
        `${attack}, ${count}: ${percent(paced)} at ${RATE}/s, ${Math.round(full)}/s = ${percent(ofFull)} (${spread.map(percent).join(' … ')}), ${Math.round(harm.memory)} MB, +${harm.disk.toFixed(1)} MB, +${harm.audit} audit rows, healthz ${Math.round(harm.health)} ms`,
      )
    }
  }
  return report
}

type Measured = Omit<Kept, 'spread'>
type Round = { alone: number; kept: Measured[] }

function together(rounds: readonly Measured[]): Kept {
  const of = (value: (kept: Measured) => number) => rounds.map(value)
  const most = (value: (harm: Harm) => number) => Math.max(...of(({ harm }) => value(harm)))
  const parts = of(kept => kept.ofFull)
  return {
    attackers: rounds[0]?.attackers ?? 0,
    paced: median(of(kept => kept.paced)),
    full: median(of(kept => kept.full)),
    ofFull: median(parts),
    spread: [Math.min(...parts), Math.max(...parts)],
    harm: {
      memory: most(harm => harm.memory),
      disk: most(harm => harm.disk),
      audit: most(harm => harm.audit),
      health: most(harm => harm.health),
    },
  }
}

async function measure(
  field: Field,
  attack: AnyAttack,
  { seconds, attackers }: Pick<Options, 'seconds' | 'attackers'>,
): Promise<Round> {
  const { honest } = field
  // What gets no receipt in a minute counts as nothing kept.
  const full = () =>
    honest.full({ seconds, warmUp: 1 }).then(
      ({ packetsPerSecond }) => packetsPerSecond,
      () => 0,
    )
  await full()
  // Before and after each: what the machine does meanwhile meets both.
  const alone = [await full()]
  const kept: Measured[] = []
  for (const count of attackers) {
    const { value, harm } = await field.under(attack, count, async () => {
      const latencies = await honest.paced({ rate: RATE, seconds }).catch(() => [])
      return { paced: latencies.filter(ms => ms <= PROMPT).length / Math.ceil(RATE * seconds), full: await full() }
    })
    const before = alone.at(-1) ?? 0
    alone.push(await full())
    kept.push({
      attackers: count,
      ...value,
      ofFull: value.full / Math.max(1, (before + (alone.at(-1) ?? 0)) / 2),
      harm,
    })
  }
  return { alone: median(alone), kept }
}
