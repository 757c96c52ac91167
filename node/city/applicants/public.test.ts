import { beforeEach, describe, expect, test } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { maskNumber } from '../records/papers/view.ts'
import { addressOf } from './pages.ts'
import { LEVELS, SITE_WORDS } from './pages-words.ts'
import type { Progress } from './progress.ts'
import { createSite, SITE_LIMITS } from './site-routes.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const TOKEN = 'A'.repeat(43)
const progress = (change: Partial<Progress> = {}): Progress => ({
  token: TOKEN,
  caseNo: '61090020261123000001',
  item: '失业保险金申领<script>',
  state: 'supplementing',
  outcome: null,
  collecting: '安康市',
  handling: '十堰市',
  promised: { day: '2026-12-01', provisional: false },
  steps: [{ kind: 'case.submit', day: '2026-11-23' }],
  supplement: { materials: ['身份证<b>'], deadline: '2026-11-30' },
  later: null,
  fees: [],
  ratable: [],
  purged: false,
  ...change,
})

let clock: ReturnType<typeof createHandClock>
let site: ReturnType<typeof createSite>
let rated: unknown[]
let found: Progress | null
let failures: unknown[]
let seen: (number: string, last4: string) => void

beforeEach(() => {
  seen = () => {}
  clock = createHandClock(NOW)
  rated = []
  failures = []
  found = progress()
  site = createSite({
    title: '安康市',
    now: clock.now,
    failed: error => failures.push(error),
    applicants: {
      of: async token => (token === TOKEN ? found : null),
      find: async (number, last4) => {
        seen(number, last4)
        return number === '61090020261123000001' && last4 === '002X' ? found : null
      },
      rate: async (token, content) => {
        if (token !== TOKEN) throw new ProblemError('request.not-found')
        if (content.level === 5) throw new ProblemError('case.transition')
        rated.push(content)
        return progress({ ratable: [] })
      },
    },
  })
})

const get = (path: string, address = '203.0.113.1') => site.fetch(new Request(`http://x${path}`), address)
const post = (path: string, fields: Record<string, string>, address = '203.0.113.1') =>
  site.fetch(new Request(`http://x${path}`, { method: 'POST', body: new URLSearchParams(fields) }), address)
const right = { number: ' 610900 20261123 000001 ', last4: '002X' }

describe('the pages', () => {
  test('ask, show, and never run a script, whatever a list is called', async () => {
    const asked = await get('/')
    expect([asked.status, asked.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ])
    const shown = await post('/progress', right)
    const text = await shown.text()
    expect(shown.status).toBe(200)
    for (const part of ['需要补正材料', '十堰市', '2026年11月30日', '2026年12月1日', '61090020261123000001'])
      expect(text.replaceAll(/<\/?span[^>]*>/g, '')).toContain(part)
    expect(text).not.toContain('节假日')
    found = progress({ promised: { day: '2027-02-01', provisional: true } })
    expect(await (await get(`/q/${TOKEN}`)).text()).toMatch(/2027年2月1日 前（暂定）.*节假日安排公布后可能变动/)
    found = progress({ later: { materials: ['缴存流水<b>'], until: '2026-12-10' } })
    const later = await (await get(`/q/${TOKEN}`)).text()
    expect(later).toMatch(/承诺后补的材料[\s\S]*缴存流水&lt;b&gt;[\s\S]*2026年12月10日/)
    found = progress({ fees: [{ number: '42<b>', amount: '120.50', payBy: '2026-12-08' }] })
    expect(await (await get(`/q/${TOKEN}`)).text()).toMatch(/金额 120\.50 元，缴款单号 42&lt;b&gt;，期限 2026年12月8日/)
    expect(text).not.toMatch(/<script|<b>/)
    expect(shown.headers.get('cache-control')).toBe('no-store')
    expect(await (await get(`/q/${TOKEN}`)).text()).toContain('需要补正材料')
    expect(await (await get(`/q/${TOKEN}?big=1`)).text()).toContain('<html lang="zh-CN" class="big">')
  })

  test('speak English by a switch, which stays on the way through them, beside large text and the code that was scanned', async () => {
    const asked = await (await get('/?lang=en')).text()
    expect(asked).toContain('<html lang="en">')
    expect(asked).toContain('Case number')
    expect(asked).toContain('name="lang" value="en"')
    expect(asked).toContain('href="/?big=1&amp;lang=en"')
    expect(asked).toContain('<a class="size" lang="zh-CN" href="/">中文</a>')
    const shown = await (await post('/progress', { ...right, lang: 'en', big: '1', by: 'qr' })).text()
    expect(shown).toContain('<html lang="en" class="big">')
    for (const part of ['Materials are missing', 'by 2026-11-30', 'by 2026-12-01', 'Application forwarded'])
      expect(shown).toContain(part)
    expect(shown).toContain(`href="/q/${TOKEN}?by=qr&amp;lang=en"`)
    expect(shown).toContain(`lang="zh-CN" href="/q/${TOKEN}?by=qr&amp;big=1"`)
    expect(await (await post('/progress', { ...right, last4: '0000', lang: 'en' })).text()).toContain(
      'Nothing was found',
    )
    found = progress({ state: 'closed', outcome: 'granted', supplement: null, ratable: ['window'] })
    const rating = await (await get(`/q/${TOKEN}?lang=en`)).text()
    for (const level of SITE_WORDS.en.levels) expect(rating).toContain(level)
    const thanks = { token: TOKEN, target: 'window', level: '1', lang: 'en' }
    expect(await (await post('/rate', thanks)).text()).toContain('Thank you for your rating')
    // Another word is no language.
    expect(await (await get('/?lang=toString')).text()).toContain('<html lang="zh-CN">')
    expect(SITE_WORDS.en.levels).toHaveLength(LEVELS.length)
  })

  test('say the same of a number that is none and of digits that are wrong', async () => {
    const wrong = await post('/progress', { ...right, last4: '0021' })
    const none = await post('/progress', { number: '1', last4: '002X' })
    expect([wrong.status, none.status]).toEqual([404, 404])
    expect(await wrong.text()).toBe(await none.text())
    for (const path of [`/q/${'B'.repeat(43)}`, '/q/short', '/api/v1/cases', '/openapi.json', '/rate'])
      expect((await get(path)).status).toBe(404)
    for (const fields of [
      { number: '', last4: '002X' },
      { number: 'x'.repeat(65), last4: '002X' },
      { number: '1', last4: '00' },
    ])
      expect((await post('/progress', fields)).status).toBe(404)
  })

  test('a case number with blanks and brackets and characters in brackets are taken; its spellings are one question', async () => {
    const asked: string[] = []
    const look = (number: string, last4: string) =>
      post('/progress', { number, last4 }, `203.0.113.${asked.length + 10}`)
    seen = (number, last4) => asked.push(`${number} ${last4}`)
    for (const last4 of ['6(3)', '６（３）']) expect((await look('安政办〔2026〕 1 号', last4)).status).toBe(404)
    expect(asked).toEqual(['安政办20261号 6(3)', '安政办20261号 6(3)'])
    for (const last4 of ['(63)', '6(3', '((((', '63']) await look('安政办〔2026〕1号', last4)
    expect(asked).toHaveLength(2)
    for (const number of ['安政办(2026)1号', '安政办[2026]1号', '安政办 2026 1 号']) await look(number, '4563')
    expect([asked.length, (await look('安政办 2026-1 号', '4563')).status]).toEqual([5, 429])
  })

  test('after the purge say that it ended and no more', async () => {
    found = progress({ purged: true, state: 'closed', supplement: null, steps: [] })
    const text = await (await get(`/q/${TOKEN}`)).text()
    expect(text).toContain('个人信息已按规定删除')
    expect(text).not.toContain('action="/rate"')
  })
})

describe('rating', () => {
  test('takes one of five levels, once', async () => {
    found = progress({ state: 'closed', outcome: 'granted', supplement: null, ratable: ['window', 'department'] })
    const text = await (await get(`/q/${TOKEN}`)).text()
    for (const level of LEVELS) expect(text).toContain(level)
    expect(text.match(/action="\/rate"/g)).toHaveLength(2)
    const sent = { token: TOKEN, target: 'window', level: '2', text: '  很好 ', realName: '1' }
    expect(await (await post('/rate', sent)).text()).toContain('谢谢您的评价')
    expect(rated).toEqual([{ target: 'window', level: 2, channel: '网页', realName: true, text: '很好' }])
    // Whoever scanned the code is told apart, also after a change to large text.
    const scanned = await (await get(addressOf(TOKEN, { big: true, scanned: true }))).text()
    expect(scanned.match(/name="by" value="qr"/g)).toHaveLength(2)
    expect(scanned).toContain(`href="/q/${TOKEN}?by=qr"`)
    expect(text).not.toContain('name="by"')
    await post('/rate', { ...sent, by: 'qr' })
    expect(rated.pop()).toMatchObject({ channel: '二维码' })
    expect((await post('/rate', { ...sent, level: '6' })).status).toBe(400)
    expect((await post('/rate', { ...sent, target: 'mayor' })).status).toBe(400)
    expect((await post('/rate', { ...sent, level: '5' })).status).toBe(409)
    expect((await post('/rate', { ...sent, token: 'x' })).status).toBe(404)
    expect(rated).toHaveLength(1)
  })
})

describe('limits', () => {
  test('so many questions of an address, and of a case number from wherever', async () => {
    const { addressBurst, caseBurst } = SITE_LIMITS
    const statuses = async (count: number, one: (at: number) => Promise<Response>) => {
      const seen: number[] = []
      for (let at = 0; at < count; at++) seen.push((await one(at)).status)
      return seen
    }
    expect((await statuses(addressBurst + 1, () => get('/'))).slice(-2)).toEqual([200, 429])
    expect((await get('/', '203.0.113.2')).status).toBe(200)
    const guesses = await statuses(caseBurst + 1, at => post('/progress', right, `198.51.100.${at}`))
    expect(guesses.slice(-2)).toEqual([200, 429])
    clock.advance(120_000)
    expect((await post('/progress', right, '198.51.100.99')).status).toBe(200)
  })

  test('a form that is too large is refused, and what breaks is told to the log alone', async () => {
    const big = await post('/progress', { number: 'x'.repeat(SITE_LIMITS.formBytes), last4: '002X' })
    expect(big.status).toBe(413)
    const broken = createSite({
      title: '安康市',
      now: clock.now,
      failed: error => failures.push(error),
      applicants: {
        of: () => Promise.reject(new Error('secret')),
        find: async () => null,
        rate: async () => progress(),
      },
    })
    const answer = await broken.fetch(new Request(`http://x/q/${TOKEN}`), '203.0.113.1')
    expect([answer.status, (await answer.text()).includes('secret'), failures.length]).toEqual([500, false, 1])
  })
})

test('a number keeps its ends alone', () => {
  expect(['11010519491231002X', '12345678', '123456789'].map(maskNumber)).toEqual([
    '1101**********002X',
    '********',
    '1234*6789',
  ])
})
