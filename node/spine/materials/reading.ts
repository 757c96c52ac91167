/** Reading what is held (材料的读取): one whose file is gone or damaged is held no more, and fetched again from whoever sent it. */
import { type Commitment, fromHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { BlobStore } from './blob-store.ts'
import type { WantedStore } from './wanted.ts'

export function createReading(parts: {
  db: Database
  blobs: BlobStore
  clock: Clock
  audit: Audit
  wanted: WantedStore
  /** a row of what was held is gone, in the transaction; fetched again from these partners after it */
  lost: (tx: Transaction, partners: readonly string[]) => void
}) {
  const { db, blobs, clock, wanted } = parts

  /**
   * The file of a material that is held by its row is gone or damaged: it is held no more, and fetched again from whoever sent it.
   * Throws ProblemError `material.missing` that says so.
   */
  async function lose(sha256: string): Promise<never> {
    const hash = fromHex(sha256)
    await blobs.delete(sha256)
    const senders = await db.transaction(async tx => {
      const [row] = await tx.query<{ size: number; type: string }>(
        'SELECT size, type FROM materials WHERE sha256 = ?',
        [hash],
      )
      if (row === undefined) return []
      await tx.run('DELETE FROM materials WHERE sha256 = ?', [hash])
      const found = await tx.query<{ partner: string }>(
        `SELECT DISTINCT p.partner FROM packets p JOIN packet_materials pm ON pm.packet_no = p.no
         WHERE pm.sha256 = ? AND p.direction = 'in' AND p.status = 'stored'
           AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.thread_no = p.thread_no AND c.purged_at IS NOT NULL)
         ORDER BY p.partner`,
        [hash],
      )
      for (const { partner } of found) await wanted.add(tx, partner, { sha256, ...row }, clock.now())
      const partners = found.map(({ partner }) => partner)
      await parts.audit.append(tx, {
        actor: 'node',
        action: 'material.lost',
        subject: sha256,
        detail: { partners: partners.join(' ') },
      })
      parts.lost(tx, partners)
      return partners
    })
    throw new ProblemError(
      'material.missing',
      senders.length === 0
        ? 'its file is gone or damaged: upload it again'
        : `its file is gone or damaged: it is fetched again from ${senders.join(', ')}`,
    )
  }

  /** The bytes of what is held; one whose file is gone or damaged is fetched again, and the stream fails with `material.missing`. */
  async function* bytesOf(sha256: string, offset = 0): AsyncGenerator<Uint8Array> {
    const reader = blobs.open(sha256, offset).getReader()
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          const code = error instanceof ProblemError ? error.problem.code : null
          if (code === 'material.missing' || code === 'material.hash') return lose(sha256)
          throw error
        })
        if (done) return
        yield value
      }
    } finally {
      await reader.cancel().catch(() => {})
    }
  }

  /** The rest of a generator as a stream, after what was read of it. */
  const streamOf = (bytes: AsyncGenerator<Uint8Array>, first: Uint8Array[] = []): ReadableStream<Uint8Array> =>
    new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const begun = first.shift()
          const { done, value } = begun === undefined ? await bytes.next() : { done: false, value: begun }
          if (done === true) controller.close()
          else controller.enqueue(value as Uint8Array)
        },
        cancel: async () => {
          await bytes.return(undefined)
        },
      },
      { highWaterMark: 0 },
    )

  return {
    /** The bytes of a held material; the stream fails with `material.missing` when its file is gone or damaged, and it is fetched again. */
    open: (sha256: string): ReadableStream<Uint8Array> => streamOf(bytesOf(sha256)),

    /** The same, begun, from a place on: whoever gets it has the file. Problem: `material.missing`. */
    async read(sha256: string, offset = 0): Promise<Commitment & { body: ReadableStream<Uint8Array> }> {
      const [row] = await db.query<{ size: number; type: string }>(
        'SELECT size, type FROM materials WHERE sha256 = ?',
        [fromHex(sha256)],
      )
      if (row === undefined) throw new ProblemError('material.missing')
      const bytes = bytesOf(sha256, offset)
      const first = await bytes.next()
      return { sha256, ...row, body: streamOf(bytes, first.done === true ? [] : [first.value]) }
    },
  }
}
