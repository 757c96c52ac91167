/** What the program writes into the audit log is read by people: each part of a detail has a name in both languages. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { DETAIL_LABELS } from './app/audit/labels.ts'

const NODE = fileURLToPath(new URL('../../', import.meta.url))

const DETAIL = /\bdetail: \{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g
const NAME = /(?:^|,)\s*(?:\.\.\.\([^)]*\{\s*)?([a-zA-Z]+)\s*(?=[:,}]|$)/g

test('each part of a detail that a row can have has a name', async () => {
  const files = (await readdir(NODE, { recursive: true })).filter(
    name => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('edges/console/'),
  )
  const texts = await Promise.all(files.map(name => readFile(`${NODE}${name}`, 'utf8')))
  const written = texts
    .filter(text => /\baudit\.append\(/.test(text))
    .flatMap(text => [...text.matchAll(DETAIL)].flatMap(([, parts = '']) => [...parts.matchAll(NAME)]))
    .map(([, name = '']) => name)
  expect(new Set(written).size).toBeGreaterThan(50)
  expect([...new Set(written)].filter(name => !Object.hasOwn(DETAIL_LABELS, name)).toSorted()).toEqual([])
})
