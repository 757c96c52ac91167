import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Catalogue, counted, type Words } from '../node/edges/console/app/catalogue.ts'

const APP = fileURLToPath(new URL('../node/edges/console/app/', import.meta.url))

/** Each text in English that is made of parts, of every catalogue of the console, as it reads with one of everything. */
async function ofOne(): Promise<string[]> {
  const texts: string[] = []
  for (const file of new Bun.Glob('*/**/*words*.ts').scanSync(APP)) {
    const parts: Record<string, unknown> = await import(`${APP}${file}`)
    for (const [name, part] of Object.entries(parts)) {
      const { en } = (typeof part === 'object' && part !== null ? part : {}) as Partial<Catalogue<Words>>
      for (const [key, text] of Object.entries(en ?? {}))
        if (typeof text === 'function')
          texts.push(`${file} ${name}.${key}: ${(text as (...all: number[]) => string)(1, 1, 1, 1, 1)}`)
    }
  }
  return texts
}

/** A noun in the plural after one ("1 pages", "1 working days"), or its verb ("1 item are", "1 were"). */
const MANY =
  /\b1 (?!of\b)(?:(?:[a-z]+ )?(?!(?:is|was|has|this|as|goes|does|lists|counts|unless|others|tells)\b)[a-z]{2,}s\b|(?:[a-z]+ )?(?:are|were|have|do)\b)/i
/** Of whom something is told is named, not counted. */
const NAMED = ['CASE.hereToo', 'AGREEMENTS.toldHint']

test('one of something is told in the singular', async () => {
  const texts = await ofOne()
  expect(texts.length).toBeGreaterThan(200)
  expect(texts.filter(text => MANY.test(text) && !NAMED.some(name => text.includes(`${name}:`)))).toEqual([])
})

test.each([
  [0, '0 pages'],
  [1, '1 page'],
  ['1', '1 page'],
  ['1000+', '1000+ pages'],
] as const)('%s is counted as %s', (count, text) => {
  expect(counted(count, 'page')).toBe(text)
})
