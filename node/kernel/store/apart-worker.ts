/** The thread of one copy without keys: see apart.ts. The keys are never written to the copy, so that no free page holds one. */
import { constants, Database } from 'bun:sqlite'
import { workerData } from 'node:worker_threads'
import { type ApartOrder, KEY_COLUMNS, LEFT_EMPTY, LEFT_OUT } from './apart.ts'
import { markOf, openKeyWriter } from './key-file.ts'

const { source, target, keys } = workerData as ApartOrder

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

const { SQLITE_OPEN_READWRITE, SQLITE_OPEN_URI } = constants
const copy = new Database(target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI)
const writer = openKeyWriter(keys)
// Nobody takes half a copy, so nothing of it needs a journal.
for (const pragma of ['page_size = 4096', 'journal_mode = OFF', 'synchronous = OFF', 'cache_size = -16000'])
  copy.run(`PRAGMA ${pragma}`)
copy.run('ATTACH ? AS source', [`file:${encodeURI(source).replaceAll('?', '%3f').replaceAll('#', '%23')}?mode=ro`])
copy.run('PRAGMA busy_timeout = 5000')
// One transaction: one state of the source, for the keys too.
copy.run('BEGIN')
type Entry = { type: string; name: string; sql: string }
const schema = copy
  .query(`SELECT type, name, sql FROM source.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`)
  .all() as Entry[]
for (const { name, sql } of schema.filter(({ type }) => type === 'table')) {
  copy.run(sql)
  if (!LEFT_EMPTY.has(name)) fill(name)
}
for (const { sql } of schema.filter(({ type }) => type !== 'table')) copy.run(sql)
copy.run('COMMIT')
copy.run('DETACH source')
copy.close()
writer.close()

function fill(table: string): void {
  const columns = (copy.query(`PRAGMA source.table_info(${quoted(table)})`).all() as { name: string }[]).map(
    ({ name }) => name,
  )
  const names = columns.map(quoted).join(', ')
  const values = columns.map(name => `${LEFT_OUT[table]?.[name] ?? quoted(name)} AS ${quoted(name)}`).join(', ')
  const key = columns.indexOf(KEY_COLUMNS[table] ?? '')
  if (key < 0) {
    copy.run(`INSERT INTO main.${quoted(table)} (${names}) SELECT ${values} FROM source.${quoted(table)}`)
    return
  }
  const insert = copy.prepare(
    `INSERT INTO main.${quoted(table)} (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  for (const row of copy.query(`SELECT ${values} FROM source.${quoted(table)}`).iterate()) {
    const cells = Object.values(row as object) as (string | number | Uint8Array | null)[]
    const held = cells[key]
    if (held instanceof Uint8Array) {
      writer.add(held)
      cells[key] = markOf(held)
    }
    insert.run(...cells)
  }
}
