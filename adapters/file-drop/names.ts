/** Names of files: those that this node gives, and those of the other side that it goes along with. */
import type { DeliveredMaterial, Delivery } from '../sdk/index.ts'
import { FILE_DROP_LIMITS } from './limits.ts'

/** What this node is still writing stands here, in a folder that the other side leaves alone. */
export const WRITING = '.writing'

/**
 * Folder of a packet: `610900202611230001.submit.<64 digits of its key>`, in small letters, so that a file system which knows no difference
 * has one for each packet too. `round`: from 2 on when it is handed over once more after a refusal.
 */
export const folderOf = ({ caseNo, kind, idempotencyKey }: Delivery, round: number): string =>
  `${plain(caseNo).slice(0, 40)}.${plain(kind.replace(/^case\./, ''))}.${idempotencyKey}${round > 1 ? `.${round}` : ''}`

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\da-z-]/g, '-')
    .replace(/^$/, '-')

/** Key and round of a packet, told by its folder or by the key itself, which tells no round; null: neither. */
export function packetOf(text: string): { key: string; round: number | null } | null {
  const [, folder, key, round] =
    /^([\da-z-]{1,40}\.[\da-z-]{1,40}\.)?([\da-f]{64})(?:\.([1-9]\d{0,5}))?$/.exec(text) ?? []
  if (key === undefined) return null
  return { key, round: round !== undefined ? Number(round) : folder !== undefined ? 1 : null }
}

const ENDINGS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'application/ofd': 'ofd',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/tiff': 'tif',
  'application/zip': 'zip',
}

/** `materials/01-M01.pdf`: by place and code. Its display name may name a person, and stands in the manifest. */
export const materialPath = ({ code, type }: DeliveredMaterial, index: number): string =>
  `materials/${String(index + 1).padStart(2, '0')}-${plain(code).slice(0, 40)}.${ENDINGS[type] ?? 'bin'}`

/**
 * Whether a name of the other side may be gone along with: one part of a path on every file system, not hidden, without a blank or dot at
 * its end, which some cut off.
 */
export const isName = (name: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the check
  /^[^\u0000-\u001f\u007f/\\:*?"<>|.\s][^\u0000-\u001f\u007f/\\:*?"<>|]*$/u.test(name) &&
  !/[.\s]$/u.test(name) &&
  !RESERVED.test(name) &&
  Buffer.byteLength(name) <= FILE_DROP_LIMITS.name

/** Devices of Windows, whatever their ending. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** The parts of a path that an answer names, below its folder; null when it could lead out of it. */
export function partsOf(path: string): string[] | null {
  const parts = path.replaceAll('\\', '/').split('/')
  return parts.length <= FILE_DROP_LIMITS.depth + 1 && parts.every(isName) ? parts : null
}
