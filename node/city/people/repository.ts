/** SQL of the people table. */

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
}

const COLUMNS = 'id, name, roles, created_at, expires_at, revoked_at, last_used_at'

const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  name: row.name,
  roles: splitRoles(row.roles),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
})

type Reader = Pick<Database | Transaction, 'query'>

export async function insertAccount(tx: Transaction, account: Account, tokenHash: Uint8Array): Promise<void> {
  await tx.run(`INSERT INTO people (${COLUMNS}, token_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, [
    account.id,
    account.name,
    joinRoles(account.roles),
    account.createdAt,
    account.expiresAt,
    account.revokedAt,
    account.lastUsedAt,
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

/** Administrators other than `id` whose token works at `now`. */
export async function otherAdministrators(reader: Reader, id: string, now: number): Promise<number> {
  const rows = await reader.query<{ n: number }>(
    `SELECT COUNT(*) AS n FROM people WHERE id <> ? AND roles LIKE '%,administrator,%'
     AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`,
    [id, now],
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
