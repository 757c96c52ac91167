/** Packets that people type into the approval system (手工录入): those of a case that were handed over, each with its entry sheet. */
import type { Adapter, EntryField } from '../../../adapters/sdk/port.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { JobStore } from './job-store.ts'
import type { LaneParts } from './lane.ts'
import { toDelivery } from './to-delivery.ts'

/** `handedAt` in ms since the epoch; `arrives`: the case has no local case number yet, and gets it with this packet. */
type Entry = {
  packetNo: number
  kind: string
  handedAt: number
  arrives: boolean
  system: string
  fields: readonly EntryField[]
}

type EntriesParts = Pick<LaneParts, 'db' | 'adapter' | 'packets' | 'audit' | 'openMaterial'> & {
  jobs: JobStore
  /** the adapter for a case */
  adapterOf: (threadNo: number) => Promise<Adapter>
}

export function createEntries({ db, adapter, adapterOf, audit, jobs, ...parts }: EntriesParts) {
  return {
    /**
     * The sheets of a case, the next one first, for `by` to read, so it leaves an audit row. None where no person types. Problem:
     * `thread.unknown`.
     */
    async of(thread: string, by: string): Promise<Entry[]> {
      const [known] = await db.query('SELECT 1 FROM cases c JOIN threads t ON t.no = c.thread_no WHERE t.thread = ?', [
        fromHex(thread),
      ])
      if (known === undefined) throw new ProblemError('thread.unknown')
      const handed = adapter.sheet === undefined ? [] : await jobs.handedOf(thread)
      const entries: Entry[] = []
      for (const { packetNo, threadNo, attempts, handedAt } of handed) {
        const fold = await jobs.fold(threadNo)
        const packets = await parts.packets().packets(db, threadNo)
        const packet = packets.find(({ no }) => no === packetNo)
        if (fold === null || packet === undefined) continue
        const delivery = toDelivery(packet, { thread, fold, packets }, attempts, parts.openMaterial)
        const sheet = await (await adapterOf(threadNo)).sheet?.(delivery)
        if (sheet === undefined) continue
        const { kind } = delivery
        const arrives = kind === 'case.submit' && fold.state === 'submitted'
        entries.push({ packetNo, kind, handedAt, arrives, ...sheet })
      }
      if (entries.length > 0)
        await db.transaction(tx =>
          audit.append(tx, { actor: by, action: 'case.read', subject: thread, detail: { for: 'entry-sheet' } }),
        )
      return entries
    },

    /** Whether a packet waits to be typed in, in this case. */
    async waits(thread: string, packetNo: number): Promise<boolean> {
      return adapter.sheet !== undefined && (await jobs.handedOf(thread)).some(job => job.packetNo === packetNo)
    },
  }
}
