import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noteBackup, readBackups, stillHolding } from './backups.ts'

const day = (n: number) => Date.UTC(2026, 10, n)
const made = (n: number, keys: string | null = '/k') => ({
  folder: `/b/${n}`,
  at: new Date(day(n)).toISOString(),
  keys,
})

test('a backup holds a case until it is deleted or, when its keys stand apart, until another one replaces them', () => {
  const own = made(2, null)
  const before = made(1)
  const first = made(3)
  const second = made(4)
  const all = [before, own, first, second]
  // Of a case of the 2nd that is still here, each since then.
  expect(stillHolding(all, day(2), null)).toEqual([own, first, second])
  // Purged on the 4th, and no backup since.
  expect(stillHolding(all, day(2), day(4))).toEqual([own, first, second])
  // The next one of other keys replaces nothing; one of the same does.
  expect(stillHolding([...all, made(5, '/other')], day(2), day(4))).toEqual([own, first, second])
  expect(stillHolding([...all, made(5)], day(2), day(4))).toEqual([own])
})

test('backups are noted in a file of the node alone, and those of an earlier program held their keys', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-backups-'))
  expect(await readBackups(folder)).toEqual([])
  await appendFile(join(folder, 'backups.jsonl'), `${JSON.stringify({ folder: '/b/1', at: made(1).at })}\n`)
  await noteBackup(folder, made(2))
  await appendFile(join(folder, 'backups.jsonl'), '{"folder":"/b/3","a')
  expect(await readBackups(folder)).toEqual([made(1, null), made(2)])
  await rm(join(folder, 'backups.jsonl'))
  await noteBackup(folder, made(3))
  expect((await stat(join(folder, 'backups.jsonl'))).mode & 0o077).toBe(0)
  await rm(folder, { recursive: true })
})
