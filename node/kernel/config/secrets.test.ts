import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readPassphrase, readSecrets } from './secrets.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-secrets-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function secretFile(name: string, content: string, mode = 0o600): Promise<string> {
  await writeFile(join(folder, name), content)
  await chmod(join(folder, name), mode)
  return join(folder, name)
}
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    error => error.problem?.detail ?? String(error),
  )

describe('the passphrase', () => {
  test.each([
    ['nothing set', {}, null],
    ['set to nothing', { TONGBAN_PASSPHRASE: '', TONGBAN_PASSPHRASE_FILE: '' }, null],
    ['in the environment', { TONGBAN_PASSPHRASE: ' 口令 with spaces ' }, ' 口令 with spaces '],
    ['in both', { TONGBAN_PASSPHRASE: 'nearer', TONGBAN_PASSPHRASE_FILE: '/nowhere' }, 'nearer'],
  ])('%s', async (_, env, passphrase) => expect(await readPassphrase(env)).toBe(passphrase))

  test.each([
    ['口令\n', '口令'],
    ['口令\r\n', '口令'],
    ['口令', '口令'],
    [' 口令 \n\n', ' 口令 \n'],
  ])('of the file %j is what stands before the line break that ends it', async (content, passphrase) => {
    expect(await readPassphrase({ TONGBAN_PASSPHRASE_FILE: await secretFile('passphrase', content) })).toBe(passphrase)
  })

  test.each([0o640, 0o604, 0o660, 0o644])('in a file of mode %o is refused, with the cure', async mode => {
    const path = await secretFile('passphrase', 'hunter2', mode)
    const told = await refusal(readPassphrase({ TONGBAN_PASSPHRASE_FILE: path }))
    expect(told).toBe(`${path} can be read by others; run chmod 600 on it`)
  })

  test('in a file that is missing, empty or a folder is refused', async () => {
    const of = (path: string) => refusal(readPassphrase({ TONGBAN_PASSPHRASE_FILE: path }))
    await mkdir(join(folder, 'a'), { mode: 0o700 })
    expect([
      await of(join(folder, 'none')),
      await of(await secretFile('empty', '\n')),
      await of(join(folder, 'a')),
    ]).toEqual([`${folder}/none is not there`, `${folder}/empty is empty`, `${folder}/a is a folder`])
  })
})

describe('secrets of an adapter', () => {
  test('come from the environment or from files beside the config', async () => {
    await secretFile('token', 'hunter2\n')
    const references = { token: { file: 'token' }, whole: { file: join(folder, 'token') }, key: { env: 'KEY' } }
    expect(await readSecrets(references, { KEY: 'k' }, folder)).toEqual({
      token: 'hunter2',
      whole: 'hunter2',
      key: 'k',
    })
    expect(await readSecrets({}, {}, folder)).toEqual({})
  })

  test('that fail are all named at once, and none is told', async () => {
    await secretFile('open', 'hunter2', 0o644)
    const references = {
      a: { env: 'NONE' },
      b: { file: 'none' },
      c: { file: 'open' },
      d: { env: 'EMPTY' },
      e: { env: 'SET' },
    }
    const told = await refusal(readSecrets(references, { SET: 'hunter3', EMPTY: '' }, folder))
    expect(told.split('\n  ')).toEqual([
      'adapter.secrets.a: the environment variable NONE is not set',
      `adapter.secrets.b: ${folder}/none is not there`,
      `adapter.secrets.c: ${folder}/open can be read by others; run chmod 600 on it`,
      'adapter.secrets.d: the environment variable EMPTY is not set',
    ])
    expect(told).not.toContain('hunter')
  })
})
