/** Addresses that are partners': those they announce, and those they came from. Half-open connections from there have places of their own. */
import { sourceOf } from '../../kernel/ip.ts'
import { type Announced, ipIn } from './addresses.ts'
import type { P2pLimits } from './limits.ts'

export type KnownSourcesParts = {
  limits: P2pLimits
  /** asked again after `knownSourcesAge` */
  announced: () => Iterable<Announced>
  /** ms, monotonic */
  now: () => number
}

export class KnownSources {
  readonly #parts: KnownSourcesParts
  #announced: ReadonlySet<string> = new Set()
  #readAt = Number.NEGATIVE_INFINITY
  /** by city, the last one last */
  readonly #seen = new Map<string, readonly string[]>()

  constructor(parts: KnownSourcesParts) {
    this.#parts = parts
  }

  /** A peer of the city proved itself on a connection from there. */
  saw(city: string, ip: string): void {
    const source = sourceOf(ip)
    const others = (this.#seen.get(city) ?? []).filter(other => other !== source)
    this.#seen.set(city, [...others, source].slice(-this.#parts.limits.sourcesPerCity))
  }

  readonly has = (source: string): boolean => {
    const { announced, limits, now } = this.#parts
    if (now() - this.#readAt >= limits.knownSourcesAge) {
      this.#readAt = now()
      const ips = [...announced()].flatMap(([, addresses]) => addresses.flatMap(address => ipIn(address) ?? []))
      this.#announced = new Set(ips.map(sourceOf))
    }
    if (this.#announced.has(source)) return true
    for (const sources of this.#seen.values()) if (sources.includes(source)) return true
    return false
  }
}
