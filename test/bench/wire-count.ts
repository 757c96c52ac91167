/** A TCP relay on the loopback interface that counts what passes: bytes on the wire as a partner pays for them. */
import { connect, createServer } from 'node:net'

export type WireCount = {
  port: number
  /** both directions */
  bytes(): number
  close(): void
}

export async function countWire(target: number): Promise<WireCount> {
  let bytes = 0
  const server = createServer(near => {
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true)
      from.on('data', chunk => {
        bytes += Buffer.byteLength(chunk)
        if (!to.write(chunk)) from.pause()
      })
      to.on('drain', () => from.resume())
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, bytes: () => bytes, close: () => server.close() }
}
