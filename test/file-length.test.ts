import { expect, test } from 'vitest'
import { MOST_LINES, tooLong } from './file-length.ts'

const file = (lines: number, head = '') => `${head}${'const a = 1\n'.repeat(lines)}`
const judged = (path: string, source: string) => tooLong(new Map([[path, source]]))

test('a file of so many lines may be, one of a line more says why', () => {
  expect(judged('node/a.ts', file(MOST_LINES))).toEqual([])
  expect(judged('node/a.ts', file(MOST_LINES + 1))).toEqual([
    `node/a.ts: ${MOST_LINES + 1} lines: divide it by subject, or say in its head "Over ${MOST_LINES} lines:" and why`,
  ])
  expect(
    judged('node/a.ts', file(MOST_LINES, '// Over 450 lines: one table, which nobody reads as a whole.\n')),
  ).toEqual([])
})

test('a reason is one: it says something, and stands in the head', () => {
  expect(judged('node/a.ts', file(MOST_LINES, '// Over 450 lines: yes\n'))).toHaveLength(1)
  const late = `${file(20)}// Over 450 lines: one table, which nobody reads as a whole.\n${file(MOST_LINES)}`
  expect(judged('node/a.ts', late)).toHaveLength(1)
})

test('what a program wrote is as long as it is', () => {
  expect(judged('node/edges/client/api.generated.ts', file(10 * MOST_LINES))).toEqual([])
})
