/** Administrators by the console: an account is made, is given its roles and a first password, signs in, and the audit log tells all of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, pageAt, sit, stumbles } from '../support/browser.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { seat } from '../support/console.ts'
import { ANKANG } from '../support/node-folder.ts'

let root: string
let node: CommandNode
let browser: Browser
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-people-'))
  ;[node, browser] = await Promise.all([openCommandNode(root, ANKANG), openBrowser()])
})
afterAll(async () => {
  await Promise.allSettled([node?.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})

let seats = 0
const administrator = async (role: 'system-administrator' | 'security-administrator' | 'audit-administrator') =>
  sit(browser, node.node.url, await seat(node.client, `${role.replace('-', '.')}.${++seats}`, [role]))

test('an account from nothing to its own password, by people of whom none can do it all', async () => {
  const system = await administrator('system-administrator')
  // Whoever finds no cases has no desk, and begins at a page that is theirs.
  await system.page.waitForURL('**/partners')
  expect(await system.page.getByRole('link', { name: '工作台' }).count()).toBe(0)
  await system.page.getByRole('link', { name: '人员' }).click()
  await system.page.getByRole('button', { name: '开设账号' }).click()
  const dialog = system.page.getByRole('dialog')
  // Roles are none of this administrator's.
  expect(await dialog.getByLabel('角色').count()).toBe(0)
  await dialog.getByLabel('姓名').fill('韩梅梅')
  await dialog.getByRole('button', { name: '开设账号' }).click()
  await dialog.getByLabel('登录账号').fill('han.meimei')
  await dialog.getByRole('button', { name: '发放一次性密码' }).click()
  const oneTime = (await dialog.locator('code').textContent()) ?? ''
  expect(oneTime.length).toBeGreaterThan(8)
  expect(await stumbles(system.page)).toEqual([])

  const security = await administrator('security-administrator')
  await security.page.getByRole('link', { name: '人员' }).click()
  const row = security.page.getByRole('row', { name: /韩梅梅/ })
  expect(await row.getByRole('button', { name: '发放一次性密码' }).count()).toBe(0)
  await row.getByRole('button', { name: '修改角色、窗口、部门' }).click()
  await security.page.getByRole('combobox', { name: '角色' }).click()
  await security.page.getByTitle('窗口受理人员').click()
  await security.page.getByText('修改角色、窗口、部门: 韩梅梅').click()
  // Administrators who watch each other are no one person.
  await security.page.getByText('三员分立', { exact: false }).waitFor()
  const windows = security.page.getByLabel('窗口', { exact: true })
  await windows.fill('5 号窗')
  await windows.press('Enter')
  await security.page.getByRole('button', { name: '保存' }).click()
  await row.getByText('窗口受理人员').waitFor()
  await row.getByText('5 号窗').waitFor()

  const { page, faults } = await pageAt(browser, node.node.url)
  await page.getByRole('button', { name: '已有账号，直接登录' }).click()
  await page.getByLabel('账号', { exact: true }).fill('han.meimei')
  await page.getByLabel('密码', { exact: true }).fill(oneTime)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '请设置新密码' }).waitFor()
  await page.getByLabel('当前密码').fill(oneTime)
  await page.getByLabel('新密码', { exact: true }).fill('Own-word-7')
  await page.getByLabel('再输一次新密码').fill('Own-word-8')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('两次输入的新密码不一致').waitFor()
  await page.getByLabel('再输一次新密码').fill('Own-word-7')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('banner').getByText('5 号窗').waitFor()
  // What is of administrators is not even offered.
  expect(await page.getByRole('link', { name: '人员' }).count()).toBe(0)
  await page.goto('/people')
  await page.getByText('您没有打开此页的权限').waitFor()

  const audit = await administrator('audit-administrator')
  await audit.page.getByRole('link', { name: '审计' }).click()
  await audit.page.getByLabel('操作人姓名').fill('韩梅梅')
  await audit.page.getByRole('button', { name: '查找' }).last().click()
  await audit.page.getByRole('cell', { name: '修改密码' }).waitFor()
  await audit.page.getByRole('button', { name: '核验整条链' }).click()
  await audit.page.getByText(/链完整，共 \d+ 条/).waitFor()
  // A name stands in no address; what else is asked does, and can be sent to a colleague.
  expect(audit.page.url()).not.toContain(encodeURIComponent('韩梅梅'))
  await audit.page.goto('/audit?action=person.granted')
  await audit.page.getByRole('cell', { name: '授予角色、窗口、部门' }).first().waitFor()
  expect(await audit.page.getByRole('cell', { name: '修改密码' }).count()).toBe(0)
  expect(await stumbles(audit.page)).toEqual([])
  for (const place of ['运行', '审批系统', '核验证据']) {
    await audit.page.getByRole('link', { name: place }).click()
    await audit.page.getByRole('heading', { name: place, level: 1 }).waitFor()
    expect(await stumbles(audit.page), place).toEqual([])
  }
  expect([system, security, audit].flatMap(({ faults }) => faults).concat(faults)).toEqual([])
})

test('a system administrator sees how somebody signs in, gives a token that is shown once, and ends the sessions', async () => {
  const clerk = await seat(node.client, 'clerk.one', ['window-clerk'])
  const { page, faults } = await sit(browser, node.node.url, clerk)
  const system = await administrator('system-administrator')
  await system.page.getByRole('link', { name: '人员' }).click()
  const theirs = system.page.getByRole('row', { name: /clerk.one/ })
  await theirs.getByRole('button', { name: '登录与令牌' }).click()
  const state = system.page.getByRole('dialog')
  await state.getByText('clerk.one', { exact: true }).waitFor()
  await state.getByText('未锁定').waitFor()
  await state.getByLabel('用途').fill('统计大屏')
  const until = state.getByLabel('有效至')
  await until.fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10))
  await until.press('Enter')
  await state.getByRole('button', { name: '发放令牌' }).click()
  await state.getByText('令牌只显示这一次', { exact: false }).waitFor()
  await state.getByText(/登录于 .*密码/).waitFor()
  expect(await stumbles(system.page)).toEqual([])
  await state.getByRole('button', { name: '结束其会话' }).click()
  await state.getByText('没有进行中的会话').waitFor()
  // Who sat there is signed out.
  await page.reload()
  await page
    .getByRole('button', { name: '已有账号，直接登录' })
    .or(page.getByRole('button', { name: '登录', exact: true }))
    .first()
    .waitFor()

  // One of them alone, by when it began.
  const again = await sit(browser, node.node.url, clerk)
  await system.page.reload()
  await theirs.getByRole('button', { name: '登录与令牌' }).click()
  await state.getByRole('button', { name: /^结束此会话/ }).click()
  await state.getByText('没有进行中的会话').waitFor()
  await again.page.reload()
  await again.page
    .getByRole('button', { name: '已有账号，直接登录' })
    .or(again.page.getByRole('button', { name: '登录', exact: true }))
    .first()
    .waitFor()

  // The token of the account: another one takes its place, and is shown once.
  const before = await node.client.createPerson({ body: { name: '审批对接', roles: ['integrator'] } })
  await system.page.reload()
  await system.page
    .getByRole('row', { name: /审批对接/ })
    .getByRole('button', { name: '登录与令牌' })
    .click()
  // A program has no account name, which is no fault.
  await state.getByText('还没有登录账号：发放一次性密码时填写').waitFor()
  expect(await state.getByRole('alert').count()).toBe(0)
  await state.getByRole('button', { name: '换发账号令牌' }).click()
  await system.page.getByRole('tooltip').getByRole('button', { name: '确定' }).click()
  await state.getByText('审批对接 的新账号令牌').waitFor()
  const token = (await state.locator('code').textContent()) ?? ''
  const meBy = (bearer: string) =>
    fetch(`${node.node.url}/api/v1/me`, { headers: { authorization: `Bearer ${bearer}` } }).then(({ status }) => status)
  expect([await meBy(before.token), await meBy(token)]).toEqual([401, 200])
  expect(await stumbles(system.page)).toEqual([])
  expect([...system.faults, ...faults, ...again.faults]).toEqual([])
})

test('somebody turns the own second factor on: the page says so from then on, and offers another phone', async () => {
  const own = await seat(node.client, 'own.second', ['examiner'])
  const { page, faults } = await sit(browser, node.node.url, own)
  await page.goto('/account')
  const second = page.getByRole('region', { name: '动态验证码' })
  await second.getByLabel('密码').fill(own.password)
  await second.getByRole('button', { name: '启用动态验证码' }).click()
  const secret = Secret.fromBase32(((await second.locator('code').textContent()) ?? '').trim())
  const on = second.getByText('✓ 动态验证码已启用')
  const wrong = second.getByRole('alert')
  // A code may run out before it is there.
  for (let tries = 0; tries < 3 && !(await on.isVisible()); tries++) {
    await second.getByLabel('验证码', { exact: false }).fill(TOTP.generate({ secret }))
    await second.getByRole('button', { name: '保存' }).click()
    await on.or(wrong).first().waitFor()
  }
  await on.waitFor()
  await page.reload()
  await on.waitFor()
  await second.getByRole('button', { name: '换一部手机或验证器' }).click()
  await second.getByLabel('密码').waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('somebody makes a token for a program of their own, which is shown once and ended', async () => {
  const own = await seat(node.client, 'own.tokens', ['examiner'])
  const { id } = own
  const { page, faults } = await sit(browser, node.node.url, own)
  await page.goto('/account')
  await page.getByText('没有接口令牌').waitFor()
  await page.getByLabel('用途').fill('导出脚本')
  const until = page.getByLabel('有效至')
  await until.fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10))
  await until.press('Enter')
  await page.getByRole('button', { name: '发放令牌' }).click()
  await page.getByText('令牌只显示这一次', { exact: false }).waitFor()
  expect((await node.client.listTokens({ params: { id } })).items).toHaveLength(1)
  await page.getByRole('button', { name: '吊销 导出脚本' }).click()
  await page.getByRole('tooltip').getByRole('button', { name: '确定' }).click()
  await page.getByText('✗ 已吊销').waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('of three hundred departments the last one is found by its name', async () => {
  const units = Array.from({ length: 300 }, (_, at) => ({
    code: `11610900${String(at).padStart(10, '0')}`,
    name: `第 ${at} 局`,
    level: 2,
  }))
  const bytes = new TextEncoder().encode(JSON.stringify({ v: 1, city: ANKANG.code, units }))
  await node.client.importOrganisation({ bytes: new Blob([bytes]), query: { name: 'organisation.json' } })
  await node.client.publishDrafts()
  await seat(node.client, 'of.the.last', ['examiner'])
  const { page, faults } = await administrator('security-administrator')
  await page.goto('/people')
  await page
    .getByRole('row', { name: /of\.the\.last/ })
    .getByRole('button', { name: '修改角色、窗口、部门' })
    .click()
  const departments = page.getByLabel('部门（实施主体的统一社会信用代码）', { exact: true })
  await departments.fill('第 299 局')
  await page.getByTitle('第 299 局 116109000000000299').click()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('116109000000000299').first().waitFor()
  expect(faults).toEqual([])
})
