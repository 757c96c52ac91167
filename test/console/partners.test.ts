/** A city joined out of a federation by the console alone; a partner that is down or whose clock is wrong says why, who must act, and is tried now. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import { type Clock, systemClock } from '../../node/kernel/clock.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { openBrowser, SIZES, sit, stumbles } from '../support/browser.ts'
import { openCommands } from '../support/commands.ts'
import { seat } from '../support/console.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'

const MINUTE = 60_000

/** A city whose node stops and starts again where it was, by a clock that may be off. */
async function openCity(name: CityName) {
  const made = await makeNodeFolder(join(root, name.code), name, {
    httpPort: await freePort(),
    p2pPort: await freePort(),
  })
  let node: RunningNode | null = null
  const city = {
    ...name,
    token: made.token,
    url: '',
    async start(ahead = 0) {
      const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead }
      node = await startNode({ config: made.config, passphrase: PASSPHRASE, clock })
      city.url = node.url
    },
    async stop() {
      await node?.stop()
      node = null
    },
    client: () => createClient({ url: city.url, token: made.token }),
  }
  await city.start()
  return city
}

let root: string
let browser: Browser
let ankang: Awaited<ReturnType<typeof openCity>>
let shiyan: Awaited<ReturnType<typeof openCity>>
let commands: ReturnType<typeof openCommands>
let opened: Awaited<ReturnType<typeof sit>>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-partners-'))
  ;[ankang, shiyan, browser] = await Promise.all([openCity(ANKANG), openCity(SHIYAN), openBrowser()])
  commands = openCommands(root)
  const roles = ['business-administrator', 'security-administrator'] as const
  opened = await sit(browser, ankang.url, await seat(ankang.client(), 'admin', [...roles]))
})
afterAll(async () => {
  await commands?.end()
  await Promise.allSettled([ankang?.stop(), shiyan?.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})

/** A command of the operator, or of a person at a city. */
async function tongban<T>(city: typeof ankang | null, ...args: string[]): Promise<T> {
  const env: Record<string, string> = { TONGBAN_PASSPHRASE: PASSPHRASE, NO_COLOR: '1' }
  if (city !== null) Object.assign(env, { TONGBAN_URL: city.url, TONGBAN_TOKEN: city.token })
  const { code, out, error } = await commands.run([...args, '--json'], env)
  if (code !== 0) throw new Error(`tongban ${args.join(' ')}: ${out}${error}`)
  return JSON.parse(out) as T
}

test('a federation is trusted once its key was compared in words, its directory taken, and a city joined out of it', async () => {
  const { page } = opened
  const { operator } = await tongban<{ operator: string }>(null, 'federation', 'create', '--name', '秦巴通办联盟')
  for (const city of [ankang, shiyan]) {
    const file = `card-${city.code}.json`
    const { certificate } = await tongban<{ certificate: string }>(city, 'federation', 'card', '--out', file)
    await tongban(null, 'federation', 'add', file, '--fingerprint', certificate)
  }
  await tongban(shiyan, 'federation', 'trust', operator)
  await tongban(shiyan, 'federation', 'import', 'federation/directory.jws')

  await page.getByRole('link', { name: '合作城市' }).click()
  await page.getByText('还没有合作城市').waitFor()
  await page.getByRole('link', { name: '联盟与签发机构' }).click()
  await page.getByText('名录中还没有其他城市').waitFor()
  expect(await stumbles(page)).toEqual([])
  const federations = page.locator('section', { has: page.getByRole('heading', { name: '联盟', exact: true }) })
  // What is no thumbprint has no words to compare, and cannot be trusted.
  await page.getByLabel('联盟密钥指纹').fill('不是指纹')
  expect(await page.getByRole('button', { name: '信任该联盟' }).isDisabled()).toBe(true)
  await page.getByLabel('联盟密钥指纹').fill(operator)
  await page.getByText('与运营方逐词核对').waitFor()
  const typed = await federations.getByRole('list', { name: '指纹核对词' }).getByRole('listitem').allTextContents()
  expect(typed).toHaveLength(6)
  await page.getByRole('button', { name: '信任该联盟' }).click()
  await page.getByRole('button', { name: '确定' }).click()
  await federations.getByText('尚未收到名录').waitFor()
  expect(await federations.getByRole('list', { name: '指纹核对词' }).getByRole('listitem').allTextContents()).toEqual(
    typed,
  )
  await federations.locator('input[type=file]').setInputFiles({
    name: 'directory.jws',
    mimeType: 'text/plain',
    buffer: await readFile(join(root, 'federation', 'directory.jws')),
  })
  await federations.getByText(/名录第 \d+ 版 · 2 个城市/).waitFor()

  // Two clicks, and the other administrator confirms.
  await page.getByRole('button', { name: '加入合作 十堰市' }).click()
  await page.getByRole('button', { name: '确定' }).click()
  await page.getByRole('heading', { name: '十堰市 420300' }).waitFor()
  await shiyan.client().confirmPartner({ params: { code: ANKANG.code }, body: {} })
  await page.getByText('● 已连接').waitFor()
  expect(await stumbles(page)).toEqual([])

  // On a phone a fingerprint has the width of the page, not what its label leaves.
  await page.setViewportSize(SIZES.phone)
  const fingerprint = await page.locator('main code').first().boundingBox()
  expect(fingerprint?.width).toBeGreaterThan(SIZES.phone.width / 2)
  await page.setViewportSize(SIZES.counter)
})

test('a partner that is down, and one whose clock is wrong, say so, who must act, and are tried now', async () => {
  const { page, faults } = opened
  await page.getByRole('link', { name: '返回列表' }).click()
  const row = page.getByRole('listitem', { name: '十堰市' })
  await row.getByText(/^● 通/).waitFor()
  await row.getByText('积压 0').waitFor()
  await row.getByText(/证书 \d+ 天/).waitFor()
  expect(await stumbles(page)).toEqual([])

  await shiyan.stop()
  await row.getByText('✗ 不通').waitFor()
  await row.getByRole('button', { name: '立即重试' }).click()
  await row.getByText('✗ 仍未接通').waitFor()
  await row.getByText('exchange.unreachable').waitFor()
  await row
    .getByText(/由谁处理/)
    .first()
    .waitFor()
  await row.getByText(/下次自动重试/).waitFor()
  expect(await stumbles(page)).toEqual([])
  // On the map too, where the table says in words what the mark says in colour.
  await page.getByRole('link', { name: '地图' }).click()
  await page.getByRole('row').filter({ hasText: '十堰市' }).getByText(/不通/).waitFor()
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('link', { name: '列表' }).click()

  await shiyan.start(20 * MINUTE)
  await row.getByRole('button', { name: '立即重试' }).click()
  await row.getByText('对方时钟快 20 分 — 对方须校时').waitFor()
  await row.getByText('clock.partner').waitFor()
  expect(await stumbles(page)).toEqual([])

  await shiyan.stop()
  await row
    .getByText(/仍未接通|不通/)
    .first()
    .waitFor()
  await shiyan.start()
  await row.getByRole('button', { name: '立即重试' }).click()
  await row.getByText(/^● 通/).waitFor()
  expect(await row.getByText('clock.partner').count()).toBe(0)
  expect(faults).toEqual([])
})
