/** The multiaddrs that a configuration may hold: TCP at an IP address or a name. What dials them is the host's matter. */
import { isIPv4, isIPv6 } from 'node:net'

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
