/**
 * Puts the items of a list into the order of its hash tree without holding them in memory: they go to a file that has no name, those
 * of one group of buckets in blocks of their own; keys, hashes and places stay here, a few hundred bytes an item.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LIMITS } from '../../../protocol/limits.ts'
import { decodeUtf8, encodeUtf8 } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { bucketOf, compareKeys, GROUP_BUCKETS, LIST_BUCKETS } from '../../../protocol/service/list-tree.ts'
import { namedFull } from '../../kernel/store/disk.ts'
import { isKept, type Kept, type Known } from './kept.ts'

/** Bytes of a group that wait in memory. */
const BLOCK = 64 * 1024
const NOTHING = Buffer.alloc(0)
/** Bytes of one group at most: as much as its buckets may hold, and what is kept beside the items. */
const GROUP_BYTES = GROUP_BUCKETS * LIMITS.bucketBytes

/** `at` is the place among all bytes of the group. */
type Place = { key: Uint8Array; hash: Uint8Array; at: number; middle: number; end: number }
type Group = {
  block: Buffer
  filled: number
  written: { at: number; size: number }[]
  size: number
  places: (Place | Known)[]
}

/** Problem: `disk.full`. */
function writtenAt(file: number, bytes: Uint8Array, from: number, position: number): number {
  try {
    return writeSync(file, bytes, from, bytes.byteLength - from, position)
  } catch (error) {
    throw namedFull(error)
  }
}

export function createSpool() {
  const groups: (Group | undefined)[] = new Array(LIST_BUCKETS / GROUP_BUCKETS)
  let file: number | null = null
  let fileSize = 0
  let count = 0

  function write(group: Group, bytes: Uint8Array): void {
    file ??= openNameless()
    for (let done = 0; done < bytes.byteLength; ) done += writtenAt(file, bytes, done, fileSize + done)
    group.written.push({ at: fileSize, size: bytes.byteLength })
    fileSize += bytes.byteLength
  }

  function append(group: Group, bytes: Uint8Array): void {
    if (group.size + bytes.byteLength > GROUP_BYTES) throw new ProblemError('list.malformed', 'too much in one bucket')
    group.size += bytes.byteLength
    // What is known brings no bytes.
    if (group.block === NOTHING) group.block = Buffer.allocUnsafe(BLOCK)
    for (let from = 0; from < bytes.byteLength; ) {
      const isAll = from === 0 && bytes.byteLength <= BLOCK - group.filled
      const part = isAll ? bytes : bytes.subarray(from, from + BLOCK - group.filled)
      group.block.set(part, group.filled)
      group.filled += part.byteLength
      from += part.byteLength
      if (group.filled < BLOCK) continue
      write(group, group.block)
      group.filled = 0
    }
  }

  /** All bytes of a group. */
  function read(group: Group): Buffer {
    const bytes = Buffer.allocUnsafe(group.size)
    let filled = 0
    for (const { at, size } of group.written) {
      for (let done = 0; file !== null && done < size; ) {
        const got = readSync(file, bytes, filled + done, size - done, at + done)
        if (got === 0) throw new ProblemError('internal', 'the spool was cut off')
        done += got
      }
      filled += size
    }
    group.block.copy(bytes, filled, 0, group.filled)
    return bytes
  }

  return {
    count: () => count,

    add(item: Kept | Known): void {
      const { key, hash } = item
      const number = Math.floor(bucketOf(key) / GROUP_BUCKETS)
      const group = groups[number] ?? { block: NOTHING, filled: 0, written: [], size: 0, places: [] }
      groups[number] = group
      count++
      if (!isKept(item)) {
        group.places.push(item)
        return
      }
      const { bytes, summary } = item
      const at = group.size
      append(group, encodeUtf8(summary))
      const middle = group.size
      append(group, bytes)
      group.places.push({ key, hash, at, middle, end: group.size })
    },

    /** Every item in ascending order of its key; equal keys follow each other. Their bytes are views of a block. */
    *sorted(): Generator<Kept | Known> {
      for (const group of groups) {
        if (group === undefined) continue
        const bytes = read(group)
        for (const place of group.places.sort((a, b) => compareKeys(a.key, b.key))) {
          if (!('at' in place)) {
            yield place
            continue
          }
          const { key, hash, at, middle, end } = place
          const summary = decodeUtf8(bytes.subarray(at, middle))
          yield { key, hash, bytes: bytes.subarray(middle, end), summary }
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
