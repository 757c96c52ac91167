/**
 * A queue of a million cases, scrolled from one end to the other and back: a node whose answers for the queue are made up as they are asked
 * for, everything else being real. What the browser keeps does not grow with what was scrolled past, and nothing that was passed is lost.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Case, ReadQueueAnswer } from '../../node/edges/client/api.generated.ts'
import { openBrowser, sit, stumbles } from '../support/browser.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { seat } from '../support/console.ts'
import { ANKANG, SHIYAN } from '../support/node-folder.ts'

const ALL = 1_000_000
/** Rows of a page of this node: more than one gives, for what counts is how far one scrolls, and each page takes its time. */
const PAGE = 2000
const ROW = 32
/** Of the whole list, with its head. */
const HEIGHT = (ALL + 1) * ROW
const MB = 1024 * 1024
/** What the program may hold more after a million rows than after some thousands: cursors and places of all pages. */
const MOST_MORE = 12 * MB

let root: string
let node: CommandNode
let browser: Browser
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-console-long-list-'))
  ;[node, browser] = await Promise.all([openCommandNode(root, ANKANG), openBrowser()])
})
afterAll(async () => {
  await Promise.allSettled([node?.stop(), browser?.close()])
  await rm(root, { recursive: true, force: true })
})

const caseNo = (place: number): string => `610900202611${String(place).padStart(9, '0')}`
const rowAt = (place: number): Case => ({
  thread: place.toString(16).padStart(32, '0'),
  caseNo: caseNo(place),
  localCaseNo: null,
  role: 'handling',
  partner: SHIYAN.code,
  item: { code: '11420300MB0123456X4000123456001', name: '住房公积金单位及个人缴存信息变更' },
  mode: 1,
  state: 'arrived',
  window: null,
  assignee: null,
  assigneeName: null,
  passedTo: null,
  unread: 0,
  toPrint: [],
  toHandOut: false,
  version: 'v1',
  stateName: '已到达',
  outcome: null,
  applicant: '陈*满',
  parked: null,
  holder: ANKANG.code,
  due: null,
  ownDue: null,
  submittedAt: '2026-11-23T01:12:00.000Z',
  updatedAt: '2026-11-23T01:12:00.000Z',
})

/** The queue as its node would give it, by cursors alone; gives back the places that were asked for. */
async function stub(page: Page): Promise<number[]> {
  const asked: number[] = []
  await page.route('**/api/v1/queues/ours*', async route => {
    const { searchParams } = new URL(route.request().url())
    const from = Number(searchParams.get('cursor') ?? 0)
    const limit = searchParams.has('cursor') ? PAGE : Number(searchParams.get('limit'))
    asked.push(from)
    const json: ReadQueueAnswer = {
      items: Array.from({ length: Math.min(limit, ALL - from) }, (_, at) => rowAt(from + at)),
      next: from + limit < ALL ? String(from + limit) : null,
      total: { count: 1000, more: true },
    }
    await route.fulfill({ json })
  })
  return asked
}

/** Scrolls to the end of what is there, again and again, until the list has so many rows. */
const scrollTo = (page: Page, rows: number): Promise<void> =>
  page.evaluate(`new Promise(done => {
    const list = document.querySelector('.cases .grid')
    const on = () => {
      list.scrollTop = list.scrollHeight
      if (list.scrollHeight >= ${(rows + 1) * ROW}) done()
      else requestAnimationFrame(on)
    }
    on()
  })`)

const scrollTop = (page: Page, place: number): Promise<void> =>
  page.locator('.cases .grid').evaluate((list, top) => {
    list.scrollTop = top
  }, place * ROW)

const height = (page: Page): Promise<number> => page.locator('.cases .grid').evaluate(list => list.scrollHeight)

const drawnRow = (page: Page, place: number) => page.getByRole('row').filter({ hasText: caseNo(place) })

test('a million cases are scrolled to the end and back: what is far is forgotten, and stands where it stood when one comes again', async () => {
  const { page, context, faults } = await sit(
    browser,
    node.node.url,
    await seat(node.client, 'li.lei', ['examiner'], { departments: null }),
  )
  const asked = await stub(page)
  await page.goto('/?queue=ours')
  await page.getByRole('button', { name: '列', exact: true }).click()
  await page.getByRole('list', { name: '列' }).getByRole('checkbox', { name: '办件编号' }).check()
  await page.keyboard.press('Escape')
  await drawnRow(page, 0).waitFor()

  const devtools = await context.newCDPSession(page)
  await devtools.send('Performance.enable')
  const held = async (): Promise<number> => {
    await devtools.send('HeapProfiler.collectGarbage')
    const { metrics } = await devtools.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN
  }
  await scrollTo(page, 10_000)
  const before = await held()
  await scrollTo(page, ALL)
  await drawnRow(page, ALL - 1).waitFor()
  const more = (await held()) - before
  console.log(`a million rows scrolled: ${(more / MB).toFixed(1)} MB more than after ten thousand`)
  expect(more).toBeLessThan(MOST_MORE)
  expect(await page.locator('.cases .grid [role=row]').count()).toBeLessThan(100)
  await page.getByText('已到末尾').waitFor()

  // Back to what was forgotten: by its cursor, in its place, and the list is as long as it was.
  asked.length = 0
  for (const place of [500_000, 42, 731_234]) {
    await scrollTop(page, place)
    await drawnRow(page, place + 1).waitFor()
    expect(await height(page)).toBe(HEIGHT)
  }
  expect(asked).toContain(498_100)
  expect(asked.length).toBeLessThan(12)

  // The selected case is not lost by looking elsewhere: the next key goes on from it.
  await drawnRow(page, 731_236).click()
  await drawnRow(page, 731_236).and(page.locator('[aria-selected=true]')).waitFor()
  await scrollTop(page, 0)
  await drawnRow(page, 3).waitFor()
  await page.keyboard.press('j')
  await drawnRow(page, 731_237).and(page.locator('[aria-selected=true]')).waitFor()
  await page.keyboard.press('k')
  await drawnRow(page, 731_236).and(page.locator('[aria-selected=true]')).waitFor()
  expect(await height(page)).toBe(HEIGHT)
  expect(await stumbles(page)).toEqual([])
  expect(faults).toEqual([])
}, 1_800_000)
