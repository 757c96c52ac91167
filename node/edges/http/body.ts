/** Reads request bodies with a bound, and JSON strictly. */
import { formatFault, readStrictJson } from '../../../protocol/json-outside.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { fieldProblem } from '../../kernel/fields.ts'

/** The body as bytes; at most `max`, or ProblemError `request.oversize`. */
export async function readBody(request: Request, max: number): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  for await (const chunk of bounded(request, request.body, max)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The body as a stream that fails with ProblemError `request.oversize` past `max` bytes. */
export function bounded(request: Request, body: ReadableStream<Uint8Array>, max: number): ReadableStream<Uint8Array> {
  const announced = sizeOf(request)
  if (announced !== null && announced > max) throw new ProblemError('request.oversize', `at most ${max} bytes`)
  let size = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength
        if (size > max) controller.error(new ProblemError('request.oversize', `at most ${max} bytes`))
        else controller.enqueue(chunk)
      },
    }),
  )
}

/** What Content-Length says; null when it says nothing. */
export function sizeOf(request: Request): number | null {
  const announced = request.headers.get('content-length')
  return announced === null || !/^\d{1,15}$/.test(announced) ? null : Number(announced)
}

/** Media type of a request without its parameters, lowercase; empty when there is none. */
export const mediaTypeOf = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** A JSON body as text and as what it says. Throws ProblemError `request.media-type`, and `request.invalid` when it can be read in two ways. */
export async function readJson(request: Request, max: number): Promise<{ text: string; value: unknown }> {
  const bytes = await readBody(request, max)
  if (bytes.byteLength === 0) throw new ProblemError('request.invalid', 'body: missing')
  if (mediaTypeOf(request) !== 'application/json' || !isUtf8(request))
    throw new ProblemError('request.media-type', 'content-type: application/json in UTF-8 expected')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new ProblemError('request.invalid', 'body: not JSON in UTF-8')
  }
  const read = readStrictJson(text)
  if (read.ok) return { text, value: read.value }
  if (read.path.length === 0) throw new ProblemError('request.invalid', 'body: not JSON in UTF-8')
  const errors = [fieldProblem(read.path.join('.'), read.fault, read.faultZh)]
  throw new ProblemError('request.invalid', `body: ${formatFault(read)}`, { errors })
}

/** Whether the media type names no other charset than UTF-8 (RFC 8259 §8.1). */
const isUtf8 = (request: Request): boolean =>
  /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(request.headers.get('content-type') ?? '')?.[1]?.match(/^utf-?8$/i) !== null
