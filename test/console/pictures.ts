/**
 * `npm run pictures [-- NAME …]`: the pictures of the manuals and the README, or some of them, taken from the consoles of the demo in both
 * languages. They are written to `docs/pictures/` as `NAME.zh.webp` and `NAME.en.webp`.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { openBrowser, sit } from '../support/browser.ts'
import { settled } from '../support/gallery-look.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PICTURES = join(ROOT, 'docs/pictures')
/** Of WebP: letters stay sharp. */
const QUALITY = 70
/** All pictures together, bytes: they come with every clone. */
const MOST = 3_000_000
const LANGUAGES = ['zh', 'en'] as const
/** The city that collects, and the one that handles. */
const CITIES = { ankang: '610900', shiyan: '420300' } as const
type CityKey = keyof typeof CITIES

type Seated = { account: string; password: string }
type DemoCity = { url: string; seats: Map<string, Seated>; clerk: Client; administrator: Client }
type Demo = Record<CityKey, DemoCity> & { stop(): Promise<void> }

/** Starts the demo, and reads from what it prints who signs in where. */
async function startDemo(folder: string): Promise<Demo> {
  const child = spawn(process.execPath, ['examples/two-cities/demo.ts', '--folder', folder], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  const consoles: { url: string; seats: Map<string, Seated> }[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /console 工作台网页\s+(\S+)/.exec(line) ?? []
    if (url !== undefined) consoles.push({ url: url.replace(/\/$/, ''), seats: new Map() })
    const [, account, password] = /account 账号 (\S+)\s+password 密码 (\S+)/.exec(line) ?? []
    if (account !== undefined && password !== undefined) consoles.at(-1)?.seats.set(account, { account, password })
    // The last thing that it says.
    if (line.startsWith('Evidence ')) break
  }
  const [ankang, shiyan] = consoles
  if (ankang === undefined || shiyan === undefined) throw new Error('the demo did not come up')
  const city = async (code: string, { url, seats }: (typeof consoles)[number]): Promise<DemoCity> => {
    const client = async (who: string) =>
      createClient({
        url: url.replace('localhost', '127.0.0.1'),
        token: (await readFile(join(folder, code, 'data', `${who}.token`), 'utf8')).trim(),
      })
    return { url, seats, clerk: await client('clerk'), administrator: await client('administrator') }
  }
  return {
    ankang: await city(CITIES.ankang, ankang),
    shiyan: await city(CITIES.shiyan, shiyan),
    stop,
  }
}

type Things = { closed: string; open: string; draft: string; agreement: string; item: string }

/** What the pictures are about: of the cases of the demo one that is done and one that is not, a case that is being taken in, the agreement. */
async function thingsOf({ ankang }: Demo): Promise<Things> {
  const { items } = await ankang.clerk.listCases({ query: { limit: 50 } })
  const closed = items.find(({ state }) => state === 'closed')
  const open = items.find(({ state, role }) => state === 'arrived' && role === 'handling')
  const [agreement] = (await ankang.administrator.listAgreements()).items
  if (closed === undefined || open === undefined || agreement === undefined)
    throw new Error('the demo lacks a case or an agreement')
  const { id } = await ankang.clerk.createCaseDraft({
    body: {
      content: {
        to: CITIES.shiyan,
        item: closed.item.code,
        mode: 1,
        applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' },
        form: { reason: '在安康购房' },
        window: '跨省通办窗口 3 号',
      },
    },
  })
  return {
    closed: closed.caseNo,
    open: open.caseNo,
    draft: id,
    agreement: agreement.thread,
    item: closed.item.code,
  }
}

type Picture = {
  city: CityKey
  who: 'clerk' | 'administrator'
  at: (things: Things) => string
  /** what is done there first */
  act?: (page: Page) => Promise<unknown>
  /** what it must show, as CSS */
  shows?: string
}

const PAGES: Record<string, Picture> = {
  desk: {
    city: 'ankang',
    who: 'clerk',
    at: () => '/?queue=ours',
    act: page => page.keyboard.press('j'),
    shows: '.selected .course',
  },
  new: { city: 'ankang', who: 'clerk', at: ({ draft }) => `/new/${draft}`, shows: '.findings li' },
  case: { city: 'ankang', who: 'clerk', at: ({ closed }) => `/cases/${closed}` },
  review: {
    city: 'ankang',
    who: 'clerk',
    at: ({ open }) => `/cases/${open}/materials`,
    shows: 'canvas[aria-busy=false]',
  },
  print: { city: 'ankang', who: 'clerk', at: () => '/print' },
  handover: { city: 'ankang', who: 'clerk', at: () => '/handover' },
  partner: { city: 'ankang', who: 'administrator', at: () => `/partners/${CITIES.shiyan}` },
  agreement: { city: 'ankang', who: 'administrator', at: ({ agreement }) => `/agreements/${agreement}` },
  people: { city: 'ankang', who: 'administrator', at: () => '/people' },
  operation: { city: 'ankang', who: 'administrator', at: () => '/operation' },
  board: { city: 'ankang', who: 'administrator', at: () => '/board', shows: '.china canvas, .china svg' },
}

const named = process.argv.slice(2)
const wanted = Object.entries(PAGES).filter(([name]) => named.length === 0 || named.includes(name))
if (wanted.length < named.length) throw new Error(`pictures are: ${Object.keys(PAGES).join(' ')}`)

const folder = await mkdtemp(join(tmpdir(), 'tongban-pictures-'))
const demo = await startDemo(join(folder, 'demo'))
const browser = await openBrowser()
try {
  const things = await thingsOf(demo)
  for (const language of LANGUAGES)
    for (const cityKey of Object.keys(CITIES) as CityKey[])
      for (const who of ['clerk', 'administrator'] as const) {
        const theirs = wanted.filter(([, picture]) => picture.city === cityKey && picture.who === who)
        if (theirs.length === 0) continue
        const { url, seats } = demo[cityKey]
        const person = seats.get(who)
        if (person === undefined) throw new Error(`the demo gave ${who} no account`)
        const { page, context } = await sit(browser, url, { ...person, language })
        const session = await context.newCDPSession(page)
        for (const [name, { at, act, shows }] of theirs) {
          await page.goto(at(things))
          await settled(page)
          await act?.(page)
          if (shows !== undefined) await page.locator(shows).first().waitFor()
          await settled(page)
          const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
          await writeFile(join(PICTURES, `${name}.${language}.webp`), Buffer.from(data, 'base64'))
          console.log(`${name}.${language}.webp`)
        }
        await context.close()
      }
  const sizes = await Promise.all((await readdir(PICTURES)).map(async name => (await stat(join(PICTURES, name))).size))
  const all = sizes.reduce((sum, size) => sum + size, 0)
  if (all > MOST) throw new Error(`the pictures take ${all} bytes, more than ${MOST}`)
} finally {
  await browser.close()
  await demo.stop()
  await rm(folder, { recursive: true, force: true })
}
