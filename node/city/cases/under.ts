/** Open cases by the agreement under which they began (依据协议的在办件); no personal data. */
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Database } from '../../kernel/store/database.ts'

export type CaseUnder = {
  thread: string
  caseNo: string
  role: 'collecting' | 'handling'
  partner: string
  itemCode: string
  itemName: string
  state: string
  /** id of the version under which it finishes */
  agreement: string
}

/** As the index `cases_agreement` has it. */
const OPEN = `c.state NOT IN ('closed', 'refused')`

export type OpenCases = ReturnType<typeof createOpenCases>

export const createOpenCases = (db: Database) => ({
  /** How many of these own items are open here. */
  async handled(codes: readonly string[]): Promise<number> {
    const [row] = await db.query<{ n: number }>(
      `SELECT count(*) AS n FROM cases c WHERE c.item_code IN (SELECT value FROM json_each(?)) AND c.role = 'handling' AND ${OPEN}`,
      [JSON.stringify(codes)],
    )
    return row?.n ?? 0
  },

  /** How many are open under any of the versions; the newest of them, and how many of each item. */
  async under(
    versions: readonly string[],
    limit: number,
  ): Promise<{ open: number; cases: CaseUnder[]; items: { code: string; open: number }[] }> {
    if (versions.length === 0) return { open: 0, cases: [], items: [] }
    const where = `c.agreement IN (${versions.map(() => '?').join(', ')}) AND ${OPEN}`
    const ids = versions.map(fromHex)
    const items = await db.query<{ code: string; open: number }>(
      `SELECT c.item_code AS code, count(*) AS open FROM cases c WHERE ${where} GROUP BY c.item_code ORDER BY open DESC, code`,
      ids,
    )
    const rows = await db.query<
      Omit<CaseUnder, 'thread' | 'agreement'> & { thread: Uint8Array; agreement: Uint8Array }
    >(
      `SELECT t.thread, c.case_no AS caseNo, c.role, c.partner, c.item_code AS itemCode, c.item_name AS itemName, c.state, c.agreement
       FROM cases c JOIN threads t ON t.no = c.thread_no WHERE ${where} ORDER BY c.submitted_at DESC, c.thread_no DESC LIMIT ?`,
      [...ids, limit],
    )
    return {
      open: items.reduce((sum, item) => sum + item.open, 0),
      cases: rows.map(row => ({ ...row, thread: toHex(row.thread), agreement: toHex(row.agreement) })),
      items,
    }
  },
})
