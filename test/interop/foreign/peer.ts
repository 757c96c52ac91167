/**
 * A city that shares no code with the project: stock libp2p with noise in JavaScript, jose and node-forge, written after SPEC.md alone.
 * It is told what to do by lines of JSON on its standard input, `{ "do": …, … }`, and answers each with one line.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { inflateRawSync } from 'node:zlib'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { noise, pureJsCrypto } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import type * as jose from 'jose'
import { createLibp2p } from 'libp2p'
import { base64url, type City, delegatedKeys, type Identity, makeCity, now, opened, sha256 } from './city.ts'
import { Reader, TYPE, type, u32, u64, write } from './wire.ts'

type Claims = {
  iss: string
  aud: string
  thread: string
  kind: string
  seq: number
  seen: string | null
  body: { sha256: string; size: number }
}
type Packet = { id: string; claims: Claims; body: Record<string, unknown> }
type Mark = { n: number; hash: string }
type Invite = { city: string; for: string; addresses: string[]; fingerprint: string; secret: string }

const EXCHANGE = '/tongban/exchange/1'
const MATERIALS = '/tongban/materials/1'
const lines = (...parts: string[]): string => parts.join('\n')
const fail = (what: string): never => {
  throw new Error(what)
}

/** What it holds of its one partner. */
class Peer {
  readonly #city: City
  readonly #node: Libp2p
  #partner: { code: string; addresses: string[] } = { code: '', addresses: [] }
  #keys: ReadonlyMap<string, jose.CryptoKey> = new Map()
  #sent: Mark = { n: 0, hash: '0'.repeat(64) }
  #received: Mark = { n: 0, hash: '0'.repeat(64) }
  readonly #threads = new Map<string, Packet[]>()
  readonly #materials = new Map<string, Buffer>()
  readonly #waiting = new Map<number, (items: unknown) => void>()
  #stream: Stream | null = null
  /** how often the partner greeted this peer on a stream of its own */
  greeted = 0

  constructor(city: City, node: Libp2p) {
    this.#city = city
    this.#node = node
  }

  async start(): Promise<void> {
    await this.#node.handle(
      EXCHANGE,
      (stream: Stream) => void this.#serve(stream).catch(() => stream.abort(new Error('ended'))),
    )
    await this.#node.handle(
      MATERIALS,
      (stream: Stream) => void this.#give(stream).catch(() => stream.abort(new Error('ended'))),
    )
  }

  #addresses(): string[] {
    return this.#node.getMultiaddrs().map(String)
  }

  // --- §10 pairing

  async pair(link: string): Promise<number[]> {
    const text = link.replaceAll(/\s/g, '').replace('web+tongban:invite#', 'tongban-invite:')
    const invite = JSON.parse(Buffer.from(text.slice('tongban-invite:'.length), 'base64url').toString()) as Invite
    const stream = await this.#node.dialProtocol(multiaddr(invite.addresses[0] ?? ''), '/tongban/pairing/2')
    const reader = new Reader(stream)
    const ask = async (message: object): Promise<Record<string, unknown>> => {
      write(stream, JSON.stringify(message))
      const answer = JSON.parse(String((await reader.frame()) ?? fail('the stream ended'))) as Record<string, unknown>
      return 'problem' in answer ? fail(JSON.stringify(answer.problem)) : answer
    }
    const own = this.#node.peerId.toString()
    const other = /\/p2p\/([^/]+)$/.exec(invite.addresses[0] ?? '')?.[1] ?? ''
    const nonce = base64url(randomBytes(32))
    const commitment = sha256(lines('tongban commitment 2', 'accepting', this.#city.fingerprint, nonce))
    const proof = (...parts: string[]) =>
      createHmac('sha256', invite.secret)
        .update(lines('tongban pairing 2', ...parts))
        .digest('hex')
    const bound = await ask({
      v: 2,
      invite: sha256(`tongban invite ${invite.secret}`),
      commitment,
      proof: proof('accepting', commitment, own, other, invite.fingerprint),
    })
    if (bound.proof !== proof('inviting', String(bound.commitment), other, own, commitment)) fail('proof')
    const { code: city, name, identity } = this.#city
    const theirs = await ask({ v: 2, city, name, identity, addresses: this.#addresses(), nonce })
    const identityOf = theirs.identity as Identity
    const der = Buffer.from((identityOf.certificates[0] ?? '').replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
    const shown = { fingerprint: sha256(der), nonce: String(theirs.nonce) }
    if (shown.fingerprint !== invite.fingerprint || theirs.city !== invite.city) fail('another city')
    if (bound.commitment !== sha256(lines('tongban commitment 2', 'inviting', shown.fingerprint, shown.nonce)))
      fail('commitment')
    this.#partner = { code: invite.city, addresses: theirs.addresses as string[] }
    this.#keys = await delegatedKeys(identityOf)
    await stream.close()
    const digest = BigInt(
      `0x${sha256(lines('tongban words 2', invite.secret, shown.fingerprint, shown.nonce, this.#city.fingerprint, nonce))}`,
    )
    return Array.from({ length: 6 }, (_, at) => Number((digest >> BigInt(256 - 11 * (at + 1))) & 2047n))
  }

  // --- §9 exchange

  #hello(): Buffer {
    const { code: city, identity } = this.#city
    return Buffer.from(
      JSON.stringify({
        v: 1,
        city,
        software: 'foreign/1',
        at: Date.now(),
        identity,
        addresses: this.#addresses(),
        sent: this.#sent,
        received: this.#received,
        list: null,
      }),
    )
  }

  async #greet(frame: Buffer | null): Promise<void> {
    if (frame?.[0] === TYPE.problem) fail(frame.subarray(1).toString())
    if (frame?.[0] !== TYPE.hello) return fail('no hello')
    const hello = JSON.parse(frame.subarray(1).toString()) as { city: string; identity: Identity; addresses: string[] }
    if (hello.city !== this.#partner.code) fail('another city')
    this.#keys = await delegatedKeys(hello.identity)
    this.#partner.addresses = hello.addresses
  }

  async #outgoing(): Promise<Stream> {
    if (this.#stream !== null && this.#stream.status === 'open') return this.#stream
    const stream = await this.#node.dialProtocol(multiaddr(this.#partner.addresses[0] ?? ''), EXCHANGE)
    const reader = new Reader(stream)
    write(stream, type('hello'), this.#hello())
    await this.#greet(await reader.frame())
    void this.#receipts(reader).catch(() => stream.abort(new Error('ended')))
    this.#stream = stream
    return stream
  }

  async #receipts(reader: Reader): Promise<void> {
    for (let frame = await reader.frame(); frame !== null; frame = await reader.frame()) {
      if (frame[0] === TYPE.hello) await this.#greet(frame)
      if (frame[0] !== TYPE.receipt) continue
      const claims = await opened(frame.subarray(9).toString(), 'tongban-receipt+jws', this.#keys)
      const through = Number(frame.readBigUInt64BE(1))
      for (const [place, told] of this.#waiting)
        if (place <= through) {
          this.#waiting.delete(place)
          told(claims.items)
        }
    }
  }

  /** Signs and sends a packet, and gives back what the receipt says of it. `wrong`: claims that are not as they should be. */
  async say(
    thread: string,
    kind: string,
    content: object,
    more: { materials?: string[]; agreement?: string; wrong?: object } = {},
  ) {
    const body = Buffer.from(JSON.stringify({ ...content, salt: base64url(randomBytes(16)) }))
    const packets = this.#threads.get(thread) ?? []
    const own = packets.filter(({ claims }) => claims.iss === this.#city.code).at(-1)
    const other = packets.filter(({ claims }) => claims.iss !== this.#city.code).at(-1)
    const claims = {
      v: 1,
      iss: this.#city.code,
      aud: this.#partner.code,
      thread,
      kind,
      seq: (own?.claims.seq ?? 0) + 1,
      prev: own?.id ?? null,
      seen: other?.id ?? null,
      iat: now(),
      ...(more.agreement === undefined ? {} : { agreement: more.agreement }),
      body: { sha256: sha256(body), size: body.length, type: 'application/json' },
      materials: (more.materials ?? []).map(hash => ({
        sha256: hash,
        size: this.#materials.get(hash)?.length ?? 0,
        type: 'application/pdf',
      })),
      ...more.wrong,
    }
    const jws = await this.#city.sign('tongban-packet+jws', claims)
    const id = sha256(jws)
    const stream = await this.#outgoing()
    const place = this.#sent.n + 1
    this.#sent = { n: place, hash: sha256(Buffer.from(this.#sent.hash + id, 'hex')) }
    const receipt = new Promise(resolve => this.#waiting.set(place, resolve))
    write(stream, type('packet'), u64(place), u32(jws.length), jws, body)
    const [item] = (await receipt) as { id: string; status: string; problem?: string }[]
    if (item?.id !== id) return fail('a receipt for another packet')
    if (item.status === 'stored')
      this.#threads.set(thread, [
        ...packets,
        { id, claims, body: JSON.parse(body.toString()) as Record<string, unknown> },
      ])
    return { status: item.status, problem: item.problem }
  }

  /** The partner's stream: each packet is verified, kept, and receipted. */
  async #serve(stream: Stream): Promise<void> {
    const reader = new Reader(stream)
    await this.#greet(await reader.frame())
    this.greeted++
    write(stream, type('hello'), this.#hello())
    for (let frame = await reader.frame(); frame !== null; frame = await reader.frame()) {
      if (frame[0] === TYPE.hello) await this.#greet(frame)
      if (frame[0] !== TYPE.packet) continue
      const place = Number(frame.readBigUInt64BE(1))
      const size = frame.readUInt32BE(9)
      const jws = frame.subarray(13, 13 + size).toString()
      const body = frame.subarray(13 + size)
      const claims = (await opened(jws, 'tongban-packet+jws', this.#keys)) as Claims
      const id = sha256(jws)
      if (place !== this.#received.n + 1) return fail('place')
      if (claims.body.sha256 !== sha256(body) || claims.body.size !== body.length) fail('body')
      const packets = this.#threads.get(claims.thread) ?? []
      const last = packets.filter(({ claims: { iss } }) => iss === claims.iss).at(-1)
      if (claims.seq !== (last?.claims.seq ?? 0) + 1) fail('seq')
      if (claims.seen !== null && !packets.some(packet => packet.id === claims.seen)) fail('seen')
      this.#threads.set(claims.thread, [
        ...packets,
        { id, claims, body: JSON.parse(body.toString()) as Record<string, unknown> },
      ])
      this.#received = { n: place, hash: sha256(Buffer.from(this.#received.hash + id, 'hex')) }
      const receipt = await this.#city.sign('tongban-receipt+jws', {
        v: 1,
        iss: this.#city.code,
        aud: this.#partner.code,
        iat: now(),
        items: [{ id, status: 'stored' }],
      })
      write(stream, type('receipt'), u64(place), receipt)
    }
    await stream.close()
  }

  // --- §11 materials

  hold(text: string): string {
    const bytes = Buffer.from(text)
    this.#materials.set(sha256(bytes), bytes)
    return sha256(bytes)
  }

  async #give(stream: Stream): Promise<void> {
    const frame = (await new Reader(stream).frame()) ?? fail('no request')
    const asked = JSON.parse(frame.subarray(1).toString()) as { sha256: string; offset: number }
    const bytes = this.#materials.get(asked.sha256)
    if (frame[0] !== TYPE.materialRequest || bytes === undefined) {
      write(stream, type('problem'), JSON.stringify({ code: 'material.forbidden' }))
    } else {
      write(stream, type('materialAnswer'), JSON.stringify({ size: bytes.length }))
      if (asked.offset < bytes.length) write(stream, type('materialChunk'), bytes.subarray(asked.offset))
    }
    await stream.close()
  }

  // --- §7 agreements

  /** Signs what the partner proposed, and gives back its text. */
  async signProposal(thread: string) {
    const proposed = this.#threads.get(thread)?.find(({ claims }) => claims.kind === 'agreement.propose')
    const text = inflateRawSync(Buffer.from(String(proposed?.body.text), 'base64url')).toString()
    const agreement = sha256(text)
    const told = await this.say(thread, 'agreement.sign', { agreement, signature: await this.#city.signText(text) })
    return { ...told, agreement }
  }

  kinds(thread: string): string[] {
    return (this.#threads.get(thread) ?? []).map(({ claims: { iss, kind } }) => `${iss} ${kind}`)
  }

  threads(kind: string): string[] {
    return [...this.#threads]
      .filter(([, packets]) => packets.some(({ claims }) => claims.kind === kind))
      .map(([thread]) => thread)
  }

  /** Every connection is cut; what is said next opens another. */
  async cut(): Promise<void> {
    this.#stream = null
    await Promise.all(
      this.#node.getConnections().map(async (connection: Connection) => connection.abort(new Error('cut'))),
    )
  }
}

async function main(): Promise<void> {
  const [code = '', name = '', authority = ''] = process.argv.slice(2)
  const city = await makeCity(code, name, authority)
  const node = await createLibp2p({
    privateKey: privateKeyFromRaw(city.peerKey),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise({ crypto: pureJsCrypto })],
    streamMuxers: [yamux()],
    services: { ping: ping() },
  })
  const peer = new Peer(city, node)
  await peer.start()
  const text = (value: unknown): string => String(value)
  const deeds: Record<string, (given: Record<string, unknown>) => unknown> = {
    pair: async ({ invite }) => peer.pair(text(invite)),
    say: async ({ thread, kind, content, ...more }) => peer.say(text(thread), text(kind), content as object, more),
    sign: async ({ thread }) => peer.signProposal(text(thread)),
    hold: ({ text: content }) => peer.hold(text(content)),
    kinds: ({ thread }) => peer.kinds(text(thread)),
    threads: ({ kind }) => peer.threads(text(kind)),
    greeted: () => peer.greeted,
    cut: async () => peer.cut(),
  }
  process.stdout.write(`${JSON.stringify({ fingerprint: city.fingerprint })}\n`)
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: deed, ...given } = JSON.parse(line) as { do: string }
    const answer = await Promise.resolve()
      .then(() => deeds[deed]?.(given) ?? null)
      .catch((error: unknown) => ({ error: String(error) }))
    process.stdout.write(`${JSON.stringify(answer ?? null)}\n`)
  }
  await node.stop()
}

await main()
