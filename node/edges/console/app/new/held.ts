/** Files that were put in on this page, by what they became: they are looked at and edited without being fetched. The browser holds them on its disk. */
import { node } from '../session.ts'

/** Of those that are held; the oldest goes. */
const MOST = 200
/** Larger ones are not fetched to be edited, bytes. */
const FETCHED = 64 * 1024 * 1024

const held = new Map<string, Blob>()

export function hold(sha256: string, file: Blob): void {
  held.set(sha256, file)
  for (const oldest of held.keys()) if (held.size > MOST) held.delete(oldest)
}

/** The bytes of a scan of this draft; null: it is too large to be fetched. */
export async function fileOf(sha256: string, draft: string | null, signal?: AbortSignal): Promise<Blob | null> {
  const here = held.get(sha256)
  if (here !== undefined) return here
  const answer = await node.downloadMaterial({
    params: { sha256 },
    query: draft === null ? {} : { draft },
    ...(signal === undefined ? {} : { signal }),
  })
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for (const reader = answer.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > FETCHED) {
      await reader.cancel()
      return null
    }
    parts.push(new Uint8Array(value))
  }
  const file = new Blob(parts)
  hold(sha256, file)
  return file
}
