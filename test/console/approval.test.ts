/** A case that one department has countersigned by another, before the console of a whole node: who asked, who answered, and the decision that waits. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import { departmentOf } from '../../protocol/rights/can.ts'
import { sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'

const FIRE = '11420300MB0000001A'
const WINDOW = '跨省通办 3 号窗'

let cities: ConsoleCities
let examiner: Seat
let fire: Seat

beforeAll(async () => {
  cities = await openConsoleCities()
  const { shiyan, item } = cities
  examiner = await seat(shiyan.client, 'zhang.san', ['examiner'], {
    name: '张三',
    departments: [departmentOf(item.taskCode)],
  })
  fire = await seat(shiyan.client, 'li.si', ['examiner'], { name: '李四', departments: [FIRE] })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

test('is countersigned by another department, which reads it and says why', async () => {
  const { browser, shiyan } = cities
  const { thread, caseNo } = await cities.submit(WINDOW)
  await shiyan.client.acceptCase({ params: { thread }, body: {} })
  const asking = await sit(browser, shiyan.node.url, examiner)
  await asking.page.goto(`/cases/${thread}?tab=approval`)
  await asking.page.getByRole('button', { name: '会签', exact: true }).click()
  await asking.page.getByLabel('会签部门和人员').fill('李四')
  await asking.page.getByTitle(/^李四/).click()
  await asking.page.keyboard.press('Escape')
  await asking.page.getByLabel('会签事由').fill('是否同意准予')
  await asking.page.getByRole('button', { name: '会签', exact: true }).click()
  await asking.page.getByText('待答复').waitFor()
  await expect(shiyan.client.decideCase({ params: { thread }, body: { outcome: 'granted' } })).rejects.toMatchObject({
    problem: { code: 'case.transition' },
  })

  const answering = await sit(browser, shiyan.node.url, fire)
  await answering.page.goto('/countersigns')
  await answering.page.getByText('须全部同意').waitFor()
  expect(await stumbles(answering.page)).toEqual([])
  await answering.page.getByRole('link', { name: caseNo }).click()
  await answering.page.getByRole('heading', { name: '请您会签' }).waitFor()
  await answering.page.getByRole('button', { name: '不同意', exact: true }).click()
  await answering.page.getByText('不同意须说明理由').waitFor()
  expect(await stumbles(answering.page)).toEqual([])
  await answering.page.getByLabel('会签意见').fill('符合消防要求')
  await answering.page.getByRole('button', { name: '同意', exact: true }).click()
  // Once the word is given, the case is not theirs to read.
  await answering.page.getByRole('heading', { name: '请您会签' }).waitFor({ state: 'detached' })

  await asking.page.reload()
  const within = asking.page.getByRole('tabpanel')
  await within.getByText('符合消防要求').waitFor()
  await within.getByText('已同意').waitFor()
  await asking.page.getByRole('button', { name: '内部转办', exact: true }).click()
  await asking.page.getByRole('button', { name: '内部转办', exact: true }).click()
  await asking.page.getByText('请选择部门或人员').waitFor()

  // Passed on to the other department: it reads so on the timeline, works on it, and sends it back.
  await asking.page.getByRole('combobox', { name: '部门' }).click()
  await asking.page.locator('.ant-select-item-option:visible', { hasText: FIRE }).click()
  await asking.page.getByLabel('理由').fill('须先查消防档案')
  await asking.page.getByRole('button', { name: '内部转办', exact: true }).click()
  await expect.poll(async () => (await shiyan.client.getCase({ params: { thread } })).passedTo).toBe(FIRE)
  await answering.page.goto(`/cases/${thread}?tab=approval`)
  const course = answering.page.getByRole('region', { name: '时间线' })
  await course.getByText(/内部转办：/).waitFor()
  await course.getByText('须先查消防档案').waitFor()
  await course.getByText('会签同意：').waitFor()
  expect(await stumbles(answering.page)).toEqual([])
  await answering.page.getByRole('button', { name: '内部退回', exact: true }).click()
  await answering.page.getByLabel('理由').fill('档案无异常')
  await answering.page.getByRole('button', { name: /^退回到/ }).click()
  await expect.poll(async () => (await shiyan.client.getCase({ params: { thread } })).passedTo).toBe(null)
  await asking.page.goto(`/cases/${thread}`)
  await asking.page.getByRole('region', { name: '时间线' }).getByText('档案无异常').waitFor()
  expect(asking.faults).toEqual([])
  // The other city hears of none of it.
  expect(JSON.stringify(await cities.ankang.client.getCaseTimeline({ params: { thread } }))).not.toContain('消防档案')
})

test('a template of a decision is kept by an administrator, and reads as filled in a case of its item', async () => {
  const { browser, shiyan, item } = cities
  const department = departmentOf(item.taskCode)
  const keeper = await seat(shiyan.client, 'guan.li', ['business-administrator'], { name: '管理员' })
  const keeping = await sit(browser, shiyan.node.url, keeper)
  await keeping.page.goto('/phrases')
  await keeping.page.getByRole('button', { name: '新建常用语' }).click()
  await keeping.page.getByRole('button', { name: '保存' }).click()
  await keeping.page.getByText('必填').first().waitFor()
  expect(await stumbles(keeping.page)).toEqual([])
  await keeping.page.getByLabel('标题').fill('准予模板')
  await keeping.page.getByLabel('内容').fill('“{事项}”符合条件，准予办理')
  await keeping.page.getByLabel('事项编码').fill(item.taskCode)
  await keeping.page.getByRole('button', { name: '保存' }).click()
  await keeping.page.getByRole('rowheader', { name: '准予模板' }).waitFor()
  const { items } = await shiyan.client.listPhrases({ query: {} })
  expect(items).toEqual([])
  // What one examiner shares with the department, the administrator writes anew.
  const { token } = await shiyan.client.createPerson({
    body: { name: '共用', roles: ['examiner'], departments: [department] },
  })
  const colleague = createClient({ url: shiyan.node.url, token })
  const text = '请补正“{事项}”材料'
  await colleague.addPhrase({ body: { title: '补正模板', text, department, item: item.taskCode } })
  await keeping.page.reload()
  await keeping.page.getByRole('button', { name: '修改“补正模板”' }).click()
  await keeping.page.getByLabel('内容').fill('“{事项}”符合规定，准予')
  await keeping.page.getByRole('button', { name: '保存' }).click()
  await keeping.page.getByRole('cell', { name: '“{事项}”符合规定，准予' }).waitFor()
  expect(await stumbles(keeping.page)).toEqual([])
  const { thread } = await cities.submit(WINDOW)
  const read = await colleague.readPhrases({ params: { thread }, query: {} })
  expect(read.items).toMatchObject([{ title: '补正模板', text: `“${item.taskName}”符合规定，准予`, blanks: [] }])
  await keeping.page.getByRole('button', { name: '删除“补正模板”' }).click()
  await keeping.page
    .getByRole('tooltip')
    .getByRole('button', { name: /删\s*除/ })
    .click()
  await keeping.page.getByRole('rowheader', { name: '补正模板' }).waitFor({ state: 'detached' })
})
