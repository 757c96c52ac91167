/** The next document, fetched and opened once the present one is shown, and held until it is asked for. */
import { node } from '../../session.ts'
import { materialAddress } from '../address.ts'
import { openAhead } from './pdf-file.ts'

/** Larger ones are read by ranges when they are opened, bytes. */
const AHEAD_BYTES = 16 * 1024 * 1024
/** Documents that are held at most; the oldest goes. */
const HELD = 3

const held = new Map<string, ArrayBuffer>()

export const heldBytes = (sha256: string): ArrayBuffer | null => held.get(sha256) ?? null

type Ahead = { sha256: string; size: number; type: string }

export async function fetchAhead(thread: string, { sha256, size, type }: Ahead): Promise<void> {
  if (size > AHEAD_BYTES) return
  const bytes =
    held.get(sha256) ?? (await new Response(await node.viewCaseMaterial({ params: { thread, sha256 } })).arrayBuffer())
  held.set(sha256, bytes)
  for (const oldest of held.keys()) if (held.size > HELD) held.delete(oldest)
  if (type === 'application/pdf') openAhead(materialAddress(thread, sha256), bytes)
}
