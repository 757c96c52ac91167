/** The page of a case, before the consoles of two whole nodes in a real browser. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'

const WINDOW = '跨省通办 3 号窗'

let cities: ConsoleCities
let clerk: Seat
let colleague: Seat

beforeAll(async () => {
  cities = await openConsoleCities()
  const { ankang } = cities
  clerk = await seat(ankang.client, 'li.lei', ['window-clerk'], { name: '李雷', windows: [WINDOW] })
  colleague = await seat(ankang.client, 'han.mei', ['window-clerk'], { name: '韩梅梅', windows: [WINDOW] })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

test('a case is found by its number: its clock, both lanes with proofs, and each tab stand without a stumble', async () => {
  const { browser, ankang } = cities
  const { caseNo } = await cities.submit(WINDOW)
  const { page, faults } = await sit(browser, ankang.node.url, clerk)
  await page.goto(`/cases/${caseNo}`)
  await page.getByRole('heading', { name: caseNo }).waitFor()
  await page.getByRole('button', { name: /全部时限/ }).click()
  await page
    .getByText(cities.item.taskType === '01' ? '行政许可法第三十二条' : '按照本事项的规定')
    .first()
    .waitFor()
  await page.keyboard.press('Escape')
  const hop = page.getByRole('button', { name: /转办申请/ })
  await hop.click()
  await page.getByText('以城市证书授权的密钥签名').waitFor()
  await page.getByRole('button', { name: '核验全案' }).click()
  await page.getByText('核验通过').waitFor()
  expect(await stumbles(page)).toEqual([])
  for (const [tab, holds] of [
    ['材料', '身份证.pdf'],
    ['留言', '还没有留言'],
    ['文书', '收件回执'],
    ['申请人', '查看会记入审计日志'],
    ['原件与寄递', '没有登记纸质原件'],
    ['权限', '窗口步骤'],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click()
    await page.getByRole('tabpanel').getByText(holds).first().waitFor()
    expect(await stumbles(page), tab).toEqual([])
  }
  // The tab stands in the address, so that it can be sent to a colleague.
  expect(page.url()).toContain('tab=rights')
  expect(faults).toEqual([])
})

test('the applicant stays masked until somebody asks, and the look is in the audit log', async () => {
  const { browser, ankang } = cities
  const { thread } = await cities.submit(WINDOW)
  const { page } = await sit(browser, ankang.node.url, clerk)
  await page.goto(`/cases/${thread}?tab=person`)
  await page.getByText('姓名与号码已隐去').waitFor()
  expect(await page.content()).not.toContain('陈小满')
  await page.getByRole('button', { name: '显示申请人信息' }).click()
  await page.getByText('11010519491231002X').waitFor()
  const { items } = await ankang.client.listAudit({ query: { subject: thread, limit: 20 } })
  expect(items.map(({ actor }) => actor)).toContain(`person:${clerk.id}`)
})

test('who else has the case open is told, and that they typed something; what is typed outlives a reload', async () => {
  const { browser, ankang } = cities
  const { thread } = await cities.submit(WINDOW)
  const [one, other] = await Promise.all([
    sit(browser, ankang.node.url, clerk),
    sit(browser, ankang.node.url, colleague),
  ])
  await one.page.goto(`/cases/${thread}?tab=messages`)
  await other.page.goto(`/cases/${thread}`)
  await one.page.getByText('韩梅梅 也打开了这个办件').waitFor()
  await one.page.getByLabel('写给对方城市').fill('申请人下周三可到窗口')
  await other.page.getByText('李雷 有尚未提交的内容').waitFor()
  await one.page.reload()
  expect(await one.page.getByLabel('写给对方城市').inputValue()).toBe('申请人下周三可到窗口')
  await one.page.getByRole('button', { name: '发送' }).click()
  await one.page.getByRole('list').getByText('申请人下周三可到窗口').first().waitFor()
  expect(await one.page.getByLabel('写给对方城市').inputValue()).toBe('')
})

test('an unknown number says what to do; English is spoken by a switch', async () => {
  const { browser, ankang } = cities
  const { page } = await sit(browser, ankang.node.url, { ...clerk, language: 'en' })
  await page.goto('/cases/61090020260101999999')
  await page.getByText('There is no such case').waitFor()
  expect(await stumbles(page)).toEqual([])
})

test('what PDF.js reads beside the program is there, under a policy that lets its thread fetch from here alone', async () => {
  for (const name of ['UniGB-UCS2-H.bcmap', 'LiberationSans-Regular.ttf', 'jbig2_nowasm_fallback.js']) {
    const response = await fetch(`${cities.ankang.node.url}/console/${name}`)
    expect(response.status, name).toBe(200)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toBe("default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'")
  }
  // What runs programs of PDFs is not even there.
  const scripts = await fetch(`${cities.ankang.node.url}/console/quickjs-eval.js`)
  expect(scripts.status).toBe(404)
})
