/** What `tongban start` loads: each module costs every start its time, and the node its memory for as long as it runs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeNodeFolder, type NodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

let root = ''
let loaded: string[] = []

/** Paths of the modules that a node has loaded by the time it serves. */
async function modulesOf({ configPath }: NodeFolder): Promise<string[]> {
  const file = join(root, 'loaded.json')
  const args = ['--preload', pathOf('../support/loaded.ts'), pathOf('../../node/main.ts')]
  const child = spawn(process.execPath, [...args, 'start', '--config', configPath, '--json'], {
    env: { ...process.env, TONGBAN_PASSPHRASE: PASSPHRASE, LOADED_FILE: file },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout }))
    if (line.includes('"ready":true')) child.stdin.end()
  expect(await ended).toEqual([0, null])
  const paths = JSON.parse(await readFile(file, 'utf8')) as string[]
  return paths.map(path => path.replaceAll('\\', '/'))
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-modules-'))
  const made = await makeNodeFolder(join(root, 'node'), SHIYAN, { httpPort: 0, p2pPort: 0 })
  // The first start signs the delegation, and opens the city key for it.
  await modulesOf(made)
  loaded = await modulesOf(made)
})
afterAll(() => rm(root, { recursive: true, force: true }))

const isLoaded = (name: string): boolean => loaded.some(path => path.includes(`/${name}`))

describe('a node that starts', () => {
  test('is seen to load what it serves with', () => {
    for (const name of ['node/main.ts', 'node/node.ts', 'node_modules/libp2p/', 'node_modules/hono/'])
      expect([name, isLoaded(name)]).toEqual([name, true])
  })

  test.each([
    ['forms, until the first', ['ajv', 'ajv-formats', 're2js']],
    [
      'tables and archives, until one is read or written',
      ['write-excel-file', 'csv-parse', 'csv-stringify', 'saxen', 'fflate'],
    ],
    ['scans, which another process counts', ['unpdf']],
    ['mappings, without an outside approval system', ['jsonata']],
    ['the city key', ['node-forge/lib/pkcs12.js', 'node-forge/lib/tls.js']],
    ['the pages and the description of the API', ['swagger-ui-dist', '@hono/zod-openapi', '@asteasolutions']],
    ['sign-in, until somebody does', ['otpauth', 'openid-client', 'oauth4webapi']],
    ['QR codes, until the first', ['uqr']],
    ['connections, until the first', ['sodium-native']],
    ['commands', ['commander', '@clack', 'cli-progress']],
    ['what libraries measure with', ['@opentelemetry', 'tdigest', 'prom-client/lib/defaultMetrics.js']],
  ])('loads nothing for %s', (_, packages) => {
    expect(packages.filter(name => isLoaded(`node_modules/${name}`))).toEqual([])
  })

  test('loads no part of its own that is for later', () => {
    const later = [
      'city/catalogue/tables/tables.ts',
      'city/catalogue/tables/units.ts',
      'city/work/exports/sheets.ts',
      'city/records/evidence/verify.ts',
      'edges/cli/program.ts',
    ]
    for (const name of later) expect([name, existsSync(pathOf(`../../node/${name}`))]).toEqual([name, true])
    expect(later.filter(name => isLoaded(`node/${name}`))).toEqual([])
  })
})
