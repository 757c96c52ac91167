/**
 * Which process of a partner says hello (实例): each start of a node draws an id. One that speaks again after another took its place
 * runs beside it: a copied folder. Both cities are told; nothing else changes, for each of the two has the keys of the city.
 */
import type { Hello, Instance } from '../../../protocol/exchange/frames.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Notices } from './notices.ts'
import type { Wire } from './wire.ts'

export const INSTANCE_LIMITS = {
  /** instances of a partner that are remembered, the newest */
  remembered: 16,
} as const

type Heard = { current: Instance; past: Instance[]; turns: Instance[]; wires: Map<Wire, string> }

export type Instances = ReturnType<typeof createInstances>

export function createInstances({ own, notices }: { own: Instance; notices: Pick<Notices, 'note' | 'clear'> }) {
  const partners = new Map<string, Heard>()

  /** Streams of an instance whose place was taken end: if it lives, it says hello again. */
  function end(heard: Heard): void {
    for (const [wire, id] of heard.wires) {
      if (id === heard.current.id) continue
      heard.wires.delete(wire)
      wire.abort(new ProblemError('instance.partner', 'another instance took its place'))
    }
  }

  /** Whether the partner says that this node and another one take turns. */
  async function judgeOwn(partner: string, turns: readonly Instance[]): Promise<void> {
    if (!turns.some(({ id }) => id === own.id)) return notices.clear(partner, 'twin')
    const twin = turns.find(({ id }) => id !== own.id)
    if (twin === undefined) return
    const since = new Date(twin.startedAt).toISOString()
    await notices.note(partner, 'twin', {
      code: 'instance.own',
      detail: `it hears one that was started at ${since} too`,
    })
  }

  return {
    own,

    /** The instances of a partner that take turns; empty when it is one. */
    turns: (partner: string): readonly Instance[] => partners.get(partner)?.turns ?? [],

    /** The stream has ended. */
    ended: (partner: string, wire: Wire): void => void partners.get(partner)?.wires.delete(wire),

    /** A hello came on a stream. */
    async heard(partner: string, { instance, turns = [], at }: Hello, wire: Wire): Promise<void> {
      await judgeOwn(partner, turns)
      if (instance === undefined) return
      const heard = partners.get(partner) ?? { current: instance, past: [], turns: [], wires: new Map() }
      partners.set(partner, heard)
      heard.wires.set(wire, instance.id)
      const { current } = heard
      if (instance.id === current.id) return
      const returned = heard.past.some(({ id }) => id === instance.id)
      // Said before the other one began: its stream was read late.
      if (returned && at <= current.startedAt) return
      heard.current = instance
      heard.past = [...heard.past.filter(({ id }) => id !== instance.id), current].slice(-INSTANCE_LIMITS.remembered)
      if (!returned) {
        // A start ends what was before, also two that took turns.
        heard.turns = []
        end(heard)
        return notices.clear(partner, 'instances')
      }
      heard.turns = [current, instance]
      const began = heard.turns.map(({ startedAt }) => new Date(startedAt).toISOString()).join(', ')
      await notices.note(partner, 'instances', { code: 'instance.partner', detail: `started at ${began}` })
    },
  }
}
