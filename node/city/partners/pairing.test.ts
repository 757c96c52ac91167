// Over 450 lines: one world of cities that meet, in which each step of pairing and each attack on it is played.
import { afterEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import { inviteId, readInvite, writeInvite } from '../../../protocol/pairing/invite.ts'
import {
  PairingCommitment,
  type PairingOpening,
  PairingRequest,
  pairingCommitment,
  pairingProof,
} from '../../../protocol/pairing/pairing.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import { PROBLEMS, type ProblemCode } from '../../../protocol/problem.ts'
import { createHandClock } from '../../../test/support/http.ts'
import {
  actionsOf,
  confirmed,
  createPairingWorld,
  invited,
  type PairableCity,
  pairableCity,
  paired,
  readOut,
  tracesOf,
} from '../../../test/support/paired.ts'
import { delegate, playCity, revoke } from '../../../test/support/play-city.ts'
import type { Transport, Wire } from '../../spine/exchange/wire.ts'
import { createPairingAdmission, PAIRING_LIMITS } from './admission.ts'
import { INVITE_HOURS, OPEN_INVITES, WRONG_PROOFS } from './invites.ts'
import { QR_CHARACTERS } from './qr.ts'
import { askedPlaces, isWord, WORD_TRIES } from './words.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const HOUR = 3_600_000
let world: ReturnType<typeof createPairingWorld>

async function two(): Promise<[PairableCity, PairableCity]> {
  world = createPairingWorld(NOW)
  return [await world.ankang(), await world.shiyan()]
}

afterEach(() => {
  expect(world.network.failures).toEqual([])
})

const refusal = (code: ProblemCode, detail?: string) => ({
  problem: detail === undefined ? { code } : { code, detail: expect.stringContaining(detail) as unknown },
})

describe('pairing', () => {
  test('two actions on one side and two on the other: both pending, with the same six words, then active', async () => {
    const [ankang, shiyan] = await two()
    const accepted = await paired(ankang, shiyan)
    const [shown] = await ankang.partners.list()
    expect(accepted).toMatchObject({ code: '610900', name: '安康市', status: 'pending', confirmedAt: null })
    expect(shown).toMatchObject({ code: '420300', name: '十堰市', status: 'pending' })
    expect([shown?.asked.length, accepted.asked.length]).toEqual([2, 2])
    const six = accepted.words.map((word, index) => word ?? shown?.words[index])
    for (const { words, asked } of [shown ?? accepted, accepted])
      expect(words).toEqual(six.map((word, index) => (asked.includes(index + 1) ? null : word)))
    expect(six).toHaveLength(6)
    for (const word of six) expect(word).toMatch(/^\p{Script=Han} [a-z]{3,8}$/u)
    expect([ankang.pairings, shiyan.pairings]).toEqual([['420300'], ['610900']])
    expect([ankang.trust.partners(), shiyan.trust.partners()]).toEqual([[], []])
    expect(ankang.trust.key(shiyan.play.packetKey.kid)).toBeUndefined()

    expect(await confirmed(ankang, shiyan)).toMatchObject({ status: 'active', confirmedAt: NOW, words: six, asked: [] })
    await confirmed(shiyan, ankang, 'person:2')
    expect(ankang.trust.reach('420300')).toEqual({ peers: [shiyan.peer], addresses: shiyan.side.addresses })
    expect(ankang.trust.key(shiyan.play.packetKey.kid)?.city).toBe('420300')
    expect(shiyan.trust.cityOf(ankang.peer)).toBe('610900')
    expect(await actionsOf(ankang)).toEqual(['partner.invited', 'partner.paired', 'partner.confirmed'])
    expect(await actionsOf(shiyan)).toEqual(['partner.paired', 'partner.confirmed'])
  })

  test('an invite is good once, for one of two who use it at the same time', async () => {
    const [ankang, shiyan] = await two()
    const impostor = await world.impostor()
    const invite = await invited(ankang)
    const results = await Promise.allSettled([shiyan, impostor].map(side => side.partners.accept(invite, 'person:2')))
    expect(results.map(result => result.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(result => result.status === 'rejected')?.reason).toMatchObject(refusal('invite.used'))
    expect(await ankang.partners.list()).toHaveLength(1)
    const late = await ankang.partners.invite('420300', 1, 'person:1')
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('invite.used'))
    expect(late.expiresAt).toBe(NOW + HOUR)
    const [row] = await ankang.db.query('SELECT secret FROM invites WHERE used_by IS NOT NULL')
    expect(row).toEqual({ secret: '' })
  })

  test('strangers may connect only while an invite is open', async () => {
    const [ankang, shiyan] = await two()
    expect(ankang.invites.anyOpen()).toBe(false)
    const { invite } = await ankang.partners.invite('420300', INVITE_HOURS.default, 'person:1')
    expect(ankang.invites.anyOpen()).toBe(true)
    world.clock.advance(INVITE_HOURS.default * HOUR)
    expect(ankang.invites.anyOpen()).toBe(false)
    world.clock.advance(1000)
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('invite.expired'))
    await paired(ankang, shiyan)
    expect(ankang.invites.anyOpen()).toBe(false)
    await invited(ankang)
    await invited(ankang)
    await paired(ankang, shiyan)
    expect(ankang.invites.anyOpen()).toBe(true)
  })

  test('the inviting side judges by its own clock', async () => {
    const [ankang, shiyan] = await two()
    const { invite } = await ankang.partners.invite('420300', 1, 'person:1')
    await ankang.partners.invite('420300', 24, 'person:1')
    world.clock.advance(HOUR + 1000)
    const read = readInvite(invite, NOW / 1000)
    if (!read.ok) throw new Error('invite')
    const forged = writeInvite({ ...read.invite, exp: read.invite.exp + 86_400 })
    await expect(shiyan.partners.accept(forged, 'person:2')).rejects.toMatchObject(refusal('invite.expired'))
    const unknown = writeInvite({ ...read.invite, exp: read.invite.exp + 86_400, secret: 'A'.repeat(22) })
    await expect(shiyan.partners.accept(unknown, 'person:2')).rejects.toMatchObject(refusal('invite.rejected'))
  })

  test('what cannot be an invite, or is the own one, is refused before anything is dialled', async () => {
    const [ankang, shiyan] = await two()
    await expect(shiyan.partners.accept('hello', 'person:2')).rejects.toMatchObject(refusal('invite.malformed'))
    await expect(ankang.partners.accept(await invited(ankang), 'person:1')).rejects.toMatchObject(
      refusal('request.conflict'),
    )
    const read = readInvite(await invited(ankang), NOW / 1000)
    if (!read.ok) throw new Error('invite')
    const nowhere = writeInvite({ ...read.invite, addresses: ['/ip4/10.0.0.1/tcp/1'] })
    await expect(shiyan.partners.accept(nowhere, 'person:2')).rejects.toMatchObject(refusal('invite.malformed'))
    expect(world.network.failures).toEqual([])
    expect(shiyan.transport.connected()).toEqual([])
  })

  test('an invite of an impostor at the same address is noticed by its fingerprint', async () => {
    const [ankang, shiyan] = await two()
    const read = readInvite(await invited(ankang), NOW / 1000)
    if (!read.ok) throw new Error('invite')
    const other = writeInvite({ ...read.invite, fingerprint: 'a'.repeat(64) })
    await expect(shiyan.partners.accept(other, 'person:2')).rejects.toMatchObject(refusal('invite.rejected', 'proof'))
    expect(await shiyan.partners.list()).toEqual([])
    expect(await ankang.partners.list()).toEqual([])
    expect(ankang.invites.anyOpen()).toBe(true)
  })

  test('the certificate must name the peer at the other end, with a delegation that holds', async () => {
    for (const spoil of [
      (of: PairableCity) => {
        of.side.identity = { ...of.side.identity, delegations: of.side.identity.delegations.slice(0, 0) }
      },
      async (of: PairableCity) => {
        await revoke(of.play, of.peerKid, NOW / 1000)
      },
      async (of: PairableCity) => {
        of.play.delegations.length = 0
        await delegate(of.play, [of.play.packetKey], { nbf: NOW / 1000, exp: NOW / 1000 + 1000 })
      },
    ]) {
      const [ankang, shiyan] = await two()
      await spoil(shiyan)
      await expect(paired(ankang, shiyan)).rejects.toMatchObject(
        refusal('certificate.mismatch', 'does not name this libp2p peer'),
      )
      expect([await tracesOf(ankang, '420300'), await tracesOf(shiyan, '610900')]).toEqual([0, 0])
    }
  })

  test('a certificate of another city, an expired one and a foreign delegation are refused', async () => {
    const [ankang, shiyan] = await two()
    shiyan.side.city = '422801'
    await expect(paired(ankang, shiyan)).rejects.toMatchObject(refusal('certificate.mismatch'))
    shiyan.side.city = '420300'
    const foreign = (await world.impostor()).play.delegations
    shiyan.side.identity = { ...shiyan.side.identity, delegations: foreign }
    await expect(paired(ankang, shiyan)).rejects.toMatchObject(refusal('delegation.signature'))
    world.clock.advance(4 * 365 * 24 * HOUR)
    await expect(paired(ankang, shiyan)).rejects.toMatchObject(refusal('certificate.expired'))
    expect(await tracesOf(ankang, '420300')).toBe(0)
  })

  test('a request that is no pairing request is answered with the problem, and its connection is closed', async () => {
    const [ankang] = await two()
    await invited(ankang)
    const say = async (no: number, bytes?: Uint8Array): Promise<unknown> => {
      const stranger = world.network.transport(`stranger ${no}`)
      await stranger.start()
      const wire = await stranger.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
      if (bytes !== undefined) await wire.send(bytes)
      await wire.close()
      let told: unknown = null
      for await (const frame of wire.frames()) told = JSON.parse(new TextDecoder().decode(frame))
      await world.settle()
      expect(stranger.connected()).toEqual([ankang.peer])
      world.clock.advance(PAIRING_LIMITS.grace)
      await world.settle()
      expect(stranger.connected()).toEqual([])
      return told
    }
    for (const [no, bytes] of [encodeUtf8('[]'), encodeUtf8('{"v":1}'), new Uint8Array([0xff])].entries())
      expect(await say(no, bytes)).toMatchObject(refusal('frame.malformed'))
    expect(await say(9)).toMatchObject(refusal('frame.truncated'))
  })

  test('whoever knows the id of an invite and not its secret gets nothing, and ends it with the fifth try', async () => {
    const [ankang, shiyan] = await two()
    const invite = await invited(ankang)
    const read = readInvite(invite, NOW / 1000)
    if (!read.ok) throw new Error('invite')
    const commitment = 'c'.repeat(64)
    const guess = async (no: number) => {
      const stranger = world.network.transport(`stranger ${no}`)
      await stranger.start()
      const wire = await stranger.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
      const ends = { own: stranger.peer, other: ankang.peer, invited: ankang.side.fingerprint }
      const request: PairingRequest = {
        v: 2,
        invite: await inviteId(read.invite.secret),
        commitment,
        proof: await pairingProof('B'.repeat(22), { side: 'accepting', commitment, ...ends }),
      }
      expect(PairingRequest.safeParse(request).success).toBe(true)
      await wire.send(encodeUtf8(JSON.stringify(request)))
      for await (const frame of wire.frames())
        expect(JSON.parse(new TextDecoder().decode(frame))).toMatchObject(refusal('invite.rejected', 'proof'))
    }
    for (let no = 1; no < WRONG_PROOFS; no++) await guess(no)
    expect(await ankang.partners.invites()).toMatchObject([{ state: 'open', wrong: WRONG_PROOFS - 1 }])
    expect(await ankang.partners.reminders(NOW)).toEqual([])
    await guess(WRONG_PROOFS)
    expect(await ankang.partners.invites()).toMatchObject([{ state: 'cancelled', wrong: WRONG_PROOFS }])
    expect(ankang.invites.anyOpen()).toBe(false)
    expect(await actionsOf(ankang)).toEqual(['partner.invited', 'partner.uninvited'])
    expect(await ankang.partners.reminders(NOW)).toMatchObject([{ kind: 'invite', subject: '420300', act: 'you' }])
    await invited(ankang)
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('invite.cancelled'))
    expect(await ankang.partners.list()).toEqual([])
  })

  test('an invite is for one city, at both ends', async () => {
    const [ankang, shiyan] = await two()
    const enshi = await world.enshi()
    const { invite } = await ankang.partners.invite('422801', 1, 'person:1')
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(
      refusal('invite.recipient', '422801'),
    )
    const read = readInvite(invite, NOW / 1000)
    if (!read.ok) throw new Error('invite')
    // Whoever holds the secret may write what he likes into the text; the inviting city knows whom it invited.
    const forged = writeInvite({ ...read.invite, for: '420300' })
    await expect(shiyan.partners.accept(forged, 'person:2')).rejects.toMatchObject(
      refusal('invite.recipient', '422801'),
    )
    expect(await ankang.partners.list()).toEqual([])
    expect(await ankang.partners.invites()).toMatchObject([{ for: '422801', state: 'open', wrong: 1 }])
    expect(await enshi.partners.accept(invite, 'person:2')).toMatchObject({ code: '610900', status: 'pending' })
    await expect(ankang.partners.invite('610900', 1, 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
  })

  test('nobody sees what the other side brings before it is bound to its own', async () => {
    const [ankang, shiyan] = await two()
    const seen: { from: string; message: Record<string, unknown> }[] = []
    world.onFrame(({ from, protocol, frame }) => {
      if (protocol === STREAM.pairing)
        seen.push({ from, message: JSON.parse(new TextDecoder().decode(frame)) as Record<string, unknown> })
    })
    await paired(ankang, shiyan)
    expect(seen.map(({ from, message }) => [from, Object.keys(message)])).toEqual([
      [shiyan.peer, ['v', 'invite', 'commitment', 'proof']],
      [ankang.peer, ['v', 'commitment', 'proof']],
      [shiyan.peer, ['v', 'city', 'name', 'identity', 'addresses', 'nonce']],
      [ankang.peer, ['v', 'city', 'name', 'identity', 'addresses', 'nonce']],
    ])
    const [first, second, third, fourth] = seen.map(({ message }) => message)
    for (const [side, bound, opened, fingerprint] of [
      ['accepting', first, third, shiyan.side.fingerprint],
      ['inviting', second, fourth, ankang.side.fingerprint],
    ] as const)
      expect(await pairingCommitment(side, { fingerprint, nonce: String(opened?.nonce) })).toBe(bound?.commitment)
  })

  /** A city that holds the invite, and opens as `change` makes it. */
  async function byHand(
    ankang: PairableCity,
    shiyan: PairableCity,
    invite: string,
    change: (opening: PairingOpening) => PairingOpening | null,
  ): Promise<unknown> {
    const read = readInvite(invite, NOW / 1000)
    if (!read.ok) throw new Error('invite')
    const nonce = 'A'.repeat(43)
    const commitment = await pairingCommitment('accepting', { fingerprint: shiyan.side.fingerprint, nonce })
    const wire = await shiyan.transport.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
    const ends = { own: shiyan.peer, other: ankang.peer, invited: ankang.side.fingerprint }
    const proof = await pairingProof(read.invite.secret, { side: 'accepting', commitment, ...ends })
    const request: PairingRequest = { v: 2, invite: await inviteId(read.invite.secret), commitment, proof }
    await wire.send(encodeUtf8(JSON.stringify(request)))
    let told: unknown = null
    for await (const frame of wire.frames()) {
      told = JSON.parse(new TextDecoder().decode(frame))
      if (!PairingCommitment.safeParse(told).success) continue
      const { city, name, identity, addresses } = shiyan.side
      const opening = change({ v: 2, city, name, identity, addresses, nonce })
      if (opening !== null) await wire.send(encodeUtf8(JSON.stringify(opening)))
      await wire.close()
    }
    return told
  }

  test('whoever reads the invite and stands between two cities has no words that both would read out', async () => {
    const [ankang, shiyan] = await two()
    const towardsAnkang = await world.impostor()
    const now = NOW / 1000
    const towardsShiyan = await pairableCity(await playCity('610900', { now }), world.network, world.clock)
    await towardsAnkang.partners.accept(await invited(ankang), 'person:9')
    await shiyan.partners.accept(await invited(towardsShiyan), 'person:2')
    for (const [asking, reading] of [
      [ankang, shiyan],
      [shiyan, ankang],
    ] as const)
      await expect(confirmed(asking, reading)).rejects.toMatchObject(refusal('pairing.words'))
    expect([ankang.trust.partners(), shiyan.trust.partners()]).toEqual([[], []])
  })

  test('whoever opens something else than it committed to is refused, and the invite stays', async () => {
    const [ankang, shiyan] = await two()
    const invite = await invited(ankang)
    const other = (opening: PairingOpening) => ({ ...opening, nonce: `B${opening.nonce.slice(1)}` })
    expect(await byHand(ankang, shiyan, invite, other)).toMatchObject(refusal('pairing.commitment'))
    expect(await ankang.partners.invites()).toMatchObject([{ state: 'open', wrong: 1 }])
    expect(await ankang.partners.list()).toEqual([])
    expect(await byHand(ankang, shiyan, invite, opening => opening)).toMatchObject({ v: 2, city: '610900' })
    expect(await ankang.partners.list()).toMatchObject([{ code: '420300', status: 'pending' }])
  })

  test('a stream that ends midway leaves the invite open, and counts as no wrong proof', async () => {
    const [ankang, shiyan] = await two()
    const invite = await invited(ankang)
    expect(await byHand(ankang, shiyan, invite, () => null)).toMatchObject(refusal('frame.truncated'))
    expect(await ankang.partners.invites()).toMatchObject([{ state: 'open', wrong: 0 }])
    await shiyan.partners.accept(invite, 'person:2')
  })

  test('a silent or stalled other side ends with the time limit, on both sides', async () => {
    const [ankang, shiyan] = await two()
    const invite = await invited(ankang)
    const wire = await shiyan.transport.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
    const ended = (async () => {
      for await (const _ of wire.frames());
    })().catch(error => error)
    await world.settle()
    world.clock.advance(PAIRING_LIMITS.timeout)
    expect(await ended).toMatchObject(refusal('exchange.unreachable'))

    world.network.stall(shiyan.peer, ankang.peer)
    const accepting = shiyan.partners.accept(invite, 'person:2').catch(error => error)
    await world.settle()
    world.clock.advance(PAIRING_LIMITS.timeout)
    expect((await accepting).problem.code).toMatch(/^exchange\.(timeout|unreachable)$/)
    world.network.heal(shiyan.peer, ankang.peer)
    expect(await shiyan.partners.list()).toEqual([])
  })

  test('one stranger cannot spend what the invited city needs', async () => {
    const [ankang, shiyan] = await two()
    const invite = await invited(ankang)
    const answer = async (transport: Transport): Promise<unknown> => {
      const wire = await transport.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
      await wire.send(encodeUtf8('{}'))
      await wire.close()
      for await (const frame of wire.frames()) return JSON.parse(new TextDecoder().decode(frame))
      return null
    }
    const strangers = await Promise.all(
      ['a', 'b'].map(async name => {
        const stranger = world.network.transport(name, { address: '203.0.113.7' })
        await stranger.start()
        return stranger
      }),
    )
    const [one, two_] = strangers
    if (one === undefined || two_ === undefined) throw new Error('no strangers')
    for (let n = 0; n < PAIRING_LIMITS.attempts; n++)
      expect(await answer(one)).toMatchObject(refusal('frame.malformed'))
    for (let n = 0; n < 100; n++) expect(await answer(one)).toMatchObject(refusal('request.rate'))
    // The invited city may be behind the same address.
    expect(await answer(two_)).toMatchObject(refusal('frame.malformed'))
    world.clock.advance(PAIRING_LIMITS.window)
    expect(await answer(one)).toMatchObject(refusal('frame.malformed'))
    await shiyan.partners.accept(invite, 'person:2')
  })

  test('streams of one address that prove nothing are bounded, whatever their peers', () => {
    const clock = createHandClock(NOW)
    const admission = createPairingAdmission({ clock })
    const begin = (peer: number) => admission.begin({ peer: `peer ${peer}`, address: 'one', abort: () => {} } as never)
    for (let n = 0; n < PAIRING_LIMITS.attemptsOfAddress; n++) {
      const attempt = begin(n)
      expect(attempt).not.toBeNull()
      attempt?.done()
    }
    expect(begin(PAIRING_LIMITS.attemptsOfAddress)).toBeNull()
    clock.advance(PAIRING_LIMITS.window)
    expect(begin(PAIRING_LIMITS.attemptsOfAddress)).not.toBeNull()
  })

  test('what proves an invite is counted by invite and in all, and not against its address', () => {
    const clock = createHandClock(NOW)
    const admission = createPairingAdmission({ clock })
    const wire = (peer: string) => ({ peer, address: 'one relay' }) as Wire
    const prove = (invite: string, no: number) => {
      const attempt = admission.begin(wire(`${invite} ${no}`))
      if (attempt === null) throw new Error('by address')
      attempt.proven(invite)
      attempt.done()
    }
    for (let n = 0; n < PAIRING_LIMITS.inboundOfInvite; n++) prove('first', n)
    expect(() => prove('first', 99)).toThrow('request.rate')
    for (let n = PAIRING_LIMITS.inboundOfInvite; n < PAIRING_LIMITS.inbound; n++) prove(`invite ${n}`, n)
    clock.advance(PAIRING_LIMITS.window - 1)
    expect(() => prove('last', 1)).toThrow('request.rate')
    clock.advance(1)
    prove('last', 2)
  })

  test('a bounded number of proven pairings runs at once, of each invite and in all', () => {
    const admission = createPairingAdmission({ clock: createHandClock(NOW) })
    const begin = (invite: string, no: number) => {
      const attempt = admission.begin({ peer: `peer ${no}`, address: `address ${no}` } as Wire)
      attempt?.proven(invite)
      return attempt
    }
    for (let n = 0; n < PAIRING_LIMITS.atOnceOfInvite; n++) begin('first', n)
    expect(() => begin('first', 50)).toThrow('request.rate')
    const last = Array.from({ length: PAIRING_LIMITS.atOnce - PAIRING_LIMITS.atOnceOfInvite }, (_, n) =>
      begin(`invite ${n}`, 100 + n),
    ).at(-1)
    expect(() => begin('other', 200)).toThrow('request.rate')
    last?.done()
    begin('other', 201)
  })

  test('a bounded number of peers and addresses is remembered', () => {
    const far = createPairingAdmission({ clock: createHandClock(NOW) })
    const come = (no: number) => far.begin({ peer: `p${no}`, address: `a${no}`, abort: () => {} } as unknown as Wire)
    for (let n = 0; n < PAIRING_LIMITS.attempts; n++) come(0)
    expect(come(0)).toBeNull()
    for (let n = 1; n < PAIRING_LIMITS.remembered / 2; n++) come(n)
    expect(come(0)).toBeNull()
    come(PAIRING_LIMITS.remembered)
    expect(come(0)).not.toBeNull()
  })

  test('streams that prove nothing are bounded, and the oldest gives way to whoever comes', async () => {
    const [ankang] = await two()
    await invited(ankang)
    const open = async (no: number) => {
      const stranger = world.network.transport(`stranger ${no}`)
      await stranger.start()
      const wire = await stranger.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
      const state = { ended: false }
      void (async () => {
        for await (const _ of wire.frames());
      })().catch(() => {
        state.ended = true
      })
      return state
    }
    const silent: { ended: boolean }[] = []
    for (let no = 0; no < PAIRING_LIMITS.waiting; no++) silent.push(await open(no))
    await world.settle()
    expect(silent.filter(({ ended }) => ended)).toEqual([])
    await open(PAIRING_LIMITS.waiting)
    await world.settle()
    expect(silent.map(({ ended }) => ended).slice(0, 2)).toEqual([true, false])
    expect(await paired(ankang, await world.shiyan())).toMatchObject({ status: 'pending' })
  })

  test('the answer is lost: the invite is spent, and another invite mends it', async () => {
    const [ankang, shiyan] = await two()
    const invite = await invited(ankang)
    ankang.side.identity = { ...ankang.side.identity, certificates: ['no certificate'] }
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('certificate.malformed'))
    ankang.side.identity = { ...ankang.side.identity, certificates: [ankang.play.certificate] }
    expect(await ankang.partners.list()).toMatchObject([{ status: 'pending' }])
    await paired(ankang, shiyan)
    expect(await confirmed(ankang, shiyan)).toMatchObject({ status: 'active' })
    expect(await confirmed(shiyan, ankang)).toMatchObject({ status: 'active' })
  })

  test('an administrator who types nothing, or other words, confirms nothing; the fifth wrong try ends the pairing', async () => {
    const [ankang, shiyan] = await two()
    await paired(ankang, shiyan)
    const right = await readOut(ankang, shiyan)
    const confirm = (typed: string[]) => ankang.partners.confirm('420300', typed, 'person:1')
    for (const typed of [[], right.slice(1), [...right, 'x']])
      await expect(confirm(typed)).rejects.toMatchObject(refusal('pairing.words', 'are asked for'))
    const [first = '', second = ''] = right
    for (const typed of [
      [second, first],
      [first, 'abandon'],
      ['', second],
      ['   ', ' '],
    ]) {
      await expect(confirm(typed)).rejects.toMatchObject(refusal('pairing.words', 'left'))
      expect(await ankang.partners.get('420300')).toMatchObject({ status: 'pending' })
    }
    await expect(confirm([second, first])).rejects.toMatchObject(refusal('pairing.words', `after ${WORD_TRIES} tries`))
    expect(await tracesOf(ankang, '420300')).toBe(0)
    expect(ankang.trust.partners()).toEqual([])
    await expect(confirm(right)).rejects.toMatchObject(refusal('partner.unknown'))
    expect((await actionsOf(ankang)).slice(2)).toEqual([
      ...Array.from({ length: WORD_TRIES - 1 }, () => 'partner.mistyped'),
      'partner.rejected',
    ])
  })

  test('a wrong try or more does not spoil the right words', async () => {
    const [ankang, shiyan] = await two()
    await paired(ankang, shiyan)
    for (let n = 1; n < WORD_TRIES; n++)
      await expect(ankang.partners.confirm('420300', ['zoo', 'zoo'], 'person:1')).rejects.toMatchObject(
        refusal('pairing.words', `${WORD_TRIES - n} tries are left`),
      )
    expect(await confirmed(ankang, shiyan)).toMatchObject({ status: 'active' })
  })

  test('each side asks for two words that the other one shows, and takes them whole or in one language', () => {
    for (let random = 0; random < 9; random++) {
      const inviting = askedPlaces('inviting', random)
      const accepting = askedPlaces('accepting', random)
      expect([inviting.length, accepting.length]).toEqual([2, 2])
      expect([...inviting, ...accepting].every((place, at, all) => all.indexOf(place) === at)).toBe(true)
    }
    expect(new Set([0, 1, 2].map(random => askedPlaces('inviting', random).join())).size).toBe(3)
    for (const typed of ['的 abandon', ' 的  Abandon ', '的', 'ABANDON']) expect(isWord('的 abandon', typed)).toBe(true)
    for (const typed of ['', '的的', 'abando', '的 zoo', 'abandon 的']) expect(isWord('的 abandon', typed)).toBe(false)
  })

  test('invites are bounded, and old ones forgotten with their secrets', async () => {
    const [ankang] = await two()
    for (let n = 0; n < OPEN_INVITES; n++) await ankang.partners.invite('420300', 1, 'person:1')
    await expect(ankang.partners.invite('420300', 1, 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
    world.clock.advance(2 * HOUR)
    await ankang.partners.invite('420300', 1, 'person:1')
    expect(await ankang.db.query(`SELECT count(*) AS n FROM invites WHERE secret <> ''`)).toEqual([{ n: 1 }])
    world.clock.advance(40 * 24 * HOUR)
    await ankang.partners.invite('420300', 1, 'person:1')
    expect(await ankang.db.query('SELECT count(*) AS n FROM invites')).toEqual([{ n: 1 }])
  })

  test('a link is accepted like the text, and drawn as a QR code while it is open', async () => {
    const [ankang, shiyan] = await two()
    ankang.side.addresses = [...ankang.side.addresses, ...Array.from({ length: 9 }, () => `/dns4/${'a'.repeat(200)}`)]
    const { id, link, invite } = await ankang.partners.invite('420300', 1, 'person:1')
    expect(link).toMatch(/^web\+tongban:invite#[A-Za-z0-9_-]+$/)
    expect(link.length).toBeLessThan(QR_CHARACTERS + 20)
    expect(link.length).toBeLessThan(invite.length)
    expect(await ankang.partners.invitePicture(id)).toMatch(/^<svg [^>]+>.*<\/svg>$/s)
    await shiyan.partners.accept(link, 'person:2')
    await expect(ankang.partners.invitePicture(id)).rejects.toMatchObject(refusal('request.conflict', 'used'))
    await expect(ankang.partners.invitePicture('0'.repeat(64))).rejects.toMatchObject(refusal('request.not-found'))
    expect(await ankang.partners.invites()).toEqual([
      { id, for: '420300', state: 'used', createdAt: NOW, expiresAt: NOW + HOUR, usedBy: '420300', wrong: 0 },
    ])
  })

  test('an invite is read out of the message that it came in, folded or with words around it', async () => {
    const [ankang] = await two()
    const { invite, link } = await ankang.partners.invite('420300', 1, 'person:1')
    const read = readInvite(invite, NOW / 1000)
    for (const text of [
      `王主任您好，邀请码如下：\n${invite}`,
      `请执行：${invite}\n此致，安康市行政审批服务局`,
      `Invite: ${invite.slice(0, 60)}\n  ${invite.slice(60)}。`,
      `扫码或打开 ${link} ，谢谢`,
    ])
      expect(readInvite(text, NOW / 1000)).toEqual(read)
    for (const text of [
      '',
      '您好',
      `${invite} 或 ${link}`,
      invite.slice(1),
      `${invite.slice(0, -9)}。${invite.slice(-9)}`,
    ])
      expect(readInvite(text, NOW / 1000)).toMatchObject({ ok: false, problem: { code: 'invite.malformed' } })
  })

  test('who cannot get in with an invite hears that it may be over', async () => {
    const [ankang, shiyan] = await two()
    const { invite } = await ankang.partners.invite('420300', 1, 'person:1')
    await ankang.transport.stop()
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(
      refusal('exchange.unreachable', 'this invite was used, cancelled or has run out there'),
    )
  })

  test('a cancelled invite pairs nobody, and says so', async () => {
    const [ankang, shiyan] = await two()
    const { id, invite } = await ankang.partners.invite('420300', 1, 'person:1')
    const other = await ankang.partners.invite('420300', 1, 'person:1')
    await ankang.partners.cancelInvite(id, 'person:1')
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('invite.cancelled'))
    await expect(ankang.partners.cancelInvite(id, 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
    expect(ankang.invites.anyOpen()).toBe(true)
    await ankang.partners.cancelInvite(other.id, 'person:1')
    expect(ankang.invites.anyOpen()).toBe(false)
    expect((await ankang.partners.invites()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
    expect(await ankang.db.query(`SELECT count(*) AS n FROM invites WHERE secret <> ''`)).toEqual([{ n: 0 }])
    expect(await actionsOf(ankang)).toEqual([
      'partner.invited',
      'partner.invited',
      'partner.uninvited',
      'partner.uninvited',
    ])
    world.clock.advance(HOUR)
    const late = await ankang.partners.invite('420300', 1, 'person:1')
    world.clock.advance(HOUR)
    await expect(ankang.partners.cancelInvite(late.id, 'person:1')).rejects.toMatchObject(
      refusal('request.conflict', 'expired'),
    )
  })

  test('whoever can mend an invite that is refused is named', () => {
    const actors = ['invite.used', 'invite.expired', 'invite.cancelled', 'invite.rejected', 'certificate.mismatch']
    for (const code of actors) expect(PROBLEMS[code as ProblemCode].act).toBe('partner')
    expect(PROBLEMS['invite.malformed'].act).toBe('you')
  })

  test('an invite leaves out addresses that its text has no room for, and needs one at all', async () => {
    const [ankang] = await two()
    const [first = ''] = ankang.side.addresses
    ankang.side.addresses = [first, ...Array.from({ length: 30 }, () => `/dns4/${'a'.repeat(200)}/p2p/${ankang.peer}`)]
    const text = await invited(ankang)
    expect(text.length).toBeLessThanOrEqual(LIMITS.inviteBytes)
    const read = readInvite(text, NOW / 1000)
    expect(read.ok && read.invite.addresses.length).toBeGreaterThan(5)
    ankang.side.addresses = []
    await expect(invited(ankang)).rejects.toMatchObject(refusal('config.invalid'))
  })
})
