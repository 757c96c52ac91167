/** The contract, and the faults of a server, over SFTP. */
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { adapterContract } from '../sdk/contract.ts'
import { memoryState, readAnswers, sampleMaterial, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import type { FileDropConfigInput } from './config.ts'
import { fakeConfig, startFakeSystem } from './fake-system.ts'
import { createFileDropAdapter } from './file-drop.ts'
import { PASSWORD, startSftpServer, USER } from './sftp-server.ts'

async function startBoth() {
  const fake = await startFakeSystem()
  const server = await startSftpServer(fake.root)
  const { folder, ...rest } = fakeConfig(fake.root)
  const sftp: NonNullable<FileDropConfigInput['sftp']> = {
    host: '127.0.0.1',
    port: server.port,
    user: USER,
    password: 'password',
    hostKeys: [server.hostKey],
  }
  const secrets = { password: PASSWORD, key: server.privateKey }
  const made: { close?(): Promise<void> }[] = []
  const adapterWith = (change: Partial<typeof sftp> = {}, given: Record<string, string> = secrets) => {
    const adapter = createFileDropAdapter({
      config: { ...rest, sftp: { ...sftp, ...change } },
      base: '/',
      secrets: given,
    })
    made.push(adapter)
    return adapter
  }
  return {
    ...fake,
    server,
    adapterWith,
    async stop() {
      await Promise.all(made.map(adapter => adapter.close?.()))
      await server.stop()
      await fake.stop()
    },
  }
}

adapterContract(
  'a drop of files over SFTP',
  async () => {
    const { adapterWith, system, server, stop } = await startBoth()
    const hang = async (on: boolean) => {
      server.faults.silent = on
      if (!on) server.breakAll()
    }
    return { adapter: adapterWith(), another: () => adapterWith(), system: { ...system, hang }, stop }
  },
  { outside: true },
)

describe('a drop of files over SFTP', () => {
  const running: Awaited<ReturnType<typeof startBoth>>[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map(both => both.stop()))
  })
  async function begin() {
    const both = await startBoth()
    running.push(both)
    return { ...both, call: testContext({ state: memoryState() }).context }
  }
  const outFolders = async (root: string) => (await readdir(join(root, 'out'))).filter(name => name !== '.writing')

  test('signs in by password or by key, once for many calls, and again when the server was away', async () => {
    const { adapterWith, call, server } = await begin()
    const byKey = adapterWith({ password: undefined, privateKey: 'key' })
    for (const adapter of [adapterWith(), byKey])
      for (let n = 0; n < 3; n++) expect(await adapter.check(call)).toEqual({ ok: true })
    expect(server.signIns()).toBe(2)
    server.breakAll()
    await expect.poll(async () => (await byKey.check(call)).ok).toBe(true)
  })

  test('a server with another host key is given neither password nor file', async () => {
    const { adapterWith, call, server, root } = await begin()
    const adapter = adapterWith({ hostKeys: [`SHA256:${'A'.repeat(43)}`] })
    const detail = 'sftp: the host key is not the pinned one'
    expect(await adapter.check(call)).toEqual({ ok: false, detail })
    expect(await adapter.deliver(sampleSubmit('other host'), call)).toMatchObject({
      code: 'adapter.unavailable',
      detail,
    })
    expect([server.signIns(), await outFolders(root)]).toEqual([0, []])
  })

  test('a wrong password and a key that is none are told without them', async () => {
    const { adapterWith, call } = await begin()
    const wrong = adapterWith({}, { password: 'wrong-4712' })
    expect(await wrong.check(call)).toEqual({ ok: false, detail: 'sftp: the server refuses the sign-in' })
    const none = adapterWith({ password: undefined, privateKey: 'key' }, { key: 'no key at all' })
    expect(await none.check(call)).toEqual({ ok: false, detail: 'sftp: the private key cannot be used' })
  })

  test('an answer to the rename that is lost: the next attempt finds the folder, once', async () => {
    const { adapterWith, call, server, root } = await begin()
    const adapter = adapterWith()
    const submit = sampleSubmit('lost rename', [sampleMaterial('scan')])
    server.faults.loseRename = true
    expect(await adapter.deliver(submit, call)).toMatchObject({ code: 'adapter.unavailable', retryable: true })
    const folders = await outFolders(root)
    expect(folders).toHaveLength(1)
    expect(await adapter.deliver({ ...submit, attempt: 1 }, call)).toEqual({ ok: 'handed' })
    await rm(join(root, 'out', folders[0] ?? ''), { recursive: true })
    expect(await adapter.deliver({ ...submit, attempt: 2 }, call)).toEqual({ ok: 'handed' })
    expect(await outFolders(root)).toEqual([])
  })

  test('a server without room is tried again, and nothing half is seen', async () => {
    const { adapterWith, call, server, root } = await begin()
    const adapter = adapterWith()
    const submit = sampleSubmit('full', [sampleMaterial('scan')])
    server.faults.full = true
    expect(await adapter.deliver(submit, call)).toMatchObject({ code: 'adapter.unavailable', detail: 'sftp: status 4' })
    expect([await outFolders(root), await readdir(join(root, 'out', '.writing'))]).toEqual([[], []])
    server.faults.full = false
    expect(await adapter.deliver({ ...submit, attempt: 1 }, call)).toEqual({ ok: 'handed' })
  })

  test('links on the server are not followed, and files of answers are read whole', async () => {
    const { adapterWith, call, root } = await begin()
    const adapter = adapterWith()
    const text = 'x'.repeat(100_000)
    await writeFile(join(root, 'secret.json'), '{"answers":[{"number":"A","step":"LY","text":"secret"}]}')
    await symlink(join(root, 'secret.json'), join(root, 'in', 'link.json'))
    await mkdir(join(root, 'in', 'folder.json'))
    await writeFile(
      join(root, 'in', 'a.json'),
      JSON.stringify({ answers: [{ number: 'A', step: 'SL', no: '1', pad: text }] }),
    )
    const page = await adapter.poll?.(null, call)
    const { events, problems } = await readAnswers(adapter, page?.events ?? [], call)
    expect([events.length, problems]).toEqual([1, []])
    await adapter.acknowledge?.(page?.events.map(({ id }) => id ?? '') ?? [], call)
    expect((await readdir(join(root, 'in'))).sort()).toEqual(['folder.json', 'link.json'])
  })
})
