/**
 * Files of materials in a backup (docs/decisions/018): whole but for the salt of their key, where its mark stands. The salt goes into
 * the file of keys; without it the node's key opens nothing.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { readSalt, SALT_AT, writeAt } from './chunk-file.ts'

/** Bytes that are copied at a time. */
const PIECE = 1024 * 1024

/** The salt of a file; null when it is none of a material, or not there. */
export async function saltOf(path: string): Promise<Uint8Array | null> {
  const file = await open(path, 'r').catch(ifMissing)
  if (file === null) return null
  return readSalt(file).finally(() => file.close())
}

/** Copies a file (0600) with `mark`, as long as its salt, in place of it; false when it is gone. */
export async function copyMarked(from: string, to: string, mark: Uint8Array): Promise<boolean> {
  const source = await open(from, 'r').catch(ifMissing)
  if (source === null) return false
  try {
    const target = await open(to, 'wx', 0o600)
    try {
      await copyBytes(source, target, mark)
      await target.sync()
      return true
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function copyBytes(source: FileHandle, target: FileHandle, mark: Uint8Array): Promise<void> {
  const buffer = Buffer.allocUnsafe(PIECE)
  for (let at = 0; ; ) {
    const { bytesRead } = await source.read(buffer, 0, PIECE, at)
    if (bytesRead === 0) return
    const piece = buffer.subarray(0, bytesRead)
    if (at === 0) piece.set(mark, SALT_AT)
    await writeAt(target, at, piece)
    at += bytesRead
  }
}

/** Puts the salt back into a copy. */
export async function giveSalt(path: string, salt: Uint8Array): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await writeAt(file, SALT_AT, salt)
    await file.sync()
  } finally {
    await file.close()
  }
}

function ifMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
