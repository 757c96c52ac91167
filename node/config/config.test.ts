import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig, overlay, parseConfig, readPassphrase, readSecrets } from './config.ts'

const city = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }

describe('config', () => {
  test('fills every default from the city alone', () => {
    const config = parseConfig({ city }, '/srv/tongban')
    expect(config).toMatchObject({
      data: '/srv/tongban/data',
      http: { host: '127.0.0.1', port: 8420 },
      adapter: { kind: 'workbench' },
    })
  })

  test('names all faults at once', () => {
    const faults = () => parseConfig({ city: { ...city, code: '42' }, http: { port: 70000 }, colour: 'red' }, '/')
    expect(faults).toThrow(/city\.code[\s\S]*http\.port[\s\S]*colour/)
  })

  test('lays the environment over the file', () => {
    const merged = overlay(
      { city, http: { host: '::1' } },
      { TONGBAN_HTTP_PORT: '9000', TONGBAN_P2P_LISTEN: '/ip4/127.0.0.1/tcp/1, /ip4/127.0.0.1/tcp/2' },
    )
    expect(parseConfig(merged, '/')).toMatchObject({
      http: { host: '::1', port: 9000 },
      p2p: { listen: ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'] },
    })
    expect(() => parseConfig(overlay({ city }, { TONGBAN_HTTP_PORT: 'many' }), '/')).toThrow(/http\.port/)
  })

  test('says what to do when the file is missing or not JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tongban-config-'))
    await expect(loadConfig(join(folder, 'none.json'), {})).rejects.toThrow(/tongban init/)
    await writeFile(join(folder, 'broken.json'), '{')
    await expect(loadConfig(join(folder, 'broken.json'), {})).rejects.toThrow(/broken\.json/)
  })

  test('takes secrets only from places that others cannot read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tongban-config-'))
    const file = join(folder, 'secret')
    await writeFile(file, 'hunter2\n')
    await chmod(file, 0o644)
    await expect(readPassphrase({ TONGBAN_PASSPHRASE_FILE: file })).rejects.toThrow(/chmod 600/)
    await chmod(file, 0o600)
    expect(await readPassphrase({ TONGBAN_PASSPHRASE_FILE: file })).toBe('hunter2')
    expect(await readSecrets({ token: { file: 'secret' }, key: { env: 'KEY' } }, { KEY: 'k' }, folder)).toEqual({
      token: 'hunter2',
      key: 'k',
    })
    await expect(readSecrets({ key: { env: 'NONE' } }, {}, folder)).rejects.toThrow(/NONE/)
  })
})
