/**
 * Partner cities (合作城市): paired by an invite without any centre, confirmed by an administrator on each side who compared
 * the same words, suspended and resumed. May import certs, the exchange's ports, the store and the protocol.
 */
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { inviteId, readInvite, writeInvite } from '../../protocol/pairing/invite.ts'
import { fromHex } from '../../protocol/primitives.ts'
import { ProblemError, refuse } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { DeliveryStatus } from '../exchange/delivery.ts'
import type { Transport, Wire } from '../exchange/wire.ts'
import type { Database, Transaction } from '../store/database.ts'
import { answerPairing, type OwnSide, type PairedSide, type PairingContext, requestPairing } from './pairing.ts'
import { wordsOf } from './words.ts'

export type PartnersParts = {
  db: Database
  transport: Transport
  clock: Clock
  audit: Audit
  events: EventLog
  own: () => OwnSide
  peerIdOf: PairingContext['peerIdOf']
  /** base64url of n random bytes */ randomText: (bytes: number) => string
  delivery: (code: string) => DeliveryStatus | null
  roundTrip: (code: string) => Promise<number | null>
  /** after a partner became active, suspended or changed its keys */ changed: (code: string) => Promise<void>
}

export type PartnerStatus = 'pending' | 'active' | 'suspended'
export type Partner = {
  code: string
  name: string
  status: PartnerStatus
  fingerprint: string
  /** verification words, until confirmed */ words: string[]
  addresses: string[]
  pairedAt: number
  confirmedAt: number | null
  seenAt: number | null
  delivery: DeliveryStatus | null
}

/** Hours an invite is good for. */
export const INVITE_HOURS = { default: 24, most: 168 } as const
const PAIRING_TIMEOUT = 20_000

type Row = {
  code: string
  name: string
  status: PartnerStatus
  fingerprint: string
  addresses: string
  words: string
  paired_at: number
  confirmed_at: number | null
  seen_at: number | null
}

export type Partners = ReturnType<typeof createPartners>

export function createPartners(parts: PartnersParts) {
  const { db, clock, audit, events, transport } = parts
  let openUntil = 0

  const context = (): PairingContext => ({ own: parts.own(), now: clock.now, peerIdOf: parts.peerIdOf })

  const toPartner = (row: Row): Partner => ({
    code: row.code,
    name: row.name,
    status: row.status,
    fingerprint: row.fingerprint,
    words: JSON.parse(row.words) as string[],
    addresses: JSON.parse(row.addresses) as string[],
    pairedAt: row.paired_at,
    confirmedAt: row.confirmed_at,
    seenAt: row.seen_at,
    delivery: parts.delivery(row.code),
  })

  async function rowOf(code: string): Promise<Row> {
    const [row] = await db.query<Row>('SELECT * FROM partners WHERE code = ?', [code])
    if (row === undefined) throw new ProblemError('partner.unknown')
    return row
  }

  /** Stores what a pairing showed. An active partner with another certificate stays as it is. */
  async function store(tx: Transaction, side: PairedSide, words: readonly string[]): Promise<void> {
    const [held] = await tx.query<Row>('SELECT * FROM partners WHERE code = ?', [side.city])
    const same = held?.fingerprint === side.fingerprint
    if (held !== undefined && held.status !== 'pending' && !same) {
      throw new ProblemError('certificate.mismatch', 'the partner is paired with another certificate; reject it first')
    }
    const status = same && held !== undefined ? held.status : 'pending'
    await tx.run(
      'INSERT INTO certificates (fingerprint, city, pem, trusted_at) VALUES (?, ?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING',
      [side.fingerprint, side.city, side.pem, clock.now()],
    )
    for (const { id, jws, iat } of side.delegations) {
      await tx.run(
        `INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, 'delegation', ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
        [fromHex(id), side.city, side.fingerprint, jws, iat],
      )
    }
    await tx.run(
      `INSERT INTO partners (code, name, status, fingerprint, addresses, words, paired_at, confirmed_at, seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)
       ON CONFLICT (code) DO UPDATE SET name = excluded.name, status = excluded.status, fingerprint = excluded.fingerprint,
         addresses = excluded.addresses, words = excluded.words, paired_at = excluded.paired_at`,
      [
        side.city,
        side.name,
        status,
        side.fingerprint,
        JSON.stringify(side.addresses),
        JSON.stringify(words),
        clock.now(),
      ],
    )
    await events.append(tx, { type: 'partner.changed', subject: side.city })
  }

  async function loadOpenInvites(): Promise<void> {
    const [row] = await db.query<{ until: number | null }>(
      'SELECT max(expires_at) AS until FROM invites WHERE used_by IS NULL',
    )
    openUntil = row?.until ?? 0
  }

  const invites = {
    async secret(id: string) {
      const [row] = await db.query<{ secret: string; expires_at: number; used_by: string | null }>(
        'SELECT secret, expires_at, used_by FROM invites WHERE id = ?',
        [id],
      )
      if (row === undefined) return refuse('invite.rejected')
      if (row.used_by !== null) return refuse('invite.used')
      return row.expires_at < clock.now() ? refuse('invite.expired') : ({ ok: true, secret: row.secret } as const)
    },
    async spend(id: string, side: PairedSide): Promise<void> {
      const words = await wordsOf(side.numbers)
      await db.transaction(async tx => {
        const spent = await tx.run(`UPDATE invites SET used_by = ?, secret = '' WHERE id = ? AND used_by IS NULL`, [
          side.city,
          id,
        ])
        if (spent === 0) throw new ProblemError('invite.used')
        await store(tx, side, words)
        await audit.append(tx, {
          actor: `city:${side.city}`,
          action: 'partner.paired',
          subject: side.city,
          detail: { fingerprint: side.fingerprint },
        })
      })
      await loadOpenInvites()
      await parts.changed(side.city)
    },
  }

  async function serve(wire: Wire): Promise<void> {
    const cancel = clock.after(PAIRING_TIMEOUT, () => wire.abort(new ProblemError('exchange.timeout', 'pairing')))
    try {
      await answerPairing(context(), wire, invites)
    } finally {
      cancel()
    }
  }

  async function change(
    code: string,
    from: readonly PartnerStatus[],
    to: PartnerStatus | null,
    action: string,
    actor: string,
  ): Promise<void> {
    const row = await rowOf(code)
    if (!from.includes(row.status)) throw new ProblemError('request.conflict', `the partner is ${row.status}`)
    await db.transaction(async tx => {
      if (to === null) {
        await tx.run('DELETE FROM partners WHERE code = ?', [code])
      } else {
        await tx.run('UPDATE partners SET status = ?, confirmed_at = coalesce(confirmed_at, ?) WHERE code = ?', [
          to,
          to === 'active' ? clock.now() : null,
          code,
        ])
      }
      await audit.append(tx, { actor, action, subject: code, detail: { fingerprint: row.fingerprint } })
      await events.append(tx, { type: 'partner.changed', subject: code })
    })
    await parts.changed(code)
  }

  return {
    /** Whether peers that nobody trusts yet may connect to pair. */
    hasOpenInvite: (): boolean => openUntil > clock.now(),

    /** An invite as text: to be given to one city, once. */
    async invite(hours: number, actor: string): Promise<{ invite: string; expiresAt: number }> {
      const own = parts.own()
      if (own.addresses.length === 0) throw new ProblemError('config.invalid', 'p2p: no address to be reached at')
      const secret = parts.randomText(16)
      const expiresAt = clock.now() + hours * 3_600_000
      const invite = writeInvite({
        v: 1,
        city: own.city,
        name: own.name,
        addresses: own.addresses.slice(0, 16),
        fingerprint: own.fingerprint,
        secret,
        exp: seconds(expiresAt),
      })
      const id = await inviteId(secret)
      await db.transaction(async tx => {
        await tx.run('INSERT INTO invites (id, secret, expires_at, used_by, created_at) VALUES (?, ?, ?, NULL, ?)', [
          id,
          secret,
          expiresAt,
          clock.now(),
        ])
        await audit.append(tx, { actor, action: 'partner.invited', subject: id.slice(0, 16), detail: { hours } })
      })
      await loadOpenInvites()
      return { invite, expiresAt }
    },

    /** Accepts an invite: dials the inviting city; both sides then show the same words. Problems: `invite.*`, `certificate.*`, `exchange.*`. */
    async accept(text: string, actor: string): Promise<Partner> {
      const read = readInvite(text, seconds(clock.now()))
      if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
      const { invite } = read
      if (invite.city === parts.own().city)
        throw new ProblemError('request.conflict', 'this is an invite of this very city')
      const peer = peerOf(invite.addresses)
      const wire = await transport.open(peer, invite.addresses, STREAM.pairing, { maxFrame: LIMITS.pairingFrameBytes })
      const cancel = clock.after(PAIRING_TIMEOUT, () => wire.abort(new ProblemError('exchange.timeout', 'pairing')))
      let side: PairedSide
      try {
        side = await requestPairing(context(), wire, invite)
      } finally {
        cancel()
        await wire.close().catch(() => {})
      }
      const words = await wordsOf(side.numbers)
      await db.transaction(async tx => {
        await store(tx, { ...side, addresses: side.addresses.length > 0 ? side.addresses : invite.addresses }, words)
        await audit.append(tx, {
          actor,
          action: 'partner.paired',
          subject: side.city,
          detail: { fingerprint: side.fingerprint },
        })
      })
      await parts.changed(side.city)
      return toPartner(await rowOf(side.city))
    },

    /** The words were compared and are the same: from now on packets go both ways. */
    async confirm(code: string, actor: string): Promise<Partner> {
      await change(code, ['pending'], 'active', 'partner.confirmed', actor)
      return toPartner(await rowOf(code))
    },

    /** The words differ, or nobody asked for this pairing: forgets the partner, unless cases were exchanged. */
    async reject(code: string, actor: string): Promise<void> {
      const [used] = await db.query('SELECT 1 AS used FROM threads WHERE partner = ? LIMIT 1', [code])
      await change(code, used === undefined ? ['pending', 'suspended'] : ['pending'], null, 'partner.rejected', actor)
    },

    /** Nothing is exchanged until resumed; what waits stays. */
    async suspend(code: string, actor: string): Promise<Partner> {
      await change(code, ['active'], 'suspended', 'partner.suspended', actor)
      return toPartner(await rowOf(code))
    },

    async resume(code: string, actor: string): Promise<Partner> {
      await change(code, ['suspended'], 'active', 'partner.resumed', actor)
      return toPartner(await rowOf(code))
    },

    async list(): Promise<Partner[]> {
      return (await db.query<Row>('SELECT * FROM partners ORDER BY code')).map(toPartner)
    },

    async get(code: string): Promise<Partner & { roundTrip: number | null }> {
      const partner = toPartner(await rowOf(code))
      return { ...partner, roundTrip: partner.status === 'active' ? await parts.roundTrip(code) : null }
    },

    /** Notes that the partner was heard. */
    async seen(code: string): Promise<void> {
      await db.transaction(tx => tx.run('UPDATE partners SET seen_at = ? WHERE code = ?', [clock.now(), code]))
    },

    async start(): Promise<void> {
      await loadOpenInvites()
      await transport.handle(STREAM.pairing, serve, { maxFrame: LIMITS.pairingFrameBytes, maxStreamsPerPeer: 2 })
    },
  }
}

/** The peer id at the end of the invite's multiaddrs. */
function peerOf(addresses: readonly string[]): string {
  const peer = /\/p2p\/([A-Za-z0-9]+)$/.exec(addresses[0] ?? '')?.[1]
  if (peer === undefined) throw new ProblemError('invite.malformed', 'no peer id in the address')
  return peer
}
