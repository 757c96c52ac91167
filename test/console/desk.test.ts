/** The desk of two whole nodes, in a real browser: what comes in appears, counts are rows, two clerks and one case, keys, addresses. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { besideFrame, sit, stumbles } from '../support/browser.ts'
import type { CommandNode } from '../support/command-node.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'
import { until } from '../support/pair-cities.ts'

const WINDOW = '3 号窗'

let cities: ConsoleCities
let ankang: CommandNode
let shiyan: CommandNode
let browser: Browser
let li: Seat
let han: Seat
let examiner: Seat

beforeAll(async () => {
  cities = await openConsoleCities()
  ;({ ankang, shiyan, browser } = cities)
  const at = { windows: [WINDOW] }
  li = await seat(ankang.client, 'li.lei', ['window-clerk'], { name: '李雷', ...at })
  han = await seat(ankang.client, 'han.mei', ['window-clerk'], { name: '韩梅', ...at })
  examiner = await seat(shiyan.client, 'zhao.yi', ['examiner'], { name: '赵一', departments: null })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(browser.contexts().map(context => context.close()))
})

/** Taken in at the window by nobody of it; arrived at the other city. */
async function takeIn(name: string) {
  const { thread, caseNo } = await cities.submit(WINDOW, name)
  await ankang.client.assignCase({ params: { thread }, body: { to: null } })
  return { thread, caseNo }
}

const queueOf = (page: Page, name: string) =>
  page.getByRole('list', { name: '队列' }).getByRole('button', { name: new RegExp(`^${name}`) })
/** Without its head. */
const rowsOf = (page: Page) => page.getByRole('grid').locator('[role=row][id]')
const selectedOf = (page: Page) => page.getByRole('complementary', { name: '选中的办件' })

test('whoever has neither window nor department is told why nothing is there, and who cures it', async () => {
  const placeless = await seat(shiyan.client, 'qian.er', ['examiner'], { name: '钱二' })
  const { page } = await sit(browser, shiyan.node.url, placeless)
  await page.getByText('您的账号没有窗口或部门').waitFor()
})

test('an empty queue says what would stand there; a case that comes in is counted and shown by itself', async () => {
  const { page, faults } = await sit(browser, shiyan.node.url, examiner)
  await page.goto('/?queue=ours')
  await page.getByText('没有轮到本市的办件。').waitFor()
  await takeIn('陈小满')
  await rowsOf(page).filter({ hasText: '陈*' }).waitFor()
  expect(await rowsOf(page).first().textContent()).toContain('安康市 → 十堰市')
  await queueOf(page, '待本市办理').getByText('1', { exact: true }).waitFor()
  // One that follows does not move what is under the hand: it is announced.
  await takeIn('周大成')
  await page.getByText('新增 1 件').waitFor()
  expect(await rowsOf(page).count()).toBe(1)
  await page.getByRole('button', { name: '显示' }).click()
  await page.getByText('共 2 件').waitFor()
  expect(await rowsOf(page).count()).toBe(2)
  await queueOf(page, '待本市办理').getByText('2', { exact: true }).waitFor()
  expect(await stumbles(page, { frames: false })).toEqual([])
  expect(faults).toEqual([])
})

test('counts are rows under every filter, and filters stand in the address without anything personal', async () => {
  const { page } = await sit(browser, ankang.node.url, li)
  await page.goto('/?queue=window')
  await page.getByText('共 2 件').waitFor()
  await page.getByRole('combobox', { name: '经办人' }).click()
  await page.getByTitle('我', { exact: true }).click()
  await page.getByText('没有符合筛选条件的办件。').waitFor()
  expect(new URL(page.url()).search).toBe('?queue=window&assignee=me')
  await queueOf(page, '本窗口').getByText('0', { exact: true }).waitFor()
  await page.goto('/?queue=window&partner=420300&state=arrived')
  await page.getByText('共 2 件').waitFor()
  expect(await rowsOf(page).count()).toBe(2)
  await queueOf(page, '本窗口').getByText('2', { exact: true }).waitFor()
  await page.getByRole('button', { name: '清除筛选' }).click()
  await page.waitForURL(url => url.search === '?queue=window')
})

test('keys move, take and open; the selected case stands in the address and is there again after a reload', async () => {
  const { page, faults } = await sit(browser, ankang.node.url, li)
  await page.goto('/?queue=window')
  await page.getByText('共 2 件').waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await rowsOf(page).nth(1).and(page.locator('[aria-selected=true]')).waitFor()
  await page.keyboard.press('k')
  await rowsOf(page).nth(0).and(page.locator('[aria-selected=true]')).waitFor()
  const { thread, caseNo } = (await ankang.client.readQueue({ params: { queue: 'window' }, query: { window: WINDOW } }))
    .items[0] ?? { thread: '', caseNo: '' }
  expect(new URL(page.url()).searchParams.get('case')).toBe(thread)
  await page.reload()
  await selectedOf(page).getByText(caseNo).waitFor()
  // What happened, in words.
  await selectedOf(page).getByText('转办申请').waitFor()
  expect(await stumbles(page, { frames: false })).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByText('选一件办件').waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(url => url.pathname === `/cases/${caseNo}`)
  await page.goBack()
  await page.getByText('共 2 件').waitFor()
  // Act, and come back to the next one.
  await page.keyboard.press('e')
  await page.waitForURL(url => url.pathname === `/cases/${caseNo}`)
  await page.goBack()
  await rowsOf(page).nth(1).and(page.locator('[aria-selected=true]')).waitFor()
  await page.keyboard.press('n')
  await page.waitForURL(url => url.pathname === '/new')
  expect(faults).toEqual([])
})

test('of two clerks who take one case the second is told who has it; a step that is not theirs is not offered', async () => {
  const [first, second] = await Promise.all([sit(browser, ankang.node.url, li), sit(browser, ankang.node.url, han)])
  await second.page.goto('/?queue=window')
  await second.page.getByText('共 2 件').waitFor()
  await second.page.keyboard.press('j')
  await selectedOf(second.page).getByText('无人经办').waitFor()
  expect(await selectedOf(second.page).getByRole('button', { name: '受理' }).count()).toBe(0)
  expect(await selectedOf(second.page).getByRole('combobox', { name: '分派给' }).count()).toBe(0)
  // The second one's page stays as it was: nothing that it asks for comes back any more.
  await second.page.route('**/api/v1/cases/*', () => {})
  await first.page.goto(new URL(second.page.url()).search)
  await selectedOf(first.page).getByText('无人经办').waitFor()
  await first.page.keyboard.press('c')
  await selectedOf(first.page).getByText('由我经办').waitFor()
  await queueOf(first.page, '我的办件').getByText('1', { exact: true }).waitFor()
  await selectedOf(second.page).getByRole('button', { name: '领取' }).click()
  const alert = selectedOf(second.page).getByRole('alert')
  await alert.getByText('request.precondition').waitFor()
  expect(await alert.textContent()).toContain('李雷')
  await first.page.keyboard.press('c')
  await selectedOf(first.page).getByText('无人经办').waitFor()
})

test('papers of many cases are printed as one document, noted, and off the list; nothing written in a case runs there', async () => {
  const { page, faults } = await sit(browser, ankang.node.url, li)
  await page.goto('/print')
  await page.getByRole('checkbox', { name: '全选' }).check()
  await page.getByText('已选 2 件，共 2 件').waitFor()
  expect(await stumbles(page, { frames: false })).toEqual([])
  await page.getByRole('button', { name: '打印所选' }).click()
  const sheets = page.frameLocator('iframe[title=打印预览]').locator('main.sheet')
  await sheets.nth(1).waitFor()
  expect(await sheets.getByText('收件回执', { exact: true }).count()).toBe(2)
  expect(await page.locator('iframe').getAttribute('sandbox')).not.toContain('allow-scripts')
  await page.getByText('没有待打印的文书').waitFor()
  expect(await page.getByRole('table').getByText('完成').count()).toBe(2)
  expect(await stumbles(page, { frames: false })).toEqual([])
  expect(besideFrame(faults)).toEqual([])
})

test('messages of the other city are read in one place, and are unread no more once somebody says so', async () => {
  const { thread } = await takeIn('吴小七')
  await shiyan.client.messageCase({ params: { thread }, body: { text: '请补一份近照' } })
  const { page, faults } = await sit(browser, ankang.node.url, li)
  await page.goto('/messages')
  await page.getByRole('button', { name: /十堰市 · 吴/ }).click()
  await page.getByText('请补一份近照').waitFor()
  expect(await stumbles(page, { frames: false })).toEqual([])
  await page.getByRole('button', { name: /标为已读|已读/ }).click()
  await page.getByText('没有未读留言').waitFor()
  // What is open stays open.
  await page.getByText('请补一份近照').waitFor()
  expect(faults).toEqual([])
})

test('a result is handed to a person who is noted, the other city is told, and the proof of delivery is printed', async () => {
  const { thread, caseNo } = await takeIn('郑九')
  const params = { thread }
  await shiyan.client.acceptCase({ params, body: {} })
  await shiyan.client.decideCase({ params, body: { outcome: 'granted', documentNo: '十审〔2026〕1号' } })
  await shiyan.client.sendResultCase({ params, body: { method: 'pickup' } })
  const { page, faults } = await sit(browser, ankang.node.url, li)
  await page.goto('/handover')
  await page.getByRole('checkbox', { name: `选择 ${caseNo}` }).check()
  expect(await page.getByRole('button', { name: '发放所选' }).isDisabled()).toBe(true)
  await page.getByLabel('领取人').fill('郑九')
  // Nothing typed is lost by a reload.
  await page.reload()
  expect(await page.getByLabel('领取人').inputValue()).toBe('郑九')
  await page.getByRole('checkbox', { name: `选择 ${caseNo}` }).check()
  await page.getByRole('button', { name: '发放所选' }).click()
  await page.frameLocator('iframe[title=打印预览]').getByText('送达回证').first().waitFor()
  await page.getByText('没有待发放的结果').waitFor()
  expect(await stumbles(page, { frames: false })).toEqual([])
  await until(
    async () => (await shiyan.client.getCase({ params })).timeline.some(({ kind }) => kind === 'case.result-received'),
    'the other city knows who has the result',
  )
  const { bodies } = await shiyan.client.readCaseBodies({ params })
  expect(bodies.find(({ kind }) => kind === 'case.result-received')?.body).toMatchObject({ by: '郑九' })
  expect(besideFrame(faults)).toEqual([])
})

test('a search for a person names its purpose where it reaches beyond the own cases, and stands in no address; items by initials', async () => {
  const overseer = await seat(ankang.client, 'sun.san', ['business-administrator'], { name: '孙三' })
  const { page, faults } = await sit(browser, ankang.node.url, overseer)
  await page.keyboard.press('/')
  await page.keyboard.type('陈小满')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('答复申请人咨询').click()
  await dialog.getByRole('button', { name: '确定' }).click()
  await page.getByRole('heading', { name: '办件 1' }).waitFor()
  expect(new URL(page.url()).href).toMatch(/\/search$/)
  await page.keyboard.press('Escape')
  await page.getByLabel('查找').first().fill('sys')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: '十堰市' }).waitFor()
  await page.getByLabel('查找').first().fill('ZFGJJ')
  await page.keyboard.press('Enter')
  await page.getByRole('listitem').filter({ hasText: '住房公积金' }).first().waitFor()
  expect(await stumbles(page, { frames: false })).toEqual([])
  expect(faults).toEqual([])
})

test('a view that is saved for a window is one for all who work there, and its maker deletes it', async () => {
  const [first, second] = await Promise.all([sit(browser, ankang.node.url, li), sit(browser, ankang.node.url, han)])
  await first.page.goto('/?queue=window&state=arrived&partner=420300')
  await first.page.getByRole('button', { name: '保存视图' }).click()
  const dialog = first.page.getByRole('dialog')
  await dialog.getByLabel('名称').fill('十堰已到达')
  await dialog.getByLabel('共享给').click()
  await first.page.getByTitle(WINDOW, { exact: true }).click()
  await dialog.getByRole('button', { name: '保存' }).click()
  await first.page.getByText('视图已保存').waitFor()
  await second.page.goto('/')
  await second.page.getByRole('combobox', { name: '视图' }).click()
  await second.page.getByTitle(`十堰已到达 · ${WINDOW}`).click()
  await second.page.waitForURL(url => url.search === '?queue=window&partner=420300&state=arrived')
  // Only who made it deletes it.
  expect(await second.page.getByRole('button', { name: '删除视图' }).count()).toBe(0)
  expect(await stumbles(second.page)).toEqual([])
  await first.page.getByRole('button', { name: '删除视图' }).click()
  await first.page.getByRole('tooltip').getByRole('button', { name: '确定' }).click()
  await first.page.getByText('视图已删除').waitFor()
  expect((await ankang.client.listViews({ query: { window: WINDOW } })).items).toEqual([])
  expect([...first.faults, ...second.faults]).toEqual([])
})

test('a lead sees what each colleague has, and hands all work of one over to another', async () => {
  const lead = await seat(ankang.client, 'zhou.si', ['window-lead'], { name: '周四', windows: [WINDOW] })
  const { thread } = await takeIn('冯十')
  await ankang.client.assignCase({ params: { thread }, body: { to: li.id } })
  const { page, faults } = await sit(browser, ankang.node.url, lead)
  await page.getByRole('button', { name: '同事的办件' }).click()
  const of = page.getByRole('dialog').getByRole('listitem').filter({ hasText: '李雷' })
  await of.getByRole('button', { name: '等待对方 1' }).waitFor()
  expect(await stumbles(page, { frames: false })).toEqual([])
  await of.getByRole('combobox').click()
  await page.getByTitle('韩梅', { exact: true }).click()
  await of.getByRole('button', { name: '把李雷的全部未办结工作移交给韩梅' }).click()
  await of.getByText('已移交办件 1 件').waitFor()
  expect((await ankang.client.getCase({ params: { thread } })).assignee).toBe(han.id)
  expect(faults).toEqual([])
})

test('a list names whose each case is; its columns are those that the person chose, in their order, at every computer', async () => {
  const { thread, caseNo } = await takeIn('褚十二')
  await ankang.client.assignCase({ params: { thread }, body: { to: han.id } })
  const { page, faults } = await sit(browser, ankang.node.url, li)
  await page.goto('/?queue=window')
  const row = rowsOf(page).filter({ hasText: '褚*' })
  await row.getByText('韩梅').waitFor()
  expect(await row.textContent()).not.toContain(caseNo)
  const heads = (of: Page) => of.getByRole('grid').getByRole('columnheader')
  expect(await heads(page).allTextContents()).toEqual([
    '级别',
    '申请人',
    '事项',
    '收件 → 办理',
    '状态',
    '期限 ↑',
    '经办人',
    '未读',
  ])
  await page.getByRole('button', { name: '列', exact: true }).click()
  const columns = page.getByRole('list', { name: '列' })
  await columns.getByRole('checkbox', { name: '收件 → 办理' }).uncheck()
  await columns.getByRole('checkbox', { name: '办件编号' }).check()
  await row.getByText(caseNo).waitFor()
  await columns.getByRole('button', { name: '经办人: 前移' }).click()
  await heads(page).nth(4).and(page.getByText('经办人')).waitFor()
  expect(await stumbles(page)).toEqual([])
  const chosen = ['级别', '申请人', '事项', '状态', '经办人', '期限 ↑', '未读', '办件编号']
  expect(await heads(page).allTextContents()).toEqual(chosen)
  // Another computer, the same account; and nobody else's list.
  const [elsewhere, other] = await Promise.all([sit(browser, ankang.node.url, li), sit(browser, ankang.node.url, han)])
  await elsewhere.page.goto('/?queue=window')
  await rowsOf(elsewhere.page).filter({ hasText: caseNo }).waitFor()
  expect(await heads(elsewhere.page).allTextContents()).toEqual(chosen)
  await heads(other.page).nth(3).and(other.page.getByText('收件 → 办理')).waitFor()
  await elsewhere.page.getByRole('button', { name: '列', exact: true }).click()
  await elsewhere.page.getByRole('button', { name: '恢复默认' }).click()
  await heads(elsewhere.page).nth(3).and(elsewhere.page.getByText('收件 → 办理')).waitFor()
  expect([...faults, ...elsewhere.faults, ...other.faults]).toEqual([])
})

test('the key of a step opens the case at that step', async () => {
  await takeIn('陈十一')
  const { page } = await sit(browser, shiyan.node.url, examiner)
  await page.goto('/?queue=ours')
  await rowsOf(page).first().click()
  await selectedOf(page).getByRole('button', { name: '受理' }).first().waitFor()
  await page.keyboard.press('a')
  await page.waitForURL(url => url.pathname.startsWith('/cases/') && url.search === '?step=accept')
  await page.getByRole('dialog', { name: '受理' }).waitFor()
})
