/**
 * Search of the audit log (审计查询) by what people know: names of accounts and numbers of cases stand beside the ids that its rows hold, and are asked
 * for in place of them. What is found goes out as a table or as lines of JSON, piece by piece, and that it went out is a row too.
 */
import { foldNumber } from '../../../protocol/codes/spelling.ts'
import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Audit, AuditFilter, AuditRow } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { streamOf } from '../../kernel/streams.ts'

export const AUDIT_SEARCH_LIMITS = {
  /** accounts that one name may fit */
  accounts: 100,
  /** rows of one piece of an export */
  batch: 500,
} as const

/** What is asked for. */
export type AuditSearch = Omit<AuditFilter, 'actors' | 'subjects'> & {
  /** of the account that acted: its name, or part of it */
  name?: string | undefined
  /** number of a case, of either city */
  case?: string | undefined
}

/** A row with what its ids are known by here; null where they are of nothing that has such a name. */
export type NamedRow = AuditRow & {
  /** number of the case that it was done to */
  caseNo: string | null
  /** of the account that it was done to */
  subjectName: string | null
  /** what its detail tells of a problem, in Chinese */
  detailZh: string | null
}

export const EXPORT_FORMATS = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl' } as const
export type ExportFormat = keyof typeof EXPORT_FORMATS

const COLUMNS = [
  '序号',
  '时间',
  '操作人',
  '操作人编号',
  '操作',
  '对象',
  '办件编号',
  '对象名称',
  '详情',
  '说明',
  '哈希',
] as const

const cellsOf = (row: NamedRow): string[] => [
  String(row.no),
  new Date(row.at).toISOString(),
  row.name ?? '',
  row.actor,
  row.action,
  row.subject,
  row.caseNo ?? '',
  row.subjectName ?? '',
  JSON.stringify(row.detail),
  row.detailZh ?? '',
  row.hash,
]

const isThread = (subject: string): boolean => /^[0-9a-f]{32}$/.test(subject)
/** In a pattern of `LIKE`, as itself. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/g, found => `\\${found}`)

export type AuditSearches = ReturnType<typeof createAuditSearch>

export function createAuditSearch({ db, audit }: { db: Database; audit: Pick<Audit, 'append' | 'list'> }) {
  async function actorsOf(name: string): Promise<string[]> {
    const most = AUDIT_SEARCH_LIMITS.accounts
    const rows = await db.query<{ id: string }>(
      `SELECT id FROM people WHERE name LIKE ? ESCAPE '\\' ORDER BY id LIMIT ?`,
      [`%${literally(name)}%`, most + 1],
    )
    if (rows.length > most) throw new ProblemError('request.invalid', `name: more than ${most} accounts`)
    return rows.map(({ id }) => `person:${id}`)
  }

  async function threadsOf(number: string): Promise<string[]> {
    const key = foldNumber(number)
    if (key === '') return []
    const rows = await db.query<{ thread: string }>(
      `SELECT lower(hex(t.thread)) AS thread FROM cases c JOIN threads t ON t.no = c.thread_no WHERE c.number_key = ?1 OR c.local_key = ?1`,
      [key],
    )
    return rows.map(({ thread }) => thread)
  }

  /** What the log itself is asked. */
  async function filterOf({ name, case: number, ...rest }: AuditSearch): Promise<AuditFilter> {
    return {
      ...rest,
      ...(name === undefined ? {} : { actors: await actorsOf(name) }),
      ...(number === undefined ? {} : { subjects: await threadsOf(number) }),
    }
  }

  /** One look for all cases, one for all accounts. */
  async function named(rows: readonly AuditRow[]): Promise<NamedRow[]> {
    const threads = [...new Set(rows.map(({ subject }) => subject).filter(isThread))]
    const others = [...new Set(rows.map(({ subject }) => subject).filter(subject => !isThread(subject)))]
    const cases = await db.query<{ thread: string; caseNo: string }>(
      `SELECT lower(hex(t.thread)) AS thread, c.case_no AS caseNo FROM threads t JOIN cases c ON c.thread_no = t.no
       WHERE t.thread IN (SELECT unhex(value) FROM json_each(?))`,
      [JSON.stringify(threads)],
    )
    const people = await db.query<{ id: string; name: string }>(
      'SELECT id, name FROM people WHERE id IN (SELECT value FROM json_each(?))',
      [JSON.stringify(others)],
    )
    const numbers = new Map(cases.map(({ thread, caseNo }) => [thread, caseNo]))
    const names = new Map(people.map(({ id, name }) => [id, name]))
    return rows.map(row => ({
      ...row,
      detailZh: typeof row.detail.detail === 'string' ? detailInChinese(row.detail.detail) : null,
      caseNo: numbers.get(row.subject) ?? null,
      subjectName: names.get(row.subject) ?? null,
    }))
  }

  /** Rows below `before` in pieces, newest first. */
  async function* pieces(filter: AuditFilter, before: number): AsyncGenerator<NamedRow[]> {
    for (let next = before; ; ) {
      const rows = await audit.list(filter, AUDIT_SEARCH_LIMITS.batch, next)
      if (rows.length > 0) yield await named(rows)
      const last = rows.at(-1)
      if (last === undefined || rows.length < AUDIT_SEARCH_LIMITS.batch) return
      next = last.no
    }
  }

  return {
    /** Newest first; `before` is the `no` of the last row of the page before. Problem: `request.invalid` for a name of too many. */
    async list(search: AuditSearch, limit: number, before: number | null): Promise<NamedRow[]> {
      return named(await audit.list(await filterOf(search), limit, before))
    },

    /** What is found, written as it is read; that it goes out stands in the log before. Problem: `request.invalid`. */
    async export(search: AuditSearch, format: ExportFormat, actor: string): Promise<ReadableStream<Uint8Array>> {
      const filter = await filterOf(search)
      const before = await db.transaction(async tx => {
        const { name, since, until, ...codes } = search
        const asked = Object.fromEntries(Object.entries(codes).filter(([, value]) => value !== undefined)) as Record<
          string,
          string
        >
        await audit.append(tx, {
          actor,
          action: 'audit.exported',
          subject: 'audit',
          detail: { ...asked, format, byName: name !== undefined, since: since ?? null, until: until ?? null },
        })
        const [row] = await tx.query<{ no: number }>('SELECT max(no) AS no FROM audit')
        return row?.no ?? 0
      })
      return streamOf(format === 'csv' ? csvOf(pieces(filter, before)) : linesOf(pieces(filter, before)))
    },
  }
}

async function* csvOf(pieces: AsyncGenerator<NamedRow[]>): AsyncGenerator<Uint8Array> {
  const { sheetWriter } = await import('../work/exports/sheets.ts')
  const sheet = sheetWriter('csv')
  yield* sheet.rows([COLUMNS])
  for await (const rows of pieces) yield* sheet.rows(rows.map(cellsOf))
  yield* sheet.end()
}

async function* linesOf(pieces: AsyncGenerator<NamedRow[]>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const rows of pieces)
    yield encoder.encode(
      rows.map(row => `${JSON.stringify({ ...row, at: new Date(row.at).toISOString() })}\n`).join(''),
    )
}
