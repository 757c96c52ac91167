#!/usr/bin/env node
/**
 * The `tongban` command as npm installs it: runs on Node, finds the Bun that came with the package and runs main.ts
 * with it. Arguments, streams, signals and the exit code pass through.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const args = [main, ...process.argv.slice(2)]

function findBun() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('bun/package.json'))
    return join(folder, 'bin', 'bun.exe')
  } catch {
    return 'bun'
  }
}

if (process.versions.bun !== undefined) {
  await import('./main.ts')
} else {
  const bun = findBun()
  // Node 22.15 and later can become Bun: no second process stays in memory.
  if (process.execve !== undefined && bun !== 'bun') process.execve(bun, [bun, ...args], process.env)
  const child = spawn(bun, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])
    process.on(signal, () => {
      // A terminal sends SIGINT and SIGQUIT to the whole group, so Bun has it already.
      const fromTerminal = process.stdin.isTTY === true && (signal === 'SIGINT' || signal === 'SIGQUIT')
      if (!fromTerminal) child.kill(signal)
    })
  child.once('error', error => {
    console.error(`tongban: cannot start Bun (${error.message}); run npm install again`)
    process.exitCode = 127
  })
  child.once('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
  })
}
