/** What the host asks of an address: by which part of it strangers are counted, and whether it lies inside this machine or network. */
import { BlockList, isIPv4 } from 'node:net'
import type { Multiaddr } from '@multiformats/multiaddr'
import { groupsOf, heldIPv4, ipv4Of, MAPPED, sourceOf } from '../../kernel/ip.ts'

/** How far inside partners may lead the dials of this node: `public` addresses alone, `private` networks too, `loopback` too. */
export type DialRange = 'public' | 'private' | 'loopback'

/** A city and the multiaddrs at which it says that it may be reached. */
export type Announced = readonly [city: string, addresses: readonly string[]]

/** Of this machine, this link or nobody: unspecified, link-local, discarded, multicast, reserved (RFC 6890), and Teredo. */
const NOWHERE = new BlockList()
NOWHERE.addSubnet('0.0.0.0', 8, 'ipv4')
NOWHERE.addSubnet('169.254.0.0', 16, 'ipv4')
NOWHERE.addSubnet('224.0.0.0', 3, 'ipv4')
NOWHERE.addAddress('::', 'ipv6')
NOWHERE.addSubnet('fe80::', 10, 'ipv6')
NOWHERE.addSubnet('100::', 64, 'ipv6')
// Teredo hides an IPv4 address of whoever set the tunnel up (RFC 4380).
NOWHERE.addSubnet('2001::', 32, 'ipv6')
NOWHERE.addSubnet('ff00::', 8, 'ipv6')

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Private and shared networks (RFC 1918, 6598, 4193), usual between the cities of a government network. */
const PRIVATE = new BlockList()
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4')
PRIVATE.addSubnet('100.64.0.0', 10, 'ipv4')
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4')
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4')
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
// Site-local, as they once were (RFC 3879), and translation within a network (RFC 8215).
PRIVATE.addSubnet('fec0::', 10, 'ipv6')
PRIVATE.addSubnet('64:ff9b:1::', 48, 'ipv6')

/** Further prefixes of 96 bits under which an IPv6 address holds an IPv4 one (RFC 4291, 6052, 2765). */
const COMPATIBLE = [0, 0, 0, 0, 0, 0]
const TRANSLATED = [0x64, 0xff9b, 0, 0, 0, 0]
const STATELESS = [0, 0, 0, 0, 0xffff, 0]
/** 6to4 (RFC 3056): the IPv4 address follows. */
const SIX_TO_FOUR = 0x2002

/** The IPv4 address to which packets to an IPv6 one go in the end; null when they stay what they are. */
function endsAt(groups: readonly number[]): string | null {
  const [first, high = 0, low = 0] = groups
  return first === SIX_TO_FOUR ? ipv4Of(high, low) : heldIPv4(groups, [MAPPED, COMPATIBLE, TRANSLATED, STATELESS])
}

/** Whether an IP address may be dialled; anything else than one may not. */
export function inRange(address: string, range: DialRange): boolean {
  const groups = groupsOf(address)
  const held = groups === null ? null : endsAt(groups)
  if (held !== null) return inRange(held, range)
  if (groups === null && !isIPv4(address)) return false
  const family = groups === null ? 'ipv4' : 'ipv6'
  if (NOWHERE.check(address, family)) return false
  if (LOOPBACK.check(address, family)) return range === 'loopback'
  return range !== 'public' || !PRIVATE.check(address, family)
}

/** The range of a node that was told none: what listens at loopback alone is a set-up on one machine. */
export function rangeOf(listen: readonly string[]): DialRange {
  const local = listen.every(address => /^\/(?:ip4\/127\.|ip6\/::1\/)/.test(address))
  return local ? 'loopback' : 'private'
}

/** The first IP address of a multiaddr; undefined when it names a host. */
export const ipOf = (address: Multiaddr): string | undefined =>
  address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value

/** By which a multiaddr is counted. */
export const sourceIn = (address: Multiaddr): string => {
  const ip = ipOf(address)
  return ip === undefined ? 'other' : sourceOf(ip)
}

/** The first IP address of a multiaddr in text. */
export const ipIn = (address: string): string | undefined => /^\/ip[46]\/([^/]+)\//.exec(address)?.[1]
