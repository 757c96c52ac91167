import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleSubmit, testContext } from '../../../adapters/sdk/test-kit.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { parseConfig } from '../../kernel/config/config.ts'
import { pickAdapter } from './part.ts'

const SECRET = 'do-not-tell-me'
let root: string
let folder: string
let serial = 0
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-module-'))
  folder = join(root, 'node')
  await mkdir(folder)
  await writeFile(join(folder, 'token'), `${SECRET}\n`, { mode: 0o600 })
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** The adapter of a configuration that names a module of this source. */
async function load(source: string, more: { path?: string; options?: object } = {}) {
  const name = `adapter-${++serial}.ts`
  await writeFile(join(folder, name), source)
  const city = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }
  const secrets = { token: { file: 'token' } }
  return pickAdapter(parseConfig({ city, adapter: { kind: 'module', path: name, secrets, ...more } }, folder))
}
const faultOf = async (...given: Parameters<typeof load>): Promise<string> => {
  const error = await load(...given).catch((thrown: unknown) => thrown)
  if (!(error instanceof ProblemError)) throw new Error('it was loaded', { cause: error })
  expect(error.problem.code).toBe('config.invalid')
  return error.problem.detail ?? ''
}

const MEMBERS = `
  kind: 'counter',
  deliver: async () => ({ ok: true, localCaseNo: config.prefix + secrets.token.length }),
  check: async () => ({ ok: true, detail: folder }),
`

test.each([
  ['a function createAdapter', 'export const createAdapter ='],
  ['a function as its default', 'export default'],
])('a module that exports %s is loaded, and given its options, secrets and folder', async (_, begin) => {
  const adapter = await load(`${begin} async ({ config, secrets, folder }) => ({ ${MEMBERS} })`, {
    options: { prefix: 'A-' },
  })
  const { context } = testContext()
  expect(adapter.kind).toBe('counter')
  expect(await adapter.deliver(sampleSubmit('loaded'), context)).toEqual({ ok: true, localCaseNo: 'A-14' })
  expect(await adapter.check(context)).toEqual({ ok: true, detail: folder })
})

test('it is loaded from the folder of the configuration and under it, and from nowhere else', async () => {
  const source = `export default ({ config, secrets, folder }) => ({ ${MEMBERS} })`
  await mkdir(join(folder, 'adapters'))
  await writeFile(join(folder, 'adapters', 'mine.ts'), source)
  expect((await load('', { path: './adapters/mine.ts' })).kind).toBe('counter')
  await writeFile(join(root, 'other.ts'), source)
  await symlink(join(root, 'other.ts'), join(folder, 'link.ts'))
  for (const path of ['../other.ts', join(root, 'other.ts'), 'link.ts'])
    expect(await faultOf('', { path })).toContain('lies outside the folder of tongban.json')
  expect(await faultOf('', { path: 'none.ts' })).toBe(`adapter.path: ${join(folder, 'none.ts')}: is not there`)
  expect(await faultOf('', { path: 'adapters' })).toContain('is no file')
  expect(await faultOf('', { path: '.' })).toContain('lies outside')
})

test.each([
  ['no function', `export const adapter = {}`, 'exports no function createAdapter, nor one as its default'],
  ['one that gives nothing', `export default () => undefined`, 'createAdapter() gave no adapter'],
  [
    'one that gives half an adapter',
    `export default () => ({ kind: 'Half One', poll: true, parallel: 0 })`,
    'the adapter is not whole: deliver() is missing; check() is missing; poll is no function; ' +
      'kind must be 1 to 40 small letters, digits and hyphens, a letter first; parallel must be a whole number of 1 or more',
  ],
  ['what cannot be read', `export default (`, 'cannot be loaded: '],
  ['what imports nothing that is there', `import 'no-such-package'`, 'cannot be loaded: '],
  ['what fails as it is loaded', `throw new Error('no driver')`, 'cannot be loaded: Error: no driver'],
  [
    'one that fails',
    `export default ({ secrets }) => { throw new Error('bad login ' + secrets.token) }`,
    'createAdapter() failed: Error: bad login ***',
  ],
  [
    'one that fails later',
    `export default async ({ secrets }) => { throw 'bad login ' + secrets.token }`,
    'createAdapter() failed: bad login ***',
  ],
])('a module that exports %s is a fault at the start, with its file and without secrets', async (_, source, fault) => {
  const detail = await faultOf(source)
  expect(detail.startsWith(`adapter.path: ${join(folder, `adapter-${serial}.ts`)}: ${fault}`), detail).toBe(true)
  expect(detail).not.toContain(SECRET)
})

test('a secret that is not there is named before anything of the module runs', async () => {
  await chmod(join(folder, 'token'), 0o644)
  expect(await faultOf(`throw new Error('it ran')`)).toContain('can be read by others')
})

test('a kind of 40 characters is taken, one of 41 is not', async () => {
  const of = (length: number) =>
    `export default () => ({ kind: '${'k'.repeat(length)}', deliver() {}, check() {}, parallel: 1 })`
  expect((await load(of(40))).kind).toHaveLength(40)
  expect(await faultOf(of(41))).toContain('kind must be 1 to 40')
})
