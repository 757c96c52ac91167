/** The steps of a case, before the consoles of two whole nodes: a journey from arrived to closed, and a page that is stale. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { departmentOf } from '../../protocol/rights/can.ts'
import { sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'
import { makePdf } from '../support/make-pdf.ts'

const WINDOW = '跨省通办 3 号窗'

let cities: ConsoleCities
let clerk: Seat
let examiner: Seat
let leader: Seat

beforeAll(async () => {
  cities = await openConsoleCities()
  const { ankang, shiyan, item } = cities
  const departments = [departmentOf(item.taskCode)]
  clerk = await seat(ankang.client, 'li.lei', ['window-clerk'], { name: '李雷', windows: [WINDOW] })
  examiner = await seat(shiyan.client, 'zhang.san', ['examiner'], { name: '张三', departments })
  leader = await seat(shiyan.client, 'wang.wu', ['leader'], { name: '王五', departments })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

const send = (page: Page) => page.getByRole('dialog').getByRole('button', { name: /签名并送达对方/ })

/** Takes the step whose form is open, and waits until the page says that it was done. */
async function take(page: Page, step: string): Promise<void> {
  await send(page).click()
  await page.getByText(`已办理：${step}`).waitFor()
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page
    .getByRole('dialog')
    .getByRole('combobox', { name: new RegExp(`${label}$`) })
    .click()
  await page.locator('.ant-select-item-option', { hasText: option }).click()
}

test('a case goes from arrived to closed by two consoles, over a notice of what is missing', async () => {
  const { browser, ankang, shiyan } = cities
  const { thread } = await cities.submit(WINDOW)
  const [window, desk, lead] = await Promise.all([
    sit(browser, ankang.node.url, clerk),
    sit(browser, shiyan.node.url, examiner),
    sit(browser, shiyan.node.url, leader),
  ])
  await Promise.all([window, desk, lead].map(({ page }) => page.goto(`/cases/${thread}`)))

  // One notice of everything: the main text, the material, and what is wrong with it.
  await desk.page.getByRole('button', { name: /一次性告知补正/ }).waitFor()
  await desk.page.keyboard.press('s')
  const notice = desk.page.getByRole('dialog')
  await notice.getByLabel(/告知内容/).fill('身份证扫描件不清晰，请重新提交。')
  await notice.getByLabel('M01 申请人身份证').check()
  await notice.getByLabel('申请人身份证 的补正理由').fill('不清晰')
  expect(await stumbles(desk.page)).toEqual([])
  await take(desk.page, '一次性告知补正')
  await desk.page.getByRole('link', { name: /补正告知书/ }).waitFor()
  expect(
    await desk.page
      .getByRole('link', { name: /补正告知书/ })
      .first()
      .getAttribute('href'),
  ).toContain(thread)

  // The window sees it by itself, and supplies what the notice names.
  await window.page.getByRole('button', { name: /提交补正/ }).click()
  // What still lacks is called by its name, and not by a code.
  await send(window.page).click()
  await window.page.getByText(/申请人身份证：缺少/).waitFor()
  const [chooser] = await Promise.all([
    window.page.waitForEvent('filechooser'),
    window.page.getByRole('button', { name: /上传文件: 申请人身份证/ }).click(),
  ])
  await chooser.setFiles({ name: '身份证-新.pdf', mimeType: 'application/pdf', buffer: Buffer.from(makePdf(1, 'new')) })
  await window.page.getByText('身份证-新.pdf').waitFor()
  expect(await stumbles(window.page)).toEqual([])
  await take(window.page, '提交补正')

  // Who examines does not decide: that button is not there at all.
  await desk.page.getByText('身份证-新.pdf').waitFor()
  await desk.page.keyboard.press('a')
  await take(desk.page, '受理')
  await lead.page.getByRole('button', { name: /作出决定/ }).waitFor()
  expect(await desk.page.getByRole('button', { name: /作出决定/ }).count()).toBe(0)
  await lead.page.keyboard.press('d')
  await send(lead.page).click()
  await lead.page.getByText('请选择：准予、不予、转报').waitFor()
  await lead.page.getByRole('combobox', { name: /决定$/ }).click()
  expect(await lead.page.locator('.ant-select-item-option').allTextContents()).toEqual(['准予', '不予', '转报'])
  await lead.page.locator('.ant-select-item-option', { hasText: '准予' }).click()
  const decision = { name: '决定书.pdf', mimeType: 'application/pdf', buffer: Buffer.from(makePdf(1, 'decided')) }
  await lead.page.getByRole('dialog').locator('input[type=file]').setInputFiles(decision)
  await lead.page.getByRole('button', { name: '移除 决定书.pdf' }).waitFor()
  await take(lead.page, '作出决定')
  await lead.page.getByRole('link', { name: /打印决定书/ }).waitFor()
  await desk.page.getByRole('button', { name: '送达结果' }).click()
  // The file of the decision stands there by its name, and not by its hash.
  await desk.page.getByRole('button', { name: '移除 决定文件' }).waitFor()
  await choose(desk.page, '送达方式', '窗口领取')
  await take(desk.page, '送达结果')
  await desk.page.getByRole('button', { name: '办结' }).click()
  await take(desk.page, '办结')
  await cities.reaches(thread, 'closed')
  await window.page.getByText('办结 · 准予').waitFor()
  for (const { faults } of [window, desk, lead]) expect(faults).toEqual([])
})

test('a step on a page that is stale is not taken: who did what since is told, and what was typed stays', async () => {
  const { browser, shiyan } = cities
  const { thread } = await cities.submit(WINDOW)
  const { page } = await sit(browser, shiyan.node.url, examiner)
  await page.goto(`/cases/${thread}`)
  await page.getByRole('button', { name: /^受理/ }).click()
  await page.getByRole('dialog').getByLabel('受理通知书编号').fill('受字1号')
  await shiyan.client.precheckCase({ params: { thread }, body: {} })
  await page.getByText('打开表单后，办件又有变化').waitFor()
  await send(page).click()
  await page
    .getByRole('dialog')
    .getByText(/test: 预审通过/)
    .waitFor()
  await page.getByRole('button', { name: '我已看到变化，继续办理' }).click()
  expect(await page.getByRole('dialog').getByLabel('受理通知书编号').inputValue()).toBe('受字1号')
  await take(page, '受理')
})

test('materials are looked at one after the other, and points that fail become one notice', async () => {
  const { browser, shiyan } = cities
  const { thread, caseNo } = await cities.submit(WINDOW)
  const { page, faults } = await sit(browser, shiyan.node.url, examiner)
  await page.goto(`/cases/${caseNo}/materials`)
  await page.getByRole('img', { name: '第 2 页，共 2 页' }).waitFor()
  await page.keyboard.press(']')
  await page.getByRole('region', { name: '申请表' }).first().waitFor()
  const first = page.getByRole('img', { name: '第 1 页，共 2 页' })
  const before = (await first.boundingBox())?.width ?? 0
  await page.keyboard.press('+')
  await expect.poll(async () => ((await first.boundingBox())?.width ?? 0) > before).toBe(true)
  await page.getByRole('button', { name: '不符合：签字或盖章' }).click()
  await page.getByRole('button', { name: '符合：在有效期内', exact: true }).click()
  expect(await stumbles(page)).toEqual([])
  // What is ticked outlives a reload.
  await page.reload()
  await page.getByRole('button', { name: /一次性告知补正（1 项不符合）/ }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByLabel(/告知内容/).inputValue()).toContain('1. 申请表：不符合“签字或盖章”的要求')
  expect(await dialog.getByLabel('申请表 的补正理由').inputValue()).toContain('签字或盖章')
  await take(page, '一次性告知补正')
  await cities.reaches(thread, 'supplementing')
  expect(faults).toEqual([])
})
