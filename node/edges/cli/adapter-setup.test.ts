import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { newAdapter } from './adapter-new.ts'
import { createSubjects, parseSetup, readSetup } from './adapter-setup.ts'
import { secretsOf } from './adapter-test.ts'
import type { CommandContext } from './context.ts'
import { createOutput } from './output.ts'

let folders: string[] = []
afterEach(async () => {
  for (const folder of folders) await rm(folder, { recursive: true })
  folders = []
})
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'tongban-adapter-'))
  folders.push(made)
  return made
}
const context = { out: { ...createOutput(true), result: () => {} } } as unknown as CommandContext

test('a new folder has what its setup names, and is not made twice', async () => {
  const place = join(await folder(), 'spxt')
  await newAdapter(context, place, {})
  expect((await readdir(place)).sort()).toEqual(['adapter.json', 'fake.ts', 'mapping.json', 'token'])
  expect((await stat(join(place, 'token'))).mode & 0o077).toBe(0)
  expect(await readSetup(place)).toMatchObject({ adapter: { kind: 'rest', mapping: 'mapping.json' }, fake: 'fake.ts' })
  await expect(newAdapter(context, place, {})).rejects.toMatchObject({ problem: { code: 'request.invalid' } })
  await expect(newAdapter(context, `${place}2`, { by: 'magic' })).rejects.toMatchObject({
    problem: { code: 'request.invalid', detail: '--by mapping | code' },
  })
})

test('an adapter of the folder hands a case to the fake of the folder, each as it was made', async () => {
  for (const by of ['mapping', 'code']) {
    const place = join(await folder(), by)
    await newAdapter(context, place, { by })
    const { make, stop } = await createSubjects(await readSetup(place), place)
    const { adapter, system, another, stop: end } = await make()
    const { sampleSubmit, testContext } = await import('../../../adapters/sdk/test-kit.ts')
    const submit = sampleSubmit(by)
    expect(await adapter.deliver(submit, testContext().context)).toEqual({ ok: true, localCaseNo: 'SP000001' })
    expect(await (await another()).check(testContext().context)).toMatchObject({ ok: true })
    expect(await system?.effects?.(submit.idempotencyKey)).toBe(1)
    expect(system?.dropNextAnswer).toBeTypeOf('function')
    await end()
    await stop()
  }
})

test('of materials that go as base64 nothing is claimed to be seen', async () => {
  const place = join(await folder(), 'base64')
  await newAdapter(context, place, {})
  const file = join(place, 'mapping.json')
  const mapping = JSON.parse(await readFile(file, 'utf8')) as object
  const materials = { method: 'POST', path: '/files', as: 'base64', body: { content: '$content' } }
  const switchesOf = async () => {
    const { make, stop } = await createSubjects(await readSetup(place), place)
    const { system, stop: end } = await make()
    await end()
    await stop()
    return [system?.holds !== undefined, system?.uploadBegun !== undefined]
  }
  expect(await switchesOf()).toEqual([true, true])
  await writeFile(file, JSON.stringify({ ...mapping, materials }))
  expect(await switchesOf()).toEqual([false, false])
})

test('requests that share the address of packets leave out what would hit them too', async () => {
  const place = await folder()
  const mapping = {
    register: { path: '/gateway', lookup: { method: 'POST', path: '/gateway' } },
    events: { path: '/answers?{cursor}' },
  }
  await writeFile(join(place, 'mapping.json'), JSON.stringify(mapping))
  const setup = parseSetup({ adapter: { kind: 'rest', mapping: 'mapping.json' }, system: 'http://127.0.0.1:1' }, 'here')
  const { make, stop } = await createSubjects(setup, place)
  // What such a mapping lacks is the adapter's to say.
  await expect(make()).rejects.toMatchObject({ problem: { code: 'config.invalid' } })
  await stop()
})

test.each([
  [{ adapter: { kind: 'workbench' }, fake: 'f.ts' }, 'the workbench has no system to be tried against'],
  [{ adapter: { kind: 'rest', mapping: 'm.json' } }, 'one of fake and system'],
  [{ adapter: { kind: 'rest', mapping: 'm.json' }, fake: 'f.ts', system: 'http://a' }, 'one of fake and system'],
  [{ adapter: { kind: 'rest', mapping: 'm.json' }, fake: 'f.ts', packets: ['/cases'] }, 'packets.0'],
])('a setup that is not whole is told: %#', (setup, detail) => {
  expect(() => parseSetup(setup, 'adapter.json')).toThrow(
    expect.objectContaining({ problem: { code: 'config.invalid', detail: expect.stringContaining(detail) } }),
  )
})

test('a fake that starts nothing is told by its file', async () => {
  const place = await folder()
  await writeFile(join(place, 'fake.ts'), 'export const begin = () => {}\n')
  const setup = parseSetup({ adapter: { kind: 'module', path: 'a.ts' }, fake: 'fake.ts', packets: [] }, 'here')
  const { make } = await createSubjects(setup, place)
  await expect(make()).rejects.toMatchObject({
    problem: { code: 'config.invalid', detail: expect.stringMatching(/fake\.ts: exports no function start$/) },
  })
})

test('secrets are files, or variables of the environment', () => {
  expect(secretsOf(['token=/run/token', 'key=env:KEY'])).toEqual({ token: { file: '/run/token' }, key: { env: 'KEY' } })
  expect(() => secretsOf(['token'])).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ code: 'request.invalid' }) }),
  )
})
