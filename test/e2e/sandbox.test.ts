/** A sandbox city and a node as processes of their own, from the command line alone; a node whose settings name none refuses it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { type Commands, openCommands } from '../support/commands.ts'
import { makeNodeFolder, SHIYAN } from '../support/node-folder.ts'
import { freePort, NodeProcess } from '../support/node-process.ts'

const MAIN = fileURLToPath(new URL('../../node/main.ts', import.meta.url))

let ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.reverse()) await end()
  ends = []
})

/** `tongban sandbox` in the folder: its first line, or how it ended. */
async function sandbox(cwd: string, env: Record<string, string>, more: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [MAIN, 'sandbox', ...more, '--json'], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit').then(([code]) => ({ code: code as number | null, ready: null }))
  if (child.stdout === null) throw new Error('no output')
  const ready = once(createInterface({ input: child.stdout }), 'line').then(([line]) => ({
    code: null,
    ready: JSON.parse(String(line)) as Record<string, unknown>,
  }))
  ready.catch(() => {})
  const first = await Promise.race([ready, exited])
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    return exited
  }
  ends.push(stop)
  return { ...first, stop }
}

async function city(named: boolean): Promise<{ root: string; env: Record<string, string>; commands: Commands }> {
  const root = await mkdtemp(join(tmpdir(), 'tongban-sandbox-'))
  ends.push(() => rm(root, { recursive: true, force: true }))
  const made = await makeNodeFolder(join(root, 'own'), SHIYAN, {
    httpPort: 0,
    p2pPort: 0,
    rest: named ? { sandbox: { partners: ['990001'] } } : {},
  })
  const node = new NodeProcess(made)
  await node.start()
  ends.push(node.stop)
  const env = { TONGBAN_URL: node.client.url, TONGBAN_TOKEN: made.token }
  const commands = openCommands(root, env)
  ends.push(commands.end)
  return { root, env, commands }
}

const ports = async () => ['--http-port', String(await freePort()), '--p2p-listen', '/ip4/127.0.0.1/tcp/0']

test('a sandbox city joins a node that names it, brings it a case, and goes on after a restart', async () => {
  const { root, env, commands } = await city(true)
  const first = await sandbox(root, env, await ports())
  expect(first.ready).toMatchObject({ ready: true, city: '990001', paired: true, agreed: 8 })
  const trigger = async (...args: string[]) => {
    const { code, out, error } = await commands.run(['trigger', ...args, '--wait', '3600', '--json'])
    expect([code, error]).toEqual([0, ''])
    return JSON.parse(out) as Record<string, unknown>
  }
  const begun = await trigger('case.submit')
  expect(begun).toMatchObject({ status: 'stored', localCaseNo: expect.stringMatching(/^420300-/) })
  expect((await first.stop()).code).toBe(0)
  expect((await sandbox(root, env, [])).ready).toMatchObject({ paired: false, agreed: 0 })
  expect(await trigger('case.message')).toMatchObject({ status: 'stored', thread: begun.thread })
  expect(await trigger('case.refuse', '--behaviour', 'refuses')).toMatchObject({ status: 'stored' })
})

test('a node whose settings name no sandbox city refuses it', async () => {
  const { root, env, commands } = await city(false)
  const { code } = await sandbox(root, env, await ports())
  expect(code).toBe(1)
  const { out } = await commands.run(['partner', 'list', '--json'])
  expect(out).not.toContain('990001')
})
