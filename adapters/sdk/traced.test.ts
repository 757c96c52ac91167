import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Exchange } from './port.ts'
import { sendTraced, TRACE_TEXT } from './traced.ts'

let stop = async () => {}
afterEach(() => stop())

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stop = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    stop = async () => {}
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const limits = { timeoutMs: 600_000, maxResponseBytes: 1024 * 1024 }
const SECRET = 'p"w/1'

/** What is traced of one request with this body. */
async function traced(url: string, body: string): Promise<Exchange> {
  const found: Exchange[] = []
  let time = 5
  await sendTraced(
    { method: 'POST', url, headers: { authorization: `Bearer ${SECRET}` }, body },
    limits,
    { signal: new AbortController().signal, now: () => (time += 10), trace: exchange => found.push(exchange) },
    new Set([SECRET, '']),
  )
  const [exchange] = found
  if (exchange === undefined || found.length !== 1) throw new Error('one exchange')
  return exchange
}

test('what was sent and answered is told with its time, and no secret in it, however it is written', async () => {
  const url = await serve((request, response) => {
    request.resume()
    response.statusCode = 422
    response.end(JSON.stringify({ error: '缺少字段', token: SECRET }))
  })
  const address = `${url}cases?key=${encodeURIComponent(SECRET)}`
  expect(await traced(address, JSON.stringify({ name: '钱雀鸣', password: SECRET }))).toEqual({
    at: 15,
    ms: 10,
    status: 422,
    why: null,
    request: {
      method: 'POST',
      url: `${url}cases?key=***`,
      headers: ['authorization'],
      body: '{"name":"钱雀鸣","password":"***"}',
    },
    answer: '{"error":"缺少字段","token":"***"}',
  })
})

test('an answer that is no JSON is told as it is, and one that did not come by its reason', async () => {
  const url = await serve((request, response) => {
    request.resume()
    response.end('<html>登录</html>')
  })
  expect(await traced(url, '{}')).toMatchObject({ status: 200, answer: '<html>登录</html>', why: 'page' })
  await stop()
  expect(await traced(url, '{}')).toMatchObject({ status: null, answer: null, why: 'no connection, or it broke' })
})

test.each([0, 1])('a text is told to its limit, %i beyond it is cut off', async beyond => {
  const text = 'x'.repeat(TRACE_TEXT.characters + beyond)
  const url = await serve((request, response) => {
    request.resume()
    response.end(text)
  })
  const { request, answer } = await traced(url, text)
  expect([request.body?.length, answer?.length]).toEqual([TRACE_TEXT.characters, TRACE_TEXT.characters])
})
