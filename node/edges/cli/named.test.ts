/** Cases and agreements by what people call them, against an API that answers from lists. */
import { describe, expect, test } from 'vitest'
import { foldNumber } from '../../../protocol/codes/spelling.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createClient } from '../client/client.ts'
import { agreementThread, caseThread, caseThreads } from './named.ts'

const thread = (n: number): string => String(n).padStart(32, '0')
const caseOf = (n: number, caseNo: string, localCaseNo: string | null = null) => ({
  thread: thread(n),
  caseNo,
  localCaseNo,
  partner: '420300',
  stateName: '已到达',
  item: { name: '贷款证明' },
})
const CASES = [
  caseOf(1, '61090020261123000001', 'SL-1'),
  caseOf(2, '61090020261123000002', 'SL-10'),
  caseOf(3, '安政办〔2026〕0007号'),
  caseOf(4, '0001', 'X-55'),
  caseOf(5, '7777', 'X-55'),
  ...Array.from({ length: 12 }, (_, n) => caseOf(100 + n, `MANY-${String(n).padStart(2, '0')}`)),
]
/** What a node would answer; every address that was asked is kept. */
function node() {
  const asked: string[] = []
  const numbers = (found: (typeof CASES)[number]) => [found.caseNo, found.localCaseNo ?? ''].map(foldNumber)
  const answer = (url: URL): object => {
    const limit = Number(url.searchParams.get('limit'))
    const [whole, begin] = ['number', 'numberPrefix'].map(name => foldNumber(url.searchParams.get(name) ?? ''))
    switch (url.pathname) {
      case '/api/v1/cases': {
        const found = CASES.filter(entry =>
          numbers(entry).some(no => no !== '' && (whole !== '' ? no === whole : no.startsWith(begin ?? ''))),
        )
        return { items: found.slice(0, limit), next: null }
      }
      case '/api/v1/agreements': {
        const page = url.searchParams.get('cursor') === 'b'
        const of = (n: string, title: string) => ({
          thread: n.padEnd(32, '0'),
          title,
          partner: '420300',
          state: 'active',
        })
        return page
          ? { items: [of('abd', '社保协议')], next: null }
          : { items: [of('abc', '公积金协议'), of('abe', '社保协议')], next: 'b' }
      }
      default:
        throw new Error(`not asked for: ${url.pathname}`)
    }
  }
  const client = createClient({
    url: 'http://node.test',
    token: 'tb_x',
    async fetch(url) {
      asked.push(url.pathname)
      return new Response(JSON.stringify(answer(url)))
    },
  })
  return { client, asked }
}
const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error: unknown) => (error instanceof ProblemError ? error.problem : Promise.reject(error)),
  )

describe('a case', () => {
  test('is named by its thread without a question', async () => {
    const { client, asked } = node()
    expect(await caseThread(client, thread(9))).toBe(thread(9))
    expect(asked).toEqual([])
  })

  test('is named by its case number or local case number, whole, in any spelling, or by a beginning that fits it alone', async () => {
    const { client } = node()
    for (const [named, n] of [
      ['61090020261123000001', 1],
      ['SL-1', 1],
      ['sl10', 2],
      ['安政办(2026)0007号', 3],
      ['安政办2026', 3],
      ['0001', 4],
      ['MANY-03', 103],
    ] as const)
      expect([named, await caseThread(client, named)]).toEqual([named, thread(n)])
  })

  test('that is one of several is refused with the candidates, at most ten', async () => {
    const { client } = node()
    const two = await refusal(caseThread(client, '6109002026'))
    expect(two).toMatchObject({ code: 'request.conflict' })
    for (const shown of [thread(1), thread(2), '61090020261123000001', 'SL-10', '贷款证明'])
      expect(two?.detail).toContain(shown)
    expect((await refusal(caseThread(client, 'x55')))?.detail).toContain(thread(5))
    const many = await refusal(caseThread(client, 'MANY'))
    expect(many?.detail?.split('\n')).toHaveLength(12)
    expect(many?.detail).toContain('…')
  })

  test('that is not there is refused with the way to look for it', async () => {
    const { client } = node()
    for (const named of ['999999', '', ' - ', '../../kernel/records'])
      expect(await refusal(caseThread(client, named))).toMatchObject({ code: 'thread.unknown' })
  })

  test('that stands twice among many is asked for once, and keeps its place', async () => {
    const { client, asked } = node()
    expect(await caseThreads(client, ['SL-1', thread(8), 'SL-1', 'SL-10'])).toEqual([thread(1), thread(8), thread(2)])
    expect(asked).toEqual(['/api/v1/cases', '/api/v1/cases'])
  })
})

describe('an agreement', () => {
  test('is named by the beginning of its thread or by its title, wherever in the list it stands', async () => {
    const { client } = node()
    expect(await agreementThread(client, 'abd')).toBe('abd'.padEnd(32, '0'))
    expect(await agreementThread(client, '公积金协议')).toBe('abc'.padEnd(32, '0'))
    expect(await agreementThread(client, thread(3))).toBe(thread(3))
    expect((await refusal(agreementThread(client, 'ab')))?.detail).toMatch(/abc0[\s\S]*abe0[\s\S]*abd0/)
    expect((await refusal(agreementThread(client, '社保协议')))?.detail).toMatch(/abe0[\s\S]*abd0/)
    expect(await refusal(agreementThread(client, 'f'))).toMatchObject({ code: 'thread.unknown' })
  })
})
