/**
 * Phrases (常用语, 文书模板) for notices, messages, decisions and other words of a step: of a person, or shared with a department, which whoever may keep
 * them writes anew or deletes too. Placeholders
 * stand for what the node knows of a case, and blanks for what a person writes. They name nobody: what looks like the number of a person
 * is refused.
 */
import { dayOf } from '../../../protocol/agreement/document.ts'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import type { Holder } from '../../../protocol/rights/can.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { changedSince, demandSeen, isAsSeen, type Seen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { CaseRow } from '../cases/rows.ts'

export const PHRASE_LIMITS = {
  /** phrases of one account, and those shared with one department */
  perPerson: 200,
  perDepartment: 500,
  /** characters of a title and of a phrase: those of the longest text of a step, but for its placeholders */
  title: 60,
  text: 2000,
} as const

/** What each placeholder stands for in a case. */
export const PLACEHOLDERS = {
  办件编号: 'case number',
  办理地编号: "number in the handling city's system",
  事项: 'name of the item',
  收件城市: 'city that took the case in',
  办理城市: 'city that handles it',
  今天: 'today',
} as const satisfies Record<string, string>
type Placeholder = keyof typeof PLACEHOLDERS

/** `{事项}`, and `{?补正日期}` for what a person writes. */
const BRACED = /\{([^{}]*)\}/g
/** Numbers of resident identity cards and mobile phones, as they are or spaced out. */
const PERSONAL = /(?<!\d)(?:\d[ -]?){17}[\dXx](?![\dXx])|(?<!\d)1[3-9](?:[ -]?\d){9}(?!\d)/

export type NewPhrase = {
  title: string
  text: string
  /** for this step alone; null: for any */
  step: CaseKind | null
  /** shared with all of this department; null: own */
  department: string | null
  /** code of the item in whose cases alone it is offered; null: in those of any */
  item: string | null
}
export type Phrase = NewPhrase & {
  id: string
  /** account that made it */
  owner: string
  /** ms */
  updatedAt: number
}

/** What the node knows of a case, for its placeholders; null where it knows nothing yet. */
export type CaseFacts = Readonly<Record<Placeholder, string | null>>

type Row = Omit<Phrase, 'updatedAt' | 'step'> & { step: string | null; updated_at: number }
const COLUMNS = 'id, owner, department, step, item, title, text, updated_at'
const toPhrase = ({ updated_at, step, ...row }: Row): Phrase => ({
  ...row,
  step: step as CaseKind | null,
  updatedAt: updated_at,
})

/** Whoever asks: of which departments, null for every one; `keeps`: also what others share. */
export type Asker = Pick<Holder, 'id' | 'departments'> & { keeps: boolean }

/** Whether somebody may write it anew, or delete it. */
export const mayChange = ({ owner, department }: Pick<Phrase, 'owner' | 'department'>, { id, keeps }: Asker): boolean =>
  owner === id || (keeps && department !== null)

/** What the placeholders stand for in a case, on this day. */
export function factsOf(
  { caseNo, localCaseNo, item, role, partner }: Pick<CaseRow, 'caseNo' | 'localCaseNo' | 'item' | 'role' | 'partner'>,
  { now, own, cityName }: { now: number; own: string; cityName: (code: string) => string },
): CaseFacts {
  const [collecting, handling] = role === 'collecting' ? [own, partner] : [partner, own]
  const [, month, day] = dayOf(seconds(now)).split('-')
  return {
    办件编号: caseNo,
    办理地编号: localCaseNo,
    事项: item.name,
    收件城市: cityName(collecting),
    办理城市: cityName(handling),
    今天: `${Number(month)}月${Number(day)}日`,
  }
}

/** A phrase as it reads in a case: placeholders filled in, and what a person must write still. */
export function filled(text: string, facts: CaseFacts): { text: string; blanks: string[] } {
  const blanks: string[] = []
  const read = text.replaceAll(BRACED, (whole, name: string) => {
    const known = Object.hasOwn(PLACEHOLDERS, name) ? facts[name as Placeholder] : null
    if (known !== null) return known
    blanks.push(name.replace(/^\?/, ''))
    return whole
  })
  return { text: read, blanks }
}

/** Refuses what no phrase may hold. Problem: `request.invalid`. */
export function assertPhrase({ title, text }: Pick<NewPhrase, 'title' | 'text'>): void {
  for (const [field, words] of Object.entries({ title, text }))
    if (PERSONAL.test(words.normalize('NFKC')))
      throw new ProblemError(
        'request.invalid',
        `${field}: a number of a person: phrases name nobody; write a blank such as {?姓名}`,
      )
  for (const [, name = ''] of text.matchAll(BRACED))
    if (!Object.hasOwn(PLACEHOLDERS, name) && !/^\?\S/.test(name))
      throw new ProblemError(
        'request.invalid',
        `text: a placeholder is one of ${Object.keys(PLACEHOLDERS).join(', ')}, a blank is {?…}`,
      )
}

export type Phrases = ReturnType<typeof createPhrases>

/** What `If-Match` names; `updatedAt` in ms. */
export const phraseVersion = (updatedAt: number): string => String(updatedAt)

export function createPhrases(parts: { db: Database; clock: Clock; audit: Audit; newId: () => string }) {
  const { db, clock } = parts

  const sees = ({ id, departments }: Asker, { owner, department }: Pick<Row, 'owner' | 'department'>): boolean =>
    owner === id || (department !== null && (departments === null || departments.includes(department)))

  async function readable(store: Pick<Transaction, 'query'>, id: string, asker: Asker): Promise<Row> {
    const [row] = await store.query<Row>(`SELECT ${COLUMNS} FROM phrases WHERE id = ?`, [id])
    if (row === undefined || !sees(asker, row)) throw new ProblemError('request.not-found', 'no such phrase')
    return row
  }

  async function owned(store: Pick<Transaction, 'query'>, id: string, asker: Asker): Promise<Row> {
    const row = await readable(store, id, asker)
    if (!mayChange(row, asker))
      throw new ProblemError('request.forbidden', 'who made it changes it, or a business administrator')
    return row
  }

  async function checkRoom(
    tx: Transaction,
    asker: Asker,
    phrase: NewPhrase,
    except: string,
    owner: string,
  ): Promise<void> {
    if (phrase.department !== null && asker.departments !== null && !asker.departments.includes(phrase.department))
      throw new ProblemError('request.forbidden', 'department: one of your own')
    if (owner !== asker.id && phrase.department === null)
      throw new ProblemError('request.invalid', 'department: what somebody else made stays shared')
    const [same] = await tx.query('SELECT 1 FROM phrases WHERE owner = ? AND title = ? AND id <> ?', [
      owner,
      phrase.title,
      except,
    ])
    if (same !== undefined) throw new ProblemError('request.conflict', 'a phrase of this title is there')
    const count = async (column: 'owner' | 'department', value: string): Promise<number> => {
      const [row] = await tx.query<{ n: number }>(`SELECT count(*) AS n FROM phrases WHERE ${column} = ? AND id <> ?`, [
        value,
        except,
      ])
      return row?.n ?? 0
    }
    if ((await count('owner', owner)) >= PHRASE_LIMITS.perPerson)
      throw new ProblemError('request.conflict', `${PHRASE_LIMITS.perPerson} phrases at most of one account`)
    if (phrase.department !== null && (await count('department', phrase.department)) >= PHRASE_LIMITS.perDepartment)
      throw new ProblemError('request.conflict', `${PHRASE_LIMITS.perDepartment} phrases at most of one department`)
  }

  const note = (tx: Transaction, { id }: Asker, action: AuditAction, subject: string): Promise<void> =>
    parts.audit.append(tx, { actor: `person:${id}`, action, subject })

  return {
    /** The own phrases and those of the own departments, by title; `step` and `item`: those for it, and for any. */
    async list(asker: Asker, step: CaseKind | null, item: string | null = null): Promise<Phrase[]> {
      const { id, departments } = asker
      const rows = await db.query<Row>(
        `SELECT ${COLUMNS} FROM phrases
         WHERE (owner = ?1 OR (department IS NOT NULL AND (?2 IS NULL OR department IN (SELECT value FROM json_each(?2)))))
           AND (?3 IS NULL OR step IS NULL OR step = ?3) AND (?4 IS NULL OR item IS NULL OR item = ?4)
         ORDER BY title, id`,
        [id, departments === null ? null : JSON.stringify(departments), step, item],
      )
      return rows.map(toPhrase)
    },

    /** Problems: `request.invalid` for a placeholder that is none, or a number of a person; `request.conflict` for a title that is taken, or past a limit; `request.forbidden` for another department. */
    async add(phrase: NewPhrase, asker: Asker): Promise<Phrase> {
      assertPhrase(phrase)
      const id = parts.newId()
      await db.transaction(async tx => {
        await checkRoom(tx, asker, phrase, id, asker.id)
        await act(tx)
        const { department, step, item, title, text } = phrase
        await tx.run(`INSERT INTO phrases (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, [
          id,
          asker.id,
          department,
          step,
          item,
          title,
          text,
          clock.now(),
        ])
        await note(tx, asker, 'phrase.created', id)
      })
      return toPhrase(await readable(db, id, asker))
    },

    /**
     * In place of what was `seen`. Problems: as of `add`; `request.not-found`; `request.forbidden` for one that another shares;
     * `request.precondition`, `request.unseen`.
     */
    async change(id: string, phrase: NewPhrase, asker: Asker, seen: Seen): Promise<Phrase> {
      assertPhrase(phrase)
      await db.transaction(async tx => {
        const { owner, updated_at } = await owned(tx, id, asker)
        demandSeen(seen, updated_at)
        if (!isAsSeen(seen, phraseVersion(updated_at))) throw await changedSince(tx, [])
        await checkRoom(tx, asker, phrase, id, owner)
        const { department, step, item, title, text } = phrase
        await tx.run(
          'UPDATE phrases SET department = ?, step = ?, item = ?, title = ?, text = ?, updated_at = ? WHERE id = ?',
          [department, step, item, title, text, clock.now(), id],
        )
        await note(tx, asker, 'phrase.changed', id)
      })
      return toPhrase(await readable(db, id, asker))
    },

    /** Problems: `request.not-found`; `request.forbidden` for one that another shares. */
    async remove(id: string, asker: Asker): Promise<void> {
      await db.transaction(async tx => {
        await owned(tx, id, asker)
        await tx.run('DELETE FROM phrases WHERE id = ?', [id])
        await note(tx, asker, 'phrase.deleted', id)
      })
    },
  }
}
