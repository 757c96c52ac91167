/** Invites (邀请): texts with a one-time secret. The store keeps the secret only until it is spent or has expired. */
import { LIMITS } from '../../protocol/limits.ts'
import { inviteId, writeInvite } from '../../protocol/pairing/invite.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { OwnSide } from './pairing.ts'

/** Hours an invite is good for. */
export const INVITE_HOURS = { default: 24, most: 168 } as const
/** Invites that may be open at a time. */
export const OPEN_INVITES = 100
const HOUR = 3_600_000
/** How long a spent or expired invite is still answered by name. */
const REMEMBERED = 30 * 24 * HOUR

export type InvitesParts = {
  db: Database
  clock: Clock
  audit: Audit
  /** base64url of n random bytes */ randomText: (bytes: number) => string
}

type Row = { secret: string; expires_at: number; used_by: string | null }

export function createInvites({ db, clock, audit, randomText }: InvitesParts) {
  let openUntil = 0

  /** Reads again until when any invite is open. */
  async function load(): Promise<void> {
    const [row] = await db.query<{ until: number | null }>(
      'SELECT max(expires_at) AS until FROM invites WHERE used_by IS NULL',
    )
    openUntil = row?.until ?? 0
  }

  /** Forgets the secrets of expired invites, and old invites altogether. */
  async function purge(tx: Transaction): Promise<void> {
    await tx.run(`UPDATE invites SET secret = '' WHERE expires_at < ? AND secret <> ''`, [clock.now()])
    await tx.run('DELETE FROM invites WHERE expires_at < ?', [clock.now() - REMEMBERED])
  }

  return {
    load,

    /** Whether an invite waits for somebody. */
    anyOpen: (): boolean => openUntil > clock.now(),

    /** An invite as text. Problems: `config.invalid` without an address, `request.conflict` when too many are open. */
    async create(own: OwnSide, hours: number, actor: string): Promise<{ invite: string; expiresAt: number }> {
      if (own.addresses.length === 0) throw new ProblemError('config.invalid', 'p2p: no address to be reached at')
      const secret = randomText(16)
      const expiresAt = clock.now() + hours * HOUR
      const id = await inviteId(secret)
      await db.transaction(async tx => {
        await purge(tx)
        const [open] = await tx.query<{ n: number }>(
          'SELECT count(*) AS n FROM invites WHERE used_by IS NULL AND expires_at > ?',
          [clock.now()],
        )
        if ((open?.n ?? 0) >= OPEN_INVITES)
          throw new ProblemError('request.conflict', `${OPEN_INVITES} invites are open`)
        await tx.run('INSERT INTO invites (id, secret, expires_at, used_by, created_at) VALUES (?, ?, ?, NULL, ?)', [
          id,
          secret,
          expiresAt,
          clock.now(),
        ])
        await audit.append(tx, { actor, action: 'partner.invited', subject: id.slice(0, 16), detail: { hours } })
      })
      await load()
      return { invite: inviteText(own, secret, seconds(expiresAt)), expiresAt }
    },

    /** The secret of an open invite. Problems: `invite.rejected`, `invite.used`, `invite.expired`. */
    async secret(id: string): Promise<{ ok: true; secret: string } | Refused> {
      const [row] = await db.query<Row>('SELECT secret, expires_at, used_by FROM invites WHERE id = ?', [id])
      if (row === undefined) return refuse('invite.rejected')
      if (row.used_by !== null) return refuse('invite.used')
      return row.expires_at <= clock.now() ? refuse('invite.expired') : { ok: true, secret: row.secret }
    },

    /** Spends an invite in the transaction that stores what it paired. Throws `invite.used`, `invite.expired`. */
    async spend(tx: Transaction, id: string, city: string): Promise<void> {
      const spent = await tx.run(
        `UPDATE invites SET used_by = ?, secret = '' WHERE id = ? AND used_by IS NULL AND expires_at > ?`,
        [city, id, clock.now()],
      )
      if (spent > 0) return
      const [row] = await tx.query<Row>('SELECT used_by FROM invites WHERE id = ?', [id])
      throw new ProblemError(row?.used_by === null ? 'invite.expired' : 'invite.used')
    },
  }
}

/** With as many addresses as the text has room for. */
function inviteText(own: OwnSide, secret: string, exp: number): string {
  const { city, name, fingerprint } = own
  for (let count = own.addresses.length; ; count--) {
    const text = writeInvite({ v: 1, city, name, addresses: own.addresses.slice(0, count), fingerprint, secret, exp })
    if (text.length <= LIMITS.inviteBytes || count === 1) return text
  }
}
