/** Takes a batch of the partner's packets: verifies outside the transaction, admits and stores inside it, then receipts. */

import { dayOf } from '../../../protocol/agreement/document.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { PROTOCOL_VERSION } from '../../../protocol/names.ts'
import type { Packet } from '../../../protocol/packet/claims.ts'
import { keyUsable, verifyPacket } from '../../../protocol/packet/envelope.ts'
import { type ReceiptItem, signReceipt } from '../../../protocol/packet/receipt.ts'
import { Sha256, sha256 } from '../../../protocol/primitives.ts'
import { type Problem, type ProblemCode, ProblemError, type Refused, refuse } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { typeOf } from './author.ts'
import { WORK } from './budget.ts'
import { type Came, earliest, isFresh } from './contact.ts'
import { advance } from './hash.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { Link } from './link-store.ts'
import type { PacketStore } from './packet-store.ts'
import type { OwnIdentity, StoredPacket, ThreadHandler, Trust } from './ports.ts'
import type { ReceivedPacket } from './receipt-store.ts'
import { type SigningClock, signedOf } from './signing.ts'
import { type BatchThreads, createThreads } from './threads.ts'

/** `bytes`: of its frame. */
export type Incoming = { n: number; jws: string; body: Uint8Array; bytes: number }
/** A receipt to send: it covers this direction's packets up to `through`. */
type Given = { through: number; jws: string }
/** What became of a batch: the receipts to send, the bytes of each packet that was stored, the number of refused ones, and what its threads cost. */
type Taken = { given: Given[]; useful: number[]; refused: number; work: number }

/** `signed`: the partner's signature verified, whatever else is wrong. */
type Checked = Incoming & { id: string; signed: boolean } & (
    | { ok: true; packet: Packet; handler: ThreadHandler }
    | Refused
  )

/** Packets as they came, each verified or refused; `iat`: under which the receipt for them is signed, seconds. */
type VerifiedBatch = { iat: number; packets: readonly Checked[] }

/** Problems of a packet whose signature verified; what was refused so is kept, to be given back to its city. */
const SIGNED: ReadonlySet<ProblemCode> = new Set([
  'envelope.clock',
  'key.expired',
  'key.revoked',
  'certificate.revoked',
])

/** Bytes that a packet takes beside JWS and body, about: its rows, its part of indexes and receipt. */
const REST_BYTES = 1024

/** What was refused in one batch. */
export type RefusedPackets = {
  partner: string
  /** of the first one */
  id: string
  problem: Problem
  count: number
  /** how many of each problem, `chain.replay 3, key.unknown 1` */
  problems: string
  /** the first ids, separated by spaces */
  ids: string
}

export type InboxParts = {
  db: Database
  store: PacketStore
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  signing: SigningClock
  handlers: ReadonlyMap<string, ThreadHandler>
  /** why nothing more is taken of a partner whose packets take so many bytes; null when there is room */
  room: (bytes: number) => Problem | null
  /** leaves one audit row for the packets of a batch that were refused */
  turnedAway: (tx: Transaction, refused: RefusedPackets) => Promise<void>
  /** after the commit: what was stored and what was refused */
  received: (
    partner: string,
    stored: readonly StoredPacket[],
    refused: readonly { id: string; problem: Problem }[],
  ) => void
}

export type Inbox = ReturnType<typeof createInbox>

export function createInbox(parts: InboxParts) {
  const { db, store, identity, trust, clock, signing } = parts
  const held = createThreads(store)

  /** Everything that needs no store: envelope, key, body. */
  async function check(partner: string, incoming: Incoming): Promise<Checked> {
    if (incoming.jws === '') return { ...incoming, signed: false, ...refusedBefore(incoming.body) }
    const verified = await verifyPacket(incoming.jws, {
      resolveKey: kid => trust.key(kid),
      audience: identity.city,
      now: seconds(clock.now()),
    })
    if (!verified.ok) {
      const signed = SIGNED.has(verified.problem.code)
      return { ...incoming, id: await sha256(incoming.jws), signed, ...verified }
    }
    const { id, claims } = verified
    const packet = { ...incoming, id, signed: true }
    if (claims.iss !== partner)
      return { ...packet, signed: false, ...refuse('envelope.issuer', 'not the city of this link') }
    const handler = parts.handlers.get(typeOf(claims.kind))
    if (handler === undefined) return { ...packet, ...refuse('envelope.claims', 'kind') }
    const opened = await handler.openBody(claims, incoming.body)
    if (!opened.ok) return { ...packet, ...opened }
    const candidate = { id, claims, body: opened.body }
    await handler.prepare?.(candidate)
    return { ...packet, ok: true, packet: candidate, handler }
  }

  /** Whether a receipt that was given can be verified; one that was signed by a wrong clock cannot. `begun`: when the batch was, seconds. */
  function holds(receipt: string, begun: number): boolean {
    const { kid, iat } = signedOf(receipt)
    // The batch may have waited for its turn, while another stream brought the same and had its receipt.
    const now = Math.max(begun, seconds(clock.now()))
    const key = trust.key(kid)
    const usable = key !== undefined && keyUsable(key, identity.city, iat, true) === null
    return usable && iat <= now + LIMITS.clockSkewSeconds
  }

  /** Receipts already given for places that the partner sends again; one that cannot be verified is given anew. */
  async function repeated(tx: Transaction, partner: string, batch: readonly Checked[], iat: number): Promise<Given[]> {
    const given: Given[] = []
    let receipt: string = ''
    let anew: ReceivedPacket[] = []
    const giveAnew = async (): Promise<void> => {
      const through = anew.at(-1)?.place
      if (through === undefined) return
      const no = await store.nextReceiptNo(tx)
      const jws = await sign(partner, anew.map(itemOf), iat)
      await store.saveReceipt(tx, { no, partner, direction: 'given', through, jws, at: clock.now() })
      const threads = await store.receiptAnew(tx, partner, { from: anew[0]?.place ?? through, through }, { no, iat })
      for (const { threadNo, thread, type } of threads) {
        const packets = await store.packets(tx, threadNo)
        await parts.handlers.get(type)?.receipted?.(tx, { threadNo, thread, partner, packets, at: clock.now() })
      }
      given.push({ through, jws })
      anew = []
    }
    for (const { n, id } of batch) {
      const held = await store.receivedAt(tx, partner, n)
      if (held === null || held.id !== id)
        throw new ProblemError('exchange.protocol', `another packet stands at place ${n}`)
      if (held.receipt === receipt && anew.length === 0) {
        const last = given.at(-1)
        if (last !== undefined) last.through = n
        continue
      }
      receipt = held.receipt
      if (!holds(receipt, iat)) {
        anew.push(held)
        continue
      }
      await giveAnew()
      given.push({ through: n, jws: receipt })
    }
    await giveAnew()
    return given
  }

  const sign = (partner: string, items: ReceiptItem[], iat: number): Promise<string> =>
    signReceipt({ v: PROTOCOL_VERSION, iss: identity.city, aud: partner, iat, items }, identity.signer())

  /** Admits a packet to its thread, which it may begin. */
  async function place(
    tx: Transaction,
    partner: string,
    threads: BatchThreads,
    { packet, handler }: Pick<Extract<Checked, { ok: true }>, 'packet' | 'handler'>,
    at: number,
  ): Promise<{ ok: true; threadNo: number; before: readonly StoredPacket[] } | Refused> {
    const { thread: id, kind, seq, prev, seen } = packet.claims
    // Nobody asks for a thread that is about to be begun: should there be one of its id, it does not begin.
    let thread = await threads.open(id, seq === 1 && prev === null && seen === null)
    for (;;) {
      const before = thread?.packets ?? []
      if (before.some(other => other.id === packet.id))
        return refuse('chain.replay', 'the very packet, at another place')
      if (thread !== null && thread.partner !== partner) return refuse('thread.party')
      const admitted = await handler.admit(tx, before, packet)
      if (!admitted.ok) return admitted
      const threadNo = thread?.no ?? (await store.beginThread(tx, id, typeOf(kind), partner, at))
      if (threadNo !== null) return { ok: true, threadNo, before }
      thread = await threads.open(id)
      if (thread === null) throw new ProblemError('internal', 'a thread that is there and is not')
    }
  }

  async function storeBatch(
    tx: Transaction,
    partner: string,
    incoming: readonly Checked[],
    { iat, came }: { iat: number; came: Came },
  ): Promise<Taken> {
    const at = clock.now()
    const begun = await store.linkIn(tx, partner, 'in')
    let link = begun
    const notBefore = earliest(begun.currentAt ?? 0, came)
    // Judged here, not before: a stream that broke may have stored meanwhile what the next one brings again.
    const reached = link.n
    const given = await repeated(
      tx,
      partner,
      incoming.filter(packet => packet.n <= reached),
      iat,
    )
    const batch = incoming.filter(packet => packet.n > reached)
    if (batch.length === 0) return { given, useful: [], refused: 0, work: 0 }
    const room = parts.room(link.bytes)
    if (room !== null) {
      // What is stored already gets its receipt all the same; the rest is told when it comes alone.
      if (given.length > 0) return { given, useful: [], refused: 0, work: 0 }
      throw new ProblemError(room.code, room.detail)
    }
    const receiptNo = await store.nextReceiptNo(tx)
    const threads = held.batch(tx)
    const items: ReceiptItem[] = []
    const stored: StoredPacket[] = []
    const useful: number[] = []
    const refused: { id: string; problem: Problem }[] = []
    const ids = new Set<string>()
    let preflights = 0

    const turnAway = async ({ id, jws, signed }: Checked, problem: Problem) => {
      await store.saveRefusal(tx, {
        partner,
        direction: 'in' as const,
        link,
        id,
        problem,
        receiptNo,
        at,
        jws: signed ? jws : null,
      })
      link.bytes += REST_BYTES + (signed ? jws.length : 0)
      items.push(itemOf({ id, problem }))
      refused.push({ id, problem })
    }

    for (const checked of batch) {
      if (checked.n !== link.n + 1 || ids.has(checked.id)) {
        throw new ProblemError('exchange.protocol', `place ${checked.n} after ${link.n}`)
      }
      ids.add(checked.id)
      link = { ...advance(link, checked.id), acked: checked.n }
      if (!checked.ok) {
        await turnAway(checked, checked.problem)
        continue
      }
      const { packet, jws, body, bytes, handler } = checked
      if (packet.claims.iat < notBefore) {
        const day = dayOf(packet.claims.iat)
        await turnAway(checked, { code: 'exchange.stale', detail: `signed on ${day}, not before ${dayOf(notBefore)}` })
        continue
      }
      const placed = await place(tx, partner, threads, checked, at)
      if (!placed.ok) {
        if (placed.problem.code === 'case.preflight') preflights++
        await turnAway(checked, placed.problem)
        continue
      }
      const { threadNo, before } = placed
      const no = await store.insert(
        tx,
        {
          id: packet.id,
          jws,
          claims: packet.claims,
          bodyBytes: body,
          threadNo,
          partner,
          direction: 'in',
          status: 'stored',
          receiptNo,
          receivedAt: iat,
          at,
        },
        link,
      )
      const joined: StoredPacket = { ...packet, no, direction: 'in', status: 'stored', receivedAt: iat }
      const packets = [...before, joined]
      threads.joined(packet.claims.thread, { no: threadNo, partner, packets })
      await handler.apply(tx, { threadNo, thread: packet.claims.thread, partner, packets, packet: joined, at })
      items.push({ id: packet.id, status: 'stored' })
      link.bytes += jws.length + body.byteLength + REST_BYTES
      stored.push(joined)
      useful.push(bytes)
    }
    const audited = summaryOf(partner, refused)
    if (audited !== null) await parts.turnedAway(tx, audited)
    const jws = await sign(partner, items, iat)
    await store.saveReceipt(tx, { no: receiptNo, partner, direction: 'given', through: link.n, jws, at })
    const currentAt = stored.some(({ claims }) => isFresh(claims.iat, at)) ? at : (begun.currentAt ?? 0)
    await store.saveLink(tx, partner, 'in', { ...link, currentAt })
    tx.afterCommit(() => parts.received(partner, stored, refused))
    const work = threads.work + preflights * WORK.preflight
    return { given: [...given, { through: link.n, jws }], useful, refused: refused.length, work }
  }

  return {
    /** All of a batch that needs no store, whatever becomes of the one before. Throws ProblemError `clock.own` when no receipt can be signed. */
    async verify(partner: string, incoming: readonly Incoming[]): Promise<VerifiedBatch> {
      const iat = await signing.now()
      return { iat, packets: await Promise.all(incoming.map(packet => check(partner, packet))) }
    },

    /**
     * Stores or refuses each packet of a batch that follows what was received before; says after the commit what became of it.
     * Throws ProblemError `exchange.protocol` when places don't follow; then nothing of the batch is kept.
     */
    store(partner: string, { iat, packets }: VerifiedBatch, came: Came): Promise<Taken> {
      return db.transaction(tx => storeBatch(tx, partner, packets, { iat, came }))
    },

    /**
     * The partner said in a greeting how many packets it has: when all of them are held, later ones were signed later. One that has
     * fewer was restored: what it signs anew keeps its first time.
     */
    async greeted(partner: string, sent: number, said: number): Promise<void> {
      // A hello may come late: what was signed since it was written may wait.
      const now = Math.min(clock.now(), said)
      const currentAt = ({ n, currentAt: before }: Link): number | null => {
        if (sent > n) return null
        const next = sent < n ? 0 : now
        return Math.abs(next - (before ?? 0)) < EXCHANGE_LIMITS.current ? null : next
      }
      if (currentAt(await store.link(db, partner, 'in')) === null) return
      await db.transaction(async tx => {
        const held = await store.linkIn(tx, partner, 'in')
        const next = currentAt(held)
        if (next !== null) await store.saveLink(tx, partner, 'in', { ...held, currentAt: next })
      })
    },
  }
}

function summaryOf(partner: string, refused: readonly { id: string; problem: Problem }[]): RefusedPackets | null {
  const [first] = refused
  if (first === undefined) return null
  const counts = new Map<string, number>()
  for (const { problem } of refused) counts.set(problem.code, (counts.get(problem.code) ?? 0) + 1)
  return {
    partner,
    ...first,
    count: refused.length,
    problems: [...counts].map(([code, count]) => `${code} ${count}`).join(', '),
    ids: refused
      .slice(0, EXCHANGE_LIMITS.audited)
      .map(({ id }) => id)
      .join(' '),
  }
}

const itemOf = ({ id, problem }: { id: string; problem: Problem | null }): ReceiptItem =>
  problem === null
    ? { id, status: 'stored' }
    : {
        id,
        status: 'refused',
        problem: problem.code,
        ...(problem.detail === undefined ? {} : { detail: problem.detail.slice(0, 500) }),
      }

/** A packet that was refused before is sent as its id alone, so that both running hashes stay equal after a restore. */
function refusedBefore(body: Uint8Array): { id: string } & Refused {
  const id = Sha256.safeParse(new TextDecoder().decode(body))
  if (!id.success) throw new ProblemError('exchange.protocol', 'empty packet')
  return { id: id.data, ...refuse('chain.replay', 'was refused before') }
}
