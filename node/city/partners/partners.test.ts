import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { ProblemCode } from '../../../protocol/problem.ts'
import {
  actionsOf,
  activated,
  confirmed,
  createPairingWorld,
  invited,
  type PairableCity,
  pairableCity,
  paired,
  readOut,
  tracesOf,
} from '../../../test/support/paired.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')

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

describe('partners', () => {
  test('a rejected pairing leaves nothing that could be trusted later', async () => {
    const [ankang, shiyan] = await two()
    const impostor = await world.impostor()
    await paired(ankang, impostor)
    await ankang.partners.reject('420300', 'person:1')
    expect(await tracesOf(ankang, '420300')).toBe(0)
    await expect(ankang.partners.confirm('420300', [], 'person:1')).rejects.toMatchObject(refusal('partner.unknown'))
    await activated(ankang, shiyan)
    expect(ankang.trust.cityOf(impostor.peer)).toBeUndefined()
    expect(ankang.trust.key(impostor.play.packetKey.kid)).toBeUndefined()
    expect(ankang.trust.cityOf(shiyan.peer)).toBe('420300')
  })

  test('an active partner is tried at once for a person who asks; one that is none yet, or suspended, is not', async () => {
    const [ankang, shiyan] = await two()
    await paired(ankang, shiyan)
    await expect(ankang.partners.retry('420300')).rejects.toMatchObject(refusal('partner.inactive'))
    await expect(ankang.partners.retry('411300')).rejects.toMatchObject(refusal('partner.unknown'))
    expect(ankang.tries).toEqual([])
    await confirmed(ankang, shiyan)
    expect(await ankang.partners.retry('420300')).toMatchObject({ code: '420300', roundTrip: 1 })
    expect(ankang.tries).toEqual(['420300'])
    await ankang.partners.suspend('420300', 'person:1')
    await expect(ankang.partners.retry('420300')).rejects.toMatchObject(refusal('partner.inactive'))
  })

  test('a pairing that waits never keeps the city out that comes with the next invite', async () => {
    const [ankang, shiyan] = await two()
    const impostor = await world.impostor()
    await paired(ankang, impostor)
    expect(await ankang.partners.get('420300')).toMatchObject({ fingerprint: impostor.side.fingerprint })
    await paired(ankang, shiyan)
    expect(await ankang.partners.get('420300')).toMatchObject({
      status: 'pending',
      fingerprint: shiyan.side.fingerprint,
    })
    // What was read out for the pairing before confirms nothing of this one.
    await expect(confirmed(ankang, impostor)).rejects.toMatchObject(refusal('pairing.words'))
    expect(await confirmed(ankang, shiyan)).toMatchObject({ fingerprint: shiyan.side.fingerprint })
    expect(ankang.trust.cityOf(impostor.peer)).toBeUndefined()
    expect(await ankang.db.query(`SELECT fingerprint FROM certificates WHERE city = '420300'`)).toEqual([
      { fingerprint: shiyan.side.fingerprint },
    ])
  })

  test('only one of two confirmations counts, and each state has its steps', async () => {
    const [ankang, shiyan] = await two()
    await paired(ankang, shiyan)
    for (const step of ['suspend', 'resume'] as const)
      await expect(ankang.partners[step]('420300', 'person:1')).rejects.toMatchObject(
        refusal('request.conflict', 'pending'),
      )
    const words = await readOut(ankang, shiyan)
    const twice = await Promise.allSettled([1, 2].map(no => ankang.partners.confirm('420300', words, `person:${no}`)))
    expect(twice.map(result => result.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(ankang.partners.reject('420300', 'person:1')).rejects.toMatchObject(
      refusal('request.conflict', 'active'),
    )
    await expect(ankang.partners.confirm('999999', [], 'person:1')).rejects.toMatchObject(refusal('partner.unknown'))
    expect(await actionsOf(ankang)).toEqual(['partner.invited', 'partner.paired', 'partner.confirmed'])
  })

  test('a suspended partner is nobody until it is resumed', async () => {
    const [ankang, shiyan] = await two()
    await activated(ankang, shiyan)
    ankang.changes.length = 0
    await ankang.partners.suspend('420300', 'person:1')
    expect(ankang.trust.partners()).toEqual([])
    expect(ankang.trust.key(shiyan.play.packetKey.kid)).toBeUndefined()
    expect(await ankang.partners.get('420300')).toMatchObject({ status: 'suspended', roundTrip: null })
    await ankang.partners.resume('420300', 'person:1')
    expect(ankang.trust.partners()).toEqual(['420300'])
    expect(await ankang.partners.get('420300')).toMatchObject({ status: 'active', roundTrip: 1 })
    expect(ankang.changes).toEqual(['420300', '420300'])
  })

  test('pairing again under the same certificate keeps the partner as it is, and takes its new peer', async () => {
    const [ankang, shiyan] = await two()
    await activated(ankang, shiyan)
    await shiyan.transport.stop()
    const moved = await pairableCity(shiyan.play, world.network, world.clock)
    await paired(ankang, moved)
    expect(await ankang.partners.get('420300')).toMatchObject({ status: 'active', confirmedAt: NOW })
    expect(ankang.trust.cityOf(moved.peer)).toBe('420300')
    expect(ankang.trust.reach('420300').addresses).toEqual(moved.side.addresses)
    await ankang.partners.suspend('420300', 'person:1')
    await paired(ankang, moved)
    expect(await ankang.partners.get('420300')).toMatchObject({ status: 'suspended' })
  })

  test('another certificate of an active partner is refused with what to do, and nothing is spent', async () => {
    const [ankang, shiyan] = await two()
    await activated(ankang, shiyan)
    const renewed = await world.impostor()
    const invite = await invited(ankang)
    const refused = refusal('certificate.mismatch', 'suspend it first, then pair again')
    await expect(renewed.partners.accept(invite, 'person:2')).rejects.toMatchObject(refused)
    expect(ankang.invites.anyOpen()).toBe(true)
    expect(ankang.trust.cityOf(shiyan.peer)).toBe('420300')
    // The other way round it is refused before the dial.
    await expect(ankang.partners.accept(await invited(renewed, '610900'), 'person:1')).rejects.toMatchObject(refused)
    expect(renewed.invites.anyOpen()).toBe(true)
    expect(await renewed.partners.list()).toEqual([])
  })

  test('a suspended partner takes a new certificate once its words are confirmed; its packets still verify', async () => {
    const [ankang, shiyan] = await two()
    await activated(ankang, shiyan)
    await ankang.partners.suspend('420300', 'person:1')
    const renewed = await world.impostor()
    await paired(ankang, renewed)
    expect(await ankang.partners.get('420300')).toMatchObject({
      status: 'pending',
      fingerprint: renewed.side.fingerprint,
    })
    expect(ankang.trust.partners()).toEqual([])
    expect(ankang.trust.certificateOf('420300')).toBeUndefined()
    await confirmed(ankang, renewed)
    expect(ankang.trust.cityOf(renewed.peer)).toBe('420300')
    expect(ankang.trust.cityOf(shiyan.peer)).toBeUndefined()
    expect(ankang.trust.key(shiyan.play.packetKey.kid)?.city).toBe('420300')
    expect(ankang.trust.certificateOf('420300')?.kid).toBe(renewed.play.certificateKey.kid)
    expect((await ankang.trust.papers('420300')).certificates).toEqual([
      shiyan.play.certificate,
      renewed.play.certificate,
    ])
  })

  test('when the words of a new certificate differ the partner stands suspended under the former', async () => {
    const [ankang, shiyan] = await two()
    await activated(ankang, shiyan)
    await ankang.partners.suspend('420300', 'person:1')
    await ankang.db.transaction(tx =>
      tx.run('INSERT INTO threads (thread, type, partner, started_at) VALUES (?, ?, ?, ?)', [
        randomBytes(16),
        'case',
        '420300',
        NOW,
      ]),
    )
    await expect(ankang.partners.reject('420300', 'person:1')).rejects.toMatchObject(refusal('request.conflict'))
    const impostor = await world.impostor()
    await paired(ankang, impostor)
    await ankang.partners.reject('420300', 'person:1')
    expect(await ankang.partners.get('420300')).toMatchObject({
      status: 'suspended',
      name: '十堰市',
      fingerprint: shiyan.side.fingerprint,
      words: [],
    })
    expect((await ankang.trust.papers('420300')).certificates).toEqual([shiyan.play.certificate])
    await ankang.partners.resume('420300', 'person:1')
    expect(ankang.trust.cityOf(shiyan.peer)).toBe('420300')
    expect(ankang.trust.cityOf(impostor.peer)).toBeUndefined()
    expect(ankang.trust.key(impostor.play.packetKey.kid)).toBeUndefined()
  })

  test('a suspended partner with which there is nothing can be forgotten', async () => {
    const [ankang, shiyan] = await two()
    await activated(ankang, shiyan)
    await ankang.partners.suspend('420300', 'person:1')
    await ankang.partners.reject('420300', 'person:1')
    expect(await tracesOf(ankang, '420300')).toBe(0)
    // The other side never knew, and needs no confirmation.
    await paired(ankang, shiyan)
    await confirmed(ankang, shiyan)
    expect(ankang.trust.partners()).toEqual(['420300'])
    expect(shiyan.trust.partners()).toEqual(['610900'])
  })
})
