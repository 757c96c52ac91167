/** Whether something listens at an address of this machine. */
import { createConnection } from 'node:net'

/** ms for a connection within the machine */
const PATIENCE = 2000
/** Where a listener at every address of the machine is met. */
const EVERY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** An address by which this machine reaches what listens at `host`. */
export const reachedAt = (host: string): string => EVERY[host] ?? host

/** A host as it stands in a URL: an IPv6 address in brackets. */
export const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host)

export const listens = (host: string, port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = createConnection({ host: reachedAt(host), port })
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.setTimeout(PATIENCE, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
