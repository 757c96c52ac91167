/** SQL of credentials, sessions and API tokens. */
import type { Role } from '../../../protocol/rights/roles.ts'
import { joinRoles, splitRoles } from '../../kernel/person.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'

type Reader = Pick<Database | Transaction, 'query'>

/** How somebody proves who they are; times in milliseconds. */
export type Credentials = {
  person: string
  /** what is typed to sign in, in small letters */
  account: string
  /** argon2id in PHC format; null: none, as of who comes by the single sign-on alone */
  password: string | null
  /** those before, newest first */
  former: readonly string[]
  passwordAt: number | null
  /** until when a one-time password counts; null of one that its owner chose */
  temporaryUntil: number | null
  failures: number
  failedAt: number
  /** sealed secret of the second factor */
  totp: Uint8Array | null
  /** one that is not confirmed yet */
  totpBegun: Uint8Array | null
  /** step of the code that was used last */
  totpStep: number
}

type CredentialsRow = {
  person: string
  account: string
  password: string | null
  former: string
  password_at: number | null
  temporary_until: number | null
  failures: number
  failed_at: number
  totp: Uint8Array | null
  totp_begun: Uint8Array | null
  totp_step: number
}

const toCredentials = (row: CredentialsRow): Credentials => ({
  person: row.person,
  account: row.account,
  password: row.password,
  former: JSON.parse(row.former) as string[],
  passwordAt: row.password_at,
  temporaryUntil: row.temporary_until,
  failures: row.failures,
  failedAt: row.failed_at,
  totp: row.totp,
  totpBegun: row.totp_begun,
  totpStep: row.totp_step,
})

async function credentialsBy(reader: Reader, column: 'person' | 'account', value: string): Promise<Credentials | null> {
  const [row] = await reader.query<CredentialsRow>(`SELECT * FROM credentials WHERE ${column} = ?`, [value])
  return row === undefined ? null : toCredentials(row)
}

export const credentialsOf = (reader: Reader, person: string) => credentialsBy(reader, 'person', person)
export const credentialsByAccount = (reader: Reader, account: string) => credentialsBy(reader, 'account', account)

/** Gives the person an account name, in place of the one it had. */
export async function setAccount(tx: Transaction, person: string, account: string): Promise<void> {
  await tx.run(
    'INSERT INTO credentials (person, account) VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET account = excluded.account',
    [person, account],
  )
}

/** Puts a password in place, which ends what failed under the one before. */
export async function setPassword(
  tx: Transaction,
  person: string,
  set: Pick<Credentials, 'password' | 'former' | 'passwordAt' | 'temporaryUntil'>,
): Promise<void> {
  await tx.run(
    `UPDATE credentials SET password = ?, former = ?, password_at = ?, temporary_until = ?, failures = 0, failed_at = 0
     WHERE person = ?`,
    [set.password, JSON.stringify(set.former), set.passwordAt, set.temporaryUntil, person],
  )
}

export async function setFailures(tx: Transaction, person: string, failures: number, at: number): Promise<void> {
  await tx.run('UPDATE credentials SET failures = ?, failed_at = ? WHERE person = ?', [failures, at, person])
}

/** Notes that the code of a step was used; false when that one, or a later one, was used before. */
export async function useStep(tx: Transaction, person: string, step: number): Promise<boolean> {
  return (
    (await tx.run('UPDATE credentials SET totp_step = ? WHERE person = ? AND totp_step < ?', [step, person, step])) > 0
  )
}

export async function beginTotp(tx: Transaction, person: string, sealed: Uint8Array): Promise<void> {
  await tx.run('UPDATE credentials SET totp_begun = ? WHERE person = ?', [sealed, person])
}

/** Puts the secret in place that was begun. */
export async function confirmTotp(tx: Transaction, person: string, step: number): Promise<void> {
  await tx.run(
    'UPDATE credentials SET totp = totp_begun, totp_begun = NULL, totp_step = ? WHERE person = ? AND totp_begun IS NOT NULL',
    [step, person],
  )
}

export async function removeTotp(tx: Transaction, person: string): Promise<void> {
  await tx.run('UPDATE credentials SET totp = NULL, totp_begun = NULL, totp_step = 0 WHERE person = ?', [person])
}

/** Whether somebody who keeps accounts can sign in at `now`. */
export async function hasAdministrator(reader: Reader, now: number): Promise<boolean> {
  const rows = await reader.query(
    `SELECT 1 FROM credentials c JOIN people p ON p.id = c.person WHERE p.roles LIKE '%,system-administrator,%'
     AND p.revoked_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > ?) LIMIT 1`,
    [now],
  )
  return rows.length > 0
}

/** How a session was begun: with a password, with a second factor too, or by the single sign-on of the city. */
export type Way = 'password' | 'second-factor' | 'single-sign-on'
export type Session = { id: string; person: string; way: Way; createdAt: number; usedAt: number }
type SessionRow = { id: string; person: string; way: Way; created_at: number; used_at: number }

const toSession = ({ id, person, way, created_at: createdAt, used_at: usedAt }: SessionRow): Session => ({
  id,
  person,
  way,
  createdAt,
  usedAt,
})

const SESSION = 'id, person, way, created_at, used_at'

/** An account is used by its own token, by a session and by each token beside it alike. */
const USED = 'UPDATE people SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id ='

export async function insertSession(tx: Transaction, session: Session, hash: Uint8Array): Promise<void> {
  await tx.run(`INSERT INTO sessions (${SESSION}, hash) VALUES (?, ?, ?, ?, ?, ?)`, [
    session.id,
    session.person,
    session.way,
    session.createdAt,
    session.usedAt,
    hash,
  ])
  await tx.run(`${USED} ?`, [session.usedAt, session.person])
}

export async function sessionByHash(reader: Reader, hash: Uint8Array): Promise<Session | null> {
  const [row] = await reader.query<SessionRow>(`SELECT ${SESSION} FROM sessions WHERE hash = ?`, [hash])
  return row === undefined ? null : toSession(row)
}

/** Newest first. */
export async function sessionsOf(reader: Reader, person: string): Promise<Session[]> {
  const rows = await reader.query<SessionRow>(`SELECT ${SESSION} FROM sessions WHERE person = ? ORDER BY no DESC`, [
    person,
  ])
  return rows.map(toSession)
}

export async function noteSession(tx: Transaction, id: string, at: number): Promise<void> {
  await tx.run('UPDATE sessions SET used_at = max(used_at, ?) WHERE id = ?', [at, id])
  await tx.run(`${USED} (SELECT person FROM sessions WHERE id = ?)`, [at, id])
}

export async function deleteSession(tx: Transaction, person: string, id: string): Promise<boolean> {
  return (await tx.run('DELETE FROM sessions WHERE person = ? AND id = ?', [person, id])) > 0
}

/** All of a person but one; how many. */
export async function deleteSessions(tx: Transaction, person: string, except: string | null): Promise<number> {
  return tx.run('DELETE FROM sessions WHERE person = ? AND id <> ?', [person, except ?? ''])
}

/** Those that were not used since, or began before; how many. */
export async function purgeSessions(tx: Transaction, usedBefore: number, createdBefore: number): Promise<number> {
  return tx.run('DELETE FROM sessions WHERE used_at <= ? OR created_at <= ?', [usedBefore, createdBefore])
}

/** A token beside the one that its person has: narrowed, and with an end. */
export type AccessToken = {
  id: string
  person: string
  label: string
  /** of those that the person has; null: all */
  roles: readonly Role[] | null
  /** operations that it is for; null: all */
  operations: readonly string[] | null
  createdAt: number
  expiresAt: number
  revokedAt: number | null
  lastUsedAt: number | null
}
type AccessTokenRow = {
  id: string
  person: string
  label: string
  roles: string | null
  operations: string | null
  created_at: number
  expires_at: number
  revoked_at: number | null
  last_used_at: number | null
}

const TOKEN = 'id, person, label, roles, operations, created_at, expires_at, revoked_at, last_used_at'

const toAccessToken = (row: AccessTokenRow): AccessToken => ({
  id: row.id,
  person: row.person,
  label: row.label,
  roles: row.roles === null ? null : splitRoles(row.roles),
  operations: row.operations === null ? null : (JSON.parse(row.operations) as string[]),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
})

export async function insertAccessToken(tx: Transaction, token: AccessToken, hash: Uint8Array): Promise<void> {
  await tx.run(`INSERT INTO access_tokens (${TOKEN}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
    token.id,
    token.person,
    token.label,
    token.roles === null ? null : joinRoles(token.roles),
    token.operations === null ? null : JSON.stringify(token.operations),
    token.createdAt,
    token.expiresAt,
    token.revokedAt,
    token.lastUsedAt,
    hash,
  ])
}

export async function accessTokenByHash(reader: Reader, hash: Uint8Array): Promise<AccessToken | null> {
  const [row] = await reader.query<AccessTokenRow>(`SELECT ${TOKEN} FROM access_tokens WHERE hash = ?`, [hash])
  return row === undefined ? null : toAccessToken(row)
}

/** Newest first, those that ended among them. */
export async function accessTokensOf(reader: Reader, person: string, limit: number): Promise<AccessToken[]> {
  const rows = await reader.query<AccessTokenRow>(
    `SELECT ${TOKEN} FROM access_tokens WHERE person = ? ORDER BY no DESC LIMIT ?`,
    [person, limit],
  )
  return rows.map(toAccessToken)
}

export async function liveAccessTokens(reader: Reader, person: string, now: number): Promise<number> {
  const [row] = await reader.query<{ n: number }>(
    'SELECT count(*) AS n FROM access_tokens WHERE person = ? AND revoked_at IS NULL AND expires_at > ?',
    [person, now],
  )
  return row?.n ?? 0
}

export async function revokeAccessToken(tx: Transaction, person: string, id: string, at: number): Promise<boolean> {
  return (
    (await tx.run('UPDATE access_tokens SET revoked_at = ? WHERE person = ? AND id = ? AND revoked_at IS NULL', [
      at,
      person,
      id,
    ])) > 0
  )
}

export async function noteAccessToken(tx: Transaction, id: string, at: number): Promise<void> {
  await tx.run('UPDATE access_tokens SET last_used_at = ? WHERE id = ?', [at, id])
  await tx.run(`${USED} (SELECT person FROM access_tokens WHERE id = ?)`, [at, id])
}

/** Those that ended before; how many. */
export async function purgeAccessTokens(tx: Transaction, endedBefore: number): Promise<number> {
  return tx.run('DELETE FROM access_tokens WHERE expires_at <= ? OR revoked_at <= ?', [endedBefore, endedBefore])
}
