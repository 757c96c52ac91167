/**
 * Work that stopped at the approval system, seen to by a system administrator at the console: tried again, done by hand, given up, an
 * answer skipped, a case that is none of this node's let go; then a case that ended is purged before its day by a business administrator.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { openBrowser, sit, stumbles } from '../support/browser.ts'
import { seat } from '../support/console.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { pairCities, until } from '../support/pair-cities.ts'
import { PlayApproval } from '../support/play-approval.ts'

type City = CityName & { node: RunningNode; client: Client }

const approval = new PlayApproval()
const refused = () => ({
  ok: false as const,
  code: 'adapter.refused' as const,
  detail: 'field dept: unknown',
  retryable: false,
})
let root: string
let browser: Browser
let ankang: City
let shiyan: City
let item: ServiceItem

async function openCity(name: CityName): Promise<City> {
  const made = await makeNodeFolder(join(root, name.code), name, {
    httpPort: await freePort(),
    p2pPort: await freePort(),
    rest: { pollSeconds: 1 },
  })
  const node = await startNode({
    config: made.config,
    passphrase: PASSPHRASE,
    ...(name === SHIYAN ? { makeAdapter: async () => approval.adapter() } : {}),
  })
  return { ...name, node, client: createClient({ url: node.url, token: made.token }) }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-parked-'))
  ;[ankang, shiyan, browser] = await Promise.all([openCity(ANKANG), openCity(SHIYAN), openBrowser()])
  const { items } = await pairCities(ankang, shiyan)
  const found = items.find(({ modes, serverType }) => modes.includes(1) && serverType.includes('1'))
  if (found === undefined) throw new Error('no example item is for a person at another window')
  item = found
})
afterAll(async () => {
  await Promise.allSettled([ankang?.node.stop(), shiyan?.node.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})

async function submit(applicant: string): Promise<{ thread: string; caseNo: string }> {
  const upload = async (text: string) =>
    (await ankang.client.uploadMaterial({ bytes: makePdf(1, text), type: 'application/pdf' })).sha256
  return ankang.client.submitCase({
    body: {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: 1,
      applicant: { type: '1', name: applicant, idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '在外地' },
      window: '3 号窗',
      materials: [
        { sha256: await upload('card'), code: 'M01', name: '身份证.pdf', form: 'electronic' },
        { sha256: await upload('form'), code: 'M02', name: '申请表.pdf', form: 'electronic' },
      ],
    },
  })
}
const stateAt = async ({ client }: City, thread: string) =>
  (await client.getCase({ params: { thread } }).catch(() => null))?.state ?? null
const reaches = (thread: string, state: string) =>
  until(async () => (await stateAt(shiyan, thread)) === state, `the case is ${state}`)

const pieces = (page: Page) => page.locator('main').getByRole('listitem')
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** Ends a piece with a reason. */
async function ending(page: Page, reason: string, localCaseNo?: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  if (localCaseNo !== undefined) await dialog.getByLabel('审批系统的办件编号（录入的才填）').fill(localCaseNo)
  await dialog.getByLabel('理由（记入审计日志，勿写个人信息）').fill(reason)
  await dialog.getByRole('button', { name: '确定' }).click()
}
const nothingParked = (page: Page) => page.getByText('没有挂起的事务').waitFor()

test('packets that the approval system refused are tried again, done by hand, or given up', async () => {
  const system = await seat(shiyan.client, 'sys', ['system-administrator'])
  const { page, faults } = await sit(browser, shiyan.node.url, system)
  approval.answer = refused
  const first = await submit('陈小满')
  await page.goto('/adapters/parked')
  await pieces(page).filter({ hasText: first.caseNo }).getByText('adapter.refused').waitFor()
  expect(await stumbles(page)).toEqual([])
  // What still is so stops again, and is not lost by the try.
  const asked = approval.asked.length
  await press(page, '重试')
  await expect.poll(() => approval.asked.length).toBeGreaterThan(asked)
  await pieces(page).filter({ hasText: first.caseNo }).getByText('adapter.refused').waitFor()
  approval.answer = () => ({ ok: true, localCaseNo: 'L1' })
  await press(page, '重试')
  await nothingParked(page)
  await reaches(first.thread, 'arrived')

  approval.answer = refused
  const second = await submit('林二')
  await pieces(page).filter({ hasText: second.caseNo }).waitFor()
  await press(page, '已线下办妥')
  await ending(page, '已在审批系统手工录入', 'L-手工-2')
  await nothingParked(page)
  await reaches(second.thread, 'arrived')
  expect((await shiyan.client.getCase({ params: { thread: second.thread } })).localCaseNo).toBe('L-手工-2')

  const third = await submit('周三')
  await pieces(page).filter({ hasText: third.caseNo }).waitFor()
  await press(page, '不再移交')
  // A reason is asked for.
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
  await page.getByRole('dialog').locator('.ant-form-item-explain-error').waitFor()
  await ending(page, '重复收件')
  await nothingParked(page)
  expect(await stateAt(shiyan, third.thread)).toBe('submitted')
  approval.answer = () => ({ ok: true, localCaseNo: 'L9' })
  expect(faults).toEqual([])
})

test('an answer that cannot be read is skipped, and a case that is none of this node is let go', async () => {
  const system = await seat(shiyan.client, 'sys.two', ['system-administrator'])
  const { page, faults } = await sit(browser, shiyan.node.url, system)
  await page.goto('/adapters/parked')
  await nothingParked(page)
  approval.answers.push({ id: 'raw-1', localCaseNo: 'L1', raw: '{"state":"??"}' })
  await pieces(page).getByText('审批系统的答复').first().waitFor()
  expect(await stumbles(page)).toEqual([])
  await press(page, '跳过这条答复')
  await ending(page, '测试数据')
  await nothingParked(page)

  approval.say({ kind: 'case.accept', body: {} }, 'X-别处')
  await pieces(page).filter({ hasText: 'X-别处' }).waitFor()
  await press(page, '不是本节点的办件，不再处理')
  await page.getByRole('tooltip').getByRole('button', { name: '确定' }).click()
  await nothingParked(page)
  expect(faults).toEqual([])
})

test('a case that ended is purged before its day: seen first, asked for a cause, and told afterwards', async () => {
  const { thread, caseNo } = await submit('郑九')
  await reaches(thread, 'arrived')
  const business = await seat(ankang.client, 'bus', ['business-administrator'])
  const { page, faults } = await sit(browser, ankang.node.url, business)
  await page.goto('/operation/purge')
  const look = async () => {
    await page.getByLabel('办件编号').fill(caseNo)
    await press(page, '查看')
  }
  await look()
  await page.getByText('尚未办结，办结后才起算').waitFor()
  expect(await page.getByRole('button', { name: '现在清除' }).count()).toBe(0)
  await shiyan.client.closeCase({ params: { thread }, body: { outcome: 'returned', note: '不属于本市办理' } })
  await until(async () => (await stateAt(ankang, thread)) === 'closed', 'the case ended')
  await page.reload()
  await look()
  await page.getByText('到期自动清除', { exact: false }).waitFor()
  await page.getByText(/正文 [1-9]\d* 份/).waitFor()
  expect(await stumbles(page)).toEqual([])
  await press(page, '现在清除')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '现在清除' }).click()
  await dialog.getByText('请选择依据').waitFor()
  await dialog.getByLabel('申请人要求（个人信息保护法第四十七条）').check()
  await dialog.getByRole('button', { name: '现在清除' }).click()
  await dialog.getByText('已清除：正文', { exact: false }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText(/✓ 已于 .* 清除/).waitFor()
  expect(await page.getByRole('button', { name: '现在清除', exact: true }).count()).toBe(0)
  expect(faults).toEqual([])
})
