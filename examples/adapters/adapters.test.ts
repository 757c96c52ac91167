/** The story of all kinds of adapters, as `npm run example:adapters` plays it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasPython } from '../remote-adapter/stage.ts'
import { KINDS } from './systems.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

test('a case goes through each kind, both ways, with one effect a packet and evidence that verifies', {
  timeout: 1_200_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-adapters-'))
  try {
    const child = spawn(process.execPath, [MAIN, '--once', '--json', '--folder', join(folder, 'demo')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    child.stdout.on('data', chunk => {
      out += String(chunk)
    })
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    const systems = KINDS.filter(kind => kind !== 'remote' || hasPython())
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toEqual({
      systems,
      cases: systems.length,
      closed: systems.length,
      ms: expect.any(Number) as unknown,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
