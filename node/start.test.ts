/** A node that cannot start leaves nothing behind: whoever cures the cause starts it again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANKANG, makeNodeFolder, PASSPHRASE, SHIYAN } from '../test/support/node-folder.ts'
import { freePort } from '../test/support/node-process.ts'
import type { NodeConfig } from './kernel/config/config.ts'
import { type RunningNode, startNode } from './node.ts'

let root = ''
let other: RunningNode
let taken: { http: number; p2p: number; applicants: number }
const start = (config: NodeConfig) => startNode({ config, passphrase: PASSPHRASE })
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-start-'))
  taken = { http: await freePort(), p2p: await freePort(), applicants: await freePort() }
  const rest = { applicants: { port: taken.applicants } }
  const made = await makeNodeFolder(join(root, 'other'), ANKANG, { httpPort: taken.http, p2pPort: taken.p2p, rest })
  other = await start(made.config)
})
afterAll(async () => {
  await other.stop()
  await rm(root, { recursive: true, force: true })
})

describe('where another city’s node listens', () => {
  test('a node refuses to start, names the setting, and starts once its own is another', async () => {
    const httpPort = await freePort()
    const p2pPort = await freePort()
    const { config } = await makeNodeFolder(join(root, 'own'), SHIYAN, { httpPort, p2pPort })
    const listen = (port: number) => [`/ip4/127.0.0.1/tcp/${port}`]
    const faulty: [string, NodeConfig][] = [
      ['http.port', { ...config, http: { ...config.http, port: taken.http } }],
      ['http.port', { ...config, http: { ...config.http, port: taken.applicants } }],
      ['applicants.port', { ...config, applicants: { ...config.applicants, port: taken.http } }],
      ['applicants.port', { ...config, applicants: { ...config.applicants, port: httpPort } }],
      ['p2p.listen', { ...config, p2p: { ...config.p2p, listen: listen(taken.p2p) } }],
      ['p2p.listen', { ...config, p2p: { ...config.p2p, listen: [...listen(p2pPort), ...listen(taken.http)] } }],
      ['adapter.mapping', { ...config, adapter: { kind: 'rest', mapping: 'nofile.json', secrets: {} } }],
      ['city.code', { ...config, city: { ...config.city, code: '610900' } }],
    ]
    for (const [setting, wrong] of faulty)
      await expect(start(wrong)).rejects.toMatchObject({
        problem: { code: 'config.invalid', detail: expect.stringContaining(setting) as unknown },
      })
    const node = await start(config)
    expect((await fetch(`${node.url}/readyz`)).status).toBe(200)
    await node.stop()
    const again = await start(config)
    await again.stop()
  })
})
