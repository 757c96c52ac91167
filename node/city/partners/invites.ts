/** Invites (邀请): texts with a one-time secret, each for one city. The store keeps the secret only until it is spent, cancelled or expired. */

import { LIMITS } from '../../../protocol/limits.ts'
import { inviteId, linkOf, writeInvite } from '../../../protocol/pairing/invite.ts'
import { ProblemError, type Refused, refuse } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { OwnSide } from './pairing.ts'
import { QR_CHARACTERS, qrPicture } from './qr.ts'

/** Hours an invite is good for. */
export const INVITE_HOURS = { default: 24, most: 168 } as const
/** Invites that may be open at a time. */
export const OPEN_INVITES = 100
/** Wrong proofs of an open invite, after which it is cancelled. */
export const WRONG_PROOFS = 5
const HOUR = 3_600_000
/** ms for which a reminder tells of an invite that wrong proofs ended. */
const REMINDED = 7 * 24 * HOUR
/** How long a spent or expired invite is still answered by name. */
const REMEMBERED = 30 * 24 * HOUR

export type InvitesParts = {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  /** base64url of n random bytes */
  randomText: (bytes: number) => string
}

/** An invite in the two forms in which it is given away. */
export type NewInvite = {
  id: string
  /** text with every address that has room */
  invite: string
  /** with as many addresses as a QR code has room for */
  link: string
  expiresAt: number
}

export type InviteView = {
  id: string
  /** division code of the city that it is for; null: made before invites were for one city */
  for: string | null
  state: 'open' | 'used' | 'expired' | 'cancelled'
  createdAt: number
  expiresAt: number
  /** division code of the city that it paired */
  usedBy: string | null
  /** proofs that did not hold */
  wrong: number
}

type Row = {
  id: string
  secret: string
  city: string | null
  wrong: number
  created_at: number
  expires_at: number
  used_by: string | null
  cancelled_at: number | null
}

const OPEN = 'used_by IS NULL AND cancelled_at IS NULL'

export type Invites = ReturnType<typeof createInvites>

export function createInvites({ db, clock, audit, events, randomText }: InvitesParts) {
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

    /**
     * An invite for `city` as text and as link. Problems: `config.invalid` without an address, `request.conflict` when too many are
     * open or the city is this one.
     */
    async create(own: OwnSide, city: string, hours: number, actor: string): Promise<NewInvite> {
      if (city === own.city) throw new ProblemError('request.conflict', 'a city does not invite itself')
      if (own.addresses.length === 0) throw new ProblemError('config.invalid', 'p2p: no address to be reached at')
      const secret = randomText(16)
      const expiresAt = clock.now() + hours * HOUR
      const id = await inviteId(secret)
      await db.transaction(async tx => {
        await act(tx)
        await purge(tx)
        const [open] = await tx.query<{ n: number }>(
          `SELECT count(*) AS n FROM invites WHERE ${OPEN} AND expires_at > ?`,
          [clock.now()],
        )
        if ((open?.n ?? 0) >= OPEN_INVITES)
          throw new ProblemError('request.conflict', `${OPEN_INVITES} invites are open`)
        await tx.run(
          'INSERT INTO invites (id, secret, city, expires_at, used_by, created_at) VALUES (?, ?, ?, ?, NULL, ?)',
          [id, secret, city, expiresAt, clock.now()],
        )
        await audit.append(tx, {
          actor,
          action: 'partner.invited',
          subject: id.slice(0, 16),
          detail: { for: city, hours },
        })
      })
      await load()
      const exp = seconds(expiresAt)
      const of = { city, secret, exp }
      return { id, invite: inviteText(own, of), link: inviteLink(own, of), expiresAt }
    },

    /** The invites of the last month, the newest first. */
    async list(): Promise<InviteView[]> {
      const rows = await db.query<Row>('SELECT * FROM invites WHERE expires_at >= ? ORDER BY created_at DESC, id', [
        clock.now() - REMEMBERED,
      ])
      return rows.map(row => ({
        id: row.id,
        for: row.city,
        state: stateOf(row),
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        usedBy: row.used_by,
        wrong: row.wrong,
      }))
    },

    /** Takes an open invite back. Problems: `request.not-found`, `request.conflict` when it is open no more. */
    async cancel(id: string, actor: string): Promise<void> {
      await db.transaction(async tx => {
        const row = await rowOf(tx, id)
        if (row === undefined) throw new ProblemError('request.not-found', 'no such invite')
        if (stateOf(row) !== 'open') throw new ProblemError('request.conflict', `the invite is ${stateOf(row)}`)
        await act(tx)
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
      return qrPicture(inviteLink(own, { city: row.city ?? '', secret: row.secret, exp: seconds(row.expires_at) }))
    },

    /** An open invite. Problems: `invite.rejected`, `invite.used`, `invite.expired`, `invite.cancelled`. */
    async find(id: string): Promise<{ ok: true; secret: string; city: string } | Refused> {
      const row = await rowOf(db, id)
      if (row === undefined) return refuse('invite.rejected')
      const state = stateOf(row)
      return state === 'open' ? { ok: true, secret: row.secret, city: row.city ?? '' } : refuse(`invite.${state}`)
    },

    /** Counts a wrong proof of an open invite; the last one cancels it and tells. */
    async wrong(id: string): Promise<void> {
      await db.transaction(async tx => {
        await tx.run(`UPDATE invites SET wrong = wrong + 1 WHERE id = ? AND ${OPEN}`, [id])
        const row = await rowOf(tx, id)
        if (row === undefined || row.wrong < WRONG_PROOFS || stateOf(row) !== 'open') return
        await tx.run(`UPDATE invites SET cancelled_at = ?, secret = '' WHERE id = ?`, [clock.now(), id])
        const detail = { for: row.city, wrongProofs: row.wrong }
        await audit.append(tx, { actor: 'node', action: 'partner.uninvited', subject: id.slice(0, 16), detail })
        await events.append(tx, { type: 'partner.changed', subject: row.city ?? '' })
      })
      await load()
    },

    /** Invites that wrong proofs ended within the last days. */
    async reminders(now: number): Promise<Reminder[]> {
      const rows = await db.query<{ id: string; city: string | null; cancelled_at: number }>(
        'SELECT id, city, cancelled_at FROM invites WHERE wrong >= ? AND cancelled_at > ? ORDER BY cancelled_at, id',
        [WRONG_PROOFS, now - REMINDED],
      )
      return rows.map(({ id, city, cancelled_at }) => ({
        id: `invite:${id.slice(0, 16)}`,
        kind: 'invite',
        subject: city ?? '',
        dueAt: cancelled_at,
        level: 'warn',
        act: 'you',
        en: `The invite for ${city} was cancelled: ${WRONG_PROOFS} times somebody used it who could not prove it`,
        zh: `发给 ${city} 的邀请已自动取消：有人 ${WRONG_PROOFS} 次以错误的证明使用该邀请`,
        cure: 'Make a new invite, and give it to the administrator of that city over another channel',
      }))
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

/** What an invite holds besides what the inviting city shows. */
type Of = { city: string; secret: string; exp: number }

/** With as many addresses as `most` characters have room for, at least one. */
function fitted(own: OwnSide, { city: invited, secret, exp }: Of, most: number): string {
  const { city, name, fingerprint } = own
  for (let count = own.addresses.length; ; count--) {
    const addresses = own.addresses.slice(0, count)
    const text = writeInvite({ v: 2, city, name, for: invited, addresses, fingerprint, secret, exp })
    if (text.length <= most || count === 1) return text
  }
}

const inviteText = (own: OwnSide, of: Of): string => fitted(own, of, LIMITS.inviteBytes)
const inviteLink = (own: OwnSide, of: Of): string => linkOf(fitted(own, of, QR_CHARACTERS))
