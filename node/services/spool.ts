/**
 * Puts the items of a list into the order of its hash tree without holding them in memory: they go to a file that has no name,
 * keys, hashes and places stay here, a few hundred bytes an item.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeUtf8 } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { bucketOf, compareKeys, LIST_BUCKETS } from '../../protocol/service/list-tree.ts'
import type { Kept } from './stage.ts'
import type { Summary } from './summary.ts'

/** Bytes held before the file is made; a list that fits never becomes a file. */
const BLOCK = 2 * 1024 * 1024

type Place = { key: Uint8Array; hash: Uint8Array; at: number; size: number }

export function createSpool() {
  const buckets: (Place[] | undefined)[] = new Array(LIST_BUCKETS)
  const block = Buffer.allocUnsafe(BLOCK)
  let file: number | null = null
  /** bytes in the file; what follows them is in the block */
  let written = 0
  let filled = 0
  let count = 0

  function flush(): void {
    file ??= openNameless()
    for (let done = 0; done < filled; ) done += writeSync(file, block, done, filled - done)
    written += filled
    filled = 0
  }

  function read({ at, size }: Place): Uint8Array {
    if (at >= written) return block.subarray(at - written, at - written + size)
    const bytes = new Uint8Array(size)
    for (let done = 0; file !== null && done < size; ) {
      const got = readSync(file, bytes, done, size - done, at + done)
      if (got === 0) throw new ProblemError('internal', 'the spool was cut off')
      done += got
    }
    return bytes
  }

  return {
    count: () => count,

    add({ key, hash, text, summary }: Kept): void {
      // Neither holds a line end: both are JSON on one line.
      const record = `${JSON.stringify(summary)}\n${text}`
      const size = Buffer.byteLength(record)
      if (size > BLOCK) throw new ProblemError('internal', 'an item larger than the block')
      if (filled + size > BLOCK) flush()
      block.write(record, filled)
      const place = { key, hash, at: written + filled, size }
      const bucket = bucketOf(key)
      const places = buckets[bucket]
      if (places === undefined) buckets[bucket] = [place]
      else places.push(place)
      filled += size
      count++
    },

    /** Every item in ascending order of its key; equal keys follow each other. */
    *sorted(): Generator<Kept> {
      for (const places of buckets) {
        if (places === undefined) continue
        for (const place of places.sort((a, b) => compareKeys(a.key, b.key))) {
          const [summary = '', text = ''] = decodeUtf8(read(place)).split('\n')
          yield { key: place.key, hash: place.hash, text, summary: JSON.parse(summary) as Summary }
        }
      }
    },

    close(): void {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}

/** Read and written by this process alone, and gone with it. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'tongban-list-'))
  try {
    return openSync(join(folder, 'spool'), 'wx+', 0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
