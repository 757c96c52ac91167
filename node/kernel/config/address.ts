/**
 * Addresses that a configuration may hold: multiaddrs of TCP at an IP address or a name, which the host dials, and ranges of IP
 * addresses.
 */
import { isIP, isIPv4, isIPv6 } from 'node:net'

const FORM = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/\s]+)\/tcp\/(\d{1,5})(?:\/p2p\/[1-9A-Za-z]+)?$/

export type Address = { kind: string; host: string; port: number }

/** The parts of an address; null for one that has not that form. */
export function readAddress(address: string): Address | null {
  const [, kind = '', host = '', digits = ''] = FORM.exec(address) ?? []
  const port = Number(digits)
  if (kind === '' || port > 65_535) return null
  if ((kind === 'ip4' && !isIPv4(host)) || (kind === 'ip6' && !isIPv6(host))) return null
  return { kind, host, port }
}

/** Whether it reads `/ip4|ip6|dns|dns4|dns6/HOST/tcp/PORT`, with or without a peer id. */
export const isAddress = (address: string): boolean => readAddress(address) !== null

/** Whether somebody else could connect to it: not every address of a machine, nor any port. */
export function canBeDialled(address: string): boolean {
  const found = readAddress(address)
  return found !== null && found.port !== 0 && !['0.0.0.0', '::'].includes(found.host)
}

type Range = { address: string; prefix: number; family: 'ipv4' | 'ipv6' }

/** An IP address, or a range such as `10.20.0.0/16`; null for anything else. */
export function readRange(text: string): Range | null {
  const [, address = '', digits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  const bits = version === 4 ? 32 : 128
  const prefix = digits === undefined ? bits : Number(digits)
  return version === 0 || prefix > bits ? null : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}
