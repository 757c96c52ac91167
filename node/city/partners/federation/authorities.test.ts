import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { authority, otherKey } from '../../../../certs/fixture.ts'
import type { ProblemCode } from '../../../../protocol/problem.ts'
import { actionsOf, createPairingWorld, invited, type PairableCity, paired } from '../../../../test/support/paired.ts'
import { certify, type PlayAuthority, playAuthority } from '../../../../test/support/play-authority.ts'
import { ACCEPTED_AUTHORITIES } from './authorities.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
let world: ReturnType<typeof createPairingWorld>
let ca: PlayAuthority
let other: PlayAuthority

beforeAll(async () => {
  ca = await playAuthority(NOW)
  other = await playAuthority(NOW, '另一联盟')
})

/** Ankang with a certificate of its own, Shiyan with one of the authority. */
async function two(): Promise<[PairableCity, PairableCity]> {
  world = createPairingWorld(NOW)
  const ankang = await world.ankang()
  const shiyan = await world.shiyan()
  certify(shiyan, ca, NOW)
  return [ankang, shiyan]
}

const refusal = (code: ProblemCode, detail = '') => ({
  problem: detail === '' ? { code } : { code, detail: expect.stringContaining(detail) as unknown },
})
const accept = (city: PairableCity, { pem, fingerprint }: PlayAuthority) =>
  city.authorities.accept(pem, fingerprint, 'person:1')

afterEach(() => {
  expect(world.network.failures).toEqual([])
})

describe('the accept list', () => {
  test('takes an authority once, under the fingerprint that was told; each change leaves a row', async () => {
    const [ankang] = await two()
    const wrong = ankang.authorities.accept(ca.pem, other.fingerprint, 'person:1')
    await expect(wrong).rejects.toMatchObject(refusal('certificate.mismatch', ca.fingerprint))
    expect(await ankang.authorities.list()).toEqual([])
    const accepted = await accept(ankang, ca)
    expect(accepted).toMatchObject({ fingerprint: ca.fingerprint, name: '秦巴通办联盟 (联盟秘书处)', acceptedAt: NOW })
    await accept(ankang, ca)
    expect(await ankang.authorities.list()).toEqual([accepted])
    expect(await ankang.authorities.remove(ca.fingerprint, 'person:1')).toEqual(accepted)
    await expect(ankang.authorities.remove(ca.fingerprint, 'person:1')).rejects.toMatchObject(
      refusal('request.not-found'),
    )
    expect(await actionsOf(ankang)).toEqual(['authority.accepted', 'authority.removed'])
  })

  test('takes no city, nothing spoilt and nothing that has run out', async () => {
    const [ankang] = await two()
    const accept = (pem: string) => ankang.authorities.accept(pem, undefined, 'person:1')
    await expect(accept(ankang.play.certificate)).rejects.toMatchObject(refusal('certificate.profile'))
    await expect(accept('hello')).rejects.toMatchObject(refusal('certificate.malformed'))
    await expect(accept(authority({ signer: otherKey }))).rejects.toMatchObject(refusal('certificate.chain'))
    world.clock.advance(11 * 365 * 86_400_000)
    await expect(accept(ca.pem)).rejects.toMatchObject(refusal('certificate.expired'))
    expect(await ankang.authorities.list()).toEqual([])
  })

  test('is bounded', async () => {
    const [ankang] = await two()
    await accept(ankang, other)
    const fill = async (count: number) => {
      await ankang.db.transaction(async tx => {
        for (let at = 0; at < count; at++)
          await tx.run('INSERT INTO authorities (fingerprint, name, pem, accepted_at) VALUES (?, ?, ?, ?)', [
            String(at),
            'CA',
            ca.pem,
            NOW,
          ])
      })
    }
    await fill(ACCEPTED_AUTHORITIES - 1)
    await expect(accept(ankang, ca)).rejects.toMatchObject(refusal('request.conflict'))
    await ankang.authorities.remove('0', 'person:1')
    await accept(ankang, ca)
    expect(await ankang.authorities.list()).toHaveLength(ACCEPTED_AUTHORITIES)
  })
})

describe('pairing by chain', () => {
  test('an authority that is not accepted is named, on whichever side; the invite stays open', async () => {
    const [ankang, shiyan] = await two()
    const issuer = refusal('certificate.authority', '秦巴通办联盟')
    await expect(paired(ankang, shiyan)).rejects.toMatchObject(issuer)
    expect(ankang.invites.anyOpen()).toBe(true)
    await expect(ankang.partners.accept(await invited(shiyan, '610900'), 'person:1')).rejects.toMatchObject(issuer)
    await accept(ankang, other)
    await expect(paired(ankang, shiyan)).rejects.toMatchObject(issuer)
    expect(await ankang.partners.list()).toEqual([])
  })

  test('an accepted one vouches for the certificate; the other side compares words, or accepts too', async () => {
    const [ankang, shiyan] = await two()
    await accept(ankang, ca)
    await paired(ankang, shiyan)
    const [held] = await ankang.partners.list()
    expect(held).toMatchObject({ status: 'pending', vouched: `authority:${ca.fingerprint}` })
    expect((await shiyan.partners.list())[0]).toMatchObject({ status: 'pending', vouched: null })
    expect(ankang.trust.partners()).toEqual([])
    await ankang.partners.confirm('420300', [], 'person:1')
    expect(ankang.trust.partners()).toEqual(['420300'])
    expect((await ankang.authorities.list())[0]?.partners).toEqual(['420300'])
  })

  test('once it is taken off the list nobody pairs by it; who waits compares words, who was confirmed stays', async () => {
    const [ankang, shiyan] = await two()
    await accept(ankang, ca)
    await paired(ankang, shiyan)
    await ankang.authorities.remove(ca.fingerprint, 'person:1')
    expect((await ankang.partners.list())[0]).toMatchObject({
      vouched: null,
      asked: [expect.anything(), expect.anything()],
    })
    await expect(ankang.partners.confirm('420300', [], 'person:1')).rejects.toMatchObject(refusal('pairing.words'))
    await accept(ankang, ca)
    await paired(ankang, shiyan)
    await ankang.partners.confirm('420300', [], 'person:1')
    expect((await ankang.authorities.remove(ca.fingerprint, 'person:1')).partners).toEqual(['420300'])
    expect((await ankang.partners.list())[0]).toMatchObject({
      status: 'active',
      vouched: `authority:${ca.fingerprint}`,
    })
    expect(ankang.trust.partners()).toEqual(['420300'])
    await expect(paired(ankang, shiyan)).rejects.toMatchObject(refusal('certificate.authority'))
  })

  test('a certificate of another city is refused, whoever issued it', async () => {
    const [ankang, shiyan] = await two()
    await accept(ankang, ca)
    shiyan.side.city = '422801'
    await expect(paired(ankang, shiyan)).rejects.toMatchObject(refusal('certificate.mismatch'))
    expect(await ankang.partners.list()).toEqual([])
  })

  test('an authority that has run out vouches for nobody', async () => {
    const [ankang, shiyan] = await two()
    await accept(ankang, ca)
    const { certificates } = shiyan.side.identity
    world.clock.advance(11 * 365 * 86_400_000)
    certify(shiyan, await playAuthority(world.clock.now(), '秦巴通办联盟'), world.clock.now())
    expect(await ankang.authorities.judge(certificates, '420300')).toMatchObject({
      ok: false,
      problem: { code: 'certificate.expired' },
    })
  })
})
