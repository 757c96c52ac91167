/** The pages for applicants in a real browser without scripts: progress, rating, large text, two languages, a phone. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Progress } from '../../node/city/applicants/progress.ts'
import { createSite } from '../../node/city/applicants/site-routes.ts'
import { openBrowser, SIZES, stumbles } from '../support/browser.ts'

const TOKEN = 'A'.repeat(43)
const PROGRESS: Progress = {
  token: TOKEN,
  caseNo: '61090020261123000001',
  item: '失业保险金申领',
  state: 'supplementing',
  outcome: null,
  collecting: '安康市',
  handling: '十堰市',
  promised: { day: '2026-12-01', provisional: true },
  steps: [
    { kind: 'case.submit', day: '2026-11-23' },
    { kind: 'case.request-supplement', day: '2026-11-24' },
  ],
  supplement: { materials: ['身份证'], deadline: '2026-11-30' },
  later: { materials: ['缴存流水'], until: null },
  fees: [{ number: '42', amount: '120.50', payBy: '2026-12-08' }],
  ratable: ['window', 'department'],
  purged: false,
}

let server: Server
let browser: Browser
let url: string
let rated = 0

beforeAll(async () => {
  let asked = 0
  const site = createSite({
    title: '安康市',
    // An hour for each question: how many are let through is not what is tried here.
    now: () => asked++ * 3_600_000,
    failed: error => {
      throw error
    },
    applicants: {
      of: async token => (token === TOKEN ? PROGRESS : null),
      find: async (_, last4) => (last4 === '002X' ? PROGRESS : null),
      rate: async () => {
        rated++
        return { ...PROGRESS, ratable: [] }
      },
    },
  })
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const method = request.method ?? 'GET'
    const answer = await site.fetch(
      new Request(`http://site${request.url}`, {
        method,
        ...(method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
      }),
      '203.0.113.1',
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(await answer.text())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

/** Readable by everybody: nothing sideways, no text below 18 px, nothing that axe finds. */
async function readable(page: Page, least = 18): Promise<void> {
  for (const size of Object.values(SIZES)) {
    await page.setViewportSize(size)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  }
  const size = await page.evaluate<string>('getComputedStyle(document.body).fontSize')
  expect(Number.parseFloat(size)).toBeGreaterThanOrEqual(least)
}

test.each([
  [
    'zh',
    {
      ask: '查询',
      number: '办件编号',
      last4: /证件号码后四位/,
      large: '大字版',
      send: '提交评价',
      good: '满意',
      thanks: '谢谢您的评价',
    },
  ],
  [
    'en',
    {
      ask: 'Look up',
      number: 'Case number',
      last4: /Last four characters/,
      large: 'Large text',
      send: 'Send',
      good: 'Satisfied',
      thanks: 'Thank you for your rating',
    },
  ],
] as const)('progress is found and rated by keyboard and without a script (%s)', async (language, words) => {
  // What the browser is told of itself runs apart from the page, so that axe works where scripts do not.
  const context = await browser.newContext({ baseURL: url, viewport: SIZES.phone, bypassCSP: true })
  try {
    const page = await context.newPage()
    const scripts: string[] = []
    page.on('request', request => {
      if (request.resourceType() === 'script') scripts.push(request.url())
    })
    await page.goto(language === 'zh' ? '/' : '/?lang=en')
    await readable(page)
    expect(await stumbles(page)).toEqual([])
    await page.getByLabel(words.number, { exact: true }).fill('61090020261123000001')
    await page.getByLabel(words.last4).fill('0000')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await page.getByLabel(words.number, { exact: true }).fill('61090020261123000001')
    await page.getByLabel(words.last4).fill('002X')
    await page.getByRole('button', { name: words.ask }).click()
    await page.getByText('失业保险金申领').waitFor()
    await readable(page)
    expect(await stumbles(page)).toEqual([])
    await page.getByRole('link', { name: words.large }).click()
    await readable(page, 26)
    expect(await page.locator('html').getAttribute('lang')).toBe(language === 'zh' ? 'zh-CN' : 'en')
    const form = page.locator('form').first()
    await form.getByLabel(words.good, { exact: true }).check()
    await form.getByRole('button', { name: words.send }).click()
    await page.getByRole('status').getByText(words.thanks).waitFor()
    expect(await stumbles(page)).toEqual([])
    expect(scripts).toEqual([])
  } finally {
    await context.close()
  }
})

test('ratings reached the city', () => {
  expect(rated).toBe(2)
})
