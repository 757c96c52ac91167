/** The pages of operation, by administrators of one node: checks, backups, certificate and keys, webhooks, settings, holidays, exports. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRequest } from '../../certs/index.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { loadConfig } from '../../node/kernel/config/config.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { openBrowser, sit, stumbles } from '../support/browser.ts'
import { seat } from '../support/console.ts'
import { makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'

let root: string
let node: RunningNode
let client: Client
let browser: Browser
/** of the system that is told by a webhook */
let status = 204
const told: { type: string; signature: string | null }[] = []
let receiver: Bun.Server<undefined>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-operation-'))
  receiver = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async request => {
      const { type } = (await request.json()) as { type: string }
      told.push({ type, signature: request.headers.get('webhook-signature') })
      return new Response(null, { status })
    },
  })
  const made = await makeNodeFolder(join(root, 'node'), SHIYAN, {
    httpPort: 0,
    p2pPort: await freePort(),
    rest: { backups: { folder: '../backups' }, webhooks: { allowPrivate: true } },
  })
  const config = await loadConfig(made.configPath, { TONGBAN_LOG_LEVEL: 'error' })
  ;[node, browser] = await Promise.all([startNode({ config, passphrase: PASSPHRASE }), openBrowser()])
  client = createClient({ url: node.url, token: made.token })
})
afterAll(async () => {
  await Promise.allSettled([node?.stop(), browser?.close(), receiver?.stop(true)])
  await rm(root, { recursive: true, force: true })
})

type Role = 'system-administrator' | 'security-administrator' | 'audit-administrator' | 'business-administrator'
const administrator = async (role: Role, account: string) => sit(browser, node.url, await seat(client, account, [role]))

/** Says yes to what is asked once more. */
const sure = (page: Page) => page.getByRole('tooltip').getByRole('button', { name: '确定' }).click()

test('a system administrator sees what wants to be seen to, makes a backup, verifies it, and reads the settings', async () => {
  const { page, faults } = await administrator('system-administrator', 'sys.one')
  await page.getByRole('link', { name: '运行' }).click()
  await page.getByRole('heading', { name: '运行', level: 1 }).waitFor()
  await page.getByText(/正常的 \d+ 项/).waitFor()
  await page.getByText('证书有效期').waitFor()
  expect(await stumbles(page)).toEqual([])

  await page.getByRole('link', { name: '备份', exact: true }).click()
  await page.getByText('还没有备份').waitFor()
  await page.getByRole('button', { name: '立即备份' }).click()
  await page.getByText('备份完成，已读回核验', { exact: false }).waitFor()
  await page.getByRole('cell', { name: /✓ 完好/ }).waitFor()
  await page.getByRole('button', { name: /立即核验/ }).click()
  await page.getByText('核验通过', { exact: false }).waitFor()
  expect(await stumbles(page)).toEqual([])

  await page.getByRole('link', { name: '生效的设置' }).click()
  const row = page.getByRole('row', { name: /signIn\.lockMinutes/ })
  await row.waitFor()
  expect(await row.getByRole('cell').allTextContents()).toEqual([
    expect.stringContaining('signIn.lockMinutes'),
    '30 分钟',
    '30 分钟',
    '默认',
  ])
  await page.getByLabel('按名称或含义查找').fill('备份')
  await row.waitFor({ state: 'detached' })
  await page.getByRole('cell', { name: /backups\.folder/ }).waitFor()
  expect(await stumbles(page)).toEqual([])

  await page.getByRole('link', { name: '版本' }).click()
  await page.getByText(/^tongban\/\d/).waitFor()
  // The address alone brings a colleague to the same part.
  await page.goto('/operation/backups')
  await page.getByRole('heading', { name: '运行 · 备份' }).waitFor()
  expect(faults).toEqual([])
})

test('a security administrator lets a new packet key take over, and downloads the request for a certificate', async () => {
  const { page, faults } = await administrator('security-administrator', 'sec.one')
  await page.goto('/operation/certificates')
  await page.getByText('使用中').first().waitFor()
  const before = (await client.getIdentity()).packetKey
  await page.getByRole('button', { name: '更换数据包密钥' }).click()
  await sure(page)
  await page.getByText('新密钥已启用').waitFor()
  expect((await client.getIdentity()).packetKey).not.toBe(before)
  await page
    .getByRole('row', { name: new RegExp(before) })
    .getByText('已退役')
    .waitFor()

  await page.getByText('tongban identity renew', { exact: true }).waitFor()
  await page.getByLabel('由签发机构签发，密钥可能泄露，换新密钥').check()
  await page.getByText('tongban ca install city.pem ca.pem').waitFor()
  await page.getByRole('button', { name: '生成证书申请' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /下载申请文件/ }).click(),
  ])
  expect(download.suggestedFilename()).toBe('request-420300.pem')
  expect(readRequest(await readFile(await download.path(), 'utf8'))).toMatchObject({ ok: true })
  await page.getByText('新的城市密钥已生成', { exact: false }).waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('a webhook is added, its secret shown once, tested, failed, told again, and removed', async () => {
  const { page, faults } = await administrator('system-administrator', 'sys.two')
  await page.goto('/operation/webhooks')
  await page.getByText('还没有事件推送').waitFor()
  await page.getByRole('button', { name: '新增推送' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('接收地址（https）').fill(`http://127.0.0.1:${receiver.port}/hook`)
  await dialog.getByRole('button', { name: '新增推送' }).click()
  const secret = (await dialog.locator('code').textContent()) ?? ''
  expect(secret).toMatch(/^whsec_/)
  await page.keyboard.press('Escape')
  await page.getByText('全部事件').waitFor()
  expect(await page.content()).not.toContain(secret)
  expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain(secret)

  await page.getByRole('button', { name: '发送测试消息' }).click()
  await page.getByText('接收方已收下').waitFor()
  expect(told.at(-1)).toMatchObject({ type: 'webhook.test', signature: expect.stringMatching(/^v1,/) })
  status = 500
  await page.getByRole('button', { name: '发送测试消息' }).click()
  await page.getByText('接收方没有收下').waitFor()
  status = 204
  await page.getByRole('button', { name: '推送记录' }).click()
  await page
    .getByRole('cell', { name: /✗ HTTP 500/ })
    .first()
    .waitFor()
  expect(await stumbles(page)).toEqual([])

  await page.getByRole('button', { name: '更换签名密钥' }).click()
  await sure(page)
  await page.getByText('新签名密钥', { exact: false }).waitFor()
  expect(await page.getByRole('dialog').locator('code').textContent()).not.toBe(secret)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '停用' }).click()
  await page.getByText('已停用，事件留存等待', { exact: false }).waitFor()
  await page.getByRole('button', { name: '删除' }).click()
  await sure(page)
  await page.getByText('还没有事件推送').waitFor()
  expect(await client.listWebhooks()).toEqual({ items: [] })
  expect(faults).toEqual([])
})

test('a business administrator makes the holiday table of the next year, sees its effect, imports it, and takes it back', async () => {
  const { page, faults } = await administrator('business-administrator', 'bus.one')
  await page.goto('/operation/calendar')
  const next = new Date().getFullYear() + 2
  await page.getByRole('spinbutton', { name: '年度' }).fill(String(next))
  await page.getByRole('spinbutton', { name: '年度' }).press('Enter')
  await page.getByText('本年度尚无此表').waitFor()
  await page.getByRole('button', { name: '编制或修改此表' }).click()
  const weekday = [3, 4, 5].map(day => `${next}-03-0${day}`).find(day => ![0, 6].includes(new Date(day).getUTCDay()))
  await page.getByRole('button', { name: new RegExp(`${weekday} 工作日`) }).click()
  await page.getByRole('button', { name: new RegExp(`${weekday} 放假`) }).waitFor()
  // Nothing is imported before its effect was seen.
  expect(await page.getByRole('button', { name: '导入', exact: true }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: '看影响' }).click()
  // It names no notice: the node refuses it, and says what is missing.
  await page.getByRole('alert').getByText('source: 必填').waitFor()
  await page.getByLabel('依据（通知名称）').fill('测试通知')
  await page.getByRole('button', { name: '看影响' }).click()
  await page.getByText(`改为放假：${weekday}`).waitFor()
  await page.getByText('查看了全部 0 件在办件', { exact: false }).waitFor()
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('button', { name: '导入', exact: true }).click()
  await page.getByText('依据：测试通知').waitFor()
  expect((await client.showCalendar()).tables.find(({ table }) => table.year === next)?.table.off).toEqual([weekday])
  await page.getByRole('button', { name: '撤回导入的表' }).click()
  await sure(page)
  await page.getByText('本年度尚无此表').waitFor()
  expect(faults).toEqual([])
})

test('a queue is exported and downloaded once; SMS, uploads and purges say how they stand', async () => {
  const { page, faults } = await sit(
    browser,
    node.url,
    await seat(client, 'bus.two', ['business-administrator', 'window-clerk']),
  )
  await page.goto('/operation/exports')
  await page.getByText('没有导出文件').waitFor()
  await page.getByRole('combobox', { name: '队列' }).click()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '导出', exact: true }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载' }).click(),
  ])
  expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK')
  await page.getByText('没有导出文件').waitFor()
  for (const [part, text] of [
    ['sms', '未接入短信网关'],
    ['uploads', '一天内没有上传'],
    ['purge', '办结后，按协议约定的天数'],
  ] as const) {
    await page.goto(`/operation/${part}`)
    await page.getByText(text, { exact: false }).waitFor()
    expect(await stumbles(page), part).toEqual([])
  }
  expect(faults).toEqual([])
})

test('the approval system says how it is, what is parked, what its mapping lacks, and is traced for some hours', async () => {
  const { page, faults } = await administrator('system-administrator', 'sys.three')
  await page.goto('/adapters')
  await page.getByText('内置工作台 · 可以使用').waitFor()
  await page.getByText('没有挂起的事务').waitFor()
  await page.getByRole('link', { name: '挂起事务' }).click()
  await page.getByRole('heading', { name: '挂起事务' }).waitFor()
  await page.getByRole('link', { name: '字典覆盖' }).click()
  await page.getByText('此接口不做对照，任何事项都能接收。').waitFor()
  await page.getByText('没有协议约定由本市办理的事项').waitFor()
  await page.getByRole('link', { name: '往来跟踪' }).click()
  await page.getByText('没有在跟踪').waitFor()
  await page.getByRole('button', { name: '开始跟踪' }).click()
  await page.getByText('正在跟踪，至', { exact: false }).waitFor()
  expect((await client.listTrace()).until).not.toBeNull()
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('button', { name: '结束并删除' }).click()
  await sure(page)
  await page.getByText('没有在跟踪').waitFor()
  expect(faults).toEqual([])
})
