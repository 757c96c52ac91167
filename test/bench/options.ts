/** What each bench runs with: by itself, within the time of a report, and so small that it only shows that it works. */
import type { AdaptersOptions } from './adapters.ts'
import type { CasesOptions } from './cases.ts'
import type { CatalogOptions } from './catalog.ts'
import type { ConsoleOptions } from './console.ts'
import type { ExchangeOptions } from './exchange.ts'
import { ATTACK_NAMES, type HostileOptions } from './hostile.ts'
import type { MaterialsOptions } from './materials.ts'
import type { StartOptions } from './start.ts'

type Sized<O> = Omit<O, 'log'>
export type BenchOptions = {
  start: Sized<StartOptions>
  exchange: Sized<ExchangeOptions>
  materials: Sized<MaterialsOptions>
  catalog: Sized<CatalogOptions>
  cases: Sized<CasesOptions>
  console: Sized<ConsoleOptions>
  adapters: Sized<AdaptersOptions>
  hostile: Sized<HostileOptions>
}
export type BenchName = keyof BenchOptions
export type Extent = 'full' | 'report' | 'smoke'

const FULL: BenchOptions = {
  start: { rounds: 3, idle: 5000 },
  exchange: { rounds: 3, seconds: 3, warmUp: 1, warm: { span: 1, within: 0.05, most: 30 } },
  materials: { rounds: 3, sizes: [1, 50, 1000] },
  catalog: {
    rounds: 3,
    sizes: [1_300, 10_000, 103_600],
    agreements: [300, 3000],
    changes: 20,
    searches: 400,
    looks: 1000,
    rest: 1500,
  },
  cases: { cases: 1_000_000, real: 1000, looks: 200 },
  console: { rounds: 5, real: 60, cases: 100_000, pages: 300, frames: 600 },
  adapters: { rounds: 5, seconds: 3, warmUp: 3, singles: 500, server: true },
  hostile: { rounds: 3, seconds: 3, warmUp: 1, attacks: ATTACK_NAMES, attackers: [1, 2] },
}

/** One attack on each thing that can be spent: frames, greetings, signatures, streams, threads, lists, directories, connections, checks. */
const REPORTED: HostileOptions['attacks'] = [
  'tiny frames',
  'hellos',
  'garbage packets',
  'streams',
  'one long thread',
  'whole lists',
  'directories',
  'many peers',
  'a form that takes for ever',
]

export const OPTIONS: Record<Extent, BenchOptions> = {
  full: FULL,
  // Some twenty minutes on two cores.
  report: {
    ...FULL,
    exchange: { ...FULL.exchange, warm: { ...FULL.exchange.warm, most: 20 } },
    materials: { ...FULL.materials, rounds: 2 },
    catalog: { ...FULL.catalog, sizes: [1_300, 103_600], agreements: [300], searches: 200 },
    cases: { ...FULL.cases, real: 500, looks: 100 },
    console: { ...FULL.console, rounds: 3 },
    adapters: { ...FULL.adapters, rounds: 3 },
    hostile: { rounds: 1, seconds: 1, warmUp: 1, attacks: REPORTED, attackers: [2] },
  },
  smoke: {
    start: { rounds: 1, idle: 0 },
    exchange: { rounds: 1, seconds: 0.1, warmUp: 0.1, warm: { span: 0.05, within: 0.05, most: 0.1 }, window: 16 },
    materials: { rounds: 1, sizes: [1] },
    catalog: { rounds: 1, sizes: [40], agreements: [2], changes: 2, searches: 3, looks: 5, rest: 0 },
    cases: { cases: 40, real: 12, looks: 2 },
    console: { rounds: 1, real: 2, cases: 40, pages: 5, frames: 5, addresses: 1 },
    adapters: { rounds: 1, seconds: 0.05, warmUp: 0.01, singles: 5, server: false },
    hostile: { rounds: 1, seconds: 0.1, warmUp: 0.1, window: 16, attacks: ATTACK_NAMES.slice(0, 1), attackers: [1] },
  },
}
