/** docs/threat-model.md names tests that are there. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const rows = (await readFile(`${root}docs/threat-model.md`, 'utf8'))
  .split('\n')
  .filter(line => line.startsWith('| ') && !line.startsWith('| threat |'))

test('there are threats', () => expect(rows.length).toBeGreaterThan(30))

test.each(rows.map(row => row.split(' | ')))('%s', async (_, _defence, tests = '') => {
  const named = tests.split('<br>').map(entry => /`([^`]+)` (“.*”)/.exec(entry))
  for (const one of named) {
    const [, path, titles] = one ?? []
    if (path === undefined || titles === undefined) throw new Error(`no test is named: ${tests}`)
    const source = await readFile(`${root}${path}`, 'utf8')
    for (const title of titles.slice(1, -1).split('”, “')) expect(source).toContain(title)
  }
})
