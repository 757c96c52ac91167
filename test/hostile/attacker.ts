/** A hostile city in a process of its own, of the lowest priority: what it computes is not the victim's time. */
import { setPriority } from 'node:os'
import { answer } from '../bench/child.ts'
import { ATTACKS, type AttackName } from './attacks.ts'
import { HostileCity, type HostileOptions } from './hostile-city.ts'

let city: HostileCity
let attack: { ending: AbortController; ended: Promise<void> } | null = null

setPriority(19)
// A host that is torn down in the middle of a flood leaves promises behind; the attack goes on.
process.on('unhandledRejection', () => {})

answer({
  async open(options: HostileOptions): Promise<void> {
    city = await HostileCity.open(options)
    await city.start()
  },
  async attack({ name }: { name: AttackName }): Promise<void> {
    const ending = new AbortController()
    attack = { ending, ended: ATTACKS[name].run(city, ending.signal).catch(() => {}) }
  },
  async end(): Promise<void> {
    attack?.ending.abort()
    attack = null
  },
})
