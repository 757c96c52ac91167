/** Conditions and ranges of a download (RFC 9110 §13, §14): what the caller holds already, and which part it wants. */
import { ProblemError } from '../../../protocol/problem.ts'

/** Bytes, both inclusive. */
export type ByteRange = { from: number; to: number }

export type Wanted = {
  /** Whether the caller holds this version already (`If-None-Match`). */
  holds(version: string): boolean
  /** The one part that is asked for; null: all of it. Problem: `request.range` when there is no such part. */
  part(version: string, size: number): ByteRange | null
}

/** Digits of a place: no file is larger. */
const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/** What the headers of a request say. Several parts at once, and forms that are unknown, are answered with the whole, as the standard lets. */
export function wantedBy(headers: Headers): Wanted {
  const named = (header: string): string[] =>
    (headers.get(header) ?? '').split(',').map(tag => tag.trim().replace(/^W\//, ''))
  return {
    holds: version => named('if-none-match').some(tag => tag === '*' || tag === `"${version}"`),
    part(version, size) {
      const [, first = '', last = ''] = RANGE.exec(headers.get('range') ?? '') ?? []
      if (first === '' && last === '') return null
      const condition = headers.get('if-range')
      if (condition !== null && condition !== `"${version}"`) return null
      // Without a beginning it is as many bytes of the end.
      const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
      const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
      if (first !== '' && last !== '' && Number(last) < from) return null
      if (from > to) throw new ProblemError('request.range', `${size} bytes in all`)
      return { from, to }
    },
  }
}

/** The part of a stream that begins at its first byte and is `length` long. */
export function firstBytes(stream: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  let left = length
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (!done) {
          controller.enqueue(value.subarray(0, left))
          left -= Math.min(left, value.byteLength)
        }
        if (done || left === 0) {
          controller.close()
          await reader.cancel()
        }
      },
      cancel: reason => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** Tells whoever makes a body that nobody reads it, so that it closes its file: one that the collector must close ends the process. */
export async function letGo(body: unknown): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel()
}
