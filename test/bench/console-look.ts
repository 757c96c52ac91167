/** Looks at the console in a real browser: when something first stands on the screen, and what was loaded for it. */
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { COUNTER } from '../support/browser.ts'
import { PASSWORD } from '../support/sign-in.ts'

/** Name of what is waited for, and the expression that is true once it is there. */
export type Wanted = Readonly<Record<string, string>>
/** Bytes as they came over the line, and how many answers. */
export type Weight = { scripts: number; others: number; requests: number }

/** Height of a row of the queue, pixels. */
const ROW = 32
/** Below the time of a test, and no measure of the machine. ms */
const PATIENCE = 100_000
/** Nothing more is asked for when nothing came for so long, ms. */
const QUIET = 400

/**
 * In the page, from its first moment: a name has a time as soon as the frame that shows it was drawn. Times count from the navigation,
 * and after it from the last press of a key or click.
 */
const watcher = (wanted: Wanted): string => `(() => {
  const is = { ${Object.entries(wanted)
    .map(([name, test]) => `${JSON.stringify(name)}: () => ${test}`)
    .join(', ')} }
  let begun = 0
  let seen = {}
  const drawn = (name, of) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => { of[name] = performance.now() - begun }
    port2.postMessage(null)
  })
  const look = () => {
    for (const name of Object.keys(is)) if (!(name in seen) && is[name]()) { seen[name] = null; drawn(name, seen) }
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  for (const type of ['click', 'keydown'])
    addEventListener(type, event => { if (event.isTrusted) { begun = event.timeStamp; seen = {} } }, true)
  const soon = ms => new Promise(resolve => setTimeout(resolve, ms))
  window.tongbanSeen = async name => {
    while (seen[name] === undefined || seen[name] === null) {
      if (performance.now() - begun > ${PATIENCE}) throw new Error('not on the screen: ' + name)
      await soon(20)
    }
    return seen[name]
  }
  // Nothing more is asked for.
  window.tongbanQuiet = async () => {
    const last = () => performance.getEntriesByType('resource').reduce((at, { responseEnd }) => Math.max(at, responseEnd), 0)
    while (document.readyState !== 'complete' || performance.now() - last() < ${QUIET}) await soon(50)
  }
})()`

/** A page of a signed-in browser that watches for what is wanted. */
export async function watching(context: BrowserContext, wanted: Wanted): Promise<Page> {
  const page = await context.newPage()
  await page.addInitScript(watcher(wanted))
  return page
}

/** ms until it was on the screen. */
export const seenAt = (page: Page, name: string): Promise<number> =>
  page.evaluate<number>(`window.tongbanSeen(${JSON.stringify(name)})`)

/** Waits until the page asks for nothing more. */
export const quiet = (page: Page): Promise<void> => page.evaluate<void>('window.tongbanQuiet()')

export async function weightOf(page: Page): Promise<Weight> {
  const entries = await page.evaluate<{ name: string; bytes: number }[]>(
    `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map(({ name, encodedBodySize }) => ({ name, bytes: encodedBodySize }))`,
  )
  const sum = (some: typeof entries) => some.reduce((total, { bytes }) => total + bytes, 0)
  const scripts = entries.filter(({ name }) => /\.m?js$/.test(name))
  return { scripts: sum(scripts), others: sum(entries) - sum(scripts), requests: entries.length }
}

/** Forgets every file that a browser has kept of the console. */
export async function forget(page: Page): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('Network.clearBrowserCache')
  await session.detach()
}

/** A browser that has never been here. */
export async function newContext(browser: Browser, url: string): Promise<BrowserContext> {
  // Cookies of sessions go over TLS alone, or to this very machine by its name.
  const context = await browser.newContext({ baseURL: url.replace('127.0.0.1', 'localhost'), viewport: COUNTER })
  context.setDefaultTimeout(PATIENCE)
  return context
}

/** Signs in at the door that is shown. */
export async function enter(page: Page, account: string): Promise<void> {
  await page.getByLabel('账号', { exact: true }).fill(account)
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('navigation').waitFor()
}

/** Frames while a list is scrolled by `step` pixels in each of them. */
export type Scrolled = { framesPerSecond: number; longestBlock: number; rows: number }

/** Blocks of less than 50 ms are no long tasks: then the longest time between two frames says it. */
export const scroll = (page: Page, frames: number, step: number): Promise<Scrolled> =>
  page.evaluate<Scrolled>(`(async () => {
    const list = document.querySelector('.cases .grid')
    let longest = 0
    const watch = new PerformanceObserver(found => {
      for (const { duration } of found.getEntries()) longest = Math.max(longest, duration)
    })
    watch.observe({ type: 'longtask' })
    const frame = () => new Promise(resolve => requestAnimationFrame(resolve))
    const begun = await frame()
    let now = begun
    let gap = 0
    for (let at = 0; at < ${frames}; at++) {
      list.scrollTop += ${step}
      const next = await frame()
      gap = Math.max(gap, next - now)
      now = next
    }
    watch.disconnect()
    return {
      framesPerSecond: (${frames} / (now - begun)) * 1000,
      longestBlock: longest === 0 ? gap : longest,
      rows: Math.round((list.scrollTop + list.clientHeight) / ${ROW}),
    }
  })()`)
