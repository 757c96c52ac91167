/** What libp2p and the sockets throw, in words an administrator can use. No address and no peer id enters the detail. */
import { ProblemError } from '../../../protocol/problem.ts'

export const unreachable = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError('exchange.unreachable', detail, cause === undefined ? undefined : { cause })

export const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

const BY_CODE: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused: nothing listens there',
  ECONNRESET: 'the other side closed the connection',
  EPIPE: 'the other side closed the connection',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up now',
  DNS_ENOTFOUND: 'the host name is not known',
}

const BY_NAME: Record<string, string> = {
  TimeoutError: 'no answer in time',
  AbortError: 'no answer in time',
  EncryptionFailedError: 'the handshake failed',
  InvalidCryptoExchangeError: 'the handshake failed',
  UnexpectedPeerError: 'another key answers at this address',
  MuxerUnavailableError: 'the other side closed the connection',
  ConnectionClosedError: 'the other side closed the connection',
  MuxerClosedError: 'the other side closed the connection',
  StreamResetError: 'the other side closed the connection',
  StreamClosedError: 'the other side closed the connection',
  StreamStateError: 'the other side closed the connection',
  StreamAbortedError: 'the other side closed the connection',
  UnexpectedEOFError: 'the other side closed the connection',
  UnsupportedProtocolError: 'the other side does not speak this protocol',
  TooManyOutboundProtocolStreamsError: 'too many streams are open',
  NoValidAddressesError: 'no address can be dialled',
  InvalidMultiaddrError: 'no address can be dialled',
  DialDeniedError: 'the dial was given up',
}

function describe(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(describe)
  if (!(error instanceof Error)) return ['the connection failed']
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // libp2p wraps errors by their message only.
  const inMessage = Object.keys(BY_CODE).find(known => error.message.includes(known)) ?? ''
  if (/does not match expected remote/.test(error.message)) return [BY_NAME.UnexpectedPeerError ?? '']
  if (error.name === 'EncryptionFailedError' && /abort|time/i.test(error.message)) return ['no answer in time']
  const known = BY_CODE[code] ?? BY_CODE[inMessage] ?? BY_NAME[error.name]
  if (known !== undefined) return [known]
  return error.cause === undefined ? ['the connection failed'] : describe(error.cause)
}

/** `exchange.unreachable` with the reasons found, each once; a ProblemError stays as it is. */
export const asUnreachable = (error: unknown): ProblemError =>
  error instanceof ProblemError ? error : unreachable([...new Set(describe(error))].join('; '), error)
