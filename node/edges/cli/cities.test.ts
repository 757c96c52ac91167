import { expect, test } from 'vitest'
import { createClient } from '../client/client.ts'
import { cityNames, codeOfCity } from './cities.ts'

const ANSWERS: Record<string, unknown> = {
  '/api/v1/identity': { code: '420300', name: '十堰市' },
  '/api/v1/partners': {
    items: [
      { code: '610900', name: '安康市' },
      { code: '411300', name: '南阳市' },
      { code: '410500', name: '安阳市' },
    ],
  },
  '/api/v1/federation/cities': { items: [{ city: '360800', name: '吉安市' }] },
}
const asked: string[] = []
const open = async () =>
  createClient({
    url: 'http://node.test',
    token: 'tb_x',
    async fetch({ pathname }) {
      asked.push(pathname)
      return new Response(JSON.stringify(ANSWERS[pathname]))
    },
  })

test.each([
  ['610900', '610900'],
  [' ６１０９００ ', '610900'],
  ['安康市', '610900'],
  ['安康', '610900'],
  ['南', '411300'],
  // This city, one of a directory, and one that nobody here knows yet.
  ['十堰', '420300'],
  ['吉安', '360800'],
  ['张家界', '430800'],
])('%s is the city %s', async (given, code) => {
  expect(await codeOfCity(given, open)).toBe(code)
})

test('a code asks nobody', async () => {
  asked.length = 0
  await codeOfCity('999999', open)
  expect(asked).toEqual([])
})

test('what may be several cities, or none, is refused with those that it may be', async () => {
  await expect(codeOfCity('安', open)).rejects.toMatchObject({
    problem: {
      code: 'partner.unknown',
      detail: expect.stringContaining('several are: 安康市 610900, 安阳市 410500') as unknown,
    },
  })
  await expect(codeOfCity('秦巴', open)).rejects.toMatchObject({
    problem: {
      code: 'partner.unknown',
      detail: expect.stringContaining('none is named so: 十堰市 420300, 安康市') as unknown,
    },
  })
  await expect(codeOfCity('', open)).rejects.toMatchObject({ problem: { code: 'partner.unknown' } })
})

test('cities are shown by name and code; one that is not known by its code', async () => {
  const name = await cityNames(await open())
  expect(['610900', '420300', '500236'].map(name)).toEqual(['安康市 610900', '十堰市 420300', '500236'])
})
