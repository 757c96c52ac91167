/** What a day at the counter asks beside the usual case: an agent, a licence, where values came from, the receipt, two documents at once, a proof. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { departmentOf } from '../../protocol/rights/can.ts'
import { besideFrame, sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'
import { makePdf } from '../support/make-pdf.ts'

const WINDOW = '3 号窗'
const NUMBER = '11010519491231002X'

let cities: ConsoleCities
let clerk: Seat
let examiner: Seat
beforeAll(async () => {
  cities = await openConsoleCities()
  clerk = await seat(cities.ankang.client, 'li.lei', ['window-clerk'], { name: '李雷', windows: [WINDOW] })
  examiner = await seat(cities.shiyan.client, 'zhang.san', ['examiner'], {
    name: '张三',
    departments: [departmentOf(cities.item.taskCode)],
  })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

const scan = (text: string) => ({
  name: `${text}.pdf`,
  mimeType: 'application/pdf',
  buffer: Buffer.from(makePdf(2, text)),
})

async function begin(page: Page): Promise<void> {
  await page.goto('/new')
  await page.getByLabel(/事项（/).fill(cities.item.taskName.slice(0, 4))
  await page.getByTitle(new RegExp(cities.item.taskName)).first().click()
  await page.getByLabel('姓名或名称').waitFor()
}

async function hand(page: Page, name: string): Promise<void> {
  await page.locator(`input[type=file][aria-label="${name}"]`).setInputFiles(scan(name))
  await page.getByText(`${name}.pdf`).waitFor()
}

test('an agent shows a document of a kind, hands in the authorisation, and types no code; the receipt prints by itself', async () => {
  const { page, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await begin(page)
  // What is not there yet is told in plain words: no type, no code.
  const check = page.getByRole('complementary')
  await check.getByRole('button', { name: '✗ 姓名或名称：请填写' }).waitFor()
  expect(await check.textContent()).not.toContain('类型')
  await page.getByLabel('证件号码', { exact: true }).fill(NUMBER)
  await page.getByLabel('姓名或名称').fill('陈小满')
  await page.locator('#form_reason').fill('在外地')
  await page.getByLabel('由他人代办或帮办').check()
  await page.getByLabel('代办（帮办）人姓名').fill('林长河')
  await page.getByLabel('代办人证件类型').click()
  await page.getByTitle('护照').click()
  await page.getByLabel('代办人证件号码').fill('E12345678')
  for (const { materialName } of cities.item.materials.filter(({ isNeed }) => isNeed === '1'))
    await hand(page, materialName)
  // Each finding stands once, and that of the authorisation leads to where it is handed in.
  const lines = await check.getByRole('listitem').allTextContents()
  expect(lines).toEqual([...new Set(lines)])
  await check.getByRole('button', { name: '✗ 缺少授权委托书，请申请人提供', exact: true }).click()
  expect(await page.evaluate('document.activeElement.id')).toBe('at-materials-WT1')
  await hand(page, '授权委托书（另附）')
  await check.getByText('没有需要处理的问题').waitFor()
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText(/已提交，办件编号/).waitFor()
  await page.getByText('已标记为已打印').waitFor()
  expect(await page.frameLocator('iframe').getByText('收件回执').first().isVisible()).toBe(true)
  expect(await stumbles(page, { frames: false })).toEqual([])
  const [sent] = (await cities.ankang.client.listCases()).items
  const { items } = await cities.ankang.client.listCaseMaterials({ params: { thread: sent?.thread ?? '' } })
  expect(items.map(({ code }) => code)).toContain('WT1')
  // Who wants it otherwise at this computer says so once, and prints by one key.
  await page.getByLabel(/提交后自动打印收件回执/).uncheck()
  expect(await page.evaluate("localStorage.getItem('tongban.prints-receipts')")).toBe('no')
  expect(besideFrame(faults)).toEqual([])
})

test('what was filled in says where it came from, in the form too, until somebody types over it', async () => {
  const { page } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await begin(page)
  await page.getByLabel('证件号码', { exact: true }).fill(NUMBER)
  const form = page
    .locator('.ant-form-item')
    .filter({ has: page.locator('#form_reason') })
    .last()
  await form.getByText('来自以往办件').waitFor()
  await page.locator('#form_reason').fill('另有事由')
  await form.getByText('来自以往办件').waitFor({ state: 'hidden' })
})

test('the desk prints the receipt of the selected case by r', async () => {
  const { caseNo, thread } = await cities.submit(WINDOW)
  const { page, context } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await page.goto(`/?queue=window&case=${thread}`)
  await page.getByRole('complementary').getByText(caseNo).waitFor()
  await page
    .getByRole('complementary')
    .getByRole('link', { name: /收件回执/ })
    .waitFor()
  const [paper] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('r')])
  await paper.getByText('收件回执').first().waitFor()
})

test('any two documents of a case stand side by side, by a key', async () => {
  const { thread } = await cities.submit(WINDOW)
  const { page, faults } = await sit(cities.browser, cities.shiyan.node.url, examiner)
  await page.goto(`/cases/${thread}/materials`)
  await page.getByRole('button', { name: /对照查看/ }).waitFor()
  await page.keyboard.press('b')
  await page.getByLabel('与哪一份对照').waitFor()
  const beside = page.getByRole('region', { name: /^对照：/ })
  await beside.locator('canvas').first().waitFor()
  expect(await page.locator('.sheets canvas').count()).toBeGreaterThanOrEqual(2)
  expect(await stumbles(page)).toEqual([])
  await page.keyboard.press('b')
  await beside.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
})

test('the whole case is verified by the browser: the node is not asked for its word', async () => {
  const { thread } = await cities.submit(WINDOW)
  const { page, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
  const asked: string[] = []
  page.on('request', request => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
  await page.goto(`/cases/${thread}`)
  await page.getByRole('button', { name: /转办申请/ }).click()
  await page.getByRole('button', { name: '核验全案' }).click()
  await page.getByText('核验通过').waitFor()
  await page.getByText('由本浏览器核验').waitFor()
  expect(asked).not.toContain('POST /api/v1/evidence/verify')
  expect(faults).toEqual([])
})
