/** Partner tests in the store: the last ones of each partner, with what each hop found. */
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import type { Hop } from './hops.ts'

/** Tests kept of each partner and direction. */
export const KEPT_TESTS = 50

export type TestState = 'running' | 'passed' | 'failed'

export type PartnerTest = {
  no: number
  partner: string
  /** `out`: begun here */
  direction: 'in' | 'out'
  thread: string
  state: TestState
  hops: Hop[]
  begunAt: number
  endedAt: number | null
}

type Row = {
  no: number
  partner: string
  direction: 'in' | 'out'
  thread: Uint8Array
  state: TestState
  hops: string
  material: Uint8Array | null
  begun_at: number
  ended_at: number | null
}

const toTest = (row: Row): PartnerTest => ({
  no: row.no,
  partner: row.partner,
  direction: row.direction,
  thread: toHex(row.thread),
  state: row.state,
  hops: JSON.parse(row.hops) as Hop[],
  begunAt: row.begun_at,
  endedAt: row.ended_at,
})

/** Inserts a running test and forgets the oldest ones; its number. */
export async function insertTest(
  tx: Transaction,
  test: Pick<PartnerTest, 'partner' | 'direction' | 'thread' | 'hops' | 'begunAt'> & { pingedAt: number | null },
): Promise<number> {
  const [row] = await tx.query<{ next: number }>('SELECT coalesce(max(no), 0) + 1 AS next FROM partner_tests')
  const no = row?.next ?? 1
  await tx.run(
    `INSERT INTO partner_tests (no, partner, direction, thread, state, hops, material, begun_at, pinged_at, ended_at)
     VALUES (?, ?, ?, ?, 'running', ?, NULL, ?, ?, NULL) ON CONFLICT (thread) DO NOTHING`,
    [no, test.partner, test.direction, fromHex(test.thread), JSON.stringify(test.hops), test.begunAt, test.pingedAt],
  )
  const kept = await tx.query<{ no: number }>(
    'SELECT no FROM partner_tests WHERE partner = ? AND direction = ? ORDER BY no DESC LIMIT ?',
    [test.partner, test.direction, KEPT_TESTS],
  )
  await tx.run('DELETE FROM partner_tests WHERE partner = ? AND direction = ? AND no < ?', [
    test.partner,
    test.direction,
    kept.at(-1)?.no ?? 0,
  ])
  return no
}

export async function saveHops(tx: Transaction, no: number, hops: readonly Hop[]): Promise<void> {
  await tx.run('UPDATE partner_tests SET hops = ? WHERE no = ?', [JSON.stringify(hops), no])
}

export async function endTest(tx: Transaction, thread: string, state: TestState, at: number): Promise<void> {
  await tx.run('UPDATE partner_tests SET state = ?, ended_at = ?, material = NULL WHERE thread = ?', [
    state,
    at,
    fromHex(thread),
  ])
}

/** The tests of a partner, the newest first. */
export async function testsOf(store: Reader, partner: string): Promise<PartnerTest[]> {
  const rows = await store.query<Row>('SELECT * FROM partner_tests WHERE partner = ? ORDER BY no DESC', [partner])
  return rows.map(toTest)
}

export async function testOf(store: Reader, partner: string, no: number): Promise<PartnerTest | null> {
  const [row] = await store.query<Row>('SELECT * FROM partner_tests WHERE no = ? AND partner = ?', [no, partner])
  return row === undefined ? null : toTest(row)
}

/** Tests that were running when the node ended, with the hash of a material that was kept for them. */
export async function runningTests(store: Reader): Promise<(PartnerTest & { material: string | null })[]> {
  const rows = await store.query<Row>(`SELECT * FROM partner_tests WHERE state = 'running' ORDER BY no`)
  return rows.map(row => ({ ...toTest(row), material: row.material === null ? null : toHex(row.material) }))
}

/** Pings of a direction that were stored since. */
export async function pingsSince(
  store: Reader,
  partner: string,
  direction: 'in' | 'out',
  since: number,
): Promise<number> {
  const [row] = await store.query<{ n: number }>(
    'SELECT count(*) AS n FROM partner_tests WHERE partner = ? AND direction = ? AND pinged_at > ?',
    [partner, direction, since],
  )
  return row?.n ?? 0
}
