/** Media type by content, never by name: what a counter scans or a system issues. */

const starts = (bytes: Uint8Array, signature: readonly number[]): boolean =>
  signature.every((byte, index) => bytes[index] === byte)

/** JPEG, PNG, PDF or OFD (GB/T 33190: a ZIP whose root is OFD.xml); null for anything else. `head` is the first 64 KiB. */
export function sniff(head: Uint8Array): 'image/jpeg' | 'image/png' | 'application/pdf' | 'application/ofd' | null {
  if (starts(head, [0xff, 0xd8, 0xff])) return 'image/jpeg'
  if (starts(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png'
  if (starts(head, [0x25, 0x50, 0x44, 0x46, 0x2d])) return 'application/pdf'
  if (
    starts(head, [0x50, 0x4b, 0x03, 0x04]) &&
    Buffer.from(head.buffer, head.byteOffset, head.byteLength).includes('OFD.xml')
  )
    return 'application/ofd'
  return null
}
