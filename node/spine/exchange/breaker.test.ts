import { describe, expect, test } from 'vitest'
import { STREAM } from '../../../protocol/names.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { BREAKER_LIMITS, withBreakers } from './breaker.ts'
import type { Transport, Wire } from './wire.ts'

const CITIES: Record<string, string> = {
  'peer of Shiyan': '420300',
  'new peer of Shiyan': '420300',
  'peer of Enshi': '422801',
}

/** A network on which cities are up or down, and that notes what is dialled. */
function network() {
  const dialled: string[] = []
  const down = new Set<string>()
  let tell: (event: { peer: string; open: boolean }) => void = () => {}
  const transport = {
    peer: 'own',
    async open(peer: string, _addresses: readonly string[], protocol: string, options?: { signal?: AbortSignal }) {
      dialled.push(protocol)
      if (options?.signal?.aborted === true || down.has(peer)) throw new ProblemError('exchange.unreachable')
      return {} as Wire
    },
    onConnection(listener: typeof tell) {
      tell = listener
      return () => {}
    },
  } as unknown as Transport
  const clock = createHandClock()
  const guarded = withBreakers(transport, peer => CITIES[peer], clock)
  const open = (protocol: string, peer = 'peer of Shiyan', signal?: AbortSignal) =>
    guarded.open(peer, [], protocol, signal === undefined ? {} : { signal })
  return {
    dialled,
    down,
    clock,
    open,
    breakerOf: guarded.breakerOf,
    connection: (peer: string, isOpen: boolean) => tell({ peer, open: isOpen }),
    async fail(times: number, protocol: string = STREAM.exchange, peer?: string) {
      for (let n = 0; n < times; n++)
        await expect(open(protocol, peer)).rejects.toMatchObject({ problem: { code: 'exchange.unreachable' } })
    },
  }
}

describe('a city that is down', () => {
  test('is dialled by all until so many dials in a row failed, then by the stream of packets alone, whoever failed', async () => {
    const { dialled, down, fail } = network()
    down.add('peer of Shiyan')
    await fail(BREAKER_LIMITS.failures - 2)
    await fail(1, STREAM.materials)
    await fail(1, STREAM.lists)
    expect(dialled).toHaveLength(BREAKER_LIMITS.failures)
    for (const protocol of [STREAM.materials, STREAM.lists, STREAM.directory]) await fail(3, protocol)
    expect(dialled).toHaveLength(BREAKER_LIMITS.failures)
    await fail(1, STREAM.exchange)
    await fail(1, STREAM.pairing)
    expect(dialled).toHaveLength(BREAKER_LIMITS.failures + 2)
  })

  test('is told with since when, why and when it is tried next, until it is reached', async () => {
    const { clock, down, fail, open, breakerOf } = network()
    down.add('peer of Shiyan')
    await fail(BREAKER_LIMITS.failures - 1)
    expect(breakerOf('420300')).toBeNull()
    clock.advance(1000)
    const since = clock.now()
    await fail(1)
    const problem = { code: 'exchange.unreachable' }
    expect(breakerOf('420300')).toEqual({ since, nextTryAt: since + BREAKER_LIMITS.hold, problem })
    clock.advance(1000)
    await fail(1)
    expect(breakerOf('420300')).toEqual({ since, nextTryAt: since + 1000 + BREAKER_LIMITS.hold, problem })
    expect(breakerOf('422801')).toBeNull()
    down.clear()
    await open(STREAM.exchange)
    expect(breakerOf('420300')).toBeNull()
  })

  test('is dialled once more after the hold, by one', async () => {
    const { dialled, down, fail, clock, open } = network()
    down.add('peer of Shiyan')
    await fail(BREAKER_LIMITS.failures)
    dialled.length = 0
    clock.advance(BREAKER_LIMITS.hold - 1)
    await fail(1, STREAM.lists)
    expect(dialled).toEqual([])
    clock.advance(1)
    await fail(2, STREAM.lists)
    expect(dialled).toEqual([STREAM.lists])
    clock.advance(BREAKER_LIMITS.hold)
    down.clear()
    await open(STREAM.lists)
    await open(STREAM.materials)
    expect(dialled).toEqual([STREAM.lists, STREAM.lists, STREAM.materials])
  })

  test('is dialled by all as soon as it connects, under whatever peer, or the stream of packets was opened', async () => {
    const { dialled, down, fail, open, connection } = network()
    down.add('peer of Shiyan')
    await fail(BREAKER_LIMITS.failures)
    connection('new peer of Shiyan', true)
    connection('new peer of Shiyan', false)
    dialled.length = 0
    await fail(1, STREAM.materials)
    expect(dialled).toEqual([STREAM.materials])
    await fail(BREAKER_LIMITS.failures - 1)
    down.clear()
    await open(STREAM.exchange)
    await open(STREAM.directory)
    expect(dialled.at(-1)).toBe(STREAM.directory)
  })

  test('costs other cities nothing', async () => {
    const { down, fail, open } = network()
    down.add('peer of Shiyan')
    await fail(BREAKER_LIMITS.failures)
    await open(STREAM.lists, 'peer of Enshi')
  })
})

test('a stream that is refused on a connection that is there, or given up by who asked, says nothing of the city', async () => {
  const { dialled, down, fail, open, connection } = network()
  down.add('peer of Shiyan')
  for (let n = 0; n < BREAKER_LIMITS.failures; n++)
    await expect(open(STREAM.lists, 'peer of Shiyan', AbortSignal.abort())).rejects.toThrow()
  connection('peer of Shiyan', true)
  await fail(2 * BREAKER_LIMITS.failures, STREAM.directory)
  connection('peer of Shiyan', false)
  dialled.length = 0
  await fail(1, STREAM.materials)
  expect(dialled).toEqual([STREAM.materials])
})

test('a stranger has no breaker', async () => {
  const { dialled, down, fail } = network()
  down.add('nobody')
  await fail(2 * BREAKER_LIMITS.failures, STREAM.lists, 'nobody')
  expect(dialled).toHaveLength(2 * BREAKER_LIMITS.failures)
})
