/** Which backups were made of this node, in a file beside its store: a purge names those that still hold what it deletes. */
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backup } from './purges.ts'

const FILE = 'backups.jsonl'
/** Backups that are told of, the newest. */
const TOLD = 1000

export const noteBackup = (data: string, { folder, at }: Backup): Promise<void> =>
  appendFile(join(data, FILE), `${JSON.stringify({ folder, at })}\n`, { mode: 0o600 })

/** Newest last; a line that was cut off is left out. */
export async function readBackups(data: string): Promise<Backup[]> {
  const text = await readFile(join(data, FILE), 'utf8').catch(() => '')
  return text
    .split('\n')
    .slice(-TOLD - 1)
    .flatMap(line => {
      try {
        const { folder, at } = JSON.parse(line) as Partial<Backup>
        return typeof folder === 'string' && typeof at === 'string' ? [{ folder, at }] : []
      } catch {
        return []
      }
    })
}
