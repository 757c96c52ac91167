/** Before the console of a whole node, in a real browser: sign-in, what is wrong with it, a session that ends in mid-page, keys, language. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CONSOLE_PATHS } from '../../node/edges/console/paths.ts'
import { COUNTER, openBrowser, pageAt, sit, stumbles } from '../support/browser.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { type Seat, seat } from '../support/console.ts'
import { ANKANG } from '../support/node-folder.ts'

let root: string
let node: CommandNode
let browser: Browser
let clerk: Seat

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-'))
  ;[node, browser] = await Promise.all([
    openCommandNode(root, ANKANG, { console: { colour: '#8a1538' } }),
    openBrowser(),
  ])
  clerk = await seat(node.client, 'li.lei', ['window-clerk'], { name: '李雷', windows: ['3 号窗'] })
})
afterAll(async () => {
  await Promise.allSettled([node?.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})
afterEach(async () => {
  await Promise.all(browser.contexts().map(context => context.close()))
})

describe('the door', () => {
  test('says what is wrong with a password, who must act and how, and locks after failures', async () => {
    const locked = await seat(node.client, 'han.mei', ['window-clerk'])
    const { page } = await pageAt(browser, node.node.url)
    await page.getByRole('button', { name: '已有账号，直接登录' }).click()
    await page.getByLabel('账号', { exact: true }).fill(locked.account)
    const alert = page.getByRole('alert')
    for (let failures = 0; failures < 10; failures++) {
      await page.getByLabel('密码', { exact: true }).fill('wrong-Word-1')
      await page.getByRole('button', { name: '登录', exact: true }).click()
      await alert.getByText(/sign-in\.(refused|locked)/).waitFor()
      if ((await alert.textContent())?.includes('sign-in.locked') === true) break
    }
    expect(await alert.textContent()).toContain('sign-in.locked')
    expect(await alert.textContent()).toContain('处理办法')
    expect(await stumbles(page)).toEqual([])
  })

  test('lets somebody in, who sees the city and the own window, and nothing goes wrong unseen', async () => {
    const { page, faults } = await sit(browser, node.node.url, clerk)
    await page.getByRole('heading', { name: '工作台' }).waitFor()
    expect(await page.getByRole('banner').textContent()).toContain('3 号窗')
    await page.getByText('实时').waitFor()
    expect(await stumbles(page)).toEqual([])
    expect(faults).toEqual([])
  })

  test('shows whose node it is, in the colour of the city, before a password is asked for and on each page', async () => {
    const { page, faults } = await pageAt(browser, node.node.url)
    const colourOf = () =>
      page.getByRole('banner').evaluate(head => head.ownerDocument.defaultView?.getComputedStyle(head).backgroundColor)
    await page.getByRole('banner').getByText('通办 · 安康市').waitFor()
    await expect.poll(colourOf, { timeout: 60_000 }).toBe('rgb(138, 21, 56)')
    expect(await stumbles(page)).toEqual([])
    const seated = await sit(browser, node.node.url, clerk)
    await seated.page.getByRole('banner').getByText('通办 · 安康市').waitFor()
    const head = seated.page.getByRole('banner')
    expect(await head.evaluate(of => of.ownerDocument.defaultView?.getComputedStyle(of).backgroundColor)).toBe(
      'rgb(138, 21, 56)',
    )
    expect(await stumbles(seated.page)).toEqual([])
    expect([...faults, ...seated.faults]).toEqual([])
  })

  test('speaks English by a switch, and remembers it', async () => {
    const { page } = await sit(browser, node.node.url, { ...clerk, language: 'en' })
    await page.getByRole('heading', { name: 'Desk' }).waitFor()
    await page.goto('/account')
    await page.getByRole('heading', { name: 'My account' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await stumbles(page)).toEqual([])
  })
})

test('a session that ends in the middle of a form leaves what was typed, and goes on after the password', async () => {
  const { page } = await sit(browser, node.node.url, clerk)
  await page.goto('/account')
  await page.getByLabel('当前密码').fill('half of a word')
  await node.client.endSessions({ params: { id: clerk.id } })
  await page.getByRole('link', { name: '工作台' }).waitFor()
  // Whatever asks the node next finds that the session is over.
  await page.getByLabel('新密码', { exact: true }).fill('New-word-9')
  await page.getByLabel('再输一次新密码').fill('New-word-9')
  await page.getByRole('button', { name: '保存' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('登录已过期，请重新登录').waitFor()
  await dialog.getByLabel('账号').fill(clerk.account)
  await dialog.getByLabel('密码', { exact: true }).fill(clerk.password)
  await dialog.getByRole('button', { name: '登录', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await page.getByLabel('当前密码').inputValue()).toBe('half of a word')
})

test('single keys go to pages, and none fires while somebody writes or an input method composes', async () => {
  const { page } = await sit(browser, node.node.url, clerk)
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: '帮助' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await page.getByRole('heading', { name: '工作台' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('?gh')
  expect(await page.getByLabel('查找').first().inputValue()).toBe('?gh')
  await page.evaluate(
    `document.activeElement.blur(); document.dispatchEvent(new KeyboardEvent('keydown', { key: '?', isComposing: true }))`,
  )
  expect(new URL(page.url()).pathname).toBe('/')
})

test('every address of the console is its page, under a policy that lets no script in the page run; no other address is', async () => {
  for (const path of ['', ...CONSOLE_PATHS, 'cases/1']) {
    const response = await fetch(`${node.node.url}/${path}`)
    expect(response.status, path).toBe(200)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain('unsafe')
    expect(await response.text()).not.toMatch(/<script(?![^>]*\ssrc=)/)
  }
  expect((await fetch(`${node.node.url}/newer`)).status).toBe(404)
  for (const name of ['manifest.json', '..%2Fpaths.ts', 'none.js'])
    expect((await fetch(`${node.node.url}/console/${name}`)).status, name).toBe(404)
})

test('a phone shows the door without scrolling sideways', async () => {
  const { page } = await pageAt(browser, node.node.url)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('heading').first().waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await page.setViewportSize(COUNTER)
})
