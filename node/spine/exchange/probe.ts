/** Opens streams to a partner: one for its packets, and one that only asks whether it answers and who it says it is. */
import { encodeFrame, type Hello } from '../../../protocol/exchange/frames.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { dial } from './dial.ts'
import { FrameReader, type GreetingParts, readHello, writeHello } from './greeting.ts'
import type { Transport, Wire } from './wire.ts'

export type ProbeParts = GreetingParts & { transport: Transport }

/** An exchange stream to the partner. Problems: why nothing goes to it (`partner.inactive`, `certificate.revoked`), `exchange.unreachable`. */
export async function dialExchange(
  parts: ProbeParts,
  partner: string,
  { within, signal }: { within: number; signal?: AbortSignal },
): Promise<Wire> {
  const problem = parts.trust.reach(partner).peers.length === 0 ? parts.trust.problemOf(partner) : null
  if (problem !== null) throw new ProblemError(problem.code, problem.detail)
  return dial(parts, partner, STREAM.exchange, { maxFrame: LIMITS.frameBytes, within, signal })
}

/** A stream that carries no packets. */
export interface Probe {
  /** Exchanges hellos and learns the partner's keys. Problems: `exchange.*`, `certificate.*`, `delegation.*`, `key.expired`. */
  greet(): Promise<Hello>
  close(): void
}

/** Opens a probe within `timeout` ms; an open connection is used again. Problems: as for `dialExchange`. */
export async function openProbe(parts: ProbeParts, partner: string, timeout: number): Promise<Probe> {
  const wire = await dialExchange(parts, partner, { within: timeout })
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
async function end(parts: ProbeParts, wire: Wire, reader: FrameReader): Promise<void> {
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
