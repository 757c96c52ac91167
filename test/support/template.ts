/** Before all tests: the store that theirs are copied from is migrated once, and what is left to chance is told. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTemplate, TEMPLATE } from './store.ts'

/** Each project of `vitest.config.ts` calls this; one template is enough. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[TEMPLATE] !== undefined) return undefined
  console.log(`what is left to chance: TONGBAN_TEST_SEED=${process.env.TONGBAN_TEST_SEED}`)
  const folder = await mkdtemp(join(tmpdir(), 'tongban-template-'))
  const path = join(folder, 'template.db')
  await makeTemplate(path)
  process.env[TEMPLATE] = path
  return () => rm(folder, { recursive: true, force: true })
}
