/** A store whose node dies right after one of its commits: whatever the node still asks of it fails, and what was committed stays. */
import type { Database } from '../../node/kernel/store/database.ts'

export type Killable = Database & {
  /** Lets it die after so many commits from now on. */
  dieAfter(commits: number): void
  readonly dead: boolean
}

export function killable(db: Database): Killable {
  let left = Number.POSITIVE_INFINITY
  let dead = false
  const alive = () => {
    if (dead) throw new Error('killed')
  }
  return {
    dieAfter(commits) {
      left = commits
    },
    get dead() {
      return dead
    },
    async query(sql, params) {
      alive()
      return db.query(sql, params)
    },
    async transaction(work) {
      alive()
      const value = await db.transaction(work)
      left -= 1
      dead ||= left <= 0
      alive()
      return value
    },
    scrub: () => db.scrub(),
    backup: path => db.backup(path),
    // The file goes on when the node does not.
    close: async () => {},
  }
}
