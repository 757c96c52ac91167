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

/** With so many attackers. */
export type Kept = {
  attackers: number
  /** part of the paced cases whose receipt came within `PROMPT` */ paced: number
  /** packets/s as fast as it goes, and as part of those without an attack in the same run */ full: number
  ofFull: number
  harm: Harm
}
export type HostileReport = {
  seconds: number
  attacks: { attack: AnyAttack; alone: number; kept: Kept[] }[]
}

export const ATTACK_NAMES: readonly AnyAttack[] = [...(Object.keys(ATTACKS) as AttackName[]), FORM_ATTACK]

type Options = {
  seconds: number
  attacks: readonly AnyAttack[]
  attackers: readonly number[]
  log: (line: string) => void
}

export async function benchHostile({ seconds, attacks, attackers, log }: Options): Promise<HostileReport> {
  const report: HostileReport = { seconds, attacks: [] }
  for (const attack of attacks) {
    const folder = await mkdtemp(join(tmpdir(), 'tongban-hostile-'))
    const field = await openField(folder, Math.max(...attackers))
    try {
      report.attacks.push(await measure(field, attack, { seconds, attackers, log }))
    } finally {
      await field.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
  return report
}

async function measure(
  field: Field,
  attack: AnyAttack,
  { seconds, attackers, log }: Pick<Options, 'seconds' | 'attackers' | 'log'>,
): Promise<HostileReport['attacks'][number]> {
  const { honest } = field
  // What gets no receipt in a minute counts as nothing kept.
  const full = () =>
    honest.full({ seconds, warmUp: 1 }).then(
      ({ packetsPerSecond }) => packetsPerSecond,
      () => 0,
    )
  await full()
  // Before and after: what the machine does meanwhile meets both.
  const before = await full()
  const kept: Kept[] = []
  const alone = [before]
  for (const count of attackers) {
    const { value, harm } = await field.under(attack, count, async () => {
      const latencies = await honest.paced({ rate: RATE, seconds }).catch(() => [])
      return { paced: latencies.filter(ms => ms <= PROMPT).length / Math.ceil(RATE * seconds), full: await full() }
    })
    alone.push(await full())
    const ofFull = value.full / median(alone)
    kept.push({ attackers: count, ...value, ofFull, harm })
    const percent = (part: number) => `${Math.round(part * 100)} %`
    log(
      `${attack}, ${count}: ${percent(value.paced)} at ${RATE}/s, ${Math.round(value.full)}/s = ${percent(ofFull)}, ${Math.round(harm.memory)} MB, +${harm.disk.toFixed(1)} MB, +${harm.audit} audit rows, healthz ${Math.round(harm.health)} ms`,
    )
  }
  return { attack, alone: median(alone), kept }
}
