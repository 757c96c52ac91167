/** What the engine and the migrations share about SQL text. */

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
