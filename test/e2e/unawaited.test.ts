/** What fails where nobody waits for it: it is told, blotted out as every line of the log, and lets nobody end the node but a fault of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeNodeFolder, type NodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { until } from '../support/pair-cities.ts'

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
/** An error of a library may quote anything: a token, a number of a person, a phone, a mail address. */
const SECRETS = ['11010519491231002X', '13800138000', `tb_${'a'.repeat(43)}`, 'li@example.cn']
const TEXT = `INSERT INTO x VALUES (${SECRETS.join(', ')})`

let root = ''
let made: NodeFolder
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-unawaited-'))
  made = await makeNodeFolder(join(root, 'node'), SHIYAN, { httpPort: 0, p2pPort: 0 })
})
afterAll(() => rm(root, { recursive: true, force: true }))

function start(env: Record<string, string> = {}) {
  const args = ['--preload', pathOf('../support/failing.ts'), pathOf('../../node/main.ts')]
  const child = spawn(process.execPath, [...args, 'start', '--config', made.configPath, '--json'], {
    env: { ...process.env, ...env, TONGBAN_PASSPHRASE: PASSPHRASE },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const text = { out: '', error: '' }
  child.stdout.on('data', chunk => {
    text.out += String(chunk)
  })
  child.stderr.on('data', chunk => {
    text.error += String(chunk)
  })
  const ended = once(child, 'close')
  const url = () => until(async () => /"url":"([^"]+)"/.exec(text.out)?.[1], 'the node serves')
  const told = (what: string) => until(async () => text.error.includes(what), `told: ${what}\n${text.error}`)
  return { child, text, ended, url, told }
}
const shown = ({ error }: { error: string }) => SECRETS.filter(secret => error.includes(secret))

test('a rejected promise is told without what it quotes, and the node goes on; a thrown error ends it', async () => {
  const { child, text, ended, url, told } = start()
  const served = await url()
  child.stdin.write(`reject ${TEXT}\n`)
  await told('INSERT INTO x VALUES ([id], [phone], [token]')
  expect(text.error).toContain('failed where nobody waits')
  expect((await fetch(`${served}/readyz`)).status).toBe(200)
  child.stdin.write(`throw ${TEXT}\n`)
  expect(await ended).toEqual([1, null])
  expect(text.error.split('INSERT INTO x VALUES ([id], [phone], [token]').length).toBeGreaterThan(2)
  expect(shown(text)).toEqual([])
})

test('before the log is open too', async () => {
  const { child, text, ended, url, told } = start({ FAILS_FIRST: TEXT })
  await told('INSERT INTO x VALUES ([id], [phone], [token]')
  expect((await fetch(`${await url()}/readyz`)).status).toBe(200)
  child.stdin.write('throw end\n')
  expect(await ended).toEqual([1, null])
  expect(shown(text)).toEqual([])
})
