/** Takes bundles apart, changes them as a forger would, and puts them together again. */
import { unzipSync, type ZipOptions, zipSync } from 'fflate'
import type { Manifest } from '../../node/city/records/evidence/manifest.ts'
import { sha256 } from '../../protocol/primitives.ts'

export type Files = Record<string, Uint8Array>

export const unpack = (zip: Uint8Array): Files => unzipSync(zip)
export const pack = (files: Files, options: ZipOptions = {}): Uint8Array<ArrayBuffer> =>
  new Uint8Array(zipSync(files, options))

export const manifestOf = (files: Files): Manifest =>
  JSON.parse(new TextDecoder().decode(files['manifest.json'])) as Manifest

export function setManifest(files: Files, change: Partial<Record<keyof Manifest, unknown>>): void {
  files['manifest.json'] = new TextEncoder().encode(JSON.stringify({ ...manifestOf(files), ...change }))
}

/** What a forger does last: lists the files as they now are. */
export async function relist(files: Files): Promise<void> {
  const listed: Record<string, string> = {}
  for (const [path, bytes] of Object.entries(files)) if (path !== 'manifest.json') listed[path] = await sha256(bytes)
  setManifest(files, { files: listed })
}

/** The only path in a folder that fits; throws when there is none or several. */
export function only(files: Files, pattern: RegExp): string {
  const found = Object.keys(files).filter(path => pattern.test(path))
  const [path] = found
  if (path === undefined || found.length > 1) throw new Error(`${found.length} paths fit ${pattern}`)
  return path
}

export function take(files: Files, path: string): Uint8Array {
  const bytes = files[path]
  if (bytes === undefined) throw new Error(`there is no ${path}`)
  delete files[path]
  return bytes
}

/** The bytes with one bit of one of them turned over; the middle one by default. */
export function flipped(bytes: Uint8Array, at: number = bytes.byteLength >> 1): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}
