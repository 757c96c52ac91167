import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { newPeerKey, portOf, startHost } from '../../../test/support/p2p-hosts.ts'
import { createP2pHost } from './host.ts'

describe('lifecycle', () => {
  test('20 times start, traffic and stop leave no socket, listener or timer, and the process ends by itself', async () => {
    const script = fileURLToPath(new URL('../../../test/support/p2p-lifecycle.ts', import.meta.url))
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', chunk => {
      output += chunk
    })
    const code = await new Promise(resolve => child.on('close', resolve))
    expect(code).toBe(0)
    const { before, after }: Record<'before' | 'after', Record<string, number>> = JSON.parse(output)
    expect(Object.keys(before).length).toBeGreaterThan(0)
    for (const [kind, count] of Object.entries(before)) {
      expect(after[kind], kind).toBeLessThanOrEqual(count)
    }
  })

  test('connections that come and go while hosts start and stop harm nobody', async () => {
    const host = await createP2pHost({ key: newPeerKey(), listen: ['/ip4/127.0.0.1/tcp/0'], gate: () => true })
    for (let round = 0; round < 10; round += 1) {
      await host.start()
      const port = portOf(host)
      const sockets = Array.from({ length: 20 }, (_, i) => {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => {})
        socket.on('connect', () => (i % 2 === 0 ? socket.resetAndDestroy() : socket.write('hello')))
        return new Promise<void>(resolve => socket.on('close', () => resolve()))
      })
      if (round % 2 === 0) await new Promise(resolve => setImmediate(resolve))
      await host.stop()
      await Promise.all(sockets)
    }
    expect(host.addresses()).toEqual([])
  })

  test('start and stop may be called again, and a host without addresses only dials', async () => {
    const silent = await createP2pHost({ key: newPeerKey(), listen: [], gate: () => false })
    await silent.stop()
    await silent.start()
    await silent.start()
    expect(silent.addresses()).toEqual([])
    await using host = await startHost()
    await host.handle('/x/1', wire => wire.send(Buffer.from('x')), { maxFrame: 10, maxStreamsPerCity: 1 })
    const wire = await silent.open(host.peer, host.addresses(), '/x/1')
    await wire.close()
    await silent.stop()
    await silent.stop()
  })

  test('addresses carry the peer id, and what is announced takes their place', async () => {
    await using host = await startHost()
    expect(host.addresses()).toEqual([`/ip4/127.0.0.1/tcp/${portOf(host)}/p2p/${host.peer}`])
    await using announced = await startHost({ announce: ['/dns4/tongban.example/tcp/4001'] })
    expect(announced.addresses()).toEqual([`/dns4/tongban.example/tcp/4001/p2p/${announced.peer}`])
  })
})
