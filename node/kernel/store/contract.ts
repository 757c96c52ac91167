/**
 * What every engine of the Database port does, as a suite (存储契约): an engine's test gives it a maker.
 * For tests only: it imports vitest, and nothing that runs imports it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backupContract } from './backup-contract.ts'
import type { Database, Transaction } from './database.ts'
import { valuesContract } from './values-contract.ts'

export type DatabaseSubject = {
  database: Database
  /** what callbacks after a commit threw */
  reported: unknown[]
  /** a path for a backup, not there yet */
  backupPath: string
  /** opens what `backup` wrote */
  openBackup(path: string): Promise<Database>
}

/** Something to wait for, and what ends the waiting. */
function gate(): { open(): void; opened: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { open: resolve, opened: promise }
}

const NESTED = { problem: { code: 'internal', detail: 'a transaction is begun within another one' } }
const ENDED = { problem: { code: 'internal', detail: 'the transaction has ended' } }
const CLOSED = { problem: { code: 'internal', detail: 'the store is closed' } }

export function databaseContract(name: string, make: () => Promise<DatabaseSubject>): void {
  describe(`${name} as a store`, () => {
    let subject: DatabaseSubject
    let db: Database

    beforeEach(async () => {
      subject = await make()
      db = subject.database
      await db.transaction(async tx => {
        await tx.run('CREATE TABLE entries (no INTEGER PRIMARY KEY, word TEXT UNIQUE, bytes BLOB, number INTEGER)')
        await tx.run('CREATE TABLE sums (name TEXT PRIMARY KEY, value INTEGER NOT NULL)')
        await tx.run('INSERT INTO sums (name, value) VALUES (?, ?)', ['total', 0])
      })
    })
    afterEach(async () => {
      await db.close()
      await rm(subject.backupPath, { force: true })
    })

    const put = (tx: Transaction, word: string) => tx.run('INSERT INTO entries (word) VALUES (?)', [word])
    const words = async (of: Database = db) =>
      (await of.query<{ word: string }>('SELECT word FROM entries ORDER BY no')).map(row => row.word)
    const total = async (of: Pick<Database, 'query'> = db) =>
      (await of.query<{ value: number }>(`SELECT value FROM sums WHERE name = 'total'`))[0]?.value

    valuesContract(() => db)

    describe('a transaction', () => {
      test('gives what its work returned', async () => {
        expect(await db.transaction(async () => ({ answer: 42 }))).toEqual({ answer: 42 })
      })

      test('reads what it wrote, and a reader sees it only once it is committed', async () => {
        const written = gate()
        const go = gate()
        const writing = db.transaction(async tx => {
          await put(tx, 'mine')
          expect(await tx.query('SELECT word FROM entries')).toEqual([{ word: 'mine' }])
          written.open()
          await go.opened
        })
        await written.opened
        expect(await words()).toEqual([])
        go.open()
        await writing
        expect(await words()).toEqual(['mine'])
      })

      test('that throws leaves nothing, and rejects with what was thrown', async () => {
        const reason = new Error('no')
        const failing = db.transaction(async tx => {
          await put(tx, 'gone')
          throw reason
        })
        await expect(failing).rejects.toBe(reason)
        expect(await words()).toEqual([])
      })

      test('that throws before it awaits anything rejects too', async () => {
        const failing = db.transaction(() => {
          throw new Error('at once')
        })
        await expect(failing).rejects.toThrow('at once')
      })

      test('outlives a statement that failed and was caught', async () => {
        await db.transaction(async tx => {
          await put(tx, 'a')
          await expect(put(tx, 'a')).rejects.toThrow()
          await put(tx, 'b')
        })
        expect(await words()).toEqual(['a', 'b'])
      })

      test('runs the statements of a batch in their order', async () => {
        await db.transaction(async tx => {
          await tx.batch([])
          await tx.batch([
            ['INSERT INTO entries (no, word) VALUES (?, ?)', [7, 'first']],
            [`INSERT INTO entries (word) SELECT word || ? FROM entries WHERE no = ?`, ['!', 7]],
            ['DELETE FROM entries WHERE no = ?', [7]],
          ])
          expect(await tx.query('SELECT word FROM entries')).toEqual([{ word: 'first!' }])
        })
        expect(await words()).toEqual(['first!'])
      })

      test('ends a batch at the first statement that fails, and outlives it', async () => {
        const insert = 'INSERT INTO entries (word) VALUES (?)'
        await db.transaction(async tx => {
          const failing = tx.batch([
            [insert, ['a']],
            [insert, ['a']],
            [insert, ['never']],
          ])
          await expect(failing).rejects.toThrow()
          await expect(tx.batch([[insert, []]])).rejects.toMatchObject({ problem: { code: 'internal' } })
          await put(tx, 'b')
        })
        expect(await words()).toEqual(['a', 'b'])
        const rolledBack = db.transaction(tx =>
          tx.batch([
            [insert, ['c']],
            [insert, ['c']],
          ]),
        )
        await expect(rolledBack).rejects.toThrow()
        expect(await words()).toEqual(['a', 'b'])
      })

      test('that throws among others takes only itself back', async () => {
        const outcomes = await Promise.allSettled(
          ['a', 'b', 'c', 'd'].map(word =>
            db.transaction(async tx => {
              await put(tx, word)
              if (word === 'b') throw new Error('b')
              if (word === 'c') await put(tx, 'a')
            }),
          ),
        )
        expect(outcomes.map(outcome => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
        expect(await words()).toEqual(['a', 'd'])
      })

      test('never runs while another one does', async () => {
        let inside = 0
        await Promise.all(
          Array.from({ length: 20 }, () =>
            db.transaction(async tx => {
              inside++
              const before = (await total(tx)) ?? 0
              for (let i = 0; i < 5; i++) await Promise.resolve()
              await tx.run(`UPDATE sums SET value = ? WHERE name = 'total'`, [before + 1])
              expect(inside).toBe(1)
              inside--
            }),
          ),
        )
        expect(await total()).toBe(20)
      })

      test('waits for those called before it, and its caller hears in that order', async () => {
        const ran: string[] = []
        const heard: string[] = []
        await Promise.all(
          ['a', 'b', 'c'].map(async word => {
            await db.transaction(async tx => {
              ran.push(word)
              await put(tx, word)
            })
            heard.push(word)
          }),
        )
        expect([ran, heard, await words()]).toEqual([
          ['a', 'b', 'c'],
          ['a', 'b', 'c'],
          ['a', 'b', 'c'],
        ])
      })

      test('begun within another one is refused rather than waited for, however deep, and both go on', async () => {
        const nested = (word: string, path: () => Promise<unknown>) =>
          db.transaction(async tx => {
            await expect(path()).rejects.toMatchObject(NESTED)
            await put(tx, word)
          })
        await nested('a', () => db.transaction(inner => put(inner, 'inner')))
        await nested('b', async () => {
          await Promise.resolve()
          return Promise.all([1, 2].map(() => db.transaction(inner => put(inner, 'inner'))))
        })
        expect(await words()).toEqual(['a', 'b'])
      })

      test('is begun by a callback after the commit, and by what goes on once the other one has ended', async () => {
        const follow: Promise<unknown>[] = []
        const end = gate()
        await db.transaction(async tx => {
          await put(tx, 'first')
          tx.afterCommit(() => follow.push(db.transaction(inner => put(inner, 'second'))))
          follow.push(end.opened.then(() => db.transaction(inner => put(inner, 'third'))))
        })
        end.open()
        await Promise.all(follow)
        expect((await words()).toSorted()).toEqual(['first', 'second', 'third'])
      })

      test('runs in the asynchronous context of its caller', async () => {
        const caller = new AsyncLocalStorage<string>()
        const seen: unknown[] = []
        await Promise.all(
          ['a', 'b'].map(who =>
            caller.run(who, () =>
              db.transaction(async tx => {
                await put(tx, who)
                tx.afterCommit(() => seen.push(['after', who, caller.getStore()]))
                seen.push(['inside', who, caller.getStore()])
              }),
            ),
          ),
        )
        expect(seen).toEqual([
          ['inside', 'a', 'a'],
          ['inside', 'b', 'b'],
          ['after', 'a', 'a'],
          ['after', 'b', 'b'],
        ])
      })

      test('cannot be used after its end', async () => {
        const kept: Transaction[] = []
        await db.transaction(async tx => {
          kept.push(tx)
        })
        await db
          .transaction(async tx => {
            kept.push(tx)
            throw new Error('rolled back')
          })
          .catch(() => {})
        expect(kept).toHaveLength(2)
        for (const tx of kept) {
          await expect(tx.query('SELECT 1 AS one')).rejects.toMatchObject(ENDED)
          await expect(put(tx, 'late')).rejects.toMatchObject(ENDED)
          await expect(tx.batch([])).rejects.toMatchObject(ENDED)
          expect(() => tx.afterCommit(() => {})).toThrow(expect.objectContaining(ENDED))
          expect(() => tx.afterRollback(() => {})).toThrow(expect.objectContaining(ENDED))
        }
        expect(await words()).toEqual([])
      })
    })

    describe('after a commit', () => {
      test('callbacks run once, in order, when readers see the work and before the caller hears', async () => {
        const seen: unknown[] = []
        const reading: Promise<unknown>[] = []
        await db
          .transaction(async tx => {
            tx.afterCommit(() => {
              seen.push('one')
              reading.push(words())
            })
            await put(tx, 'a')
            tx.afterCommit(() => seen.push('two'))
          })
          .then(() => seen.push('heard'))
        expect(seen).toEqual(['one', 'two', 'heard'])
        expect(await Promise.all(reading)).toEqual([['a']])
      })

      test('those of a transaction that was rolled back never run', async () => {
        const seen: string[] = []
        await Promise.allSettled([
          db.transaction(async tx => {
            tx.afterCommit(() => seen.push('rolled back'))
            throw new Error('no')
          }),
          db.transaction(async tx => tx.afterCommit(() => seen.push('committed'))),
        ])
        expect(seen).toEqual(['committed'])
      })

      test('after a rollback its own callbacks run, before any other transaction', async () => {
        const seen: string[] = []
        await Promise.allSettled([
          db.transaction(async tx => {
            tx.afterRollback(() => seen.push('forgotten'))
            seen.push('first')
            throw new Error('no')
          }),
          db.transaction(async tx => {
            tx.afterRollback(() => seen.push('never'))
            seen.push('second')
          }),
        ])
        expect(seen).toEqual(['first', 'forgotten', 'second'])
      })

      test('one that throws is reported; the commit stands and the others run', async () => {
        const seen: string[] = []
        await db.transaction(async tx => {
          await put(tx, 'a')
          tx.afterCommit(() => {
            throw new Error('in a callback')
          })
          tx.afterCommit(() => seen.push('next'))
        })
        expect(subject.reported).toEqual([new Error('in a callback')])
        expect([seen, await words()]).toEqual([['next'], ['a']])
      })
    })

    describe('load', () => {
      test('repeatable ones at once: each counts once in its own context, and those that fail do so alone', async () => {
        const caller = new AsyncLocalStorage<number>()
        const outcomes = await Promise.allSettled(
          Array.from({ length: 50 }, (_, index) =>
            caller.run(index, () =>
              db.transaction(
                async tx => {
                  await tx.run(`UPDATE sums SET value = value + 1 WHERE name = 'total'`)
                  await put(tx, index % 10 === 9 ? 'word 0' : `word ${caller.getStore()}`)
                  return total(tx)
                },
                { repeatable: true },
              ),
            ),
          ),
        )
        const sound = Array.from({ length: 50 }, (_, index) => index).filter(index => index % 10 !== 9)
        expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
          outcomes.map((_, index) => index % 10 !== 9),
        )
        expect(outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))).toEqual(
          sound.map((_, index) => index + 1),
        )
        expect(await words()).toEqual(sound.map(index => `word ${index}`))
        expect(await total()).toBe(45)
      })

      test('1,000 transactions at once all count', async () => {
        await Promise.all(
          Array.from({ length: 1000 }, (_, i) =>
            db.transaction(async tx => {
              await put(tx, `word ${i}`)
              await tx.run(`UPDATE sums SET value = value + ? WHERE name = 'total'`, [i])
            }),
          ),
        )
        expect(await total()).toBe((999 * 1000) / 2)
        expect(await words()).toEqual(Array.from({ length: 1000 }, (_, i) => `word ${i}`))
      })

      test('a caller that always has more to write keeps nobody waiting', async () => {
        let others = 0
        const timer = setInterval(() => others++, 0)
        try {
          for (let written = 0; others < 3; written++) {
            await db.transaction(tx => put(tx, `word ${written}`))
            expect(written).toBeLessThan(100_000)
          }
        } finally {
          clearInterval(timer)
        }
      })
    })

    describe('reading', () => {
      test('cannot write', async () => {
        await expect(db.query(`INSERT INTO entries (word) VALUES ('a') RETURNING no`)).rejects.toThrow()
        expect(await words()).toEqual([])
      })

      test('sees the state of one moment, whatever is being written', async () => {
        let writing = true
        const writer = (async () => {
          for (let i = 0; i < 200; i++) {
            await db.transaction(async tx => {
              await put(tx, `word ${i}`)
              await Promise.resolve()
              await tx.run(`UPDATE sums SET value = value + 1 WHERE name = 'total'`)
            })
          }
          writing = false
        })()
        while (writing) {
          const [row] = await db.query<{ counted: number; kept: number }>(
            `SELECT (SELECT count(*) FROM entries) AS counted, (SELECT value FROM sums WHERE name = 'total') AS kept`,
          )
          expect(row?.counted).toBe(row?.kept)
          await new Promise(resolve => setImmediate(resolve))
        }
        await writer
      })
    })

    backupContract(() => subject)

    describe('closing', () => {
      test('waits for what was called before, and refuses what comes after', async () => {
        const go = gate()
        const heard: string[] = []
        const first = db.transaction(async tx => {
          await go.opened
          await put(tx, 'a')
        })
        const second = db.transaction(tx => put(tx, 'b'))
        const backup = db.backup(subject.backupPath)
        const closing = db.close().then(() => heard.push('closed'))
        void first.then(() => heard.push('first'))
        void second.then(() => heard.push('second'))
        await expect(db.query('SELECT 1 AS one')).rejects.toMatchObject(CLOSED)
        await expect(db.transaction(async () => {})).rejects.toMatchObject(CLOSED)
        await expect(db.backup(subject.backupPath)).rejects.toMatchObject(CLOSED)
        go.open()
        await Promise.all([first, second, backup, closing])
        expect(heard).toEqual(['first', 'second', 'closed'])
      })

      test('twice is closing once', async () => {
        const running = db.transaction(tx => put(tx, 'a'))
        await Promise.all([db.close(), db.close()])
        await running
        await db.close()
      })
    })
  })
}
