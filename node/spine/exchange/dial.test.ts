import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { dial, within } from './dial.ts'
import type { Wire } from './wire.ts'

const WITHIN = 30_000

/** A network that answers for the peers named; the others never answer until the call is given up. */
function network(answers: Record<string, 'opens' | 'refuses'>) {
  const clock = createHandClock()
  const dialled: string[] = []
  const transport = {
    open: (peer: string, _addresses: readonly string[], _protocol: string, options?: { signal?: AbortSignal }) => {
      dialled.push(peer)
      if (answers[peer] === 'opens') return Promise.resolve({ peer } as Wire)
      if (answers[peer] === 'refuses') return Promise.reject(new ProblemError('exchange.unreachable', 'refused'))
      return new Promise<Wire>((_resolve, reject) => {
        const given = () => reject(new ProblemError('exchange.unreachable', 'given up'))
        if (options?.signal?.aborted === true) given()
        options?.signal?.addEventListener('abort', given)
      })
    },
  }
  const reach = { peers: ['old', 'new'], addresses: [] }
  const open = (signal?: AbortSignal, peers = reach.peers) =>
    dial({ transport, trust: { reach: () => ({ ...reach, peers }) }, clock }, '420300', '/lists', {
      maxFrame: 1024,
      within: WITHIN,
      signal,
    })
  return { clock, dialled, open }
}

/** The problem that it fails with, or null while it has not ended. */
async function outcome(opening: Promise<Wire>): Promise<string | null> {
  const ended = opening.then(
    ({ peer }) => peer,
    (error: ProblemError) => error.problem.detail ?? error.problem.code,
  )
  return Promise.race([ended, new Promise<null>(resolve => setImmediate(() => resolve(null)))])
}

describe('a dial', () => {
  test('opens a stream to the first peer of the city that can be reached', async () => {
    const { dialled, open } = network({ old: 'refuses', new: 'opens' })
    expect(await outcome(open())).toBe('new')
    expect(dialled).toEqual(['old', 'new'])
  })

  test('fails with what the last peer failed with, or because there is none', async () => {
    expect(await outcome(network({ old: 'refuses', new: 'refuses' }).open())).toBe('refused')
    expect(await outcome(network({}).open(undefined, []))).toBe('partner.inactive')
  })

  test('takes so long for all peers together', async () => {
    const { clock, dialled, open } = network({ old: 'refuses' })
    const opening = open()
    opening.catch(() => {})
    expect(await outcome(opening)).toBe(null)
    clock.advance(WITHIN - 1)
    expect(await outcome(opening)).toBe(null)
    clock.advance(1)
    expect(await outcome(opening)).toBe('given up')
    expect(dialled).toEqual(['old', 'new'])
  })

  test('is given up by who asked, and no further peer is tried', async () => {
    const { dialled, open } = network({})
    const given = new AbortController()
    const opening = open(given.signal)
    opening.catch(() => {})
    expect(await outcome(opening)).toBe(null)
    given.abort()
    expect(await outcome(opening)).toBe('given up')
    expect(dialled).toEqual(['old'])
  })
})

test('a step on a stream that takes too long breaks it, and one that ends in time leaves it', async () => {
  const clock = createHandClock()
  const broken: unknown[] = []
  const wire = { abort: (reason: Error) => void broken.push(reason) }
  const patience = { ms: WITHIN, what: 'list' }
  expect(await within(clock, wire, patience, async () => 'read')).toBe('read')
  clock.advance(WITHIN)
  expect(broken).toEqual([])
  void within(clock, wire, patience, () => new Promise(() => {}))
  clock.advance(WITHIN - 1)
  expect(broken).toEqual([])
  clock.advance(1)
  expect(broken).toMatchObject([{ problem: { code: 'exchange.timeout', detail: 'list' } }])
})
