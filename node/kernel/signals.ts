/**
 * Facts (信号): what became so, told after the commit that made it so, to whoever asked to hear of it. A part that tells a fact
 * knows none of those who hear it: so facts go up, while everything else is handed down.
 */

/** What is told with each fact. */
export type Facts = {
  /** a partner greeted this node, or answered its greeting */
  'partner.heard': string
  /** the stream with the partner opened, or ended; also told of a try that came to nothing */
  'partner.linked': { partner: string; connected: boolean }
  /** packets of the partner came, or it confirmed some of ours */
  'partner.exchanged': string
  /** whom the node trusts was read anew; the city, or null: all of them */
  'trust.changed': string | null
  /** a city is a partner no more; `peers` under which it was known */
  'partner.ended': { city: string; peers: readonly string[] }
  /** what directories say, or which ones count */
  'directory.changed': null
  /** a newer list of the city counts: the own one, or a partner's */
  'list.changed': string
  /** days are counted otherwise than before */
  'calendar.changed': null
  /** own holiday tables are others: partners are to be told */
  'tables.changed': null
  /** this node is reached at an address more */
  'addresses.changed': null
  /** a wanted material is here */
  'material.held': null
}

export type Fact = keyof Facts

export type Signals = {
  /** Listeners hear a fact in the order in which they asked, each when the one before it has ended. */
  on<F extends Fact>(fact: F, listener: (payload: Facts[F]) => unknown): void
  /** Tells every listener, whatever another one throws; rejects with the first of what they threw when all have ended. */
  notify<F extends Fact>(fact: F, payload: Facts[F]): Promise<void>
  /** The same, not waited for: what listeners throw is told to `failed`. Those that wait for nothing have heard when it returns. */
  emit<F extends Fact>(fact: F, payload: Facts[F]): void
}

export function createSignals(failed: (fact: Fact, error: unknown) => void): Signals {
  const listeners = new Map<Fact, ((payload: never) => unknown)[]>()

  async function notify(fact: Fact, payload: unknown): Promise<void> {
    const thrown: unknown[] = []
    for (const listener of listeners.get(fact) ?? []) {
      try {
        const ends = (listener as (payload: unknown) => unknown)(payload)
        if (ends instanceof Promise) await ends
      } catch (error) {
        thrown.push(error)
      }
    }
    if (thrown.length > 0) throw thrown[0]
  }

  return {
    on(fact, listener) {
      listeners.set(fact, [...(listeners.get(fact) ?? []), listener])
    },
    notify,
    emit(fact, payload) {
      void notify(fact, payload).catch(error => failed(fact, error))
    },
  }
}
