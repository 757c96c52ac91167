/** The glossary against the code: each term once, in both languages, with a source and a place that exist; no state, step or role is left out. */
import { access, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { AGREEMENT_CONTENT, AGREEMENT_STATES } from '../protocol/agreement/kinds.ts'
import { CASE_CONTENT, MODE_NAMES, OUTCOMES } from '../protocol/case/kinds.ts'
import { STATES } from '../protocol/case/table.ts'
import { TEST_CONTENT } from '../protocol/partner-test/thread.ts'
import { PROBLEMS } from '../protocol/problem.ts'
import { ROLES } from '../protocol/rights/roles.ts'

type Term = { zh: string; en: string; codes: string[]; meaning: string; source: string; where: string }

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8')

/** Rows of the tables that begin with the Chinese word; a row of another form is a fault. */
function termsOf(text: string): Term[] {
  const rows = text.split('\n').filter(line => line.startsWith('|') && !/^\| ?(中文|-)/.test(line))
  return rows.map(row => {
    const cells = row.split('|').slice(1, -1)
    const [zh = '', en = '', meaning = '', source = '', where = ''] = cells.map(cell => cell.trim())
    if (cells.length !== 5 || [zh, en, meaning, source, where].includes('')) throw new Error(`not five cells: ${row}`)
    const codes = [...`${en} ${meaning}`.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
    return { zh, en: en.replace(/ ?`[^`]+`/g, ''), codes, meaning, source, where: where.replaceAll('`', '') }
  })
}

const terms = termsOf(await read('docs/glossary.md'))
const twice = (words: readonly string[]) => words.filter((word, index) => words.indexOf(word) !== index)
const missing = (codes: readonly string[]) => codes.filter(code => !terms.some(term => term.codes.includes(code)))

describe('the glossary', () => {
  test('says each term once, in Chinese and in English', () => {
    expect(terms.length).toBeGreaterThan(100)
    expect(twice(terms.map(({ zh }) => zh))).toEqual([])
    expect(twice(terms.map(({ en }) => en.toLowerCase()))).toEqual([])
    expect(terms.filter(({ zh }) => !/\p{Script=Han}/u.test(zh)).map(({ zh }) => zh)).toEqual([])
    expect(terms.filter(({ en }) => !/^[A-Z][\w\s,:-]+$/.test(en)).map(({ en }) => en)).toEqual([])
  })

  test('names files that there are, and sections that SPEC.md has', async () => {
    const lost = await Promise.all(
      terms.map(({ where }) =>
        access(new URL(`../${where}`, import.meta.url)).then(
          () => [],
          () => [where],
        ),
      ),
    )
    expect(lost.flat()).toEqual([])
    const sections = new Set([...(await read('protocol/SPEC.md')).matchAll(/^#+ ([\d.]+?)\.? /gm)].map(([, no]) => no))
    const named = terms.flatMap(({ source }) => [...source.matchAll(/SPEC §([\d.]+)/g)].map(([, no]) => no))
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter(no => !sections.has(no))).toEqual([])
  })

  test.each([
    ['state of a case', STATES],
    ['state of an agreement', AGREEMENT_STATES],
  ])('has every %s, by the name that the program shows', (_, states) => {
    for (const [code, zh] of Object.entries(states))
      expect(terms.filter(term => term.zh === zh && term.codes.includes(code)).map(term => term.zh)).toEqual([zh])
  })

  test.each([
    ['kind of packet', [CASE_CONTENT, AGREEMENT_CONTENT, TEST_CONTENT].flatMap(kinds => Object.keys(kinds))],
    ['outcome', OUTCOMES],
    ['role', ROLES],
    ['party that must act on a problem', [...new Set(Object.values(PROBLEMS).map(({ act }) => act))]],
  ])('has every %s', (_, codes) => {
    expect(codes.length).toBeGreaterThan(2)
    expect(missing(codes)).toEqual([])
  })

  test('has every handling mode', () => {
    for (const [mode, { zh }] of Object.entries(MODE_NAMES))
      expect(terms.find(term => term.zh === zh)?.en).toContain(`mode ${mode}`)
  })

  test.each([
    'Parked',
    'On hold',
    'Link',
    'Case draft',
    'Item draft',
    'Packet draft',
    'Delegation documents',
    'Printed forms',
  ])('tells %s from what else the word might mean', name => expect(terms.map(({ en }) => en)).toContain(name))

  test.each(['README.md', 'README.zh-CN.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])('is linked from %s', async path =>
    expect(await read(path)).toContain('(docs/glossary.md)'),
  )

  test.each(['administrator', 'auditor', 'clerk', 'integrator'].flatMap(name => [`${name}.md`, `${name}.zh-CN.md`]))(
    'is linked from the manual %s',
    async path => expect(await read(`docs/${path}`)).toContain('(glossary.md)'),
  )

  test('that says a term twice, or leaves one out, is found', () => {
    expect(() => termsOf('| 办件 | Case | means |')).toThrow('not five cells')
    expect(twice(['Case', 'Link', 'Case'])).toEqual(['Case'])
    expect(missing(['case.unheard'])).toEqual(['case.unheard'])
  })
})
