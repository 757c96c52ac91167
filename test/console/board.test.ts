/** The leaders' board of two whole nodes, in a real browser: first day, numbers and the cases behind them, filters, exports, wall screen. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { openBrowser, sit, stumbles } from '../support/browser.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { type Seat, seat } from '../support/console.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, SHIYAN } from '../support/node-folder.ts'
import { pairCities, until } from '../support/pair-cities.ts'

let root: string
let ankang: CommandNode
let shiyan: CommandNode
let browser: Browser
let item: ServiceItem
let leader: Seat
let scans: string[]

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-board-'))
  ;[ankang, shiyan, browser] = await Promise.all([
    openCommandNode(root, ANKANG),
    openCommandNode(root, SHIYAN),
    openBrowser(),
  ])
  leader = await seat(shiyan.client, 'qian.ju', ['business-administrator'], { name: '钱局' })
})
afterAll(async () => {
  await Promise.allSettled([ankang?.stop(), shiyan?.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})
afterEach(async () => {
  await Promise.all(browser.contexts().map(context => context.close()))
})

const blockOf = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).first()

async function takeIn(name: string): Promise<void> {
  const { thread } = await ankang.client.submitCase({
    body: {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: 1,
      window: '3 号窗',
      applicant: { type: '1', name, idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '测试' },
      materials: scans.map((sha256, at) => ({ sha256, code: `M0${at + 1}`, name: `${at}.pdf` })),
    },
  })
  const arrived = async () =>
    (await shiyan.client.getCase({ params: { thread } }).catch(() => null))?.state === 'arrived'
  await until(arrived, `the case of ${name} arrived`)
}

test('on the first day of a city the board says what is missing, and every number is none', async () => {
  const { page, faults } = await sit(browser, shiyan.node.url, leader)
  await page.goto('/board')
  await page.getByText('这个期间没有办件').first().waitFor()
  await page.getByText('先配对并签订协议').waitFor()
  const row = blockOf(page, '收件总览').getByRole('row', { name: /^异地收件/ })
  expect(await row.getByRole('cell').allTextContents()).toEqual(['0', '0', '0'])
  expect(await row.getByRole('link').count()).toBe(0)
  await page.goto('/board/screen')
  await page.getByRole('region', { name: '收件总览' }).waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('numbers appear by themselves once cases arrive', async () => {
  const { page, faults } = await sit(browser, shiyan.node.url, leader)
  await page.goto('/board')
  await page.getByText('这个期间没有办件').first().waitFor()
  const { items } = await pairCities(ankang, shiyan)
  const found = items.find(entry => entry.modes.includes(1) && entry.serverType.includes('1'))
  if (found === undefined) throw new Error('no example item of mode 1')
  item = found
  scans = await Promise.all(
    ['card', 'form'].map(
      async text => (await ankang.client.uploadMaterial({ bytes: makePdf(1, text), type: 'application/pdf' })).sha256,
    ),
  )
  for (const name of ['陈小满', '周大成', '林一']) await takeIn(name)
  const row = blockOf(page, '收件总览').getByRole('row', { name: /^异地收件/ })
  await row.getByRole('link', { name: '3', exact: true }).first().waitFor()
  expect(await row.getByRole('cell').allTextContents()).toEqual(['3', '3', '3'])
  expect(await page.getByText('先配对并签订协议').count()).toBe(0)
  expect(faults).toEqual([])
})

test('whoever is not told of every case reads when the numbers are of, and reads them anew', async () => {
  const head = await seat(shiyan.client, 'sun.ke', ['leader'], { name: '孙科', departments: null })
  const { page, faults } = await sit(browser, shiyan.node.url, head)
  await page.goto('/board')
  await page.getByText(/^统计数字截至 \d\d:\d\d:\d\d$/).waitFor()
  expect(await page.getByText('数字约迟 5 秒').count()).toBe(0)
  await takeIn('何五')
  const row = blockOf(page, '收件总览').getByRole('row', { name: /^异地收件/ })
  const counted = row.getByRole('link', { name: '4', exact: true }).first()
  await page.getByRole('button', { name: '刷新' }).click()
  await counted.waitFor()
  await page.goto('/board/screen')
  await page.getByText('统计不自动更新').waitFor()
  expect(faults).toEqual([])
})

test('each number leads to as many cases as it says, under the filters of the address', async () => {
  const { page, faults } = await sit(browser, shiyan.node.url, leader)
  await page.goto('/board')
  const flow = blockOf(page, '城市间流向').getByRole('button', { name: '安康市 → 十堰市 4' })
  await flow.waitFor()
  await page.locator('.chart[aria-busy=false] canvas').first().waitFor()
  expect(await stumbles(page)).toEqual([])
  // A city chosen in the table of the map narrows all, and stands in the address.
  await blockOf(page, '城市间流向').getByRole('button', { name: '安康市', exact: true }).click()
  await page.waitForURL(/\/board\?partner=610900$/)
  await blockOf(page, '按部门').getByRole('link', { name: '4', exact: true }).first().waitFor()
  await flow.click()
  await page.waitForURL(/\/board\/cases\?/)
  await page.getByText('外地代收本市 · 安康市').waitFor()
  const rows = page.getByRole('region', { name: '数字对应的办件' }).locator('tbody tr')
  await rows.nth(3).waitFor()
  expect(await rows.count()).toBe(4)
  // The API says the same of the same filter, and of others none.
  const { searchParams } = new URL(page.url())
  expect(searchParams.get('role')).toBe('handling')
  const days = { from: searchParams.get('from') ?? '', to: searchParams.get('to') ?? '' }
  const year = days.from.slice(0, 4)
  for (const narrow of [
    { role: 'handling', partner: ANKANG.code },
    { role: 'collecting' },
    { item: item.taskCode, partner: ANKANG.code },
  ] as const) {
    const { items: sums } = await shiyan.client.readStatistics({
      query: { ...narrow, grain: 'year', from: year, to: year, total: 'true' },
    })
    const { items: cases } = await shiyan.client.listCases({ query: { ...narrow, ...days, counted: 'submitted' } })
    expect([narrow, cases.length]).toEqual([narrow, sums[0]?.counts.submitted ?? 0])
  }
  await page.goto('/board?partner=610900&role=collecting')
  await page.getByText('没有符合筛选条件的办件').waitFor()
  await page.getByRole('button', { name: '清除筛选' }).click()
  await flow.waitFor()
  expect(new URL(page.url()).search).toBe('')
  expect(faults).toEqual([])
})

test('statistics refuse what is not kept, and say so', async () => {
  const day = { grain: 'day', from: '2026-11-01', to: '2026-11-30' } as const
  const month = { grain: 'month', from: '2026-11', to: '2026-11' } as const
  const refused = { problem: { code: 'request.invalid' } }
  await expect(shiyan.client.readStatistics({ query: { ...day, by: 'flow' } })).rejects.toMatchObject(refused)
  await expect(
    shiyan.client.readStatistics({ query: { ...month, by: 'window', partner: ANKANG.code } }),
  ).rejects.toMatchObject(refused)
})

test('numbers leave as a spreadsheet and a chart as a picture', async () => {
  const { page, faults } = await sit(browser, shiyan.node.url, leader)
  await page.goto('/board')
  await page.locator('.chart[aria-busy=false] canvas').first().waitFor()
  const saved = async (button: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ])
    return { name: download.suggestedFilename(), bytes: new Uint8Array(await readFile(await download.path())) }
  }
  const sheet = await saved('导出表格: 城市间流向')
  expect(sheet.name).toBe('城市间流向.xlsx')
  const texts = Object.entries(unzipSync(sheet.bytes)).filter(([name]) => name.endsWith('.xml'))
  expect(texts.map(([, bytes]) => strFromU8(bytes)).join('')).toContain('安康市')
  const picture = await saved('导出图片: 城市间流向')
  expect(picture.name).toBe('城市间流向.png')
  expect([...picture.bytes.subarray(1, 4)]).toEqual([...'PNG'].map(letter => letter.charCodeAt(0)))
  expect(faults).toEqual([])
})

test('the wall screen is live, has nothing of a person, and says when it is not live any more', async () => {
  const { page, faults } = await sit(browser, shiyan.node.url, leader)
  await page.goto('/board/screen')
  const today = page.getByRole('region', { name: '收件总览' }).locator('.screen-figure').first()
  await page.locator('.screen-figure', { hasText: /^4$/ }).first().waitFor()
  expect(await today.textContent()).toBe('4')
  await page.getByText(/· 实时$/).waitFor()
  await takeIn('陈小满')
  await page.locator('.screen-figure', { hasText: /^5$/ }).first().waitFor()
  expect(await today.textContent()).toBe('5')
  expect(await page.locator('main').textContent()).not.toMatch(/陈|周|林|110105/)
  expect(await stumbles(page)).toEqual([])
  // With as many rows as it may have, all of it has room on the screen of a counter.
  const over = await page.evaluate<number>(`(() => {
    const [flows, items] = document.querySelectorAll('.screen ol')
    for (const [list, most] of [[flows, 3], [items, 6]])
      while (list.children.length < most) list.append(list.lastElementChild.cloneNode(true))
    const screen = document.querySelector('.screen')
    return screen.scrollHeight - screen.clientHeight
  })()`)
  expect(over).toBeLessThanOrEqual(0)
  await shiyan.client.endSessions({ params: { id: leader.id } })
  await page.getByRole('alert').filter({ hasText: '已停止更新' }).waitFor()
  expect(await page.getByText(/· 实时$/).count()).toBe(0)
  expect(faults).toEqual([])
})
