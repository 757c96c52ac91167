import { describe } from 'vitest'
import { adapterContract, type ContractSubject, type OutsideSystem } from '../../adapters/sdk/contract.ts'
import type { Adapter, LocalEvent, RawEvent } from '../../adapters/sdk/port.ts'
import { testContext } from '../../adapters/sdk/test-kit.ts'
import { startServer } from '../../node/edges/http/server.ts'
import { systemClock } from '../../node/kernel/clock.ts'
import { leaseRoutes } from '../../node/spine/dispatch/lease-routes.ts'
import { createRemoteAdapter, type RemoteAdapter, type RemoteDesk } from '../../node/spine/dispatch/remote-adapter.ts'
import { createTestApi } from '../../test/support/http.ts'
import { openTestStore } from '../../test/support/store.ts'
import { approvalAt } from '../approval-system/process.ts'
import { startApprovalSystem } from '../approval-system/server.ts'
import { hasPython, PythonAdapter } from './stage.ts'

const TOKEN = 'example-token'
const PAGE = 10
const pause = () => new Promise(resolve => setTimeout(resolve, 5))

/** The desks of every instance of the adapter, as one that the program asks: a node has one at a time, the contract some. */
class Desks {
  readonly #adapters: RemoteAdapter[] = []
  readonly #leased = new Map<string, RemoteDesk>()
  /** what was kept, in its order: the store of the node */
  readonly kept: (LocalEvent | RawEvent)[] = []
  /** what the program says of itself, and how often it did */
  trouble: string | null = null
  asked = 0

  made(): RemoteAdapter {
    const adapter = createRemoteAdapter({ clock: systemClock, ids: () => crypto.randomUUID() })
    if (this.asked > 0) adapter.desk.seen({ trouble: this.trouble ?? undefined })
    this.#adapters.push(adapter)
    return adapter
  }

  #of(lease: string): RemoteDesk {
    const [first] = this.#adapters
    const found = this.#leased.get(lease) ?? first?.desk
    if (found === undefined) throw new Error('there is no adapter')
    return found
  }

  readonly desk: RemoteDesk = {
    account: null,
    seen: contact => {
      this.trouble = contact.trouble ?? null
      this.asked++
      for (const { desk } of this.#adapters) desk.seen(contact)
    },
    take: async (holder, wanted, signal) => {
      const until = performance.now() + wanted.wait * 1000
      do {
        for (const { desk } of this.#adapters) {
          const leases = await desk.take(holder, { ...wanted, wait: 0 }, signal)
          for (const { id } of leases) this.#leased.set(id, desk)
          if (leases.length > 0) return leases
        }
        await pause()
      } while (performance.now() < until && !signal.aborted)
      return []
    },
    renew: (claim, seconds) => this.#of(claim.lease).renew(claim, seconds),
    workOf: claim => this.#of(claim.lease).workOf(claim),
    settle: (claim, said, read) => this.#of(claim.lease).settle(claim, said, read),
    tell: async (events, signal) => {
      const adapter = this.#adapters.at(-1)
      const telling = adapter?.desk.tell(events, signal)
      const { context } = testContext()
      // As a node does: what is new is kept before it is acknowledged, and an id that is known is a no-op.
      const page = await adapter?.poll?.(null, context)
      for (const event of page?.events ?? []) if (!this.kept.some(({ id }) => id === event.id)) this.kept.push(event)
      await adapter?.acknowledge?.(
        (page?.events ?? []).map(({ id }) => id ?? ''),
        context,
      )
      await telling
    },
  }

  async close(): Promise<void> {
    for (const adapter of this.#adapters) await adapter.close?.()
  }
}

async function make(): Promise<ContractSubject> {
  const options = { data: ':memory:', port: 0, token: TOKEN, script: 'grant', delayMs: 0, faults: {} } as const
  const fake = await startApprovalSystem({ ...options, now: Date.now })
  const system = await approvalAt(fake.url, TOKEN)
  const desks = new Desks()
  const { context } = testContext()
  const api = await createTestApi({
    store: await openTestStore(),
    routes: () => [leaseRoutes([desks.desk], context.keep)],
    limits: { tokenBurst: 1_000_000 },
  })
  const { token } = await api.people.create('test', { name: 'adapter', roles: ['adapter'], expiresAt: null })
  const server = startServer({
    app: api.app,
    host: '127.0.0.1',
    port: 0,
    setting: 'http.port',
    maxBytes: 64 * 1024 * 1024,
    clock: systemClock,
  })
  const program = new PythonAdapter({
    node: server.url,
    token,
    system: fake.url,
    systemToken: TOKEN,
    more: ['--by-hand', '--wait', '1', '--programs', '6'],
  })
  await program.start()

  /** The program looks at the feed, and has told the node all that it knows of it. */
  const look = async () => {
    const trouble = await program.look()
    while (desks.trouble !== trouble || desks.asked === 0) await pause()
  }
  // A system that hangs is the program's to leave: the node itself calls none.
  const outside: Partial<OutsideSystem> = {
    effects: async key => (await system.stats()).byKey[key]?.effects ?? 0,
    outage: async on => {
      await system.faults({ unavailable: on })
      await look()
    },
    refuseNext: () => system.faults({ refuse: 1 }),
    dropNextAnswer: () => system.faults({ drop: 1 }),
    holdNext: async () => {
      await system.faults({ hold: 1 })
      return { reached: system.admin('held').then(() => {}), release: () => system.faults({ release: true }) }
    },
    uploadBegun: sha256 => system.admin(`uploads/${sha256}`).then(() => {}),
    holds: async sha256 => (await system.admin(`materials/${sha256}`)).custom.held === true,
    say: async (flowsn, text = '请保持电话畅通') => {
      await system.admin('message', { flowsn, text })
    },
    spoilNextAnswer: how => system.faults({ spoil: how }),
    longNumbers: () => system.faults({ long: true }),
    garbleEvents: on => system.faults({ garble: on }),
    pageSize: PAGE,
  }

  const another = (): Adapter => {
    const inner = desks.made()
    return {
      ...inner,
      poll: async (cursor, call) => {
        if (!call.signal.aborted) await look()
        await inner.poll?.(cursor, call)
        const begin = Number(cursor ?? 0)
        const events = desks.kept.slice(begin, begin + PAGE)
        return { events, cursor: String(begin + events.length) }
      },
    }
  }
  const adapter = another()
  await look()
  return {
    adapter,
    another,
    system: outside,
    async stop() {
      await program.stop()
      await desks.close()
      await server.stop()
      await fake.stop()
      await api.database.close()
    },
  }
}

describe.skipIf(!hasPython())('a program in Python', () => {
  adapterContract('which leases its work from a node', make, { outside: true })
})
