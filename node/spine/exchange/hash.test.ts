import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { NO_PACKETS } from '../../../protocol/exchange/frames.ts'
import * as watermark from '../../../protocol/exchange/watermark.ts'
import { advance } from './hash.ts'

test('the running hash is that of the protocol', async () => {
  let own = NO_PACKETS
  let specified = NO_PACKETS
  for (let n = 1; n <= 3; n++) {
    const id = randomBytes(32).toString('hex')
    own = advance(own, id)
    specified = await watermark.advance(specified, id)
    expect(own).toEqual(specified)
  }
})
