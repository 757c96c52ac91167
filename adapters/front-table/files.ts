/**
 * Files beside the tables: scans that are written under another name and renamed when they are whole, so that nobody reads half of one;
 * and the bytes of a scan for a column.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DeliveredMaterial } from '../sdk/index.ts'
import { FRONT_TABLE_LIMITS } from './config.ts'
import type { MadeFile } from './rows.ts'

/** Why a file was not written. `ours`: the material could not be read, or is not what its packet says. */
export type FileFault = 'ours' | 'folder' | 'aborted' | 'large'

/** Puts a material into the folder, unless it is there already; null: it is there, whole. */
export async function putFile(
  folder: string,
  { material, path }: MadeFile,
  signal: AbortSignal,
): Promise<FileFault | null> {
  const target = join(folder, path)
  const known = await stat(target).catch(() => null)
  if (known?.isFile() === true && known.size === material.size && (await hasHash(target, material.sha256))) return null
  const part = join(dirname(target), `.${material.sha256}.${randomUUID()}.part`)
  const file = await mkdir(dirname(target), { recursive: true })
    .then(() => open(part, 'wx', 0o640))
    .catch(() => null)
  if (file === null) return 'folder'
  let fault: FileFault | null = null
  try {
    fault = await copy(material, async bytes => void (await file.writeFile(bytes)), signal)
    // On the disk before a row says so.
    if (fault === null) await file.sync()
  } catch {
    fault = 'folder'
  } finally {
    await file.close().catch(() => {})
  }
  if (fault === null)
    fault = await rename(part, target).then(
      () => null,
      (): FileFault => 'folder',
    )
  if (fault !== null) await rm(part, { force: true }).catch(() => {})
  return fault
}

/** The bytes of a material, held whole. */
export async function bytesOf(
  material: DeliveredMaterial,
  signal: AbortSignal,
): Promise<{ ok: true; bytes: Uint8Array } | { ok: false; fault: FileFault }> {
  if (material.size > FRONT_TABLE_LIMITS.blobBytes) return { ok: false, fault: 'large' }
  const chunks: Uint8Array[] = []
  const fault = await copy(material, async bytes => void chunks.push(bytes), signal)
  return fault === null ? { ok: true, bytes: Buffer.concat(chunks) } : { ok: false, fault }
}

async function copy(
  material: DeliveredMaterial,
  take: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<FileFault | null> {
  const hash = createHash('sha256')
  let left = material.size
  const reader = material.open().getReader()
  const read = () => reader.read().catch(() => null)
  const aborted = new Promise<'aborted'>(resolve => {
    if (signal.aborted) resolve('aborted')
    signal.addEventListener('abort', () => resolve('aborted'), { once: true })
  })
  try {
    for (;;) {
      const next = await Promise.race([read(), aborted])
      if (next === 'aborted') return 'aborted'
      if (next === null) return 'ours'
      if (next.done) break
      left -= next.value.byteLength
      if (left < 0) return 'ours'
      hash.update(next.value)
      await take(next.value)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
  return left === 0 && hash.digest('hex') === material.sha256 ? null : 'ours'
}

async function hasHash(path: string, sha256: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return false
  const hash = createHash('sha256')
  try {
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Uint8Array)
  } catch {
    return false
  } finally {
    await file.close().catch(() => {})
  }
  return hash.digest('hex') === sha256
}
