/**
 * Drafts of applications (收件草稿): what a window has written down so far, saved as it is typed, shared when they name a window,
 * sealed at rest, gone once it is sent or after `DRAFT_DAYS`. An application that the partner refused comes back as one, so that nothing is
 * typed twice. May import the cases, the audit log and the store.
 */

import type { CaseBody } from '../../../../protocol/case/kinds.ts'
import { decodeUtf8, encodeUtf8, fromHex, toHex } from '../../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../../protocol/problem.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { ValueKeys } from '../../../kernel/keys/case-keys.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import { changedSince, isAsSeen, nameOfActor, type Seen } from '../../../kernel/seen.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../../kernel/store/database.ts'
import type { StoredPacket } from '../../../spine/exchange/ports.ts'
import type { LookupKeys } from '../lookup.ts'
import { maskName } from '../mask.ts'
import type { DraftsOf } from '../purges.ts'
import type { SmsConsent } from '../sms-consents.ts'
import { hashesIn, type ScansOf, scansFor } from './draft-scans.ts'

/** Days after which a draft that nobody touched is deleted with its personal data. */
export const DRAFT_DAYS = 60
/** Drafts that one account may hold. */
export const DRAFTS_EACH = 1000
/** Drafts of one transaction. */
const REKEYED = 100
/** Whose drafts those are that a partner sent back. */
const NODE = 'node'

/** What is typed so far: the fields of a case, or of a joint one, whole or not. */
export type DraftContent = Record<string, unknown>

export type CaseDraft = {
  id: string
  /** grows with each saving */
  version: number
  /** account; `node` when a partner sent it back */
  owner: string
  window: string | null
  partner: string | null
  item: string | null
  /** masked name */
  applicant: string
  /** why the partner refused it */
  problem: Problem | null
  /** thread under which it was refused */
  thread: string | null
  createdAt: number
  updatedAt: number
  updatedBy: string
}

export type CaseDraftsParts = {
  db: Database
  /** under which drafts are sealed */
  sealing: ValueKeys
  clock: Clock
  audit: Audit
  events: EventLog
  randomId: () => string
  keys: Pick<LookupKeys, 'number'>
  scansOf: ScansOf
}

type Row = Omit<CaseDraft, 'problem' | 'thread' | 'createdAt' | 'updatedAt' | 'updatedBy'> & {
  sealed: Uint8Array
  /** of the sealed content; null as an earlier program wrote it */
  key: Uint8Array | null
  applicant_key: Uint8Array | null
  problem: string | null
  thread: Uint8Array | null
  created_at: number
  updated_at: number
  updated_by: string
}

export type CaseDrafts = ReturnType<typeof createCaseDrafts>

export function createCaseDrafts({ db, sealing, clock, audit, events, randomId, keys, scansOf }: CaseDraftsParts) {
  const context = (id: string): string => `case draft ${id}`

  /** A draft that the account may work on: its own, one of a window (who works there, the edge knows), one that a partner sent back. */
  async function rowFor(store: Pick<Transaction, 'query'>, id: string, actor: string): Promise<Row> {
    const [row] = await store.query<Row>('SELECT * FROM case_drafts WHERE id = ?', [id])
    if (row === undefined)
      throw new ProblemError('request.not-found', 'no such draft: it was sent, deleted or never was')
    if (row.window === null && row.owner !== actor && row.owner !== NODE)
      throw new ProblemError(
        'request.forbidden',
        "window: a draft without one is its owner's alone; the owner names one to share it",
      )
    return row
  }

  /** What the audit log tells of somebody at another's draft: whose it is, and of which window. */
  const whose = ({ owner, window }: Row, actor: string): { detail?: { owner: string; window: string | null } } =>
    owner === actor ? {} : { detail: { owner, window } }

  /** Problem: `request.not-found` when its key is gone. */
  function read({ id, key, sealed }: Pick<Row, 'id' | 'key' | 'sealed'>): DraftContent {
    const plain = sealing.openWith(key, sealed, context(id))
    if (plain === null) throw new ProblemError('request.not-found', 'the draft was sent or deleted')
    return JSON.parse(decodeUtf8(plain)) as DraftContent
  }

  /** `scans`: those that whoever opens it may look at; `held`: the key that it has. */
  async function write(
    tx: Transaction,
    draft: CaseDraft,
    content: DraftContent,
    scans: Iterable<string>,
    held: Uint8Array | null = null,
  ): Promise<void> {
    const key = held ?? sealing.newKey(context(draft.id))
    const sealed = sealing.sealWith(key, encodeUtf8(JSON.stringify(content)), context(draft.id))
    const number = idNumberOf(content)
    await tx.run(
      `INSERT INTO case_drafts (id, version, owner, window, partner, item, applicant, sealed, problem, thread, created_at, updated_at, updated_by,
         applicant_key, key)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, window = excluded.window, partner = excluded.partner,
         item = excluded.item, applicant = excluded.applicant, sealed = excluded.sealed,
         applicant_key = excluded.applicant_key, key = excluded.key, updated_at = excluded.updated_at,
         updated_by = excluded.updated_by`,
      [
        draft.id,
        draft.version,
        draft.owner,
        draft.window,
        draft.partner,
        draft.item,
        draft.applicant,
        sealed,
        draft.problem === null ? null : JSON.stringify(draft.problem),
        draft.thread === null ? null : fromHex(draft.thread),
        draft.createdAt,
        draft.updatedAt,
        draft.updatedBy,
        number === null ? null : keys.number(number),
        key,
      ],
    )
    await tx.run('DELETE FROM case_draft_materials WHERE draft = ?', [draft.id])
    for (const sha256 of scans)
      await tx.run('INSERT INTO case_draft_materials (draft, sha256) VALUES (?, ?) ON CONFLICT DO NOTHING', [
        draft.id,
        fromHex(sha256),
      ])
    await events.append(tx, { type: 'case-draft.changed', subject: draft.id })
  }

  /** Who saved it last; of one that is gone: nobody knows what became of it. */
  async function changed(store: Pick<Transaction, 'query'>, id: string): Promise<ProblemError> {
    const rows = await store.query<Pick<Row, 'updated_by' | 'updated_at'>>(
      'SELECT updated_by, updated_at FROM case_drafts WHERE id = ?',
      [id],
    )
    return changedSince(
      store,
      rows.map(row => ({ by: row.updated_by, action: 'case-draft.saved', at: row.updated_at })),
    )
  }

  /** Takes a draft of exactly this version away; the transaction fails when somebody changed it. */
  async function consume(tx: Transaction, id: string, version: number): Promise<void> {
    const gone = await tx.run('DELETE FROM case_drafts WHERE id = ? AND version = ?', [id, version])
    if (gone === 0) throw await changed(tx, id)
    await tx.run('DELETE FROM case_draft_materials WHERE draft = ?', [id])
    await events.append(tx, { type: 'case-draft.changed', subject: id })
  }

  /** Drafts of the same applicant for the same item: what the case was made from, and what was worked on since. */
  async function alike(store: Pick<Transaction, 'query'>, of: DraftsOf): Promise<{ left: Row[]; later: Row[] }> {
    if (of.applicantKey.byteLength === 0) return { left: [], later: [] }
    const rows = await store.query<Row>(
      'SELECT * FROM case_drafts WHERE applicant_key = ? AND partner = ? AND item = ?',
      [of.applicantKey, of.partner, of.item],
    )
    const isLeft = (row: Row) =>
      // Packets tell their second, drafts the millisecond.
      row.thread === null ? row.updated_at < of.submittedAt + 1000 : Buffer.compare(row.thread, of.thread) === 0
    return { left: rows.filter(isLeft), later: rows.filter(row => !isLeft(row)) }
  }

  return {
    consume,

    /** How many drafts were left over when the case was submitted, and how many of the like were worked on since. */
    async leftOver(store: Pick<Transaction, 'query'>, of: DraftsOf): Promise<{ drafts: number; laterDrafts: number }> {
      const { left, later } = await alike(store, of)
      return { drafts: left.length, laterDrafts: later.length }
    },

    /** Deletes what was left over; how many. */
    async forget(tx: Transaction, of: DraftsOf): Promise<number> {
      const { left } = await alike(tx, of)
      for (const { id, version } of left) await consume(tx, id, version)
      return left.length
    },

    /** Begins a draft. Problems: `request.conflict` past `DRAFTS_EACH`; `material.missing` for a scan of others. */
    async create(content: DraftContent, actor: string): Promise<CaseDraft> {
      const now = clock.now()
      const draft: CaseDraft = {
        id: randomId(),
        version: 1,
        owner: actor,
        problem: null,
        thread: null,
        ...summaryOf(content),
        createdAt: now,
        updatedAt: now,
        updatedBy: actor,
      }
      const scans = await scansFor(scansOf, content, actor)
      await db.transaction(async tx => {
        const [held] = await tx.query<{ n: number }>('SELECT count(*) AS n FROM case_drafts WHERE owner = ?', [actor])
        if ((held?.n ?? 0) >= DRAFTS_EACH)
          throw new ProblemError('request.conflict', `${DRAFTS_EACH} drafts are open: send or delete some`)
        await act(tx)
        await write(tx, draft, content, scans)
        await audit.append(tx, { actor, action: 'case-draft.created', subject: draft.id })
      })
      return draft
    },

    /** Saves over what was `seen`. Problems: `request.not-found`, `request.forbidden`, `request.precondition` when another saved meanwhile, `material.missing`. */
    async save(id: string, seen: Seen, content: DraftContent, actor: string): Promise<CaseDraft> {
      const scans = await scansFor(scansOf, content, actor)
      return db.transaction(async tx => {
        const row = await rowFor(tx, id, actor)
        if (!isAsSeen(seen, String(row.version))) throw await changed(tx, id)
        const draft: CaseDraft = {
          ...toDraft(row),
          ...summaryOf(content),
          version: row.version + 1,
          updatedAt: clock.now(),
          updatedBy: actor,
        }
        await write(tx, draft, content, scans, row.key)
        // Saved as it is typed: the log tells of each hand that it goes through, not of each letter.
        if (row.updated_by !== actor)
          await audit.append(tx, { actor, action: 'case-draft.saved', subject: id, ...whose(row, actor) })
        return draft
      })
    },

    /** A draft with its content: personal data, so that reading it leaves an audit row. Problems: `request.not-found`, `request.forbidden`. */
    async open(
      id: string,
      actor: string,
    ): Promise<{ draft: CaseDraft; content: DraftContent; updatedByName: string | null }> {
      const row = await rowFor(db, id, actor)
      await db.transaction(tx =>
        audit.append(tx, { actor, action: 'case-draft.read', subject: id, ...whose(row, actor) }),
      )
      return { draft: toDraft(row), content: read(row), updatedByName: await nameOfActor(db, row.updated_by) }
    },

    changed,

    /** Whether the account may open it. Problems: `request.not-found`, `request.forbidden`. */
    async mayOpen(id: string, actor: string): Promise<void> {
      await rowFor(db, id, actor)
    },

    /** The account's own drafts, those of a window, and what partners sent back, of the windows where it works (null: every one); last saved first. */
    async list(
      asker: { person: string; window?: string | undefined; works?: readonly string[] | null | undefined },
      limit: number,
      before: { updatedAt: number; id: string } | null,
    ): Promise<CaseDraft[]> {
      const place = before === null ? [Number.MAX_SAFE_INTEGER, ''] : [before.updatedAt, before.id]
      const rows = await db.query<Row>(
        `SELECT * FROM case_drafts WHERE (owner = ?1 OR ((owner = '${NODE}' OR window = ?2)
           AND (?3 IS NULL OR window IS NULL OR window IN (SELECT value FROM json_each(?3))))) AND (updated_at, id) < (?4, ?5)
         ORDER BY updated_at DESC, id DESC LIMIT ?6`,
        [asker.person, asker.window ?? null, asker.works == null ? null : JSON.stringify(asker.works), ...place, limit],
      )
      return rows.map(toDraft)
    },

    /** Deletes a draft as it was `seen`. Problems: `request.not-found`, `request.forbidden`, `request.precondition`. */
    async drop(id: string, actor: string, seen?: Seen): Promise<void> {
      const row = await rowFor(db, id, actor)
      if (!isAsSeen(seen, String(row.version))) throw await changed(db, id)
      await db.transaction(async tx => {
        await consume(tx, id, row.version)
        await audit.append(tx, { actor, action: 'case-draft.deleted', subject: id, ...whose(row, actor) })
      })
    },

    /** Turns an application that the partner refused into a draft, with the applicant's consent to SMS, in the transaction that takes it out of its thread. */
    async returned(
      tx: Transaction,
      packet: StoredPacket,
      problem: Problem,
      sms: SmsConsent | null = null,
    ): Promise<void> {
      if (packet.body === null) return
      const { salt, item, caseNo, ...rest } = packet.body as CaseBody<'case.submit'>
      const { aud: to } = packet.claims
      const content = { ...rest, to, item: item.code, caseNo, ...(sms === null ? {} : { sms }) }
      const now = clock.now()
      await write(
        tx,
        {
          id: randomId(),
          version: 1,
          owner: NODE,
          problem,
          thread: packet.claims.thread,
          ...summaryOf(content),
          createdAt: now,
          updatedAt: now,
          updatedBy: NODE,
        },
        content,
        hashesIn(content),
      )
      // It is held once.
      await tx.run('DELETE FROM bodies WHERE packet_no = ?', [packet.no])
    },

    /** Writes anew by what drafts are found, as a rebuild does of cases. */
    async rekey(): Promise<void> {
      for (let after = ''; ; ) {
        const rows = await db.query<Pick<Row, 'id' | 'version' | 'key' | 'sealed'>>(
          'SELECT id, version, key, sealed FROM case_drafts WHERE id > ? ORDER BY id LIMIT ?',
          [after, REKEYED],
        )
        const last = rows.at(-1)
        if (last === undefined) return
        await db.transaction(async tx => {
          for (const row of rows) {
            const { id, version } = row
            const content = read(row)
            const number = idNumberOf(content)
            // One that was saved meanwhile was found anew with that.
            await tx.run('UPDATE case_drafts SET applicant_key = ?, applicant = ? WHERE id = ? AND version = ?', [
              number === null ? null : keys.number(number),
              summaryOf(content).applicant,
              id,
              version,
            ])
          }
        })
        after = last.id
      }
    },

    /** Seals drafts that an earlier program sealed with the node's key anew, page by page; how many. */
    async adopt(signal: AbortSignal): Promise<number> {
      let done = 0
      while (!signal.aborted) {
        const page = await db.transaction(async tx => {
          const rows = await tx.query<Pick<Row, 'id' | 'key' | 'sealed'>>(
            'SELECT id, key, sealed FROM case_drafts WHERE key IS NULL LIMIT ?',
            [REKEYED],
          )
          for (const { id, sealed } of rows) {
            const key = sealing.newKey(context(id))
            const plain = sealing.openWith(null, sealed, context(id))
            if (plain === null) throw new ProblemError('internal', 'a draft without its key')
            await tx.run('UPDATE case_drafts SET key = ?, sealed = ? WHERE id = ?', [
              key,
              sealing.sealWith(key, plain, context(id)),
              id,
            ])
          }
          return rows.length
        })
        done += page
        if (page < REKEYED) break
      }
      return done
    },

    /** Deletes what nobody touched for `DRAFT_DAYS`; how many. */
    async sweep(): Promise<number> {
      return db.transaction(async tx => {
        const old = await tx.query<{ id: string; version: number }>(
          'SELECT id, version FROM case_drafts WHERE updated_at < ? LIMIT 1000',
          [clock.now() - DRAFT_DAYS * 86_400_000],
        )
        for (const { id, version } of old) {
          await consume(tx, id, version)
          await audit.append(tx, { actor: NODE, action: 'case-draft.expired', subject: id })
        }
        return old.length
      })
    },
  }
}

const toDraft = ({
  sealed,
  key,
  applicant_key,
  problem,
  thread,
  created_at,
  updated_at,
  updated_by,
  ...row
}: Row): CaseDraft => ({
  ...row,
  problem: problem === null ? null : (JSON.parse(problem) as Problem),
  thread: thread === null ? null : toHex(thread),
  createdAt: created_at,
  updatedAt: updated_at,
  updatedBy: updated_by,
})

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const wordOf = (value: unknown, length: number): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, length) : null

/** What several items of a joint case share, or the one case itself. */
const sharedOf = (content: DraftContent): Record<string, unknown> =>
  isObject(content.shared) ? content.shared : content

const idNumberOf = (content: DraftContent): string | null => {
  const { applicant } = sharedOf(content)
  return isObject(applicant) ? wordOf(applicant.idNumber, 50) : null
}

/** What lists show of a draft: nothing that names the applicant. */
function summaryOf(content: DraftContent): Pick<CaseDraft, 'window' | 'partner' | 'item' | 'applicant'> {
  const once = sharedOf(content)
  const [first] = Array.isArray(content.items) ? (content.items as unknown[]) : [content]
  const lead = isObject(first) ? first : {}
  const name = isObject(once.applicant) ? wordOf(once.applicant.name, 200) : null
  return {
    window: wordOf(once.window, 200),
    partner: wordOf(lead.to, 6),
    item: wordOf(lead.item, 50),
    applicant: name === null ? '' : maskName(name),
  }
}
