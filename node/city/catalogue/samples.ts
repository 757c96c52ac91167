/**
 * Samples and blank forms of materials (样表, 空表): uploaded by an administrator, named by items, given to every partner that asks
 * (they hold made-up persons), and fetched from a partner when a counter wants to see one. May import the store.
 */
import { LIMITS } from '../../../protocol/limits.ts'
import { type Commitment, fromHex, toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'

export type SamplesParts = {
  db: Database
  clock: Clock
  audit: Audit
  own: string
  item: (city: string, code: string) => Promise<ServiceItem | null>
  files: {
    /** judges the type by content; refuses more than `maxBytes` */
    upload(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Commitment>
    open(sha256: string): ReadableStream<Uint8Array>
    fetch(partner: string, named: Commitment): Promise<Uint8Array>
  }
}

/** Samples of partners that are kept; when there are more, those that were fetched first go from the list, and are fetched again. */
export const KEPT_SAMPLES = 5000

export type Samples = ReturnType<typeof createSamples>

export function createSamples({ db, clock, audit, own, item, files }: SamplesParts) {
  async function held(city: string, sha256: string): Promise<Commitment | null> {
    const [row] = await db.query<{ size: number; type: string }>(
      'SELECT size, type FROM samples WHERE city = ? AND sha256 = ?',
      [city, fromHex(sha256)],
    )
    return row === undefined ? null : { sha256, size: row.size, type: row.type }
  }

  const insert = (city: string, { sha256, size, type }: Commitment) =>
    [
      'INSERT INTO samples (city, sha256, size, type, kept_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      [city, fromHex(sha256), size, type, clock.now()],
    ] as const

  /** The commitment that an item holds to these bytes. */
  function named(of: ServiceItem, sha256: string): Commitment | undefined {
    const all = [of.resultGuid, ...of.materials.flatMap(({ exampleGuid, formGuid }) => [exampleGuid, formGuid])]
    return all.find(entry => entry?.sha256 === sha256)
  }

  return {
    /** Keeps a sample to be named by items and given to partners. Problems: `material.oversize`, `request.invalid`. */
    async add(stream: ReadableStream<Uint8Array>, actor: string): Promise<Commitment> {
      const made = await files.upload(stream, LIMITS.sampleBytes)
      await db.transaction(async tx => {
        await tx.run(...insert(own, made))
        await audit.append(tx, { actor, action: 'sample.added', subject: made.sha256, detail: { size: made.size } })
      })
      return made
    },

    /**
     * A sample that the newest item of a city names; a partner's is fetched once and kept. Problems: `item.unknown`,
     * `material.missing` when no item names it or the own one was not uploaded, `exchange.*`.
     */
    async open(city: string, code: string, sha256: string): Promise<Commitment & { body: ReadableStream<Uint8Array> }> {
      const found = await item(city, code)
      if (found === null) throw new ProblemError('item.unknown')
      const commitment = named(found, sha256)
      if (commitment === undefined) throw new ProblemError('material.missing', 'the item names no such sample')
      if (commitment.size > LIMITS.sampleBytes) throw new ProblemError('material.oversize')
      const kept = await held(city, sha256)
      if (kept !== null) return { ...kept, body: files.open(sha256) }
      if (city === own) throw new ProblemError('material.missing', 'it was not uploaded as a sample')
      const bytes = await files.fetch(city, commitment)
      // Its type is judged here: what a partner says of it is not given to a browser.
      const made = await files.upload(new Blob([new Uint8Array(bytes)]).stream(), LIMITS.sampleBytes)
      await db.transaction(async tx => {
        await tx.run(...insert(city, made))
        await tx.run(
          `DELETE FROM samples WHERE city <> ? AND (city, sha256) IN
             (SELECT city, sha256 FROM samples WHERE city <> ? ORDER BY kept_at DESC LIMIT -1 OFFSET ?)`,
          [own, own, KEPT_SAMPLES],
        )
      })
      return { ...made, body: files.open(sha256) }
    },

    /** Hashes of the own ones, which partners can fetch. */
    async own(): Promise<Set<string>> {
      const rows = await db.query<{ sha256: Uint8Array }>('SELECT sha256 FROM samples WHERE city = ?', [own])
      return new Set(rows.map(({ sha256 }) => toHex(sha256)))
    },

    /** Bytes of an own sample, for a partner; null when there is none. */
    async published(sha256: string): Promise<Uint8Array | null> {
      if ((await held(own, sha256)) === null) return null
      return new Uint8Array(await new Response(files.open(sha256)).arrayBuffer())
    },
  }
}
