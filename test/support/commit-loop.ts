/** Commits pairs of rows to the store at the given path without end, and prints each number once its commit is told. */
import { writeSync } from 'node:fs'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'

const db = openSqlite(process.argv[2] ?? '')
await db.transaction(async tx => {
  await tx.run('CREATE TABLE IF NOT EXISTS a (n INTEGER PRIMARY KEY, x BLOB)')
  await tx.run('CREATE TABLE IF NOT EXISTS b (n INTEGER PRIMARY KEY)')
})
const [row] = await db.query<{ last: number | null }>('SELECT max(n) AS last FROM a')
let next = (row?.last ?? 0) + 1

async function write(): Promise<never> {
  for (;;) {
    const n = next++
    await db.transaction(async tx => {
      await tx.run('INSERT INTO a VALUES (?, ?)', [n, new Uint8Array(2000)])
      await tx.run('INSERT INTO b VALUES (?)', [n])
    })
    // Straight to the pipe: a buffered line would die with the process.
    writeSync(1, `${n}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, write))
