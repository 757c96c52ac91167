/**
 * Sends one message to an address that somebody typed in, and to nothing inside this network that was not meant: the name is
 * resolved and judged in the very connection, redirects are not followed, the answer is read no further than its status.
 */
import { lookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { ProblemError } from '../../../../protocol/problem.ts'

/** ms for connection, request and the head of the answer together */
export const POST_TIMEOUT = 15_000

/**
 * IPv4: loopback, private, link-local, shared, documentation, relays of tunnels, multicast and the rest that is not the Internet
 * (RFC 6890). IPv6: of the global unicast addresses (2000::/3, RFC 4291) what tunnels, documents or stands for protocols: 6to4 and
 * Teredo hold an IPv4 address that a host with such a tunnel sends to.
 */
const INSIDE = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  INSIDE.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  INSIDE.addSubnet(net, bits, 'ipv6')

const GLOBAL = new BlockList()
GLOBAL.addSubnet('2000::', 3, 'ipv6')

/** Whether an address is of this machine or of a network that is not the Internet. */
export const isInside = (address: string): boolean => {
  const family = isIP(address)
  if (family === 6) return !GLOBAL.check(address, 'ipv6') || INSIDE.check(address, 'ipv6')
  return family === 0 || INSIDE.check(address, 'ipv4')
}

export type PostOptions = {
  headers: Record<string, string>
  body: string
  /** plain HTTP and addresses inside are meant */
  allowInside: boolean
  signal?: AbortSignal
}

/** Whether messages may go to a URL at all; throws ProblemError `request.invalid` that says why not. */
export function checkTarget(url: string, allowInside: boolean): URL {
  const target = URL.canParse(url) ? new URL(url) : null
  const refuse = (why: string): never => {
    throw new ProblemError('request.invalid', `url: ${why}`)
  }
  if (target === null || !['http:', 'https:'].includes(target.protocol)) return refuse('an https address')
  if (target.username !== '' || target.password !== '') return refuse('no user and password in it')
  if (target.hash !== '') return refuse('no fragment')
  if (allowInside) return target
  if (target.protocol !== 'https:') return refuse('https, or set webhooks.allowPrivate')
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && isInside(host)) return refuse('an address of a private network; set webhooks.allowPrivate')
  return target
}

/** The status of the answer. Problems: `request.invalid` for a target inside, `exchange.unreachable` when nothing answers in time. */
export async function post(url: string, { headers, body, allowInside, signal }: PostOptions): Promise<number> {
  const target = checkTarget(url, allowInside)
  const { request: send } = target.protocol === 'https:' ? await import('node:https') : await import('node:http')
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      request.destroy()
      reject(new ProblemError('exchange.unreachable', why))
    }
    const stopping = (): void => fail('the node stops')
    const timeout = setTimeout(() => fail('no answer in time'), POST_TIMEOUT)
    // A signal lasts as long as the node: what listens to it goes with the request.
    const over = (): void => {
      clearTimeout(timeout)
      signal?.removeEventListener('abort', stopping)
    }
    const request = send(
      target,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        // The address that is connected to is the one that was judged: a name cannot change in between.
        lookup: (host, options, done) =>
          lookup(host, { ...options, all: true }, (error, addresses) => {
            if (error !== null) return done(error, '', 0)
            const bad = allowInside ? undefined : addresses.find(({ address }) => isInside(address))
            const [first] = addresses
            if (bad !== undefined || first === undefined)
              return done(new Error('the name leads to a private network'), '', 0)
            if (options.all === true) return done(null, addresses)
            return done(null, first.address, first.family)
          }),
      },
      response => {
        over()
        resolve(response.statusCode ?? 0)
        response.destroy()
      },
    )
    request.on('error', error => {
      over()
      reject(new ProblemError('exchange.unreachable', error.message.slice(0, 200)))
    })
    request.on('close', over)
    signal?.addEventListener('abort', stopping)
    if (signal?.aborted === true) stopping()
    else request.end(body)
  })
}
