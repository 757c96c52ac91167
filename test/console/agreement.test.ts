/**
 * Two administrators come to an agreement by the console: a draft that keeps itself, the answer with an own text, the difference seen by
 * both, signed, amended, ended. Colleagues in one draft lose nothing of each other.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sit, stumbles } from '../support/browser.ts'
import { seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'

let cities: ConsoleCities
/** at both cities */
let ours: Sitting
let theirs: Sitting
beforeAll(async () => {
  cities = await openConsoleCities()
  ours = await administrator(cities.ankang, 'admin.ankang')
  theirs = await administrator(cities.shiyan, 'admin.shiyan')
})
afterAll(() => cities?.stop())

type City = ConsoleCities['ankang']
type Sitting = Awaited<ReturnType<typeof administrator>>
async function administrator(city: City, account: string) {
  const opened = await sit(cities.browser, city.node.url, await seat(city.client, account, ['business-administrator']))
  await opened.page.getByRole('link', { name: '合作协议' }).click()
  await opened.page.getByRole('heading', { name: '合作协议' }).waitFor()
  return opened
}

/** A draft of the own and the partner's lists, in its editor. */
async function begin(page: Page, partner: City, which = '双方清单中适合该模板的全部事项'): Promise<void> {
  await page.getByRole('button', { name: '起草协议' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: '合作城市' }).click()
  await page.getByTitle(`${partner.name} ${partner.code}`).click()
  await dialog.getByRole('combobox', { name: '模板' }).click()
  await page.keyboard.press('Enter')
  await dialog.getByRole('radio', { name: which }).check()
  await dialog.getByRole('button', { name: '开始起草' }).click()
  await page.getByRole('heading', { name: /协议起草/ }).waitFor()
}

const saved = (page: Page) => page.getByText('✓ 已保存').waitFor()
async function send(page: Page): Promise<void> {
  await page.getByText('✓ 内容完整，可以发出').waitFor()
  await saved(page)
  await page.getByRole('button', { name: '签署并发出' }).click()
  await page.getByRole('button', { name: '确定' }).click()
}
const step = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** A day that is typed, for it stands in no month that is open. */
async function typeDay(page: Page, label: string, day: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(day)
  await page.keyboard.press('Enter')
}
const dayFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const difference = (page: Page) => page.locator('section', { has: page.getByRole('heading', { name: '文本比对' }) })

test('a draft of chosen items keeps itself, says what is missing and what it would touch, and is sent', async () => {
  expect(await stumbles(ours.page)).toEqual([])

  // Items are chosen out of the published lists; the text keeps itself, also over a reload.
  await begin(ours.page, cities.shiyan, '下一步逐项选择')
  await ours.page.getByText('还没有事项').waitFor()
  expect(await ours.page.getByRole('button', { name: '签署并发出' }).isDisabled()).toBe(true)
  await step(ours.page, '从清单添加')
  const chooser = ours.page.getByRole('dialog')
  await chooser.getByRole('combobox', { name: '办理地' }).click()
  await ours.page.getByTitle('十堰市', { exact: true }).click()
  await chooser.getByLabel('事项名称、编码（两个字以上）').fill(cities.item.taskName)
  await chooser.getByRole('checkbox', { name: cities.item.taskName, exact: true }).check()
  expect(await stumbles(ours.page)).toEqual([])
  await chooser.getByRole('button', { name: '添加所选 1 个' }).click()
  await chooser.getByText('已添加 1 个').waitFor()
  await chooser.getByRole('button', { name: '确定' }).click()
  await ours.page.getByLabel('协议名称').fill('安康十堰试点协议')
  await saved(ours.page)
  await ours.page.reload()
  await ours.page.getByRole('button', { name: `修改 ${cities.item.taskName}` }).waitFor()
  expect(await ours.page.getByLabel('协议名称').inputValue()).toBe('安康十堰试点协议')
  await ours.page.getByRole('heading', { name: '发出后的影响' }).waitFor()
  expect(await stumbles(ours.page)).toEqual([])
  await send(ours.page)
  await ours.page.getByText('等待对方签署').waitFor()
})

test('the other city answers with an own text; whoever proposed sees both side by side, and signs', async () => {
  // The other city answers with an own text, and says why.
  await theirs.page.getByText('等待本市签署').waitFor()
  await theirs.page.getByRole('link', { name: '安康十堰试点协议' }).click()
  await theirs.page.getByRole('heading', { name: '签署的影响' }).waitFor()
  await theirs.page.getByText(/本协议下在办 0 件/).waitFor()
  expect(await stumbles(theirs.page)).toEqual([])
  await step(theirs.page, '另提文本')
  await theirs.page.getByLabel('理由（对方可见）').fill('清除期限过长')
  await theirs.page.getByLabel('个人信息清除期限（办结后天数）').fill('20')
  await theirs.page.getByText('≠ 变更', { exact: true }).first().waitFor()
  expect(await stumbles(theirs.page)).toEqual([])
  await send(theirs.page)
  await theirs.page.getByText('等待对方签署').waitFor()

  // Whoever proposed sees both texts side by side, and what cannot be done says why.
  await ours.page.getByText('等待本市签署').waitFor()
  await ours.page.getByText('清除期限过长').waitFor()
  const row = difference(ours.page).getByRole('row').filter({ hasText: '个人信息清除期限' })
  await row.getByRole('deletion').waitFor()
  expect(await row.getByRole('insertion').textContent()).toContain('2')
  await ours.page.getByText('现在不能：').click()
  await ours.page.getByText('撤回: 等待的是对方的文本').waitFor()
  await step(ours.page, '签署')
  await step(ours.page, '确定')
  for (const { page } of [ours, theirs]) {
    await page.getByText('✓ 有效', { exact: true }).waitFor()
    await page.getByText('✓ 已签署').nth(1).waitFor()
    expect(await stumbles(page)).toEqual([])
  }
})

test('what stands is amended from the text as it is to stand, and ended on a day, with what that touches told first', async () => {
  // An amendment from the text as it is to stand: nobody writes what changes.
  await step(theirs.page, '变更')
  await theirs.page.getByLabel('补充协议名称').fill('补充协议一')
  await typeDay(theirs.page, '变更生效日期', dayFromNow(3))
  await theirs.page.getByLabel('理由（对方可见）').fill('双方共同上级已明确')
  await theirs.page.getByLabel('争议解决').fill('报请共同上级协调')
  await send(theirs.page)
  await theirs.page.getByText('等待对方签署').waitFor()
  await ours.page.getByText('等待本市签署').waitFor()
  await difference(ours.page).getByRole('row').filter({ hasText: '争议解决' }).waitFor()
  await step(ours.page, '签署')
  await step(ours.page, '确定')
  await ours.page.getByText('等待本市签署').waitFor({ state: 'detached' })

  // The end is a day, with what it touches told first.
  await step(ours.page, '终止')
  const ending = ours.page.getByRole('dialog')
  await ending.getByText('选择日期后显示影响').waitFor()
  await typeDay(ours.page, '最后收件日', dayFromNow(10))
  await ending.getByText(/不能再收件的事项 1 个/).waitFor()
  await ending.getByLabel('理由（对方可见）').fill('改由省级平台承担')
  await ending.getByRole('button', { name: '确定' }).click()
  for (const { page } of [ours, theirs]) {
    await page.getByText('■ 已终止').waitFor()
    await page.getByText(`最后收件日 ${dayFromNow(10)}`).waitFor()
  }
  for (const { page, faults } of [ours, theirs]) {
    expect(await stumbles(page)).toEqual([])
    expect(faults).toEqual([])
  }
})

test('two colleagues in one draft: each sees what the other saved, and who comes second decides', async () => {
  const first = ours
  await first.page.getByRole('navigation').getByRole('link', { name: '合作协议' }).click()
  const second = await administrator(cities.ankang, 'second')
  await begin(first.page, cities.shiyan)
  const address = new URL(first.page.url()).pathname
  await second.page.goto(address)
  await second.page.getByLabel('协议名称').waitFor()

  // What one saves is on the screen of the other, by name, without a reload.
  await first.page.getByLabel('协议名称').fill('甲写的名称')
  await second.page.getByText('admin.ankang刚刚保存了这份草稿，页面已更新').waitFor()
  expect(await second.page.getByLabel('协议名称').inputValue()).toBe('甲写的名称')

  // Both write at once, before either has heard of the other: the second one is told, and keeps what was typed.
  await second.context.setOffline(true)
  await second.page.getByLabel('协议名称').fill('乙写的名称')
  await second.page.getByText('尚未保存，正在重试').waitFor()
  await first.page.getByLabel('争议解决').fill('甲写的条款')
  await saved(first.page)
  await second.context.setOffline(false)
  await second.page.getByText('同事已先保存了这份草稿').waitFor()
  expect(await second.page.getByLabel('协议名称').inputValue()).toBe('乙写的名称')
  // A reload in between loses nothing either.
  await second.page.reload()
  await second.page.getByText('同事已先保存了这份草稿').waitFor()
  expect(await second.page.getByLabel('协议名称').inputValue()).toBe('乙写的名称')
  await second.page.getByRole('button', { name: '以我的文本为准' }).click()
  await saved(second.page)
  await first.page.getByText('second刚刚保存了这份草稿，页面已更新').waitFor()
  expect(await first.page.getByLabel('协议名称').inputValue()).toBe('乙写的名称')
  for (const { page } of [first, second]) expect(await stumbles(page)).toEqual([])
  expect(first.faults).toEqual([])
})
