/** Opens streams to a partner: one for its packets, and one that only asks whether it answers and who it says it is. */
import { encodeFrame, type Hello } from '../../protocol/exchange/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { FrameReader, type GreetingParts, readHello, writeHello } from './greeting.ts'
import type { Transport, Wire } from './wire.ts'

export type DialParts = GreetingParts & { transport: Transport }

/** An exchange stream to the first peer of the partner that can be reached. Problems: `partner.inactive`, `exchange.unreachable`. */
export async function dial(parts: DialParts, partner: string, signal?: AbortSignal): Promise<Wire> {
  const { peers, addresses } = parts.trust.reach(partner)
  if (peers.length === 0) {
    const problem = parts.trust.problemOf(partner)
    throw new ProblemError(problem?.code ?? 'partner.inactive', problem?.detail)
  }
  const options = { maxFrame: LIMITS.frameBytes, ...(signal === undefined ? {} : { signal }) }
  let problem: unknown = null
  for (const peer of peers) {
    try {
      return await parts.transport.open(peer, addresses, STREAM.exchange, options)
    } catch (error) {
      problem = error
    }
  }
  throw problem
}

/** A stream that carries no packets. */
export interface Probe {
  /** Exchanges hellos and learns the partner's keys. Problems: `exchange.*`, `certificate.*`, `delegation.*`, `key.expired`. */
  greet(): Promise<Hello>
  close(): void
}

/** Opens a probe within `timeout` ms; an open connection is used again. Problems: as for `dial`. */
export async function openProbe(parts: DialParts, partner: string, timeout: number): Promise<Probe> {
  const late = new AbortController()
  const cancel = parts.clock.after(timeout, () => late.abort())
  const wire = await dial(parts, partner, late.signal).finally(cancel)
  const reader = new FrameReader(wire)
  let greeted = false
  return {
    async greet() {
      const own = encodeFrame({ type: 'hello', hello: await writeHello(parts, partner) })
      const [hello] = await Promise.all([readHello(parts, partner, wire, reader), wire.send(own)])
      parts.instances.ended(partner, wire)
      greeted = true
      void end(parts, wire, reader)
      return hello
    },
    close() {
      if (!greeted) wire.abort(new Error('done'))
    },
  }
}

/** Ends the stream in order, so that the partner has nothing to complain of; by force when it does not end its half. */
async function end(parts: DialParts, wire: Wire, reader: FrameReader): Promise<void> {
  const cancel = parts.clock.after(parts.helloTimeout, () => wire.abort(new Error('done')))
  try {
    await wire.close()
    while ((await reader.next()) !== null);
  } catch {
    // It broke, which ends it as well.
  } finally {
    cancel()
  }
}
