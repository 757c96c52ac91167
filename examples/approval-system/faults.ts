/** Switches that make the approval system fail as real ones do; set by flags at start and by `POST /admin/faults`. */
import * as z from 'zod'

export const Faults = z.strictObject({
  unavailable: z.boolean().optional().describe('everything answers 503'),
  unavailableFirst: z.int().min(0).optional().describe('the first n attempts of every idempotency key answer 503'),
  dropFirst: z
    .int()
    .min(0)
    .optional()
    .describe('the next n attempts of every key have their effect, then the connection breaks'),
  slowMs: z.int().min(0).optional().describe('every packet waits so long for its answer'),
  refuse: z.int().min(0).optional().describe('the next n packets are refused'),
  drop: z.int().min(0).optional().describe('the next n packets have their effect, then the connection breaks'),
  hold: z.int().min(0).optional().describe('the next n packets wait, without effect, until `release`'),
  release: z.boolean().optional(),
  spoil: z
    .enum(['page', 'empty', 'cut'])
    .optional()
    .describe('the next packet has its effect, and its answer is a page, nothing, or cut off'),
  hang: z.boolean().optional().describe('everything is taken and never answered'),
  long: z.boolean().optional().describe('numbers of cases and ids of events are JSON numbers of 18 digits from now on'),
  garble: z.boolean().optional().describe('events carry an operation code that nobody knows'),
})
export type Faults = z.infer<typeof Faults>

type Waiter = () => void

export type FaultSwitches = ReturnType<typeof createFaults>

export function createFaults(initial: Faults) {
  const set = {
    unavailable: false,
    unavailableFirst: 0,
    dropFirst: 0,
    slowMs: 0,
    refuse: 0,
    drop: 0,
    hold: 0,
    garble: false,
    hang: false,
    long: false,
    spoil: null as Faults['spoil'] | null,
  }
  let held: Waiter[] = []
  let watchers: Waiter[] = []

  const countDown = (name: 'refuse' | 'drop' | 'hold'): boolean => {
    if (set[name] === 0) return false
    set[name]--
    return true
  }

  const change = ({ release, ...switches }: Faults): void => {
    Object.assign(set, Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined)))
  }
  change(initial)

  return {
    change(faults: Faults): void {
      change(faults)
      if (faults.release === true) {
        set.hold = 0
        for (const go of held) go()
        held = []
      }
    },
    unavailable: (attempt: number): boolean => set.unavailable || attempt <= set.unavailableFirst,
    refuses: (): boolean => countDown('refuse'),
    drops: (attempt: number): boolean =>
      (attempt > set.unavailableFirst && attempt <= set.unavailableFirst + set.dropFirst) || countDown('drop'),
    garbles: (): boolean => set.garble,
    hangs: (): boolean => set.hang,
    long: (): boolean => set.long,
    /** What comes in place of the answer, or the answer itself. */
    spoiled(text: string): string {
      const how = set.spoil
      set.spoil = null
      if (how === 'page') return '<!doctype html><title>登录</title>'
      if (how === 'empty') return ''
      return how === 'cut' ? text.slice(0, text.length - 5) : text
    },
    /** Resolves when the packet may go on; false when its connection is gone by then. */
    async pass(gone: Promise<void>): Promise<boolean> {
      if (countDown('hold')) {
        const released = new Promise<void>(resolve => held.push(resolve))
        for (const tell of watchers) tell()
        watchers = []
        return Promise.race([released.then(() => true), gone.then(() => false)])
      }
      if (set.slowMs > 0) await new Promise(resolve => setTimeout(resolve, set.slowMs))
      return true
    },
    /** Resolves when a packet is held. */
    holding: (): Promise<void> =>
      held.length > 0 ? Promise.resolve() : new Promise<void>(resolve => watchers.push(resolve)),
  }
}
