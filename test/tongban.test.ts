import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
let box: string

/** What main.ts would be: tells its arguments and runtime, then does what it is told. */
const MAIN = `
const [what, ...rest] = process.argv.slice(2)
process.on('SIGTERM', () => { console.log('drained'); process.exit(0) })
console.log(JSON.stringify({ what, rest, bun: typeof Bun }))
if (what === 'exit') process.exit(Number(rest[0]))
if (what === 'die') process.kill(process.pid, 'SIGKILL')
if (what === 'wait') setInterval(() => undefined, 1000)
if (what === 'echo') process.stdin.pipe(process.stdout)
`

beforeAll(async () => {
  box = await mkdtemp(join(tmpdir(), 'tongban-shim-'))
  await mkdir(join(box, 'app/node'), { recursive: true })
  await mkdir(join(box, 'bin'))
  await copyFile(join(root, 'node/tongban.js'), join(box, 'app/node/tongban.js'))
  await writeFile(join(box, 'app/node/main.ts'), MAIN)
  await writeFile(join(box, 'app/package.json'), '{"type":"module"}')
  await symlink(join(root, 'node_modules'), join(box, 'app/node_modules'))
  await symlink(join(box, 'app/node/tongban.js'), join(box, 'bin/tongban'))
})
afterAll(() => rm(box, { recursive: true }))

/** `bun --bun` puts itself before Node on the path; the shim is for Node. */
const env = {
  ...process.env,
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter(folder => !folder.includes('bun-node'))
    .join(delimiter),
}

test('the node of these tests is Node', async () => {
  const child = spawn('node', ['-p', 'process.versions.bun'], { env })
  const [chunk] = await once(child.stdout, 'data')
  expect(String(chunk).trim()).toBe('undefined')
})

function start(...args: string[]) {
  const child = spawn('node', [join(box, 'bin/tongban'), ...args], { cwd: tmpdir(), env })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  const ended = once(child, 'close').then(([code, signal]) => ({
    code,
    signal,
    output: Buffer.concat(output).toString(),
  }))
  return { child, ended, said: (text: string) => expect.poll(() => Buffer.concat(output).toString()).toContain(text) }
}

test('runs main.ts on Bun with the arguments, from any folder and through a link', async () => {
  const { code, output } = await start('show', '--a', 'b c').ended
  expect([code, JSON.parse(output)]).toEqual([0, { what: 'show', rest: ['--a', 'b c'], bun: 'object' }])
})

test('gives the exit code on', async () => {
  expect((await start('exit', '3').ended).code).toBe(3)
  const died = await start('die').ended
  expect(died.code ?? died.signal).toSatisfy(end => end === 137 || end === 'SIGKILL')
})

test('gives signals and standard input on', async () => {
  const waiting = start('wait')
  await waiting.said('"wait"')
  waiting.child.kill('SIGTERM')
  const { code, output } = await waiting.ended
  expect([code, output.includes('drained')]).toEqual([0, true])

  const echo = start('echo')
  await echo.said('"echo"')
  echo.child.stdin.end('typed')
  expect((await echo.ended).output).toContain('typed')
})
