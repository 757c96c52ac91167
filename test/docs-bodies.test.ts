/** The bodies in the clerk's handbook, in both languages: each is what the API takes, and every step has one. */
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { exampleCities, exampleItems } from '../examples/data/load.ts'
import { NewCase, NewJointCase } from '../node/city/cases/new-case.ts'
import { CASE_CONTENT, type CaseKind, isCaseKind, SPECIAL_PROCEDURES } from '../protocol/case/kinds.ts'

const read = (name: string) => readFile(new URL(`../docs/${name}`, import.meta.url), 'utf8')
/** As the shell and the clerk would fill it in. */
const filled = (json: string): unknown =>
  JSON.parse(
    json
      .replaceAll(/'?\$\(now\)'?/g, '2026-11-25T09:00:00+08:00')
      .replaceAll(/'?\$\(day( \d+)?\)'?/g, '2026-12-05')
      .replaceAll(/"(PACKET|SHA256)"/g, `"${'a'.repeat(64)}"`),
  ) as unknown

type Step = { kind: CaseKind; body: unknown }
function stepsOf(page: string): Step[] {
  const found = page.matchAll(
    /tongban case step (\S+) CASE(?: --material \S+)? --body '((?:[^'\n]|'\$\([^)]*\)')*)'$/gm,
  )
  return [...found].map(([, name = '', body = '']) => {
    const kind = `case.${name}`
    if (!isCaseKind(kind)) throw new Error(`${name} is no step`)
    return { kind, body: filled(body) }
  })
}
/** Files that are written by `cat > NAME <<EOF`. */
const filesOf = (page: string) =>
  new Map(
    [...page.matchAll(/cat > (\S+) <<EOF\n([\s\S]*?)\nEOF/g)].map(([, name = '', text = '']) => [name, filled(text)]),
  )
/** Fields of an application that are shown alone. */
const fieldsOf = (page: string) =>
  [...page.matchAll(/```json\n([\s\S]*?)\n\s*```/g)].map(
    ([, text = '']) => filled(`{${text}}`) as Record<string, unknown>,
  )

const problems = (schema: z.ZodType, value: unknown): string => {
  const parsed = schema.safeParse(value)
  return parsed.success ? '' : z.prettifyError(parsed.error)
}

describe.each(['clerk.zh-CN.md', 'clerk.md'])('%s', name => {
  let page = ''
  beforeAll(async () => {
    page = await read(name)
  })

  test('the body of each step is what the step takes', () => {
    const steps = stepsOf(page)
    expect(steps).toHaveLength(page.match(/tongban case step .*--body /g)?.length ?? 0)
    for (const { kind, body } of steps)
      expect([kind, problems(CASE_CONTENT[kind], body), JSON.stringify(body)]).toEqual([kind, '', JSON.stringify(body)])
  })

  test('a step without a body names steps, and sets fields that the last one has', () => {
    const short = [...page.matchAll(/tongban case step (\S+) CASE((?: --(?:set|material) \S+| --check)*)$/gm)]
    expect(short.length).toBeGreaterThan(2)
    expect(short).toHaveLength(page.match(/tongban case step (?!.*--body).*$/gm)?.length ?? 0)
    for (const [, names = '', flags = ''] of short) {
      const kinds = names.split(',').map(kind => `case.${kind}`)
      for (const kind of kinds) expect(isCaseKind(kind), kind).toBe(true)
      const { shape } = CASE_CONTENT[kinds.at(-1) as CaseKind]
      for (const [, field = ''] of flags.matchAll(/--set ([a-zA-Z]+)/g)) expect(Object.keys(shape)).toContain(field)
    }
  })

  test('every step that a clerk may take has one, and each special procedure', () => {
    const steps = stepsOf(page)
    const given = new Set(steps.map(({ kind }) => kind))
    const lacking = (Object.keys(CASE_CONTENT) as CaseKind[]).filter(kind => !given.has(kind))
    // An application is a file of its own; a purge is asked of the node.
    expect(lacking).toEqual(['case.submit', 'case.purge'])
    const paused = steps
      .filter(({ kind }) => kind === 'case.pause')
      .map(({ body }) => (body as { procedure: string }).procedure)
    expect(paused).toEqual([...SPECIAL_PROCEDURES])
  })

  test('the applications are whole, of items that the demo publishes', async () => {
    const files = filesOf(page)
    expect(problems(NewCase, files.get('case.json'))).toBe('')
    expect(problems(NewJointCase, files.get('joint.json'))).toBe('')
    const one = files.get('case.json') as z.infer<typeof NewCase>
    for (const field of ['agent', 'consent', 'purpose', 'delivery'] as const) expect(one[field]).toBeDefined()
    expect(one.delivery?.recipient).toBeDefined()
    const shiyan = (await exampleCities()).find(({ code }) => code === one.to)
    const codes = (shiyan === undefined ? [] : await exampleItems(shiyan)).map(({ taskCode }) => taskCode)
    for (const [code] of page.matchAll(/\b11420300\w{23}\b/g)) expect(codes).toContain(code)
  })

  test('fields that are shown alone fit where they belong', () => {
    const fields = fieldsOf(page)
    expect(fields.map(field => Object.keys(field))).toEqual([['agent'], ['materials'], ['sms'], ['commitment']])
    for (const field of fields)
      for (const [key, value] of Object.entries(field))
        expect(problems(NewCase.shape[key as 'agent' | 'materials' | 'sms' | 'commitment'], value)).toBe('')
  })
})

test('both languages show the same bodies', async () => {
  const [zh = '', en = ''] = await Promise.all(['clerk.zh-CN.md', 'clerk.md'].map(read))
  expect(stepsOf(en)).toEqual(stepsOf(zh))
  expect(filesOf(en)).toEqual(filesOf(zh))
  expect(fieldsOf(en)).toEqual(fieldsOf(zh))
})
