/** What befalls people at work, before the consoles of two whole nodes: a line that is cut, an answer that is lost, a session that ends, a page without the right to it. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { departmentOf } from '../../protocol/rights/can.ts'
import { sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'

const WINDOW = '跨省通办 3 号窗'

let cities: ConsoleCities
let clerk: Seat
let examiner: Seat

beforeAll(async () => {
  cities = await openConsoleCities()
  const { ankang, shiyan, item } = cities
  clerk = await seat(ankang.client, 'li.lei', ['window-clerk'], { name: '李雷', windows: [WINDOW] })
  examiner = await seat(shiyan.client, 'zhang.san', ['examiner'], {
    name: '张三',
    departments: [departmentOf(item.taskCode)],
  })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

/** An examiner before a case that has arrived, with the form of its acceptance open and filled in. */
async function accepting(number: string) {
  const { thread } = await cities.submit(WINDOW)
  const seated = await sit(cities.browser, cities.shiyan.node.url, examiner)
  await seated.page.goto(`/cases/${thread}`)
  await seated.page.getByRole('button', { name: /^受理/ }).click()
  const form = seated.page.getByRole('dialog')
  await form.getByLabel('受理通知书编号').fill(number)
  await form.getByText('试办通过').waitFor()
  return { ...seated, thread, form, sign: form.getByRole('button', { name: /签名并送达对方/ }) }
}

/** How often the case was accepted, as the collecting city knows it. */
async function acceptances(thread: string): Promise<number> {
  await cities.reaches(thread, 'accepted')
  const { timeline } = await cities.ankang.client.getCase({ params: { thread } })
  return timeline.filter(({ kind }) => kind === 'case.accept').length
}

async function signInAgain(page: Page, { account, password }: Seat): Promise<void> {
  const dialog = page.getByRole('dialog').filter({ hasText: '登录已过期，请重新登录' })
  await dialog.getByLabel('账号').fill(account)
  await dialog.getByLabel('密码', { exact: true }).fill(password)
  await dialog.getByRole('button', { name: '登录', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

describe('the line is cut', () => {
  test('while a step is signed: the page says so, keeps what was typed, and sends it by itself, once', async () => {
    const { page, context, thread, form, sign } = await accepting('受字1号')
    await context.setOffline(true)
    await sign.click()
    await form.getByRole('alert').getByText('尚未确认送达，恢复后自动再送').waitFor()
    expect(await form.getByLabel('受理通知书编号').inputValue()).toBe('受字1号')
    expect(await stumbles(page)).toEqual([])
    expect((await cities.shiyan.client.getCase({ params: { thread } })).state).toBe('arrived')
    await context.setOffline(false)
    await page.getByText('已办理：受理').waitFor()
    expect(await acceptances(thread)).toBe(1)
  })

  test('after the node took a step and before it could say so: nothing is done twice, and the page learns that it was done', async () => {
    const { page, thread, form, sign } = await accepting('受字2号')
    let lost = 0
    await page.route('**/api/v1/cases/*/accept', async route => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue()
      lost++
      await route.fetch()
      await route.abort()
    })
    await sign.click()
    await form.getByRole('alert').getByText('尚未确认送达，恢复后自动再送').waitFor()
    await page.getByText('已办理：受理').waitFor()
    expect(lost).toBe(1)
    expect(await acceptances(thread)).toBe(1)
    // What was typed and sent is no draft any more.
    expect(await page.evaluate("Object.keys(sessionStorage).filter(name => name.includes('case.accept'))")).toEqual([])
  })
})

test('a session that ends in the middle of a step asks for the password over it, and the step goes on with all that was typed', async () => {
  const { page, thread, form, sign } = await accepting('受字3号')
  await cities.shiyan.client.endSessions({ params: { id: examiner.id } })
  await sign.click()
  await signInAgain(page, examiner)
  expect(await form.getByLabel('受理通知书编号').inputValue()).toBe('受字3号')
  await sign.click()
  await page.getByText('已办理：受理').waitFor()
  expect(await acceptances(thread)).toBe(1)
})

test('a session that ends in the middle of a new case loses none of it, and saving goes on after the password', async () => {
  const { page } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await page.goto('/new')
  await page.getByLabel(/事项（/).fill(cities.item.taskName.slice(0, 4))
  await page.getByTitle(new RegExp(cities.item.taskName)).first().click()
  await page.getByLabel('姓名或名称').waitFor()
  await page.getByText('已自动保存').waitFor()
  await cities.ankang.client.endSessions({ params: { id: clerk.id } })
  await page.getByLabel('姓名或名称').fill('过期')
  await signInAgain(page, clerk)
  expect(await page.getByLabel('姓名或名称').inputValue()).toBe('过期')
  await page.getByText('已自动保存').waitFor()
  await page.reload()
  await page.getByLabel('姓名或名称').waitFor()
  expect(await page.getByLabel('姓名或名称').inputValue()).toBe('过期')
})

describe('without the right to it', () => {
  test.each(['/audit', '/people', '/operation'])(
    'an address typed by hand says so, and who cures it: %s',
    async path => {
      const { page, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
      await page.goto(path)
      await page.getByText('您没有打开此页的权限').waitFor()
      await page.getByText(/请安全管理员授予相应角色/).waitFor()
      expect(await stumbles(page)).toEqual([])
      expect(faults).toEqual([])
    },
  )

  test('a case of another window is refused by the node, in words', async () => {
    const { thread } = await cities.submit(WINDOW)
    const other = await seat(cities.ankang.client, 'han.mei', ['window-clerk'], { name: '韩梅', windows: ['1 号窗'] })
    const { page } = await sit(cities.browser, cities.ankang.node.url, other)
    await page.goto(`/cases/${thread}`)
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toContain('处理办法')
    expect(await page.getByText('陈').count()).toBe(0)
    expect(await stumbles(page)).toEqual([])
  })
})
