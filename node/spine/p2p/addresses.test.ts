import { describe, expect, test } from 'vitest'
import { type DialRange, inRange, rangeOf } from './addresses.ts'

const RANGES: DialRange[] = ['public', 'private', 'loopback']

describe('addresses', () => {
  test.each([
    ['8.8.8.8', 'public private loopback'],
    ['2400:3200::1', 'public private loopback'],
    ['10.0.0.1', 'private loopback'],
    ['172.31.255.255', 'private loopback'],
    ['172.32.0.1', 'public private loopback'],
    ['192.168.1.1', 'private loopback'],
    ['100.64.0.1', 'private loopback'],
    ['fd00::1', 'private loopback'],
    ['::ffff:10.0.0.1', 'private loopback'],
    ['::ffff:a00:1', 'private loopback'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['2002:7f00:1::1', 'loopback'],
    ['2002:a00:1::1', 'private loopback'],
    ['2002:a9fe:1::1', ''],
    ['2002:808:808::1', 'public private loopback'],
    ['::ffff:0:7f00:1', 'loopback'],
    ['fec0::1', 'private loopback'],
    ['64:ff9b:1::a00:1', 'private loopback'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', ''],
    ['2001:1::1', 'public private loopback'],
    ['100::1', ''],
    ['0.0.0.0', ''],
    ['::', ''],
    ['169.254.169.254', ''],
    ['::ffff:169.254.169.254', ''],
    ['fe80::1', ''],
    ['fe80::1%eth0', ''],
    ['224.0.0.1', ''],
    ['255.255.255.255', ''],
    ['ff02::1', ''],
    ['localhost', ''],
    ['', ''],
  ])('%s may be dialled within: %s', (address, ranges) => {
    expect(RANGES.filter(range => inRange(address, range)).join(' ')).toBe(ranges)
  })

  test.each([
    [['/ip4/127.0.0.1/tcp/0'], 'loopback'],
    [['/ip6/::1/tcp/8421', '/ip4/127.0.0.2/tcp/8421'], 'loopback'],
    [['/ip4/0.0.0.0/tcp/8421'], 'private'],
    [['/ip4/127.0.0.1/tcp/8421', '/ip4/10.0.0.1/tcp/8421'], 'private'],
    [['/dns4/tongban.example/tcp/8421'], 'private'],
  ] as const)('a node at %j dials within %s', (listen, range) => {
    expect(rangeOf(listen)).toBe(range)
  })
})
