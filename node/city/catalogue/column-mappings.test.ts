import { expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import { COLUMN_MAPPING_LIMITS, type ColumnMapping, createColumnMappings } from './column-mappings.ts'

const EMPTY: ColumnMapping = { columns: {}, values: {}, defaults: {}, workingDays: {} }
const code = (error: { problem: { code: string } }) => error.problem.code

test('a city keeps 200 column mappings, and changes any of them then', async () => {
  const clock = createHandClock(Date.parse('2026-11-23T00:00:00Z'))
  const db = await openTestStore()
  const mappings = createColumnMappings({ db, clock, audit: createAudit({ database: db, now: clock.now }) })
  const { kept } = COLUMN_MAPPING_LIMITS
  for (let no = 1; no <= kept; no++) await mappings.save(`第${no}`, EMPTY, 'person:p')
  expect(await mappings.save('再', EMPTY, 'person:p').catch(code)).toBe('request.conflict')
  expect((await mappings.save('第1', EMPTY, 'person:p', ['*'])).version).toBe(2)
  await mappings.remove('第2', 'person:p')
  expect((await mappings.save('再', EMPTY, 'person:p')).version).toBe(1)
  await db.close()
})
