/** The own list: each publication is the next version, signed; one lost with the store comes back from a partner that holds it. */

import { PROTOCOL_VERSION } from '../../../protocol/names.ts'
import type { Commitment } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type ListHead, signListHead, verifyListHead } from '../../../protocol/service/list.ts'
import { compareKeys, itemKey } from '../../../protocol/service/list-tree.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { createSerial } from '../../kernel/serial.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import type { OwnIdentity, Trust } from '../../spine/exchange/ports.ts'
import type { Allowance } from './allowance.ts'
import type { Items } from './items.ts'
import { findIn, findNone, type Kept } from './kept.ts'
import type { StoredHead } from './lists.ts'
import { type ItemSource, readItem, readItems } from './read-items.ts'
import { fetchList, type ReceiveParts, throwProblem } from './receive.ts'
import { createSpool } from './spool.ts'
import { createStage, type Stage } from './stage.ts'

export type PublisherParts = ReceiveParts & {
  allowance: Allowance
  identity: OwnIdentity
  trust: Trust
  clock: Clock
  audit: Audit
  events: EventLog
  items: Items
  /** tells connected partners of the new head */
  announce: (head: string) => void
  /** the own list could not be fetched back from a partner */
  failed: (partner: string, problem: Problem) => void
}

/** What changes in a list: items to be put, new ones or in the place of those with their codes, and codes to be removed. */
export type ListChange = {
  put: readonly ServiceItem[]
  remove: readonly string[]
  /** the organisation tree from this version on; the one before stays without it */
  organisation?: Commitment
}

/** Written in the transaction that publishes. */
export type Alongside = (tx: Transaction, version: number) => Promise<void>

export async function createPublisher(parts: PublisherParts) {
  const { db, lists, identity } = parts
  /** for what is asked at once: the hello */
  let own = await lists.head(identity.city)
  /** One after the other, for each takes the next version. */
  const inTurn = createSerial()
  const looking = new Set<string>()

  /** Keeps a version with what the audit says of it, then tells partners. */
  async function keep(
    stage: Stage,
    head: StoredHead,
    actor: string,
    action: AuditAction,
    detail: object,
    alongside?: Alongside,
  ): Promise<StoredHead> {
    await db.transaction(async tx => {
      await act(tx)
      await stage.seal(tx, head)
      const { version, count, root } = head.claims
      await parts.audit.append(tx, {
        actor,
        action,
        subject: identity.city,
        detail: { version, items: count, root, ...detail },
      })
      await parts.events.append(tx, { type: 'list.changed', subject: identity.city })
      await alongside?.(tx, version)
    })
    own = head
    parts.announce(head.jws)
    return head
  }

  /** Signs and keeps what `fill` puts on the stage. */
  async function next(
    version: number,
    whole: { knownAt: number } | null,
    fill: (stage: Stage) => Promise<object>,
    actor: string,
    organisation: Commitment | undefined = own?.claims.organisation,
    alongside?: Alongside,
  ): Promise<StoredHead> {
    const base = { city: identity.city, version, held: own, whole: whole !== null }
    const stage = createStage(parts, { ...base, ...whole })
    try {
      const detail = await fill(stage)
      const { count, root } = await stage.finish()
      const iat = seconds(parts.clock.now())
      const head: ListHead = {
        v: PROTOCOL_VERSION,
        iss: identity.city,
        iat,
        version,
        count,
        root,
        ...(organisation === undefined ? {} : { organisation }),
      }
      const jws = await signListHead(head, identity.signer())
      return await keep(stage, { version, jws, claims: head }, actor, 'list.published', detail, alongside)
    } catch (error) {
      await stage.abandon()
      throw error
    }
  }

  /** The own list as a partner holds it, of a version that this node forgot. */
  async function recover(partner: string, jws: string): Promise<void> {
    const { resolveKey } = parts
    const verified = await verifyListHead(jws, { resolveKey, issuer: identity.city })
    if (!verified.ok) return throwProblem(verified.problem)
    const { head } = verified
    if (head.version <= (own?.version ?? 0)) return
    if (own !== null && own.claims.iat > head.iat) {
      // What an administrator published since the restore is meant: it only needs a version above.
      await next(head.version + 1, null, async () => ({ above: partner }), 'node')
      return
    }
    const received = await fetchList(parts, { partner, city: identity.city, held: own })
    if (received === null) return
    await keep(received.stage, received.head, 'node', 'list.recovered', { from: partner }).catch(async error => {
      await received.stage.abandon()
      throw error
    })
  }

  return {
    own: (): StoredHead | null => own,

    /** All items of the next version, in any order. Problem: `list.malformed` naming item and field. */
    async publish(items: ItemSource, actor: string): Promise<StoredHead> {
      const spool = createSpool()
      try {
        const knownAt = own?.version ?? 0
        const find = own === null ? findNone : findIn(await lists.entries(identity.city, knownAt))
        // All before the turn of this publication comes, for they may come slowly.
        for await (const batch of readItems(items, find)) for (const item of batch) spool.add(item)
        const fill = async (stage: Stage) => {
          await stage.put(spool.sorted())
          return {}
        }
        return await inTurn(() => next((own?.version ?? 0) + 1, { knownAt }, fill, actor))
      } finally {
        spool.close()
      }
    },

    /** The next version from the newest one. Problems: `list.malformed`, `item.unknown` naming the place in the change. */
    async change({ put, remove, organisation }: ListChange, actor: string, alongside?: Alongside): Promise<StoredHead> {
      const changes: { key: Uint8Array; entry: Kept | null; code: string }[] = []
      for (const [index, item] of put.entries()) {
        const entry = readItem(item, `put.${index}`)
        changes.push({ key: entry.key, entry, code: item.taskCode })
      }
      for (const code of remove) changes.push({ key: await itemKey(code), entry: null, code })
      changes.sort((a, b) => compareKeys(a.key, b.key))
      return inTurn(async () => {
        for (const [index, code] of remove.entries()) {
          const held = own === null ? null : await parts.items.read(identity.city, own.version, code)
          if (held === null) throw new ProblemError('item.unknown', `remove.${index}`)
        }
        const fill = async (stage: Stage) => {
          for (const { entry, code } of changes) await (entry === null ? stage.remove(code) : stage.put([entry]))
          return { put: put.length, removed: remove.length }
        }
        return next((own?.version ?? 0) + 1, null, fill, actor, organisation, alongside)
      })
    },

    /** A partner holds a higher version of the own list than this node, which was restored from a backup. */
    reminded(partner: string, jws: string): void {
      if (looking.has(partner) || parts.allowance.wait(partner) > 0) return
      looking.add(partner)
      inTurn(() => recover(partner, jws))
        .catch((error: unknown) => {
          parts.failed(partner, error instanceof ProblemError ? error.problem : { code: 'internal' })
        })
        .finally(() => looking.delete(partner))
    },
  }
}
