import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import * as z from 'zod'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { RouteModule } from './route.ts'
import { type HttpServer, startServer } from './server.ts'

const slow = (entered: () => void, gate: Promise<void>): RouteModule => ({
  tag: 'slow',
  description: 'Only for tests',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/slow',
      id: 'slow',
      summary: 'Waits',
      action: 'case.take-in',
      answer: z.strictObject({ done: z.boolean() }),
      async handle() {
        entered()
        await gate
        return { done: true }
      },
    })
  },
})

let server: HttpServer | undefined
afterEach(() => server?.stop())

async function serve(
  routes: readonly RouteModule[] = [],
  drainSeconds = 10,
): Promise<{ api: TestApi; server: HttpServer }> {
  const api = await createTestApi({ store: await openTestStore(), routes: () => routes })
  server = startServer({
    app: api.app,
    host: '127.0.0.1',
    port: 0,
    setting: 'http.port',
    maxBytes: 1_000_000,
    clock: systemClock,
    limits: { drainSeconds },
  })
  return { api, server }
}

test('serves, knows the peer address, and refuses what is far too large', async () => {
  const { api, server } = await serve()
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${server.url}/metrics`)).status).toBe(200)
  const big = await fetch(`${server.url}/api/v1/people`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.as('administrator').token}`, 'content-type': 'application/json' },
    body: 'x'.repeat(2_000_000),
  })
  expect(big.status).toBe(413)
})

test('stop lets running requests end, ends event streams and takes no more', async () => {
  let release = () => {}
  let started = () => {}
  const entered = new Promise<void>(resolve => {
    started = resolve
  })
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  const { api, server } = await serve([slow(() => started(), gate)])
  const headers = { authorization: `Bearer ${api.as('clerk').token}` }
  const events = await fetch(`${server.url}/api/v1/events`, { headers })
  const reader = events.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain(': connected')
  const running = fetch(`${server.url}/api/v1/slow`, { headers })
  await entered
  const stopping = server.stop()
  expect((await reader?.read())?.done).toBe(true)
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
  release()
  expect(await (await running).json()).toEqual({ done: true })
  await stopping
})

test('stop does not wait for ever', async () => {
  let started = () => {}
  const entered = new Promise<void>(resolve => {
    started = resolve
  })
  const { api, server } = await serve([slow(() => started(), new Promise(() => undefined))], 0.05)
  const running = fetch(`${server.url}/api/v1/slow`, { headers: { authorization: `Bearer ${api.as('clerk').token}` } })
  const failed = running.then(
    () => false,
    () => true,
  )
  await entered
  await server.stop()
  expect(await failed).toBe(true)
})

test('a watcher that stops reading does not make the node read the whole log', async () => {
  const { api, server } = await serve()
  const pages: number[] = []
  const after = api.events.after
  api.events.after = (no, limit) => {
    pages.push(no)
    return after(no, limit)
  }
  await api.database.transaction(async tx => {
    for (let i = 0; i < 50_000; i++) await api.events.append(tx, { type: 'case.changed', subject: 'a'.repeat(200) })
  })
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: server.port,
    socket: { data() {}, open: own => void own.pause() },
  })
  socket.write(
    `GET /api/v1/events?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.as('clerk').token}\r\n\r\n`,
  )
  const counts = [-1]
  await expect
    .poll(() => counts.push(pages.length) > 2 && counts.at(-1) !== 0 && counts.at(-1) === counts.at(-2), {
      interval: 200,
    })
    .toBe(true)
  // What was read lies in the buffers of the socket; the rest of the 500 pages was never read.
  expect(pages.length).toBeLessThan(450)
  socket.terminate()
})

test('an upload that its sender breaks off is no fault of the node', async () => {
  let begun = () => {}
  const reading = new Promise<void>(resolve => {
    begun = resolve
  })
  const routes: RouteModule = {
    tag: 'Trials',
    description: 'Trials',
    register(api) {
      api.upload({
        method: 'post',
        path: '/api/v1/piece',
        id: 'takePiece',
        summary: 'Reads what comes',
        action: 'reference.read',
        takes: { types: ['application/pdf'], bytes: 1000 },
        answer: z.strictObject({}),
        async handle({ stream }) {
          for await (const _ of stream) begun()
          return {}
        },
      })
    },
  }
  const { api, server } = await serve([routes])
  const socket = connect(server.port, '127.0.0.1')
  const token = api.as('administrator').token
  socket.write(
    `POST /api/v1/piece HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/pdf\r\nContent-Length: 500\r\n\r\n%PDF`,
  )
  await reading
  socket.destroy()
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text()
  await expect.poll(metrics).toContain('route="/api/v1/piece"')
  expect(await metrics()).toMatch(/route="\/api\/v1\/piece"[^\n]*status="400"/)
})

/** The first line of the answer to a request as it stands on the wire. */
async function ask(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text.split('\r\n')[0] ?? ''
}

test('who calls this machine by no name, or by one that is none, is answered like anybody', async () => {
  const { api, server } = await serve()
  const token = `Authorization: Bearer ${api.as('administrator').token}\r\nConnection: close\r\n`
  for (const [request, status] of [
    ['GET /healthz HTTP/1.0\r\n\r\n', 200],
    ['HEAD /healthz HTTP/1.0\r\n\r\n', 200],
    ['GET /readyz HTTP/1.0\r\n\r\n', 200],
    ['GET /healthz?a=b HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n', 200],
    ['GET /healthz HTTP/1.1\r\nHost: x:99999\r\nConnection: close\r\n\r\n', 200],
    ['GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 200],
    ['GET /nothing HTTP/1.0\r\n\r\n', 404],
    ['GET //healthz/nothing HTTP/1.0\r\n\r\n', 404],
    [`GET /api/v1/people HTTP/1.0\r\n${token}\r\n`, 200],
    [
      `POST /api/v1/people HTTP/1.1\r\nHost: x:99999\r\n${token}Content-Type: application/json\r\nIdempotency-Key: a\r\nContent-Length: 2\r\n\r\n{}`,
      400,
    ],
  ] as const)
    expect([request, await ask(server.port, request)]).toEqual([request, expect.stringContaining(` ${status} `)])
})

test('the address of the client is that of its connection, or what a proxy of this machine or of the settings says', async () => {
  const asked: string[] = []
  const app = {
    async fetch(request: Request, address: string) {
      asked.push(`${new URL(request.url).pathname} ${address}`)
      return new Response('')
    },
    drain() {},
  }
  const place = { host: '127.0.0.1', port: 0, setting: 'http.port', maxBytes: 1000, clock: systemClock }
  server = startServer({ app, ...place, proxies: ['10.0.0.0/8'] })
  await ask(server.port, 'GET /a HTTP/1.0\r\n\r\n')
  await ask(server.port, 'GET /b HTTP/1.0\r\nX-Forwarded-For: 192.0.2.1, 198.51.100.7, 10.1.2.3\r\n\r\n')
  expect(asked).toEqual(['/a 127.0.0.1', '/b 198.51.100.7'])
})

test.each(['another program', 'another node'])(
  'a port that %s has is a fault of the configuration, and says which setting to change',
  async who => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = who === 'another node' ? (await serve()).server : (other.address() as AddressInfo)
    const api = await createTestApi({ store: await openTestStore() })
    const start = (host = '127.0.0.1') =>
      startServer({
        app: api.app,
        host,
        port,
        setting: 'http.port',
        maxBytes: 1_000_000,
        clock: systemClock,
      })
    try {
      expect(() => start()).toThrow(
        `config.invalid: http.port ${port} at 127.0.0.1: something listens there already: end it, or set another port`,
      )
      expect(() => start('0.0.0.0')).toThrow('something listens there already')
    } finally {
      other.close()
    }
  },
)
