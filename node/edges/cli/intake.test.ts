import { expect, test } from 'vitest'
import type { CommandContext } from './context.ts'
import { guide } from './intake.ts'

test('the guide of an item tells what it costs', async () => {
  let told = ''
  const read = {
    item: {
      taskCode: '1',
      taskName: '证照换发',
      taskVersion: 1,
      promiseDay: 1,
      anticipateDay: 3,
      materials: [],
      fees: [
        { feeName: '工本费', feeStand: '10元/本', byLaw: '价费〔2020〕1号' },
        { feeName: '邮寄费', feeStand: '按实收取', byLaw: '价费〔2020〕1号' },
      ],
    },
    modes: [],
    agreed: null,
    names: [],
  }
  const context = {
    client: async () => ({
      readGuide: async () => read,
      readIdentity: async () => ({ code: '610900', name: '安康市' }),
      listPartners: async () => ({ items: [{ code: '420300', name: '十堰市' }] }),
    }),
    out: { result: (value: unknown, text: (of: unknown) => string) => (told = text(value)) },
  } as unknown as CommandContext
  await guide(context, '420300', '1')
  expect(told.split('\n').filter(line => line.startsWith('Fee'))).toEqual([
    'Fee 收费: 工本费 10元/本',
    'Fee 收费: 邮寄费 按实收取',
  ])
})
