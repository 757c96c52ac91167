/**
 * The materials of a case (办件材料): each with its name, its pages as written and as counted, what is to be looked at; its bytes, whole or
 * a part, to be shown where they are; its text where nothing shows it. Each look leaves an audit row. May import the store.
 */
import type { CaseKind, CaseMaterial } from '../../../../protocol/case/kinds.ts'
import type { Commitment } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { Database } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { Counted, PageTexts } from '../../../spine/materials/pages/pages.ts'
import type { CaseDetail } from '../../cases/detail.ts'
import { isPurged } from '../../cases/purged.ts'
import { namedBy } from '../archive/archive.ts'

export const SCAN_LIMITS = {
  /** ms in which the parts of a scan that a viewer asks for are one look of the account */
  look: 10 * 60_000,
  /** looks that are remembered; the oldest is forgotten first, and would be told again */
  looks: 1000,
} as const

export type CaseScansParts = {
  db: Database
  clock: Clock
  audit: Audit
  get: (thread: string) => Promise<CaseDetail>
  packets: (threadNo: number) => Promise<StoredPacket[]>
  pages: {
    held(hashes: readonly string[]): Promise<{ commitment: Commitment }[]>
    of(sha256: string): Promise<Counted>
    texts(sha256: string): Promise<PageTexts | null>
  }
  read: (sha256: string, offset?: number) => Promise<Commitment & { body: ReadableStream<Uint8Array> }>
  /** as the case was received under it */
  item: (city: string, code: string, version: number) => Promise<ServiceItem | null>
}

export type CaseScan = Commitment & {
  /** the first step that names it */
  packet: string
  kind: CaseKind
  /** city that sent it */
  city: string
  /** ms */
  at: number
  /** material code of the item's list, number of a decision; null where there is none */
  code: string | null
  /** as its city wrote it; null when what was written is purged */
  name: string | null
  /** as the item calls it */
  title: string | null
  form: NonNullable<CaseMaterial['form']> | null
  /** as its city wrote them */
  pages: number | null
  /** as counted here; null: not here, or they cannot be */
  counted: number | null
  /** broken, or locked by a password */
  unreadable: boolean
  held: boolean
  reviewPoints: string[]
}

export type CaseScans = ReturnType<typeof createCaseScans>

export function createCaseScans({ db, clock, audit, pages, ...parts }: CaseScansParts) {
  /** when an account began to look at a scan for a case, the oldest first */
  const looks = new Map<string, number>()

  /** Leaves an audit row, once for what is one look. */
  async function look(thread: string, sha256: string, actor: string): Promise<void> {
    const key = `${actor} ${thread} ${sha256}`
    const before = looks.get(key)
    if (before !== undefined && Math.abs(clock.now() - before) < SCAN_LIMITS.look) return
    await db.transaction(tx =>
      audit.append(tx, { actor, action: 'material.read', subject: thread, detail: { material: sha256 } }),
    )
    looks.delete(key)
    looks.set(key, clock.now())
    for (const oldest of looks.keys()) {
      if (looks.size <= SCAN_LIMITS.looks) break
      looks.delete(oldest)
    }
  }

  /** Problem: `material.missing` when no packet of the case names it, or the case was purged. */
  async function named(thread: string, sha256: string): Promise<void> {
    const { no } = await parts.get(thread)
    const found = (await parts.packets(no)).some(({ claims }) => claims.materials.some(one => one.sha256 === sha256))
    if (!found) throw new ProblemError('material.missing', 'no packet of the case names it')
    if (await isPurged(db, no)) throw new ProblemError('material.missing', 'the case was purged')
  }

  async function scanOf(
    { id, claims, body }: StoredPacket,
    material: Commitment,
    item: ServiceItem | null,
    held: ReadonlySet<string>,
  ): Promise<CaseScan> {
    const { sha256 } = material
    const kind = claims.kind as CaseKind
    const written = namedBy(kind, body).find(one => one.sha256 === sha256)
    const listed = ((body as { materials?: CaseMaterial[] } | null)?.materials ?? []).find(one => one.sha256 === sha256)
    const asked = item?.materials.find(({ materialCode }) => materialCode === written?.code)
    const counted = held.has(sha256) ? await pages.of(sha256) : null
    return {
      ...material,
      packet: id,
      kind,
      city: claims.iss,
      at: claims.iat * 1000,
      code: written?.code ?? null,
      name: written?.name ?? null,
      title: asked?.materialName ?? null,
      form: listed?.form ?? null,
      pages: written?.pages ?? null,
      counted: counted === 'unreadable' ? null : counted,
      unreadable: counted === 'unreadable',
      held: held.has(sha256),
      reviewPoints: asked?.reviewPoints ?? [],
    }
  }

  return {
    /** Each once, in the order in which they came. Leaves an audit row. Problem: `thread.unknown`. */
    async list(thread: string, actor: string): Promise<CaseScan[]> {
      const { no, fold } = await parts.get(thread)
      const item = fold.item === null ? null : await parts.item(fold.handling, fold.item.code, fold.item.version)
      const packets = await parts.packets(no)
      const hashes = packets.flatMap(({ claims }) => claims.materials.map(({ sha256 }) => sha256))
      const here = (await isPurged(db, no)) ? [] : await pages.held(hashes)
      const held = new Set(here.map(({ commitment }) => commitment.sha256))
      const seen = new Set<string>()
      const found = packets.flatMap(packet =>
        packet.claims.materials.flatMap(material => {
          if (seen.has(material.sha256)) return []
          seen.add(material.sha256)
          return [scanOf(packet, material, item, held)]
        }),
      )
      await db.transaction(tx =>
        audit.append(tx, { actor, action: 'case.read', subject: thread, detail: { for: 'materials' } }),
      )
      return Promise.all(found)
    },

    /** How large it is and of what type, for a case that names it; the look is noted. Problems: `thread.unknown`, `material.missing`. */
    async begin(thread: string, sha256: string, actor: string): Promise<Commitment> {
      await named(thread, sha256)
      const [found] = await pages.held([sha256])
      if (found === undefined) throw new ProblemError('material.missing')
      await look(thread, sha256, actor)
      return found.commitment
    },

    /** Its bytes from a place on. Problem: `material.missing`. */
    bytes: async (sha256: string, offset: number): Promise<ReadableStream<Uint8Array>> =>
      (await parts.read(sha256, offset)).body,

    /** The text of its pages; null when it cannot be opened here. The look is noted. Problems: `thread.unknown`, `material.missing`. */
    async texts(thread: string, sha256: string, actor: string): Promise<PageTexts | null> {
      await named(thread, sha256)
      const texts = await pages.texts(sha256)
      await look(thread, sha256, actor)
      return texts
    },
  }
}
