/**
 * `console`: the console in a real browser, before a whole node whose cases came by exchange: how long the first page takes, a case, a
 * document, what each page weighs, and how a long queue scrolls.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { NAVIGATION } from '../../node/edges/console/app/places.ts'
import { openBrowser } from '../support/browser.ts'
import { ACCOUNT, type ConsoleCities, openCities } from './console-cities.ts'
import { enter, forget, newContext, quiet, scroll, seenAt, type Weight, watching, weightOf } from './console-look.ts'
import { type Figure, type Findings, figure, type Group } from './report.ts'

export type ConsoleOptions = {
  rounds: number
  /** cases that come by exchange */
  real: number
  /** in the queue that is scrolled, with rows beside the real ones */
  cases: number
  /** of the long document */
  pages: number
  /** in each of which the queue is scrolled */
  frames: number
  /** how many pages of the navigation are weighed; all when absent */
  addresses?: number
  log: (line: string) => void
}

/** ms, and kB as browsers count them (1,000 bytes) */
const AIMS = { signIn: 1000, desk: 1500, open: 300, next: 100, first: 500, scripts: 400, block: 100 }
/** Pixels a frame: some 2,000 rows a second. */
const STEP = 1000
const DIST = fileURLToPath(new URL('../../node/edges/console/dist/', import.meta.url))

const SIGN_IN = `document.querySelector('input[type=password]') !== null`
const ROWS = `document.querySelector('.cases .row[aria-selected]') !== null`
const TIMELINE = `document.querySelector('.lanes .hop') !== null`
/** A document is there once its first page is drawn; it is known by how many it has. */
const drawn = (pages: number): string =>
  `document.querySelector('canvas[aria-label="第 1 页，共 ${pages} 页"]')?.ariaBusy === 'false'`
const titled = (path: string, title: string): string =>
  `location.pathname === ${JSON.stringify(path)} && document.querySelector('main h1')?.textContent === ${JSON.stringify(title)}`

type Found = { times: Map<string, number[]>; weights: Map<string, Weight[]> }
type Keep = (name: string, ms: number) => void

async function allScripts(): Promise<number> {
  const names = (await readdir(DIST)).filter(name => /\.m?js\.br$/.test(name))
  const sizes = await Promise.all(names.map(async name => (await stat(join(DIST, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Sign-in by somebody whose browser has never been here. */
async function door(context: BrowserContext, keep: Keep): Promise<Weight> {
  const page = await watching(context, { signIn: SIGN_IN })
  await page.goto('/', { waitUntil: 'commit' })
  keep('signIn', await seenAt(page, 'signIn'))
  await quiet(page)
  const weight = await weightOf(page)
  await enter(page, ACCOUNT)
  await page.close()
  return weight
}

/** The desk with nothing kept, then again with what was. */
async function desk(context: BrowserContext, keep: Keep): Promise<void> {
  for (const name of ['desk', 'deskWarm']) {
    const page = await watching(context, { [name]: ROWS })
    if (name === 'desk') await forget(page)
    await page.goto('/?queue=ours', { waitUntil: 'commit' })
    keep(name, await seenAt(page, name))
    await quiet(page)
    await page.close()
  }
}

/** From the queue into the first case, to its materials, and from document to document. */
async function work(context: BrowserContext, { caseNo, pages }: ConsoleCities, keep: Keep): Promise<void> {
  const [first, second, long] = pages
  const page = await watching(context, {
    chosen: `document.querySelector('.selected .course') !== null`,
    open: TIMELINE,
    review: drawn(first),
    next: drawn(second),
    long: drawn(long),
  })
  await page.goto('/?queue=ours')
  const row = page.locator('.cases .row[aria-selected]').first()
  await row.waitFor()
  await quiet(page)
  await row.click()
  keep('choose', await seenAt(page, 'chosen'))
  await page.locator('.selected').getByRole('button', { name: /^打开/ }).click()
  keep('open', await seenAt(page, 'open'))
  await page.goto(`/cases/${caseNo}/materials`)
  await seenAt(page, 'review')
  await quiet(page)
  await page.keyboard.press(']')
  keep('next', await seenAt(page, 'next'))
  // The long one was not fetched ahead of the press by which it is opened.
  await page.goto(`/cases/${caseNo}/materials`)
  await seenAt(page, 'review')
  await quiet(page)
  await page.locator('.papers button').nth(2).click()
  keep('long', await seenAt(page, 'long'))
  await page.close()
}

/** A page of the navigation: what it weighs for somebody who was never here, and how long it takes from the desk. */
async function address(context: BrowserContext, path: string, keep: Keep): Promise<Weight> {
  const cold = await watching(context, {})
  await forget(cold)
  await cold.goto(path)
  await cold.locator('main h1').waitFor()
  await quiet(cold)
  const weight = await weightOf(cold)
  const title = (await cold.locator('main h1').textContent()) ?? ''
  await cold.close()
  const page = await watching(context, { page: titled(path, title) })
  const from = path === '/' ? '/help' : '/'
  await page.goto(from)
  await page.locator('main h1').waitFor()
  await quiet(page)
  await page.locator(`nav a[href="${path}"]`).click()
  keep(`page ${path}`, await seenAt(page, 'page'))
  await page.close()
  return weight
}

async function scrolled(context: BrowserContext, frames: number) {
  const page: Page = await watching(context, {})
  await page.goto('/?queue=ours')
  await page.locator('.cases .row[aria-selected]').first().waitFor()
  await quiet(page)
  const found = await scroll(page, frames, STEP)
  await page.close()
  return found
}

const kilobytes = (weights: readonly Weight[], part: 'scripts' | 'others'): number[] =>
  weights.map(weight => weight[part] / 1000)

function groupsOf(found: Found, scripts: number, scrolls: readonly Awaited<ReturnType<typeof scroll>>[]) {
  const time = (name: string, aim?: number): { time: Figure } => ({
    time: figure('time', 'ms', found.times.get(name) ?? [], aim === undefined ? {} : { aim: ['≤', aim] }),
  })
  const weight = (name: string, aim?: number): Record<string, Figure> => {
    const weights = found.weights.get(name) ?? []
    return {
      scripts: figure('scripts', 'kB', kilobytes(weights, 'scripts'), aim === undefined ? {} : { aim: ['≤', aim] }),
      others: figure('other bytes', 'kB', kilobytes(weights, 'others')),
      requests: figure(
        'requests',
        '',
        weights.map(({ requests }) => requests),
      ),
    }
  }
  const groups: Record<string, Group> = {
    signIn: {
      title: 'sign-in, first load',
      figures: { ...time('signIn', AIMS.signIn), ...weight('signIn', AIMS.scripts) },
    },
    desk: { title: 'desk, first load', figures: time('desk', AIMS.desk) },
    deskWarm: { title: 'desk, loaded again', figures: time('deskWarm') },
    choose: { title: 'a case is chosen in the queue', figures: time('choose', AIMS.open) },
    open: { title: 'a click opens a case', figures: time('open', AIMS.open) },
    next: { title: 'the next document', figures: time('next', AIMS.next) },
    long: { title: 'first page of the long document', figures: time('long', AIMS.first) },
    scroll: {
      title: 'the queue is scrolled',
      figures: {
        frames: figure(
          'frames',
          'a second',
          scrolls.map(({ framesPerSecond }) => framesPerSecond),
        ),
        block: figure(
          'longest block',
          'ms',
          scrolls.map(({ longestBlock }) => longestBlock),
          { aim: ['≤', AIMS.block] },
        ),
        rows: figure(
          'rows passed',
          '',
          scrolls.map(({ rows }) => rows),
        ),
      },
    },
  }
  for (const [name, weights] of found.weights)
    if (name.startsWith('page ') && weights.length > 0)
      groups[name] = { title: name.slice(5), figures: { ...time(name, AIMS.open), ...weight(name) } }
  groups.all = { title: 'all scripts of the console', figures: { scripts: figure('scripts', 'kB', [scripts / 1000]) } }
  return groups
}

export async function benchConsole({ rounds, frames, addresses, log, ...sizes }: ConsoleOptions): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-bench-'))
  log('starting two nodes, and a browser')
  const browser = await openBrowser()
  const cities = await openCities(folder, sizes).catch(async error => {
    await browser.close()
    throw error
  })
  try {
    const found: Found = { times: new Map(), weights: new Map() }
    const keep: Keep = (name, ms) => {
      found.times.set(name, [...(found.times.get(name) ?? []), ms])
      log(`${name}: ${Math.round(ms)} ms`)
    }
    const weigh = (name: string, weight: Weight) =>
      found.weights.set(name, [...(found.weights.get(name) ?? []), weight])
    const scrolls: Awaited<ReturnType<typeof scroll>>[] = []
    for (let round = 0; round < rounds; round++) {
      const context = await newContext(browser, cities.url)
      weigh('signIn', await door(context, keep))
      await desk(context, keep)
      await work(context, cities, keep)
      scrolls.push(await scrolled(context, frames))
      for (const { path } of NAVIGATION.slice(0, addresses)) weigh(`page ${path}`, await address(context, path, keep))
      await context.close()
    }
    return {
      title: 'Console (工作台)',
      rounds,
      settings: {
        'cases in the queue': sizes.cases,
        'of them by exchange': sizes.real,
        'pages of the long document': sizes.pages,
        'frames of the scroll': frames,
      },
      table: 'rows',
      groups: groupsOf(found, await allScripts(), scrolls),
      notes: [
        'One Chromium without a graphics card, the node whose console it shows, its partner and the bench share this machine. Times: from the navigation, the click or the key to the frame that shows it.',
        'First load: nothing of the console is kept by the browser. Sign-in until its fields stand, desk until its first rows stand. A page of the navigation: from a click on the desk until its title stands, its part of the program loaded for the first time.',
        'Bytes as they come over the line, scripts by Brotli: of a page, all that it takes from nothing until it asks for no more.',
        `The next document was fetched while the one before was looked at; the long one was not. Both until the first page is drawn. The queue is scrolled by ${STEP} pixels in each frame, further pages being read meanwhile.`,
        'Cases beside those that came by exchange are copies of one of them, but for their numbers.',
      ],
    }
  } finally {
    await browser.close()
    await cities.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
