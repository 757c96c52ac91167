import { expect, test } from 'vitest'
import { createPeople } from '../../../city/people/people.ts'
import { createAudit } from '../../records/audit.ts'
import { migrate } from '../migrate.ts'
import { openSqlite } from '../sqlite.ts'
import { MIGRATIONS } from './index.ts'

test('accounts of before may what they might, of every department and window, and their tokens go on', async () => {
  const db = openSqlite(':memory:')
  const before = MIGRATIONS.findIndex(({ name }) => name === 'rights')
  await migrate(db, MIGRATIONS.slice(0, before), () => 0)
  const token = `tb_${'A'.repeat(43)}`
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))
  const column = ['administrator', 'clerk', 'auditor', 'integrator', 'administrator,auditor,clerk,integrator']
  await db.transaction(async tx => {
    for (const [n, roles] of column.entries())
      await tx.run('INSERT INTO people (id, name, roles, token_hash, created_at) VALUES (?, ?, ?, ?, ?)', [
        String(n),
        roles,
        `,${roles},`,
        n === 1 ? hash : new Uint8Array([n]),
        n,
      ])
  })
  await migrate(db, MIGRATIONS, () => 0)
  const people = createPeople({
    database: db,
    audit: createAudit({ database: db, now: () => 0 }),
    now: () => 0,
    ids: () => 'x',
    random: bytes => new Uint8Array(bytes),
  })
  const administrator = [
    'audit-administrator',
    'business-administrator',
    'security-administrator',
    'system-administrator',
  ]
  const clerk = ['examiner', 'leader', 'window-clerk', 'window-lead']
  expect((await people.list(10, null)).map(({ roles }) => [...roles].sort())).toEqual([
    administrator,
    clerk,
    ['audit-administrator'],
    ['integrator'],
    [...administrator, ...clerk, 'integrator'].sort(),
  ])
  expect(await people.authenticate(token)).toMatchObject({ id: '1', departments: null, windows: null })
  await people.settle()
  await db.close()
})
