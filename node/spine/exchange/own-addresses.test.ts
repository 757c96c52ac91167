import { expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import { createOwnAddresses } from './own-addresses.ts'

test('own addresses are looked up once in a while, and at once when there is one more', () => {
  const clock = createHandClock(Date.parse('2026-11-23T00:00:00Z'))
  let addresses = ['/ip4/192.0.2.1/tcp/1']
  let looks = 0
  const own = createOwnAddresses(clock, () => {
    looks++
    return addresses
  })
  expect(own.list()).toEqual(addresses)
  addresses = [...addresses, '/ip4/192.0.2.2/tcp/1']
  clock.advance(EXCHANGE_LIMITS.addressesKept - 1)
  expect(own.list()).toHaveLength(1)
  clock.advance(1)
  expect(own.list()).toHaveLength(2)
  addresses = [...addresses, '/ip4/192.0.2.3/tcp/1/p2p-circuit']
  own.changed()
  expect(own.list()).toHaveLength(3)
  expect(looks).toBe(3)
  // A clock that was set back keeps none of them for ever.
  clock.advance(-EXCHANGE_LIMITS.addressesKept)
  own.list()
  expect(looks).toBe(4)
})
