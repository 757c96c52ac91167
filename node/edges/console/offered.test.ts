/** What the API can do and no page of the console offers stands in the manual of administrators, with the command that does it. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { TITLES } from '../../../protocol/case/names.ts'
import { OPERATIONS } from '../client/addresses.generated.ts'

const APP = fileURLToPath(new URL('app/', import.meta.url))
const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url))

/** The form of steps offers each step of a case under its kind. */
const STEPS = new Set(
  Object.keys(TITLES)
    .filter(kind => kind.startsWith('case.'))
    .map(kind => `/api/v1/cases/{thread}/${kind.slice('case.'.length)}`),
)

async function offered(): Promise<Set<string>> {
  const names = (await readdir(APP, { recursive: true })).filter(name => /(?<!\.test)\.tsx?$/.test(name))
  const sources = await Promise.all(names.map(name => readFile(`${APP}${name}`, 'utf8')))
  return new Set(sources.flatMap(source => source.match(/\b[a-z][A-Za-z]+\b/g) ?? []))
}

test.each([
  ['administrator.md', '## 12. What the console does not offer'],
  ['administrator.zh-CN.md', '## 12. 工作台不提供的操作'],
])('%s names every operation that no page offers', async (manual, heading) => {
  const used = await offered()
  const missing = Object.entries(OPERATIONS)
    .filter(([id, { method, path }]) => !used.has(id) && !(method === 'POST' && STEPS.has(path)))
    .map(([id]) => id)
  const text = await readFile(`${DOCS}${manual}`, 'utf8')
  expect(text).toContain(heading)
  const [section = ''] = text.slice(text.indexOf(heading) + heading.length).split('\n## ')
  const named = new Set([...section.matchAll(/`([a-z][A-Za-z]+)`/g)].map(([, name = '']) => name))
  expect(missing.filter(id => !named.has(id))).toEqual([])
})
