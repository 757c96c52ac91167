/**
 * A fake of the approval system, to be made like the true one: its addresses, its answers, its habits. Below `/switches` is what the
 * tests ask of it and no true system has. It stands on Node alone.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = { status: number; body: unknown }
type Row = { id: string; number: string; step: string; text: string; file?: string }

const PAGE = 10
const TOKEN = 'fake-token'

export async function start(): Promise<{ url: string; switches: string; stop(): Promise<void> }> {
  /** idempotency key → number of the case */
  const done = new Map<string, string>()
  const effects = new Map<string, number>()
  const files = new Map<string, Buffer>()
  const rows: Row[] = []
  const garbled = new Set<string>()
  const gates = { refuse: false, garble: false, long: false }
  let serial = 0

  /** 18 digits, as many systems number their rows. */
  const long = (n: number) => (202_611_300_000_000_000n + BigInt(n)).toString()

  /** Each key has one effect; the same key again gets the same answer. */
  function handOver(key: string | undefined, number: string | null): Answer {
    if (key === undefined) return { status: 400, body: { code: 'E1' } }
    if (gates.refuse) {
      gates.refuse = false
      return { status: 200, body: { code: 'E2', text: '欧阳金丝雀' } }
    }
    const known = done.get(key)
    const given = known ?? number ?? (gates.long ? long(++serial) : `SP${String(++serial).padStart(6, '0')}`)
    if (known === undefined) {
      done.set(key, given)
      effects.set(key, (effects.get(key) ?? 0) + 1)
    }
    return { status: 200, body: { code: '0', number: given } }
  }

  const say = (number: string, step: string, text: string, file?: string) =>
    rows.push({
      id: gates.long ? long(rows.length) : `A${rows.length}`,
      number,
      step,
      text,
      ...(file === undefined ? {} : { file }),
    })

  const switches: Record<string, (...values: never[]) => unknown> = {
    effects: (key: string) => effects.get(key) ?? 0,
    refuseNext: () => {
      gates.refuse = true
    },
    say: (number: string, text?: string) => say(number, 'XX', text ?? '请等候'),
    sayWithFile: (number: string, base64: string) => {
      const file = `F${files.size}`
      files.set(file, Buffer.from(base64, 'base64'))
      say(number, 'JD', '', file)
    },
    longNumbers: () => {
      gates.long = true
    },
    garbleEvents: (on: boolean) => {
      gates.garble = on
    },
    garbleCase: (number: string, on: boolean) => {
      if (on) garbled.add(number)
      else garbled.delete(number)
    },
  }

  function page(after: number): Answer {
    const list = rows
      .slice(after, after + PAGE)
      .map(row => (gates.garble || garbled.has(row.number) ? { ...row, step: '??' } : row))
    return { status: 200, body: { code: '0', list, next: after + list.length } }
  }

  async function answer(request: IncomingMessage): Promise<Answer | Buffer> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
    const [place, name = '', later] = pathname.slice(1).split('/').map(decodeURIComponent)
    const bytes = await bodyOf(request)
    if (place === 'switches') {
      if (name === '') return { status: 200, body: Object.keys(switches) }
      const values = JSON.parse(bytes.toString()) as never[]
      return { status: 200, body: switches[name]?.(...values) ?? null }
    }
    if (request.headers['x-token'] !== TOKEN) return { status: 401, body: { code: 'E401' } }
    const key = request.headers['idempotency-key'] as string | undefined
    if (place === 'cases') return handOver(key, later === undefined ? null : name)
    if (place === 'answers') return page(Number(searchParams.get('after')))
    if (place === 'files') return files.get(name) ?? { status: 404, body: { code: 'E404' } }
    if (place === 'materials') {
      const whole = createHash('sha256').update(bytes).digest('hex') === name
      return whole ? { status: 200, body: { code: '0' } } : { status: 400, body: { code: 'E3' } }
    }
    return { status: place === 'health' ? 200 : 404, body: { code: '0' } }
  }

  const server = createServer((request, response) => {
    answer(request)
      .then(given => {
        if (Buffer.isBuffer(given)) return response.writeHead(200, { 'content-type': 'application/pdf' }).end(given)
        // As a Java system writes a `Long`: numbers of many digits are no text.
        const text = JSON.stringify(given.body).replaceAll(/"(\d{16,})"/g, '$1')
        return response.writeHead(given.status, { 'content-type': 'application/json' }).end(text)
      })
      .catch(() => request.socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    switches: `${url}/switches`,
    stop: () =>
      new Promise<void>(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
