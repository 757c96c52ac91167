import { describe, expect, test } from 'vitest'
import { createClientFinder, PROXY_LIMITS } from './client-address.ts'

const OUTER = '203.0.113.9'
const CLIENT = '198.51.100.7'

describe('who asks', () => {
  test.each([
    ['nobody between', '198.51.100.1', null, [], '198.51.100.1'],
    ['a stranger who says that it speaks for another', '198.51.100.1', CLIENT, [], '198.51.100.1'],
    ['a proxy of this machine', '127.0.0.1', CLIENT, [], CLIENT],
    ['a proxy of this machine, over IPv6', '::1', '2001:db8::7', [], '2001:db8::7'],
    ['a mapped address', '::ffff:127.0.0.1', `::ffff:${CLIENT}`, [], CLIENT],
    ['what the client itself wrote before its proxy', '127.0.0.1', `10.0.0.1, ${CLIENT}`, [], CLIENT],
    ['the proxy in front of a container', '172.17.0.1', CLIENT, ['172.16.0.0/12'], CLIENT],
    ['the same without being told of it', '172.17.0.1', CLIENT, [], '172.17.0.1'],
    ['two proxies in a row', '127.0.0.1', `${CLIENT}, ${OUTER}`, [OUTER], CLIENT],
    ['two of which one is unknown', '127.0.0.1', `${CLIENT}, ${OUTER}`, [], OUTER],
    ['a range of IPv6', '2001:db8:1::5', CLIENT, ['2001:db8::/32'], CLIENT],
    ['an address with its port', '127.0.0.1', `${CLIENT}:4431`, [], CLIENT],
    ['an address in brackets', '127.0.0.1', '[2001:db8::7]:4431', [], '2001:db8::7'],
    ['what is no address', '127.0.0.1', 'unknown', [], '127.0.0.1'],
    ['an empty header', '127.0.0.1', '', [], '127.0.0.1'],
  ])('%s', (_, peer, header, proxies, client) => {
    expect(createClientFinder(proxies)(peer, header)).toBe(client)
  })

  test('proxies in a row are believed so many and no more', () => {
    const of = (hops: number) =>
      createClientFinder(['10.0.0.0/8'])(
        '127.0.0.1',
        [CLIENT, ...Array.from({ length: hops - 1 }, (_, i) => `10.0.0.${i}`)].join(', '),
      )
    expect(of(PROXY_LIMITS.hops)).toBe(CLIENT)
    expect(of(PROXY_LIMITS.hops + 1)).toBe('10.0.0.0')
  })
})
