/**
 * Drafts of agreements that are kept (协议草稿): written over days by several administrators, compared, and sent once, when whole: as a
 * proposal, as the answer to one, or as an amendment of what stands. Nobody outside this city sees one. May import the store and the
 * acts of agreements.
 */
import * as z from 'zod'
import { changesBetween } from '../../../protocol/agreement/changes.ts'
import { type AgreementDiff, diffAgreements } from '../../../protocol/agreement/diff.ts'
import { AgreementAmendment, AgreementDocument } from '../../../protocol/agreement/document.ts'
import { ThreadId } from '../../../protocol/primitives.ts'
import { type FieldProblem, ProblemError } from '../../../protocol/problem.ts'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import type { Clock } from '../../kernel/clock.ts'
import { fieldProblems } from '../../kernel/fields.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { changedSince, type Done, demandSeen, isAsSeen, nameOfActor, type Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import type { Done as ActDone, Acts } from './acts.ts'
import type { Act } from './agreements.ts'

export const KEPT_DRAFT_LIMITS = {
  /** drafts that are kept at a time */
  drafts: 200,
  /** bytes of one text, as of a proposal */
  bytes: 8 * 1024 * 1024,
  /** fields that a refusal names in its detail; `errors` has all */
  named: 5,
} as const

const of = {
  thread: ThreadId.describe('the agreement'),
  version: z.string().max(200).describe('the version of the agreement that its writer read; another one is refused'),
  reason: z.string().max(2000).optional().describe('why, for the partner; an amendment has one'),
}
/** What becomes of a text. What an amendment says of itself stands here, as far as it is written. */
export const DraftStep = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('counter'), ...of }),
  z.strictObject({
    act: z.literal('amend'),
    ...of,
    title: z.string().max(300).optional().describe('name of the amendment'),
    effectiveFrom: z.string().max(10).optional().describe('first day on which cases begin under it'),
  }),
])
export type DraftStep = z.infer<typeof DraftStep>
const Letter = AgreementAmendment.pick({ title: true, reason: true, effectiveFrom: true })

/** An agreement as far as it is written. */
export type DraftText = Record<string, unknown>
export type KeptDraft = {
  id: string
  /** another one with each saving */
  version: number
  title: string | null
  /** division codes, as far as they are written */
  parties: string[]
  /** null: it is proposed */
  step: DraftStep | null
  /** `person:<id>` */
  createdBy: string
  createdAt: number
  updatedBy: string
  /** of the account; null of one that is gone */
  updatedByName: string | null
  updatedAt: number
}

type Row = {
  no: number
  id: string
  version: number
  document: string
  former: string | null
  step: string | null
  created_by: string
  created_at: number
  updated_by: string
  updated_at: number
}

const stepIn = ({ step }: Pick<Row, 'step'>): DraftStep | null =>
  step === null ? null : (JSON.parse(step) as DraftStep)
const textIn = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const partiesIn = ({ parties }: DraftText): string[] =>
  Array.isArray(parties)
    ? parties.flatMap((party: unknown) =>
        typeof party === 'object' && party !== null && 'code' in party ? (textIn(party.code) ?? []) : [],
      )
    : []

function toDraft(row: Row, updatedByName: string | null): KeptDraft {
  const document = JSON.parse(row.document) as DraftText
  return {
    id: row.id,
    version: row.version,
    title: textIn(document.title),
    parties: partiesIn(document),
    step: stepIn(row),
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedBy: row.updated_by,
    updatedByName,
    updatedAt: row.updated_at,
  }
}

export type KeptDraftParts = {
  db: Database
  clock: Clock
  audit: Pick<Audit, 'append'>
  events: Pick<EventLog, 'append'>
  acts: Pick<Acts, 'submit'>
  randomId: () => string
  /** the newest text of an agreement. Problem: `thread.unknown`. */
  textOf: (thread: string) => Promise<AgreementDocument>
  /** the text that an amendment of it changes. Problem: `thread.unknown`. */
  standingOf: (thread: string) => Promise<AgreementDocument>
}

/** What keeps a draft from being sent, by the shape of its text and of what goes with it. */
function missingOf(document: unknown, step: DraftStep | null): FieldProblem[] {
  const read = AgreementDocument.safeParse(document)
  const missing = read.success ? [] : fieldProblems(read.error, document)
  if (step?.act !== 'amend') return missing
  const letter = Letter.safeParse(letterOf(step))
  if (letter.success) return missing
  return missing.concat(
    fieldProblems(letter.error, letterOf(step)).map(problem => ({
      ...problem,
      field: `step.${problem.field}`,
      path: `/step${problem.path ?? ''}`,
    })),
  )
}

/** What is empty is not written. */
const written = (text: string | undefined): string | undefined => (text === '' ? undefined : text)
const letterOf = ({ title, reason, effectiveFrom }: DraftStep & { act: 'amend' }) => ({
  title: written(title),
  reason: written(reason),
  effectiveFrom: written(effectiveFrom),
})

export type KeptDrafts = ReturnType<typeof createKeptDrafts>

export function createKeptDrafts(parts: KeptDraftParts) {
  const { db, clock, audit, events, acts, randomId, textOf } = parts

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

  async function remove(tx: Transaction, { no, id, version }: Row, actor: string, action: AuditAction): Promise<void> {
    const gone = await tx.run('DELETE FROM agreement_drafts WHERE no = ? AND version = ?', [no, version])
    if (gone === 0) throw await changedSince(tx, [])
    await noted(tx, actor, action, id)
  }

  async function noted(
    tx: Transaction,
    actor: string,
    action: AuditAction,
    id: string,
    detail?: Record<string, number>,
  ): Promise<void> {
    await audit.append(tx, { actor, action, subject: id, ...(detail === undefined ? {} : { detail }) })
    await events.append(tx, { type: 'agreement-draft.changed', subject: id })
  }

  /** Problem: `agreement.malformed` for a text that is not whole. */
  function whole(document: unknown, which: string, step: DraftStep | null = null): AgreementDocument {
    const read = AgreementDocument.safeParse(document)
    const errors = missingOf(document, step)
    if (!read.success || errors.length > 0) {
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
      const rows = await db.query<Row & { name: string | null }>(
        `SELECT d.*, p.name FROM agreement_drafts d LEFT JOIN people p ON d.updated_by = 'person:' || p.id
         ORDER BY d.updated_at DESC, d.no DESC LIMIT ?`,
        [KEPT_DRAFT_LIMITS.drafts],
      )
      return rows.map(row => toDraft(row, row.name))
    },

    /** With its text, and what keeps it from being proposed by its shape alone. */
    async get(id: string): Promise<KeptDraft & { document: DraftText; missing: FieldProblem[] }> {
      const row = await rowOf(db, id)
      const document = JSON.parse(row.document) as DraftText
      return {
        ...toDraft(row, await nameOfActor(db, row.updated_by)),
        document,
        missing: missingOf(document, stepIn(row)),
      }
    },

    /** Problems: `request.oversize`; `request.conflict` when so many are kept already. */
    async create(document: DraftText, step: DraftStep | null, actor: string): Promise<KeptDraft> {
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
          step: step === null ? null : JSON.stringify(step),
          created_by: actor,
          created_at: at,
          updated_by: actor,
          updated_at: at,
        }
        await tx.run(
          `INSERT INTO agreement_drafts (no, id, version, document, former, step, created_by, created_at, updated_by, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          [row.no, id, row.version, text, null, row.step, actor, at, actor, at],
        )
        await noted(tx, actor, 'agreement-draft.created', id)
        return toDraft(row, await nameOfActor(tx, actor))
      })
    },

    /** Problems: `request.not-found`, `request.precondition`, `request.unseen`, `request.oversize`. */
    async save(
      id: string,
      { document, step }: { document: DraftText; step: DraftStep | null },
      seen: Seen,
      actor: string,
    ): Promise<KeptDraft> {
      const text = sized(document)
      return db.transaction(async tx => {
        const row = await seenRow(tx, id, seen)
        demandSeen(seen, row.version)
        const saved: Row = {
          ...row,
          version: row.version + 1,
          document: text,
          former: row.document,
          step: step === null ? null : JSON.stringify(step),
          updated_by: actor,
          updated_at: clock.now(),
        }
        await tx.run(
          'UPDATE agreement_drafts SET version = ?, document = ?, former = ?, step = ?, updated_by = ?, updated_at = ? WHERE no = ?',
          [saved.version, text, row.document, saved.step, actor, saved.updated_at, row.no],
        )
        await noted(tx, actor, 'agreement-draft.saved', id, { version: saved.version })
        return toDraft(saved, await nameOfActor(tx, actor))
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

    /**
     * Sends it as its step says, and takes it away in the transaction that does; with four eyes, in the one that prepares that.
     * Problems: those of a proposal, of a counter-proposal or of an amendment; `request.precondition` when its agreement is another by now.
     */
    async propose(id: string, seen: Seen, actor: string): Promise<ActDone> {
      const row = await seenRow(db, id, seen)
      const step = stepIn(row)
      const document = whole(JSON.parse(row.document), 'the draft', step)
      const read = step === null ? undefined : [step.version]
      return acts.submit(await actOf(document, step), actor, read, tx =>
        remove(tx, row, actor, 'agreement-draft.proposed'),
      )
    },
  }

  async function actOf(document: AgreementDocument, step: DraftStep | null): Promise<Act> {
    if (step === null) return { kind: 'propose', thread: null, input: { document } }
    const { thread } = step
    if (step.act === 'counter') return { kind: 'counter', thread, input: { document, reason: written(step.reason) } }
    const found = changesBetween(await parts.standingOf(thread), document)
    if (!found.ok) throw new ProblemError(found.problem.code, found.problem.detail)
    return { kind: 'amend', thread, input: { amendment: { ...Letter.parse(letterOf(step)), ...found.changes } } }
  }
}
