/** What an IP address is counted by, at every edge: one subscriber must not be many. */
import { isIPv6 } from 'node:net'

/** The prefix of 96 bits under which a socket gives an IPv4 address as an IPv6 one (RFC 4291). */
export const MAPPED = [0, 0, 0, 0, 0, 0xffff]

/** The eight numbers of an IPv6 address; null when it is none. */
export function groupsOf(address: string): number[] | null {
  if (!isIPv6(address) || address.includes('%')) return null
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [a * 256 + Number(b), c * 256 + Number(d)].map(part => part.toString(16)).join(':'),
  )
  const [head = '', tail] = plain.split('::')
  const read = (part: string): number[] => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16)))
  const left = read(head)
  const right = read(tail ?? '')
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

/** The IPv4 address that an IPv6 address holds under one of the prefixes; null when it holds none. */
export function heldIPv4(groups: readonly number[], prefixes: readonly number[][]): string | null {
  const [high = 0, low = 0] = groups.slice(6)
  const none = groups.slice(0, 7).every(group => group === 0) && low <= 1
  const holds = prefixes.some(prefix => prefix.every((group, i) => group === groups[i]))
  // `::` and `::1` are no IPv4 addresses.
  return holds && !none ? ipv4Of(high, low) : null
}

export const ipv4Of = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The unit that is counted: an IPv4 address, or the /64 of an IPv6 one, which one subscriber owns whole; anything else as it is. */
export function sourceOf(address: string): string {
  const groups = groupsOf(address.split('%')[0] ?? '')
  if (groups === null) return address
  return (
    heldIPv4(groups, [MAPPED]) ??
    groups
      .slice(0, 4)
      .map(group => group.toString(16))
      .join(':')
  )
}
