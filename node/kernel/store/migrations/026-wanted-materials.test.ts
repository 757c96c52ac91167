import { expect, test } from 'vitest'
import { createWantedStore } from '../../../spine/materials/wanted.ts'
import { migrate } from '../migrate.ts'
import { openSqlite } from '../sqlite.ts'
import { MIGRATIONS } from './index.ts'

test('a store of before keeps what it holds, and wants what it wanted from everyone who named it', async () => {
  const db = openSqlite(':memory:')
  const before = MIGRATIONS.findIndex(({ name }) => name === 'wanted-materials')
  await migrate(db, MIGRATIONS.slice(0, before), () => 0)
  await db.transaction(async tx => {
    for (const [hash, size, state, partner] of [
      ['a1', 10, 'held', '610900'],
      ['b2', 20, 'wanted', '610100'],
      ['c3', 30, 'held', null],
    ] as const)
      await tx.run(
        `INSERT INTO materials (sha256, size, type, state, partner, attempts, next_at, problem, created_at)
         VALUES (unhex(?), ?, 'image/png', ?, ?, 3, 9, NULL, 7)`,
        [hash, size, state, partner],
      )
    for (const [no, partner, direction, hash] of [
      [1, '610900', 'in', 'a1'],
      [2, '610100', 'in', 'b2'],
      [3, '610900', 'in', 'b2'],
      [4, '610800', 'out', 'c3'],
    ] as const) {
      await tx.run(
        `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, stored_at)
         VALUES (?1, randomblob(32), ?1, ?2, ?3, ?1, zeroblob(32), 1, 'case.submit', 0, '', 'stored', 0)`,
        [no, partner, direction],
      )
      await tx.run('INSERT INTO packet_materials (packet_no, sha256) VALUES (?, unhex(?))', [no, hash])
    }
  })
  await migrate(db, MIGRATIONS, () => 0)
  const wanted = createWantedStore(db)
  expect(await wanted.partners()).toEqual(['610100', '610900'])
  for (const partner of ['610100', '610900'])
    expect(await wanted.due(partner, 100, 10)).toMatchObject([{ partner, sha256: 'b2', size: 20 }])
  expect(await db.query('SELECT hex(sha256) AS hash, size, partner FROM materials ORDER BY size')).toEqual([
    { hash: 'A1', size: 10, partner: '610900' },
    { hash: 'C3', size: 30, partner: null },
  ])
  expect(await db.query('SELECT packet_no AS no, size FROM packet_materials ORDER BY packet_no')).toEqual([
    ...[1, 2, 3, 4].map((no, at) => ({ no, size: [10, 20, 20, 30][at] })),
  ])
  await db.close()
})
