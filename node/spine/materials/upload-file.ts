/** The file of an upload: sealed frames one after the other, each behind its length, so that nobody reads from the disk what waits there. */
import { type FileHandle, open } from 'node:fs/promises'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Seal } from '../../kernel/keys/case-keys.ts'

/** Bytes of the length before each frame. */
const LENGTH = 4

const contextOf = (id: string, frame: number): string => `upload ${id} ${frame}`

/** Writes one frame at `at`; how many bytes it has there. */
export async function writeFrame(
  file: FileHandle,
  seal: Seal,
  { id, frame, at }: { id: string; frame: number; at: number },
  bytes: Uint8Array,
): Promise<number> {
  const sealed = seal.seal(bytes, contextOf(id, frame))
  const framed = Buffer.alloc(LENGTH + sealed.byteLength)
  framed.writeUInt32BE(sealed.byteLength)
  framed.set(sealed, LENGTH)
  await file.write(framed, 0, framed.byteLength, at)
  return framed.byteLength
}

/** All that came, opened. The stream fails with `internal` when the file is not what was written. */
export async function* readFrames(
  path: string,
  seal: Seal,
  { id, frames, fileBytes }: { id: string; frames: number; fileBytes: number },
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r')
  try {
    let at = 0
    for (let frame = 0; frame < frames; frame++) {
      const head = Buffer.alloc(LENGTH)
      await file.read(head, 0, LENGTH, at)
      const length = head.readUInt32BE()
      if (at + LENGTH + length > fileBytes) throw new ProblemError('internal', 'an upload is damaged')
      const sealed = Buffer.alloc(length)
      await file.read(sealed, 0, length, at + LENGTH)
      at += LENGTH + length
      yield seal.open(sealed, contextOf(id, frame))
    }
  } finally {
    await file.close()
  }
}
