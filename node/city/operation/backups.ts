/**
 * Backups that are asked for over the API (备份): one at a time, beside the other work, each read again when it is made; and what is known of every
 * backup of this node. May import the files of backups.
 */
import { resolve } from 'node:path'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database } from '../../kernel/store/database.ts'
import { writing } from '../../kernel/store/disk.ts'
import { type Backup, noteVerification, readBackups, readVerifications } from '../cases/backups.ts'
import type { inThread } from './backup-thread.ts'

export type BackupWork = 'backup' | 'verification'
export type BackupJob = {
  work: BackupWork
  folder: string
  /** ms */
  since: number
  /** shelves of materials that were seen to, and how many there are; 0 and 0 while none is */
  done: number
  all: number
}
export type KnownBackup = Backup & {
  /** ISO time; null: it was never read again */
  verifiedAt: string | null
  /** what was wrong with it then */
  problem: Problem | null
}

export type BackupsParts = {
  config: Pick<NodeConfig, 'data' | 'city' | 'backups' | 'folder' | 'origin'>
  db: Database
  audit: Pick<Audit, 'append'>
  clock: Clock
  /** carries out what reads and writes all of it */
  work: typeof inThread
  /** a backup was not made, or not read */
  failed: (work: BackupWork, error: unknown) => void
}

export type Backups = ReturnType<typeof createBackups>

/** Name of the folder of a backup: its time in China, as the lists of backups tell it, which no file system refuses. */
const nameOf = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replaceAll(':', '')

export function createBackups({ config, db, audit, clock, work: carryOut, failed }: BackupsParts) {
  let running: BackupJob | null = null
  let ended: Promise<void> = Promise.resolve()
  let last: { work: BackupWork; folder: string; at: number; problem: Problem | null } | null = null

  const problemOf = (error: unknown): Problem => (error instanceof ProblemError ? error.problem : { code: 'internal' })
  const note = (actor: string, action: AuditAction, detail: Record<string, string | number | null>) =>
    db.transaction(tx => audit.append(tx, { actor, action, subject: 'node', detail }))

  /** Reads a backup again and notes what was found. */
  async function verify(folder: string, keys: string | null, actor: string): Promise<Problem | null> {
    const problem = await carryOut({ work: 'verification', folder, keys }, () => undefined).then(() => null, problemOf)
    await noteVerification(config.data, { folder, verifiedAt: new Date(clock.now()).toISOString(), problem })
    await note(actor, 'backup.verified', { problem: problem?.code ?? null })
    return problem
  }

  /** Begins work in the transaction of its row; it goes on after the answer. */
  async function begin(
    work: BackupWork,
    folder: string,
    actor: string,
    run: (job: BackupJob) => Promise<Problem | null>,
  ) {
    if (running !== null) throw new ProblemError('request.conflict', `a ${running.work} is under way`)
    const job: BackupJob = { work, folder, since: clock.now(), done: 0, all: 0 }
    running = job
    try {
      await db.transaction(async tx => {
        await act(tx)
        await audit.append(tx, { actor, action: `${work}.begun`, subject: 'node' })
      })
    } catch (error) {
      running = null
      throw error
    }
    ended = writing(() => run(job))
      .catch(error => {
        failed(work, error)
        return problemOf(error)
      })
      .then(problem => {
        last = { work, folder, at: clock.now(), problem }
        running = null
      })
    return job
  }

  return {
    /** Newest first, with what is under way and how the last work ended. */
    async list() {
      const verified = await readVerifications(config.data)
      const items: KnownBackup[] = (await readBackups(config.data)).toReversed().map(backup => {
        const { verifiedAt = null, problem = null } = verified.get(backup.folder) ?? {}
        return { ...backup, verifiedAt, problem }
      })
      return { folder: folderOf(config), running, last, items }
    },

    /** Makes one, and reads it again. Problem: `request.conflict` without a folder for it, and while one is under way. */
    async make(actor: string): Promise<BackupJob> {
      const within = folderOf(config)
      const { origin } = config
      if (within === null || origin === undefined)
        throw new ProblemError('request.conflict', 'set backups.folder in the configuration, and start the node again')
      const folder = resolve(within, nameOf(clock.now()))
      const previous = (await readBackups(config.data)).at(-1)
      return begin('backup', folder, actor, async job => {
        const order = { config: { data: config.data, city: config.city }, file: origin.file, folder, at: clock.now() }
        const progress = (done: number, all: number) => {
          job.done = done
          job.all = all
        }
        const make = (linked: string | undefined) =>
          carryOut({ work: 'backup', backup: { ...order, previous: linked } }, progress)
        // What an older one holds is linked where it can be: one that was moved away costs room, and nothing else.
        const made = await make(previous?.folder).catch(error => {
          const moved = error instanceof ProblemError && error.problem.code === 'request.invalid'
          if (previous === undefined || !moved) throw error
          return make(undefined)
        })
        if (made === null) throw new Error('a backup that was not made')
        await note(actor, 'backup.made', { materials: made.materials })
        return verify(folder, made.keys, actor)
      })
    },

    /** Reads one again. Problems: `request.not-found` for one that is not known here, `request.conflict`. */
    async verify(folder: string, actor: string): Promise<BackupJob> {
      const known = (await readBackups(config.data)).findLast(backup => backup.folder === folder)
      if (known === undefined) throw new ProblemError('request.not-found', 'backup')
      return begin('verification', folder, actor, () => verify(folder, known.keys, actor))
    },

    /** Resolves when nothing is under way. */
    settle: () => ended,
  }
}

const folderOf = ({ backups, folder }: Pick<NodeConfig, 'backups' | 'folder'>): string | null =>
  backups.folder === undefined ? null : resolve(folder, backups.folder)
