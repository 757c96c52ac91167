/** A case that one department has countersigned by another, before the console of a whole node: who asked, who answered, and the decision that waits. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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
  await asking.page.getByText('符合消防要求').waitFor()
  await asking.page.getByText('已同意').waitFor()
  await asking.page.getByRole('button', { name: '内部转办', exact: true }).click()
  await asking.page.getByRole('button', { name: '内部转办', exact: true }).click()
  await asking.page.getByText('请选择部门或人员').waitFor()
  expect(asking.faults).toEqual([])
})
