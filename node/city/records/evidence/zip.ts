/**
 * Reads a ZIP file that may be hostile: the directory at its end is the only list of files, every byte belongs to exactly
 * one of them, and each is read as a stream no longer than it says. So two readers never see different files in one bundle.
 * Refuses what evidence never needs: encryption, 64-bit sizes, several disks, comments, links, names beyond plain ASCII.
 */
import { crc32 } from '#evidence/runtime'

const CHUNK = 64 * 1024
/** Deflate grows at most some thousandfold: so much is unpacked at once that a bomb costs 16 MiB. */
const DEFLATED_CHUNK = 16 * 1024
const END = { signature: 0x06054b50, bytes: 22 }
const CENTRAL = { signature: 0x02014b50, bytes: 46 }
const LOCAL = { signature: 0x04034b50, bytes: 30 }
const DESCRIPTOR = 0x08074b50
const STREAMED = 0x08
/** Encrypted, patched, or with a masked directory. */
const REFUSED_FLAGS = 0x2061
/** Time stamps and owners that common tools write; others may rename a file or widen its size. */
const KNOWN_EXTRAS = [0x5455, 0x7875, 0x5855, 0x7855, 0x000a]

/** Random access to the bytes of a bundle. */
export type Source = {
  size: number
  /** exactly `length` bytes; rejects at the end of the file */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

export type ZipEntry = {
  name: string
  /** bytes of the file */
  size: number
  /** bytes that it takes in the ZIP */
  packed: number
  /** 0 stored, 8 deflated */
  method: number
  crc: number
  /** where its packed bytes begin */
  begin: number
}

/** The ZIP is damaged or of a kind that is refused; `message` is safe to show. */
export class ZipError extends Error {
  override readonly name = 'ZipError'
}

/** A blob (a Bun or browser File) for random access. */
export const sourceOf = (bundle: Blob): Source => ({
  size: bundle.size,
  // `Blob.bytes` is younger than the browsers of many an office.
  read: async (offset, length) =>
    exactly(new Uint8Array(await bundle.slice(offset, offset + length).arrayBuffer()), length),
  close: async () => {},
})

/** Throws ZipError unless as many bytes were read as were asked for. */
export function exactly(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.byteLength !== length) throw new ZipError('the file ends too early')
  return bytes
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Lists the files. Throws ZipError. Directory entries without content are left out when `isDirectory` knows them. */
export async function listZip(
  source: Source,
  limits: { bundleBytes: number; entries: number; directoryBytes: number },
  isDirectory: (name: string) => boolean,
): Promise<ZipEntry[]> {
  if (source.size > limits.bundleBytes) throw new ZipError(`larger than ${limits.bundleBytes} bytes`)
  if (source.size < END.bytes) throw new ZipError('not a ZIP file')
  const endAt = source.size - END.bytes
  const end = viewOf(await source.read(endAt, END.bytes))
  if (end.getUint32(0, true) !== END.signature)
    throw new ZipError('not a ZIP file, cut off, or with bytes after its end')
  const count = end.getUint16(10, true)
  const directoryBytes = end.getUint32(12, true)
  const directoryAt = end.getUint32(16, true)
  if (end.getUint32(4, true) !== 0 || end.getUint16(8, true) !== count) throw new ZipError('several disks')
  if (count > limits.entries) throw new ZipError(`more than ${limits.entries} files`)
  if (directoryBytes > limits.directoryBytes) throw new ZipError(`directory larger than ${limits.directoryBytes} bytes`)
  if (directoryAt + directoryBytes !== endAt) throw new ZipError('the directory is not where the end record says')

  const found = readDirectory(await source.read(directoryAt, directoryBytes), count)
  const names = new Set<string>()
  for (const { name } of found) {
    if (names.has(name)) throw new ZipError(`${name} stands twice`)
    names.add(name)
  }
  await placeEntries(source, found, directoryAt)
  return found.filter(entry => !(entry.size === 0 && entry.packed <= 2 && isDirectory(entry.name)))
}

type Listed = ZipEntry & { flags: number; header: number }

function readDirectory(bytes: Uint8Array, count: number): Listed[] {
  const view = viewOf(bytes)
  const found: Listed[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL.bytes > bytes.byteLength || view.getUint32(at, true) !== CENTRAL.signature) {
      throw new ZipError('the directory is damaged')
    }
    const flags = view.getUint16(at + 8, true)
    const method = view.getUint16(at + 10, true)
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map(offset => view.getUint16(at + offset, true))
    const nameAt = at + CENTRAL.bytes
    const extraAt = nameAt + (nameBytes ?? 0)
    const next = extraAt + (extraBytes ?? 0) + (commentBytes ?? 0)
    if (next > bytes.byteLength) throw new ZipError('the directory is damaged')
    const name = String.fromCharCode(...bytes.subarray(nameAt, extraAt).subarray(0, 300))
    if (!/^[A-Za-z0-9._/-]{1,255}$/.test(name)) throw new ZipError('a file has a name that is not allowed')
    checkExtras(bytes.subarray(extraAt, extraAt + (extraBytes ?? 0)), name)
    if ((flags & REFUSED_FLAGS) !== 0) throw new ZipError(`${name} is encrypted`)
    if (method !== 0 && method !== 8) throw new ZipError(`${name} is packed by an unknown method`)
    // The upper half holds the Unix file type when a Unix tool wrote it: 0xa000 is a symbolic link.
    if ((view.getUint16(at + 40, true) & 0xf000) === 0xa000) throw new ZipError(`${name} is a link`)
    const packed = view.getUint32(at + 20, true)
    const size = view.getUint32(at + 24, true)
    if (method === 0 && packed !== size) throw new ZipError(`${name} has two sizes`)
    const header = view.getUint32(at + 42, true)
    found.push({ name, size, packed, method, crc: view.getUint32(at + 16, true), begin: 0, flags, header })
    at = next
  }
  if (at !== bytes.byteLength) throw new ZipError('the directory is damaged')
  return found
}

function checkExtras(extra: Uint8Array, name: string): void {
  const view = viewOf(extra)
  let at = 0
  while (at + 4 <= extra.byteLength) {
    if (!KNOWN_EXTRAS.includes(view.getUint16(at, true)))
      throw new ZipError(`${name} has an extra field of unknown kind`)
    at += 4 + view.getUint16(at + 2, true)
  }
  if (at !== extra.byteLength) throw new ZipError(`${name} has a damaged extra field`)
}

/** Checks that headers and files fill the ZIP up to its directory without gap or overlap, and fills in where each begins. */
async function placeEntries(source: Source, found: Listed[], directoryAt: number): Promise<void> {
  let at = 0
  for (const entry of [...found].sort((a, b) => a.header - b.header)) {
    if (entry.header !== at) throw new ZipError(`${entry.name} does not begin where the file before it ends`)
    const header = viewOf(await source.read(at, LOCAL.bytes))
    if (header.getUint32(0, true) !== LOCAL.signature) throw new ZipError(`${entry.name} has no header`)
    const nameBytes = header.getUint16(26, true)
    const rest = await source.read(at + LOCAL.bytes, nameBytes + header.getUint16(28, true))
    const same =
      String.fromCharCode(...rest.subarray(0, Math.min(nameBytes, 300))) === entry.name &&
      header.getUint16(6, true) === entry.flags &&
      header.getUint16(8, true) === entry.method
    if (!same) throw new ZipError(`${entry.name} has two different headers`)
    checkExtras(rest.subarray(nameBytes), entry.name)
    const streamed = (entry.flags & STREAMED) !== 0
    const sizes = [14, 18, 22].map(offset => header.getUint32(offset, true))
    if (!streamed && sizes.join() !== [entry.crc, entry.packed, entry.size].join()) {
      throw new ZipError(`${entry.name} has two different headers`)
    }
    entry.begin = at + LOCAL.bytes + rest.byteLength
    at = entry.begin + entry.packed
    if (at > directoryAt) throw new ZipError(`${entry.name} reaches into the directory`)
    if (streamed) at += await descriptorBytes(source, entry, at, directoryAt)
  }
  if (at !== directoryAt) throw new ZipError('there are bytes that belong to no file')
}

/** Length of the data descriptor after a streamed file, with or without its signature. */
async function descriptorBytes(source: Source, entry: ZipEntry, at: number, limit: number): Promise<number> {
  const wanted = [entry.crc, entry.packed, entry.size].join()
  const bytes = viewOf(await source.read(at, Math.min(16, limit - at)))
  const numbers = (offset: number) => [0, 4, 8].map(step => bytes.getUint32(offset + step, true)).join()
  if (bytes.byteLength === 16 && bytes.getUint32(0, true) === DESCRIPTOR && numbers(4) === wanted) return 16
  if (bytes.byteLength >= 12 && numbers(0) === wanted) return 12
  throw new ZipError(`${entry.name} has a damaged descriptor`)
}

/** Streams the content of one file; throws ZipError when it is not exactly as long as listed, or its checksum differs. */
export async function* readEntry(source: Source, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  let size = 0
  let crc = 0
  try {
    for await (const chunk of entry.method === 0 ? packedBytes(source, entry) : inflated(source, entry)) {
      size += chunk.byteLength
      if (size > entry.size) throw new ZipError(`${entry.name} is longer than listed`)
      crc = crc32(chunk, crc)
      yield chunk
    }
  } catch (error) {
    throw error instanceof ZipError ? error : new ZipError(`${entry.name} cannot be unpacked`, { cause: error })
  }
  if (size !== entry.size) throw new ZipError(`${entry.name} is shorter than listed`)
  if (crc !== entry.crc) throw new ZipError(`${entry.name} does not match its checksum`)
}

async function* packedBytes(source: Source, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const chunk = entry.method === 0 ? CHUNK : DEFLATED_CHUNK
  for (let done = 0; done < entry.packed; done += chunk) {
    yield await source.read(entry.begin + done, Math.min(chunk, entry.packed - done))
  }
}

async function* inflated(source: Source, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const { Inflate } = await import('fflate')
  let ready: Uint8Array[] = []
  const inflate = new Inflate(chunk => void ready.push(chunk))
  let left = entry.packed
  for await (const chunk of packedBytes(source, entry)) {
    left -= chunk.byteLength
    inflate.push(chunk, left === 0)
    yield* ready
    ready = []
  }
}

/** The whole content of a file whose listed size was checked before. */
export async function readWhole(source: Source, entry: ZipEntry): Promise<Uint8Array> {
  const bytes = new Uint8Array(entry.size)
  let at = 0
  for await (const chunk of readEntry(source, entry)) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
