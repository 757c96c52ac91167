/** What anybody would see wrong on a page of the console: small texts, words of the other language, codes, a page that scrolls sideways, what no key reaches. */
import type { Page, Response } from 'playwright-core'
import { divisionsNamed } from '../../protocol/codes/divisions.ts'

/** The least that people read without effort, pixels. */
const LEAST_TEXT = 14
/** Nothing more is asked for when nothing came for so long, ms. */
const QUIET = 250
/** It ends a page that never comes to rest, and is no measure of the machine. ms */
const PATIENCE = 60_000

/** Waits until the page shows what it has: nothing is being read, and nothing came for a while. */
export const settled = (page: Page): Promise<void> =>
  page.evaluate<void>(`(async () => {
    const last = () => performance.getEntriesByType('resource').reduce((at, { responseEnd }) => Math.max(at, responseEnd), 0)
    const reads = () => document.querySelector('main h1') === null || document.querySelector('main .ant-skeleton, main .ant-spin-spinning') !== null
    while (document.readyState !== 'complete' || reads() || performance.now() - last() < ${QUIET}) {
      if (performance.now() > ${PATIENCE}) throw new Error('the page does not come to rest')
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    await document.fonts.ready
  })()`)

export type Shown = {
  /** texts that are seen */
  texts: string[]
  /** what is read out, or comes when one waits over it */
  labels: string[]
  /** smaller than people read */
  small: string[]
  /** pixels by which the page is wider than the screen */
  wide: number
}

/** Charts and pictures are looked at by people; `code` and `kbd` hold what a machine reads. */
export const shownOn = (page: Page): Promise<Shown> =>
  page.evaluate<Shown>(`(() => {
    const texts = [], labels = [], small = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim()
      const holder = walker.currentNode.parentElement
      if (text === '' || holder === null || holder.closest('script, style, noscript, svg, canvas') !== null) continue
      if (!holder.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || holder.getClientRects().length === 0) continue
      if (holder.closest('code, kbd, pre') === null) texts.push(text)
      if (parseFloat(getComputedStyle(holder).fontSize) < ${LEAST_TEXT}) small.push(text.slice(0, 60))
    }
    for (const element of document.querySelectorAll('[placeholder], [aria-label], [title], [alt]'))
      for (const name of ['placeholder', 'aria-label', 'title', 'alt']) {
        const text = element.getAttribute(name)
        if (text && element.checkVisibility()) labels.push(text.trim())
      }
    const wide = element => element === null ? 0 : element.scrollWidth - element.clientWidth
    return { texts, labels, small, wide: Math.max(wide(document.scrollingElement), wide(document.querySelector('main'))) }
  })()`)

/** What Tab does not come to, as a screen reader would name it. Of a group of choices Tab comes to one. */
export async function unreached(page: Page): Promise<string[]> {
  const count = await page.evaluate<number>(`(() => {
    const tabbable = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(element =>
      element.tabIndex >= 0 && !element.disabled && element.type !== 'radio' && element.closest('[inert], [aria-hidden=true]') === null
      && element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0)
    window.tongbanTabs = { tabbable, reached: new Set() }
    document.addEventListener('focusin', ({ target }) => window.tongbanTabs.reached.add(target))
    document.activeElement?.blur()
    return tabbable.length
  })()`)
  // A list that is drawn as far as it is seen has more behind its end.
  for (let press = 0; press < count + 10; press++) await page.keyboard.press('Tab')
  return page.evaluate<string[]>(`(() => {
    const { tabbable, reached } = window.tongbanTabs
    // A table that fits after the window grew is no stop any more.
    return tabbable.filter(element => element.isConnected && element.tabIndex >= 0 && !reached.has(element))
      .map(element => element.outerHTML.slice(0, 160))
  })()`)
}

/** What the node told in two languages is no name: of a pair, the Chinese text belongs to pages in Chinese. */
function namesIn(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    found.add(value)
  } else if (Array.isArray(value)) {
    for (const one of value) namesIn(one, found)
  } else if (typeof value === 'object' && value !== null) {
    const fields = new Set(Object.keys(value))
    for (const [name, one] of Object.entries(value)) {
      const told =
        (name === 'zh' && fields.has('en')) ||
        (name.endsWith('Zh') && fields.has(name.slice(0, -2))) ||
        fields.has(`${name}En`) ||
        name === 'stateName'
      if (!told) namesIn(one, found)
    }
  }
}

/** Listens to what the node answers to a page, and knows afterwards which names came from it. */
export function listen(page: Page): { names(): Promise<string> } {
  const answers: Promise<unknown>[] = []
  page.on('response', (response: Response) => {
    if (response.url().includes('/api/') && response.headers()['content-type']?.includes('json') === true)
      answers.push(response.json().catch(() => null))
  })
  return {
    async names() {
      const found = new Set<string>()
      for (const answer of await Promise.all(answers)) namesIn(answer, found)
      return [...found].join('\n')
    },
  }
}

/** Names of cities ship with the program; examples of what somebody may type are in the language of the lists. */
const SHIPPED = [...divisionsNamed('').map(({ name }) => name), '公积金', '缴存证明'].join('\n')

/** A word by which two people compare: it is read out in either language. */
const COMPARED = /^\p{Script=Han} [a-z]+$/u

/** Chinese words of an English page that are no names. A masked name keeps its first character; a law is named as it is. */
export const untranslated = (texts: readonly string[], names: string): string[] =>
  texts.filter(
    text =>
      !COMPARED.test(text) &&
      (text.replaceAll(/《[^》]*》/g, '').match(/\p{Script=Han}+/gu) ?? []).some(
        run => !names.includes(run) && !SHIPPED.includes(run),
      ),
  )

/** Times as machines write them, and codes for which there are names. */
export const codes = (texts: readonly string[], known: ReadonlySet<string>): string[] =>
  texts.filter(text => /\d{4}-\d{2}-\d{2}T\d{2}:/.test(text) || known.has(text))
