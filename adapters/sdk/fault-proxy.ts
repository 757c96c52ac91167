/**
 * Stands between an adapter and an approval system that speaks HTTP, and fails as lines and systems do: so an adapter is tried against a
 * system that has no switches of its own. What only the system itself can do (say something on a case, count its effects) is asked of
 * it where it has an address for that: `POST SWITCHES/NAME`, a JSON array of values; `GET SWITCHES` lists the names that it has.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import type { OutsideSystem, Switch } from './conformance.ts'

export type FaultProxy = {
  /** in place of the address of the system */
  url: string
  /** what can be switched; each maker of a test takes it anew */
  system: Partial<OutsideSystem>
  /** ends every fault that is on */
  reset(): void
  stop(): Promise<void>
}

export type ProxiedSystem = {
  /** address of the approval system */
  target: string
  /** where its own switches are; null: it has none */
  switches: string | null
  /** requests by which packets are handed over: a method and a path below the address, `*` for one part of it */
  packets: readonly string[]
  /** whether materials are sent as they are, each to an address with its hash: then they are seen here */
  uploads: boolean
}

/** Switches that a system may have itself. */
const OWN = [
  'effects',
  'refuseNext',
  'say',
  'sayWithFile',
  'longNumbers',
  'garbleEvents',
  'garbleCase',
  'answerLater',
  'work',
  'stand',
  'uploadBegun',
  'holds',
] as const satisfies readonly Switch[]
const Known = z.array(z.string())
const SHA256 = /[0-9a-f]{64}/
/** Not passed on: of one connection alone. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'upgrade', 'te', 'trailer'])

/** Whether a request hands over a packet. */
export function packetMatcher(packets: readonly string[]): (method: string, path: string) => boolean {
  const patterns = packets.map(packet => {
    const [method = '', path = ''] = packet.split(' ')
    const parts = path.split('*').map(part => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    return { method, path: new RegExp(`^${parts.join('[^/?]+')}(?:\\?.*)?$`) }
  })
  return (method, path) => patterns.some(pattern => pattern.method === method && pattern.path.test(path))
}

export async function startFaultProxy({
  target,
  switches,
  packets,
  uploads: seen,
}: ProxiedSystem): Promise<FaultProxy> {
  const base = new URL(target)
  const prefix = base.pathname.replace(/\/$/, '')
  const isPacket = packetMatcher(packets)
  const gates = { outage: false, hang: false, drop: false }
  let spoil: 'page' | 'empty' | 'cut' | null = null
  type Held = { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> }
  let held: Held | null = null
  const uploads = new Map<string, { begun: PromiseWithResolvers<void>; whole: boolean }>()
  const uploadOf = (sha256: string) => {
    const known = uploads.get(sha256) ?? { begun: Promise.withResolvers<void>(), whole: false }
    uploads.set(sha256, known)
    return known
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new Promise<'gone'>(resolve => response.once('close', () => resolve('gone')))
    const { method = 'GET', url = '/' } = incoming
    if (gates.outage) {
      incoming.resume()
      response.writeHead(502).end()
      return
    }
    if (gates.hang) return
    const packet = isPacket(method, url.startsWith(prefix) ? url.slice(prefix.length) : url)
    if (packet && held !== null) {
      const { reached, released } = held
      held = null
      reached.resolve()
      if ((await Promise.race([released.promise, gone])) === 'gone') return
    }
    const given = await forward(incoming, url)
    if (given === null) {
      incoming.socket.destroy()
      return
    }
    if (packet && gates.drop && isGood(given)) {
      gates.drop = false
      incoming.socket.destroy()
      return
    }
    if (packet && spoil !== null && isGood(given)) {
      const how = spoil
      spoil = null
      response.writeHead(200, { 'content-type': how === 'page' ? 'text/html; charset=utf-8' : 'application/json' })
      response.end(how === 'page' ? '<html>登录</html>' : how === 'empty' ? '' : given.body.subarray(0, CUT))
      return
    }
    response.writeHead(given.status, given.headers).end(given.body)
  }

  /** What the system answers; null: nothing. The request goes through as it comes, and only the answer is collected. */
  async function forward(incoming: IncomingMessage, path: string): Promise<Given | null> {
    const { promise, resolve } = Promise.withResolvers<Given | null>()
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !HOP.has(name)))
    const send = base.protocol === 'https:' ? requestHttps : requestHttp
    const outgoing = send(new URL(path, base), { method: incoming.method, headers }, answered => {
      const chunks: Buffer[] = []
      answered.on('data', (chunk: Buffer) => chunks.push(chunk))
      answered.once('error', () => resolve(null))
      answered.once('end', () => {
        const kept = Object.entries(answered.headers).filter(([name]) => !HOP.has(name) && name !== 'content-length')
        resolve({ status: answered.statusCode ?? 502, headers: Object.fromEntries(kept), body: Buffer.concat(chunks) })
      })
    })
    outgoing.once('error', () => resolve(null))
    const sha256 = SHA256.exec(path)?.[0]
    const hash = createHash('sha256')
    incoming.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      if (sha256 !== undefined) uploadOf(sha256).begun.resolve()
    })
    incoming.once('close', () => {
      if (!incoming.complete) outgoing.destroy()
    })
    incoming.pipe(outgoing)
    const given = await promise
    if (sha256 !== undefined && given !== null && isGood(given) && hash.digest('hex') === sha256)
      uploadOf(sha256).whole = true
    return given
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const ofPackets: Partial<OutsideSystem> = {
    dropNextAnswer: async () => {
      gates.drop = true
    },
    spoilNextAnswer: async how => {
      spoil = how
    },
    holdNext: async () => {
      const hold: Held = { reached: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() }
      held = hold
      return { reached: hold.reached.promise, release: async () => hold.released.resolve() }
    },
  }
  const ofUploads: Partial<OutsideSystem> = {
    uploadBegun: sha256 => uploadOf(sha256).begun.promise,
    holds: async sha256 => uploadOf(sha256).whole,
  }
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    system: {
      outage: async on => {
        gates.outage = on
      },
      hang: async on => {
        gates.hang = on
      },
      ...(seen ? ofUploads : {}),
      ...(packets.length === 0 ? {} : ofPackets),
      ...(switches === null ? {} : await ownSwitches(switches)),
    },
    reset() {
      Object.assign(gates, { outage: false, hang: false, drop: false })
      spoil = null
      held = null
    },
    async stop() {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** Of an answer that is cut off. */
const CUT = 8
type Given = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }
const isGood = ({ status }: Given): boolean => status >= 200 && status < 300

/** The switches that a system says it has. */
async function ownSwitches(address: string): Promise<Partial<OutsideSystem>> {
  const call = async (path: string, values?: readonly unknown[]): Promise<unknown> => {
    const response = await fetch(`${address}${path}`, {
      ...(values === undefined ? {} : { method: 'POST', body: JSON.stringify(values) }),
      headers: { 'content-type': 'application/json' },
    })
    if (!response.ok) throw new Error(`${address}${path}: HTTP ${response.status}`)
    const text = await response.text()
    return text === '' ? null : JSON.parse(text)
  }
  const known = Known.parse(await call(''))
  const plain = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value)
  const switches = OWN.filter(name => known.includes(name)).map(name => [
    name,
    (...values: unknown[]) => call(`/${name}`, values.map(plain)),
  ])
  return Object.fromEntries(switches) as Partial<OutsideSystem>
}
