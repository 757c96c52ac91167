/**
 * Partner cities (合作城市): paired by an invite without any centre, confirmed by an administrator on each side who compared
 * the same words, suspended and resumed. May import certs, the exchange's ports, the store and the protocol.
 */
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { readInvite } from '../../protocol/pairing/invite.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { DeliveryStatus } from '../exchange/delivery.ts'
import type { Transport, Wire } from '../exchange/wire.ts'
import type { Database, Transaction } from '../store/database.ts'
import { createInvites, type InviteView, type NewInvite } from './invites.ts'
import {
  answerPairing,
  type OwnSide,
  type PairedSide,
  type PairingContext,
  refusePairing,
  requestByDirectory,
  requestPairing,
} from './pairing.ts'
import {
  checkPairing,
  findPartner,
  forgetPairing,
  type PartnerRow,
  type PartnerStatus,
  storePairing,
  trustPartner,
} from './records.ts'
import { wordsOf } from './words.ts'

export type PartnersParts = {
  db: Database
  transport: Transport
  clock: Clock
  audit: Audit
  events: EventLog
  own: () => OwnSide
  peerIdOf: PairingContext['peerIdOf']
  /** judges a city certificate with its chain */ judge: PairingContext['judge']
  /** what directories of federations say */ federation: FederationView
  /** base64url of n random bytes */ randomText: (bytes: number) => string
  delivery: (code: string) => DeliveryStatus | null
  /** when something came of the partner since the node started, ms */ heardAt: (code: string) => number | null
  roundTrip: (code: string) => Promise<number | null>
  /** a pairing was stored, not yet confirmed */ paired: (code: string) => void
  /** after a partner became active, suspended or changed its keys */ changed: (code: string) => Promise<void>
}

/** What directories of federations say of cities and certificates; SPEC.md §17.2. */
export type FederationView = {
  names: PairingContext['names']
  /** where a city may be asked, by each directory that counts */
  listings(city: string): { operator: string; peers: readonly string[]; addresses: readonly string[] }[]
  /** since when, ms, and why a certificate counts no more */
  revocation(fingerprint: string): { at: number; reason: string } | null
}

export type Partner = {
  code: string
  name: string
  status: PartnerStatus
  fingerprint: string
  /** verification words of the last pairing */ words: string[]
  /** `authority:` and the fingerprint of the accepted authority, or `directory:` and the operator: no words to compare */
  vouched: string | null
  /** a directory revoked the certificate: nothing is exchanged until the city has paired again */
  revoked: { at: number; reason: string } | null
  addresses: string[]
  pairedAt: number
  confirmedAt: number | null
  seenAt: number | null
  delivery: DeliveryStatus | null
}

export const PAIRING_LIMITS = {
  /** ms for a whole pairing, dial included */ timeout: 20_000,
  /** inbound pairings at a time */ atOnce: 8,
  /** inbound pairings that may begin in any such time, ms */ inbound: 60,
  window: 60_000,
} as const

export type Partners = ReturnType<typeof createPartners>

export function createPartners(parts: PartnersParts) {
  const { db, clock, audit, events, transport } = parts
  const invites = createInvites(parts)
  let running = 0
  let began: number[] = []

  const context = (): PairingContext => {
    const own = parts.own()
    return {
      own: { ...own, addresses: own.addresses.slice(0, 16) },
      now: clock.now,
      judge: parts.judge,
      names: parts.federation.names,
      peerIdOf: parts.peerIdOf,
    }
  }

  const toPartner = (row: PartnerRow): Partner => ({
    code: row.code,
    name: row.name,
    status: row.status,
    fingerprint: row.fingerprint,
    words: JSON.parse(row.words) as string[],
    vouched: row.vouched,
    revoked: parts.federation.revocation(row.fingerprint),
    addresses: JSON.parse(row.addresses) as string[],
    pairedAt: row.paired_at,
    confirmedAt: row.confirmed_at,
    seenAt: Math.max(row.seen_at ?? 0, parts.heardAt(row.code) ?? 0) || null,
    delivery: parts.delivery(row.code),
  })

  async function rowOf(store: Pick<Transaction, 'query'>, code: string): Promise<PartnerRow> {
    const row = await findPartner(store, code)
    if (row === undefined) throw new ProblemError('partner.unknown')
    return row
  }

  /** Stores a pairing with `alongside` in one transaction. */
  async function store(
    side: PairedSide,
    actor: string,
    alongside?: (tx: Transaction, held: PartnerRow | undefined) => Promise<void>,
  ): Promise<void> {
    const words = await wordsOf(side.numbers)
    await db.transaction(async tx => {
      const held = await findPartner(tx, side.city)
      const refused = checkPairing(held, side.fingerprint)
      if (refused !== null) throw new ProblemError(refused.problem.code, refused.problem.detail)
      await storePairing(tx, held, side, words, clock.now())
      await alongside?.(tx, held)
      const detail = { fingerprint: side.fingerprint, vouched: side.vouched }
      await audit.append(tx, { actor, action: 'partner.paired', subject: side.city, detail })
      await events.append(tx, { type: 'partner.changed', subject: side.city })
    })
    parts.paired(side.city)
    await parts.changed(side.city)
  }

  /** Runs a pairing on a wire that is torn down when it takes too long. */
  async function within<T>(wire: Wire, work: () => Promise<T>): Promise<T> {
    const late = () => wire.abort(new ProblemError('exchange.timeout', 'pairing'))
    const cancel = clock.after(PAIRING_LIMITS.timeout, late)
    try {
      return await work()
    } finally {
      cancel()
    }
  }

  async function serve(wire: Wire): Promise<void> {
    const now = clock.now()
    began = began.filter(at => at > now - PAIRING_LIMITS.window)
    if (running >= PAIRING_LIMITS.atOnce || began.length >= PAIRING_LIMITS.inbound) {
      return refusePairing(wire, { code: 'request.rate', detail: 'pairings' })
    }
    began.push(now)
    running++
    try {
      await within(wire, () =>
        answerPairing(
          context(),
          wire,
          {
            secret: id => invites.secret(id),
            async spend(id, side) {
              await store(side, `city:${side.city}`, tx => invites.spend(tx, id, side.city))
              await invites.load()
            },
          },
          side => store(side, `city:${side.city}`),
        ),
      )
    } finally {
      running--
    }
  }

  /** Dials a city and pairs. */
  async function pair(
    peer: string,
    addresses: readonly string[],
    request: (wire: Wire) => Promise<PairedSide>,
  ): Promise<PairedSide> {
    const dialling = new AbortController()
    const cancel = clock.after(PAIRING_LIMITS.timeout, () => dialling.abort())
    const options = { maxFrame: LIMITS.pairingFrameBytes, signal: dialling.signal }
    const wire = await transport.open(peer, addresses, STREAM.pairing, options).finally(() => cancel())
    try {
      return await within(wire, () => request(wire))
    } finally {
      await wire.close().catch(() => {})
    }
  }

  async function change(
    code: string,
    action: string,
    actor: string,
    work: (tx: Transaction, row: PartnerRow) => Promise<void>,
  ): Promise<void> {
    await db.transaction(async tx => {
      const row = await rowOf(tx, code)
      await work(tx, row)
      await audit.append(tx, { actor, action, subject: code, detail: { fingerprint: row.fingerprint } })
      await events.append(tx, { type: 'partner.changed', subject: code })
    })
    await parts.changed(code)
  }

  function demand(row: PartnerRow, ...statuses: PartnerStatus[]): void {
    if (!statuses.includes(row.status)) throw new ProblemError('request.conflict', `the partner is ${row.status}`)
  }

  return {
    /** Whether peers that nobody trusts yet may connect to pair. */
    hasOpenInvite: (): boolean => invites.anyOpen(),

    /** An invite as text and as link: to be given to one city, once. */
    invite: (hours: number, actor: string): Promise<NewInvite> => invites.create(context().own, hours, actor),

    invites: (): Promise<InviteView[]> => invites.list(),

    /** Takes an open invite back. Problems: `request.not-found`, `request.conflict`. */
    cancelInvite: (id: string, actor: string): Promise<void> => invites.cancel(id, actor),

    /** An open invite as a QR code, SVG. Problems: `request.not-found`, `request.conflict`. */
    invitePicture: (id: string): Promise<string> => invites.picture(context().own, id),

    /** Accepts an invite: dials the inviting city; both sides then show the same words. Problems: `invite.*`, `certificate.*`, `exchange.*`. */
    async accept(text: string, actor: string): Promise<Partner> {
      const read = readInvite(text, seconds(clock.now()))
      if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
      const { invite } = read
      if (invite.city === parts.own().city)
        throw new ProblemError('request.conflict', 'this is an invite of this very city')
      // Before the invite is spent at the other side.
      const refused = checkPairing(await findPartner(db, invite.city), invite.fingerprint)
      if (refused !== null) throw new ProblemError(refused.problem.code, refused.problem.detail)
      const side = await pair(peerOf(invite.addresses), invite.addresses, wire =>
        requestPairing(context(), wire, invite),
      )
      await store({ ...side, addresses: side.addresses.length > 0 ? side.addresses : invite.addresses }, actor)
      return toPartner(await rowOf(db, side.city))
    },

    /**
     * Pairs with a city that the directory of a trusted operator names, without an invite: it is a partner at once, the
     * other administrator confirms. Problems: `directory.none`, `certificate.*`, `exchange.*`, `request.conflict`.
     */
    async join(code: string, actor: string): Promise<Partner> {
      if (code === parts.own().city) throw new ProblemError('request.conflict', 'this is this very city')
      const held = await findPartner(db, code)
      if (held?.status === 'active' && parts.federation.revocation(held.fingerprint) === null)
        throw new ProblemError('request.conflict', 'it is a partner already')
      let problem: unknown = new ProblemError('directory.none', code)
      for (const { operator, peers, addresses } of parts.federation.listings(code)) {
        for (const peer of peers) {
          try {
            const side = await pair(peer, addresses, wire =>
              requestByDirectory(context(), wire, { operator, city: code }),
            )
            await store(
              { ...side, addresses: side.addresses.length > 0 ? side.addresses : [...addresses] },
              actor,
              async tx => {
                await trustPartner(tx, await rowOf(tx, code), clock.now())
                const detail = { fingerprint: side.fingerprint, operator }
                await audit.append(tx, { actor, action: 'partner.confirmed', subject: code, detail })
              },
            )
            return toPartner(await rowOf(db, code))
          } catch (error) {
            problem = error
          }
        }
      }
      throw problem
    },

    /** The words were compared and are the same, or the certificate is vouched for: from now on packets go both ways. */
    async confirm(code: string, actor: string): Promise<Partner> {
      await change(code, 'partner.confirmed', actor, async (tx, row) => {
        demand(row, 'pending')
        await trustPartner(tx, row, clock.now())
      })
      return toPartner(await rowOf(db, code))
    },

    /**
     * The words differ, or nobody asked for this pairing: forgets it. A partner with cases or agreements stays: suspended,
     * under the certificate that was confirmed before.
     */
    async reject(code: string, actor: string): Promise<void> {
      await change(code, 'partner.rejected', actor, async (tx, row) => {
        demand(row, 'pending', 'suspended')
        const [used] = await tx.query('SELECT 1 AS used FROM threads WHERE partner = ? LIMIT 1', [code])
        if (row.status === 'suspended' && used !== undefined)
          throw new ProblemError('request.conflict', 'there are cases or agreements with the partner')
        await forgetPairing(tx, row)
      })
    },

    /** Nothing is exchanged until resumed; what waits stays. */
    async suspend(code: string, actor: string): Promise<Partner> {
      await change(code, 'partner.suspended', actor, async (tx, row) => {
        demand(row, 'active')
        await tx.run(`UPDATE partners SET status = 'suspended' WHERE code = ?`, [code])
      })
      return toPartner(await rowOf(db, code))
    },

    async resume(code: string, actor: string): Promise<Partner> {
      await change(code, 'partner.resumed', actor, async (tx, row) => {
        demand(row, 'suspended')
        await tx.run(`UPDATE partners SET status = 'active' WHERE code = ?`, [code])
      })
      return toPartner(await rowOf(db, code))
    },

    async list(): Promise<Partner[]> {
      return (await db.query<PartnerRow>('SELECT * FROM partners ORDER BY code')).map(toPartner)
    },

    async get(code: string): Promise<Partner & { roundTrip: number | null }> {
      const partner = toPartner(await rowOf(db, code))
      return { ...partner, roundTrip: partner.status === 'active' ? await parts.roundTrip(code) : null }
    },

    /** Notes that the partner was heard. */
    async seen(code: string): Promise<void> {
      await db.transaction(tx => tx.run('UPDATE partners SET seen_at = ? WHERE code = ?', [clock.now(), code]))
    },

    async start(): Promise<void> {
      await invites.load()
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
