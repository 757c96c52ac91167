/** Text files that a person wrote: in UTF-8, with or without a byte order mark, or refused; never read as something else. */
import { readFile } from 'node:fs/promises'
import { formatFault, readStrictJson } from '../../../protocol/json-outside.ts'
import { decodeUtf8 } from '../../../protocol/primitives.ts'
import { type ProblemCode, ProblemError } from '../../../protocol/problem.ts'

/** The text of bytes that came from `name`. A problem of the given code when they are not UTF-8. */
export function textOf(bytes: Uint8Array, name: string, code: ProblemCode): string {
  try {
    // Some editors begin a file with a byte order mark.
    return decodeUtf8(bytes).replace(/^\uFEFF/, '')
  } catch {
    throw new ProblemError(code, `${name} is not in UTF-8: save it in that encoding`)
  }
}

/** The text of a file, told of as `name`. A problem of the given code when it cannot be read or is not UTF-8. */
export async function readTextFile(path: string, code: ProblemCode, name = path): Promise<string> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new ProblemError(code, `${name} ${missing ? 'is not there' : 'cannot be read by this user'}`)
  }
  return textOf(bytes, name, code)
}

/** The value that JSON text from `name` says. A problem of the given code, with the place, when it is none or a number in it is rounded. */
export function jsonOf(text: string, name: string, code: ProblemCode): unknown {
  const read = readStrictJson(text)
  if (read.ok) return read.value
  throw new ProblemError(code, `${name}: ${formatFault(read)}${read.engine === null ? '' : ` (${read.engine})`}`)
}
