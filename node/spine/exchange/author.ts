/** Writes own packets: signs outside the transaction, stores and queues inside it. */

import { unwritable } from '../../../protocol/json-text.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { PROTOCOL_VERSION } from '../../../protocol/names.ts'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { commit, signPacket } from '../../../protocol/packet/envelope.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import { ownProblem, type Problem, ProblemError } from '../../../protocol/problem.ts'
import { chainOf } from '../../../protocol/thread/chain.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { advance } from './hash.ts'
import type { WirePacket } from './link-store.ts'
import type { PacketStore } from './packet-store.ts'
import type {
  Addressed,
  Author,
  Draft,
  Misconduct,
  OwnIdentity,
  StoredPacket,
  Target,
  ThreadHandler,
  Trust,
} from './ports.ts'
import type { SigningClock } from './signing.ts'

/** Why an own packet would be refused: what was written here is for who wrote it, a step of the other city is for that city. */
const refusedHere = (problem: Problem): ProblemError =>
  /^(body|envelope|case)\./.test(problem.code) && problem.code !== 'case.author'
    ? ownProblem(problem)
    : new ProblemError(problem.code, problem.detail)

type Prepared = { packet: StoredPacket; jws: string; bodyBytes: Uint8Array }
type Base = { threadNo: number | null; version: string; packets: StoredPacket[] }

/** Between signing and storing another packet joined the thread, or the machine stood still; the draft is signed anew. */
class Overtaken extends Error {}

const ATTEMPTS = 50
/** Whatever is written beside own packets is written by the transaction alone, as what these mean is. */
const REPEATABLE = { repeatable: true } as const

export type AuthorParts = {
  db: Database
  store: PacketStore
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  signing: SigningClock
  handlers: ReadonlyMap<string, ThreadHandler>
  /** cryptographically random bytes, base64url */
  random: (bytes: number) => string
  /** whether packets to the partner are being fetched back */
  recovering: (partner: string) => boolean
  /** what goes out in place of what holds: of a sandbox city alone */
  misconduct?: Misconduct | undefined
  /** called after the commit, with the packets as they go over the wire */
  queued: (partner: string, packets: readonly StoredPacket[], wire: readonly WirePacket[]) => void
}

export function createAuthor(parts: AuthorParts): Author {
  const { db, store, identity, trust, clock, signing } = parts

  /** An act that is written anew keeps its time, if the key may sign under it: a deadline that it met stays met. */
  const firstTime = ({ iat }: Draft): number | undefined =>
    iat !== undefined && signing.delegated(iat) ? iat : undefined

  async function prepare(
    target: { thread: string; partner: string },
    drafts: readonly Draft[],
    base: Base,
    now: number,
  ): Promise<Prepared[]> {
    const prepared: Prepared[] = []
    for (const draft of drafts) {
      const handler = handlerOf(parts.handlers, draft.kind)
      const packets = [...base.packets, ...prepared.map(entry => entry.packet)]
      const last = chainOf(packets, identity.city).at(-1)
      const seen = chainOf(packets, target.partner).at(-1)
      const lost = unwritable(draft.content, LIMITS.jsonLevels)
      if (lost !== null) throw ownProblem({ code: 'body.schema', detail: `${lost.path.join('.')}: ${lost.why}` })
      const text = JSON.stringify({ salt: parts.random(16), ...draft.content })
      const bodyBytes = encodeUtf8(text)
      if (bodyBytes.byteLength > LIMITS.bodyBytes)
        throw ownProblem({ code: 'body.oversize', detail: `${LIMITS.bodyBytes} bytes at most` })
      const claims: PacketClaims = {
        v: PROTOCOL_VERSION,
        iss: identity.city,
        aud: target.partner,
        thread: target.thread,
        kind: draft.kind,
        seq: (last?.claims.seq ?? 0) + 1,
        prev: last?.id ?? null,
        seen: seen?.id ?? null,
        iat: Math.max(firstTime(draft) ?? now, last?.claims.iat ?? 0),
        ...(draft.agreement === undefined ? {} : { agreement: draft.agreement }),
        body: await commit(bodyBytes),
        materials: [...(draft.materials ?? [])],
      }
      if (claims.iat > now + LIMITS.clockSkewSeconds)
        throw new ProblemError('clock.own', `the thread holds a packet of ${claims.iat - now} s later`)
      // What can be written is read from its text as it is (`unwritable`): no look at the letters, and no hash, is needed again.
      const opened = await handler.judgeBody(claims, JSON.parse(text))
      if (!opened.ok) throw refusedHere(opened.problem)
      const spoilt = parts.misconduct?.body(text) ?? null
      const sent = spoilt === null ? bodyBytes : encodeUtf8(spoilt)
      if (spoilt !== null) claims.body = await commit(sent)
      const { jws, id } = await signPacket(claims, identity.signer())
      if (jws.length > LIMITS.packetBytes) throw ownProblem({ code: 'envelope.oversize' })
      const packet: StoredPacket = { no: 0, id, claims, body: opened.body, direction: 'out', status: 'pending' }
      const admitted = await handler.admit(db, packets, packet)
      if (!admitted.ok) throw refusedHere(admitted.problem)
      prepared.push({ packet, jws, bodyBytes: sent })
    }
    return prepared
  }

  /** The number of a thread; null when there is none yet. */
  async function numberOf({ thread, partner, no }: Addressed): Promise<number | null> {
    // An id that was drawn anew is no other thread's; that the store keeps each once is the guard.
    if (no !== undefined) return no === 'new' ? null : no
    const row = await store.thread(db, thread)
    if (row !== null && row.partner !== partner) throw new ProblemError('thread.party')
    return row?.no ?? null
  }

  async function base(target: Addressed): Promise<Base> {
    const no = await numberOf(target)
    if (no === null) return { threadNo: null, version: '0/0', packets: [] }
    // Read before the packets: a packet in between makes the version differ, never the other way round.
    const version = await store.version(db, no)
    return { threadNo: no, version, packets: await store.packets(db, no) }
  }

  async function append(
    tx: Transaction,
    target: Target,
    from: Base,
    prepared: readonly Prepared[],
  ): Promise<{ written: StoredPacket[]; wire: WirePacket[] }> {
    if (parts.recovering(target.partner)) throw new ProblemError('exchange.recovering')
    const at = clock.now()
    let threadNo = from.threadNo
    if (threadNo === null) {
      if (target.no !== 'new' && (await store.thread(tx, target.thread)) !== null) throw new Overtaken()
      threadNo = await store.beginThread(
        tx,
        target.thread,
        typeOf(prepared[0]?.packet.claims.kind ?? ''),
        target.partner,
        at,
      )
      if (threadNo === null) throw new ProblemError('internal', 'a thread has the id that was drawn for a new one')
    } else if ((await store.version(tx, threadNo)) !== from.version) {
      throw new Overtaken()
    }
    let link = await store.linkIn(tx, target.partner, 'out')
    const written: StoredPacket[] = []
    const wire: WirePacket[] = []
    for (const { packet, jws, bodyBytes } of prepared) {
      link = { ...link, ...advance(link, packet.id) }
      const no = await store.insert(
        tx,
        {
          id: packet.id,
          jws,
          claims: packet.claims,
          bodyBytes,
          threadNo,
          partner: target.partner,
          direction: 'out',
          status: 'pending',
          receiptNo: null,
          at,
        },
        link,
      )
      const stored = { ...packet, no }
      written.push(stored)
      wire.push({ no, n: link.n, id: packet.id, jws, body: bodyBytes })
      await handlerOf(parts.handlers, packet.claims.kind).apply(tx, {
        threadNo,
        thread: target.thread,
        partner: target.partner,
        packets: [...from.packets, ...written],
        packet: stored,
        at,
      })
    }
    await store.saveLink(tx, target.partner, 'out', link)
    return { written, wire }
  }

  type Entry = { target: Target; from: Base; prepared: Prepared[] }

  /** All that can be judged and signed before the transaction. */
  async function prepareAll(targets: readonly Target[], signedAt: number): Promise<Entry[]> {
    const entries: Entry[] = []
    for (const target of targets) {
      if (parts.recovering(target.partner)) throw new ProblemError('exchange.recovering')
      const from = await base(target)
      entries.push({ target, from, prepared: await prepare(target, target.drafts, from, signedAt) })
    }
    return entries
  }

  function mayWrite(targets: readonly Target[]): void {
    for (const { partner } of targets) {
      const problem = trust.problemOf(partner)
      if (problem !== null) throw new ProblemError(problem.code, problem.detail ?? partner)
    }
  }

  const writeAll: Author['writeAll'] = async (targets, alongside) => {
    mayWrite(targets)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const signedAt = await signing.now()
      const entries = await prepareAll(targets, signedAt)
      try {
        return await db.transaction(async tx => {
          // What a greeting told meanwhile did not count this packet: under its old time the partner would refuse it.
          if (seconds(clock.now()) - signedAt > LIMITS.clockSkewSeconds) throw new Overtaken()
          const all: StoredPacket[] = []
          for (const { target, from, prepared } of entries) {
            const { written, wire } = await append(tx, target, from, prepared)
            all.push(...written)
            tx.afterCommit(() => parts.queued(target.partner, written, wire))
          }
          await alongside?.(tx, all)
          return all
        }, REPEATABLE)
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error
      }
    }
    throw new ProblemError('request.conflict', 'the thread keeps changing')
  }

  return {
    writeAll,
    async rehearse(targets) {
      mayWrite(targets)
      await prepareAll(targets, await signing.now())
    },
    write: (target, drafts, alongside) => writeAll([{ ...target, drafts }], alongside),
  }
}

/** `case` of `case.submit`. */
export const typeOf = (kind: string): string => kind.slice(0, kind.indexOf('.'))

export function handlerOf(handlers: ReadonlyMap<string, ThreadHandler>, kind: string): ThreadHandler {
  const handler = handlers.get(typeOf(kind))
  if (handler === undefined) throw new ProblemError('envelope.claims', 'kind')
  return handler
}
