/** What the bound and the HTTPS contender keep: packets under an integer key, hashes as narrow BLOBs, every commit durable. */
import { Database } from 'bun:sqlite'

export type BareStore = ReturnType<typeof openBareStore>

export function openBareStore(path: string) {
  const db = new Database(path, { create: true, strict: true })
  for (const pragma of [
    'page_size = 16384',
    'journal_mode = WAL',
    'synchronous = FULL',
    'wal_autocheckpoint = 4000',
    'temp_store = MEMORY',
  ])
    db.run(`PRAGMA ${pragma}`)
  db.run(
    'CREATE TABLE packets (no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, jws TEXT NOT NULL, receipt_no INTEGER)',
  )
  db.run('CREATE TABLE receipts (no INTEGER PRIMARY KEY, jws TEXT NOT NULL)')
  const insert = db.prepare<{ no: number }, [Uint8Array, string, number | null]>(
    'INSERT INTO packets (id, jws, receipt_no) VALUES (?, ?, ?) RETURNING no',
  )
  const insertReceipt = db.prepare<{ no: number }, [string]>('INSERT INTO receipts (jws) VALUES (?) RETURNING no')
  const mark = db.prepare<null, [number, number, number]>('UPDATE packets SET receipt_no = ? WHERE no BETWEEN ? AND ?')
  const numberOf = (row: { no: number } | null): number => {
    if (row === null) throw new Error('INSERT returned no row')
    return row.no
  }
  const addAll = (packets: readonly { id: Uint8Array; jws: string }[]): number[] =>
    packets.map(({ id, jws }) => numberOf(insert.get(id, jws, null)))
  return {
    /** One commit; the numbers given. */
    add: db.transaction(addAll),
    /** One commit: packets and the receipt given for them. */
    addReceipted: db.transaction((packets: readonly { id: Uint8Array; jws: string }[], receipt: string) => {
      addAll(packets)
      insertReceipt.run(receipt)
    }),
    /** One commit: a receipt taken for the packets from `first` to `last`. */
    receipted: db.transaction((receipt: string, first: number, last: number) => {
      mark.run(numberOf(insertReceipt.get(receipt)), first, last)
    }),
  }
}
