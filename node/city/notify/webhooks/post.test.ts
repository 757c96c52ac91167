import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { POST_TIMEOUT, post } from './post.ts'

const sockets = new Set<Socket>()
let stop = async () => {}
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(async () => {
  vi.useRealTimers()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await stop()
})

/** A server that says `head` when the first bytes of a request came; resolves `asked` then. */
async function serve(head: string) {
  const asked = Promise.withResolvers<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(head)
      asked.resolve(socket)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stop = () => new Promise(resolve => server.close(() => resolve()))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: asked.promise }
}

const options = { headers: {}, body: '{}', allowInside: true }

describe('a message', () => {
  test.each([
    ['says nothing', ''],
    ['never ends its head', 'HTTP/1.1 200 OK\r\nx-more: '],
  ])('to a receiver that %s is given up as a whole, however it trickles, and no sooner', async (_, head) => {
    const { url, asked } = await serve(head)
    let over = false
    const posted = post(url, options).catch((error: unknown) => {
      over = true
      return error
    })
    const socket = await asked
    vi.advanceTimersByTime(POST_TIMEOUT - 1)
    if (head !== '') socket.write('1')
    await new Promise(resolve => setImmediate(resolve))
    expect(over).toBe(false)
    vi.advanceTimersByTime(1)
    expect(await posted).toMatchObject({ problem: { code: 'exchange.unreachable', detail: 'no answer in time' } })
  })

  test('is taken by its status, whatever comes of the rest of the answer', async () => {
    const { url } = await serve('HTTP/1.1 204 No Content\r\ncontent-length: 1000000\r\n\r\n')
    expect(await post(url, options)).toBe(204)
  })
})
