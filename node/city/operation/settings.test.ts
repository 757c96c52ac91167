import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { loadConfig } from '../../kernel/config/config.ts'
import { settingsInForce } from './settings.ts'

let folder = ''
afterEach(() => rm(folder, { recursive: true, force: true }))

async function inForce(file: object, env: Record<string, string> = {}) {
  folder = await mkdtemp(join(tmpdir(), 'tongban-settings-'))
  const path = join(folder, 'tongban.json')
  await writeFile(path, JSON.stringify({ city: { code: '420300', name: '十堰市', authority: '测试' }, ...file }))
  const items = settingsInForce(await loadConfig(path, env))
  return { items, of: (key: string) => items.find(setting => setting.key === key) }
}

test('each setting has its value and says where it comes from: the file, the environment over it, or the program', async () => {
  const { items, of } = await inForce({ http: { port: 9000 }, log: { level: 'error' } }, { TONGBAN_LOG_LEVEL: 'debug' })
  expect(items.length).toBeGreaterThan(40)
  expect(of('http.port')).toMatchObject({ value: 9000, from: 'file', env: 'TONGBAN_HTTP_PORT' })
  expect(of('log.level')).toMatchObject({ value: 'debug', from: 'environment', env: 'TONGBAN_LOG_LEVEL' })
  expect(of('http.host')).toMatchObject({ value: '127.0.0.1', from: 'default' })
  expect(of('applicants.url')).toMatchObject({ value: null, default: null, required: false, from: 'default' })
  expect(of('http.port')?.default).toBe(8420)
  expect(of('p2p.listen')?.default).toEqual(['/ip4/0.0.0.0/tcp/8421'])
  expect(of('city.code')).toMatchObject({ value: '420300', default: null, required: true })
  expect(
    items.every(({ en, zh, key }) => key === 'adapter' || (en !== '' && zh !== '') || key.split('.').length === 1),
  ).toBe(true)
  expect(of('adapter.mapping')).toBeUndefined()
})

test('no secret is shown: of each, where it is; addresses are without user, password and query', async () => {
  const { items } = await inForce(
    {
      adapter: {
        kind: 'rest',
        mapping: 'mapping.json',
        baseUrl: 'https://user:hunter2@approval.example/api?key=hunter2',
        secrets: { token: { env: 'APPROVAL_TOKEN' } },
      },
      mail: { url: 'https://hunter2@mail.example/', token: { file: 'mail.token' } },
    },
    { APPROVAL_TOKEN: 'hunter2' },
  )
  const text = JSON.stringify(items)
  expect(text).not.toContain('hunter2')
  expect(text).toContain('approval.example/api')
  expect(text).toContain('APPROVAL_TOKEN')
  expect(text).toContain('mail.token')
})

test("options of an adapter of one's own are shown without their texts, wherever they stand", async () => {
  const options = { url: 'https://hunter2.example', pace: 5, login: { key: 'hunter2', list: ['hunter2'] } }
  const { of, items } = await inForce({ adapter: { kind: 'module', path: 'mine.ts', options } })
  expect(JSON.stringify(items)).not.toContain('hunter2')
  expect(of('adapter.options')?.value).toEqual({ url: '…', pace: 5, login: { key: '…', list: ['…'] } })
  expect(of('adapter.path')?.value).toBe('mine.ts')
})

test('of what is written for the SMS gateway names and placeholders are shown, and no text that may be a key', async () => {
  const { of, items } = await inForce(
    {
      sms: {
        url: 'https://sms.example/send',
        headers: { authorization: 'Basic hunter2', 'x-sign': '{digest}' },
        fields: {
          appkey: 'hunter2',
          to: ['+86{phone}', 'hunter2'],
          params: { '1': '{number}', '2': 'hunter2{' },
          mixed: '{secret.id}hunter2{text}{',
        },
        digest: { algorithm: 'hmac-sha1', of: '{secret.id}hunter2{phone}', key: 'hunter2' },
        secrets: { id: { env: 'SMS_ID' } },
        answer: { field: 'code', taken: ['0'] },
        signature: '政务服务',
        contact: '0719-8100001',
        templates: {},
      },
    },
    { SMS_ID: 'hunter2' },
  )
  expect(JSON.stringify(items)).not.toContain('hunter2')
  expect(of('sms.headers')?.value).toEqual({ authorization: '…', 'x-sign': '{digest}' })
  expect(of('sms.fields')?.value).toEqual({
    appkey: '…',
    to: ['…{phone}', '…'],
    params: { '1': '{number}', '2': '……' },
    mixed: '{secret.id}…{text}…',
  })
  expect([of('sms.digest.of')?.value, of('sms.digest.key')?.value]).toEqual(['{secret.id}…{phone}', '…'])
  expect(of('sms.secrets')?.value).toEqual({ id: { env: 'SMS_ID' } })
})
