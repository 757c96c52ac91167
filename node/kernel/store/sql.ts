/** What the engine and the migrations share about SQL text. */

import type { Value } from './database.ts'

/** Quoted text, comments, statement ends, and everything between them. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"\-/;]+|[\s\S]/g

/**
 * The statements of a script, without the semicolons that end them; semicolons in quotes and comments end nothing.
 * A trigger's body holds statements of its own and cannot be written this way.
 */
export function statementsOf(script: string): string[] {
  const statements: string[] = []
  let statement = ''
  let says = false
  const end = () => {
    if (says) statements.push(statement.trim())
    statement = ''
    says = false
  }
  for (const [token] of script.matchAll(TOKEN)) {
    if (token === ';') {
      end()
      continue
    }
    statement += token
    says ||= !/^(?:--|\/\*|\s*$)/.test(token)
  }
  end()
  return statements
}

/**
 * A statement whose plan depends on no parameter. SQLite looks at the values that are bound when it chooses an index, and so prepares
 * a statement anew each time that they change: of a join, an order or a limit that takes ten to a hundred times as long as to run it.
 * A plus before a parameter is an operation that changes nothing and keeps its value from the planner.
 */
export const plannedOnce = (statement: string): string =>
  Array.from(statement.matchAll(TOKEN), ([token]) =>
    /^(?:'|"|--|\/\*)/.test(token) ? token : token.replaceAll('?', '+?'),
  ).join('')

/** Parameters for `IN`, the last one repeated up to a power of two: lists of all lengths share few statements. Not of an empty list. */
export function inList<T extends Value>(values: readonly T[]): { marks: string; params: T[] } {
  const size = 2 ** Math.ceil(Math.log2(values.length))
  const params = Array.from({ length: size }, (_, index) => values[Math.min(index, values.length - 1)] as T)
  return { marks: params.map(() => '?').join(', '), params }
}
