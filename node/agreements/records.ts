/** The SQL of agreements: one row a thread, its versions, and the index of items that admission looks up. */
import type { AgreementDocument } from '../../protocol/agreement/document.ts'
import { type AgreementState, type AgreementStateName, foldAgreement, latest } from '../../protocol/agreement/thread.ts'
import { fromHex, toHex } from '../../protocol/primitives.ts'
import type { PacketStore } from '../exchange/packet-store.ts'
import type { Reader } from '../exchange/ports.ts'
import type { Transaction } from '../store/database.ts'
import type { ToldSignatures } from './told.ts'

export type AgreementRow = {
  no: number
  thread: string
  /** of the newest version, or of the text proposed last */ id: string
  partner: string
  proposer: string
  title: string
  state: AgreementStateName
  validFrom: string
  validTo: string
  renewal: AgreementDocument['renewal']['kind']
  /** days of notice against renewal */ noticeDays: number
  items: number
  /** city whose text waits for the other's signature */ pendingBy: string | null
  /** since when, ms */ pendingAt: number | null
  /** first day on which it would take effect */ pendingFrom: string | null
  updatedAt: number
}

type Row = {
  thread_no: number
  thread: Uint8Array
  id: Uint8Array
  partner: string
  proposer: string
  title: string
  state: AgreementStateName
  valid_from: string
  valid_to: string
  renewal: AgreementDocument['renewal']['kind']
  notice_days: number
  items: number
  pending_by: string | null
  pending_at: number | null
  pending_from: string | null
  updated_at: number
}

const COLUMNS = `a.thread_no, t.thread, a.id, a.partner, a.proposer, a.title, a.state, a.valid_from, a.valid_to, a.renewal,
  a.notice_days, a.items, a.pending_by, a.pending_at, a.pending_from, a.updated_at`
const FROM = 'FROM agreements a JOIN threads t ON t.no = a.thread_no'
/** Folded threads kept in memory; one is asked for with every new case. */
const FOLDED = 128

export type AgreementRecords = ReturnType<typeof createAgreementRecords>

export function createAgreementRecords(packets: () => PacketStore, told: Pick<ToldSignatures, 'judge'>) {
  const folded = new Map<number, AgreementState>()

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
      const [held] = await tx.query<{ n: number }>('SELECT count(*) AS n FROM agreement_versions WHERE thread_no = ?', [
        threadNo,
      ])
      const versions = found?.versions ?? []
      let place = held?.n ?? 0
      if (place > versions.length) {
        await tx.run('DELETE FROM agreement_versions WHERE thread_no = ?', [threadNo])
        await tx.run('DELETE FROM agreement_items WHERE thread_no = ?', [threadNo])
        place = 0
      }
      if (found === null) {
        await tx.run('DELETE FROM agreements WHERE thread_no = ?', [threadNo])
        return
      }
      const { id, document } = latest(found)
      await tx.run(
        `INSERT INTO agreements (thread_no, id, partner, proposer, title, state, valid_from, valid_to, renewal, notice_days, items, pending_by,
           pending_at, pending_from, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (thread_no) DO UPDATE SET id = excluded.id, title = excluded.title, state = excluded.state,
           valid_from = excluded.valid_from, valid_to = excluded.valid_to, renewal = excluded.renewal,
           notice_days = excluded.notice_days, items = excluded.items, pending_by = excluded.pending_by,
           pending_at = excluded.pending_at, pending_from = excluded.pending_from, updated_at = excluded.updated_at`,
        [
          threadNo,
          fromHex(id),
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
          at,
        ],
      )
      for (const version of versions.slice(place)) {
        await tx.run('INSERT INTO agreement_versions (thread_no, place, id) VALUES (?, ?, ?)', [
          threadNo,
          place,
          fromHex(version.id),
        ])
        for (const item of version.document.items)
          for (const collecting of item.collecting)
            await tx.run(
              `INSERT INTO agreement_items (handling, collecting, task_code, thread_no, place) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT DO NOTHING`,
              [item.handling, collecting, item.taskCode, threadNo, place],
            )
        place++
      }
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
      const rows = await store.query<{ n: number; partner: string }>(
        `SELECT DISTINCT v.thread_no AS n, a.partner FROM agreement_versions v JOIN agreements a ON a.thread_no = v.thread_no
         WHERE v.id = ? ORDER BY a.partner = ? DESC, v.thread_no DESC LIMIT 100`,
        [fromHex(id), partner],
      )
      const between = rows.filter(row => row.partner === partner)
      return (between.length > 0 ? between : rows).map(row => row.n)
    },

    /** Versions that name the item in this direction, newest first. */
    async naming(
      store: Reader,
      { handling, collecting, item }: { handling: string; collecting: string; item: string },
    ): Promise<{ threadNo: number; id: string }[]> {
      const rows = await store.query<{ thread_no: number; id: Uint8Array }>(
        `SELECT i.thread_no, v.id FROM agreement_items i JOIN agreement_versions v ON v.thread_no = i.thread_no AND v.place = i.place
         WHERE i.handling = ? AND i.collecting = ? AND i.task_code = ? ORDER BY i.thread_no DESC, i.place DESC LIMIT 100`,
        [handling, collecting, item],
      )
      return rows.map(row => ({ threadNo: row.thread_no, id: toHex(row.id) }))
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
           AND i.place = (SELECT max(v.place) FROM agreement_versions v WHERE v.thread_no = a.thread_no)
         GROUP BY i.handling, i.task_code ORDER BY i.handling, i.task_code`,
        [day, handling, handling],
      )
      return rows.map(row => ({ ...row, collecting: row.collecting.split(',') }))
    },

    /** Newest thread first, before `before`. */
    async list(
      store: Reader,
      filter: { partner?: string | undefined; state?: AgreementStateName | undefined; pending?: boolean | undefined },
      limit: number,
      before: number | null,
    ): Promise<AgreementRow[]> {
      const where = ['a.thread_no < ?']
      const params: (string | number)[] = [before ?? Number.MAX_SAFE_INTEGER]
      for (const key of ['partner', 'state'] as const) {
        const value = filter[key]
        if (value === undefined) continue
        where.push(`a.${key} = ?`)
        params.push(value)
      }
      if (filter.pending === true) where.push('a.pending_by IS NOT NULL')
      const rows = await store.query<Row>(
        `SELECT ${COLUMNS} ${FROM} WHERE ${where.join(' AND ')} ORDER BY a.thread_no DESC LIMIT ?`,
        [...params, limit],
      )
      return rows.map(toRow)
    },

    /** What ends by `day` or has ended, and what waits for signatures; 1000 at most, the first to end first. */
    async watched(store: Reader, day: string): Promise<AgreementRow[]> {
      const rows = await store.query<Row>(
        `SELECT ${COLUMNS} ${FROM} WHERE (a.state IN ('active', 'suspended') AND a.valid_to <= ?)
           OR (a.pending_by IS NOT NULL AND a.state IN ('proposed', 'active', 'suspended')) OR a.state = 'signed'
         ORDER BY a.valid_to, a.thread_no LIMIT 1000`,
        [day],
      )
      return rows.map(toRow)
    },

    /** Threads of which the proposer of many parties waits for the others, by the id of the text. */
    async awaiting(store: Reader): Promise<string[]> {
      const rows = await store.query<{ id: Uint8Array }>(`SELECT DISTINCT id FROM agreements WHERE state = 'signed'`)
      return rows.map(row => toHex(row.id))
    },
  }
}

const toRow = (row: Row): AgreementRow => ({
  no: row.thread_no,
  thread: toHex(row.thread),
  id: toHex(row.id),
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
  updatedAt: row.updated_at,
})
