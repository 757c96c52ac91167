/** Events of a node, told to a program on this machine as a webhook tells them. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signaturesOf } from '../../city/notify/webhooks/message.ts'
import { type Client, createClient } from '../client/client.ts'
import { eventOf, type Forwarded, listen, localAddress } from './listen.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const NOW = Date.UTC(2026, 10, 2)
const OPENING = 'retry: 3000\n: connected\n\n'
const event = (no: number, type = 'case.changed') =>
  `id: ${no}\nevent: ${type}\ndata: ${JSON.stringify({ no, at: '2026-11-02T00:00:00.000Z', type, subject: `s${no}`, kind: 'x' })}\n\n`
const reset = (last: number) => `id: ${last}\nevent: reset\ndata: {}\n\n`

let heard: { headers: IncomingHttpHeaders; body: string }[]
/** what the program answers, the last one ever after */
let answers: number[]
let url: string
let stop: () => Promise<void>

beforeEach(async () => {
  heard = []
  answers = [204]
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => (body += String(chunk)))
    request.on('end', () => {
      heard.push({ headers: request.headers, body })
      response.writeHead((answers.length > 1 ? answers.shift() : answers[0]) ?? 204).end()
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  stop = () => new Promise(done => server.close(() => done()))
})
afterEach(() => stop())

/** A node that says `streams`, one for each connection, in pieces; the last one ends what listens. */
function nodeOf(streams: readonly (readonly string[] | 'gone')[]) {
  const asked: (string | null)[] = []
  const ended = new AbortController()
  const client: Client = createClient({
    url: 'http://node.test',
    token: 'tb_x',
    async fetch({ searchParams }) {
      asked.push(searchParams.get('after'))
      const pieces = streams[asked.length - 1]
      if (asked.length >= streams.length) ended.abort()
      if (pieces === undefined || pieces === 'gone') throw new Error('no connection')
      return new Response(
        new ReadableStream<Uint8Array>({
          start(controller) {
            for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
            controller.close()
          },
        }),
      )
    },
  })
  return { client, asked, signal: ended.signal }
}

async function play(
  streams: readonly (readonly string[] | 'gone')[],
  { types = [] as string[], after = null as number | null, tries = 5 } = {},
) {
  const { client, asked, signal } = nodeOf(streams)
  const forwarded: Forwarded[] = []
  const said: string[] = []
  const pauses: number[] = []
  await listen({
    client,
    url,
    secret: SECRET,
    types,
    after,
    tries,
    signal,
    now: () => NOW,
    pause: async ms => void pauses.push(ms),
    told: {
      forwarded: one => forwarded.push(one),
      connected: last => said.push(`connected ${last}`),
      lost: why => said.push(`lost ${why}`),
      gone: () => said.push('gone'),
    },
  })
  return { asked, forwarded, said, pauses }
}

describe('tongban listen', () => {
  test('begins with what happens from now on, and signs each event as a webhook does', async () => {
    const { asked, forwarded, said } = await play([[OPENING, reset(41), event(42)]])
    expect(asked).toEqual(['999999999999999'])
    expect(said).toEqual(['connected 41'])
    expect(forwarded).toMatchObject([{ no: 42, type: 'case.changed', tries: 1, status: 204, why: null }])
    const [{ headers, body } = { headers: {}, body: '' }] = heard
    expect(JSON.parse(body)).toEqual({
      type: 'case.changed',
      timestamp: '2026-11-02T00:00:00.000Z',
      data: { no: 42, subject: 's42' },
    })
    expect(headers).toMatchObject({
      'webhook-id': 'evt_42',
      'webhook-signature': signaturesOf([SECRET], 'evt_42', NOW / 1000, body),
    })
  })

  test('goes on after the last event when the stream ends or the node is away, and cuts of the stream hide none', async () => {
    const whole = event(2)
    const { asked, forwarded, said, pauses } = await play(
      [
        [OPENING + event(1) + whole.slice(0, 9), whole.slice(9), ': still here\nid: 7\n\n'],
        'gone',
        [OPENING, event(9)],
      ],
      { after: 0 },
    )
    expect(asked).toEqual(['0', '7', '7'])
    expect(forwarded.map(({ no }) => no)).toEqual([1, 2, 9])
    expect(said).toContain('lost node.unreachable http://node.test')
    expect(pauses).toEqual([500, 1000])
  })

  test('tries an event again under the same id, then passes it over and says so', async () => {
    answers = [500, 503, 204, 400]
    const { forwarded, pauses } = await play([[OPENING, event(1), event(2)]], { after: 0, tries: 3 })
    expect(forwarded).toMatchObject([
      { no: 1, tries: 3, status: 204, why: null },
      { no: 2, tries: 3, status: 400, why: 'status 400' },
    ])
    expect(heard.map(({ headers }) => headers['webhook-id'])).toEqual([
      'evt_1',
      'evt_1',
      'evt_1',
      'evt_2',
      'evt_2',
      'evt_2',
    ])
    expect(pauses).toEqual([500, 1000, 500, 1000])
  })

  test('forwards the wanted types alone, none that webhooks may not have, and says when older ones are gone', async () => {
    const { forwarded, said } = await play(
      [[OPENING, reset(50), event(51, 'case.due'), event(52), event(53, 'account.changed')]],
      { types: ['case.due'], after: 3 },
    )
    expect(forwarded.map(({ no }) => no)).toEqual([51])
    expect(said).toContain('gone')
    const all = await play([[OPENING, event(53, 'account.changed'), event(54)]], { after: 50 })
    expect(all.forwarded.map(({ no }) => no)).toEqual([54])
  })

  test.each(['http://10.0.0.1/', 'https://example.cn/', 'ftp://127.0.0.1/', 'http://127.0.0.1.example.cn/', 'x'])(
    'forwards to no other machine: %s',
    given => {
      expect(() => localAddress(given)).toThrow('request.invalid')
    },
  )

  test.each(['http://127.0.0.1:3000/', 'http://localhost/hook', 'http://[::1]:3000/'])('forwards to %s', given => {
    expect(localAddress(given)).toBe(given)
  })
})

describe('the event of a number', () => {
  test('is found by it', async () => {
    const { client, asked } = nodeOf([[OPENING, event(42)]])
    expect(await eventOf(client, 42)).toMatchObject({ no: 42, subject: 's42', at: NOW })
    expect(asked).toEqual(['41'])
  })

  test.each([
    ['kept no more', [OPENING, reset(90)]],
    ['not told to the account', [OPENING, event(43)]],
    ['not there yet', [OPENING, ': still here\n\n']],
  ])('that is %s is told as such', async (_, stream) => {
    await expect(eventOf(nodeOf([stream]).client, 42)).rejects.toMatchObject({ problem: { code: 'request.not-found' } })
  })
})
