/** The files of an opened bundle: each is read once, within its limit, and must be the one that the manifest lists. */

import { hashOf } from '#evidence/runtime'
import { LIMITS } from '../../../../protocol/limits.ts'
import { parseJson, sha256 } from '../../../../protocol/primitives.ts'
import type { Findings } from './findings.ts'
import { BUNDLE_LIMITS, FOLDERS, type Folder, isFolder, MANIFEST, Manifest, placeOf } from './manifest.ts'
import { listZip, readEntry, readWhole, type Source, type ZipEntry, ZipError } from './zip.ts'

/** Called with how many of all packed bytes were read. */
export type Progress = (done: number, total: number) => void

const isKnownDirectory = (name: string): boolean => name.endsWith('/') && isFolder(name.slice(0, -1))

export class BundleFiles {
  readonly manifest: Manifest
  /** paths of bodies and materials that are absent, as the manifest says */
  readonly purged: ReadonlySet<string>
  readonly #source: Source
  readonly #entries: ReadonlyMap<string, ZipEntry>
  readonly #findings: Findings
  readonly #progress: Progress
  #done = 0

  private constructor(
    source: Source,
    entries: ReadonlyMap<string, ZipEntry>,
    manifest: Manifest,
    findings: Findings,
    progress: Progress,
  ) {
    this.#source = source
    this.#entries = entries
    this.manifest = manifest
    this.purged = new Set(manifest.purged)
    this.#findings = findings
    this.#progress = progress
  }

  /** Reads directory and manifest and compares the two; null when that alone shows that nothing can be read. */
  static async open(source: Source, findings: Findings, progress: Progress = () => {}): Promise<BundleFiles | null> {
    let entries: Map<string, ZipEntry>
    try {
      entries = new Map((await listZip(source, BUNDLE_LIMITS, isKnownDirectory)).map(entry => [entry.name, entry]))
    } catch (error) {
      findings.error('', 'zip.unreadable', reasonOf(error))
      return null
    }
    const counts = new Map<Folder, number>()
    for (const [path, entry] of entries) {
      const place = placeOf(path)
      if (place === null) findings.error(path, 'file.unknown')
      else if (entry.size > place.bytes) findings.error(path, 'file.oversize', `${place.bytes} bytes`)
      if (place === null || entry.size > place.bytes) entries.delete(path)
      else if (place.folder !== null) counts.set(place.folder, (counts.get(place.folder) ?? 0) + 1)
    }
    for (const [folder, count] of counts) {
      if (count <= FOLDERS[folder].most) continue
      findings.error(folder, 'file.many', `${FOLDERS[folder].most}`)
      return null
    }
    const manifest = await readManifest(source, entries.get(MANIFEST), findings)
    if (manifest === null) return null
    for (const path of Object.keys(manifest.files)) if (!entries.has(path)) findings.error(path, 'file.missing')
    for (const path of entries.keys()) {
      if (path !== MANIFEST && !Object.hasOwn(manifest.files, path)) findings.error(path, 'file.unlisted')
    }
    return new BundleFiles(source, entries, manifest, findings, progress)
  }

  has(path: string): boolean {
    return this.#entries.has(path)
  }

  /** Paths of the files in a folder, sorted. */
  inFolder(folder: Folder): string[] {
    return [...this.#entries.keys()].filter(path => path.startsWith(`${folder}/`)).sort()
  }

  size(path: string): number {
    return this.#entries.get(path)?.size ?? 0
  }

  /** Content of a small file; null, with a finding, when it is damaged or not the listed one. */
  async bytes(path: string): Promise<Uint8Array | null> {
    const entry = this.#entries.get(path)
    if (entry === undefined || entry.size > LARGEST_IN_MEMORY) return null
    try {
      const bytes = await readWhole(this.#source, entry)
      return this.#listed(path, await sha256(bytes)) ? bytes : null
    } catch (error) {
      this.#findings.error(path, 'zip.unreadable', reasonOf(error))
      return null
    } finally {
      this.#count(entry)
    }
  }

  /** Content as ASCII or UTF-8 text, unchanged. */
  async text(path: string): Promise<string | null> {
    const bytes = await this.bytes(path)
    return bytes === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  }

  /** Hashes a file of any size without holding it; its SHA-256, or null with a finding. */
  async hash(path: string): Promise<string | null> {
    const entry = this.#entries.get(path)
    if (entry === undefined) return null
    try {
      const digest = await hashOf(readEntry(this.#source, entry), entry.size)
      return this.#listed(path, digest) ? digest : null
    } catch (error) {
      this.#findings.error(path, 'zip.unreadable', reasonOf(error))
      return null
    } finally {
      this.#count(entry)
    }
  }

  #listed(path: string, digest: string): boolean {
    const listed = Object.hasOwn(this.manifest.files, path) ? this.manifest.files[path] : undefined
    if (listed !== undefined && listed !== digest) this.#findings.error(path, 'file.hash')
    return listed === digest
  }

  #count(entry: ZipEntry): void {
    this.#done += entry.packed
    this.#progress(this.#done, this.#source.size)
  }
}

const LARGEST_IN_MEMORY = Math.max(LIMITS.bodyBytes, BUNDLE_LIMITS.agreementBytes)

async function readManifest(source: Source, entry: ZipEntry | undefined, findings: Findings): Promise<Manifest | null> {
  if (entry === undefined) {
    findings.error(MANIFEST, 'manifest.missing')
    return null
  }
  try {
    const parsed = parseJson(Manifest, await readWhole(source, entry), 'evidence.invalid')
    if (parsed.ok) return parsed.value
    findings.error(MANIFEST, 'manifest.malformed', parsed.problem.detail)
  } catch (error) {
    findings.error(MANIFEST, 'zip.unreadable', reasonOf(error))
  }
  return null
}

const reasonOf = (error: unknown): string => (error instanceof ZipError ? error.message : 'it cannot be read')
