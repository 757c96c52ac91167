/**
 * Drafts of agreements that are kept (协议草稿): written over days by several administrators, compared, and proposed once, when whole. Nobody outside this city
 * sees one. May import the store and the acts of agreements.
 */
import { type AgreementDiff, diffAgreements } from '../../../protocol/agreement/diff.ts'
import { AgreementDocument } from '../../../protocol/agreement/document.ts'
import { type FieldProblem, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import { fieldProblems } from '../../kernel/fields.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { changedSince, type Done, demandSeen, isAsSeen, type Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import type { Done as ActDone, Acts } from './acts.ts'

export const KEPT_DRAFT_LIMITS = {
  /** drafts that are kept at a time */
  drafts: 200,
  /** bytes of one text, as of a proposal */
  bytes: 8 * 1024 * 1024,
  /** fields that a refusal names in its detail; `errors` has all */
  named: 5,
} as const

/** An agreement as far as it is written. */
export type DraftText = Record<string, unknown>
export type KeptDraft = {
  id: string
  /** another one with each saving */
  version: number
  title: string | null
  /** division codes, as far as they are written */
  parties: string[]
  /** `person:<id>` */
  createdBy: string
  createdAt: number
  updatedBy: string
  updatedAt: number
}

type Row = {
  no: number
  id: string
  version: number
  document: string
  former: string | null
  created_by: string
  created_at: number
  updated_by: string
  updated_at: number
}

const textIn = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const partiesIn = ({ parties }: DraftText): string[] =>
  Array.isArray(parties)
    ? parties.flatMap((party: unknown) =>
        typeof party === 'object' && party !== null && 'code' in party ? (textIn(party.code) ?? []) : [],
      )
    : []

function toDraft(row: Row): KeptDraft {
  const document = JSON.parse(row.document) as DraftText
  return {
    id: row.id,
    version: row.version,
    title: textIn(document.title),
    parties: partiesIn(document),
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedBy: row.updated_by,
    updatedAt: row.updated_at,
  }
}

export type KeptDraftParts = {
  db: Database
  clock: Clock
  audit: Pick<Audit, 'append'>
  acts: Pick<Acts, 'submit'>
  randomId: () => string
  /** the newest text of an agreement. Problem: `thread.unknown`. */
  textOf: (thread: string) => Promise<AgreementDocument>
}

export type KeptDrafts = ReturnType<typeof createKeptDrafts>

export function createKeptDrafts({ db, clock, audit, acts, randomId, textOf }: KeptDraftParts) {
  async function rowOf(store: Reader, id: string): Promise<Row> {
    const [row] = await store.query<Row>('SELECT * FROM agreement_drafts WHERE id = ?', [id])
    if (row === undefined)
      throw new ProblemError('request.not-found', 'no such draft: it was proposed, deleted or never was')
    return row
  }

  /** Problem: `request.precondition` when somebody saved it since it was seen. */
  async function seenRow(store: Reader, id: string, seen: Seen): Promise<Row> {
    const row = await rowOf(store, id)
    if (isAsSeen(seen, String(row.version))) return row
    const last: Done = { by: row.updated_by, action: 'agreement-draft.saved', at: row.updated_at }
    throw await changedSince(store, [last])
  }

  const sized = (document: DraftText): string => {
    const text = JSON.stringify(document)
    if (Buffer.byteLength(text) > KEPT_DRAFT_LIMITS.bytes)
      throw new ProblemError('request.oversize', `a text of more than ${KEPT_DRAFT_LIMITS.bytes} bytes`)
    return text
  }

  async function remove(tx: Transaction, { no, id, version }: Row, actor: string, action: string): Promise<void> {
    const gone = await tx.run('DELETE FROM agreement_drafts WHERE no = ? AND version = ?', [no, version])
    if (gone === 0) throw await changedSince(tx, [])
    await audit.append(tx, { actor, action, subject: id })
  }

  /** Problem: `agreement.malformed` for a text that is not whole. */
  function whole(document: unknown, which: string): AgreementDocument {
    const read = AgreementDocument.safeParse(document)
    if (!read.success) {
      const errors = fieldProblems(read.error, document)
      const fields = errors.slice(0, KEPT_DRAFT_LIMITS.named).map(({ field }) => field)
      throw new ProblemError(
        'agreement.malformed',
        `${which} is not whole: ${fields.join(', ')}${errors.length > KEPT_DRAFT_LIMITS.named ? ` and ${errors.length - KEPT_DRAFT_LIMITS.named} more` : ''}`,
        { errors },
      )
    }
    return read.data
  }

  return {
    /** Last saved first. */
    async list(): Promise<KeptDraft[]> {
      const rows = await db.query<Row>('SELECT * FROM agreement_drafts ORDER BY updated_at DESC, no DESC LIMIT ?', [
        KEPT_DRAFT_LIMITS.drafts,
      ])
      return rows.map(toDraft)
    },

    /** With its text, and what keeps it from being proposed by its shape alone. */
    async get(id: string): Promise<KeptDraft & { document: DraftText; missing: FieldProblem[] }> {
      const row = await rowOf(db, id)
      const document = JSON.parse(row.document) as DraftText
      const read = AgreementDocument.safeParse(document)
      return { ...toDraft(row), document, missing: read.success ? [] : fieldProblems(read.error, document) }
    },

    /** Problems: `request.oversize`; `request.conflict` when so many are kept already. */
    async create(document: DraftText, actor: string): Promise<KeptDraft> {
      const text = sized(document)
      const id = randomId()
      const at = clock.now()
      return db.transaction(async tx => {
        const [held] = await tx.query<{ n: number; last: number }>(
          'SELECT count(*) AS n, coalesce(max(no), 0) AS last FROM agreement_drafts',
        )
        if ((held?.n ?? 0) >= KEPT_DRAFT_LIMITS.drafts)
          throw new ProblemError('request.conflict', `${KEPT_DRAFT_LIMITS.drafts} drafts are kept already`)
        await act(tx)
        const row: Row = {
          no: (held?.last ?? 0) + 1,
          id,
          version: 1,
          document: text,
          former: null,
          created_by: actor,
          created_at: at,
          updated_by: actor,
          updated_at: at,
        }
        await tx.run(
          `INSERT INTO agreement_drafts (no, id, version, document, former, created_by, created_at, updated_by, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          [row.no, id, row.version, text, null, actor, at, actor, at],
        )
        await audit.append(tx, { actor, action: 'agreement-draft.created', subject: id })
        return toDraft(row)
      })
    },

    /** Problems: `request.not-found`, `request.precondition`, `request.unseen`, `request.oversize`. */
    async save(id: string, document: DraftText, seen: Seen, actor: string): Promise<KeptDraft> {
      const text = sized(document)
      return db.transaction(async tx => {
        const row = await seenRow(tx, id, seen)
        demandSeen(seen, row.version)
        const saved: Row = {
          ...row,
          version: row.version + 1,
          document: text,
          former: row.document,
          updated_by: actor,
          updated_at: clock.now(),
        }
        await tx.run(
          'UPDATE agreement_drafts SET version = ?, document = ?, former = ?, updated_by = ?, updated_at = ? WHERE no = ?',
          [saved.version, text, row.document, actor, saved.updated_at, row.no],
        )
        await audit.append(tx, {
          actor,
          action: 'agreement-draft.saved',
          subject: id,
          detail: { version: saved.version },
        })
        return toDraft(saved)
      })
    },

    /**
     * What it says otherwise than the text before its last saving, or than an agreement does. Problems: `request.not-found`, `thread.unknown`;
     * `agreement.malformed` while one of both is not whole.
     */
    async diff(id: string, against: string | undefined): Promise<AgreementDiff> {
      const row = await rowOf(db, id)
      const after = whole(JSON.parse(row.document), 'the draft')
      if (against !== undefined) return diffAgreements(await textOf(against), after)
      if (row.former === null) throw new ProblemError('request.not-found', 'it was saved once: there is no text before')
      return diffAgreements(whole(JSON.parse(row.former), 'the text before'), after)
    },

    /** Problems: `request.not-found`, `request.precondition`. */
    discard: (id: string, seen: Seen, actor: string): Promise<void> =>
      db.transaction(async tx => remove(tx, await seenRow(tx, id, seen), actor, 'agreement-draft.discarded')),

    /** Proposes it, and takes it away in the transaction that does; with four eyes, in the one that prepares that. Problems: those of a proposal. */
    async propose(id: string, seen: Seen, actor: string): Promise<ActDone> {
      const row = await seenRow(db, id, seen)
      const document = whole(JSON.parse(row.document), 'the draft')
      return acts.submit({ kind: 'propose', thread: null, input: { document } }, actor, undefined, tx =>
        remove(tx, row, actor, 'agreement-draft.proposed'),
      )
    },
  }
}
