import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockFolder } from './lock.ts'

test('one holder at a time, in this process and in others; a killed one holds nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-lock-'))
  try {
    const release = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(/another node runs/)
    release()
    const script = `const { lockFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}); lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    expect(() => lockFolder(folder)).toThrow(/another node runs/)
    child.kill('SIGKILL')
    await once(child, 'exit')
    lockFolder(folder)()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
