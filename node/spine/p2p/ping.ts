/**
 * Round trips by the libp2p ping protocol. Own code because the stock service leaves promises unwatched, would dial, and
 * queues whatever a peer sends; stock peers and the connection monitor understand it.
 */
import type { Connection, Stream, StreamMessageEvent } from '@libp2p/interface'
import { ProblemError } from '../../../protocol/problem.ts'
import { asError, asUnreachable, unreachable } from './errors.ts'

export const PING_PROTOCOL = '/ipfs/ping/1.0.0'
const PING_BYTES = 32
/** A stock peer sends 32 bytes and waits for them; one that sends more unread is broken. */
const ECHO_BYTES = 64 * 1024
const ECHO_TIME = 30_000

/** Echoes until the other end closes. */
export function answerPing(stream: Stream): void {
  let unread = 0
  const giveUp = (): void => stream.abort(new Error('ping misused'))
  const timer = setTimeout(giveUp, ECHO_TIME)
  stream.addEventListener('close', () => clearTimeout(timer))
  stream.addEventListener('drain', () => {
    unread = 0
  })
  stream.addEventListener('message', ({ data }) => {
    unread += stream.writableNeedsDrain ? data.byteLength : 0
    try {
      if (unread > ECHO_BYTES) giveUp()
      else stream.send(data)
    } catch {
      giveUp()
    }
  })
  const finish = (): void => {
    stream.close().catch(giveUp)
  }
  if (stream.readableEnded) finish()
  else stream.addEventListener('end', finish)
}

/** Milliseconds until 32 random bytes are back. Throws ProblemError `exchange.unreachable`, `exchange.timeout`, `exchange.protocol`. */
export async function measurePing(connection: Connection, signal: AbortSignal): Promise<number> {
  let stream: Stream | undefined
  try {
    stream = await connection.newStream(PING_PROTOCOL, { signal })
    const sent = crypto.getRandomValues(new Uint8Array(PING_BYTES))
    const start = performance.now()
    const echo = await exchange(stream, sent, signal)
    const time = performance.now() - start
    if (!Buffer.from(sent).equals(echo)) throw new ProblemError('exchange.protocol', 'a wrong ping came back')
    await stream.close({ signal })
    return time
  } catch (error) {
    stream?.abort(asError(error))
    if (signal.aborted) throw new ProblemError('exchange.timeout', 'no ping came back in time', { cause: error })
    throw asUnreachable(error)
  }
}

function exchange(stream: Stream, bytes: Uint8Array, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let length = 0
    const onMessage = ({ data }: StreamMessageEvent): void => {
      parts.push(data.slice())
      length += data.byteLength
      if (length >= bytes.byteLength) done(() => resolve(Buffer.concat(parts)))
    }
    const onClose = (): void => done(() => reject(unreachable('the other side closed the connection')))
    const onAbort = (): void => done(() => reject(new Error('aborted', { cause: signal.reason })))
    const done = (settle: () => void): void => {
      stream.removeEventListener('message', onMessage)
      stream.removeEventListener('end', onClose)
      stream.removeEventListener('close', onClose)
      signal.removeEventListener('abort', onAbort)
      settle()
    }
    stream.addEventListener('message', onMessage)
    stream.addEventListener('end', onClose)
    stream.addEventListener('close', onClose)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else stream.send(bytes)
  })
}
