/** `tongban adapter new` and `adapter test`, as an integrator types them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Certificate } from '../../adapters/sdk/certificate.ts'

/** Each plays the whole contract in a process of its own, which a busy machine makes long. ms */
const PATIENCE = 600_000

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-new-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function tongban(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  const main = new URL('../../node/main.ts', import.meta.url).pathname
  const running = Bun.spawn([process.execPath, main, ...args], { cwd: folder, stdout: 'pipe', stderr: 'pipe' })
  const [out, errors] = await Promise.all([new Response(running.stdout).text(), new Response(running.stderr).text()])
  return { code: await running.exited, out, errors }
}

test.each(['mapping', 'code'])('an adapter that is made by %s passes as it is', { timeout: PATIENCE }, async by => {
  expect(await tongban('adapter', 'new', by, '--by', by)).toMatchObject({ code: 0, errors: '' })
  const tested = await tongban('adapter', 'test', by, '--out', `${by}.json`)
  expect([tested.errors, tested.code]).toEqual(['', 0])
  expect(tested.out).toContain('Passed 通过')
  const certificate = JSON.parse(await readFile(join(folder, `${by}.json`), 'utf8')) as Certificate
  expect(certificate.passed).toBe(true)
  expect(certificate.counts).toMatchObject({ partly: 0, failed: 0 })
  // The fake takes every packet at once, and tells what happened.
  for (const { outcome, why } of certificate.tests)
    if (outcome !== 'proved') expect(why).toMatch(/^the system has no (answerLater, work|stand)$/)
})

test('a fault that is put into the mapping is found, named, and no certificate passes', {
  timeout: PATIENCE,
}, async () => {
  expect((await tongban('adapter', 'new', 'faulty')).code).toBe(0)
  const file = join(folder, 'faulty', 'mapping.json')
  const mapping = await readFile(file, 'utf8')
  await writeFile(file, mapping.replace('"cursor": "next"', '"cursor": "$string(next - 1)"'))
  const tested = await tongban('adapter', 'test', 'faulty', '--json')
  expect(tested.code).toBe(1)
  const { passed, tests } = JSON.parse(tested.out) as Certificate
  expect(passed).toBe(false)
  expect(tests.filter(({ outcome }) => outcome === 'failed').map(({ why }) => why)).toContainEqual(
    expect.stringMatching(/\S/),
  )
})
