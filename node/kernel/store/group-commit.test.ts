import { describe, expect, test } from 'vitest'
import type { Transaction } from './database.ts'
import { createGroupCommit, GROUP_TRANSACTIONS, type GroupCommit, type Writer } from './group-commit.ts'

/** An engine that keeps words, notes each step, and fails where it is told to. */
function fakeWriter(failing: { begin?: Error; commit?: Error } = {}) {
  const steps: string[] = []
  const durable: string[] = []
  let open: string[] | null = null
  let saved = 0
  let savepoints = 0
  const writer: Writer = {
    query: () => [],
    run(word) {
      if (open === null) throw new Error('no transaction is open')
      if (word === 'disk full') {
        open = null
        throw new Error('disk full')
      }
      open.push(word)
      return 1
    },
    begin() {
      if (failing.begin !== undefined) throw failing.begin
      steps.push('begin')
      open = []
    },
    commit() {
      if (failing.commit !== undefined) throw failing.commit
      steps.push('commit')
      durable.push(...(open ?? []))
      open = null
    },
    get inTransaction() {
      return open !== null
    },
    rollback() {
      steps.push('rollback')
      open = null
    },
    savepoint() {
      savepoints++
      saved = open?.length ?? 0
    },
    releaseSavepoint() {},
    rollbackToSavepoint() {
      open?.splice(saved)
    },
  }
  return {
    writer,
    steps,
    durable,
    failing,
    savepoints: () => savepoints,
    commits: () => steps.filter(step => step === 'commit').length,
  }
}

const unexpected = (error: unknown) => {
  throw error
}
const write = (commits: GroupCommit, word: string) => commits.transaction(tx => tx.run(word, []))
const statusOf = (outcomes: readonly PromiseSettledResult<unknown>[]) => outcomes.map(outcome => outcome.status)

describe('group commit', () => {
  test.each([
    [1, 1],
    [GROUP_TRANSACTIONS, 1],
    [GROUP_TRANSACTIONS + 1, 2],
    [3 * GROUP_TRANSACTIONS, 3],
  ])('%i transactions that wait together take %i commits', async (transactions, expected) => {
    const { writer, commits, durable } = fakeWriter()
    const group = createGroupCommit(writer, unexpected)
    await Promise.all(Array.from({ length: transactions }, (_, i) => write(group, `${i}`)))
    expect(commits()).toBe(expected)
    expect(durable).toEqual(Array.from({ length: transactions }, (_, i) => `${i}`))
  })

  test('what arrives while a commit was made waits for the turn of the event loop, and shares the next one', async () => {
    const { writer, commits } = fakeWriter()
    const group = createGroupCommit(writer, unexpected)
    const loop = async (name: string) => {
      for (let i = 0; i < 10; i++) await write(group, name)
    }
    await Promise.all(Array.from({ length: 50 }, (_, i) => loop(`${i}`)))
    expect(commits()).toBe(10)
  })

  test.each([{}, { repeatable: true }])(
    'one that is alone has no savepoint; when it fails all that it wrote is taken back: %o',
    async options => {
      const { writer, steps, durable, savepoints } = fakeWriter()
      const group = createGroupCommit(writer, unexpected)
      const called: string[] = []
      const alone = (word: string) =>
        group.transaction(async tx => {
          tx.afterCommit(() => called.push(`after ${word}`))
          tx.afterRollback(() => called.push(`undo ${word}`))
          await tx.run(word)
          if (word === 'bad') throw new Error(word)
        }, options)
      await alone('a')
      await expect(alone('bad')).rejects.toThrow('bad')
      await alone('b')
      expect([durable, savepoints()]).toEqual([['a', 'b'], 0])
      expect(steps).toEqual(['begin', 'commit', 'begin', 'rollback', 'begin', 'commit'])
      expect(called).toEqual(['after a', 'undo bad', 'after b'])
    },
  )

  test('when the engine rolls back one that is alone, it hears so, and the next ones go on', async () => {
    const { writer, durable, steps } = fakeWriter()
    const group = createGroupCommit(writer, unexpected)
    await expect(write(group, 'disk full')).rejects.toThrow('disk full')
    await write(group, 'a')
    expect([durable, steps]).toEqual([['a'], ['begin', 'begin', 'commit']])
  })

  test('nobody hears of success before the commit', async () => {
    const { writer, steps } = fakeWriter()
    const group = createGroupCommit(writer, unexpected)
    await Promise.all(['a', 'b'].map(word => write(group, word).then(() => steps.push(`told ${word}`))))
    expect(steps).toEqual(['begin', 'commit', 'told a', 'told b'])
  })

  test.each(['begin', 'commit'] as const)(
    'when %s fails all hear it, no callback runs, and the next ones go on',
    async step => {
      const reason = new Error('I/O')
      const { writer, durable, failing } = fakeWriter({ [step]: reason })
      const group = createGroupCommit(writer, unexpected)
      const called: string[] = []
      const outcomes = await Promise.allSettled(
        ['a', 'b', 'c'].map(word =>
          group.transaction(async tx => {
            tx.afterCommit(() => called.push(word))
            await tx.run(word)
          }),
        ),
      )
      expect(outcomes).toEqual(Array(3).fill({ status: 'rejected', reason }))
      expect([called, durable, writer.inTransaction]).toEqual([[], [], false])
      delete failing[step]
      await write(group, 'd')
      expect(durable).toEqual(['d'])
    },
  )

  test.each([
    ['and the work fails with it', false],
    ['and the work hides it', true],
  ])('when the engine rolls everything back by itself %s, the whole group hears it', async (_, hides) => {
    const { writer, durable } = fakeWriter()
    const group = createGroupCommit(writer, unexpected)
    const outcomes = await Promise.allSettled([
      write(group, 'a'),
      group.transaction(async tx => {
        const writing = tx.run('disk full')
        await (hides ? writing.catch(() => {}) : writing)
      }),
      write(group, 'c'),
    ])
    expect(statusOf(outcomes)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(durable).toEqual([])
    await write(group, 'd')
    expect(durable).toEqual(['d'])
  })

  describe('repeatable transactions that wait one behind the other', () => {
    const REPEATABLE = { repeatable: true }
    /** Writes a word; what was called of it, in order. */
    const noting =
      (called: string[]) =>
      (commits: GroupCommit, word: string, options: { repeatable?: boolean } = REPEATABLE) =>
        commits.transaction(async tx => {
          called.push(`run ${word}`)
          tx.afterCommit(() => called.push(`after ${word}`))
          tx.afterRollback(() => called.push(`undo ${word}`))
          await tx.run(word)
          if (word.startsWith('bad')) throw new Error(word)
          return word
        }, options)

    test.each([
      [1, 0],
      [2, 1],
      [GROUP_TRANSACTIONS, 1],
    ])('%i of them are written under %i savepoints, and each hears of itself', async (n, saved) => {
      const { writer, savepoints, durable, commits } = fakeWriter()
      const words = Array.from({ length: n }, (_, i) => `${i}`)
      const called: string[] = []
      const group = createGroupCommit(writer, unexpected)
      expect(await Promise.all(words.map(word => noting(called)(group, word)))).toEqual(words)
      expect([savepoints(), commits(), durable]).toEqual([saved, 1, words])
      expect(called).toEqual([...words.map(word => `run ${word}`), ...words.map(word => `after ${word}`)])
    })

    test('another one between them is run once, under its own savepoint', async () => {
      const { writer, savepoints, durable } = fakeWriter()
      const group = createGroupCommit(writer, unexpected)
      const called: string[] = []
      const write = noting(called)
      const all = [
        write(group, 'a'),
        write(group, 'b'),
        write(group, 'once', {}),
        write(group, 'c'),
        write(group, 'bad'),
      ]
      expect(statusOf(await Promise.allSettled(all))).toEqual([...Array(4).fill('fulfilled'), 'rejected'])
      expect([savepoints(), durable]).toEqual([5, ['a', 'b', 'once', 'c']])
      expect(called.filter(call => call.endsWith('once'))).toEqual(['run once', 'after once'])
    })

    test('when one fails it fails alone: the others are undone, run anew in their order, and told once', async () => {
      const { writer, savepoints, durable, commits } = fakeWriter()
      const group = createGroupCommit(writer, unexpected)
      const called: string[] = []
      const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map(word => noting(called)(group, word)))
      expect(outcomes).toMatchObject([{ value: 'a' }, { reason: { message: 'bad' } }, { value: 'c' }])
      expect([savepoints(), commits(), durable]).toEqual([4, 1, ['a', 'c']])
      const together = ['run a', 'run bad', 'undo a', 'undo bad']
      const alone = ['run a', 'run bad', 'undo bad', 'run c']
      expect(called).toEqual([...together, ...alone, 'after a', 'after c'])
    })

    test('what the transaction of one that was undone held is used no more', async () => {
      const { writer } = fakeWriter()
      const group = createGroupCommit(writer, unexpected)
      const handles: Transaction[] = []
      const first = group.transaction(async tx => void handles.push(tx), REPEATABLE)
      const failing = group.transaction(async () => Promise.reject(new Error('bad')), REPEATABLE)
      await Promise.allSettled([first, failing])
      expect(handles).toHaveLength(2)
      for (const tx of handles) await expect(tx.run('late')).rejects.toThrow('the transaction has ended')
    })

    test('when the commit fails, what each noted is undone once', async () => {
      const { writer } = fakeWriter({ commit: new Error('I/O') })
      const group = createGroupCommit(writer, unexpected)
      const called: string[] = []
      await Promise.allSettled(['a', 'b'].map(word => noting(called)(group, word)))
      expect(called).toEqual(['run a', 'run b', 'undo a', 'undo b'])
    })

    test('when the engine rolls everything back by itself, all hear it and none is run anew', async () => {
      const { writer, durable } = fakeWriter()
      const group = createGroupCommit(writer, unexpected)
      const called: string[] = []
      const first = noting(called)(group, 'a')
      const hiding = group.transaction(async tx => void (await tx.run('disk full').catch(() => {})), REPEATABLE)
      const outcomes = await Promise.allSettled([first, hiding, noting(called)(group, 'c')])
      expect(statusOf(outcomes)).toEqual(['rejected', 'rejected', 'rejected'])
      expect([durable, called]).toEqual([[], ['run a', 'undo a']])
    })
  })

  test('work that must meet no transaction runs between two groups, and its failure is its own', async () => {
    const { writer, steps } = fakeWriter()
    const group = createGroupCommit(writer, unexpected)
    const seen: boolean[] = []
    const apart = () => group.between(() => void seen.push(writer.inTransaction, steps.at(-1) === 'commit'))
    const failing = group.between(() => {
      throw new Error('busy')
    })
    await expect(failing).rejects.toThrow('busy')
    await Promise.all([write(group, 'a'), apart(), write(group, 'b')])
    expect(seen).toEqual([false, true])
    expect(await group.between(() => 7)).toBe(7)
  })

  test('is idle only when nothing waits', async () => {
    const { writer } = fakeWriter()
    const group = createGroupCommit(writer, unexpected)
    const told: string[] = []
    const all = Array.from({ length: GROUP_TRANSACTIONS + 1 }, (_, i) =>
      write(group, `${i}`).then(() => {
        if (i === GROUP_TRANSACTIONS) told.push('last')
      }),
    )
    await group.idle()
    told.push('idle')
    await Promise.all(all)
    expect(told).toEqual(['last', 'idle'])
    await group.idle()
  })
})
