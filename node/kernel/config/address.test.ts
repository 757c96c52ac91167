import { describe, expect, test } from 'vitest'
import { canBeDialled, isAddress, readRange } from './address.ts'

describe('addresses', () => {
  test.each([
    ['/ip4/0.0.0.0/tcp/8421', true, false],
    ['/ip4/127.0.0.1/tcp/0', true, false],
    ['/ip6/::/tcp/8421', true, false],
    ['/ip4/192.0.2.10/tcp/8421', true, true],
    ['/ip6/2001:db8::1/tcp/65535', true, true],
    ['/dns4/tongban.example/tcp/8421', true, true],
    ['/dns6/tongban.example/tcp/8421', true, true],
    ['/dns/localhost/tcp/1', true, true],
    ['/dns4/tongban.example/tcp/8421/p2p/12D3KooWAbc', true, true],
    ['/ip4/192.0.2.10/tcp/65536', false, false],
    ['/ip4/256.0.0.1/tcp/1', false, false],
    ['/ip4/::1/tcp/1', false, false],
    ['/ip6/127.0.0.1/tcp/1', false, false],
    ['/ip4/192.0.2.10/udp/8421/quic-v1', false, false],
    ['/ip4/192.0.2.10/tcp', false, false],
    ['/ip4/192.0.2.10/tcp/8421/', false, false],
    ['/dns4//tcp/8421', false, false],
    ['ip4/192.0.2.10/tcp/8421', false, false],
    ['192.0.2.10:8421', false, false],
    ['', false, false],
  ])('%s', (address, holds, dialled) => {
    expect([isAddress(address), canBeDialled(address)]).toEqual([holds, dialled])
  })
})

describe('a range of addresses', () => {
  test.each(['10.0.0.0/33', '::1/129', 'proxy.example', '10.0.0', '', '1.2.3.4/x'])('%j is no range', text => {
    expect(readRange(text)).toBeNull()
  })
  test.each(['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/128', '0.0.0.0/0'])('%j is one', text => {
    expect(readRange(text)).not.toBeNull()
  })
})
