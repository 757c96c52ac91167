import { afterEach, describe, expect, test } from 'vitest'
import { startHost } from '../../../test/support/p2p-hosts.ts'
import { echo, outcome } from '../../../test/support/transport-contract.ts'

const MIB = 1024 * 1024
const LIMIT = 4 * MIB
const stops: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

async function opener() {
  const [a, b] = await Promise.all([startHost(), startHost()])
  stops.push(
    () => a.stop(),
    () => b.stop(),
  )
  await b.handle('/echo/1', echo, { maxFrame: LIMIT, maxStreamsPerCity: 8 })
  return () => a.open(b.peer, b.addresses(), '/echo/1', { maxFrame: LIMIT })
}

describe('throughput', () => {
  test('20,000 frames go and come back on one stream, in order and unchanged', async () => {
    const wire = await (await opener())()
    const count = 20_000
    const sending = (async () => {
      for (let i = 0; i < count; i += 1) {
        const frame = new Uint8Array(100 + (i % 200))
        new DataView(frame.buffer).setUint32(0, i)
        await wire.send(frame)
      }
      await wire.close()
    })()
    let next = 0
    for await (const frame of wire.frames()) {
      wire.meter.useful(frame.byteLength)
      if (new DataView(frame.buffer).getUint32(0) !== next || frame.byteLength !== 100 + (next % 200)) break
      next += 1
    }
    expect(next).toBe(count)
    await sending
  })

  test.each([
    [LIMIT, 'fulfilled'],
    [LIMIT + 1, 'exchange.unreachable'],
  ])('a frame of %i bytes: %s', async (size, result) => {
    const wire = await (await opener())()
    const frame = new Uint8Array(size).map((_, i) => i % 251)
    const echoed = (async () => {
      for await (const back of wire.frames()) return Buffer.from(back).equals(frame)
      return false
    })()
    wire.send(frame).catch(() => {})
    expect(await outcome(echoed)).toBe(result)
    if (result === 'fulfilled') expect(await echoed).toBe(true)
    wire.abort(new Error('done'))
  })

  test('a consumer slower than its sender gets everything, and little waits', async () => {
    const [a, b] = await Promise.all([startHost(), startHost()])
    stops.push(
      () => a.stop(),
      () => b.stop(),
    )
    const count = 3000
    let sent = 0
    let taken = 0
    let most = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    await b.handle(
      '/slow/1',
      async wire => {
        for await (const frame of wire.frames()) {
          wire.meter.useful(frame.byteLength)
          if (new DataView(frame.buffer).getUint32(0) !== taken) break
          taken += 1
          most = Math.max(most, sent - taken)
          if (taken % 4 === 0) await new Promise(resolve => setTimeout(resolve, 1))
        }
        resolve()
      },
      { maxFrame: 10 * 1024, maxStreamsPerCity: 1 },
    )
    const wire = await a.open(b.peer, b.addresses(), '/slow/1')
    for (; sent < count; sent += 1) {
      const frame = new Uint8Array(10 * 1024)
      new DataView(frame.buffer).setUint32(0, sent)
      await wire.send(frame)
    }
    await wire.close()
    await promise
    expect(taken).toBe(count)
    expect(most * 10 * 1024).toBeLessThan(3 * MIB)
  })

  test('200 MiB through 4 streams at once leave memory as it was', async () => {
    const open = await opener()
    const transfer = async (): Promise<number> => {
      const wire = await open()
      const sending = (async () => {
        for (let i = 0; i < 50; i += 1) await wire.send(new Uint8Array(MIB).fill(i))
        await wire.close()
      })()
      let bytes = 0
      let last = -1
      for await (const frame of wire.frames()) {
        last += 1
        if (frame[0] !== last || frame[MIB - 1] !== last) break
        bytes += frame.byteLength
        wire.meter.useful(frame.byteLength)
      }
      await sending
      return bytes
    }
    Bun.gc(true)
    const before = process.memoryUsage().rss
    expect(await Promise.all([transfer(), transfer(), transfer(), transfer()])).toEqual(Array(4).fill(50 * MIB))
    Bun.gc(true)
    expect((process.memoryUsage().rss - before) / MIB).toBeLessThan(64)
  })
})
