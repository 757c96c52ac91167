/**
 * Partner cities (合作城市): paired by an invite without any centre, confirmed by an administrator on each side who compared
 * the same words, suspended and resumed. May import certs, the exchange's ports, the store and the protocol.
 */

import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import { readInvite } from '../../../protocol/pairing/invite.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { OpenBreaker } from '../../spine/exchange/breaker.ts'
import type { DeliveryStatus } from '../../spine/exchange/delivery.ts'
import { dialPeers, within } from '../../spine/exchange/dial.ts'
import type { Transport, Wire } from '../../spine/exchange/wire.ts'
import { countedStatus } from '../../spine/trust/trust.ts'
import { createPairingAdmission, PAIRING_LIMITS, refuseBarred } from './admission.ts'
import type { Invites, InviteView, NewInvite } from './invites.ts'
import {
  answerPairing,
  isBroken,
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
import { askedPlaces, isWord, WORD_TRIES, wordsOf } from './words.ts'

export type PartnersParts = {
  db: Database
  transport: Transport
  clock: Clock
  audit: Audit
  events: EventLog
  own: () => OwnSide
  /** whether the settings keep this node from a city */
  barred: (city: string) => boolean
  peerIdOf: PairingContext['peerIdOf']
  /** judges a city certificate with its chain */
  judge: PairingContext['judge']
  /** what directories of federations say */
  federation: FederationView
  invites: Invites
  /** base64url of n random bytes */
  randomText: (bytes: number) => string
  delivery: (code: string) => DeliveryStatus | null
  /** tries to deliver now, until the partner greeted or the try failed */
  tryNow: (code: string) => Promise<void>
  /** the breaker that every sender to the city asks, while it is open */
  breakerOf: (code: string) => OpenBreaker | null
  /** when something came of the partner since the node started, ms */
  heardAt: (code: string) => number | null
  roundTrip: (code: string) => Promise<number | null>
  /** a pairing was stored, not yet confirmed */
  paired: (code: string) => void
  /** after a partner became active, suspended or changed its keys */
  changed: (code: string) => Promise<void>
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
  /** verification words of the last pairing; null: one that the administrator types as the partner's reads it out */
  words: (string | null)[]
  /** places, from 1, of the words that `confirm` asks for */
  asked: number[]
  /** `authority:` and the fingerprint of the accepted authority, or `directory:` and the operator: no words to compare */
  vouched: string | null
  /** a directory revoked the certificate: nothing is exchanged until the city has paired again */
  revoked: { at: number; reason: string } | null
  addresses: string[]
  pairedAt: number
  confirmedAt: number | null
  seenAt: number | null
  delivery: DeliveryStatus | null
  breaker: OpenBreaker | null
}

export type Partners = ReturnType<typeof createPartners>

export function createPartners(parts: PartnersParts) {
  const { db, clock, audit, events, transport } = parts
  const { invites } = parts
  const admission = createPairingAdmission({ clock })

  const context = (): PairingContext => {
    const own = parts.own()
    return {
      own: { ...own, addresses: own.addresses.slice(0, 16) },
      now: clock.now,
      judge: parts.judge,
      names: parts.federation.names,
      peerIdOf: parts.peerIdOf,
      randomText: parts.randomText,
    }
  }

  /** Places, from 0, of the words that must be typed to confirm. */
  const askedOf = (row: PartnerRow): number[] =>
    row.status === 'pending' && row.vouched === null ? (JSON.parse(row.asked) as number[]) : []

  const shownWords = (row: PartnerRow): (string | null)[] => {
    const asked = askedOf(row)
    return (JSON.parse(row.words) as string[]).map((word, index) => (asked.includes(index) ? null : word))
  }

  const toPartner = (row: PartnerRow): Partner => ({
    code: row.code,
    name: row.name,
    status: countedStatus(row, parts.barred(row.code)),
    fingerprint: row.fingerprint,
    words: shownWords(row),
    asked: askedOf(row).map(place => place + 1),
    vouched: row.vouched,
    revoked: parts.federation.revocation(row.fingerprint),
    addresses: JSON.parse(row.addresses) as string[],
    pairedAt: row.paired_at,
    confirmedAt: row.confirmed_at,
    seenAt: Math.max(row.seen_at ?? 0, parts.heardAt(row.code) ?? 0) || null,
    delivery: parts.delivery(row.code),
    breaker: parts.breakerOf(row.code),
  })

  async function rowOf(store: Pick<Transaction, 'query'>, code: string): Promise<PartnerRow> {
    const row = await findPartner(store, code)
    if (row === undefined) throw new ProblemError('partner.unknown')
    return row
  }

  const randomNumber = (): number => Buffer.from(parts.randomText(4), 'base64url').readUInt32BE()

  const admit = (city: string): void => refuseBarred(parts.barred, city)

  /** Stores a pairing with `alongside` in one transaction. */
  async function store(
    side: PairedSide,
    actor: string,
    alongside?: (tx: Transaction, held: PartnerRow | undefined) => Promise<void>,
  ): Promise<void> {
    admit(side.city)
    const words = await wordsOf(side.numbers)
    const asked = side.role === null ? [] : askedPlaces(side.role, randomNumber())
    await db.transaction(async tx => {
      const held = await findPartner(tx, side.city)
      const refused = checkPairing(held, side.fingerprint)
      if (refused !== null) throw new ProblemError(refused.problem.code, refused.problem.detail)
      await storePairing(tx, held, side, { words, asked }, clock.now())
      await act(tx)
      await alongside?.(tx, held)
      const detail = { fingerprint: side.fingerprint, vouched: side.vouched }
      await audit.append(tx, { actor, action: 'partner.paired', subject: side.city, detail })
      await events.append(tx, { type: 'partner.changed', subject: side.city })
    })
    parts.paired(side.city)
    await parts.changed(side.city)
  }

  /** Runs a pairing on a wire that is torn down when it takes too long. */
  const pairing = <T>(wire: Wire, work: () => Promise<T>): Promise<T> =>
    within(clock, wire, { ms: PAIRING_LIMITS.timeout, what: 'pairing' }, work)

  async function serve(wire: Wire): Promise<void> {
    const attempt = admission.begin(wire)
    if (attempt === null) return refusePairing(wire, { code: 'request.rate', detail: 'pairings of this address' })
    try {
      const problem = await pairing(wire, () =>
        answerPairing(context(), wire, {
          find: invites.find,
          wrong: invites.wrong,
          proven: attempt.proven,
          async spend(id, side) {
            await store(side, `city:${side.city}`, tx => invites.spend(tx, id, side.city))
            await invites.load()
          },
          listed: side => store(side, `city:${side.city}`),
        }),
      )
      if (problem !== null && isBroken(problem))
        clock.after(PAIRING_LIMITS.grace, () => void transport.disconnect(wire.peer).catch(() => {}))
    } finally {
      attempt.done()
    }
  }

  /** Dials a city and pairs. */
  async function pair(
    peer: string,
    addresses: readonly string[],
    request: (wire: Wire) => Promise<PairedSide>,
  ): Promise<PairedSide> {
    const options = { maxFrame: LIMITS.pairingFrameBytes, within: PAIRING_LIMITS.timeout }
    const wire = await dialPeers({ transport, clock }, { peers: [peer], addresses }, STREAM.pairing, options)
    try {
      return await pairing(wire, () => request(wire))
    } finally {
      await wire.close().catch(() => {})
    }
  }

  async function change(
    code: string,
    action: AuditAction,
    actor: string,
    work: (tx: Transaction, row: PartnerRow) => Promise<void>,
  ): Promise<void> {
    await db.transaction(async tx => {
      const row = await rowOf(tx, code)
      await act(tx)
      await work(tx, row)
      await audit.append(tx, { actor, action, subject: code, detail: { fingerprint: row.fingerprint } })
      await events.append(tx, { type: 'partner.changed', subject: code })
    })
    await parts.changed(code)
  }

  function demand(row: PartnerRow, ...statuses: PartnerStatus[]): void {
    if (!statuses.includes(row.status)) throw new ProblemError('request.conflict', `the partner is ${row.status}`)
  }

  /** Confirms, or counts a wrong try: what to tell then. */
  async function tryConfirm(
    tx: Transaction,
    code: string,
    typed: readonly string[],
    actor: string,
  ): Promise<ProblemError | null> {
    const row = await rowOf(tx, code)
    demand(row, 'pending')
    const record = async (action: AuditAction, more: Record<string, number> = {}) => {
      await act(tx)
      await audit.append(tx, { actor, action, subject: code, detail: { fingerprint: row.fingerprint, ...more } })
      await events.append(tx, { type: 'partner.changed', subject: code })
    }
    if (row.vouched === null) {
      const asked = askedOf(row)
      if (asked.length === 0)
        throw new ProblemError('request.conflict', 'no words to compare: reject it, and pair by a new invite')
      const [first = 0, second = 0] = asked.map(place => place + 1)
      const named = `words ${first} and ${second}`
      if (typed.length !== asked.length)
        throw new ProblemError('pairing.words', `${named} of the partner are asked for`)
      const words = JSON.parse(row.words) as string[]
      if (!asked.every((place, index) => isWord(words[place] ?? '', typed[index] ?? ''))) {
        const wrong = row.wrong_words + 1
        if (wrong < WORD_TRIES) {
          await tx.run('UPDATE partners SET wrong_words = ? WHERE code = ?', [wrong, code])
          await record('partner.mistyped', { wrongWords: wrong })
          return new ProblemError('pairing.words', `${named}: ${WORD_TRIES - wrong} tries are left`)
        }
        await forgetPairing(tx, row)
        await record('partner.rejected', { wrongWords: wrong })
        return new ProblemError('pairing.words', `${named}: the pairing is rejected after ${wrong} tries`)
      }
    }
    await trustPartner(tx, row, clock.now())
    await record('partner.confirmed')
    return null
  }

  async function get(code: string): Promise<Partner & { roundTrip: number | null }> {
    const partner = toPartner(await rowOf(db, code))
    return { ...partner, roundTrip: partner.status === 'active' ? await parts.roundTrip(code) : null }
  }

  return {
    /** An invite for a city as text and as link, to be used once. Problems: `config.invalid`, `partner.sandbox`, `request.conflict`. */
    async invite(city: string, hours: number, actor: string): Promise<NewInvite> {
      admit(city)
      return invites.create(context().own, city, hours, actor)
    },

    invites: (): Promise<InviteView[]> => invites.list(),

    /** Invites that wrong proofs ended: the source of reminders. */
    reminders: (now: number): Promise<Reminder[]> => invites.reminders(now),

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
      if (invite.for !== parts.own().city) throw new ProblemError('invite.recipient', invite.for)
      // Before the invite is spent at the other side.
      admit(invite.city)
      const refused = checkPairing(await findPartner(db, invite.city), invite.fingerprint)
      if (refused !== null) throw new ProblemError(refused.problem.code, refused.problem.detail)
      const side = await pair(peerOf(invite.addresses), invite.addresses, wire =>
        requestPairing(context(), wire, invite),
      ).catch(throwDoorClosed)
      await store({ ...side, addresses: side.addresses.length > 0 ? side.addresses : invite.addresses }, actor)
      return toPartner(await rowOf(db, side.city))
    },

    /**
     * Pairs with a city that the directory of a trusted operator names, without an invite: it is a partner at once, the
     * other administrator confirms. Problems: `directory.none`, `certificate.*`, `exchange.*`, `request.conflict`.
     */
    async join(code: string, actor: string): Promise<Partner> {
      if (code === parts.own().city) throw new ProblemError('request.conflict', 'this is this very city')
      admit(code)
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

    /**
     * From now on packets go both ways. Unless the certificate is vouched for, `typed` holds the words that this node asks for, in
     * the order of their places. A wrong try is counted; the last one rejects the pairing.
     * Problems: `partner.unknown`, `request.conflict`, `pairing.words`.
     */
    async confirm(code: string, typed: readonly string[], actor: string): Promise<Partner> {
      const refusal = await db.transaction(tx => tryConfirm(tx, code, typed, actor))
      await parts.changed(code)
      if (refusal !== null) throw refusal
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
      admit(code)
      await change(code, 'partner.resumed', actor, async (tx, row) => {
        demand(row, 'suspended')
        await tx.run(`UPDATE partners SET status = 'active' WHERE code = ?`, [code])
      })
      return toPartner(await rowOf(db, code))
    },

    async list(): Promise<Partner[]> {
      return (await db.query<PartnerRow>('SELECT * FROM partners ORDER BY code')).map(toPartner)
    },

    get,

    /** Does not wait for the next pause to end: whoever mended something sees at once whether it helped. Problems: `partner.unknown`, `partner.inactive`. */
    async retry(code: string): Promise<Partner & { roundTrip: number | null }> {
      const { status } = await rowOf(db, code)
      if (status !== 'active') throw new ProblemError('partner.inactive', code)
      await parts.tryNow(code)
      return get(code)
    },

    /** Notes that the partner was heard. */
    async seen(code: string): Promise<void> {
      await db.transaction(tx => tx.run('UPDATE partners SET seen_at = ? WHERE code = ?', [clock.now(), code]))
    },

    async start(): Promise<void> {
      await invites.load()
      await transport.handle(STREAM.pairing, serve, { maxFrame: LIMITS.pairingFrameBytes, maxStreamsPerCity: 2 })
    },
  }
}

/** A node lets strangers in while an invite is open: to one that comes with another invite it seems not to be there. */
function throwDoorClosed(error: unknown): never {
  if (!(error instanceof ProblemError) || error.problem.code !== 'exchange.unreachable') throw error
  const { detail } = error.problem
  throw new ProblemError(
    'exchange.unreachable',
    `${detail === undefined ? '' : `${detail}; `}if the other node runs, this invite was used, cancelled or has run out there: ask for a new one`,
    { cause: error },
  )
}

/** The peer id at the end of the invite's multiaddrs. */
function peerOf(addresses: readonly string[]): string {
  const peer = /\/p2p\/([A-Za-z0-9]+)$/.exec(addresses[0] ?? '')?.[1]
  if (peer === undefined) throw new ProblemError('invite.malformed', 'no peer id in the address')
  return peer
}
