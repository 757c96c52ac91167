/** A system behind exchange tables (前置库) in SQLite: it looks for new rows, flags them and writes rows of its own. */
import { Database } from 'bun:sqlite'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { scan } from '../../node/edges/cli/sandbox-scan.ts'
import { again, createOffice } from './office.ts'
import type { System } from './systems.ts'

const TABLES = [
  "CREATE TABLE bj_jbxx (rowguid TEXT PRIMARY KEY, bjbh TEXT NOT NULL, sxbm TEXT, sqr TEXT, zjhm TEXT, sjrq TEXT, slbh TEXT, jhbz TEXT DEFAULT '0')",
  'CREATE TABLE bj_clxx (rowguid TEXT NOT NULL, sha256 TEXT NOT NULL, clmc TEXT, cllj TEXT, PRIMARY KEY (rowguid, sha256))',
  "CREATE TABLE bj_ly (rowguid TEXT PRIMARY KEY, slbh TEXT NOT NULL, nr TEXT, jhbz TEXT DEFAULT '0')",
  'CREATE TABLE fk_hjxx (id INTEGER PRIMARY KEY AUTOINCREMENT, slbh TEXT NOT NULL, hjdm TEXT NOT NULL, jgwj TEXT)',
  'CREATE TABLE fk_wj (id TEXT PRIMARY KEY, nr BLOB)',
]

/** `folder`: holds the database and the folder of scans. */
export async function startTablesSystem(folder: string): Promise<System> {
  await mkdir(folder, { recursive: true })
  const database = new Database(join(folder, 'exchange.sqlite'), { create: true, strict: true })
  // Two programs write to it.
  database.run('PRAGMA journal_mode = WAL')
  database.run('PRAGMA busy_timeout = 30000')
  for (const sql of TABLES) database.run(sql)
  const office = createOffice('RS')
  let told = 0
  const newCases = database.query<{ rowguid: string }, []>("SELECT rowguid FROM bj_jbxx WHERE jhbz = '0'")
  const newWords = database.query<{ rowguid: string; slbh: string }, []>(
    "SELECT rowguid, slbh FROM bj_ly WHERE jhbz = '0'",
  )
  const work = database.transaction(() => {
    for (const { rowguid } of newCases.all())
      database.run("UPDATE bj_jbxx SET jhbz = '1', slbh = ? WHERE rowguid = ?", [office.register(rowguid), rowguid])
    for (const { rowguid, slbh } of newWords.all()) {
      office.hear(rowguid, slbh)
      database.run("UPDATE bj_ly SET jhbz = '1' WHERE rowguid = ?", [rowguid])
    }
    for (const { no, number, step } of office.answers.slice(told)) {
      const file = step === 'JD' ? `JD${no}` : null
      if (file !== null) database.run('INSERT INTO fk_wj (id, nr) VALUES (?, ?)', [file, scan(`Decision ${number}`)])
      database.run('INSERT INTO fk_hjxx (slbh, hjdm, jgwj) VALUES (?, ?, ?)', [number, step, file])
      told = no
    }
  })
  const stopped = again(async () => work.immediate())
  return {
    adapter: { kind: 'front-table', mapping: 'front-table.json' },
    effects: async () => office.effects(),
    async stop() {
      await stopped()
      database.close()
    },
  }
}
