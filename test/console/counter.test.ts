/** At the counter, before the consoles of two whole nodes: what is done beside the steps of a case, and with many cases at once. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { SIZES, sit, stumbles } from '../support/browser.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'
import { makePdf, makeScan } from '../support/make-pdf.ts'

const WINDOW = '跨省通办 3 号窗'

let cities: ConsoleCities
let clerk: Seat

beforeAll(async () => {
  cities = await openConsoleCities()
  clerk = await seat(cities.ankang.client, 'li.lei', ['window-clerk'], { name: '李雷', windows: [WINDOW] })
})
afterAll(() => cities?.stop())
afterEach(async () => {
  await Promise.all(cities.browser.contexts().map(context => context.close()))
})

test('in a case one key leads to a message and one to the receipt; on a phone every tab is in reach', async () => {
  const { thread } = await cities.submit(WINDOW)
  const { page, context, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await page.goto(`/cases/${thread}`)
  await page.getByRole('button', { name: /留言/ }).waitFor()
  await page.keyboard.press('m')
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('case-message')
  await page.getByLabel('写给对方城市').fill('m 和 r 在输入框里只是文字')
  await page.getByLabel('写给对方城市').blur()
  const [paper] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('r')])
  await paper.getByText('收件回执').first().waitFor()
  await paper.close()
  await page.setViewportSize(SIZES.phone)
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('tab', { name: '留言' }).focus()
  await page.keyboard.press('End')
  await page.getByRole('tabpanel', { name: '权限' }).getByText('窗口步骤').waitFor()
  await page.locator('[role=tab][aria-selected=true]:focus').getByText('权限').waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})

test('papers of many cases are one document in the order in which the cases were chosen; one that fails keeps no other from it', async () => {
  const { items } = await cities.ankang.client.readQueue({ params: { queue: 'to-print' }, query: {} })
  const first = await cities.submit(WINDOW)
  const second = await cities.submit(WINDOW)
  const third = await cities.submit(WINDOW)
  const { page } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await page.goto('/print')
  for (const { caseNo } of [third, first, second]) await page.getByRole('checkbox', { name: `选择 ${caseNo}` }).check()
  // The first request never comes back: what follows is not lost with it, and it stays chosen.
  await page.route('**/api/v1/bulk/cases/print*', route => route.abort(), { times: 1 })
  await page.getByRole('button', { name: '打印所选' }).click()
  await page.getByRole('table').getByText('未办成').first().waitFor()
  await page.getByText(`已选 3 件，共 ${items.length + 3} 件`).waitFor()
  await page.getByRole('button', { name: '打印所选' }).click()
  const sheets = page.frameLocator('iframe[title=打印预览]').locator('main.sheet')
  await sheets.nth(2).waitFor()
  const numbers = await sheets.locator('p.id').allTextContents()
  expect(numbers.map(text => text.replace('编号：', ''))).toEqual([third, first, second].map(({ caseNo }) => caseNo))
  await expect(page.getByRole('checkbox', { name: `选择 ${first.caseNo}` }).count()).resolves.toBe(0)
})

/** The page of a new case, where its materials stand. */
async function beginCase(page: Page): Promise<void> {
  await page.goto('/new')
  await page.getByLabel(/事项（/).fill(cities.item.taskName.slice(0, 4))
  await page.getByTitle(new RegExp(cities.item.taskName)).first().click()
  await page.getByRole('heading', { name: '三、材料' }).waitFor()
  await page.getByText('已自动保存').waitFor()
}

/** A photograph, as a canvas of the page makes one. */
async function photograph(page: Page, width: number, height: number): Promise<Buffer> {
  const text = await page.evaluate<string>(`(() => {
    const canvas = document.createElement('canvas')
    canvas.width = ${width}
    canvas.height = ${height}
    const context = canvas.getContext('2d')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, ${width}, ${height})
    return canvas.toDataURL('image/jpeg').split(',')[1]
  })()`)
  return Buffer.from(text, 'base64')
}

const pdf = (name: string, pages: number, text = name) => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.from(makePdf(pages, text)),
})
const rowOf = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true })
/** Of the one draft that is open. */
async function materialsOf(page: Page) {
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  const { content } = await cities.ankang.client.openCaseDraft({ params: { id } })
  return (content as { materials?: { code: string; name: string; pages?: number }[] }).materials ?? []
}

test('several files are offered to materials by their names, those of a scanner come by themselves, and one that fails holds up no other', async () => {
  const { page, context, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
  // A folder of the browser's own in place of one of the machine.
  await context.addInitScript('window.showDirectoryPicker = () => navigator.storage.getDirectory()')
  await beginCase(page)
  const incoming = page.getByRole('region', { name: '待归类的文件' })
  await incoming.getByRole('button', { name: '扫描仪文件夹' }).click()
  await incoming.getByText('正在等待新扫描件').waitFor()
  const photo = await photograph(page, 60, 40)
  await incoming
    .locator('input[type=file]')
    .first()
    .setInputFiles([
      { name: '身份证正面.jpg', mimeType: 'image/jpeg', buffer: photo },
      pdf('申请表.pdf', 1),
      pdf('附件.pdf', 1),
    ])
  await incoming.getByText('还有 1 个未选材料').waitFor()
  expect(await stumbles(page)).toEqual([])
  await incoming.getByRole('button', { name: '删除 附件.pdf' }).click()
  // One is refused: it waits for a hand, and the other one is there.
  await page.route(
    '**/api/v1/materials',
    route => route.fulfill({ status: 413, json: { code: 'material.oversize' } }),
    {
      times: 1,
    },
  )
  await incoming.getByRole('button', { name: '放入 2 个文件' }).click()
  await page.getByText('1 份材料还没有上传完').first().waitFor()
  expect(await page.getByRole('button', { name: /^提交/ }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: '重试' }).click()
  await expect.poll(() => page.getByText('未上传').count()).toBe(0)
  await rowOf(page, '申请人身份证').getByText('身份证正面.jpg').waitFor()
  await rowOf(page, '申请表').getByText('1 页').waitFor()

  await page.evaluate(`(async () => {
    const folder = await navigator.storage.getDirectory()
    const file = await (await folder.getFileHandle('M01-scan.pdf', { create: true })).createWritable()
    await file.write(${JSON.stringify(Buffer.from(makePdf(3, 'scanned')).toString('latin1'))})
    await file.close()
  })()`)
  await incoming.getByText('M01-scan.pdf').waitFor()
  await incoming.getByRole('button', { name: '放入 1 个文件' }).click()
  await rowOf(page, '申请人身份证').getByText('3 页').waitFor()

  // A large one goes in pieces: a line that is cut in the middle costs a piece, and it goes on by itself.
  await page.route(
    '**/api/v1/uploads/*',
    route => (route.request().method() === 'PATCH' ? route.abort() : route.continue()),
    {
      times: 2,
    },
  )
  const large = { name: '长材料.pdf', mimeType: 'application/pdf', buffer: Buffer.from(makeScan(9 * 1024 * 1024)) }
  await page.locator('input[type=file][aria-label="申请表"]').setInputFiles(large)
  await rowOf(page, '申请表').getByText('未上传').waitFor()
  await rowOf(page, '申请表').getByRole('button', { name: '页面整理 长材料.pdf' }).waitFor()
  await expect
    .poll(async () => (await materialsOf(page)).map(({ code, name, pages }) => `${code} ${name} ${pages}`).toSorted())
    .toEqual(['M01 M01-scan.pdf 3', 'M01 身份证正面.jpg 1', 'M02 申请表.pdf 1', 'M02 长材料.pdf 1'])
  expect(faults).toEqual([])
})

test('photographs are put in order, cut and made one PDF', async () => {
  const { page, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await beginCase(page)
  const card = rowOf(page, '申请人身份证')
  const photo = (name: string, width: number, height: number) =>
    photograph(page, width, height).then(buffer => ({ name, mimeType: 'image/jpeg', buffer }))
  await page
    .locator('input[type=file][aria-label="申请人身份证"]')
    .setInputFiles([await photo('正面.jpg', 80, 40), await photo('反面.jpg', 40, 80)])
  await card.getByRole('button', { name: '上移 反面.jpg' }).click()
  await expect.poll(async () => (await materialsOf(page)).map(({ name }) => name)).toEqual(['反面.jpg', '正面.jpg'])

  await card.getByRole('button', { name: '裁剪旋转 正面.jpg' }).click()
  const crop = page.getByRole('dialog')
  await crop.getByRole('img', { name: '正面.jpg' }).waitFor()
  await crop.getByRole('button', { name: '右转' }).click()
  await crop.getByRole('slider', { name: '右边界' }).press('Home')
  expect(await stumbles(page)).toEqual([])
  await crop.getByRole('button', { name: '完成' }).click()
  await crop.waitFor({ state: 'hidden' })
  await card.getByRole('button', { name: '把 2 张图片合成一个 PDF' }).click()
  await card.getByText('2 页').waitFor()
  await expect
    .poll(async () => (await materialsOf(page)).map(({ name, pages }) => [name, pages]))
    .toEqual([['申请人身份证.pdf', 2]])
  expect(faults).toEqual([])
})

test('a PDF of 300 pages is taken apart into materials; one that is signed stays as it is, and says why', async () => {
  const { page, faults } = await sit(cities.browser, cities.ankang.node.url, clerk)
  await beginCase(page)
  await page.locator('input[type=file][aria-label="申请表"]').setInputFiles(pdf('全部.pdf', 300))
  const form = rowOf(page, '申请表')
  await form.getByRole('button', { name: '页面整理 全部.pdf' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: /第 1 页，共 300 页/ }).waitFor()
  await sheet.getByRole('textbox', { name: '选这些页' }).fill('2-4,300')
  await page.keyboard.press('Enter')
  await sheet.getByText('已选 4 页，共 300 页').waitFor()
  await sheet.getByRole('button', { name: '右转' }).click()
  await sheet.getByRole('combobox', { name: '所选页另存为材料…' }).click()
  await page.locator('.ant-select-item-option', { hasText: '申请人身份证' }).click()
  await sheet.getByText('第 2-4,300 页 → 申请人身份证').waitFor()
  await sheet.getByRole('button', { name: '完成' }).click()
  await expect
    .poll(async () => (await materialsOf(page)).map(({ code, name, pages }) => [code, name, pages]))
    .toEqual([
      ['M02', '全部-1,5-299.pdf', 296],
      ['M01', '全部-2-4,300.pdf', 4],
    ])

  await page
    .locator('input[type=file][aria-label="申请表"]')
    .setInputFiles(pdf('已签章.pdf', 2, '/ByteRange [0 1 2 3]'))
  await form.getByRole('button', { name: '页面整理 已签章.pdf' }).click()
  await sheet.getByRole('button', { name: '全选' }).click()
  await sheet.getByRole('button', { name: '右转' }).click()
  expect(await stumbles(page)).toEqual([])
  await sheet.getByRole('button', { name: '完成' }).click()
  await sheet.getByRole('alert').getByText('有电子签名或签章').waitFor()
  await sheet.getByRole('button', { name: '取消' }).click()
  await form.getByText('已签章.pdf').waitFor()
  expect(faults).toEqual([])
})

test('what did not reach the other city is told one by one, each with why and who must act', async () => {
  const { ankang, shiyan, item } = cities
  const { page, faults } = await sit(cities.browser, ankang.node.url, clerk)
  await beginCase(page)
  await beginCase(page)
  await page.goto('/new')
  const drafts = page.getByRole('region', { name: '未提交的办件' })
  const sent = page.getByRole('region', { name: '已提交，对方尚未登记到达' })
  await sent.getByText('已提交的办件都已到达对方').waitFor()
  // One whose check does not come back holds up no other.
  await page.route('**/api/v1/case-drafts/*/findings', route => route.abort(), { times: 1 })
  await page.reload()
  await drafts
    .getByText(/需在窗口处理 \d+/)
    .first()
    .waitFor()
  await shiyan.stop()
  const scan = async (text: string) =>
    (await ankang.client.uploadMaterial({ bytes: makePdf(1, text), type: 'application/pdf' })).sha256
  const { caseNo } = await ankang.client.submitCase({
    body: {
      to: shiyan.code,
      item: item.taskCode,
      mode: 1,
      applicant: { type: '1', name: '王一一', idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '在外地' },
      window: WINDOW,
      materials: [
        { sha256: await scan('late card'), code: 'M01', name: '身份证.pdf', form: 'electronic' },
        { sha256: await scan('late form'), code: 'M02', name: '申请表.pdf', form: 'electronic' },
      ],
    },
  })
  const row = sent.getByRole('listitem').filter({ hasText: caseNo })
  await row.getByText('十堰市尚未收到').waitFor()
  await row
    .getByText(/由谁处理|请告知运维人员/)
    .first()
    .waitFor()
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
})
