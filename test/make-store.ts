/**
 * Makes a fixture of stores (test/fixtures/stores/NAME.br) by a program: this one, or the one whose folder is given.
 *
 *   npx bun test/make-store.ts NAME [FOLDER]
 *
 * At each release: NAME is its version. FOLDER: `git archive COMMIT`, with `node_modules` beside it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { playFixture, writeFixture } from './support/store-fixture.ts'

const [name, program = join(import.meta.dirname, '..')] = process.argv.slice(2)
if (name === undefined || !/^[0-9a-z.-]+$/.test(name)) {
  console.error('npx bun test/make-store.ts NAME [FOLDER]')
  process.exit(2)
}
const { openStage } = (await import(
  resolve(program, 'examples/stories/stage.ts')
)) as typeof import('../examples/stories/stage.ts')
const { STORIES } = (await import(
  resolve(program, 'examples/stories/stories.ts')
)) as typeof import('../examples/stories/stories.ts')
const folder = await mkdtemp(join(tmpdir(), 'tongban-fixture-'))
try {
  const stage = await openStage(folder, console.error)
  const fixture = await playFixture(folder, stage, STORIES)
  console.log(`${name}: ${fixture.cities[0]?.said.length} cases, ${await writeFixture(name, fixture)} bytes`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exit()
