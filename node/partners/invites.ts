/** Invites (邀请): texts with a one-time secret. The store keeps the secret only until it is spent, cancelled or expired. */
import { LIMITS } from '../../protocol/limits.ts'
import { inviteId, linkOf, writeInvite } from '../../protocol/pairing/invite.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { OwnSide } from './pairing.ts'
import { QR_CHARACTERS, qrPicture } from './qr.ts'

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

/** An invite in the two forms in which it is given away. */
export type NewInvite = {
  id: string
  /** text with every address that has room */ invite: string
  /** with as many addresses as a QR code has room for */ link: string
  expiresAt: number
}

export type InviteView = {
  id: string
  state: 'open' | 'used' | 'expired' | 'cancelled'
  createdAt: number
  expiresAt: number
  /** division code of the city that it paired */ usedBy: string | null
}

type Row = {
  id: string
  secret: string
  created_at: number
  expires_at: number
  used_by: string | null
  cancelled_at: number | null
}

const OPEN = 'used_by IS NULL AND cancelled_at IS NULL'

export function createInvites({ db, clock, audit, randomText }: InvitesParts) {
  let openUntil = 0

  /** Reads again until when any invite is open. */
  async function load(): Promise<void> {
    const [row] = await db.query<{ until: number | null }>(`SELECT max(expires_at) AS until FROM invites WHERE ${OPEN}`)
    openUntil = row?.until ?? 0
  }

  /** Forgets the secrets of expired invites, and old invites altogether. */
  async function purge(tx: Transaction): Promise<void> {
    await tx.run(`UPDATE invites SET secret = '' WHERE expires_at < ? AND secret <> ''`, [clock.now()])
    await tx.run('DELETE FROM invites WHERE expires_at < ?', [clock.now() - REMEMBERED])
  }

  const stateOf = (row: Row): InviteView['state'] => {
    if (row.used_by !== null) return 'used'
    if (row.cancelled_at !== null) return 'cancelled'
    return row.expires_at <= clock.now() ? 'expired' : 'open'
  }

  async function rowOf(store: Pick<Transaction, 'query'>, id: string): Promise<Row | undefined> {
    const [row] = await store.query<Row>('SELECT * FROM invites WHERE id = ?', [id])
    return row
  }

  return {
    load,

    /** Whether an invite waits for somebody. */
    anyOpen: (): boolean => openUntil > clock.now(),

    /** An invite as text and as link. Problems: `config.invalid` without an address, `request.conflict` when too many are open. */
    async create(own: OwnSide, hours: number, actor: string): Promise<NewInvite> {
      if (own.addresses.length === 0) throw new ProblemError('config.invalid', 'p2p: no address to be reached at')
      const secret = randomText(16)
      const expiresAt = clock.now() + hours * HOUR
      const id = await inviteId(secret)
      await db.transaction(async tx => {
        await purge(tx)
        const [open] = await tx.query<{ n: number }>(
          `SELECT count(*) AS n FROM invites WHERE ${OPEN} AND expires_at > ?`,
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
      const exp = seconds(expiresAt)
      return { id, invite: inviteText(own, secret, exp), link: inviteLink(own, secret, exp), expiresAt }
    },

    /** The invites of the last month, the newest first. */
    async list(): Promise<InviteView[]> {
      const rows = await db.query<Row>('SELECT * FROM invites WHERE expires_at >= ? ORDER BY created_at DESC, id', [
        clock.now() - REMEMBERED,
      ])
      return rows.map(row => ({
        id: row.id,
        state: stateOf(row),
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        usedBy: row.used_by,
      }))
    },

    /** Takes an open invite back. Problems: `request.not-found`, `request.conflict` when it is open no more. */
    async cancel(id: string, actor: string): Promise<void> {
      await db.transaction(async tx => {
        const row = await rowOf(tx, id)
        if (row === undefined) throw new ProblemError('request.not-found', 'no such invite')
        if (stateOf(row) !== 'open') throw new ProblemError('request.conflict', `the invite is ${stateOf(row)}`)
        await tx.run(`UPDATE invites SET cancelled_at = ?, secret = '' WHERE id = ?`, [clock.now(), id])
        await audit.append(tx, { actor, action: 'partner.uninvited', subject: id.slice(0, 16) })
      })
      await load()
    },

    /** The link of an open invite as a QR code in SVG. Problems: as for `cancel`. */
    async picture(own: OwnSide, id: string): Promise<string> {
      const row = await rowOf(db, id)
      if (row === undefined) throw new ProblemError('request.not-found', 'no such invite')
      if (stateOf(row) !== 'open') throw new ProblemError('request.conflict', `the invite is ${stateOf(row)}`)
      return qrPicture(inviteLink(own, row.secret, seconds(row.expires_at)))
    },

    /** The secret of an open invite. Problems: `invite.rejected`, `invite.used`, `invite.expired`, `invite.cancelled`. */
    async secret(id: string): Promise<{ ok: true; secret: string } | Refused> {
      const row = await rowOf(db, id)
      if (row === undefined) return refuse('invite.rejected')
      const state = stateOf(row)
      return state === 'open' ? { ok: true, secret: row.secret } : refuse(`invite.${state}`)
    },

    /** Spends an invite in the transaction that stores what it paired. Throws `invite.used`, `invite.expired`, `invite.cancelled`. */
    async spend(tx: Transaction, id: string, city: string): Promise<void> {
      const spent = await tx.run(
        `UPDATE invites SET used_by = ?, secret = '' WHERE id = ? AND ${OPEN} AND expires_at > ?`,
        [city, id, clock.now()],
      )
      if (spent > 0) return
      const row = await rowOf(tx, id)
      const state = row === undefined ? 'rejected' : stateOf(row)
      throw new ProblemError(`invite.${state === 'open' ? 'expired' : state}`)
    },
  }
}

/** With as many addresses as `most` characters have room for, at least one. */
function fitted(own: OwnSide, secret: string, exp: number, most: number): string {
  const { city, name, fingerprint } = own
  for (let count = own.addresses.length; ; count--) {
    const text = writeInvite({ v: 1, city, name, addresses: own.addresses.slice(0, count), fingerprint, secret, exp })
    if (text.length <= most || count === 1) return text
  }
}

const inviteText = (own: OwnSide, secret: string, exp: number): string => fitted(own, secret, exp, LIMITS.inviteBytes)
const inviteLink = (own: OwnSide, secret: string, exp: number): string =>
  linkOf(fitted(own, secret, exp, QR_CHARACTERS))
