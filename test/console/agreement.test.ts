/** Two administrators come to an agreement by the console: drafted from a template, read beside what stands, signed at the other city, suspended and resumed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sit, stumbles } from '../support/browser.ts'
import { seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'

let cities: ConsoleCities
beforeAll(async () => {
  cities = await openConsoleCities()
})
afterAll(() => cities?.stop())

test('a text from a template is signed at both cities, and each sees where it stands', async () => {
  const [proposing, signing] = await Promise.all(
    ([cities.ankang, cities.shiyan] as const).map(async (city, index) => {
      const opened = await sit(
        cities.browser,
        city.node.url,
        await seat(city.client, `admin.${index}`, ['business-administrator']),
      )
      await opened.page.getByRole('link', { name: '合作协议' }).click()
      await opened.page.getByRole('heading', { name: '合作协议' }).waitFor()
      return opened
    }),
  )
  if (proposing === undefined || signing === undefined) throw new Error('two administrators')
  expect(await stumbles(proposing.page)).toEqual([])

  await proposing.page.getByRole('button', { name: '拟订协议' }).click()
  const dialog = proposing.page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: '模板' }).click()
  await proposing.page.keyboard.press('Enter')
  await dialog.getByRole('combobox', { name: '合作城市' }).click()
  await proposing.page.getByTitle(`${cities.shiyan.name} ${cities.shiyan.code}`).click()
  await dialog.getByText('拟订协议').click()
  await dialog.getByRole('button', { name: '按双方清单拟稿' }).click()
  await dialog.getByText(/拟稿含 \d+ 个事项/).waitFor()
  await dialog.getByRole('button', { name: '签署并发出' }).click()
  await dialog.getByRole('link').click()
  await proposing.page.getByText('等待对方签署').waitFor()

  // It comes to the other city by itself, with what is unlike the text before.
  await signing.page.getByText('等待本市签署').waitFor()
  await signing.page.getByRole('listitem').filter({ hasText: '等待本市签署' }).getByRole('link').click()
  await signing.page.getByRole('heading', { name: '签署的影响' }).waitFor()
  await signing.page.getByText(/本协议下在办 0 件/).waitFor()
  expect(await stumbles(signing.page)).toEqual([])
  await signing.page.getByRole('button', { name: '签署', exact: true }).click()
  await signing.page.getByRole('button', { name: '确定' }).click()
  for (const { page } of [proposing, signing]) {
    await page.getByText('有效', { exact: true }).waitFor()
    await page.getByText('✓ 已签署').nth(1).waitFor()
  }
  for (const { page, faults } of [proposing, signing]) {
    expect(await stumbles(page)).toEqual([])
    expect(faults).toEqual([])
  }
})
