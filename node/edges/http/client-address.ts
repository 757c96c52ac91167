/** Who asks (来源地址): the peer of the connection, or for whom a proxy says it speaks when the configuration trusts it. */
import { BlockList, isIP } from 'node:net'
import { readRange } from '../../kernel/config/address.ts'

export const PROXY_LIMITS = {
  /** proxies in a row that are believed; what stands before them in the header is not read */
  hops: 8,
} as const

/** Proxies of this machine are always believed: whoever is on it can ask as anybody. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'] as const

/** An address without port, brackets and zone; null for what is none. A mapped IPv4 address reads as that one. */
function addressIn(entry: string): string | null {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry
  const address = (bare.split('%')[0] ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  return isIP(address) === 0 ? null : address
}

/** Finds the address of the client. `proxies`: addresses and ranges whose X-Forwarded-For is believed, besides the loopback. */
export function createClientFinder(proxies: readonly string[]): (peer: string, forwardedFor: string | null) => string {
  const trusted = new BlockList()
  for (const range of [...LOOPBACK, ...proxies].map(readRange))
    if (range !== null) trusted.addSubnet(range.address, range.prefix, range.family)
  const trusts = (address: string): boolean => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

  return (peer, forwardedFor) => {
    let client = addressIn(peer)
    if (client === null || forwardedFor === null) return peer
    // Each proxy adds whom it heard at the end: from there on as far as each one is believed.
    const entries = forwardedFor.split(',', 1000).slice(-PROXY_LIMITS.hops).reverse()
    for (const entry of entries) {
      if (!trusts(client)) break
      const before = addressIn(entry.trim())
      if (before === null) break
      client = before
    }
    return client
  }
}
