/** A case that is typed into a system that no program reaches, before the consoles of two whole nodes. */
import { resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { departmentOf } from '../../protocol/rights/can.ts'
import { sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'

const WINDOW = '跨省通办 3 号窗'

let cities: ConsoleCities
let examiner: Seat

beforeAll(async () => {
  const manual = {
    kind: 'manual',
    mapping: resolve(import.meta.dirname, '../../adapters/manual/example.json'),
  } as const
  cities = await openConsoleCities({
    adapter: manual,
    adapters: { gjj: manual },
    routes: [{ modes: [1], adapter: 'gjj' }],
  })
  const { shiyan, item } = cities
  examiner = await seat(shiyan.client, 'zhang.san', ['examiner'], {
    name: '张三',
    departments: [departmentOf(item.taskCode)],
  })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

test('an examiner copies the sheet, gives the number, and goes on; a withdrawal is an entry too', async () => {
  const { browser, ankang, shiyan } = cities
  const { thread, caseNo } = await cities.submit(WINDOW, '陈小满', 'submitted')
  const { page, faults } = await sit(browser, shiyan.node.url, examiner)
  await page.goto(`/cases/${thread}`)
  await page.getByRole('button', { name: '打开录入单' }).click()
  await page.getByRole('heading', { name: /市公安局户政管理系统/ }).waitFor()
  await page.getByText('审批系统 gjj').waitFor()
  const labels = await page.locator('.entry-sheet th[scope=row]').allTextContents()
  expect(labels.slice(0, 4)).toEqual(['收件编号', '业务类别', '办理方式', '申请人姓名'])
  expect(await stumbles(page)).toEqual([])

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: '复制 收件编号' }).click()
  await page.getByText('已复制：收件编号').waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(caseNo)

  await page.getByRole('button', { name: '已录入', exact: true }).click()
  await page.getByText('请填写本地系统给出的编号').waitFor()
  await page.getByLabel('本地办件编号').fill('HZ-2026-0001')
  await page.getByRole('radio', { name: '已受理' }).check()
  // A page that is loaded anew has what was typed.
  await page.reload()
  await page.getByRole('button', { name: '打开录入单' }).click()
  await expect.poll(() => page.getByLabel('本地办件编号').inputValue()).toBe('HZ-2026-0001')
  expect(await page.getByRole('radio', { name: '已受理' }).isChecked()).toBe(true)
  await page.getByRole('button', { name: '已录入', exact: true }).click()
  await cities.reaches(thread, 'accepted')
  await page.getByText('办理地编号 HZ-2026-0001').waitFor()
  await page.getByRole('button', { name: '打开录入单' }).waitFor({ state: 'detached' })

  await ankang.client.withdrawCase({ params: { thread }, body: { reason: '不再办理' } })
  await page.getByRole('button', { name: '打开录入单' }).click()
  await page.getByText('撤回原因').waitFor()
  expect(await page.getByLabel('本地办件编号').count()).toBe(0)
  await page.getByRole('button', { name: '已录入', exact: true }).click()
  await page.getByRole('button', { name: '打开录入单' }).waitFor({ state: 'detached' })
  expect((await shiyan.client.listEntries({ params: { thread } })).items).toEqual([])
  expect(faults).toEqual([])
})

test('each of several approval systems has its card, and what waits for people is told and narrowed by its name', async () => {
  const { browser, shiyan } = cities
  const { caseNo } = await cities.submit(WINDOW, '林二', 'submitted')
  const { page, faults } = await sit(
    browser,
    shiyan.node.url,
    await seat(shiyan.client, 'sys', ['system-administrator']),
  )
  await page.goto('/adapters')
  await page.getByRole('region', { name: 'manual', exact: true }).waitFor()
  const card = page.getByRole('region', { name: 'gjj', exact: true })
  expect(await stumbles(page)).toEqual([])
  await card.getByRole('link', { name: '去处理' }).click()
  const piece = page.locator('main').getByRole('listitem').filter({ hasText: caseNo })
  await piece.getByText('审批系统 gjj').waitFor()
  expect(new URL(page.url()).search).toBe('?adapter=gjj')
  expect(await stumbles(page)).toEqual([])
  await page.goto('/adapters/parked?adapter=manual')
  await page.getByText('没有这类挂起事务').waitFor()
  await page.getByRole('combobox', { name: '审批系统' }).click()
  await page.locator('.ant-select-item-option', { hasText: /^gjj/ }).click()
  await piece.waitFor()
  expect(faults).toEqual([])
})
