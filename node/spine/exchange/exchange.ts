/**
 * The exchange (交换): moves threads between this city and its partners and knows nothing of their meaning.
 * May import the store, the protocol and the ports of this folder; libp2p stays behind `wire.ts`.
 */
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import type { Problem } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import { createSerial } from '../../kernel/serial.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { createAuthor } from './author.ts'
import { createConducts } from './conduct.ts'
import { Delivery, type DeliveryStatus } from './delivery.ts'
import type { GreetingParts } from './greeting.ts'
import { createHellos } from './hellos.ts'
import { createInbox, type RefusedPackets } from './inbox.ts'
import { createInstances } from './instances.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { WirePacket } from './link-store.ts'
import { createNotices, type LinkNotice, type NoticeKind } from './notices.ts'
import { createOwnAddresses } from './own-addresses.ts'
import { createPacketStore, type PacketStore } from './packet-store.ts'
import type {
  Author,
  CalendarBoard,
  ListBoard,
  Misconduct,
  OwnIdentity,
  StoredPacket,
  StoreEpoch,
  ThreadHandler,
  Trust,
} from './ports.ts'
import { openProbe, type Probe } from './probe.ts'
import { gigabytes } from './quota.ts'
import { createReceipts } from './receipts.ts'
import { receive } from './receiver.ts'
import { createRecovery } from './recovery.ts'
import { createSigningClock } from './signing.ts'
import type { Transport } from './wire.ts'

/** What happened, for logs, metrics and whoever waits; called after the commit, never throws. */
export interface ExchangeObserver {
  queued(partner: string, packets: readonly StoredPacket[]): void
  received(partner: string, stored: readonly StoredPacket[], refused: readonly { id: string; problem: Problem }[]): void
  /** `seconds` from the commit of the oldest packet that the receipt covers */
  confirmed(
    partner: string,
    count: number,
    refused: readonly { kind: string; problem: Problem }[],
    seconds: number,
  ): void
  /** how far the partner's clock is ahead, ms: what a hello says, or what a receipt shows at least */
  clockSeen(partner: string, ahead: number, from: 'hello' | 'receipt'): void
  connected(partner: string, connected: boolean): void
  failed(partner: string, problem: Problem, error: unknown): void
  recovering(partner: string, on: boolean, recalled: number): void
}

export type ExchangeParts = {
  db: Database
  keys: CaseKeys
  transport: Transport
  identity: OwnIdentity
  trust: Trust
  lists: ListBoard
  calendar: CalendarBoard
  clock: Clock
  handlers: ReadonlyMap<string, ThreadHandler>
  observer: ExchangeObserver
  software: string
  addresses: () => string[]
  /** base64url of n random bytes */
  randomText: (bytes: number) => string
  /** in [0, 1) */
  random: () => number
  /** audit and event of a packet that could not be written anew after a restore */
  unwritten: (
    tx: Transaction,
    packet: { partner: string; thread: string; kind: string; problem: Problem },
  ) => Promise<void>
  /** a new packet key takes over from the one that signs */
  renewKey: () => Promise<void>
  /** audit row and event of what a person must know of a link */
  noticed: (tx: Transaction, notice: LinkNotice) => Promise<void>
  /** whether this node knows that its store is older than what it was */
  epoch: StoreEpoch
  /** audit row of the packets of one batch that were refused */
  turnedAway: (tx: Transaction, refused: RefusedPackets) => Promise<void>
  /** of a sandbox city alone */
  misconduct?: Misconduct | undefined
  /** bytes that the packets of one partner may take here */
  quota: number
  /** why nothing new is taken from anybody; null when there is room */
  space: () => Problem | null
  helloTimeout?: number
  receiptTimeout?: number
}

export interface Exchange {
  readonly author: Author
  readonly packets: PacketStore
  start(): Promise<void>
  stop(): Promise<void>
  /** Begins or ends delivery to partners after pairing, suspension or resumption. */
  partnersChanged(): Promise<void>
  /** Tells every connected partner of a new list. */
  announceList(head: string): void
  /** Tells every connected partner of new holiday tables. */
  announceCalendar(): void
  /** This node is reached at an address more: connected partners are told, others may be reached now. */
  moved(): void
  /** Tries the partner now. */
  wake(partner: string): void
  /** The same for a person, who waits until the partner greeted or the try failed. */
  tryNow(partner: string): Promise<void>
  status(partner: string): DeliveryStatus | null
  /** Partners whose packets take most of what they may, or more: bytes. */
  filling(): Promise<{ partner: string; bytes: number; quota: number }[]>
  /** What a person must know of the link with a partner, or of all links. */
  notices(partner?: string): readonly LinkNotice[]
  /** A stream of its own that tells whether the partner answers, and who it says it is; carries no packets. */
  probe(partner: string, timeout: number): Promise<Probe>
}

/** Streams that one peer may hold open; one is used, others are leftovers of broken connections. */
const STREAMS_PER_PEER = 4

/** Times that the receipt for one place is refused in a row before a person is told. */
const RECEIPT_REFUSED = 2

export function createExchange(parts: ExchangeParts): Exchange {
  const { db, clock, trust, identity, handlers, observer, lists, calendar, transport } = parts
  const store = createPacketStore(parts.keys)
  const deliveries = new Map<string, Delivery>()
  /** partners for which nothing is signed until what was lost is back */
  const recovering = new Set<string>()
  const conduct = createConducts(clock)
  /** partners that claim to hold what was lost, and were not asked yet: their packets may build on it */
  const claiming = new Set<string>()
  /** partners that did not prove what they claim */
  const disproved = new Set<string>()
  const notices = createNotices({ db, clock, noticed: parts.noticed })
  let running = false

  const addresses = createOwnAddresses(clock, parts.addresses)
  const greeting: GreetingParts = {
    db,
    store,
    identity,
    trust,
    lists,
    calendar,
    clock,
    hellos: createHellos(clock),
    instances: createInstances({ own: { id: parts.randomText(16), startedAt: clock.now() }, notices }),
    software: parts.software,
    addresses: addresses.list,
    helloTimeout: parts.helloTimeout ?? 15_000,
    conduct,
    clockSeen: (partner, ahead) => {
      signing.heard(partner, ahead)
      observer.clockSeen(partner, ahead, 'hello')
    },
  }
  const receiptTimeout = parts.receiptTimeout ?? 60_000
  const signing = createSigningClock({
    db,
    identity,
    trust,
    clock,
    stopped: problem => notices.note(identity.city, 'clock', problem),
    renewKey: parts.renewKey,
  })
  const common = { db, store, identity, trust, clock, handlers, signing }
  const fail = (partner: string, error: unknown) => observer.failed(partner, problemOf(error), error)

  const authorParts = {
    ...common,
    misconduct: parts.misconduct,
    random: parts.randomText,
    queued: (partner: string, packets: readonly StoredPacket[], wire: readonly WirePacket[]) => {
      deliveries.get(partner)?.queued(wire)
      observer.queued(partner, packets)
    },
  }
  const author = createAuthor({ ...authorParts, recovering: partner => recovering.has(partner) })
  const inbox = createInbox({
    ...common,
    room: bytes => {
      if (bytes >= parts.quota)
        return { code: 'store.full', detail: `${gigabytes(parts.quota)} of packets of one city` }
      return parts.space()
    },
    turnedAway: parts.turnedAway,
    received: (...event) => observer.received(...event),
  })
  const receipts = createReceipts({
    ...common,
    confirmed: (...event) => observer.confirmed(...event),
    clockSeen: (partner, ahead) => observer.clockSeen(partner, ahead, 'receipt'),
  })
  const recovery = createRecovery({
    ...common,
    author: createAuthor({ ...authorParts, recovering: () => false }),
    timeout: receiptTimeout,
    unwritten: parts.unwritten,
    begun: async partner => {
      recovering.add(partner)
      observer.recovering(partner, true, 0)
      if (parts.epoch.restored(partner)) return
      await notices.note(partner, 'recall', {
        code: 'instance.own',
        detail: 'the partner holds packets of this node that it forgot without having been restored',
      })
    },
    ended: (partner, recalled) => observer.recovering(partner, false, recalled),
  })
  const settled = (partner: string) => {
    claiming.delete(partner)
    recovering.delete(partner)
  }
  const deliveryParts = {
    ...greeting,
    transport,
    receipts,
    recovery,
    random: parts.random,
    receiptTimeout,
    agreed: async (partner: string) => {
      settled(partner)
      disproved.delete(partner)
      await parts.epoch.agreed(partner)
      await notices.clear(partner, 'claim')
    },
    unproven: async (partner: string, problem: Problem) => {
      settled(partner)
      disproved.add(partner)
      await notices.note(partner, 'claim', problem)
    },
    receiptRefused: async (partner: string, place: number, { code, detail }: Problem, times: number) => {
      if (times < RECEIPT_REFUSED) return
      const what = `the receipt for place ${place} was refused ${times} times`
      await notices.note(partner, 'receipt', { code, detail: detail === undefined ? what : `${what}: ${detail}` })
    },
    receiptTaken: (partner: string) => notices.clear(partner, 'receipt'),
    connected: (partner: string, on: boolean) => observer.connected(partner, on),
    failed: fail,
  }
  const receiverParts = {
    ...greeting,
    inbox,
    noted: (partner: string, kind: NoticeKind, problem: Problem | null) =>
      void (problem === null ? notices.clear(partner, kind) : notices.note(partner, kind, problem)).catch(error =>
        fail(partner, error),
      ),
    returned: (partner: string) => deliveries.get(partner)?.returned(),
    claimed: (partner: string) => {
      // One that was found to prove nothing is not believed again for saying it again.
      if (disproved.has(partner)) return
      claiming.add(partner)
      if (parts.epoch.restored(partner)) recovering.add(partner)
      deliveries.get(partner)?.regreet()
    },
    waits: (partner: string) => claiming.has(partner) || recovering.has(partner),
    failed: fail,
  }

  const oneAtATime = createSerial()
  const partnersChanged = () => oneAtATime(deliver)
  async function deliver(): Promise<void> {
    if (!running) return
    const active = new Set(trust.partners())
    for (const code of active) {
      if (deliveries.has(code)) continue
      if (await recovery.isUnfinished(code)) recovering.add(code)
      const delivery = new Delivery(code, deliveryParts)
      deliveries.set(code, delivery)
      delivery.start()
    }
    for (const [code, delivery] of deliveries) {
      if (active.has(code)) continue
      deliveries.delete(code)
      await delivery.stop()
    }
  }

  return {
    author,
    packets: store,
    partnersChanged,
    async start() {
      running = true
      await notices.load()
      await transport.handle(STREAM.exchange, wire => receive(receiverParts, wire), {
        maxFrame: LIMITS.frameBytes,
        maxStreamsPerCity: STREAMS_PER_PEER,
      })
      transport.onConnection(({ peer, open }) => {
        const partner = trust.cityOf(peer)
        if (open && partner !== undefined) deliveries.get(partner)?.returned()
      })
      await partnersChanged()
    },
    async stop() {
      running = false
      // After whatever was beginning a delivery meanwhile.
      await oneAtATime(() => Promise.all([...deliveries.values()].map(delivery => delivery.stop())))
      deliveries.clear()
    },
    announceList(head) {
      for (const delivery of deliveries.values()) delivery.announce(head)
    },
    announceCalendar() {
      for (const delivery of deliveries.values()) delivery.queued()
    },
    moved() {
      addresses.changed()
      for (const delivery of deliveries.values()) {
        delivery.queued()
        delivery.returned()
      }
    },
    wake(partner) {
      deliveries.get(partner)?.returned()
    },
    tryNow: async partner => deliveries.get(partner)?.tryNow(),
    notices: partner => notices.list(partner),
    filling: async () =>
      (await store.large(db, parts.quota * EXCHANGE_LIMITS.told)).map(entry => ({ ...entry, quota: parts.quota })),
    status: partner => deliveries.get(partner)?.status() ?? null,
    probe: (partner, timeout) => openProbe({ ...greeting, transport }, partner, timeout),
  }
}

function problemOf(error: unknown): Problem {
  return error instanceof Error && 'problem' in error ? (error.problem as Problem) : { code: 'internal' }
}
