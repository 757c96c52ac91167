import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { packetMatcher, startFaultProxy } from './fault-proxy.ts'

let stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
})

/** A system that counts what reaches it, and answers with the count; below `/switches` it says something when it is told to. */
async function begin({ switches = false, uploads = true } = {}) {
  const seen: string[] = []
  const text = async (request: IncomingMessage) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString()
  }
  const server = createServer((request, response) => {
    void text(request).then(body => {
      seen.push(`${request.method} ${request.url} ${body}`)
      response.setHeader('content-type', 'application/json')
      if (request.url === '/switches') response.end('["effects","say","rm"]')
      else if (request.url === '/switches/effects') response.end('3')
      else if (request.url?.startsWith('/switches/') === true) response.end()
      else response.end(JSON.stringify({ ok: true, seen: seen.length }))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const proxy = await startFaultProxy({
    target: `${target}/api`,
    switches: switches ? `${target}/switches` : null,
    packets: ['POST /cases', 'POST /cases/*/remind'],
    uploads,
  })
  stops.push(async () => {
    await proxy.stop()
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  })
  const post = (path: string, signal?: AbortSignal) =>
    fetch(proxy.url + path, { method: 'POST', body: '{"a":1}', ...(signal === undefined ? {} : { signal }) }).then(
      async response => [response.status, await response.text()] as const,
      () => 'broken' as const,
    )
  return { proxy, system: proxy.system as Required<typeof proxy.system>, seen, post }
}

test('what comes goes through as it is', async () => {
  const { seen, post } = await begin()
  expect(await post('/cases?x=1')).toEqual([200, '{"ok":true,"seen":1}'])
  expect(seen).toEqual(['POST /api/cases?x=1 {"a":1}'])
})

test('the answer to a packet is lost or spoilt once, after its effect; others are left alone', async () => {
  const { seen, system, post } = await begin()
  await system.dropNextAnswer()
  expect(await post('/token')).toEqual([200, '{"ok":true,"seen":1}'])
  expect(await post('/cases')).toBe('broken')
  expect(await post('/cases')).toEqual([200, '{"ok":true,"seen":3}'])
  const spoilt: unknown[] = []
  for (const how of ['page', 'empty', 'cut'] as const) {
    await system.spoilNextAnswer(how)
    spoilt.push(await post('/cases/N-1/remind'))
  }
  expect(spoilt).toEqual([
    [200, '<html>登录</html>'],
    [200, ''],
    [200, '{"ok":tr'],
  ])
  expect(await post('/cases')).toEqual([200, '{"ok":true,"seen":7}'])
  expect(seen).toHaveLength(7)
})

test('in an outage nothing reaches the system, and a held packet only once it is let go', async () => {
  const { proxy, seen, system, post } = await begin()
  await system.outage(true)
  expect(await post('/cases')).toEqual([502, ''])
  await system.outage(false)
  const given = await system.holdNext()
  const controller = new AbortController()
  const first = post('/cases', controller.signal)
  await given.reached
  controller.abort()
  expect(await first).toBe('broken')
  const held = await system.holdNext()
  const second = post('/cases')
  await held.reached
  expect(seen).toEqual([])
  await held.release()
  expect(await second).toEqual([200, '{"ok":true,"seen":1}'])
  await system.hang(true)
  const hanging = new AbortController()
  const third = post('/cases', hanging.signal)
  await new Promise(resolve => setImmediate(resolve))
  hanging.abort()
  expect(await third).toBe('broken')
  proxy.reset()
  expect(await post('/cases')).toEqual([200, '{"ok":true,"seen":2}'])
})

test('switches of the system are those that it says it has, and no others', async () => {
  const { seen, system } = await begin({ switches: true })
  expect(Object.keys(system).sort()).toEqual([
    'dropNextAnswer',
    'effects',
    'hang',
    'holdNext',
    'holds',
    'outage',
    'say',
    'spoilNextAnswer',
    'uploadBegun',
  ])
  expect(await system.effects('k')).toBe(3)
  await system.say('N-1', '请等候')
  expect(seen.slice(1)).toEqual(['POST /switches/effects ["k"]', 'POST /switches/say ["N-1","请等候"]'])
})

test('materials that are not sent as they are cannot be seen', async () => {
  const { system } = await begin({ uploads: false })
  expect([system.uploadBegun, system.holds]).toEqual([undefined, undefined])
})

test('packets are told by method and path', () => {
  const isPacket = packetMatcher(['POST /cases', 'PUT /cases/*/v1.0'])
  expect(isPacket('POST', '/cases')).toBe(true)
  expect(isPacket('POST', '/cases?a=b')).toBe(true)
  expect(isPacket('PUT', '/cases/N-1/v1.0')).toBe(true)
  expect(isPacket('PUT', '/cases/N/1/v1.0')).toBe(false)
  expect(isPacket('PUT', '/cases/N-1/v1x0')).toBe(false)
  expect(isPacket('GET', '/cases')).toBe(false)
  expect(isPacket('POST', '/cases/more')).toBe(false)
})
