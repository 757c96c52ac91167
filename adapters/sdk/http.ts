/**
 * One HTTP request to an outside system: no redirect, a bounded answer, a bound on silence and one on the whole, so that an
 * answer that trickles ends too. Errors of the runtime may quote addresses, headers and data, so none is passed on.
 */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Charset, encode } from './charsets.ts'
import { type Codec, JSON_CODEC, type Unreadable } from './codec.ts'
import { Patience } from './patience.ts'

/** Text of a media type, sent in a charset that has all its characters (`encode` says so). */
export type EncodedText = { type: string; text: string; charset: Charset }
export type Request = {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  /** JSON in UTF-8, text of another kind, or bytes that are read as they are sent */
  body?: string | EncodedText | Bytes
}
/** `shown`: what a person sees of it. */
type Bytes = { type: string; size: number; shown?: string; open(): ReadableStream<Uint8Array> }

/** The text of a body; null where it is bytes, or none. */
const textOfBody = (body: Request['body']): string | null =>
  typeof body === 'string' ? body : body !== undefined && 'text' in body ? body.text : null

/** What a person is shown of a body; null where it is bytes, or none. */
export const shownOfBody = (body: Request['body']): string | null =>
  textOfBody(body) ?? (typeof body === 'object' && 'shown' in body ? (body.shown ?? null) : null)

/** An answer; `body` is undefined when it is empty, and when it is `unreadable`; `text` is null when it is no text, or too large. */
type Read = {
  ok: true
  status: number
  body: JsonValue | undefined
  unreadable: Unreadable | null
  text: string | null
}

/**
 * An answer, or why there is none: then nothing is known of the effect, and a later attempt may succeed. `unsent`: no connection came
 * about, so there is no effect.
 */
export type Answer = Read | { ok: false; why: string; unsent?: true }

/**
 * `timeoutMs`: the longest silence; a whole call lasts HTTP_LIMITS.silences times as long, and longer for the files in it.
 * `charset`: what answers are written in, whatever they say of themselves; `codec`: how, JSON by default.
 */
export type Limits = {
  timeoutMs: number
  maxResponseBytes: number
  charset?: 'utf-8' | 'gb18030'
  codec?: Pick<Codec, 'accepts' | 'decode'>
}

export async function send(request: Request, limits: Limits, signal: AbortSignal): Promise<Answer> {
  if (signal.aborted) return { ok: false, why: 'aborted' }
  const patience = new Patience(
    limits.timeoutMs,
    signal,
    request.body !== undefined && textOfBody(request.body) === null,
  )
  const upload = new Upload(request, bytes => patience.file(bytes))
  const codec = limits.codec ?? JSON_CODEC
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { accept: codec.accepts, ...request.headers, ...upload.headers },
      redirect: 'manual',
      signal: patience.signal,
      ...upload.init,
    })
    patience.moved()
    const bytes = await readBytes(response, limits.maxResponseBytes, () => patience.moved())
    const { status } = response
    if (bytes === null) {
      return { ok: true, status, body: undefined, unreadable: 'large', text: null }
    }
    return { ok: true, status, ...codec.decode(bytes, response.headers.get('content-type'), limits.charset) }
  } catch (error) {
    const why = upload.fault ?? patience.over ?? 'no connection, or it broke'
    return { ok: false, why, ...(neverConnected(error) ? { unsent: true } : {}) }
  } finally {
    patience.stop()
    await upload.stop()
  }
}

/** Codes of Bun and of Node for a connection that never came about. */
const NO_CONNECTION: ReadonlySet<unknown> = new Set([
  'ConnectionRefused',
  'FailedToOpenSocket',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])
const neverConnected = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && NO_CONNECTION.has(error.code)

/** What came of a download: what `take` made of the bytes, or the status, or why there is none. */
export type Download<T> = { ok: true; value: T } | { ok: false; status: number } | Extract<Answer, { ok: false }>

/** Streams an answer into `take`, which bounds it; `take` alone throws. */
export async function download<T>(
  request: Pick<Request, 'url' | 'headers'>,
  limits: Limits,
  signal: AbortSignal,
  take: (bytes: ReadableStream<Uint8Array>) => Promise<T>,
): Promise<Download<T>> {
  const patience = new Patience(limits.timeoutMs, signal, true)
  let broken = false
  try {
    const response = await fetch(request.url, {
      headers: request.headers,
      redirect: 'manual',
      signal: patience.signal,
    }).catch(() => null)
    if (response === null) return { ok: false, why: patience.over ?? 'no connection' }
    patience.moved()
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel().catch(() => {})
      return { ok: false, status: response.status }
    }
    const reader = response.body.getReader()
    const bytes = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = await reader.read()
            patience.file(value?.byteLength ?? 0)
            if (done) controller.close()
            else controller.enqueue(value)
          } catch {
            broken = true
            controller.error(new Error('the download broke'))
          }
        },
        cancel: () => reader.cancel().catch(() => {}),
      },
      { highWaterMark: 0 },
    )
    return { ok: true, value: await take(bytes) }
  } catch (error) {
    if (!broken) throw error
    return { ok: false, why: patience.over ?? 'the connection broke' }
  } finally {
    patience.stop()
  }
}

type Reader = { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<void> }

/** The body of a request; a stream is counted as it passes and let go of when the request is over. */
class Upload {
  readonly headers: Record<string, string> = {}
  readonly init: { body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>; duplex?: 'half' } = {}
  /** what was wrong with our own bytes, null when nothing was */
  fault: string | null = null
  #reader: Reader | null = null

  constructor({ body }: Request, moved: (bytes: number) => void) {
    if (typeof body === 'string') {
      this.headers['content-type'] = 'application/json; charset=utf-8'
      this.init.body = body
    } else if (body !== undefined && 'text' in body) {
      this.headers['content-type'] = `${body.type}; charset=${body.charset}`
      this.init.body = encode(body.text, body.charset) ?? body.text
    } else if (body !== undefined) {
      this.headers['content-type'] = body.type
      this.headers['content-length'] = String(body.size)
      this.init.body = this.#counted(body, moved)
      this.init.duplex = 'half'
    }
  }

  #counted(body: Bytes, moved: (bytes: number) => void): ReadableStream<Uint8Array> {
    let left = body.size
    const fail = (fault: string): never => {
      this.fault = fault
      throw new Error(fault)
    }
    return new ReadableStream<Uint8Array>(
      {
        pull: async controller => {
          let next: Awaited<ReturnType<Reader['read']>>
          try {
            const reader: Reader = this.#reader ?? body.open().getReader()
            this.#reader = reader
            next = await reader.read()
          } catch {
            return fail('the material could not be read')
          }
          moved(next.value?.byteLength ?? 0)
          left -= next.value?.byteLength ?? 0
          if (left < 0 || (next.done && left > 0)) return fail('the material is not of the size that its packet says')
          if (next.value === undefined) controller.close()
          else controller.enqueue(next.value)
        },
      },
      { highWaterMark: 0 },
    )
  }

  async stop(): Promise<void> {
    await this.#reader?.cancel().catch(() => {})
  }
}

/** The bytes of an answer; null when there are more than `limit`. */
async function readBytes(response: Response, limit: number, moved: () => void): Promise<Uint8Array | null> {
  if (response.body === null) return new Uint8Array()
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      moved()
      if (done) {
        const [only] = chunks
        return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)
      }
      size += value.byteLength
      if (size > limit) return null
      chunks.push(value)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
