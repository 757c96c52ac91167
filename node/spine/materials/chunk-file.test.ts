import type { FileHandle } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { fc } from '../../../test/support/properties.ts'
import { CHUNK, ChunkWriter, keyOf, lastChunk, newHeader, plainSize } from './chunk-file.ts'

const KEY = new Uint8Array(32)

describe('sizes', () => {
  test('of the file and of its plain bytes tell each other', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5 * CHUNK }), size => {
        expect(plainSize(32 + size + 28 * (lastChunk(size) + 1))).toBe(size)
      }),
    )
  })

  test('that no whole file has are refused', () => {
    const sealed = CHUNK + 28
    const whole = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1].map(size => 32 + size + 28 * (lastChunk(size) + 1))
    for (const bytes of [0, 31, 32, 33, 59, 32 + sealed + 1, 32 + sealed + 28]) expect(plainSize(bytes)).toBeNull()
    for (const bytes of whole) expect(plainSize(bytes)).not.toBeNull()
  })
})

describe('keys of files', () => {
  test('differ from file to file, and need the header of one', () => {
    const one = newHeader()
    const two = newHeader()
    expect(keyOf(KEY, one)).not.toEqual(keyOf(KEY, two))
    expect(keyOf(KEY, one)).toEqual(keyOf(KEY, one))
    one[0] = 0
    expect(keyOf(KEY, one)).toBeNull()
  })
})

/** A disk that takes `room` bytes and then fails, a few at a time. */
function smallDisk(room: number) {
  let taken = 0
  const file = {
    async write(bytes: Uint8Array, _from: number, length: number) {
      if (taken >= room) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      const bytesWritten = Math.min(length, 5000, room - taken)
      taken += bytesWritten
      return { bytesWritten, buffer: bytes }
    },
    sync: async () => {},
  }
  return { file: file as unknown as FileHandle, taken: () => taken }
}

describe('a disk', () => {
  test('that takes a few bytes at a time gets all of them', async () => {
    const disk = smallDisk(Number.POSITIVE_INFINITY)
    const writer = new ChunkWriter(disk.file, KEY, 0)
    await writer.append(new Uint8Array(2 * CHUNK))
    await writer.end('00'.repeat(32))
    expect(disk.taken()).toBe(2 * (CHUNK + 28))
  })

  test('that was full once never has a whole file afterwards', async () => {
    const disk = smallDisk(CHUNK)
    const writer = new ChunkWriter(disk.file, KEY, 0)
    await expect(writer.append(new Uint8Array(12 * CHUNK))).rejects.toMatchObject({ code: 'ENOSPC' })
    await expect(writer.settle()).rejects.toMatchObject({ code: 'ENOSPC' })
    await expect(writer.end('00'.repeat(32))).rejects.toMatchObject({ code: 'ENOSPC' })
  })
})
