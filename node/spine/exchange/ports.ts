/**
 * What the exchange and the concerns know of each other. The exchange moves threads between cities and knows nothing of
 * their meaning: each concern registers a ThreadHandler for its kinds of packets.
 */

import type { CalendarNotice } from '../../../protocol/calendar/notice.ts'
import type { Identity } from '../../../protocol/exchange/frames.ts'
import type { Packet, PacketClaims } from '../../../protocol/packet/claims.ts'
import type { PacketSigner, TrustedKey } from '../../../protocol/packet/envelope.ts'
import type { Commitment } from '../../../protocol/primitives.ts'
import type { Problem, Refused } from '../../../protocol/problem.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'

/** Materials that packets of partners name: fetched after the commit. */
export type NamedMaterials = {
  /** Whether this city lacks any of them. */
  want(tx: Transaction, partner: string, materials: readonly Commitment[]): Promise<boolean>
  /** Whether a partner may name so many more. Problem: `material.backlog`. */
  room(store: Reader, partner: string, more: number): Promise<{ ok: true } | Refused>
}

/** A packet of a thread as the store holds it. What it says is opened when `body` is read first, and kept. */
export type StoredPacket = Packet & {
  no: number
  direction: 'in' | 'out'
  status: 'pending' | 'stored'
  /** whether the body is gone, known without opening it; absent where it is at hand */
  purged?: boolean
}

/** Whether what a packet said is here no more. */
export const isGone = (packet: { purged?: boolean; body: unknown }): boolean => packet.purged ?? packet.body === null

/** A thread and one more packet that was admitted to it, inside the transaction that stores them. */
export type Applied = {
  threadNo: number
  thread: string
  partner: string
  /** all packets of the thread that hold, the new one last */
  packets: readonly StoredPacket[]
  /** the new packet; absent when the thread was folded anew after one was taken out */
  packet: StoredPacket | null
  /** now, milliseconds */
  at: number
}

/** The meaning of one type of thread (`case`, `agreement`), given to the exchange by its concern. */
export interface ThreadHandler {
  /** first part of its packets' kinds, `case` of `case.submit` */
  readonly type: string
  /** Opens and checks body bytes; pure. */
  openBody(claims: PacketClaims, bytes: Uint8Array): Promise<{ ok: true; body: unknown } | Refused>
  /** Checks a body that this node writes by the rules of `openBody`, before it is bytes; pure. */
  judgeBody(
    claims: PacketClaims,
    value: unknown,
  ): { ok: true; body: unknown } | Refused | Promise<{ ok: true; body: unknown } | Refused>
  /** Makes ready what judging a packet that came will need, before the transaction that does; reads only. */
  prepare?(packet: Packet): Promise<void>
  /** Whether the packet may join its thread; reads only. Runs for own packets before signing and for the partner's on arrival. */
  admit(store: Reader, packets: readonly StoredPacket[], candidate: Packet): Promise<{ ok: true } | Refused>
  /** Brings projection, jobs, audit and events up to date in the transaction that stores the packet. */
  apply(tx: Transaction, applied: Applied): Promise<void>
  /** One of this node's packets was refused and taken out of its chain; `packets` is what is left, `taken` what was refused. */
  refused(tx: Transaction, applied: Applied, kind: string, problem: Problem, taken: StoredPacket): Promise<void>
  /** One of this node's packets was withdrawn after a restore and cannot be written anew; `packets` is what is left. */
  unwritten(tx: Transaction, applied: Applied, problem: Problem, taken: StoredPacket): Promise<void>
  /** The partner got own packets on another day than they were signed; absent where no day is counted from them. */
  receipted?(tx: Transaction, applied: Omit<Applied, 'packet'>): Promise<void>
}

/** One packet to be written: what it says, before salt, place and signature. */
export type Draft = {
  kind: string
  /** body without salt; checked by the handler */
  content: object
  materials?: readonly Commitment[]
  agreement?: string
  /** seconds; when it was signed first, of one that is written anew */
  iat?: number
}

/** Writes and signs own packets; durable and queued for the partner when it resolves. */
/** What a sandbox city (沙箱城市) does wrong on purpose; a node of `tongban start` has none. */
export type Misconduct = {
  /** The body that is signed in place of one that holds; null: that one. It is stored here as the city wrote it otherwise. */
  body(text: string): string | null
  /** The bytes of a material as they go to the partner. */
  material(sha256: string, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

export interface Author {
  /**
   * Appends drafts in order to a thread (or begins it), in one transaction with `alongside`, which is called again when that is run
   * anew: it changes nothing but by its transaction.
   * Throws ProblemError: what the handler's `admit` refuses, `exchange.recovering`, `partner.*`.
   */
  write(
    target: Addressed,
    drafts: readonly [Draft, ...Draft[]],
    alongside?: (tx: Transaction, written: readonly StoredPacket[]) => Promise<void>,
  ): Promise<readonly StoredPacket[]>

  /** The same for several threads in one transaction: all are written, or none. */
  writeAll(
    targets: readonly Target[],
    alongside?: (tx: Transaction, written: readonly StoredPacket[]) => Promise<void>,
  ): Promise<readonly StoredPacket[]>

  /** Goes the way of `writeAll` up to its transaction: throws what that would throw now, and leaves nothing behind. */
  rehearse(targets: readonly Target[]): Promise<void>
}

/** A thread to write to: `no` is given where it was looked up before; `new` is under an id that was drawn for it, so it is not looked for. */
export type Addressed = { thread: string; partner: string; no?: number | 'new' }
export type Target = Addressed & { drafts: readonly [Draft, ...Draft[]] }

/** Own keys. */
export interface OwnIdentity {
  readonly city: string
  readonly name: string
  signer(): PacketSigner
  /** what a hello carries */
  document(): Identity
}

/** Whom this node trusts, answered from memory. */
export interface Trust {
  /** packet keys of active partners and own ones */
  key(kid: string): TrustedKey | undefined
  /** the city whose trusted delegation names the libp2p peer; only paired and not suspended ones */
  cityOf(peer: string): string | undefined
  /** peers and addresses at which the city may be reached; empty when unknown or suspended */
  reach(city: string): { peers: readonly string[]; addresses: readonly string[] }
  /** codes of active partners */
  partners(): readonly string[]
  /** why nothing goes to a city or comes from it: `partner.inactive`, `certificate.revoked`; null for a partner */
  problemOf(city: string): Problem | null
  /** why a peer that is no partner's is turned away: `partner.unknown`, `certificate.revoked` */
  refusalOf(peer: string): Problem
  /** Verifies and stores what a partner's hello says of its keys (certificate must be the trusted one). */
  learn(city: string, identity: Identity, addresses: readonly string[]): Promise<{ ok: true } | Refused>
}

/** What partners tell one another of their holiday tables. */
export interface CalendarBoard {
  /** what this city tells; another object when it changed */
  notice(): CalendarNotice
  /** A partner told its own; what it changes is counted anew in the background. */
  receive(city: string, notice: CalendarNotice): Promise<void>
}

/** Published lists, as the exchange passes them on. */
export interface ListBoard {
  /** signed head of the own list */
  head(): string | null
  /** A partner announced its list head, or that it has none; what is new is fetched in the background. */
  announced(city: string, head: string | null): void
}

/** What this node knows by itself of a restore. */
export interface StoreEpoch {
  /** Whether the store was restored, and no watermarks were compared with the partner since. */
  restored(partner: string): boolean
  /** The watermarks agree: what was lost is back. */
  agreed(partner: string): Promise<void>
}
