import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { unknownPlaceholders } from '../../../../adapters/sms/rest.ts'
import { parseConfig } from '../../../kernel/config/config.ts'

const city = { code: '610900', name: '安康市', authority: '安康市行政审批服务局' }

/** The settings of the gateway as the manual shows them. */
async function shown(name: string): Promise<unknown> {
  const page = await readFile(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8')
  const [, block = ''] = /```json\n("sms": \{[\s\S]*?)```/.exec(page) ?? []
  return (JSON.parse(`{${block}}`) as { sms: unknown }).sms
}

test.each(['integrator.md', 'integrator.zh-CN.md'])(
  'the settings in %s hold, and each placeholder stands for something',
  async name => {
    const { sms } = parseConfig({ city, sms: await shown(name) }, '/')
    if (sms === undefined) throw new Error('no settings')
    expect(unknownPlaceholders(sms, Object.keys(sms.secrets))).toEqual([])
    expect(unknownPlaceholders(sms, [])).toEqual(['secret.id', 'secret.key', 'secret.id'])
  },
)

test('without the setting there is no gateway, and a part of it is not enough', async () => {
  expect(parseConfig({ city }, '/').sms).toBeUndefined()
  const whole = (await shown('integrator.md')) as Record<string, unknown>
  for (const name of ['url', 'fields', 'answer', 'signature', 'contact', 'templates']) {
    const { [name]: _, ...part } = whole
    expect(() => parseConfig({ city, sms: part }, '/'), name).toThrow(`sms.${name}`)
  }
})
