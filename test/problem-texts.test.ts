/** Every problem tells its detail in both languages: what the source can say in English has its Chinese in `protocol/messages`. `npm run check` holds the whole source to it. */
import { describe, expect, test } from 'vitest'
import { detailTexts } from './problem-texts.ts'
import { untold } from './problem-words.ts'

describe('what a place can tell', () => {
  const told = (source: string, others: Record<string, string> = {}): string[] =>
    detailTexts(new Map(Object.entries({ 'a.ts': source, ...others }))).map(({ text }) => text)

  test.each([
    ['a literal', `new ProblemError('request.invalid', 'one')`, ['one']],
    ['a template', `refuse('x', \`one of \${row.city}, \${count()}\`)`, ['one of {city}, {count}']],
    ['both ways of a condition', `problem('x', bad ? 'one' : wrong ?? 'two')`, ['one', '{wrong}', 'two']],
    ['a constant', `const WHY = 'one'; new ProblemError('x', WHY)`, ['one']],
    ['a table', `const WHY = { a: 'one', b: 'two' } as const; refuse('x', WHY[kind])`, ['one', 'two']],
    ['a sum of texts', `refuse('x', 'one ' + name)`, ['one {name}']],
    ['a field', `return { ok: false, detail: 'one', retryable: true }`, ['one']],
    ['a reason beside a path', `return { path: [], why: 'one' }`, ['one']],
    ['a class that extends', `class Other extends ProblemError {}; throw new Other('x', 'one')`, ['one']],
    [
      'a function that makes the text',
      `const say = n => \`\${n} at most\`; refuse('x', say(LIMITS.most))`,
      ['{most} at most'],
    ],
    [
      'a class that says it itself',
      `class Other extends ProblemError { constructor(why) { super('x', why) } }; throw new Other('one')`,
      ['one'],
    ],
    [
      'a function that is given the text',
      `const no = (why: string) => refuse('x', \`\${kind} \${why}\`); no('one'); no(twice ? 'two' : 'three')`,
      ['{kind} one', '{kind} two', '{kind} three'],
    ],
    ['nothing', `new ProblemError('x'); refuse('x', undefined); audit({ detail: { packet: id } })`, []],
  ])('%s', (_, source, expected) => {
    expect(told(source).toSorted()).toEqual([...expected].sort())
  })

  test('follows functions and constants to other files', () => {
    const other = `export const MOST = 'ten at most'; export const fail = (why: string) => new ProblemError('x', why)`
    const source = `import { fail, MOST } from './b.ts'; fail(MOST); fail('one')`
    expect(told(source, { 'b.ts': other }).toSorted()).toEqual(['one', 'ten at most'])
  })

  test('names what lacks Chinese, and what is in English in part', () => {
    expect(untold('the moon is too near')).toBe('the moon is too near')
    expect(untold('{place}: no such upload; the moon is too near')).toContain('the moon is too near')
    expect(untold('{place}: no such upload')).toBeNull()
    expect(untold('caseNo')).toBeNull()
  })
})
