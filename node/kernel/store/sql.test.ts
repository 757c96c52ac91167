import { describe, expect, test } from 'vitest'
import { fc } from '../../../test/support/properties.ts'
import { inList, plannedOnce, statementsOf } from './sql.ts'

describe('statements of a script', () => {
  test.each([
    ['', []],
    [' ;\n; -- nothing\n/* at; all */ ', []],
    ['SELECT 1', ['SELECT 1']],
    ['SELECT 1; SELECT 2;\nSELECT 3', ['SELECT 1', 'SELECT 2', 'SELECT 3']],
    [`INSERT INTO a VALUES ('x;''\n;y'); SELECT 2`, [`INSERT INTO a VALUES ('x;''\n;y')`, 'SELECT 2']],
    ['CREATE TABLE ";" (x); SELECT 2', ['CREATE TABLE ";" (x)', 'SELECT 2']],
    ['SELECT 1 -- one; or two\n; SELECT 2', ['SELECT 1 -- one; or two', 'SELECT 2']],
    ['SELECT 6 - 2 / 1 /* ; */; SELECT 2', ['SELECT 6 - 2 / 1 /* ; */', 'SELECT 2']],
    [`SELECT 'never closed; SELECT 2`, [`SELECT 'never closed`, 'SELECT 2']],
  ])('%j', (script, statements) => expect(statementsOf(script)).toEqual(statements))

  test('statements joined by semicolons come back, whatever their quotes and comments hold', () => {
    const inside = fc.array(fc.constantFrom(';', '-', '/', '*', ' ', '\n', 'é', 'x'), { maxLength: 6 })
    const piece = fc.oneof(
      fc.constantFrom('SELECT', '1', '-', '/', '?', '(', ')'),
      inside.map(chars => `'${chars.join('')}'`),
      inside.map(chars => `"${chars.join('')}"`),
      inside.map(chars => `--${chars.join('').replaceAll('\n', '')}\n`),
      inside.map(chars => `/*${chars.join('').replaceAll('*', '')}*/`),
    )
    const statement = fc.array(piece, { maxLength: 8 }).map(pieces => ['SELECT', ...pieces, 'x'].join(' '))
    fc.assert(
      fc.property(fc.array(statement), statements => {
        expect(statementsOf(statements.join(';'))).toEqual(statements)
      }),
    )
  })
})

describe('the parameters of a statement', () => {
  test.each([
    ['SELECT 1', 'SELECT 1'],
    ['SELECT ? WHERE a = ?2 LIMIT ?', 'SELECT +? WHERE a = +?2 LIMIT +?'],
    ['VALUES (?,?), (-?, x - ?)', 'VALUES (+?,+?), (-+?, x - +?)'],
    [`SELECT '?', "?", '''?', -- ?\n ? /* ? */`, `SELECT '?', "?", '''?', -- ?\n +? /* ? */`],
  ])('%j', (statement, planned) => expect(plannedOnce(statement)).toBe(planned))
})

test.each([
  [[1], '?', [1]],
  [[1, 2], '?, ?', [1, 2]],
  [[1, 2, 3], '?, ?, ?, ?', [1, 2, 3, 3]],
  [[1, 2, 3, 4], '?, ?, ?, ?', [1, 2, 3, 4]],
  [[1, 2, 3, 4, 5], '?, ?, ?, ?, ?, ?, ?, ?', [1, 2, 3, 4, 5, 5, 5, 5]],
])('a list of %j shares its statement with lists of about its length', (values, marks, params) =>
  expect(inList(values)).toEqual({ marks, params }),
)
