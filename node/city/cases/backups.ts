/** Which backups were made of this node, in a file beside its store: a purge names those that still hold what it deletes. */
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../../protocol/problem.ts'

/** A backup; `keys`: the file that held the keys of its cases then, null when it holds them itself. */
export type Backup = { folder: string; at: string; keys: string | null }

/** A backup that was read again, and what was wrong with it; null: it was whole. */
export type Verification = { folder: string; verifiedAt: string; problem: Problem | null }

/** Beside the store; each backup holds it as it was. */
export const BACKUPS = 'backups.jsonl'
/** Backups that are told of, the newest. */
const TOLD = 1000

export const noteBackup = (data: string, { folder, at, keys }: Backup): Promise<void> =>
  appendFile(join(data, BACKUPS), `${JSON.stringify({ folder, at, keys })}\n`, { mode: 0o600 })

export const noteVerification = (data: string, verification: Verification): Promise<void> =>
  appendFile(join(data, BACKUPS), `${JSON.stringify(verification)}\n`, { mode: 0o600 })

/** Lines of the file, oldest first; one that was cut off is left out. */
async function linesOf(data: string): Promise<Partial<Backup & Verification>[]> {
  const text = await readFile(join(data, BACKUPS), 'utf8').catch(() => '')
  return text
    .split('\n')
    .slice(-2 * TOLD - 1)
    .flatMap(line => {
      try {
        return [JSON.parse(line) as Partial<Backup & Verification>]
      } catch {
        return []
      }
    })
}

/** Newest last. */
export async function readBackups(data: string): Promise<Backup[]> {
  return (await linesOf(data))
    .flatMap(({ folder, at, keys }) =>
      typeof folder === 'string' && typeof at === 'string'
        ? [{ folder, at, keys: typeof keys === 'string' ? keys : null }]
        : [],
    )
    .slice(-TOLD)
}

/** The last verification of each backup, by its folder. */
export async function readVerifications(data: string): Promise<Map<string, Verification>> {
  const found = new Map<string, Verification>()
  for (const { folder, verifiedAt, problem } of await linesOf(data))
    if (typeof folder === 'string' && typeof verifiedAt === 'string')
      found.set(folder, { folder, verifiedAt, problem: problem ?? null })
  return found
}

/** Backups that hold what came at `since` and went at `gone` (null: is still here), both ms: until they, or the keys that they need, are replaced. */
export function stillHolding(backups: readonly Backup[], since: number, gone: number | null): Backup[] {
  const replaced = (path: string) =>
    gone !== null && backups.some(({ at, keys }) => keys === path && Date.parse(at) > gone)
  return backups.filter(({ at, keys }) => {
    const made = Date.parse(at)
    return made >= since && (gone === null || made <= gone) && (keys === null || !replaced(keys))
  })
}
