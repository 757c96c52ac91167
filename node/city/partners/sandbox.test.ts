/** A node at work has no dealings with a sandbox city, whoever asks for them; a node for trials names the one that it has. */
import { describe, expect, test } from 'vitest'
import { activated, createPairingWorld, invited, paired, tracesOf } from '../../../test/support/paired.ts'
import { parseConfig } from '../../kernel/config/config.ts'
import { isBarred } from './admission.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const refused = { problem: { code: 'partner.sandbox', detail: '420300 is not in sandbox.partners' } }

async function two() {
  const world = createPairingWorld(NOW)
  return { world, own: await world.ankang(), other: await world.shiyan() }
}

describe('which cities the settings keep a node from', () => {
  const city = { code: '610900', name: '安康市', authority: '安康市行政审批服务局' }
  const config = (partners?: readonly string[]) =>
    parseConfig({ city, ...(partners === undefined ? {} : { sandbox: { partners } }) }, '/')

  test('every sandbox city that they do not name, and no other city', () => {
    expect(isBarred(config(), '990001')).toBe(true)
    expect(isBarred(config(['990001']), '990001')).toBe(false)
    expect(isBarred(config(['990001']), '990002')).toBe(true)
    expect(isBarred(config(), '420300')).toBe(false)
  })

  test('they name sandbox cities alone, sixteen at most', () => {
    const many = Array.from({ length: 17 }, (_, n) => String(990001 + n))
    expect(config(many.slice(1)).sandbox.partners).toHaveLength(16)
    for (const wrong of [['420300'], many])
      expect(() => config(wrong)).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'config.invalid' }) }),
      )
  })
})

describe('a city from which they keep this one', () => {
  test('is not invited, and its invite is not used up', async () => {
    const { own, other } = await two()
    own.barred.add('420300')
    await expect(own.partners.invite('420300', 1, 'person:1')).rejects.toMatchObject(refused)
    const invite = await invited(other, '610900')
    await expect(own.partners.accept(invite, 'person:1')).rejects.toMatchObject(refused)
    await expect(own.partners.join('420300', 'person:1')).rejects.toMatchObject(refused)
    expect((await other.partners.invites()).map(({ state }) => state)).toEqual(['open'])
    expect(await tracesOf(own, '420300')).toBe(0)
  })

  test('is refused when it comes by itself, and told why', async () => {
    const { own, other } = await two()
    const invite = await invited(own)
    own.barred.add('420300')
    await expect(other.partners.accept(invite, 'person:2')).rejects.toMatchObject(refused)
    expect(await tracesOf(own, '420300')).toBe(0)
  })

  test('counts as suspended once they do, and cannot be resumed', async () => {
    const { own, other } = await two()
    await activated(own, other)
    expect(own.trust.cityOf(other.peer)).toBe('420300')
    own.barred.add('420300')
    await own.trust.reload('420300')
    expect(own.trust.cityOf(other.peer)).toBeUndefined()
    expect(own.trust.problemOf('420300')).toMatchObject({ code: 'partner.inactive' })
    expect(await own.partners.get('420300')).toMatchObject({ status: 'suspended' })
    await expect(own.partners.resume('420300', 'person:1')).rejects.toMatchObject(refused)
    await expect(paired(other, own)).rejects.toMatchObject(refused)
  })
})
