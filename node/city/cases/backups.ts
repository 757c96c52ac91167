/** Which backups were made of this node, in a file beside its store: a purge names those that still hold what it deletes. */
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A backup; `keys`: the file that held the keys of its cases then, null when it holds them itself. */
export type Backup = { folder: string; at: string; keys: string | null }

const FILE = 'backups.jsonl'
/** Backups that are told of, the newest. */
const TOLD = 1000

export const noteBackup = (data: string, { folder, at, keys }: Backup): Promise<void> =>
  appendFile(join(data, FILE), `${JSON.stringify({ folder, at, keys })}\n`, { mode: 0o600 })

/** Newest last; a line that was cut off is left out. */
export async function readBackups(data: string): Promise<Backup[]> {
  const text = await readFile(join(data, FILE), 'utf8').catch(() => '')
  return text
    .split('\n')
    .slice(-TOLD - 1)
    .flatMap(line => {
      try {
        const { folder, at, keys } = JSON.parse(line) as Partial<Backup>
        if (typeof folder !== 'string' || typeof at !== 'string') return []
        return [{ folder, at, keys: typeof keys === 'string' ? keys : null }]
      } catch {
        return []
      }
    })
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
