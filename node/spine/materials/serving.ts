/** Gives partners what packets to them, and the own service list, name. SPEC.md §11. */
import { encodeFrame } from '../../../protocol/exchange/frames.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Database } from '../../kernel/store/database.ts'
import { WORK } from '../exchange/budget.ts'
import { FrameReader } from '../exchange/greeting.ts'
import type { Misconduct, Trust } from '../exchange/ports.ts'
import type { Wire } from '../exchange/wire.ts'
import type { BlobStore } from './blob-store.ts'
import { createGiven } from './given.ts'
import { release } from './release.ts'
import type { Transfers } from './transfer.ts'

export type ServingParts = {
  db: Database
  blobs: BlobStore
  trust: Pick<Trust, 'cityOf'>
  transfers: Pick<Transfers, 'give' | 'stalled'>
  /** bytes that the service lists name, for the partner; null when they name no such bytes */
  published: (partner: string, sha256: string) => Promise<Uint8Array | null>
  /** of a sandbox city alone */
  misconduct: Misconduct | undefined
}

/** Each part is gone when the next is asked for. */
async function* released(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    yield part
    release(part)
  }
}

export function createServing({ db, blobs, trust, transfers, published, misconduct }: ServingParts) {
  const given = createGiven()

  async function give(wire: Wire, partner: string, sha256: string, offset: number): Promise<void> {
    const [named] = await db.query<{ sent: number | null }>(
      `SELECT max(p.direction = 'out') AS sent FROM packet_materials pm JOIN packets p ON p.no = pm.packet_no
       WHERE pm.sha256 = ? AND p.partner = ?`,
      [fromHex(sha256), partner],
    )
    if (named?.sent == null) return giveBytes(wire, partner, sha256, await published(partner, sha256), offset)
    const size = await blobs.size(sha256)
    if (size === null) throw new ProblemError('material.missing')
    // It sent the packet, and asks from its end on whether the material is held. Naming a hash earns nobody its bytes.
    if (named.sent === 0 && offset !== size) throw new ProblemError('material.forbidden')
    if (offset > size) throw new ProblemError('exchange.protocol', 'offset')
    await wire.send(encodeFrame({ type: 'material-answer', size }))
    if (offset < size) {
      const bytes = released(blobs.open(sha256, offset))
      const given = misconduct?.material(sha256, bytes) ?? bytes
      await transfers.give(wire, given, costOf(wire, partner, sha256, offset))
    }
  }

  async function giveBytes(
    wire: Wire,
    partner: string,
    sha256: string,
    bytes: Uint8Array | null,
    offset: number,
  ): Promise<void> {
    if (bytes === null) throw new ProblemError('material.forbidden')
    if (offset > bytes.byteLength) throw new ProblemError('exchange.protocol', 'offset')
    await wire.send(encodeFrame({ type: 'material-answer', size: bytes.byteLength }))
    await transfers.give(wire, [bytes.subarray(offset)], costOf(wire, partner, sha256, offset))
  }

  /** Counts what is given: bytes that the partner was given before cost it work. */
  function costOf({ meter }: Wire, partner: string, sha256: string, offset: number): (bytes: number) => void {
    let next = offset
    let asked = false
    return bytes => {
      const again = given.note(partner, sha256, next, bytes)
      next += bytes
      // Whoever gets what it did not have asked for something of use, however many such requests it makes.
      if (again < bytes && !asked) meter.earn(WORK.stream + WORK.request)
      asked ||= again < bytes
      meter.charge((again / 1024) * WORK.sentKiB)
    }
  }

  /** Serves one stream: one request. */
  return async function serve(wire: Wire): Promise<void> {
    const partner = trust.cityOf(wire.peer)
    if (partner === undefined) {
      wire.abort(new ProblemError('partner.unknown'))
      return
    }
    try {
      const reader = new FrameReader(wire)
      const frame = await transfers.stalled(wire, () => reader.next())
      if (frame?.type !== 'material-request') throw new ProblemError('exchange.protocol', 'material-request expected')
      wire.meter.charge(WORK.request)
      await give(wire, partner, frame.sha256, frame.offset)
      await wire.close()
    } catch (error) {
      const problem: Problem = error instanceof ProblemError ? error.problem : { code: 'internal' }
      await transfers.stalled(wire, () => wire.send(encodeFrame({ type: 'problem', ...problem }))).catch(() => {})
      await wire.close().catch(() => {})
    }
  }
}
