import { afterEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { inviteId, PairingRequest, pairingProof, readInvite, writeInvite } from '../../protocol/pairing/invite.ts'
import { encodeUtf8 } from '../../protocol/primitives.ts'
import { PROBLEMS, type ProblemCode } from '../../protocol/problem.ts'
import {
  actionsOf,
  createPairingWorld,
  invited,
  type PairableCity,
  paired,
  tracesOf,
} from '../../test/support/paired.ts'
import { delegate, revoke } from '../../test/support/play-city.ts'
import { INVITE_HOURS, OPEN_INVITES } from './invites.ts'
import { PAIRING_LIMITS } from './partners.ts'
import { QR_CHARACTERS } from './qr.ts'

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
    expect(shown?.words).toEqual(accepted.words)
    expect(accepted.words).toHaveLength(6)
    expect([ankang.pairings, shiyan.pairings]).toEqual([['420300'], ['610900']])
    for (const word of accepted.words) expect(word).toMatch(/^\p{Script=Han} [a-z]{3,8}$/u)
    expect([ankang.trust.partners(), shiyan.trust.partners()]).toEqual([[], []])
    expect(ankang.trust.key(shiyan.play.packetKey.kid)).toBeUndefined()

    expect(await ankang.partners.confirm('420300', 'person:1')).toMatchObject({ status: 'active', confirmedAt: NOW })
    await shiyan.partners.confirm('610900', 'person:2')
    expect(ankang.trust.reach('420300')).toEqual({ peers: [shiyan.peer], addresses: shiyan.side.addresses })
    expect(ankang.trust.key(shiyan.play.packetKey.kid)?.city).toBe('420300')
    expect(shiyan.trust.cityOf(ankang.peer)).toBe('610900')
    expect(await actionsOf(ankang)).toEqual(['partner.invited', 'partner.paired', 'partner.confirmed'])
    expect(await actionsOf(shiyan)).toEqual(['partner.paired', 'partner.confirmed'])
  })

  test('an invite is good once, for one of two who use it at the same time', async () => {
    const [ankang, shiyan] = await two()
    const enshi = await world.enshi()
    const invite = await invited(ankang)
    const results = await Promise.allSettled([shiyan, enshi].map(side => side.partners.accept(invite, 'person:2')))
    expect(results.map(result => result.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(result => result.status === 'rejected')?.reason).toMatchObject(refusal('invite.used'))
    expect(await ankang.partners.list()).toHaveLength(1)
    const late = await ankang.partners.invite(1, 'person:1')
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('invite.used'))
    expect(late.expiresAt).toBe(NOW + HOUR)
    const [row] = await ankang.db.query('SELECT secret FROM invites WHERE used_by IS NOT NULL')
    expect(row).toEqual({ secret: '' })
  })

  test('strangers may connect only while an invite is open', async () => {
    const [ankang, shiyan] = await two()
    expect(ankang.partners.hasOpenInvite()).toBe(false)
    const { invite } = await ankang.partners.invite(INVITE_HOURS.default, 'person:1')
    expect(ankang.partners.hasOpenInvite()).toBe(true)
    world.clock.advance(INVITE_HOURS.default * HOUR)
    expect(ankang.partners.hasOpenInvite()).toBe(false)
    world.clock.advance(1000)
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('invite.expired'))
    await paired(ankang, shiyan)
    expect(ankang.partners.hasOpenInvite()).toBe(false)
    await invited(ankang)
    await invited(ankang)
    await paired(ankang, shiyan)
    expect(ankang.partners.hasOpenInvite()).toBe(true)
  })

  test('the inviting side judges by its own clock', async () => {
    const [ankang, shiyan] = await two()
    const { invite } = await ankang.partners.invite(1, 'person:1')
    await ankang.partners.invite(24, 'person:1')
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
    expect(ankang.partners.hasOpenInvite()).toBe(true)
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

  test('a request that is no pairing request is answered with the problem', async () => {
    const [ankang, shiyan] = await two()
    await invited(ankang)
    const say = async (bytes: Uint8Array): Promise<unknown> => {
      const wire = await shiyan.transport.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
      await wire.send(bytes)
      await wire.close()
      for await (const frame of wire.frames()) return JSON.parse(new TextDecoder().decode(frame))
      return null
    }
    for (const bytes of [encodeUtf8('[]'), encodeUtf8('{"v":1}'), new Uint8Array([0xff])])
      expect(await say(bytes)).toMatchObject(refusal('frame.malformed'))
    const wire = await shiyan.transport.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
    await wire.close()
    for await (const frame of wire.frames())
      expect(JSON.parse(new TextDecoder().decode(frame))).toMatchObject(refusal('frame.truncated'))
  })

  test('whoever knows the id of an invite and not its secret gets nothing', async () => {
    const [ankang, shiyan] = await two()
    const read = readInvite(await invited(ankang), NOW / 1000)
    if (!read.ok) throw new Error('invite')
    const mine = { fingerprint: shiyan.side.fingerprint, peer: shiyan.peer }
    const theirs = { fingerprint: ankang.side.fingerprint, peer: ankang.peer }
    const request: PairingRequest = {
      v: 1,
      invite: await inviteId(read.invite.secret),
      city: '420300',
      name: '十堰市',
      identity: shiyan.side.identity,
      addresses: [],
      proof: await pairingProof('B'.repeat(22), 'accepting', mine, theirs),
    }
    expect(PairingRequest.safeParse(request).success).toBe(true)
    const wire = await shiyan.transport.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
    await wire.send(encodeUtf8(JSON.stringify(request)))
    for await (const frame of wire.frames())
      expect(JSON.parse(new TextDecoder().decode(frame))).toMatchObject(refusal('invite.rejected', 'proof'))
    expect(await ankang.partners.list()).toEqual([])
  })

  test('a silent or stalled other side ends with the time limit, on both sides', async () => {
    const [ankang, shiyan] = await two()
    const invite = await invited(ankang)
    const wire = await shiyan.transport.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
    const ended = (async () => {
      for await (const _ of wire.frames());
    })().catch(error => error)
    await world.network.settle()
    world.clock.advance(PAIRING_LIMITS.timeout)
    expect(await ended).toMatchObject(refusal('exchange.unreachable'))

    world.network.stall(shiyan.peer, ankang.peer)
    const accepting = shiyan.partners.accept(invite, 'person:2').catch(error => error)
    for (let turn = 0; turn < 200; turn++) await new Promise(wake => setImmediate(wake))
    world.clock.advance(PAIRING_LIMITS.timeout)
    expect((await accepting).problem.code).toMatch(/^exchange\.(timeout|unreachable)$/)
    world.network.heal(shiyan.peer, ankang.peer)
    expect(await shiyan.partners.list()).toEqual([])
  })

  test('pairings that come too fast, or too many at once, are put off', async () => {
    const [ankang, shiyan] = await two()
    await invited(ankang)
    const answer = async (): Promise<unknown> => {
      const wire = await shiyan.transport.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
      await wire.send(encodeUtf8('{}'))
      await wire.close()
      for await (const frame of wire.frames()) return JSON.parse(new TextDecoder().decode(frame))
      return null
    }
    for (let n = 0; n < PAIRING_LIMITS.inbound; n++) expect(await answer()).toMatchObject(refusal('frame.malformed'))
    expect(await answer()).toMatchObject(refusal('request.rate'))
    world.clock.advance(PAIRING_LIMITS.window)
    expect(await answer()).toMatchObject(refusal('frame.malformed'))
    await paired(ankang, shiyan)
  })

  test('a bounded number of pairings runs at once, whoever asks', async () => {
    const [ankang] = await two()
    await invited(ankang)
    const open = async (no: number) => {
      const stranger = world.network.transport(`stranger ${no}`)
      await stranger.start()
      return stranger.open(ankang.peer, ankang.side.addresses, STREAM.pairing)
    }
    const silent = await Promise.all(Array.from({ length: PAIRING_LIMITS.atOnce }, (_, no) => open(no)))
    await world.network.settle()
    const refused = await open(PAIRING_LIMITS.atOnce)
    for await (const frame of refused.frames())
      expect(JSON.parse(new TextDecoder().decode(frame))).toMatchObject(refusal('request.rate'))
    for (const wire of silent) wire.abort(new Error('gone'))
    await world.network.settle()
    expect(await paired(ankang, await world.shiyan())).toMatchObject({ status: 'pending' })
  })

  test('the answer is lost: the invite is spent, and another invite mends it', async () => {
    const [ankang, shiyan] = await two()
    const invite = await invited(ankang)
    ankang.side.identity = { ...ankang.side.identity, certificates: ['no certificate'] }
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('certificate.malformed'))
    ankang.side.identity = { ...ankang.side.identity, certificates: [ankang.play.certificate] }
    expect(await ankang.partners.list()).toMatchObject([{ status: 'pending' }])
    const { words } = await paired(ankang, shiyan)
    expect((await ankang.partners.list())[0]?.words).toEqual(words)
  })

  test('invites are bounded, and old ones forgotten with their secrets', async () => {
    const [ankang] = await two()
    for (let n = 0; n < OPEN_INVITES; n++) await ankang.partners.invite(1, 'person:1')
    await expect(ankang.partners.invite(1, 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
    world.clock.advance(2 * HOUR)
    await ankang.partners.invite(1, 'person:1')
    expect(await ankang.db.query(`SELECT count(*) AS n FROM invites WHERE secret <> ''`)).toEqual([{ n: 1 }])
    world.clock.advance(40 * 24 * HOUR)
    await ankang.partners.invite(1, 'person:1')
    expect(await ankang.db.query('SELECT count(*) AS n FROM invites')).toEqual([{ n: 1 }])
  })

  test('a link is accepted like the text, and drawn as a QR code while it is open', async () => {
    const [ankang, shiyan] = await two()
    ankang.side.addresses = [...ankang.side.addresses, ...Array.from({ length: 9 }, () => `/dns4/${'a'.repeat(200)}`)]
    const { id, link, invite } = await ankang.partners.invite(1, 'person:1')
    expect(link).toMatch(/^web\+tongban:invite#[A-Za-z0-9_-]+$/)
    expect(link.length).toBeLessThan(QR_CHARACTERS + 20)
    expect(link.length).toBeLessThan(invite.length)
    expect(await ankang.partners.invitePicture(id)).toMatch(/^<svg [^>]+>.*<\/svg>$/s)
    await shiyan.partners.accept(link, 'person:2')
    await expect(ankang.partners.invitePicture(id)).rejects.toMatchObject(refusal('request.conflict', 'used'))
    await expect(ankang.partners.invitePicture('0'.repeat(64))).rejects.toMatchObject(refusal('request.not-found'))
    expect(await ankang.partners.invites()).toEqual([
      { id, state: 'used', createdAt: NOW, expiresAt: NOW + HOUR, usedBy: '420300' },
    ])
  })

  test('a cancelled invite pairs nobody, and says so', async () => {
    const [ankang, shiyan] = await two()
    const { id, invite } = await ankang.partners.invite(1, 'person:1')
    const other = await ankang.partners.invite(1, 'person:1')
    await ankang.partners.cancelInvite(id, 'person:1')
    await expect(shiyan.partners.accept(invite, 'person:2')).rejects.toMatchObject(refusal('invite.cancelled'))
    await expect(ankang.partners.cancelInvite(id, 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
    expect(ankang.partners.hasOpenInvite()).toBe(true)
    await ankang.partners.cancelInvite(other.id, 'person:1')
    expect(ankang.partners.hasOpenInvite()).toBe(false)
    expect((await ankang.partners.invites()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
    expect(await ankang.db.query(`SELECT count(*) AS n FROM invites WHERE secret <> ''`)).toEqual([{ n: 0 }])
    expect(await actionsOf(ankang)).toEqual([
      'partner.invited',
      'partner.invited',
      'partner.uninvited',
      'partner.uninvited',
    ])
    world.clock.advance(HOUR)
    const late = await ankang.partners.invite(1, 'person:1')
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
