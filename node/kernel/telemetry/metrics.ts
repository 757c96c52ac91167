/** Metrics (指标) of one node in a registry of its own, for Prometheus. Labels come from small closed sets. */
import { createRequire } from 'node:module'

/** Each part by itself: the index of prom-client loads a tracing API, and all that can be measured of a process. */
const load = createRequire(import.meta.url)
const Counter = load('prom-client/lib/counter') as typeof import('prom-client').Counter
const Gauge = load('prom-client/lib/gauge') as typeof import('prom-client').Gauge
const Histogram = load('prom-client/lib/histogram') as typeof import('prom-client').Histogram
const Registry = load('prom-client/lib/registry') as typeof import('prom-client').Registry

/** Different values that one label of one metric may take; further ones are counted as `other`. */
const LABEL_VALUES = 200

export type Labels = Readonly<Record<string, string>>

/** A value of a label, and the number beside it. */
export type Observed = readonly [label: string, value: number]

export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): (labels?: Labels, by?: number) => void
  gauge(name: string, help: string, labels?: readonly string[]): (value: number, labels?: Labels) => void
  /** A gauge that is read when somebody looks; with a `label` one value for each. */
  observed(name: string, help: string, read: () => number | readonly Observed[], label?: string): void
  /** Buckets in seconds. */
  seconds(
    name: string,
    help: string,
    labels: readonly string[],
    buckets: readonly number[],
  ): (value: number, labels: Labels) => void
  /** The Prometheus text format. */
  render(): Promise<{ type: string; text: string }>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]

  /** Keeps a label from growing without bound, and a recording helper from ever throwing. */
  function recorder<V>(labelNames: readonly string[], record: (labels: Labels, value: V) => void) {
    const seen = new Map(labelNames.map(name => [name, new Set<string>()]))
    const isKnown = (labels: Labels): boolean => {
      for (const name in labels) if (seen.get(name)?.has(labels[name] ?? '') === false) return false
      return true
    }
    const bounded = (labels: Labels): Labels => {
      if (isKnown(labels)) return labels
      return Object.fromEntries(
        Object.entries(labels).map(([name, value]) => {
          const values = seen.get(name)
          if (values === undefined || values.has(value)) return [name, value]
          if (values.size >= LABEL_VALUES) return [name, 'other']
          values.add(value)
          return [name, value]
        }),
      )
    }
    return (labels: Labels, value: V) => {
      try {
        record(bounded(labels), value)
      } catch {
        // A metric must never fail what it counts.
      }
    }
  }

  return {
    counter(name, help, labels = []) {
      const counter = new Counter({ name, help, labelNames: [...labels], registers })
      const record = recorder<number>(labels, (own, by) => counter.inc(own, by))
      return (own = {}, by = 1) => record(own, by)
    },
    gauge(name, help, labels = []) {
      const gauge = new Gauge({ name, help, labelNames: [...labels], registers })
      const record = recorder<number>(labels, (own, value) => gauge.set(own, value))
      return (value, own = {}) => record(own, value)
    },
    observed(name, help, read, label) {
      new Gauge({
        name,
        help,
        labelNames: label === undefined ? [] : [label],
        registers,
        collect() {
          const found = read()
          if (typeof found === 'number') this.set(found)
          else for (const [named, value] of found) this.set({ [label ?? '']: named }, value)
        },
      })
    },
    seconds(name, help, labels, buckets) {
      const histogram = new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers })
      const record = recorder<number>(labels, (own, value) => histogram.observe(own, value))
      return (value, own) => record(own, value)
    },
    async render() {
      return { type: registry.contentType, text: await registry.metrics() }
    },
  }
}
