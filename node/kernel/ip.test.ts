import { expect, test } from 'vitest'
import { sourceOf } from './ip.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2'],
  ['2001:0db8::ffff', '2001:db8:0:0'],
  ['2001:DB8::1', '2001:db8:0:0'],
  ['2001:db8:0:2::1', '2001:db8:0:2'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['unknown', 'unknown'],
])('%s is counted as %s', (address, source) => expect(sourceOf(address)).toBe(source))
