/** Two administrators pair their cities by the console alone, each before a browser of their own, and test the way between them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, sit, stumbles } from '../support/browser.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { seat } from '../support/console.ts'
import { ANKANG, SHIYAN } from '../support/node-folder.ts'

/** What a pairing may ask of an administrator who has the page of partners open: buttons, choices, fields. */
const MOST_ACTIONS = 6

let root: string
let browser: Browser
let ankang: CommandNode
let shiyan: CommandNode
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-pairing-'))
  ;[ankang, shiyan, browser] = await Promise.all([
    openCommandNode(root, ANKANG),
    openCommandNode(root, SHIYAN),
    openBrowser(),
  ])
})
afterAll(async () => {
  await Promise.allSettled([ankang?.stop(), shiyan?.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})

/** An administrator before the page of partners, and each thing that they do there. */
async function administrator(city: CommandNode, account: string) {
  const seated = await seat(city.client, account, ['business-administrator'])
  const { page, faults } = await sit(browser, city.node.url, seated)
  await page.getByRole('link', { name: '合作城市' }).click()
  let actions = 0
  return {
    page,
    faults,
    actions: () => actions,
    press: async (name: string) => {
      actions++
      await page.getByRole('button', { name, exact: true }).click()
    },
    choose: async (title: string) => {
      actions++
      await page.getByTitle(title).click()
    },
    type: async (label: string, text: string) => {
      actions++
      await page.getByLabel(label, { exact: true }).fill(text)
    },
  }
}

/** Words that stand on the page of a pairing, by their places; `· · ·` for one that is heard. */
const wordsOn = (page: Page): Promise<string[]> =>
  page.getByRole('list', { name: '读给对方' }).getByRole('listitem').allTextContents()

test('an invite by link, the words compared, the way tested: in few actions, and every problem is said', async () => {
  const inviting = await administrator(ankang, 'admin.ankang')
  const accepting = await administrator(shiyan, 'admin.shiyan')
  await inviting.page.getByText('还没有合作城市').waitFor()
  expect(await stumbles(inviting.page)).toEqual([])

  await inviting.press('邀请城市')
  await inviting.type('城市', '十堰')
  await inviting.choose('十堰市 420300')
  const link = (await inviting.page.getByRole('dialog').locator('code').textContent()) ?? ''
  await inviting.page.getByAltText('邀请的二维码').waitFor()
  expect(await stumbles(inviting.page)).toEqual([])

  await accepting.press('接受邀请')
  await accepting.type('邀请链接或文字', 'not an invite')
  await accepting.press('接受并连接')
  await accepting.page.getByRole('alert').getByText('invite.malformed').waitFor()
  await accepting.type('邀请链接或文字', link)
  await accepting.press('接受并连接')

  // The inviting side hears of it, and is brought to the words by itself.
  const sides = [inviting, accepting] as const
  await Promise.all(sides.map(({ page }) => page.getByRole('button', { name: '一致，开始合作' }).waitFor()))
  const [read, heard] = await Promise.all(sides.map(({ page }) => wordsOn(page)))
  for (const [side, others] of [
    [inviting, heard],
    [accepting, read],
  ] as const) {
    const own = side === inviting ? read : heard
    for (const [index, word] of (own ?? []).entries())
      if (word === '· · ·') await side.type(`对方读出的第 ${index + 1} 个词`, others?.[index] ?? '')
    await side.press('一致，开始合作')
    // Whoever has not confirmed yet may still ask: all six stand here until then.
    if (side === inviting) {
      await side.page.getByText('本市已确认，对方还没有', { exact: false }).waitFor()
      expect((await wordsOn(side.page)).filter(word => word !== '· · ·')).toHaveLength(6)
    }
  }
  for (const { page } of sides) await page.getByRole('heading', { name: '运行情况' }).waitFor()

  await inviting.press('开始测试')
  await inviting.page.getByText(/证据包 — 通过/).waitFor()
  for (const { page, faults } of sides) {
    expect(await stumbles(page)).toEqual([])
    expect(faults).toEqual([])
  }
  // Without the wrong invite and the test, which are none of a pairing.
  const counted = { inviting: inviting.actions() - 1, accepting: accepting.actions() - 2 }
  console.log(
    `pairing by the console: ${counted.inviting} actions where it was invited, ${counted.accepting} where it was accepted`,
  )
  expect(counted.inviting).toBeLessThanOrEqual(MOST_ACTIONS)
  expect(counted.accepting).toBeLessThanOrEqual(MOST_ACTIONS)
})
