/** Administrators keep their city's list by the console: offices' own tables are imported in two runs, items are edited, checked, weighed and published, and partners see it live. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FIELD_NAMES } from '../../node/edges/console/app/services/field-words.ts'
import { sit, stumbles } from '../support/browser.ts'
import { seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'
import { type Answers, COUNTY, MARKET, type OfficeList, POLICE } from '../support/office-lists.ts'
import { xlsxByHand } from '../support/xlsx.ts'

let cities: ConsoleCities
beforeAll(async () => {
  cities = await openConsoleCities()
})
afterAll(() => cities?.stop())

type City = 'ankang' | 'shiyan'
const administrator = async (city: City, account: string) =>
  sit(
    cities.browser,
    cities[city].node.url,
    await seat(cities[city].client, account, ['business-administrator'], { name: `${account} 主任` }),
  )

const workbook = ({ name }: OfficeList, sheets: OfficeList['sheets']) => ({
  name: `${name}.xlsx`,
  mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  buffer: Buffer.from(xlsxByHand(sheets)),
})

/** What a person answers at a place: by the word, the field or the unit that it asks for. */
function answerTo(asked: string, answers: Answers): string {
  for (const [key, answer] of Object.entries(answers))
    if (asked.includes(`“${key}”`) || asked.startsWith(`${FIELD_NAMES[key]?.zh}（表中没有写的`)) return String(answer)
  throw new Error(`nothing answers “${asked}”`)
}

async function fillIn(page: Page, answers: Answers): Promise<void> {
  for (const place of await page.locator('li.place-to-fill').all()) {
    const input = place.locator('input')
    if ((await input.inputValue()) !== '') continue
    await input.fill(answerTo((await place.locator('span').first().textContent()) ?? '', answers))
    await input.press('Tab')
  }
}

async function choose(page: Page, name: string, option: string): Promise<void> {
  await field(page, name).click()
  await page.locator('.ant-select-dropdown:visible').getByTitle(option, { exact: true }).click()
}

test.each([
  { list: MARKET, version: 1 },
  { list: POLICE, version: 2 },
  { list: COUNTY, version: 3 },
])('the list of $list.name, as it wrote it, is published by the console in two runs', async ({ list, version }) => {
  const { page, faults } = await administrator('ankang', `admin.import.${version}`)
  await page.getByRole('link', { name: '事项清单' }).click()
  if (version === 1) {
    await page.getByText('本市还没有发布事项清单').waitFor()
    expect(await stumbles(page)).toEqual([])
    await page.getByRole('link', { name: '导入现有清单' }).click()
  } else await page.getByRole('link', { name: '导入', exact: true }).click()
  await page.getByText('把部门的清单拖到这里').waitFor()
  const file = page.locator('input[type=file]').first()
  await file.setInputFiles(workbook(list, list.sheets))
  await page.getByText(/✗ \d+ 处须处理，已全部列出/).waitFor()
  await page.getByRole('heading', { name: '二、每一列读成了什么' }).waitFor()
  if (version === 1) expect(await stumbles(page)).toEqual([])
  await fillIn(page, list.answers)
  await page.getByText('✓ 还有 0 处未填').waitFor()
  await file.setInputFiles(workbook(list, list.cured?.(list.sheets) ?? list.sheets))
  await page.getByRole('button', { name: '导入为草稿' }).click()
  await page.getByText(/已导入草稿：新增或修改 \d+ 项/).waitFor()
  await page.getByRole('button', { name: '核对影响并发布' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('将通知 1 个合作城市').waitFor()
  await dialog.getByRole('button', { name: '发布', exact: true }).click()
  await dialog.getByText(`已发布第 ${version} 版`).waitFor()
  // What was answered is kept under the name of the office's file.
  expect((await cities.ankang.client.listColumnMappings()).items.map(({ name }) => name)).toContain(list.name)
  expect(faults).toEqual([])
})

test('what was imported is what the lists mean, and the partner finds it by its initials', async () => {
  const { items } = await cities.ankang.client.listServices({ query: { limit: 50 } })
  expect(items).toHaveLength(11)
  expect(items.find(({ taskCode }) => taskCode === '114203000000000002')).toMatchObject({
    taskType: '10',
    anticipateDay: 20,
    promiseDay: 1,
    limitSceneExplain: '须当面核验本人',
  })
  const { page, faults } = await administrator('shiyan', 'admin.watch')
  await page.goto('/services/610900')
  await page.getByText(/第 3 版/).waitFor()
  await page.getByRole('searchbox', { name: /拼音首字母/ }).fill('hkqy')
  await page.getByRole('link', { name: '户口迁移（大中专学生）' }).click()
  await page.getByRole('heading', { name: '办事指南 · 户口迁移（大中专学生）' }).waitFor()
  await page.getByText('没有有效协议覆盖此事项').waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

/** A field of the editor by its name in the item. */
const field = (page: Page, name: string): Locator => page.locator(`#item_${name}`)

test('what is wrong with an item stands at its field, what is no draft yet is kept in the tab, and who saves second is told who was first', async () => {
  const { taskCode, taskName } = cities.item
  const first = await administrator('shiyan', 'admin.first')
  const second = await administrator('shiyan', 'admin.second')
  for (const { page } of [first, second]) {
    await page.goto(`/services/drafts/${taskCode}`)
    await page.getByText('与已发布的一致，没有草稿').waitFor()
  }
  const { page } = first
  await field(page, 'promiseDay').fill('3000')
  await page.getByText('草稿已自动保存').waitFor()
  await page.getByText('承诺办结时限不得超过法定办结时限').first().waitFor()
  await page.getByRole('button', { name: '发布此事项' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('所选草稿中 1 份有错误，须先改正').waitFor()
  expect(await dialog.getByRole('button', { name: '发布', exact: true }).isDisabled()).toBe(true)
  await dialog.getByRole('button', { name: '关闭', exact: true }).last().click()
  await field(page, 'promiseDay').fill(String(cities.item.anticipateDay))
  await field(page, 'taskName').fill('')
  await page.getByText(/还有 1 处填写后才能存为草稿/).waitFor()
  await page.reload()
  await page.getByText(/还有 1 处填写后才能存为草稿/).waitFor()
  expect(await field(page, 'taskName').inputValue()).toBe('')
  await field(page, 'taskName').fill(`${taskName}（跨省）`)
  await page.getByText('草稿已自动保存').waitFor()

  // The other one saw what is published.
  const other = second.page
  await field(other, 'acceptCondition').fill('本市户籍')
  await other.getByText('他人已改动此事项').first().waitFor()
  await other.getByText('admin.first 主任: 修改事项草稿').waitFor()
  await other.getByText(/与现有内容不同的字段: .*受理条件/).waitFor()
  expect(await field(other, 'acceptCondition').inputValue()).toBe('本市户籍')
  await other.getByRole('button', { name: '采用现有内容，放弃我的修改' }).click()
  await other.getByText('草稿已自动保存').waitFor()
  expect(await field(other, 'taskName').inputValue()).toBe(`${taskName}（跨省）`)
  await field(other, 'acceptCondition').fill('本市户籍居民')
  await other.getByText('草稿已自动保存').waitFor()
  expect(first.faults.concat(second.faults)).toEqual([])
})

test('a chosen draft is shown field by field, weighed and published, and the partner sees it without doing anything', async () => {
  const { taskCode, taskName } = cities.item
  const { page, faults } = await administrator('shiyan', 'admin.publish')
  const partner = await administrator('ankang', 'admin.partner')
  await partner.page.goto(`/services/420300/${taskCode}`)
  await partner.page.getByRole('heading', { name: `办事指南 · ${taskName}` }).waitFor()
  await page.goto('/services/drafts')
  await page.getByRole('button', { name: '查看变化' }).click()
  await page
    .getByRole('row', { name: /受理条件/ })
    .getByText('本市户籍居民')
    .waitFor()
  await page.getByRole('checkbox', { name: /^选择 / }).check()
  await page.getByRole('button', { name: '发布所选 1 份' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('协议涉及的事项 1 项受影响').waitFor()
  await dialog
    .getByRole('row', { name: /承诺办结时限/ })
    .getByText('安康市')
    .waitFor()
  expect(await stumbles(page)).toEqual([])
  await dialog.getByRole('button', { name: '发布', exact: true }).click()
  await dialog.getByText('已发布第 2 版').waitFor()
  await partner.page.getByRole('heading', { name: `办事指南 · ${taskName}（跨省）` }).waitFor()
  await partner.page.getByText('本市户籍居民').waitFor()
  expect(faults.concat(partner.faults)).toEqual([])
})

test('an item begun by hand is kept in the tab until it is a draft; its material has review points and a sample', async () => {
  const { page, faults } = await administrator('ankang', 'admin.hand')
  await page.goto('/services')
  await page.getByRole('link', { name: '新增事项' }).click()
  await page.getByRole('button', { name: '建立草稿' }).click()
  await page.getByText(/还有 \d+ 处填写后才能存为草稿/).waitFor()
  await field(page, 'taskCode').fill('HAND-1')
  await field(page, 'taskName').fill('老年人优待证办理')
  await page.reload()
  expect(await field(page, 'taskName').inputValue()).toBe('老年人优待证办理')
  await choose(page, 'taskType', '行政许可')
  await choose(page, 'useLevel', '市级')
  await choose(page, 'projectType', '承诺件')
  await field(page, 'deptName').fill('安康市民政局')
  await page.getByRole('checkbox', { name: '自然人', exact: true }).check()
  await page.getByRole('checkbox', { name: '异地委托·本地代收' }).check()
  await field(page, 'anticipateDay').fill('10')
  await field(page, 'promiseDay').fill('5')
  await page.getByRole('button', { name: '添加材料' }).click()
  await field(page, 'materials_0_materialName').fill('身份证')
  await field(page, 'materials_0_reviewPoints').fill('在有效期内\n人证一致')
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('button', { name: '建立草稿' }).click()
  await page.getByRole('heading', { name: '修改 · 老年人优待证办理' }).waitFor()
  await page.getByRole('button', { name: '填写材料 身份证' }).click()
  await page
    .locator('.sample-field')
    .filter({ hasText: '样表' })
    .locator('input[type=file]')
    .setInputFiles({ name: '样表.png', mimeType: 'image/png', buffer: PICTURE })
  await page.getByText(/image\/png/).waitFor()
  await page.getByText('草稿已自动保存').waitFor()
  const { item } = await cities.ankang.client.getDraft({ params: { code: 'HAND-1' } })
  expect(item).toMatchObject({ taskVersion: 1, serverType: ['1'], modes: [1], promiseDay: 5 })
  expect(item?.materials).toMatchObject([
    { materialCode: 'M01', reviewPoints: ['在有效期内', '人证一致'], exampleGuid: { type: 'image/png' } },
  ])
  // A code that stands already is nobody's to begin anew.
  await page.goto('/services/new')
  await field(page, 'taskCode').fill('HAND-1')
  await page.getByRole('button', { name: '建立草稿' }).click()
  await page.getByText('本市已有此编码的事项').waitFor()
  expect(faults).toEqual([])
})

test('two items stand side by side, which material is which is confirmed and kept with its version', async () => {
  const { taskCode } = cities.item
  const { page, faults } = await administrator('ankang', 'admin.compare')
  const own = '114203000000000001'
  await page.goto(`/services/compare?partner=420300&item=${taskCode}&own=${own}`)
  await page.getByText('尚未保存对照').waitFor()
  await page.getByText('≠ 不同').first().waitFor()
  const [material] = cities.item.materials
  if (material === undefined) throw new Error('the item asks for nothing')
  await page.getByRole('combobox', { name: `对应的本市材料：${material.materialName}` }).click()
  await page.locator('.ant-select-dropdown:visible').getByTitle('居民户口簿').click()
  await page.getByLabel(`给窗口的提示：${material.materialName}`).fill('须加盖户口专用章')
  await page.getByText('有未保存的修改').waitFor()
  await page.reload()
  expect(await page.getByLabel(`给窗口的提示：${material.materialName}`).inputValue()).toBe('须加盖户口专用章')
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('button', { name: '保存对照' }).click()
  await page.getByText('对照第 1 版').waitFor()
  const saved = await cities.ankang.client.getMapping({ params: { partner: '420300', item: taskCode } })
  expect(saved.pairs).toContainEqual(
    expect.objectContaining({ handling: material.materialCode, note: '须加盖户口专用章' }),
  )
  // Somebody else saves in between.
  await cities.ankang.client.saveMapping({
    params: { partner: '420300', item: taskCode },
    body: { collecting: own, pairs: saved.pairs, note: '以此为准' },
    ifMatch: `${saved.version}.${Date.parse(saved.updatedAt)}`,
  })
  await page.getByLabel('对此事项的说明').fill('另一种说明')
  await page.getByRole('button', { name: '保存对照' }).click()
  await page.getByText('保存事项对照').waitFor()
  expect(await page.getByLabel('对此事项的说明').inputValue()).toBe('另一种说明')
  expect(faults).toEqual([])
})

test('a clerk reads lists and guides, and is offered nothing that changes them', async () => {
  const { page, faults } = await sit(
    cities.browser,
    cities.shiyan.node.url,
    await seat(cities.shiyan.client, 'clerk.lists', ['window-clerk'], { windows: ['1'] }),
  )
  await page.goto(`/services/420300/${cities.item.taskCode}`)
  await page.getByRole('heading', { name: '申请材料' }).waitFor()
  expect(await page.getByRole('link', { name: '修改' }).count()).toBe(0)
  expect(await page.getByRole('link', { name: '导入' }).count()).toBe(0)
  await page.goto('/services/import')
  await page.getByText('您没有修改清单的权限').waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

/** A picture of one point. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
