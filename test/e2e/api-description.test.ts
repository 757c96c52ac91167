/** What others make of the description of the API: a public linter finds no fault, and a client that a public generator makes compiles. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import openapiTS from 'openapi-typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describedApi } from '../generate/client.ts'

/** What the generator made, beside what uses it: no file of this repository. */
const MADE = './api.ts'

let root: string
let document: Awaited<ReturnType<typeof describedApi>>

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-description-'))
  document = await describedApi()
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** By severity and rule. */
async function lint(source: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] })
  const found = await lintFromString({ source: JSON.stringify(source), config })
  return [...new Set(found.map(({ severity, ruleId }) => `${severity} ${ruleId}`))].sort()
}

test('a linter finds no error by its recommended rules, and warns of what is meant alone', async () => {
  // `/agreements/acts/…` beside `/agreements/{thread}/…`: no thread is called so. Health and metrics refuse nobody.
  expect(await lint(document)).toEqual(['warn no-ambiguous-paths', 'warn operation-4xx-response'])
})

test('and it finds what is wrong', async () => {
  const [path = ''] = Object.keys(document.paths)
  const broken = { ...document, paths: { ...document.paths, [path]: { get: { operationId: 'x', responses: {} } } } }
  expect((await lint(broken)).some(found => found.startsWith('error'))).toBe(true)
})

/** What the compiler says; empty when it compiles. */
async function compiled(name: string, source: string): Promise<string> {
  const file = join(root, name)
  await writeFile(file, source)
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
  const child = spawn(
    process.execPath,
    [tsc, '--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'preserve', '--types', '', file],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, BUN_BE_BUN: '1' } },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  await once(child, 'close')
  return said
}

test('a client that a generator makes of it compiles, and knows what a case is', async () => {
  await writeFile(join(root, 'api.ts'), await openapiTS(document as never))
  const use = (state: string) => `
    import type { components, operations, paths } from '${MADE}'
    export const one: components['schemas']['Case']['state'] = '${state}'
    export type Step = operations['getCaseStep']['responses'][200]['content']['application/json']['defaults']
    export type Part = paths['/api/v1/cases/{thread}/materials/{sha256}']['get']
  `
  expect(await compiled('use.ts', use('accepted'))).toBe('')
  expect(await compiled('misuse.ts', use('nonsense'))).toContain('nonsense')
})
