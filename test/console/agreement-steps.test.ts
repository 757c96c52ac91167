/**
 * The rarer steps of agreements at the console: four eyes at a city that wants them, suspended and resumed, declined, renewed, and an
 * agreement between three cities of which two know each other only by the third.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exampleCity, exampleItems } from '../../examples/data/load.ts'
import { pairByInvite } from '../../node/edges/client/words.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { openBrowser, sit, stumbles } from '../support/browser.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { seat } from '../support/console.ts'
import { ANKANG, type CityName, SHIYAN } from '../support/node-folder.ts'
import { until } from '../support/pair-cities.ts'

const NANYANG: CityName = { code: '411300', name: '南阳市', authority: '南阳市政务服务和大数据管理局' }

let root: string
let browser: Browser
/** knows both others, which do not know each other */
let ankang: CommandNode
/** wants four eyes */
let shiyan: CommandNode
let nanyang: CommandNode
let items: ServiceItem[]
let ours: Sitting
let first: Sitting
let second: Sitting

type Sitting = Awaited<ReturnType<typeof administrator>>
const administrator = async (city: CommandNode, account: string) =>
  sit(browser, city.node.url, await seat(city.client, account, ['business-administrator']))

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-steps-'))
  ;[ankang, shiyan, nanyang, browser] = await Promise.all([
    openCommandNode(root, ANKANG),
    openCommandNode(root, SHIYAN, { agreements: { fourEyes: true } }),
    openCommandNode(root, NANYANG),
    openBrowser(),
  ])
  await pairByInvite(ankang, shiyan)
  await pairByInvite(ankang, nanyang)
  const city = await exampleCity(ANKANG.code)
  items = (await exampleItems(city)).slice(0, 3)
  const { version } = await ankang.client.publishServices({ body: { items } })
  for (const { client } of [shiyan, nanyang])
    await until(async () => {
      const { list } = await client.listPartnerServices({ params: { code: ANKANG.code }, query: { limit: 1 } })
      return (list?.version ?? 0) >= version
    }, 'the list arrived')
  ours = await administrator(ankang, 'admin.ankang')
  first = await administrator(shiyan, 'first')
  second = await administrator(shiyan, 'second')
})
afterAll(async () => {
  await Promise.allSettled([ankang?.stop(), shiyan?.stop(), nanyang?.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})

/** An agreement that 安康 proposes, by which the others collect its items; gives back its thread at each other party. */
async function propose(title: string, others: readonly CommandNode[]): Promise<string> {
  const { agreements } = await ankang.client.proposeAgreement({
    body: {
      v: 1,
      title,
      parties: [ankang, ...others].map(({ code, name, authority }) => ({ code, name, authority })),
      items: items.map(({ taskCode, taskName, modes }) => ({
        taskCode,
        taskName,
        handling: ANKANG.code,
        collecting: others.map(({ code }) => code),
        modes,
      })),
      clock: {},
      mailing: 'handling',
      archive: 'handling',
      purgeDays: 90,
      dispute: '协商解决',
      validFrom: '2026-01-01',
      validTo: '2036-12-31',
    },
  })
  const thread = agreements[0]?.thread
  if (thread === undefined) throw new Error('nothing was proposed')
  return thread
}

const step = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const sure = (page: Page) => page.getByRole('tooltip').getByRole('button', { name: '确定' }).click()
async function open(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: '合作协议' }).click()
  await page.getByRole('link', { name: title }).first().click()
  await page.getByRole('heading', { name: title }).waitFor()
}
/** What waits for the second administrator, who reads it, with all that it `says`, and signs it. */
async function readAndSigned(kind: string, says: readonly string[]): Promise<void> {
  await second.page.getByRole('navigation').getByRole('link', { name: '合作协议' }).click()
  const act = second.page.getByRole('region', { name: '等待复核签署' }).getByRole('listitem').filter({ hasText: kind })
  await act.getByRole('button', { name: '查看并签署' }).click()
  const dialog = second.page.getByRole('dialog')
  await dialog.getByRole('heading', { name: '影响' }).waitFor()
  for (const text of says) await dialog.getByText(text).first().waitFor()
  expect(await stumbles(second.page)).toEqual([])
  await dialog.getByRole('button', { name: '签署', exact: true }).click()
  await sure(second.page)
  await act.waitFor({ state: 'detached' })
}
/** What one administrator prepared at the console, and another one signs. */
async function signedByBoth(kind: string, says: readonly string[]): Promise<void> {
  await first.page.getByText('已准备，等待另一位管理员签署（双人复核）').waitFor()
  await first.page.getByRole('navigation').getByRole('link', { name: '合作协议' }).click()
  // Whoever prepared it cannot sign it, and is told who can.
  await first.page.getByText('由另一位管理员签署').first().waitFor()
  await readAndSigned(kind, says)
}

test('four eyes: one administrator prepares, another one signs; so for a suspension, and one alone resumes', async () => {
  const thread = await propose('双人复核协议', [shiyan])
  await open(first.page, '双人复核协议')
  await step(first.page, '签署')
  await sure(first.page)
  await signedByBoth('签署', ['协议现行文本'])
  const params = { thread }
  const isAt = (city: CommandNode, state: string) =>
    until(async () => (await city.client.getAgreement({ params })).state === state, `${state} at ${city.name}`)
  await Promise.all([isAt(ankang, 'active'), isAt(shiyan, 'active')])

  await open(first.page, '双人复核协议')
  await step(first.page, '中止')
  const dialog = first.page.getByRole('dialog')
  await dialog.getByRole('heading', { name: '影响' }).waitFor()
  await dialog.getByLabel('理由（对方可见）').fill('系统检修')
  await dialog.getByRole('button', { name: '确定' }).click()
  await signedByBoth('中止', ['协议现行文本', '系统检修'])
  await Promise.all([isAt(ankang, 'suspended'), isAt(shiyan, 'suspended')])
  // Whoever did not suspend it is told that they cannot resume it.
  await open(ours.page, '双人复核协议')
  await ours.page.getByText('已中止').first().waitFor()
  await ours.page.getByText('现在不能：').click()
  await ours.page.getByText('恢复: 本市没有中止，由中止的一方恢复').waitFor()

  await open(first.page, '双人复核协议')
  await step(first.page, '恢复')
  await dialog.getByLabel('理由（对方可见）').fill('检修完成')
  await dialog.getByRole('button', { name: '确定' }).click()
  await ours.page.getByText('✓ 有效', { exact: true }).waitFor()
  for (const { page } of [ours, first]) expect(await stumbles(page)).toEqual([])
})

test('four eyes: whoever signs second reads the whole text of a proposal, and of an amendment what it changes', async () => {
  const [item] = items
  if (item === undefined) throw new Error('no item')
  const agreed = { taskCode: item.taskCode, taskName: item.taskName, handling: ANKANG.code, collecting: [SHIYAN.code] }
  const { prepared } = await shiyan.client.proposeAgreement({
    body: {
      v: 1,
      title: '复核前通读的协议',
      parties: [ankang, shiyan].map(({ code, name, authority }) => ({ code, name, authority })),
      items: [{ ...agreed, modes: item.modes }],
      clock: {},
      mailing: 'handling',
      archive: 'handling',
      purgeDays: 45,
      dispute: '提请共同的上级协调',
      validFrom: '2026-01-01',
      validTo: '2036-12-31',
    },
  })
  expect(prepared?.kind).toBe('propose')
  await readAndSigned('签署新协议', [item.taskCode, '提请共同的上级协调'])

  const { items: agreements } = await shiyan.client.listAgreements({})
  const thread = agreements.find(({ title }) => title === '复核前通读的协议')?.thread ?? ''
  const params = { thread }
  const here = await shiyan.client.getAgreement({ params })
  const pending = here.pending?.id ?? ''
  await until(async () => {
    const { items: theirs } = await ankang.client.listAgreements({})
    return theirs.some(({ title }) => title === '复核前通读的协议')
  }, 'the proposal arrived')
  const { items: theirs } = await ankang.client.listAgreements({})
  const there = theirs.find(({ title }) => title === '复核前通读的协议')?.thread ?? ''
  const { version } = await ankang.client.getAgreement({ params: { thread: there } })
  await ankang.client.signAgreement({ params: { thread: there }, ifMatch: version, body: { agreement: pending } })
  await until(async () => (await shiyan.client.getAgreement({ params })).state === 'active', 'it stands')
  const amended = await shiyan.client.amendAgreement({
    params,
    ifMatch: (await shiyan.client.getAgreement({ params })).version,
    body: { title: '补充协议一', reason: '缩短清除期限', terms: { purgeDays: 30 }, effectiveFrom: '2030-01-01' },
  })
  expect(amended.prepared?.kind).toBe('amend')
  await readAndSigned('变更', ['补充协议一', '缩短清除期限', '自 2030-01-01 起变更', '个人信息清除期限'])
})

test('a proposal is declined with a reason that both read, and is over', async () => {
  await propose('不合适的协议', [shiyan])
  await open(first.page, '不合适的协议')
  await step(first.page, '拒绝')
  const dialog = first.page.getByRole('dialog')
  await dialog.getByLabel('理由（对方可见）').fill('事项应由省级办理')
  await dialog.getByRole('button', { name: '确定' }).click()
  await open(ours.page, '不合适的协议')
  for (const { page } of [ours, first]) {
    await page.getByText('已拒绝').first().waitFor()
    await page.getByText('事项应由省级办理').first().waitFor()
    expect(await page.getByRole('button', { name: '签署', exact: true }).count()).toBe(0)
    expect(await stumbles(page)).toEqual([])
  }
})

test('what stands is renewed for as long again: a draft of its text with new dates, looked through and sent', async () => {
  await open(ours.page, '双人复核协议')
  await step(ours.page, '续签')
  const dialog = ours.page.getByRole('dialog')
  await dialog.getByLabel('重新签订').check()
  await dialog.getByRole('button', { name: '续签' }).click()
  await dialog.getByRole('button', { name: '继续起草' }).click()
  await ours.page.getByRole('heading', { name: /协议起草/ }).waitFor()
  await ours.page.getByText('✓ 内容完整，可以发出').waitFor()
  expect(await stumbles(ours.page)).toEqual([])
  await ours.page.getByText('✓ 已保存').waitFor()
  await step(ours.page, '签署并发出')
  await ours.page.getByRole('button', { name: '确定' }).click()
  await ours.page.getByText('等待对方签署').first().waitFor()
  await until(
    async () =>
      (await shiyan.client.listAgreements({ query: {} })).items.some(({ validFrom }) => validFrom === '2037-01-01'),
    'the new agreement begins where the old one ends',
  )
})

test('between three cities: each signature is seen, and one that was told is counted once its certificate was compared', async () => {
  await propose('三市协议', [shiyan, nanyang])
  await open(first.page, '三市协议')
  await step(first.page, '签署')
  await sure(first.page)
  await signedByBoth('签署', ['协议现行文本'])
  const theirs = await administrator(nanyang, 'admin.nanyang')
  await open(theirs.page, '三市协议')
  await step(theirs.page, '签署')
  await sure(theirs.page)
  // 南阳 hears of 十堰's signature from 安康, by a certificate that it never saw.
  const told = theirs.page.getByRole('region', { name: '转告的签署，须核对证书指纹' })
  await told.getByText('十堰市', { exact: false }).first().waitFor()
  const { fingerprint } = await shiyan.client.getIdentity()
  await told.getByText(fingerprint).waitFor()
  expect(await stumbles(theirs.page)).toEqual([])
  await told.getByRole('button', { name: '确认证书' }).click()
  await theirs.page.getByText('✓ 有效', { exact: true }).waitFor()
  await open(ours.page, '三市协议')
  await ours.page.getByText('✓ 有效', { exact: true }).waitFor()
  await ours.page.getByText('✓ 已签署').nth(2).waitFor()
  // An own text in answer is none of many: it says so.
  await ours.page.getByText('现在不能：').click()
  await ours.page.getByText('另提文本: ', { exact: false }).waitFor()
  for (const { page, faults } of [ours, first, second, theirs]) {
    expect(await stumbles(page)).toEqual([])
    expect(faults).toEqual([])
  }
})
