/** ARCHITECTURE.md is the map of the code: it names every folder, and no file that is not there. */
import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const entries = await Promise.all(
  ['protocol', 'certs', 'adapters', 'node', 'examples', 'test', 'docs'].map(async top =>
    (await readdir(new URL(top, root), { recursive: true, withFileTypes: true })).map(entry => ({
      folder: entry.isDirectory(),
      name: entry.name,
      path: `${entry.parentPath.slice(root.pathname.length)}/${entry.name}`,
    })),
  ),
).then(lists => lists.flat())
const text = await readFile(new URL('ARCHITECTURE.md', root), 'utf8')
const named = [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code)

test('every folder of the node and of the protocol is named', () => {
  const folders = entries.flatMap(({ folder, path }) =>
    folder && /^(node\/[a-z]+(\/[a-z0-9-]+)?|protocol\/[a-z-]+|adapters\/[a-z-]+)$/.test(path) ? [path] : [],
  )
  expect(folders.length).toBeGreaterThan(30)
  const names = (path: string) => named.some(code => code === path || code === path.split('/').at(-1))
  expect(folders.filter(path => !names(path))).toEqual([])
})

test('every file that it names is there', () => {
  const files = named.filter(code => /^[\w/.-]+\.(ts|js|md)$/.test(code))
  expect(files.length).toBeGreaterThan(30)
  const there = new Set(['README.md', 'CONTRIBUTING.md', ...entries.map(({ path }) => path)])
  const ends = [...there]
  expect(files.filter(file => !ends.some(path => path === file || path.endsWith(`/${file}`)))).toEqual([])
})
