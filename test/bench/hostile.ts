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
import { type Figure, type Findings, figure } from './report.ts'

/** Cases a second of the paced load. */
const RATE = 100
/** ms within which the receipt of a paced case must come, or it counts as not kept. */
const PROMPT = 2000

export const ATTACK_NAMES: readonly AnyAttack[] = [...(Object.keys(ATTACKS) as AttackName[]), FORM_ATTACK]

export type HostileOptions = {
  seconds: number
  /** seconds before those that are measured */
  warmUp: number
  /** packets under way, when fewer than are good for the honest city */
  window?: number
  /** how often each attack meets new nodes */
  rounds: number
  attacks: readonly AnyAttack[]
  attackers: readonly number[]
  log: (line: string) => void
}

export async function benchHostile(options: HostileOptions): Promise<Findings> {
  const { seconds, rounds, attacks, attackers, window, log } = options
  const groups: Findings['groups'] = {}
  for (const attack of attacks) {
    const each: Round[] = []
    for (let round = 0; round < rounds; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'tongban-hostile-'))
      const field = await openField(folder, Math.max(...attackers), window)
      try {
        each.push(await measure(field, attack, options))
      } finally {
        await field.stop()
        await rm(folder, { recursive: true, force: true })
      }
    }
    for (const [at, count] of attackers.entries()) {
      const figures = figuresOf(each, at)
      groups[`${attack} ${count}`] = { title: `${attack}, ${count}`, figures }
      log(
        `${attack}, ${count}: ${Object.values(figures)
          .map(({ median: value, unit }) => `${Math.round(value)} ${unit}`)
          .join(', ')}`,
      )
    }
  }
  return {
    title: 'Hostile partners (恶意合作城市)',
    rounds,
    settings: {
      attacks: `${attacks.length} of ${ATTACK_NAMES.length}`,
      'seconds of each load': seconds,
      'paced load, /s': RATE,
    },
    table: 'rows',
    groups,
    notes: [
      'An honest city sends cases to a victim, at a fixed rate and as fast as it goes, while one and two other paired cities attack it. Attackers run at the lowest priority on the same cores.',
      'Each round has new nodes. Of what an attack cost the victim, the highest counts.',
    ],
  }
}

type Kept = {
  /** part of the paced cases whose receipt came within `PROMPT` */
  paced: number
  /** packets/s as fast as it goes, and as part of those without an attack in the same round */
  full: number
  ofFull: number
  harm: Harm
}
type Round = { alone: number; kept: Kept[] }

function figuresOf(rounds: readonly Round[], at: number): Record<string, Figure> {
  const kept = rounds.flatMap(round => round.kept[at] ?? [])
  const of = (value: (kept: Kept) => number) => kept.map(value)
  const most = (title: string, unit: string, value: (harm: Harm) => number, aim?: ['<', number]) =>
    figure(title, unit, [Math.max(...of(({ harm }) => value(harm)))], {
      least: 0,
      ...(aim === undefined ? {} : { aim }),
    })
  return {
    paced: figure(
      `receipts within ${PROMPT} ms at ${RATE}/s`,
      '%',
      of(({ paced }) => paced * 100),
      {
        least: 0,
        aim: ['≥', 80],
      },
    ),
    alone: figure(
      'without an attack',
      '/s',
      rounds.map(round => round.alone),
    ),
    full: figure(
      'under it',
      '/s',
      of(({ full }) => full),
      { least: 0 },
    ),
    ofFull: figure(
      'kept of the throughput',
      '%',
      of(({ ofFull }) => ofFull * 100),
      { least: 0, aim: ['≥', 80] },
    ),
    memory: most('highest memory of the victim', 'MB', harm => harm.memory, ['<', 512]),
    disk: most('kept of the attackers', 'MB', harm => harm.disk),
    audit: most('audit rows more', '', harm => harm.audit),
    health: most('longest /healthz', 'ms', harm => harm.health),
  }
}

async function measure(
  field: Field,
  attack: AnyAttack,
  { seconds, warmUp, attackers }: Pick<HostileOptions, 'seconds' | 'warmUp' | 'attackers'>,
): Promise<Round> {
  const { honest } = field
  // What gets no receipt in a minute counts as nothing kept.
  const full = () =>
    honest.full({ seconds, warmUp }).then(
      ({ packetsPerSecond }) => packetsPerSecond,
      () => 0,
    )
  await full()
  // Before and after each: what the machine does meanwhile meets both.
  const alone = [await full()]
  const kept: Kept[] = []
  for (const count of attackers) {
    const { value, harm } = await field.under(attack, count, async () => {
      const latencies = await honest.paced({ rate: RATE, seconds }).catch(() => [])
      return { paced: latencies.filter(ms => ms <= PROMPT).length / Math.ceil(RATE * seconds), full: await full() }
    })
    const before = alone.at(-1) ?? 0
    alone.push(await full())
    kept.push({
      ...value,
      ofFull: value.full / Math.max(1, (before + (alone.at(-1) ?? 0)) / 2),
      harm,
    })
  }
  return { alone: median(alone), kept }
}
