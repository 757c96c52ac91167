/** The least a side must keep: packets by integer with the hash as a narrow unique index, written in groups or one by one. */
import { Database } from 'bun:sqlite'

export class BareStore {
  readonly #db: Database
  readonly #insert: ReturnType<Database['prepare']>
  readonly #mark: ReturnType<Database['prepare']>

  constructor(path: string) {
    this.#db = new Database(path, { create: true })
    for (const pragma of [
      'page_size = 16384',
      'journal_mode = WAL',
      'synchronous = FULL',
      'wal_autocheckpoint = 4000',
    ]) {
      this.#db.run(`PRAGMA ${pragma}`)
    }
    this.#db.run(
      'CREATE TABLE packets (no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, jws TEXT NOT NULL, body BLOB NOT NULL, receipt TEXT)',
    )
    this.#insert = this.#db.prepare('INSERT INTO packets (id, jws, body) VALUES (?, ?, ?)')
    this.#mark = this.#db.prepare('UPDATE packets SET receipt = ? WHERE id = ?')
  }

  /** One commit for all. */
  insert(packets: readonly { id: string; jws: string; body: Uint8Array }[]): void {
    this.#db.transaction(() => {
      for (const { id, jws, body } of packets) this.#insert.run(Buffer.from(id, 'hex'), jws, body)
    })()
  }

  receipted(ids: readonly string[], receipt: string): void {
    this.#db.transaction(() => {
      for (const id of ids) this.#mark.run(receipt, Buffer.from(id, 'hex'))
    })()
  }
}

/** Collects what comes while `work` runs and gives it on together, at most `most` at a time. */
export class Batcher<T> {
  readonly #work: (items: T[]) => Promise<void>
  readonly #most: number
  #waiting: T[] = []
  #running = false

  constructor(most: number, work: (items: T[]) => Promise<void>) {
    this.#most = most
    this.#work = work
  }

  add(item: T): void {
    this.#waiting.push(item)
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#work(this.#waiting.splice(0, this.#most))
    this.#running = false
  }
}
