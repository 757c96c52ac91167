/** What a hostile partner, or strangers, can do to a node: each attack goes on until it is told to end, and begins anew when it is cut off. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { deflateRawSync } from 'node:zlib'
import * as jose from 'jose'
import type { Wire } from '../../node/spine/exchange/wire.ts'
import { createP2pHost } from '../../node/spine/p2p/host.ts'
import { encodeFrame } from '../../protocol/exchange/frames.ts'
import { encodeDirectoryFrame } from '../../protocol/federation/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { PROTOCOL_VERSION, STREAM, TYP } from '../../protocol/names.ts'
import { type Commitment, encodeUtf8, sha256 } from '../../protocol/primitives.ts'
import { signListHead } from '../../protocol/service/list.ts'
import { encodeListFrame } from '../../protocol/service/list-frames.ts'
import type { HostileCity } from './hostile-city.ts'

export type Attack = {
  /** what is done, and what it is to bring about */
  what: string
  run(city: HostileCity, signal: AbortSignal): Promise<void>
}

const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const random = (bytes: number) => randomBytes(bytes).toString('base64url')
const randomCommitment = (size: number): Commitment => ({
  sha256: randomBytes(32).toString('hex'),
  size,
  type: 'application/pdf',
})

/** Does `round` again and again; one that fails, as when the victim cuts it off, is begun anew at once. */
async function again(signal: AbortSignal, round: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await Promise.race([
      round().catch(() => {}),
      new Promise(resolve => signal.addEventListener('abort', resolve, { once: true })),
    ])
    await pause(20)
  }
}

const RUN = 512

/** Frames on an exchange stream as fast as they are taken. */
const flood =
  (
    frame: (city: HostileCity, at: number) => Uint8Array | Promise<Uint8Array>,
    stream: (city: HostileCity) => Promise<Wire> = async city => (await city.exchange()).wire,
  ) =>
  (city: HostileCity, signal: AbortSignal): Promise<void> =>
    again(signal, async () => {
      const wire = await stream(city)
      for (let at = 0; !signal.aborted; at += RUN) {
        // Many at a time, so that they arrive as one heap; then a turn of its own event loop, so that it sees when it is cut off.
        await Promise.all(Array.from({ length: RUN }, async (_, next) => wire.send(await frame(city, at + next))))
        await pause(0)
      }
      wire.abort(new Error('done'))
    })

/** Serves a protocol as a hostile city does, once for each run. */
async function serve(city: HostileCity, protocol: string, handler: (wire: Wire) => Promise<void>): Promise<void> {
  await city.host.handle(protocol, wire => handler(wire).catch(() => {}), {
    maxFrame: LIMITS.frameBytes,
    maxStreamsPerCity: 64,
  })
}

/** Each of these packets is sent at the next place of the link, as fast as it is taken. */
const packets =
  (make: (city: HostileCity, at: number) => Promise<{ id: string; jws: string; body: Uint8Array }>) =>
  (city: HostileCity, signal: AbortSignal): Promise<void> =>
    again(signal, async () => {
      const { wire, hello } = await city.exchange()
      // What a former stream sent and the victim did not take is forgotten.
      city.sent = hello.received
      for (let at = 0; !signal.aborted; at++) {
        await city.send(wire, await make(city, at))
        if (at % 64 === 63) await pause(0)
      }
      wire.abort(new Error('done'))
    })

export const ATTACKS = {
  'tiny frames': {
    what: 'announcements of an empty list, five to fifteen bytes each: the event loop never gets a turn',
    run: flood(() => encodeFrame({ type: 'list', list: '' })),
  },
  'large list heads': {
    what: 'announcements of 14 KB that hold nothing',
    run: flood((_, at) => encodeFrame({ type: 'list', list: `${at}.${'A'.repeat(14_000)}` })),
  },
  hellos: {
    what: 'greetings with two address lists in turn, so that each would be a commit',
    run: flood((city, at) =>
      encodeFrame({ type: 'hello', hello: city.hello({ addresses: [`/ip4/127.0.0.1/tcp/${1024 + (at % 60_000)}`] }) }),
    ),
  },
  'large hellos': {
    what: 'greetings of half a megabyte full of delegations that are none: memory',
    run: flood(city => {
      const delegations = Array.from({ length: 30 }, () => `${random(40)}.${random(11_000)}.${random(40)}`)
      return encodeFrame({ type: 'hello', hello: city.hello({ identity: { ...city.identity, delegations } }) })
    }),
  },
  'empty packets': {
    what: 'places without a packet, each to be refused, noted and audited: disk and audit log',
    run: packets(async () => {
      const id = randomBytes(32).toString('hex')
      return { id, jws: '', body: encodeUtf8(id) }
    }),
  },
  'garbage packets': {
    what: 'packets of 280 KB that no key signed',
    run: packets(async () => {
      const jws = `${random(60)}.${random(15_000)}.${random(64)}`
      return { id: await sha256(jws), jws, body: randomBytes(250_000) }
    }),
  },
  recalls: {
    what: 'asks for all packets back, again and again, and reads no answer',
    run: (city, signal) =>
      again(signal, async () => {
        const wire = await city.wire(STREAM.exchange)
        await wire.send(encodeFrame({ type: 'hello', hello: city.hello() }))
        while (!signal.aborted) await wire.send(encodeFrame({ type: 'recall', from: 1 }))
      }),
  },
  streams: {
    what: 'exchange streams opened and left after the greeting',
    run: (city, signal) =>
      again(signal, async () => {
        const { wire } = await city.exchange()
        await pause(1)
        wire.abort(new Error('left'))
      }),
  },
  'missing materials': {
    what: 'asks for materials that nobody named',
    run: (city, signal) =>
      again(signal, async () => {
        await Promise.all(
          Array.from({ length: 16 }, async () => {
            const wire = await city.wire(STREAM.materials)
            await wire.send(
              encodeFrame({ type: 'material-request', sha256: randomBytes(32).toString('hex'), offset: 0 }),
            )
            for await (const _ of wire.frames()) break
            wire.abort(new Error('done'))
          }),
        )
      }),
  },
  'empty chunks': {
    what: 'submits one case, and answers the fetch of its material with chunks of no bytes',
    run: async (city, signal) => {
      await serve(city, STREAM.materials, async wire => {
        await wire.send(encodeFrame({ type: 'material-answer', size: 1_000_000 }))
        const empty = encodeFrame({ type: 'material-chunk', bytes: new Uint8Array() })
        while (!signal.aborted) {
          await Promise.all(Array.from({ length: RUN }, () => wire.send(empty)))
          await pause(0)
        }
      })
      await packetsOnce(city, async () => [await city.submit([randomCommitment(1_000_000)])])
      await untilAborted(signal)
    },
  },
  'materials without end': {
    what: 'submits cases that name 64 materials of 2 GiB each, and gives none',
    run: async (city, signal) => {
      await serve(city, STREAM.materials, async wire => wire.abort(new Error('none')))
      await packets(city =>
        city.submit(
          Array.from({ length: LIMITS.materialsPerPacket - city.named.length }, () =>
            randomCommitment(LIMITS.materialBytes),
          ),
        ),
      )(city, signal)
    },
  },
  'one long thread': {
    what: 'messages of 100 KB on one case, one after another: memory and the square of their number',
    run: async (city, signal) => {
      let last = await city.submit([])
      await packetsOnce(city, async () => [last])
      await packets(async city => {
        last = await city.write('case.message', { text: '一'.repeat(4000), attachments: [] }, { after: last })
        return last
      })(city, signal)
    },
  },
  'whole lists': {
    what: 'asks for the whole list of the victim again and again',
    run: (city, signal) =>
      again(signal, async () => {
        const wire = await city.wire(STREAM.lists)
        await wire.send(encodeListFrame({ type: 'list-request', city: city.victim.code, held: null }))
        for await (const _ of wire.frames()) if (signal.aborted) break
        wire.abort(new Error('done'))
      }),
  },
  'lists that do not hold': {
    what: 'announces a new list in each greeting, and gives 6 MB of lines packed into 64 KB under a wrong root',
    run: async (city, signal) => {
      let version = 1_000
      const head = () =>
        signListHead(
          {
            v: PROTOCOL_VERSION,
            iss: city.code,
            iat: Math.floor(Date.now() / 1000),
            version: ++version,
            count: 6000,
            root: '0'.repeat(64),
          },
          city.signer,
        )
      let newest = await head()
      const line = `${JSON.stringify({ taskCode: 'X', filling: 'x'.repeat(1000) })}\n`
      const lines = encodeUtf8(line.repeat(300))
      const packed = deflateRawSync(lines)
      await serve(city, STREAM.lists, async wire => {
        for await (const _ of wire.frames()) break
        await wire.send(encodeListFrame({ type: 'list-answer', head: newest, from: null }))
        for (let at = 0; at < 20; at++)
          await wire.send(encodeListFrame({ type: 'list-lines', size: lines.byteLength, packed }))
        await wire.send(encodeListFrame({ type: 'list-end' }))
        await wire.close()
      })
      await again(signal, async () => {
        const { wire } = await city.exchange({ list: newest })
        while (!signal.aborted) {
          newest = await head()
          await wire.send(encodeFrame({ type: 'list', list: newest }))
          await pause(5)
        }
      })
    },
  },
  directories: {
    what: 'documents of 4 MiB under the key of a trusted operator that this operator did not sign',
    run: async (city, signal) => {
      const header = jose.base64url.encode(
        JSON.stringify({ alg: 'Ed25519', typ: TYP.directory, kid: city.victim.operator }),
      )
      const payload = jose.base64url.encode(`{"v":1,"x":[${'[],'.repeat(1_000_000)}[]]}`)
      await again(signal, async () => {
        const wire = await city.wire(STREAM.directory)
        await wire.send(
          encodeDirectoryFrame({
            type: 'have',
            held: [{ operator: city.victim.operator, version: 9, sha256: randomBytes(32).toString('hex') }],
          }),
        )
        for (let at = 0; at < 8 && !signal.aborted; at++)
          await wire.send(encodeDirectoryFrame({ type: 'directory', jws: `${header}.${payload}.${random(64)}` }))
        await wire.close()
      })
    },
  },
  'many peers': {
    what: 'delegates scores of peer keys, and opens connections with each of them',
    run: async (city, signal) => {
      const made = await Promise.all(Array.from({ length: 10 }, () => city.morePeers(LIMITS.delegationKeys)))
      const { wire } = await city.exchange({
        identity: {
          ...city.identity,
          delegations: [...city.identity.delegations, ...made.map(entry => entry.delegation)].slice(
            0,
            LIMITS.helloDelegations,
          ),
        },
      })
      const hosts = await Promise.all(
        made.flatMap(({ keys }) => keys).map(key => createP2pHost({ key, listen: [], gate: () => true })),
      )
      try {
        for (const host of hosts) {
          if (signal.aborted) break
          await host.start()
          void again(signal, async () => {
            const held = await city.wire(STREAM.exchange, host)
            for await (const _ of held.frames()) if (signal.aborted) break
          })
        }
        await untilAborted(signal)
      } finally {
        wire.abort(new Error('done'))
        await Promise.allSettled(hosts.map(host => host.stop()))
      }
    },
  },
  'half-open sockets': {
    what: 'strangers: 64 sockets from eight addresses that say nothing, opened again when they are closed',
    run: async (city, signal) => {
      const port = Number(/\/tcp\/(\d+)/.exec(city.victim.addresses[0] ?? '')?.[1])
      const open = new Set<Socket>()
      const hold = (from: string): void => {
        if (signal.aborted) return
        const socket = connect({ port, host: '127.0.0.1', localAddress: from })
        open.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => {
          open.delete(socket)
          setTimeout(() => hold(from), 250)
        })
      }
      for (let at = 0; at < 64; at++) hold(`127.0.0.${2 + (at % 8)}`)
      await untilAborted(signal)
      for (const socket of open) socket.destroy()
    },
  },
  'false watermarks': {
    what: 'claims on each greeting to have received more than the victim sent, so that it takes out and signs anew',
    run: (city, signal) =>
      again(signal, async () => {
        const { wire, ended } = await city.exchange({
          received: { n: 1_000_000, hash: randomBytes(32).toString('hex') },
        })
        await Promise.race([ended, pause(50)])
        wire.abort(new Error('again'))
      }),
  },
} satisfies Record<string, Attack>

export type AttackName = keyof typeof ATTACKS

async function packetsOnce(
  city: HostileCity,
  make: () => Promise<{ id: string; jws: string; body: Uint8Array }[]>,
): Promise<void> {
  const { wire, hello } = await city.exchange()
  city.sent = hello.received
  for (const packet of await make()) await city.send(wire, packet)
  await pause(200)
  wire.abort(new Error('done'))
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
