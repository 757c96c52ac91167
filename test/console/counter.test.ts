/** At the counter, before the consoles of two whole nodes: what is done beside the steps of a case, and with many cases at once. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { SIZES, sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'

const WINDOW = '跨省通办 3 号窗'

let cities: ConsoleCities
let clerk: Seat

beforeAll(async () => {
  cities = await openConsoleCities()
  clerk = await seat(cities.ankang.client, 'li.lei', ['window-clerk'], { name: '李雷', windows: [WINDOW] })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

test('in a case one key leads to a message and one to the receipt; on a phone every tab is in reach', async () => {
  const { thread } = await cities.submit(WINDOW)
  const { page, context, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await page.goto(`/cases/${thread}`)
  await page.getByRole('button', { name: /留言/ }).waitFor()
  await page.keyboard.press('m')
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('case-message')
  await page.getByLabel('写给对方城市').fill('m 和 r 在输入框里只是文字')
  await page.getByLabel('写给对方城市').blur()
  const [paper] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('r')])
  await paper.getByText('收件回执').first().waitFor()
  await paper.close()
  await page.setViewportSize(SIZES.phone)
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('tab', { name: '留言' }).focus()
  await page.keyboard.press('End')
  await page.getByRole('tabpanel', { name: '权限' }).getByText('窗口步骤').waitFor()
  await page.locator('[role=tab][aria-selected=true]:focus').getByText('权限').waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('papers of many cases are one document in the order in which the cases were chosen; one that fails keeps no other from it', async () => {
  const { items } = await cities.ankang.client.readQueue({ params: { queue: 'to-print' }, query: {} })
  const first = await cities.submit(WINDOW)
  const second = await cities.submit(WINDOW)
  const third = await cities.submit(WINDOW)
  const { page } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await page.goto('/print')
  for (const { caseNo } of [third, first, second]) await page.getByRole('checkbox', { name: `选择 ${caseNo}` }).check()
  // The first request never comes back: what follows is not lost with it, and it stays chosen.
  await page.route('**/api/v1/bulk/cases/print*', route => route.abort(), { times: 1 })
  await page.getByRole('button', { name: '打印所选' }).click()
  await page.getByRole('table').getByText('未办成').first().waitFor()
  await page.getByText(`已选 3 件，共 ${items.length + 3} 件`).waitFor()
  await page.getByRole('button', { name: '打印所选' }).click()
  const sheets = page.frameLocator('iframe[title=打印预览]').locator('main.sheet')
  await sheets.nth(2).waitFor()
  const numbers = await sheets.locator('p.id').allTextContents()
  expect(numbers.map(text => text.replace('编号：', ''))).toEqual([third, first, second].map(({ caseNo }) => caseNo))
  await expect(page.getByRole('checkbox', { name: `选择 ${first.caseNo}` }).count()).resolves.toBe(0)
})
