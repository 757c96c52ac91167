/** Somebody signs in by the city's single sign-on in a real browser: over to the provider and back, and out again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Provider from 'oidc-provider'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { openBrowser, pageAt, stumbles } from '../support/browser.ts'
import { seat } from '../support/console.ts'
import { ANKANG, makeNodeFolder, PASSPHRASE } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'

const SECRET = 'a secret of the node at the provider'

let root: string
let node: RunningNode
let browser: Browser
let server: Server

beforeAll(async () => {
  // It tells of its development settings.
  for (const way of ['info', 'warn'] as const) vi.spyOn(console, way).mockImplementation(() => undefined)
  root = await mkdtemp(join(tmpdir(), 'tongban-console-'))
  const port = await freePort()
  // As the browser names it: the cookie of a session goes to this very machine by its name.
  const url = `http://localhost:${port}`
  server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'tongban',
        client_secret: SECRET,
        redirect_uris: [`${url}/sign-in/answer`],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
  })
  server.on('request', provider.callback())
  vi.stubEnv('TONGBAN_TEST_SIGN_ON', SECRET)
  const singleSignOn = { issuer, clientId: 'tongban', clientSecret: { env: 'TONGBAN_TEST_SIGN_ON' }, url, claim: 'sub' }
  const made = await makeNodeFolder(join(root, 'node'), ANKANG, {
    httpPort: port,
    p2pPort: await freePort(),
    rest: { signIn: { singleSignOn } },
  })
  ;[node, browser] = await Promise.all([startNode({ config: made.config, passphrase: PASSPHRASE }), openBrowser()])
  await seat(createClient({ url: node.url, token: made.token }), 'li.lei', ['window-clerk'], {
    name: '李雷',
    windows: ['3 号窗'],
  })
})
afterAll(async () => {
  await Promise.allSettled([node?.stop(), browser?.close()])
  server?.closeAllConnections()
  server?.close()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(root, { recursive: true, force: true })
})
afterEach(async () => {
  await Promise.all(browser.contexts().map(context => context.close()))
})

/** From the door to the provider, as `account` there, and what the provider asks beside. */
async function by(account: string) {
  const opened = await pageAt(browser, node.url)
  const { page } = opened
  await page.getByRole('button', { name: '已有账号，直接登录' }).click()
  await page.getByRole('link', { name: '通过统一身份认证登录' }).click()
  await page.locator('input[name=login]').fill(account)
  await page.locator('input[name=password]').fill('whatever')
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'Continue' }).click()
  return opened
}

test('over to the provider and back: the desk opens, the session is one of single sign-on, and it ends by the button', async () => {
  const { page, context } = await by('li.lei')
  await page.getByRole('heading', { name: '工作台' }).waitFor()
  expect(await page.getByRole('banner').textContent()).toContain('3 号窗')
  expect(new URL(page.url()).search).toBe('')
  const session = await context.request.get('/api/v1/sessions/current')
  expect(await session.json()).toMatchObject({ way: 'single-sign-on', due: [] })
  expect(await stumbles(page)).toEqual([])
  await page.getByRole('button', { name: /李雷/ }).click()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
  await page.getByRole('button', { name: '已有账号，直接登录' }).waitFor()
  expect((await context.request.get('/api/v1/sessions/current')).status()).toBe(401)
})

test('somebody whom the provider knows and this city does not stays outside, and is told why', async () => {
  const { page } = await by('stranger')
  await page.getByText('处理办法：').first().waitFor()
  await page.getByText('sign-in.single').waitFor()
  expect(await stumbles(page)).toEqual([])
  await page.goto('/')
  await page.getByRole('button', { name: '已有账号，直接登录' }).waitFor()
})
