/** One version of a mapping (映射版本) as it is kept: the file with the files that it names, known by the hash of it all. Pure. */
import { createHash } from 'node:crypto'

/** `files`: those that the mapping names, by their names. It names secrets and never holds one. */
export type MappingText = { config: unknown; files: Readonly<Record<string, string>> }

/** `hash`: SHA-256 of `text`, lowercase hex. How a file is laid out is no part of it. */
export type KeptMapping = { hash: string; text: string }

export function packMapping({ config, files }: MappingText): KeptMapping {
  const text = JSON.stringify({ config, files })
  return { hash: createHash('sha256').update(text).digest('hex'), text }
}

export const unpackMapping = (text: string): MappingText => JSON.parse(text) as MappingText
