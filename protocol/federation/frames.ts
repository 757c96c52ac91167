/** Frames of the directory stream: each side says what it holds, then gives what the other lacks. SPEC.md §17.3. */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { decodeUtf8, encodeUtf8, KeyId, parseJson, Sha256 } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

/** Directories of the operators that a node trusts; version 0 of one of whom it holds nothing. */
export const DirectoryHave = z.strictObject({
  held: z
    .array(
      z.strictObject({
        operator: KeyId,
        version: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
        sha256: Sha256.nullable().describe('of the signed document; null with version 0'),
      }),
    )
    .max(LIMITS.directoryOperators),
})
export type DirectoryHave = z.infer<typeof DirectoryHave>

export type DirectoryFrame = ({ type: 'have' } & DirectoryHave) | { type: 'directory'; jws: string }

const TYPES = ['have', 'directory'] as const satisfies readonly DirectoryFrame['type'][]

export function encodeDirectoryFrame(frame: DirectoryFrame): Uint8Array<ArrayBuffer> {
  const content = encodeUtf8(frame.type === 'have' ? JSON.stringify({ held: frame.held }) : frame.jws)
  const bytes = new Uint8Array(1 + content.byteLength)
  bytes[0] = TYPES.indexOf(frame.type) + 1
  bytes.set(content, 1)
  return bytes
}

/** Decodes one frame; what a directory says is not looked at. Problem: `frame.malformed` naming the part. */
export function decodeDirectoryFrame(bytes: Uint8Array): { ok: true; frame: DirectoryFrame } | Refused {
  const type = TYPES[(bytes[0] ?? 0) - 1]
  if (type === undefined) return refuse('frame.malformed', 'type')
  const content = bytes.subarray(1)
  if (type === 'have') {
    const have = parseJson(DirectoryHave, content, 'frame.malformed')
    return have.ok ? { ok: true, frame: { type, ...have.value } } : have
  }
  try {
    return { ok: true, frame: { type, jws: decodeUtf8(content) } }
  } catch {
    return refuse('frame.malformed', 'not UTF-8')
  }
}
