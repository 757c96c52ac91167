/** Listens for HTTP: the one place that serves, and that ends connections in an orderly way. */
import type { Clock } from '../exchange/clock.ts'
import type { HttpApp } from './app.ts'
import { HTTP_LIMITS, type HttpLimits } from './limits.ts'

export type ServerOptions = {
  app: Pick<HttpApp, 'fetch' | 'drain'>
  /** address to listen on, such as `127.0.0.1` */ host: string
  /** 0 picks a free one */ port: number
  /** largest request body that is read at all, bytes */ maxBytes: number
  clock: Clock
  limits?: Partial<HttpLimits>
}

export interface HttpServer {
  readonly url: string
  readonly port: number
  /** Takes no more connections, lets running requests end, then closes what is left. */
  stop(): Promise<void>
}

/** Throws the error of the system when the port is taken. */
export function startServer({ app, host, port, maxBytes, clock, limits }: ServerOptions): HttpServer {
  const { idleSeconds, drainSeconds }: HttpLimits = { ...HTTP_LIMITS, ...limits }
  const server = Bun.serve({
    hostname: host,
    port,
    idleTimeout: idleSeconds,
    maxRequestBodySize: maxBytes,
    development: false,
    fetch: (request, own) => app.fetch(request, own.requestIP(request)?.address ?? 'unknown'),
  })
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
