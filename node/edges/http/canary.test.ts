import { afterEach, expect, test } from 'vitest'
import * as z from 'zod'
import { FORMER_ROLE_NAMES } from '../../../protocol/rights/roles.ts'
import { CANARY, driveCanary } from '../../../test/support/canary.ts'
import { createTestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { startLogging, stopLogging } from '../../kernel/telemetry/log.ts'

afterEach(stopLogging)

test('an ID number sent anywhere stands in no log, metric, problem, audit row or event', async () => {
  const lines: string[] = []
  startLogging({ level: 'debug', format: 'json', write: line => lines.push(line) })
  const api = await createTestApi({
    store: await openTestStore(),
    limits: { tokenBurst: 10_000 },
    routes: () => [
      {
        tag: 'broken',
        description: 'Fails as no code should',
        register(register) {
          register.operation({
            method: 'get',
            path: '/api/v1/broken/{id}',
            id: 'broken',
            summary: 'Fails',
            action: 'self.use',
            params: z.strictObject({ id: z.string() }),
            answer: z.strictObject({}),
            handle: async () => {
              throw new Error(`no such row: ${CANARY}`)
            },
          })
        },
      },
    ],
  })
  const { account } = await api.people.create('test', {
    name: '李雷',
    roles: [...FORMER_ROLE_NAMES],
    departments: null,
    windows: null,
    expiresAt: null,
  })
  const { password } = await api.access.credentials.reset('test', account.id, 'canary')
  const signedIn = await api.access.signIn.withPassword({ account: 'canary', password }, '127.0.0.1')
  const session = api.browser({ cookie: signedIn.token, csrf: signedIn.csrf })
  const { operations, replies } = await driveCanary(await api.app.document(), [
    ...[...FORMER_ROLE_NAMES, 'integrator' as const].map(api.as),
    session,
    api.browser(),
  ])
  expect(operations).toBeGreaterThan(8)
  expect(new Set(replies.map(({ reply }) => reply.status)).size).toBeGreaterThan(4)
  for (const { asked, reply } of replies) {
    expect([asked, JSON.stringify([...reply.headers])]).toEqual([asked, expect.not.stringContaining(CANARY)])
    if (reply.status >= 400) expect([asked, reply.text]).toEqual([asked, expect.not.stringContaining(CANARY)])
  }
  expect(lines.length).toBeGreaterThanOrEqual(replies.length)
  expect(lines.join('')).not.toContain(CANARY)
  expect(await (await api.app.request('/metrics')).text()).not.toContain(CANARY)
  for (const table of ['audit', 'events', 'credentials', 'sessions'])
    expect(JSON.stringify(await api.database.query(`SELECT * FROM ${table}`))).not.toContain(CANARY)
})
