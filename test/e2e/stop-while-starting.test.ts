/** A node that is told to stop while it starts: what began ends, in order, and the folder is free at once. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Adapter } from '../../adapters/sdk/port.ts'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'
import { type NodeOptions, startNode } from '../../node/node.ts'
import { pickAdapter } from '../../node/spine/dispatch/part.ts'
import { ANKANG, makeNodeFolder, type NodeFolder, PASSPHRASE } from '../support/node-folder.ts'
import { NodeProcess } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'

const MAIN = fileURLToPath(new URL('../../node/main.ts', import.meta.url))

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-stop-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))
const made = (name: string): Promise<NodeFolder> =>
  makeNodeFolder(join(root, name), ANKANG, {
    httpPort: 0,
    p2pPort: 0,
    rest: { log: { level: 'info', format: 'json' } },
  })

describe('a process', () => {
  const spawned = ({ configPath }: NodeFolder) => {
    const child = spawn(process.execPath, [MAIN, 'start', '--config', configPath], {
      env: { ...process.env, TONGBAN_PASSPHRASE: PASSPHRASE },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return { child, exited: once(child, 'exit') }
  }

  test('that has just locked its folder is told to stop: it exits with 0, and the node starts the next time', async () => {
    const folder = await made('early')
    const { child, exited } = spawned(folder)
    try {
      await until(async () => existsSync(join(folder.config.data, 'node.lock')), 'the folder is locked')
      child.kill('SIGTERM')
      expect(await exited).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
    const again = new NodeProcess(folder)
    await again.start()
    await again.stop()
  })
})

describe('at any step of the start', () => {
  const steps: [string, (stop: () => void) => Partial<NodeOptions>][] = [
    [
      'the store is opened',
      stop => ({
        openStore: (...given) => {
          stop()
          return openSqlite(...given)
        },
      }),
    ],
    [
      'the adapter is picked',
      stop => ({
        makeAdapter: config => {
          stop()
          return pickAdapter(config)
        },
      }),
    ],
    [
      'the parts are joined',
      stop => ({
        async makeAdapter(config) {
          const adapter = await pickAdapter(config)
          return Object.create(adapter, {
            kind: {
              get() {
                stop()
                return adapter.kind
              },
            },
          }) as Adapter
        },
      }),
    ],
  ]
  test.each(steps)('while %s: nothing runs any more, and it starts again', async (name, when) => {
    const { config } = await made(name)
    const stopping = new AbortController()
    const reason = new Error('to stop')
    const options = { config, passphrase: PASSPHRASE }
    await expect(
      startNode({ ...options, ...when(() => stopping.abort(reason)), stopping: stopping.signal }),
    ).rejects.toBe(reason)
    const node = await startNode(options)
    expect((await fetch(`${node.url}/readyz`)).status).toBe(200)
    await node.stop()
  })

  test('told to stop before, it begins nothing', async () => {
    const { config } = await made('before')
    await expect(startNode({ config, passphrase: PASSPHRASE, stopping: AbortSignal.abort('no') })).rejects.toBe('no')
  })
})
