/** A clerk takes a case in by the console alone: the item found by its words, what is known filled in, scans added, nothing lost, sent once. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { besideFrame, sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'
import { makePdf } from '../support/make-pdf.ts'

/** What a usual case may ask beyond the applicant's own words: keys and clicks. */
const MOST_STROKES = 60
const NUMBER = '11010519491231002X'

let cities: ConsoleCities
let clerk: Seat
beforeAll(async () => {
  cities = await openConsoleCities()
  clerk = await seat(cities.ankang.client, 'li.lei', ['window-clerk'], { name: '李雷', windows: ['3 号窗'] })
})
afterAll(() => cities?.stop())

/** Somebody at a page, and how often they press a key or a button there that is none of the applicant's own words. */
function hands(page: Page) {
  let strokes = 0
  return {
    strokes: () => strokes,
    /** what the browser does in place of hands */
    count: (more: number) => {
      strokes += more
    },
    press: async (key: string) => {
      strokes++
      await page.keyboard.press(key)
    },
    type: async (text: string) => {
      strokes += text.length
      await page.keyboard.type(text)
    },
    click: async (name: string | RegExp) => {
      strokes++
      await page.getByRole('button', { name }).first().click()
    },
    check: async (name: string) => {
      strokes++
      await page.getByLabel(name, { exact: true }).click()
    },
  }
}

const scan = (text: string) => ({
  name: `${text}.pdf`,
  mimeType: 'application/pdf',
  buffer: Buffer.from(makePdf(2, text)),
})

test('from nothing to a case number, and a reload in the middle loses nothing', async () => {
  const { page, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
  const hand = hands(page)
  await hand.press('n')
  await page.getByRole('heading', { name: '一、办什么' }).waitFor()
  await hand.type(cities.item.taskName.slice(0, 4))
  await page.getByTitle(new RegExp(cities.item.taskName)).first().click()
  hand.count(1)
  await page.getByRole('heading', { name: '预检' }).waitFor()
  // The applicant's own words.
  await page.getByLabel('证件号码').fill(NUMBER)
  await page.getByLabel('姓名或名称').fill('陈小满')
  await page.locator('#form_reason').fill('在外地')
  await page.getByText('已自动保存').waitFor()
  await page.reload()
  await page.getByLabel('姓名或名称').waitFor()
  expect(await page.getByLabel('姓名或名称').inputValue()).toBe('陈小满')
  expect(await page.getByLabel('证件号码').inputValue()).toBe(NUMBER)
  // What is wrong is said beside, by the name of its field, and leads to its field.
  await page
    .getByRole('complementary')
    .getByText(/缺少必要材料/)
    .first()
    .waitFor()
  expect(await page.getByRole('button', { name: '提交' }).isDisabled()).toBe(true)
  // Its key says why not.
  await page.keyboard.press('Control+Enter')
  await page.getByText(/尚未提交：预检还有 \d+ 项需要处理/).waitFor()
  expect(await stumbles(page)).toEqual([])

  const needed = page.locator('.rows input[type=file]')
  for (const material of cities.item.materials.filter(({ isNeed }) => isNeed === '1')) {
    await page
      .locator(`input[type=file][aria-label="${material.materialName}"]`)
      .setInputFiles(scan(material.materialCode))
    await page.getByText(`${material.materialCode}.pdf`).waitFor()
    // The button, the file, the button of the system's dialog.
    hand.count(3)
  }
  expect(await needed.count()).toBe(cities.item.materials.length)
  await page.getByRole('complementary').getByText('没有需要处理的问题').waitFor()
  // Out of the field in which the last word was written, before it was looked at: it is remembered until the pre-flight has ended.
  const look = Promise.withResolvers<void>()
  await page.route('**/findings', route => look.promise.then(() => route.continue()))
  await page.locator('#form_reason').fill('在外地工作')
  await hand.press('Control+Enter')
  await page.getByText('预检完成且没有问题时自动提交').waitFor()
  look.resolve()
  await page.getByText(/已提交，办件编号/).waitFor()
  // Printed without another key.
  await page.getByText('已标记为已打印').waitFor()
  expect(await stumbles(page, { frames: false })).toEqual([])
  expect(besideFrame(faults)).toEqual([])
  const { items } = await cities.ankang.client.listCases()
  expect(items.map(({ window, item }) => ({ window, item: item.code }))).toEqual([
    { window: '3 号窗', item: cities.item.taskCode },
  ])
  const [sent] = items
  await cities.reaches(sent?.thread ?? '', 'arrived')
  console.log(`a case by the console: ${hand.strokes()} keys and clicks beyond the applicant's words`)
  expect(hand.strokes()).toBeLessThanOrEqual(MOST_STROKES)
})

test('a line that is cut says so, keeps what was typed, and goes on by itself', async () => {
  const { page, context } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await page.goto('/new')
  await page.getByLabel(/事项（/).fill(cities.item.taskName.slice(0, 4))
  await page.getByTitle(new RegExp(cities.item.taskName)).first().click()
  await page.getByLabel('姓名或名称').waitFor()
  await page.getByText('已自动保存').waitFor()
  await context.setOffline(true)
  await page.getByLabel('姓名或名称').fill('断线')
  await page.getByText(/尚未保存，正在重试/).waitFor()
  expect(await page.getByRole('button', { name: '提交' }).isDisabled()).toBe(true)
  await context.setOffline(false)
  await page.getByText('已自动保存').waitFor()
  await page.reload()
  await page.getByLabel('姓名或名称').waitFor()
  expect(await page.getByLabel('姓名或名称').inputValue()).toBe('断线')
})
