/** SQL of the people table. */

import { toHex } from '../../../protocol/primitives.ts'
import type { Role } from '../../../protocol/rights/roles.ts'
import { type Account, joinRoles, splitRoles } from '../../kernel/person.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'

type AccountRow = {
  id: string
  name: string
  roles: string
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  last_used_at: number | null
  departments: string | null
  windows: string | null
  contact: Uint8Array | null
}

const COLUMNS = 'id, name, roles, created_at, expires_at, revoked_at, last_used_at, departments, windows, contact'

/** Names as a column: JSON; null for every one there is. */
const toColumn = (names: readonly string[] | null): string | null => (names === null ? null : JSON.stringify(names))
const toNames = (column: string | null): string[] | null => (column === null ? null : (JSON.parse(column) as string[]))

const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  name: row.name,
  roles: splitRoles(row.roles),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
  departments: toNames(row.departments),
  windows: toNames(row.windows),
  contact: row.contact,
})

type Reader = Pick<Database | Transaction, 'query'>

export async function insertAccount(tx: Transaction, account: Account, tokenHash: Uint8Array): Promise<void> {
  await tx.run(`INSERT INTO people (${COLUMNS}, token_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
    account.id,
    account.name,
    joinRoles(account.roles),
    account.createdAt,
    account.expiresAt,
    account.revokedAt,
    account.lastUsedAt,
    toColumn(account.departments),
    toColumn(account.windows),
    account.contact,
    tokenHash,
  ])
}

export async function accountByToken(reader: Reader, tokenHash: Uint8Array): Promise<Account | null> {
  const rows = await reader.query<AccountRow>(`SELECT ${COLUMNS} FROM people WHERE token_hash = ?`, [tokenHash])
  return rows[0] === undefined ? null : toAccount(rows[0])
}

export async function accountById(reader: Reader, id: string): Promise<Account | null> {
  const rows = await reader.query<AccountRow>(`SELECT ${COLUMNS} FROM people WHERE id = ?`, [id])
  return rows[0] === undefined ? null : toAccount(rows[0])
}

/** Oldest first; `after` is the (createdAt, id) of the last account of the page before. */
export async function accounts(
  reader: Reader,
  limit: number,
  after: readonly [createdAt: number, id: string] | null,
): Promise<Account[]> {
  const [createdAt, id] = after ?? [-1, '']
  const rows = await reader.query<AccountRow>(
    `SELECT ${COLUMNS} FROM people WHERE created_at > ? OR (created_at = ? AND id > ?) ORDER BY created_at, id LIMIT ?`,
    [createdAt, createdAt, id, limit],
  )
  return rows.map(toAccount)
}

/** Accounts other than `id` that hold the role and whose token works at `now`. */
export async function othersWith(reader: Reader, role: Role, id: string, now: number): Promise<number> {
  const rows = await reader.query<{ n: number }>(
    `SELECT COUNT(*) AS n FROM people WHERE id <> ? AND roles LIKE ?
     AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`,
    [id, `%${joinRoles([role])}%`, now],
  )
  return rows[0]?.n ?? 0
}

export async function setToken(
  tx: Transaction,
  id: string,
  tokenHash: Uint8Array,
  expiresAt: number | null,
): Promise<void> {
  await tx.run('UPDATE people SET token_hash = ?, expires_at = ? WHERE id = ?', [tokenHash, expiresAt, id])
}

export async function setRevoked(tx: Transaction, id: string, at: number): Promise<void> {
  await tx.run('UPDATE people SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', [at, id])
}

export async function setUsed(tx: Transaction, id: string, at: number): Promise<void> {
  await tx.run('UPDATE people SET last_used_at = ? WHERE id = ?', [at, id])
}

/** What was given to an account, and by what it is known as a person. */
export async function setGranted(
  tx: Transaction,
  { id, name, roles, departments, windows, contact }: Account,
  staffKey: Uint8Array | null,
): Promise<void> {
  await tx.run(
    'UPDATE people SET name = ?, roles = ?, departments = ?, windows = ?, contact = ?, staff_key = ? WHERE id = ?',
    [name, joinRoles(roles), toColumn(departments), toColumn(windows), contact, staffKey, id],
  )
}

/** Roles of the other accounts of one person that were not revoked, as far as the staff number tells. */
export async function rolesOfOthers(reader: Reader, staffKey: Uint8Array, id: string): Promise<Role[]> {
  const rows = await reader.query<{ roles: string }>(
    'SELECT roles FROM people WHERE staff_key = ? AND id <> ? AND revoked_at IS NULL',
    [staffKey, id],
  )
  return rows.flatMap(({ roles }) => splitRoles(roles))
}

/** Accounts of the person behind an account, itself among them. */
export async function accountsOfPerson(reader: Reader, id: string): Promise<string[]> {
  const rows = await reader.query<{ id: string }>(
    'SELECT id FROM people WHERE staff_key = (SELECT staff_key FROM people WHERE id = ?)',
    [id],
  )
  return [...new Set([id, ...rows.map(row => row.id)])]
}

/** Accounts that count at `now` and hold one of the roles, each with that by which it is known as a person's. */
export async function holdersOf(
  reader: Reader,
  roles: readonly Role[],
  now: number,
): Promise<{ id: string; name: string; roles: Role[]; person: string }[]> {
  const rows = await reader.query<{ id: string; name: string; roles: string; staff_key: Uint8Array | null }>(
    `SELECT id, name, roles, staff_key FROM people WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
     AND (${roles.map(() => 'roles LIKE ?').join(' OR ')}) ORDER BY created_at, id`,
    [now, ...roles.map(role => `%${joinRoles([role])}%`)],
  )
  return rows.map(row => ({
    id: row.id,
    name: row.name,
    roles: splitRoles(row.roles),
    person: row.staff_key === null ? row.id : toHex(row.staff_key),
  }))
}
