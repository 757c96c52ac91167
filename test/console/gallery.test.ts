/**
 * Every page of the console as people see it: with what real exchange brought there, in both languages and three sizes, before whoever
 * works with it. Pictures are written to `test-results/console/` for people to look at.
 */
import { mkdir, readFile } from 'node:fs/promises'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAVIGATION } from '../../node/edges/console/app/places.ts'
import { OUTCOME_NAMES, STATE_NAMES, TITLES } from '../../protocol/case/names.ts'
import { ROLE_NAMES, ROLES } from '../../protocol/rights/roles.ts'
import { pageAt, SIZES, sit, stumbles } from '../support/browser.ts'
import type { CommandNode } from '../support/command-node.ts'
import { type Seat, seat } from '../support/console.ts'
import { type ConsoleCities, openConsoleCities } from '../support/console-case.ts'
import { codes, listen, settled, shownOn, unreached, untranslated } from '../support/gallery-look.ts'

const PICTURES = new URL('../../test-results/console/', import.meta.url)
const WINDOW = '跨省通办 3 号窗'
const LANGUAGES = ['zh', 'en'] as const
type Language = (typeof LANGUAGES)[number]

/** Who sits there: somebody who works with the page. */
const PEOPLE = {
  clerk: { city: 'ankang', name: '李雷', roles: ['window-clerk'], windows: [WINDOW] },
  lead: { city: 'ankang', name: '韩梅梅', roles: ['window-lead'], windows: [WINDOW] },
  examiner: { city: 'shiyan', name: '张三', roles: ['examiner', 'leader'], departments: null },
  business: { city: 'shiyan', name: '赵业务', roles: ['business-administrator'] },
  system: { city: 'shiyan', name: '钱系统', roles: ['system-administrator'] },
  security: { city: 'shiyan', name: '孙安全', roles: ['security-administrator'] },
  audit: { city: 'shiyan', name: '周审计', roles: ['audit-administrator'] },
  /** who may do everything: before pages that have no entry below */
  all: { city: 'shiyan', name: '吴全能', roles: ROLES, windows: null, departments: null },
} as const satisfies Record<
  string,
  Parameters<typeof seat>[3] & { city: 'ankang' | 'shiyan'; roles: readonly string[] }
>
type Who = keyof typeof PEOPLE

/** What stands in the addresses of pages about one thing. */
type Things = {
  case: string
  draft: string
  agreement: string
  agreementDraft: string
  /** what a parameter stands for on a page that says nothing else */
  usual: Readonly<Record<string, string>>
}
type Look = { path: string; who: Who; at?: (things: Things) => string }

/** Who sits before a page, and what it is about; of others `all` sits there, and its parameters are what they are called. */
const LOOKS: readonly Look[] = [
  { path: '/', who: 'clerk', at: () => '/?queue=window' },
  { path: '/', who: 'lead', at: () => '/?queue=window' },
  { path: '/', who: 'examiner', at: () => '/?queue=ours' },
  { path: '/new', who: 'clerk' },
  { path: '/new/$id', who: 'clerk', at: ({ draft }) => `/new/${draft}` },
  { path: '/messages', who: 'clerk' },
  { path: '/print', who: 'clerk' },
  { path: '/acceptance', who: 'examiner' },
  { path: '/handover', who: 'clerk' },
  { path: '/countersigns', who: 'examiner' },
  { path: '/search', who: 'clerk' },
  { path: '/cases/$no', who: 'clerk', at: ({ case: no }) => `/cases/${no}` },
  { path: '/cases/$no', who: 'examiner', at: ({ case: no }) => `/cases/${no}` },
  { path: '/cases/$no/materials', who: 'examiner', at: ({ case: no }) => `/cases/${no}/materials` },
  { path: '/partners', who: 'security' },
  { path: '/partners/$code', who: 'security', at: () => '/partners/610900' },
  { path: '/agreements', who: 'business' },
  { path: '/agreements/$thread', who: 'business', at: ({ agreement }) => `/agreements/${agreement}` },
  {
    path: '/agreements/drafts/$id',
    who: 'business',
    at: ({ agreementDraft }) => `/agreements/drafts/${agreementDraft}`,
  },
  { path: '/people', who: 'system' },
  { path: '/people', who: 'security' },
  { path: '/audit', who: 'audit' },
  { path: '/operation', who: 'system' },
  { path: '/evidence', who: 'clerk' },
  { path: '/account', who: 'clerk' },
  { path: '/help', who: 'clerk' },
]

/** Addresses of all pages, as `pages.ts` has them: what it loads is for browsers alone. */
const source = await readFile(new URL('../../node/edges/console/app/pages.ts', import.meta.url), 'utf8')
const PATHS = [...source.matchAll(/\{ path: '([^']+)'/g)].map(([, path = '']) => path)
const entries = new Set(LOOKS.map(({ path }) => path))
const GALLERY: readonly Look[] = [
  ...LOOKS,
  ...PATHS.filter(path => !entries.has(path)).map(path => ({ path, who: 'all' as const })),
]

const CODES = [TITLES, ROLE_NAMES, STATE_NAMES, OUTCOME_NAMES].flatMap(names => Object.keys(names))
/** Codes for which there are names, and which nobody should have to read. In English some are the name. */
const KNOWN_CODES: Record<Language, ReadonlySet<string>> = {
  zh: new Set(CODES),
  en: new Set(CODES.filter(code => /[-.]/.test(code))),
}

let cities: ConsoleCities
let things: Things
const seats = new Map<string, Seat>()
const open = new Map<string, { context: BrowserContext; page: Page; faults: string[]; names: () => Promise<string> }>()

/** Cases in several states, messages, papers, results, a draft, an invite: by the API, between the two cities. */
async function furnish(): Promise<void> {
  const { ankang, shiyan, item } = cities
  const [first, second, third, fourth] = await Promise.all([1, 2, 3, 4].map(() => cities.submit(WINDOW)))
  if (first === undefined || second === undefined || third === undefined || fourth === undefined)
    throw new Error('no cases')
  const at = ({ thread }: { thread: string }) => ({ params: { thread } })
  await shiyan.client.messageCase({ ...at(first), body: { text: '请联系申请人，电话已变更' } })
  await shiyan.client.requestSupplementCase({
    ...at(second),
    body: { notice: '身份证缺背面', materials: [{ code: 'M01', reason: '缺背面，请补正反两面' }] },
  })
  await shiyan.client.acceptCase({ ...at(third), body: {} })
  await shiyan.client.acceptCase({ ...at(fourth), body: {} })
  await shiyan.client.decideCase({ ...at(fourth), body: { outcome: 'granted', documentNo: '十审准字第 1001 号' } })
  await shiyan.client.sendResultCase({ ...at(fourth), body: { method: 'pickup' } })
  await cities.reaches(second.thread, 'supplementing')
  await cities.reaches(fourth.thread, 'sending')
  const { id } = await ankang.client.createCaseDraft({
    body: {
      content: {
        to: shiyan.code,
        item: item.taskCode,
        mode: 1,
        applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
        window: WINDOW,
      },
    },
  })
  await shiyan.client.createInvite({ body: { for: '422801' } })
  const [agreement] = (await shiyan.client.listAgreements()).items
  const document = (await shiyan.client.getAgreement({ params: { thread: agreement?.thread ?? '' } })).document
  const drafted = await shiyan.client.createAgreementDraft({ body: { document } })
  things = {
    case: first.caseNo,
    draft: id,
    agreement: agreement?.thread ?? '',
    agreementDraft: drafted.id,
    usual: { no: first.caseNo, city: shiyan.code, code: item.taskCode },
  }
}

beforeAll(async () => {
  cities = await openConsoleCities()
  await mkdir(PICTURES, { recursive: true })
  await furnish()
  // One session for each account: whoever reads both languages has two.
  for (const language of LANGUAGES)
    for (const [who, { city, roles, ...more }] of Object.entries(PEOPLE)) {
      const account = `${who}.${language}`
      seats.set(account, await seat((cities[city] as CommandNode).client, account, [...roles], more))
    }
})
afterAll(() => cities?.stop())

/** Somebody before the console, once for all pages that they look at. */
async function before(who: Who, language: Language) {
  const account = `${who}.${language}`
  const known = open.get(account)
  if (known !== undefined) return known
  const person = seats.get(account)
  if (person === undefined) throw new Error(`nobody is ${account}`)
  const opened = await sit(cities.browser, (cities[PEOPLE[who].city] as CommandNode).node.url, { ...person, language })
  const sitting = { ...opened, ...listen(opened.page) }
  open.set(account, sitting)
  return sitting
}

/** What is wrong with a page as it stands there, and a picture of it in each size. */
async function wrongWith(page: Page, name: string, language: Language, names: () => Promise<string>) {
  const wrong: Record<string, unknown> = {}
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    await settled(page)
    await page.screenshot({ path: new URL(`${name}.${size}.${language}.png`, PICTURES).pathname })
    const { texts, labels, small, wide } = await shownOn(page)
    wrong[`small texts, ${size}`] = small
    wrong[`wider than the screen, ${size}`] = wide > 1 ? wide : 0
    wrong[`codes, ${size}`] = codes(texts, KNOWN_CODES[language])
    if (language === 'en') wrong[`not translated, ${size}`] = untranslated([...texts, ...labels], await names())
    wrong[`stumbles, ${size}`] = await stumbles(page, { frames: false })
  }
  await page.setViewportSize(SIZES.counter)
  return Object.fromEntries(
    Object.entries(wrong).filter(([, found]) => found !== 0 && (found as unknown[]).length !== 0),
  )
}

describe.each(LANGUAGES)('in %s', language => {
  test.each(GALLERY.map(look => [look.path, look.who, look] as const))('%s before %s', async (path, who, { at }) => {
    const sitting = await before(who, language)
    const { page, faults } = sitting
    const address = at?.(things) ?? path.replaceAll(/\$(\w+)/g, (whole, name: string) => things.usual[name] ?? whole)
    expect(address, 'what it is about has no entry').not.toContain('$')
    await page.goto(address)
    await settled(page)
    const name = `${path.replaceAll(/[/$]+/g, '-').replace(/^-/, '') || 'desk'}.${who}`
    const wrong = await wrongWith(page, name, language, sitting.names)
    const missed = language === 'zh' ? await unreached(page) : []
    expect({ ...wrong, missed, faults: faults.splice(0) }).toEqual({ missed: [], faults: [] })
  })

  // In one city somebody who makes accounts can sign in; in the other one nobody can yet.
  test.each(['door', 'set-up'] as const)('the %s', async name => {
    const { node } = name === 'door' ? cities.shiyan : cities.ankang
    const { page, faults, context } = await pageAt(cities.browser, node.url, language)
    const { names } = listen(page)
    await page.getByRole('button').last().waitFor()
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport)
      await page.screenshot({ path: new URL(`${name}.${size}.${language}.png`, PICTURES).pathname })
      const { texts, labels, small, wide } = await shownOn(page)
      expect([small, wide]).toEqual([[], 0])
      // The other language is named in itself.
      if (language === 'en') expect(untranslated([...texts, ...labels], `${await names()}中文`)).toEqual([])
      expect(await stumbles(page)).toEqual([])
    }
    expect(await unreached(page)).toEqual([])
    expect(faults).toEqual([])
    await context.close()
  })
})

test('every place of the navigation is in the gallery', () => {
  expect(NAVIGATION.map(({ path }) => path).filter(path => !GALLERY.some(look => look.path === path))).toEqual([])
})
