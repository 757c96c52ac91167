/** An adapter outside of the repository, which knows the program by the name of its package alone. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeNodeFolder, SHIYAN } from '../support/node-folder.ts'
import { NodeProcess } from '../support/node-process.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const program = (name: string): string => join(ROOT, 'node_modules', name)

let root = ''
let outside = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-outside-'))
  outside = join(root, 'adapter')
  await cp(join(ROOT, 'examples/custom-adapter'), outside, { recursive: true })
  await mkdir(join(outside, 'node_modules'))
  await symlink(ROOT, join(outside, 'node_modules/tongban'))
  for (const name of ['zod', 'vitest']) await symlink(program(name), join(outside, 'node_modules', name))
  await writeFile(join(outside, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  const compilerOptions = { typeRoots: ['./node_modules/tongban/node_modules/@types'] }
  await writeFile(
    join(outside, 'tsconfig.json'),
    JSON.stringify({ extends: './node_modules/tongban/tsconfig.json', compilerOptions, include: ['*.ts'] }),
  )
})
afterAll(() => rm(root, { recursive: true, force: true }))

test('is of one folder: it imports no file of the program', async () => {
  for (const name of ['folder-adapter.ts', 'folder-system.ts', 'folder-adapter.test.ts'])
    expect(await readFile(join(outside, name), 'utf8')).not.toMatch(/from '\.\.\//)
})

test('is checked by its types, and can be proved without a test runner', async () => {
  const proof = `import { certify } from 'tongban/sdk/certificate'\nimport { sampleSubmit } from 'tongban/sdk/test-kit'\n`
  await writeFile(join(outside, 'proof.ts'), `${proof}export const play = { certify, submit: sampleSubmit('proof') }\n`)
  await run(process.execPath, [program('typescript/bin/tsc'), '-p', outside])
  const wrong = join(outside, 'wrong.ts')
  await writeFile(wrong, `import type { Adapter } from 'tongban/sdk'\nexport const half: Adapter = { kind: 'half' }\n`)
  const failed = run(process.execPath, [program('typescript/bin/tsc'), '-p', outside])
  await expect(failed).rejects.toMatchObject({ stdout: expect.stringMatching(/wrong\.ts.*deliver/s) })
  await rm(wrong)
})

test('passes the contract', async () => {
  const vitest = [program('vitest/vitest.mjs'), 'run', '--root', outside, '--reporter', 'json']
  const { stdout } = await run(process.execPath, ['--bun', ...vitest], { cwd: outside, maxBuffer: 16 * 1024 * 1024 })
  const told = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { numPassedTests: number; numFailedTests: number }
  expect(told.numFailedTests).toBe(0)
  expect(told.numPassedTests).toBeGreaterThan(15)
})

test('runs in a node that is started with it, and a fault in its options is told instead of a start', async () => {
  const adapter = { kind: 'module', name: 'front-machine', path: 'folder-adapter.ts', options: { folder: 'exchange' } }
  const made = await makeNodeFolder(join(root, 'node'), SHIYAN, { httpPort: 0, p2pPort: 0, rest: { adapter } })
  await cp(join(outside, 'folder-adapter.ts'), join(made.folder, 'folder-adapter.ts'))
  await mkdir(join(made.folder, 'node_modules'))
  for (const name of ['tongban', 'zod'])
    await symlink(join(outside, 'node_modules', name), join(made.folder, 'node_modules', name))
  for (const part of ['in', 'ack', 'out', 'materials'])
    await mkdir(join(made.folder, 'exchange', part), { recursive: true })
  const node = new NodeProcess(made)
  await node.start()
  try {
    expect(await node.client.checkApprovalSystem()).toMatchObject({ kind: 'folder', name: 'front-machine', ok: true })
  } finally {
    await node.stop()
  }
  const file = JSON.parse(await readFile(made.configPath, 'utf8')) as { adapter: { options: object } }
  file.adapter.options = { place: 'exchange' }
  await writeFile(made.configPath, JSON.stringify(file))
  await expect(new NodeProcess(made).start()).rejects.toThrow(
    /adapter\.path: .*folder-adapter\.ts: createAdapter\(\) failed: adapter\.options: /,
  )
})
