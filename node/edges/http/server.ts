/** Listens for HTTP: the one place that serves, and that ends connections in an orderly way. */
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { HttpApp } from './app.ts'
import { createClientFinder } from './client-address.ts'
import { HTTP_LIMITS, type HttpLimits } from './limits.ts'

export type ServerOptions = {
  app: Pick<HttpApp, 'fetch' | 'drain'>
  /** address to listen on, such as `127.0.0.1` */
  host: string
  /** 0 picks a free one */
  port: number
  /** where the config has the port, such as `http.port` */
  setting: string
  /** largest request body that is read at all, bytes */
  maxBytes: number
  /** addresses and ranges of proxies whose X-Forwarded-For is believed, besides those of this machine */
  proxies?: readonly string[]
  clock: Clock
  limits?: Partial<HttpLimits>
}

export interface HttpServer {
  readonly url: string
  readonly port: number
  /** Takes no more connections, lets running requests end, then closes what is left. */
  stop(): Promise<void>
}

/** Problem: `config.invalid` naming the setting when it cannot listen there. */
export function startServer(options: ServerOptions): HttpServer {
  const { app, host, port, maxBytes, clock, limits, proxies = [] } = options
  const clientOf = createClientFinder(proxies)
  const { idleSeconds, drainSeconds }: HttpLimits = { ...HTTP_LIMITS, ...limits }
  const server = listen(options, () =>
    Bun.serve({
      hostname: host,
      port,
      idleTimeout: idleSeconds,
      maxRequestBodySize: maxBytes,
      development: false,
      // Outside development Bun lets two processes share a port: requests would go to either city.
      reusePort: false,
      fetch: (request, own) =>
        app.fetch(
          named(request),
          clientOf(own.requestIP(request)?.address ?? 'unknown', request.headers.get('x-forwarded-for')),
        ),
    }),
  )
  const listening = server.port ?? port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}`,
    port: listening,
    async stop() {
      app.drain()
      let cancel = () => {}
      const late = new Promise<void>(resolve => {
        cancel = clock.after(drainSeconds * 1000, resolve)
      })
      await Promise.race([server.stop(false), late])
      cancel()
      await server.stop(true)
    },
  }
}

/** What stands behind scheme and host. */
const pathOf = (url: string): string => `/${url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/^\/+/, '')}`

/**
 * A request whose client calls this machine by no name, or by one that is none, reads as any other: health checks of balancers
 * speak HTTP/1.0 without a Host. Nothing answers by the name.
 */
const named = (request: Request): Request =>
  URL.canParse(request.url) ? request : new Request(`http://nameless.invalid${pathOf(request.url)}`, request)

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already: end it, or set another port',
  EACCES: 'this account may not listen there: set a port from 1024',
  EADDRNOTAVAIL: 'this machine has no such address: correct the host',
}

function listen<T>({ setting, host, port }: ServerOptions, serve: () => T): T {
  try {
    return serve()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const why = WHY[code] ?? (cause instanceof Error ? cause.message : String(cause))
    throw new ProblemError('config.invalid', `${setting} ${port} at ${host}: ${why}`, { cause })
  }
}
