import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { download, type Request, send } from './http.ts'
import { sampleMaterial } from './test-kit.ts'

let stop = async () => {}
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await stop()
})

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Lets time pass, in steps, until the work is done. */
async function passTime<T>(work: Promise<T>): Promise<T> {
  let done = false
  const settled = work.finally(() => {
    done = true
  })
  while (!done) {
    vi.advanceTimersByTime(100)
    await turn()
  }
  return settled
}

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

const limits = { timeoutMs: 2000, maxResponseBytes: 1024 }
const post = (url: string, body: Request['body'] = '{}'): Request => ({ method: 'POST', url, headers: {}, body })
const never = new AbortController().signal

describe('send', () => {
  test('an answer is read up to its limit, and no further', async () => {
    const answer = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`
    let sent = 0
    const url = await serve((request, response) => {
      const size = Number(request.url?.slice(1))
      if (size <= 1025) return void response.end(answer(size))
      const more = (): void => {
        if (sent++ < 2000 && !response.destroyed) response.write(Buffer.alloc(64 * 1024), more)
      }
      more()
    })
    expect(await send(post(`${url}1024`), limits, never)).toMatchObject({ ok: true, status: 200 })
    const large = { ok: true, status: 200, body: undefined, unreadable: 'large', text: null }
    expect(await send(post(`${url}1025`), limits, never)).toEqual(large)
    expect(await send(post(`${url}999999`), limits, never)).toEqual(large)
    expect(sent).toBeLessThan(1000)
  })

  test('an answer that is packed small and is large is refused too', async () => {
    const packed = Bun.gzipSync(Buffer.alloc(1024 * 1024))
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(packed)
    })
    expect(await send(post(url), limits, never)).toMatchObject({ unreadable: 'large' })
  })

  test('an answer that is empty, not JSON, or not in its charset', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/bytes') return void response.end(Buffer.from([0x22, 0xff, 0x22]))
      response.end(request.url === '/page' ? '<html>' : '')
    })
    expect(await send(post(url), limits, never)).toEqual({
      ok: true,
      status: 200,
      body: undefined,
      unreadable: null,
      text: '',
    })
    expect(await send(post(`${url}page`), limits, never)).toMatchObject({ ok: true, unreadable: 'page' })
    expect(await send(post(`${url}bytes`), limits, never)).toMatchObject({ ok: true, unreadable: 'charset' })
  })

  test('nobody there', async () => {
    expect(await send(post('http://127.0.0.1:1/'), limits, never)).toEqual({
      ok: false,
      why: 'no connection, or it broke',
      unsent: true,
    })
  })

  test('a connection that breaks before or within the answer', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/early') return void request.socket.destroy()
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"a":', () => request.socket.destroy())
    })
    for (const path of ['early', 'late']) {
      expect(await send(post(url + path), limits, never)).toEqual({ ok: false, why: 'no connection, or it broke' })
    }
  })

  test.each(['before', 'within'])('silence ends a request, %s the answer', async path => {
    const reached = Promise.withResolvers<void>()
    const url = await serve((_, response) => {
      if (path === 'within') response.write('{')
      reached.resolve()
    })
    const sending = send(post(url + path), limits, never)
    await reached.promise
    expect(await passTime(sending)).toEqual({ ok: false, why: 'no answer in time' })
  })

  test('an upload may take longer than the bound on silence, as long as it moves', async () => {
    const url = await serve((request, response) => {
      request.resume()
      request.on('end', () => response.end('1'))
    })
    const material = sampleMaterial('slow but steady', {
      chunks: 12,
      before: async () => {
        vi.advanceTimersByTime(limits.timeoutMs - 1)
      },
    })
    const body = { type: material.type, size: material.size, open: () => material.open() }
    expect(await send(post(url, body), limits, never)).toMatchObject({ ok: true })
  })

  test('a system that reads nothing stops the reading of the material, and gets let go', async () => {
    const reached = Promise.withResolvers<void>()
    const url = await serve(request => {
      request.pause()
      reached.resolve()
    })
    let read = 0
    const material = sampleMaterial('not wanted', {
      chunks: 1024,
      chunkBytes: 64 * 1024,
      before: async () => {
        read++
      },
    })
    const body = { type: material.type, size: material.size, open: () => material.open() }
    const sending = send(post(url, body), limits, never)
    await reached.promise
    for (let before = -1; before < read; await turn()) before = read
    expect(await passTime(sending)).toMatchObject({ why: 'no answer in time' })
    // The kernel's buffers fill, then nothing more is read.
    expect(read * 64 * 1024).toBeLessThan(32 * 1024 * 1024)
    expect(material.cancelled).toBe(1)
  })

  test('what was wrong with our own material is told, without its words', async () => {
    const url = await serve(request => {
      request.resume()
    })
    const material = sampleMaterial('unreadable', {
      before: async chunk => {
        if (chunk === 1) throw new Error('张三.pdf')
      },
    })
    const body = { type: material.type, size: material.size, open: () => material.open() }
    expect(await send(post(url, body), limits, never)).toEqual({
      ok: false,
      why: 'the material could not be read',
    })
  })

  test('an abort ends a request; one that was aborted before is not sent', async () => {
    let requests = 0
    const controller = new AbortController()
    const url = await serve(() => {
      requests++
      controller.abort()
    })
    expect(await send(post(url), limits, controller.signal)).toEqual({ ok: false, why: 'aborted' })
    expect(await send(post(url), limits, controller.signal)).toEqual({ ok: false, why: 'aborted' })
    expect(requests).toBe(1)
  })

  test('nothing listens to the signal when a call is over, however it ended', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/ok') response.end('{}')
    })
    let listening = 0
    const signal = new EventTarget() as AbortSignal
    Object.defineProperty(signal, 'aborted', { value: false })
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening--
      remove(...args)
    }
    await send(post(`${url}ok`), limits, signal)
    await passTime(send(post(`${url}never`), limits, signal))
    await passTime(download({ url: `${url}ok`, headers: {} }, limits, signal, async () => 1))
    expect(listening).toBe(0)
  })
})

describe('what trickles for ever, in real time', () => {
  const short = { timeoutMs: 200, maxResponseBytes: 1_000_000 }
  const unanswered = { ok: false }
  beforeEach(() => {
    vi.useRealTimers()
  })

  /** Does it again and again until the test is over. */
  function trickle(step: () => void): void {
    const timer = setInterval(step, 10)
    const before = stop
    stop = async () => {
      clearInterval(timer)
      await before()
    }
  }

  test('an answer', async () => {
    const url = await serve((_, response) => {
      response.write('{')
      trickle(() => response.write(' '))
    })
    expect(await send(post(url), short, never)).toMatchObject(unanswered)
  })

  test('the head of an answer', async () => {
    const server = createTcpServer(socket => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 200 OK\r\n')
      trickle(() => socket.write('x-more: 1\r\n'))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    stop = async () => void server.close()
    const { port } = server.address() as AddressInfo
    expect(await send(post(`http://127.0.0.1:${port}/`), short, never)).toMatchObject(unanswered)
  })
})
