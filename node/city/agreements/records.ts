/**
 * The SQL of agreements: one row a thread, its versions, and the index of items that admission looks up.
 * Over 450 lines: statements over the same tables stand together.
 */
import type { AgreementDocument } from '../../../protocol/agreement/document.ts'
import { AGREEMENT_CONTENT, type AgreementStateName } from '../../../protocol/agreement/kinds.ts'
import {
  type AgreementState,
  type FailedText,
  latest,
  rootOf,
  type Standing,
} from '../../../protocol/agreement/state.ts'
import { foldAgreement } from '../../../protocol/agreement/thread.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Done } from '../../kernel/seen.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import { type Ends, endColumns, lastHere, lastThere, versionOfEnds } from '../../spine/exchange/ends.ts'
import type { PacketStore } from '../../spine/exchange/packet-store.ts'
import type { ToldSignatures } from './told.ts'

export type AgreementRow = {
  no: number
  thread: string
  /** of the newest version, or of the text proposed last */
  id: string
  /** id of the document: the same in each thread of one agreement between many */
  root: string
  parties: number
  partner: string
  proposer: string
  title: string
  state: AgreementStateName
  /** last day on which new cases begin, once it was terminated */
  terminatedOn: string | null
  validFrom: string
  validTo: string
  renewal: AgreementDocument['renewal']['kind']
  /** days of notice against renewal */
  noticeDays: number
  items: number
  /** city whose text waits for the other's signature */
  pendingBy: string | null
  /** since when, ms */
  pendingAt: number | null
  /** first day on which it would take effect */
  pendingFrom: string | null
  /** what other cities said last: of a text that will not stand, and of themselves */
  news: News
  /** another one with each packet of either city, and with each act that is prepared or taken back */
  version: string
  updatedAt: number
}

export type News = {
  failed: Pick<FailedText, 'id' | 'from' | 'how' | 'by' | 'at'> | null
  standing: Pick<Standing, 'city' | 'suspended' | 'leavesOn' | 'at'> | null
}

type Row = Ends & {
  act_no: number | null
  thread_no: number
  thread: Uint8Array
  id: Uint8Array
  root: Uint8Array | null
  parties: number
  partner: string
  proposer: string
  title: string
  state: AgreementStateName
  terminated_on: string | null
  valid_from: string
  valid_to: string
  renewal: AgreementDocument['renewal']['kind']
  notice_days: number
  items: number
  pending_by: string | null
  pending_at: number | null
  pending_from: string | null
  news: string | null
  updated_at: number
}

const COLUMNS = `a.thread_no, t.thread, a.id, a.root, a.parties, a.terminated_on, a.partner, a.proposer, a.title, a.state, a.valid_from, a.valid_to, a.renewal,
  a.notice_days, a.items, a.pending_by, a.pending_at, a.pending_from, a.news, a.updated_at,
  (SELECT max(w.no) FROM agreement_acts w WHERE w.thread = t.thread) AS act_no, ${endColumns('a.thread_no')}`
/** What the audit log tells of an agreement. */
const ACTIONS = [...Object.keys(AGREEMENT_CONTENT), 'agreement.certificate-confirmed']
export const agreementVersion = (ends: string, actNo: number | null): string => `${ends}.${actNo ?? 0}`
const FROM = 'FROM agreements a JOIN threads t ON t.no = a.thread_no'
/** Rows of the index of items that one statement writes. */
export const ITEM_ROWS = 2_000
/** Threads whose rows are written anew at a time. */
const REWRITTEN = 100
/** Threads of one agreement: the most parties but one. */
const THREADS = 100
/** Answers of the index that are kept in memory, of each question. */
const INDEXED = 1_000
/** Folded threads kept in memory; one is asked for with every new case. */
const FOLDED = 128

export type AgreementRecords = ReturnType<typeof createAgreementRecords>

export function createAgreementRecords(packets: () => PacketStore, told: Pick<ToldSignatures, 'judge'>) {
  const folded = new Map<number, AgreementState>()
  /** which threads and versions were found, by what was asked; another object when a version was written */
  let index = { between: new Map<string, number[]>(), naming: new Map<string, { threadNo: number; id: string }[]>() }
  /** transactions under way that write versions: what they wrote is theirs alone until the commit */
  let writing = 0

  function forgetIndex(): void {
    index = { between: new Map(), naming: new Map() }
  }

  function writesVersions(tx: Transaction): void {
    writing++
    const ended = () => {
      writing--
      forgetIndex()
    }
    tx.afterCommit(ended)
    tx.afterRollback(ended)
  }

  /** What `read` finds, or found before under the key. */
  async function indexed<T>(
    of: (from: typeof index) => Map<string, T>,
    key: string,
    read: () => Promise<T>,
  ): Promise<T> {
    if (writing > 0) return read()
    const at = of(index)
    const known = at.get(key)
    if (known !== undefined) return known
    const found = await read()
    if (at.size >= INDEXED) at.clear()
    at.set(key, found)
    return found
  }

  /** The folded thread as it counts here, from memory when it was asked for lately. */
  async function state(store: Reader, threadNo: number): Promise<AgreementState | null> {
    const known = folded.get(threadNo)
    if (known !== undefined) return known
    const thread = await foldAgreement(await packets().packets(store, threadNo))
    const found = thread === null ? null : await told.judge(store, threadNo, thread)
    if (found !== null) {
      if (folded.size >= FOLDED) folded.delete(folded.keys().next().value ?? 0)
      folded.set(threadNo, found)
    }
    return found
  }

  return {
    state,

    /** Folds a thread anew and writes what it says: what counts of it changed without a packet. */
    async refresh(tx: Transaction, row: { no: number; partner: string }, at: number): Promise<void> {
      folded.delete(row.no)
      const found = await state(tx, row.no)
      await this.save(tx, { threadNo: row.no, partner: row.partner, at }, found)
    },

    /** Writes what a fold says of a thread; versions are only ever added, unless a packet of it was taken out. */
    async save(
      tx: Transaction,
      { threadNo, partner, at }: { threadNo: number; partner: string; at: number },
      found: AgreementState | null,
    ): Promise<void> {
      folded.delete(threadNo)
      tx.afterCommit(() => folded.delete(threadNo))
      writesVersions(tx)
      const held = await tx.query<{ place: number; id: Uint8Array }>(
        'SELECT place, id FROM agreement_versions WHERE thread_no = ? ORDER BY place',
        [threadNo],
      )
      const versions = found?.versions ?? []
      // The first that is not what was written; a text that was declined after one city had signed it is gone.
      const differs = held.findIndex(({ id }, index) => versions[index]?.id !== toHex(id))
      const first = differs < 0 ? held.length : differs
      if (first < held.length)
        for (const table of ['agreement_versions', 'agreement_items'])
          await tx.run(`DELETE FROM ${table} WHERE thread_no = ? AND place >= ?`, [threadNo, first])
      if (found === null) {
        await tx.run('DELETE FROM agreements WHERE thread_no = ?', [threadNo])
        return
      }
      const { id, document } = latest(found)
      await tx.run(
        `INSERT INTO agreements (thread_no, id, root, parties, terminated_on, partner, proposer, title, state, valid_from, valid_to, renewal, notice_days, items, pending_by,
           pending_at, pending_from, news, news_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (thread_no) DO UPDATE SET id = excluded.id, root = excluded.root, parties = excluded.parties,
           terminated_on = excluded.terminated_on, title = excluded.title, state = excluded.state,
           valid_from = excluded.valid_from, valid_to = excluded.valid_to, renewal = excluded.renewal,
           notice_days = excluded.notice_days, items = excluded.items, pending_by = excluded.pending_by,
           pending_at = excluded.pending_at, pending_from = excluded.pending_from,
           news = excluded.news, news_at = excluded.news_at, updated_at = excluded.updated_at`,
        [
          threadNo,
          fromHex(id),
          fromHex(rootOf(found)),
          document.parties.length,
          found.terminatedOn,
          partner,
          found.proposer,
          document.title,
          found.state,
          document.validFrom,
          document.validTo,
          document.renewal.kind,
          document.renewal.noticeDays,
          document.items.length,
          found.pending?.by ?? null,
          (found.pending?.signatures[0]?.at ?? 0) * 1000 || null,
          found.pending?.from ?? null,
          ...newsOf(found, partner),
          at,
        ],
      )
      for (const [index, version] of versions.slice(first).entries()) {
        const place = first + index
        await tx.run('INSERT INTO agreement_versions (thread_no, place, id) VALUES (?, ?, ?)', [
          threadNo,
          place,
          fromHex(version.id),
        ])
        const rows = version.document.items.flatMap(item =>
          item.collecting.map(collecting => [item.handling, collecting, item.taskCode]),
        )
        for (let at = 0; at < rows.length; at += ITEM_ROWS)
          await tx.run(
            `INSERT INTO agreement_items (handling, collecting, task_code, thread_no, place)
             SELECT value ->> 0, value ->> 1, value ->> 2, ?, ? FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
            [threadNo, place, JSON.stringify(rows.slice(at, at + ITEM_ROWS))],
          )
      }
    },

    /** Threads whose row lacks what later programs write in it, some at a time. */
    async outdated(store: Reader): Promise<{ no: number; partner: string; updatedAt: number }[]> {
      const rows = await store.query<{ no: number; partner: string; updated_at: number }>(
        'SELECT thread_no AS no, partner, updated_at FROM agreements WHERE parties = 0 ORDER BY thread_no LIMIT ?',
        [REWRITTEN],
      )
      return rows.map(({ updated_at, ...row }) => ({ ...row, updatedAt: updated_at }))
    },

    /** The threads in which a city proposed this document, each with another party. */
    async ofRoot(store: Reader, root: string, proposer: string): Promise<AgreementRow[]> {
      const rows = await store.query<Row>(
        `SELECT ${COLUMNS} ${FROM} WHERE a.root = ? AND a.proposer = ? ORDER BY a.thread_no DESC LIMIT ?`,
        [fromHex(root), proposer, THREADS],
      )
      return rows.map(toRow)
    },

    /** Documents between many, by id, that are neither declined nor withdrawn; of one proposer or of all; the newest. */
    async alliances(store: Reader, proposer: string | null): Promise<string[]> {
      const rows = await store.query<{ root: Uint8Array }>(
        `SELECT root FROM agreements WHERE parties > 2 AND state NOT IN ('declined', 'withdrawn') AND (? IS NULL OR proposer = ?)
         GROUP BY root ORDER BY max(thread_no) DESC LIMIT 1000`,
        [proposer, proposer],
      )
      return rows.map(row => toHex(row.root))
    },

    /** What was done since a version that was seen: prepared or done here, and said by the other city. */
    async doneSince(store: Reader, row: AgreementRow, seen: readonly string[]): Promise<Done[]> {
      const now = row.version.split('.')
      const known = seen.map(version => version.split('.'))
      const differs = (part: number): boolean => !known.some(version => version[part] === now[part])
      const prepared = differs(2)
        ? await store.query<Done>(
            `SELECT prepared_by AS "by", 'act.prepared' AS action, prepared_at AS at FROM agreement_acts WHERE thread = ?
             ORDER BY no DESC LIMIT 1`,
            [fromHex(row.thread)],
          )
        : []
      return [
        ...prepared,
        ...(differs(0) ? await lastHere(store, row.thread, ACTIONS) : []),
        ...(differs(1) ? await lastThere(store, row.no) : []),
      ]
    },

    async byThread(store: Reader, thread: string): Promise<AgreementRow | null> {
      const [row] = await store.query<Row>(`SELECT ${COLUMNS} ${FROM} WHERE t.thread = ?`, [fromHex(thread)])
      return row === undefined ? null : toRow(row)
    },

    async byNo(store: Reader, no: number): Promise<AgreementRow | null> {
      const [row] = await store.query<Row>(`SELECT ${COLUMNS} ${FROM} WHERE a.thread_no = ?`, [no])
      return row === undefined ? null : toRow(row)
    },

    /** Threads that signed a version of this id; several when many parties signed one text. */
    async threadsOf(store: Reader, id: string): Promise<number[]> {
      const rows = await store.query<{ n: number }>(
        'SELECT DISTINCT thread_no AS n FROM agreement_versions WHERE id = ? ORDER BY thread_no DESC LIMIT 100',
        [fromHex(id)],
      )
      return rows.map(row => row.n)
    },

    /**
     * Threads by which a case with `partner` is judged: those with it; where there is none, for the text came from a third city that
     * proposed it to both, the threads with that one.
     */
    async threadsBetween(store: Reader, id: string, partner: string): Promise<number[]> {
      return indexed(
        ({ between }) => between,
        `${id} ${partner}`,
        async () => {
          const rows = await store.query<{ n: number; partner: string }>(
            `SELECT DISTINCT v.thread_no AS n, a.partner FROM agreement_versions v JOIN agreements a ON a.thread_no = v.thread_no
         WHERE v.id = ? ORDER BY a.partner = ? DESC, v.thread_no DESC LIMIT 100`,
            [fromHex(id), partner],
          )
          const between = rows.filter(row => row.partner === partner)
          return (between.length > 0 ? between : rows).map(row => row.n)
        },
      )
    },

    /** Versions that name the item in this direction, newest first. */
    async naming(
      store: Reader,
      { handling, collecting, item }: { handling: string; collecting: string; item: string },
    ): Promise<{ threadNo: number; id: string }[]> {
      return indexed(
        ({ naming }) => naming,
        `${handling} ${collecting} ${item}`,
        async () => {
          const rows = await store.query<{ thread_no: number; id: Uint8Array }>(
            `SELECT i.thread_no, v.id FROM agreement_items i JOIN agreement_versions v ON v.thread_no = i.thread_no AND v.place = i.place
         WHERE i.handling = ? AND i.collecting = ? AND i.task_code = ? ORDER BY i.thread_no DESC, i.place DESC LIMIT 100`,
            [handling, collecting, item],
          )
          return rows.map(row => ({ threadNo: row.thread_no, id: toHex(row.id) }))
        },
      )
    },

    /** Whether any agreement with the partner was ever signed. */
    async anyWith(store: Reader, partner: string): Promise<boolean> {
      const rows = await store.query(
        'SELECT 1 AS found FROM agreement_items WHERE handling = ? OR collecting = ? LIMIT 1',
        [partner, partner],
      )
      return rows.length > 0
    },

    /** Items of the newest versions of agreements that stand on `day`, of one handling city or of all, by city and code. */
    async agreed(
      store: Reader,
      day: string,
      handling: string | null,
    ): Promise<{ handling: string; code: string; collecting: string[] }[]> {
      const rows = await store.query<{ handling: string; code: string; collecting: string }>(
        `SELECT i.handling, i.task_code AS code, group_concat(DISTINCT i.collecting) AS collecting
         FROM agreements a JOIN agreement_items i ON i.thread_no = a.thread_no
         WHERE a.state IN ('active', 'suspended', 'signed') AND (a.valid_to >= ? OR a.renewal = 'auto') AND (? IS NULL OR i.handling = ?)
           AND i.place = (SELECT max(v.place) FROM agreement_versions v WHERE v.thread_no = a.thread_no AND v.id = a.id)
         GROUP BY i.handling, i.task_code ORDER BY i.handling, i.task_code`,
        [day, handling, handling],
      )
      return rows.map(row => ({ ...row, collecting: row.collecting.split(',') }))
    },

    /** Newest thread first, before `before`. */
    async list(
      store: Reader,
      filter: {
        partner?: string | undefined
        state?: AgreementStateName | undefined
        pending?: boolean | undefined
        /** those under which cases may begin on this day */
        openOn?: string | undefined
      },
      limit: number,
      before: number | null,
    ): Promise<AgreementRow[]> {
      const where = ['a.thread_no < ?']
      const params: (string | number)[] = [before ?? Number.MAX_SAFE_INTEGER]
      if (filter.partner !== undefined) {
        where.push('a.partner = ?')
        params.push(filter.partner)
      }
      if (filter.state !== undefined) {
        where.push('a.state = ?')
        params.push(filter.state)
      }
      if (filter.openOn !== undefined) {
        where.push(`(a.state = 'active' OR (a.state = 'terminated' AND a.terminated_on >= ?))`)
        params.push(filter.openOn)
      }
      if (filter.pending === true) where.push('a.pending_by IS NOT NULL')
      const rows = await store.query<Row>(
        `SELECT ${COLUMNS} ${FROM} WHERE ${where.join(' AND ')} ORDER BY a.thread_no DESC LIMIT ?`,
        [...params, limit],
      )
      return rows.map(toRow)
    },

    /** What ends by `day` or has ended, what waits for signatures, and news since `since` (ms); 1000 at most, the first to end first. */
    async watched(store: Reader, day: string, since: number): Promise<AgreementRow[]> {
      const rows = await store.query<Row>(
        `SELECT ${COLUMNS} ${FROM} WHERE (a.state IN ('active', 'suspended') AND a.valid_to <= ?)
           OR (a.pending_by IS NOT NULL AND a.state IN ('proposed', 'active', 'suspended')) OR a.state = 'signed' OR a.news_at >= ?
         ORDER BY a.valid_to, a.thread_no LIMIT 1000`,
        [day, since],
      )
      return rows.map(toRow)
    },
  }
}

/** `news` and `news_at` (ms). The proposer of one between many hears it in the thread with the city that said it. */
function newsOf(
  { failed, standings, proposer, other }: AgreementState,
  partner: string,
): [string | null, number | null] {
  const own = partner === other ? proposer : other
  const heard = (city: string): boolean => city !== own && (own !== proposer || city === partner)
  const text = failed.findLast(({ by }) => heard(by))
  const standing = standings.filter(({ city }) => heard(city)).sort((a, b) => b.at - a.at)[0]
  if (text === undefined && standing === undefined) return [null, null]
  const news: News = {
    failed: text === undefined ? null : { id: text.id, from: text.from, how: text.how, by: text.by, at: text.at },
    standing:
      standing === undefined
        ? null
        : (({ city, suspended, leavesOn, at }) => ({ city, suspended, leavesOn, at }))(standing),
  }
  return [JSON.stringify(news), Math.max(text?.at ?? 0, standing?.at ?? 0) * 1000]
}

const toRow = (row: Row): AgreementRow => ({
  no: row.thread_no,
  thread: toHex(row.thread),
  id: toHex(row.id),
  root: toHex(row.root ?? row.id),
  parties: row.parties,
  terminatedOn: row.terminated_on,
  partner: row.partner,
  proposer: row.proposer,
  title: row.title,
  state: row.state,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  renewal: row.renewal,
  noticeDays: row.notice_days,
  items: row.items,
  pendingBy: row.pending_by,
  pendingAt: row.pending_at,
  pendingFrom: row.pending_from,
  news: row.news === null ? { failed: null, standing: null } : (JSON.parse(row.news) as News),
  version: agreementVersion(versionOfEnds(row), row.act_no),
  updatedAt: row.updated_at,
})
