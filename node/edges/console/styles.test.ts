/** All style sheets of the console are loaded at its start, so a class of one page that another page uses gives that the look of the first. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const APP = fileURLToPath(new URL('app/', import.meta.url))
/** That of the frame, and the parts of all pages: their classes are everybody's. */
const COMMON = 'style.css'
const PARTS = 'ui'

/** Those that stand around what a page shows: a page names them for what it has within. */
const FRAME: ReadonlySet<string> = new Set(['page', 'card', 'muted'])

/** What a sheet says of screens; rules of print may be of others, which are left out of what is printed. */
const selectorsOf = (text: string): string[] =>
  Array.from(
    text
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/@media print\s*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '')
      .matchAll(/([^{};]+)\{/g),
    ([, selector = '']) => selector.split(','),
  ).flat()

/** `:has(> .x)` is of those that have it. */
const BEGIN = /^\s*(?:\.[\w-]+:has\(> )?[a-z]*\.([a-z][\w-]*)/

/** `owned`: classes that begin its selectors, and so look alike on every page; `named`: all that it names. */
function classesOf(text: string): { owned: Set<string>; named: Set<string> } {
  const selectors = selectorsOf(text)
  return {
    owned: new Set(selectors.flatMap(selector => BEGIN.exec(selector)?.[1] ?? [])),
    named: new Set(
      selectors.flatMap(selector => [...selector.matchAll(/\.([a-z][\w-]*)/g)].map(([, name = '']) => name)),
    ),
  }
}

test('a class that one folder gives a look is none of another folder', async () => {
  const sheets = (await readdir(APP, { recursive: true })).filter(name => name.endsWith('.css') && name !== COMMON)
  expect(sheets.length).toBeGreaterThan(10)
  const folders = new Map<string, ReturnType<typeof classesOf>>()
  for (const sheet of sheets) {
    const folder = sheet.split('/')[0] ?? ''
    const { owned, named } = classesOf(await readFile(`${APP}${sheet}`, 'utf8'))
    const before = folders.get(folder)
    folders.set(folder, {
      owned: owned.union(before?.owned ?? new Set()),
      named: named.union(before?.named ?? new Set()),
    })
  }
  const common = classesOf(await readFile(`${APP}${COMMON}`, 'utf8')).owned
  const shared: string[] = []
  for (const [folder, { owned, named }] of folders) {
    // Also below a class of its own: what it does not say itself, it would get from there.
    for (const name of named)
      if (common.has(name) && !FRAME.has(name)) shared.push(`.${name} in ${folder} is that of all pages`)
    for (const name of owned) if (common.has(name)) shared.push(`.${name} of ${folder} is that of all pages`)
    for (const [other, { named }] of folders)
      if (other !== folder && folder !== PARTS)
        for (const name of owned)
          if (named.has(name) && !common.has(name)) shared.push(`.${name} of ${folder} is in ${other}`)
  }
  expect(shared).toEqual([])
})

test('a sheet is read rule by rule', () => {
  const text = `.one > .two, p.three:hover { color: red } /* .four {} */ @media (max-width: 1px) { .five { top: 0 } }
    @media print { .six { display: none } .seven { display: none } } .eight { top: 0 }`
  expect([...classesOf(text).owned]).toEqual(['one', 'three', 'five', 'eight'])
  expect([...classesOf(text).named]).toEqual(['one', 'two', 'three', 'five', 'eight'])
})
