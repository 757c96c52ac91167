/** Media type by content, never by name: what a counter scans or a system issues. */

export const MATERIAL_TYPES = ['image/jpeg', 'image/png', 'application/pdf', 'application/ofd'] as const
export type MaterialType = (typeof MATERIAL_TYPES)[number]

/** First bytes of each kind; OFD (GB/T 33190) is a ZIP, and what makes it one stands inside. */
const SIGNATURES: Record<MaterialType, readonly number[]> = {
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
  'application/ofd': [0x50, 0x4b, 0x03, 0x04],
}
/** Bytes after which the beginning is decided. */
const DECIDED = 8

/** A byte order mark, line ends and blanks: some programs write them before a PDF, and every reader passes over them. */
const BEFORE_PDF = new Set([0xef, 0xbb, 0xbf, 0x00, 0x09, 0x0a, 0x0d, 0x20])
/** Bytes in which a PDF must have begun (ISO 32000-1 Annex H, note 13). */
const PDF_BEGINS = 1024

const startsAt = (bytes: Uint8Array, type: MaterialType, from: number): boolean =>
  SIGNATURES[type].every((byte, index) => bytes[from + index] === byte)

/** Bytes before a PDF that say nothing. */
function blanks(head: Uint8Array): number {
  let count = 0
  while (count < PDF_BEGINS && BEFORE_PDF.has(head[count] ?? -1)) count++
  return count
}

const byBeginning = (head: Uint8Array): MaterialType | undefined =>
  MATERIAL_TYPES.find(type => startsAt(head, type, 0)) ??
  (startsAt(head, 'application/pdf', blanks(head)) ? 'application/pdf' : undefined)

/** Whether bytes that begin so can still turn out to be of an allowed type. */
export const couldBeMaterial = (head: Uint8Array): boolean =>
  head.byteLength < DECIDED + Math.min(blanks(head), PDF_BEGINS) || byBeginning(head) !== undefined

/** One of the allowed types, or null. `head` and `tail` are the first and the last 64 KiB, or more. */
export function sniff(head: Uint8Array, tail: Uint8Array = head): MaterialType | null {
  const type = byBeginning(head)
  if (type === 'application/ofd') return holdsOfdRoot(head, tail) ? type : null
  return type ?? null
}

const ROOT = 'OFD.xml'
/** Where a ZIP says the length of a name, and where the name begins: in the file itself, and in the directory at its end. */
const LOCAL = { signature: 'PK\u0003\u0004', length: 26, name: 30 }
const CENTRAL = { signature: 'PK\u0001\u0002', length: 28, name: 46 }

/** The root of an OFD is the entry `OFD.xml` and no other that merely contains the word. */
const holdsOfdRoot = (head: Uint8Array, tail: Uint8Array): boolean =>
  names(head, LOCAL).includes(ROOT) || names(tail, CENTRAL).includes(ROOT)

function names(bytes: Uint8Array, entry: typeof LOCAL): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: string[] = []
  for (let at = buffer.indexOf(entry.signature, 0, 'latin1'); at !== -1; ) {
    const name = at + entry.name
    if (name <= buffer.byteLength)
      found.push(buffer.toString('latin1', name, name + buffer.readUInt16LE(at + entry.length)))
    at = buffer.indexOf(entry.signature, at + 4, 'latin1')
  }
  return found
}
