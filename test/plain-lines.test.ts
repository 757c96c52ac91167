/** The gates of the style refuse what they are for, and nothing else: comments beside fields, literals and lists that pack lines. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { docsBesideCode } from './doc-comments.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const doc = '/** bytes */'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-lint-'))
  const { plugins } = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8')) as { plugins: string[] }
  const rules = { linter: { rules: { preset: 'none' } }, plugins: plugins.map(path => join(root, path)) }
  await writeFile(join(folder, 'biome.json'), JSON.stringify(rules))
})
afterAll(() => rm(folder, { recursive: true }))

/** What the plugins of the project's linter say of a source. */
async function lint(source: string): Promise<string[]> {
  const path = join(folder, 'sample.ts')
  await writeFile(path, source)
  const args = [join(root, 'node_modules/.bin/biome'), 'lint', '--reporter=json', `--config-path=${folder}`, path]
  const { stdout, error } = spawnSync('node', args, { cwd: folder, encoding: 'utf8' })
  if (error !== undefined) throw error
  const { summary, diagnostics } = JSON.parse(stdout) as {
    summary: { unchanged: number }
    diagnostics: { message: string }[]
  }
  expect(summary.unchanged).toBe(1)
  return diagnostics.map(({ message }) => message)
}

test('a doc comment beside code is refused, wherever it stands', () => {
  expect(docsBesideCode(`type Size = {\n  ${doc} size: number\n}`)).toEqual([2])
  expect(docsBesideCode(`type Size = { ${doc} size: number }`)).toEqual([1])
  expect(docsBesideCode(`  name: string ${doc}\n  size: number`)).toEqual([1])
  expect(docsBesideCode(`  /** bytes,\n   * packed */ size: number`)).toEqual([2])
  expect(docsBesideCode(`const size = (${doc} n: number) => n`)).toEqual([1])
})

test('a doc comment on a line of its own is not, nor text that looks like one', () => {
  expect(docsBesideCode(`type Size = {\n  ${doc}\n  size: number\n}`)).toEqual([])
  expect(docsBesideCode(`/**\n * Two * three / four.\n */\nexport const all = ['test/**/*.ts', '**/*.md']`)).toEqual([])
  expect(docsBesideCode('const head = `/** Made by us. */`')).toEqual([])
  expect(docsBesideCode('let size = 1 // bytes, /* not */ more')).toEqual([])
})

test.each([
  [
    'fields of a literal that is spread',
    'export const size = (of: object) => ({ ...of, ...{ a: 1, b: 2 } })\n',
    'fields',
  ],
  ['elements of one', 'export const list = (of: number[]) => [...of, ...[1, 2]]\n', 'elements'],
  ['names that are declared in one line', 'const [a, b] = [1, 2]\nexport const sum = a + b\n', 'each name'],
])('%s are refused', async (_, source, word) => expect(await lint(source)).toEqual([expect.stringContaining(word)]))

test('what is spread by need, taken apart or swapped is not refused', async () => {
  const source = [
    'export function plain(of: { a?: number }, list: number[]): unknown {',
    '  const [first, ...rest] = [...list]',
    '  const [one, two] = list.map(n => n + 1)',
    '  const pair = [...(first === undefined ? [] : [first]), ...[1, 2].map(n => n * 2)]',
    '  ;[list[0], list[1]] = [two ?? 0, one ?? 0]',
    '  return { ...(of.a === undefined ? {} : { a: of.a }), pair, rest }',
    '}',
    '',
  ].join('\n')
  expect(await lint(source)).toEqual([])
})
