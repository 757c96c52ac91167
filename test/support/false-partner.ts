/**
 * A partner whose node says of itself what a test wants: it keeps what it is sent, gives receipts or none, claims watermarks and
 * gives back what it likes. It stands where the city's own node stood, with its keys.
 */
import { advance } from '../../node/spine/exchange/hash.ts'
import type { Wire } from '../../node/spine/exchange/wire.ts'
import { decodeFrame, encodeFrame, type Frame, type Hello, type Watermark } from '../../protocol/exchange/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import type { PacketClaims } from '../../protocol/packet/claims.ts'
import { type ReceiptItem, signReceipt } from '../../protocol/packet/receipt.ts'
import { decodeUtf8, encodeUtf8, sha256 } from '../../protocol/primitives.ts'
import type { createWorld } from './world.ts'

export type Taken = { n: number; jws: string; body: Uint8Array; id: string; claims: PacketClaims }
export type GivenBack = { n: number; jws: string; receipt: string; body: Uint8Array }

const claimsIn = (jws: string): PacketClaims =>
  JSON.parse(decodeUtf8(Buffer.from(jws.split('.')[1] ?? '', 'base64url'))) as PacketClaims

export async function falsePartner(world: Awaited<ReturnType<typeof createWorld>>, code: string, victim: string) {
  const { play, db, packets } = world.city(code)
  const link = await packets().link(db, victim, 'in')
  await world.city(code).stop()
  const transport = world.network.transport(code, { gate: () => true })
  await transport.start()
  /** all that the victim sent, in the order in which it came */
  const taken: Taken[] = []
  /** why the victim ended streams */
  const farewells: string[] = []
  const partner = {
    taken,
    farewells,
    /** what it says it received; the truth, unless set */
    received: null as Watermark | null,
    /** whether it gives receipts */
    gives: false,
    /** when it says that it signed them, seconds; now, unless set */
    signs: undefined as number | undefined,
    hello: {} as Partial<Hello>,
    /** the last hello of the victim */
    heard: null as Hello | null,
    /** answers a recall; null hangs */
    giveBack: (async () => []) as (from: number) => Promise<GivenBack[] | null>,
    /** how far it has truly come */
    mark: { n: link.n, hash: link.hash } as Watermark,
    receipt: (items: ReceiptItem[], iat = Math.floor(world.clock.now() / 1000)): Promise<string> =>
      signReceipt({ v: 1, iss: code, aud: victim, iat, items }, play.packetSigner),
    /** a place that it says it refused */
    async refused(n: number): Promise<GivenBack> {
      const id = await sha256(`refused ${n}`)
      const receipt = await partner.receipt([{ id, status: 'refused', problem: 'chain.replay' }])
      return { n, jws: '', receipt, body: encodeUtf8(id) }
    },
    /** what it gives back of something that it took */
    async stored({ jws, body, id }: Pick<Taken, 'jws' | 'body' | 'id'>, n: number): Promise<GivenBack> {
      return { n, jws, receipt: await partner.receipt([{ id, status: 'stored' }]), body }
    },
    wire: null as Wire | null,
    /** Says hello on a stream of its own, as a node does that was started again. */
    async greet(): Promise<void> {
      const wire = await transport.open(victim, [`/memory/${victim}`], STREAM.exchange, { maxFrame: LIMITS.frameBytes })
      await wire.send(encodeFrame({ type: 'hello', hello: hello() }))
      for await (const bytes of wire.frames()) {
        const frame = frameOf(bytes)
        if (frame.type !== 'hello') continue
        partner.heard = frame.hello
        break
      }
      wire.abort(new Error('done'))
    },
    stop: () => transport.stop(),
  }

  const hello = (): Hello => ({
    v: 1,
    city: code,
    software: 'false',
    at: world.clock.now(),
    identity: { certificates: [play.certificate], delegations: play.delegations, revocations: [] },
    addresses: [],
    sent: { n: 0, hash: '0'.repeat(64) },
    received: partner.received ?? partner.mark,
    list: null,
    ...partner.hello,
  })

  async function serve(wire: Wire): Promise<void> {
    partner.wire = wire
    for await (const bytes of wire.frames()) {
      const frame = frameOf(bytes)
      if (frame.type === 'hello') await wire.send(encodeFrame({ type: 'hello', hello: hello() }))
      else if (frame.type === 'problem') farewells.push(frame.code)
      else if (frame.type === 'recall') {
        const given = await partner.giveBack(frame.from)
        if (given === null) continue
        for (const packet of given) await wire.send(encodeFrame({ type: 'recalled', ...packet }))
        await wire.send(encodeFrame({ type: 'recall-end', through: given.at(-1)?.n ?? frame.from - 1 }))
      } else if (frame.type === 'packet') {
        const id = frame.jws === '' ? decodeUtf8(frame.body) : await sha256(frame.jws)
        const body = Uint8Array.from(frame.body)
        taken.push({ n: frame.n, jws: frame.jws, body, id, claims: claimsIn(frame.jws) })
        if (!partner.gives) continue
        if (frame.n === partner.mark.n + 1) partner.mark = advance(partner.mark, id)
        const jws = await partner.receipt([{ id, status: 'stored' }], partner.signs)
        await wire.send(encodeFrame({ type: 'receipt', through: frame.n, jws }))
      }
    }
  }
  await transport.handle(STREAM.exchange, wire => serve(wire).catch(() => {}), {
    maxFrame: LIMITS.frameBytes,
    maxStreamsPerCity: 4,
  })
  return partner
}

function frameOf(bytes: Uint8Array): Frame {
  const decoded = decodeFrame(bytes)
  if (!decoded.ok) throw new Error(decoded.problem.code)
  return decoded.frame
}
