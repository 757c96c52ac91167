/** A TCP proxy on the loopback interface that can play dead, for tests of half-open connections. */
import { connect, createServer, type Socket } from 'node:net'

export type TcpProxy = {
  port: number
  /** Bytes stop in both directions, new connections hang, nobody is told. */
  freeze(): void
  thaw(): void
  /** What is sent to the target arrives, and what it says is lost. */
  mute(on: boolean): void
  /** Cuts every connection with a reset. */
  cut(): void
  close(): Promise<void>
}

export async function startProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let frozen = false
  let muted = false
  const server = createServer({ pauseOnConnect: true }, near => {
    const far = connect(target, '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    const end = (): void => {
      pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('error', end)
      from.on('close', end)
      from.on('data', chunk => {
        if (!muted || from === near) to.write(chunk)
      })
      if (frozen) from.pause()
      else from.resume()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const each = (act: (socket: Socket) => void): void => {
    for (const pair of [...pairs]) for (const socket of pair) act(socket)
  }
  return {
    port: address.port,
    freeze() {
      frozen = true
      each(socket => socket.pause())
    },
    thaw() {
      frozen = false
      each(socket => socket.resume())
    },
    mute(on) {
      muted = on
    },
    cut: () => each(socket => socket.resetAndDestroy()),
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      each(socket => socket.destroy())
      await closed
    },
  }
}
