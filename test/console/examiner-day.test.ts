/** What a day asks of who examines, beside the usual case: a special procedure, an extension, several cases at once, and a bell; by keys, while an input method composes. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { departmentOf } from '../../protocol/rights/can.ts'
import { besideFrame, sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const WINDOW = '3 号窗'

let cities: ConsoleCities
let examiner: Seat
beforeAll(async () => {
  cities = await openConsoleCities()
  examiner = await seat(cities.shiyan.client, 'zhang.san', ['examiner'], {
    name: '张三',
    departments: [departmentOf(cities.item.taskCode)],
  })
  await seat(cities.shiyan.client, 'wang.ju', ['leader'], {
    name: '王局长',
    departments: [departmentOf(cities.item.taskCode)],
  })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page
    .getByRole('dialog')
    .getByRole('combobox', { name: new RegExp(`${label}$`) })
    .click()
  await page.locator('.ant-select-item-option', { hasText: option }).click()
}

/** Signs the form that is open, and waits until the page says that it was done. */
async function take(page: Page, step: string): Promise<void> {
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /签名并送达对方/ })
    .waitFor()
  await page.keyboard.press('Control+Enter')
  await page.getByText(`已办理：${step}`).waitFor()
}

/** Writes as an input method does: each key belongs to it until the word is chosen. */
async function compose(page: Page, keys: string, word: string): Promise<void> {
  const browser = await page.context().newCDPSession(page)
  let composed = ''
  for (const key of keys) {
    composed += key
    await browser.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key, windowsVirtualKeyCode: 229 })
    await browser.send('Input.imeSetComposition', {
      text: composed,
      selectionStart: composed.length,
      selectionEnd: composed.length,
    })
  }
  await browser.send('Input.insertText', { text: word })
  await browser.detach()
}

test('a special procedure begins and ends by one key, and the time is extended with who approved it', async () => {
  const { thread } = await cities.submit(WINDOW)
  const { page, faults } = await sit(cities.browser, cities.shiyan.node.url, examiner)
  await page.goto(`/cases/${thread}`)
  await page.getByRole('button', { name: /^受理/ }).waitFor()
  await page.keyboard.press('a')
  await page.getByRole('dialog').waitFor()
  await take(page, '受理')

  await page.getByRole('button', { name: /^特别程序/ }).waitFor()
  await page.keyboard.press('p')
  await choose(page, '特别程序', '听证')
  // The keys of an input method are no keys of the page: what they would do does not happen, and the word is there.
  const address = page.url()
  await page.getByRole('dialog').getByLabel(/理由/).focus()
  await compose(page, 'sap', '利害关系人申请听证')
  expect(await page.getByRole('dialog').getByLabel(/理由/).inputValue()).toBe('利害关系人申请听证')
  expect(page.url()).toBe(address)
  expect(await stumbles(page)).toEqual([])
  await take(page, '特别程序')
  await page
    .getByRole('link', { name: /特别程序告知书/ })
    .first()
    .waitFor()
  await cities.reaches(thread, 'paused')

  await page.getByRole('button', { name: /^结束特别程序/ }).waitFor()
  await page.keyboard.press('p')
  await page.getByRole('dialog').getByLabel(/结果/).fill('听证结束，无异议')
  await take(page, '结束特别程序')
  await cities.reaches(thread, 'accepted')

  await page.getByRole('button', { name: '延长期限' }).click()
  const form = page.getByRole('dialog')
  // The last day that the law leaves.
  const { days } = await cities.shiyan.client.getCaseStep({ params: { thread, kind: 'case.extend' } })
  await form.getByLabel(/延长至/).fill(days.find(({ path }) => path === '/until')?.latest ?? '')
  await page.keyboard.press('Enter')
  await form.getByLabel(/理由/).fill('案情复杂')
  // Who may decide is offered; nobody else of this city is.
  await form.getByLabel(/批准人/).fill('张三')
  expect(await page.locator('.ant-select-item-option', { hasText: '张三' }).count()).toBe(0)
  await form.getByLabel(/批准人/).fill('王')
  await page.locator('.ant-select-item-option', { hasText: '王局长' }).click()
  expect(await form.getByLabel(/批准人/).inputValue()).toBe('王局长')
  await take(page, '延长期限')
  const { timeline } = await cities.shiyan.client.getCase({ params: { thread } })
  expect(timeline.map(({ kind }) => kind).slice(-3)).toEqual(['case.pause', 'case.resume', 'case.extend'])
  expect(faults).toEqual([])
})

test('cases that passed the pre-check are accepted several at once: one that cannot be says why and keeps no other from it', async () => {
  const threads: string[] = []
  for (const name of ['陈小满', '周大成', '林长河']) {
    const { thread } = await cities.submit(WINDOW, name)
    await cities.shiyan.client.precheckCase({ params: { thread }, body: {} })
    await cities.reaches(thread, 'prechecked')
    threads.push(thread)
  }
  const { page, faults } = await sit(cities.browser, cities.shiyan.node.url, examiner)
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  await page.getByRole('checkbox', { name: '全选' }).check()
  await page.getByText('已选 3 件，共 3 件').waitFor()
  expect(await stumbles(page)).toEqual([])
  // Somebody does something in the second one between the form and the step.
  const [, second = ''] = threads
  await page.route(`**/api/v1/cases/${second}/accept`, async route => {
    await cities.shiyan.client.messageCase({ params: { thread: second }, body: { text: '请稍候' } })
    await route.continue()
  })
  await page.getByRole('button', { name: '受理所选' }).click()
  const results = page.getByRole('table').filter({ hasText: '原因与处理办法' })
  await results.getByText('未办成').waitFor()
  await page.getByText('已标记为已打印').waitFor()
  expect(await results.getByText('完成').count()).toBe(2)
  const sheets = page.frameLocator('iframe[title=打印预览]').locator('main.sheet')
  expect(await sheets.getByText('受理通知书', { exact: true }).count()).toBe(2)
  // What was not done stays chosen, to be looked at and tried again.
  await page.getByText('已选 1 件，共 1 件').waitFor()
  const states = await Promise.all(
    threads.map(async thread => (await cities.shiyan.client.getCase({ params: { thread } })).state),
  )
  expect(states).toEqual(['accepted', 'prechecked', 'accepted'])
  expect(await stumbles(page, { frames: false })).toEqual([])
  expect(besideFrame(faults)).toEqual([])
})

test('the bell tells of messages that nobody has read, and leads to them; the page says as of when it is', async () => {
  const { thread } = await cities.submit(WINDOW)
  const { page, faults } = await sit(cities.browser, cities.shiyan.node.url, examiner)
  await page.goto('/help')
  await page.getByRole('button', { name: '提醒', exact: true }).waitFor()
  await cities.ankang.client.messageCase({ params: { thread }, body: { text: '请联系申请人' } })
  const bell = page.getByRole('button', { name: /^提醒 \d+ 项$/ })
  await bell.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: /^未读留言 1$/ }).click()
  await page.getByText(/截至 \d\d:\d\d:\d\d · 实时/).waitFor()
  expect(new URL(page.url()).search).toBe('?queue=unread')
  await page.getByRole('grid').locator('[role=row][id]').first().waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('while the line is cut the page says as of when it is, and no later; what came meanwhile is there afterwards', async () => {
  await cities.submit(WINDOW)
  const proxy = await startProxy(Number(new URL(cities.shiyan.node.url).port))
  try {
    const { page, faults } = await sit(cities.browser, `http://127.0.0.1:${proxy.port}`, examiner)
    await page.goto('/?queue=ours')
    const live = page.getByText(/^截至 \d\d:\d\d:\d\d · 实时$/)
    await live.waitFor()
    // A list that is still on its way would come after the cut, with the case of meanwhile in it.
    await page.getByRole('grid').locator('[role=row][id]').first().waitFor()
    const meanwhile = page.getByRole('grid').getByText('郑**')
    // What was open is reset, and what is opened anew hangs.
    proxy.freeze()
    proxy.cut()
    const cut = page.getByText(/^截至 \d\d:\d\d:\d\d · 连接已断开/)
    await cut.waitFor()
    const asOf = await cut.textContent()
    await cities.submit(WINDOW, '郑断线')
    expect([await cut.textContent(), await meanwhile.count()]).toEqual([asOf, 0])
    expect(await stumbles(page)).toEqual([])
    proxy.thaw()
    await live.waitFor()
    // The list does not jump: it says how many came, and shows them when it is asked to.
    await page.getByText('新增 1 件').waitFor()
    await page.getByRole('button', { name: '显示', exact: true }).click()
    await meanwhile.waitFor()
    expect(faults).toEqual([])
  } finally {
    await proxy.close()
  }
  // A browser waits ever longer before it tries the line again.
}, 300_000)
