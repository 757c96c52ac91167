import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { MIGRATIONS } from './index.ts'

/**
 * `frozen.txt` has one line of each migration that landed: number, SHA-256 of its SQL, name. A store remembers the checksums of
 * what was applied to it, and one with another text is not started: a line is added with its migration, and never changed.
 */
test('no migration that landed was changed, and a new one adds its line to frozen.txt', async () => {
  const lines = (await readFile(new URL('frozen.txt', import.meta.url), 'utf8')).trimEnd().split('\n')
  const present = MIGRATIONS.map(({ version, name, sql }) =>
    [String(version).padStart(3, '0'), createHash('sha256').update(sql).digest('hex'), name].join(' '),
  )
  expect(present.length).toBeGreaterThan(0)
  expect(present).toEqual(lines)
})
