import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { holdsRole, rolesFor } from '../../protocol/rights/can.ts'
import { purposeRule } from '../../protocol/rights/purposes.ts'
import { FORMER_ROLES, ROLES, type Role } from '../../protocol/rights/roles.ts'
import { ACTIONS, type Action } from '../../protocol/rights/table.ts'
import { ANKANG, makeNodeFolder, PASSPHRASE } from '../support/node-folder.ts'
import before from './rights-before.json' with { type: 'json' }

type Described = {
  operationId: string
  'x-action'?: Action
  'x-roles'?: Role[]
  'x-problems'?: string[]
  security?: unknown[]
  parameters?: { in: string; name: string }[]
}
type Operation = Described & { method: string; path: string }

let root: string
let node: RunningNode
let operations: Operation[]
let token: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-rights-'))
  const folder = await makeNodeFolder(join(root, 'node'), ANKANG, { httpPort: 0, p2pPort: 0 })
  token = folder.token
  node = await startNode({ config: folder.config, passphrase: PASSPHRASE })
  const document = (await (await fetch(`${node.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Described>>
  }
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => ({ ...described, method: method.toUpperCase(), path })),
  )
})
afterAll(async () => {
  await node?.stop()
  await rm(root, { recursive: true, force: true })
})

/** Those of somebody: what asks for no sign-in is of no role. */
const ofApi = () => operations.filter(({ path, security }) => path.startsWith('/api/') && security?.length !== 0)

/** Asks what no operation carries out: a field that none knows, in the address or in the body. */
async function ask(operation: Operation, bearer: string): Promise<{ status: number; code: string; detail: string }> {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, '0')
  const end = new AbortController()
  const response = await fetch(`${node.url}${path}?unknown=1`, {
    method: operation.method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    signal: end.signal,
    ...(operation.method === 'GET' ? {} : { body: '{"unknown":1}' }),
  })
  const { code = '', detail = '' } = (await response.json().catch(() => ({}))) as { code?: string; detail?: string }
  end.abort()
  return { status: response.status, code, detail }
}

/** What was given to a role since, on purpose: whoever audits sees who may what. */
const GIVEN: Readonly<Record<string, readonly string[]>> = { auditor: ['listPeople', 'getPerson'] }

describe('the matrix of roles and operations', () => {
  test('every operation names its action, and its roles are those of the table', () => {
    expect(ofApi().length).toBeGreaterThan(200)
    for (const { operationId, 'x-action': action, 'x-roles': roles } of ofApi()) {
      expect(ACTIONS, operationId).toContain(action)
      expect(roles, operationId).toEqual(rolesFor(action as Action))
    }
  })

  test.each(ROLES)(
    '%s: each operation is let in or refused with its reason, over HTTP',
    { timeout: 120_000 },
    async role => {
      const client = createClient({ url: node.url, token })
      // A token has its rate: each account asks of a part.
      const part = 100
      for (let from = 0; from < ofApi().length; from += part) {
        const made = await client.createPerson({
          body: { name: role, roles: [role], departments: null, windows: null },
        })
        for (const operation of ofApi().slice(from, from + part)) {
          const { status, code, detail } = await ask(operation, made.token)
          const told = `${role} ${operation.operationId}: ${status} ${code}`
          expect(code, told).not.toBe('request.rate')
          if (holdsRole([role], operation['x-action'] as Action)) {
            expect([401, 403, 500], told).not.toContain(status)
          } else {
            expect({ status, code }, told).toEqual({ status: 403, code: 'request.forbidden' })
            for (const other of rolesFor(operation['x-action'] as Action)) expect(detail, told).toContain(other)
          }
        }
      }
    },
  )

  test('every operation that looks at what people wrote takes a purpose, and may be refused without one', () => {
    const looks = ofApi().filter(({ 'x-action': action }) => {
      const rule = purposeRule(action as Action)
      return rule === 'beyond' || rule === 'always'
    })
    expect(looks.length).toBeGreaterThan(7)
    for (const { operationId, parameters = [], 'x-problems': problems } of looks) {
      expect(parameters, operationId).toContainEqual(expect.objectContaining({ in: 'query', name: 'purpose' }))
      expect(problems, operationId).toContain('rights.purpose')
    }
    // What gives a case away is a look: no operation gives its content without being one.
    const content = /bodies|papers|evidence|archive|materials\/\{sha256\}$|print$|look$|trace\/\{no\}/
    for (const { path, method, operationId } of ofApi())
      if (content.test(path) && !/^\/api\/v1\/(agreements|partners|services)/.test(path))
        expect([method, operationId, looks.some(look => look.operationId === operationId)]).toEqual([
          method,
          operationId,
          true,
        ])
  })

  test('an account without roles may nothing', async () => {
    const client = createClient({ url: node.url, token })
    const made = await client.createPerson({ body: { name: 'nobody', roles: [] } })
    for (const operation of ofApi().filter(({ operationId }) =>
      /^(whoAmI|listCases|listPartners|watchEvents)$/.test(operationId),
    ))
      expect(await ask(operation, made.token), operation.operationId).toMatchObject({ status: 403 })
  })

  test('the roles of earlier versions may what they might, operation by operation, and no more', () => {
    const now: Readonly<Record<string, readonly Role[]>> = { ...FORMER_ROLES, integrator: ['integrator'] }
    let compared = 0
    for (const { operationId, 'x-action': action } of ofApi()) {
      const roles = (before as Record<string, string>)[operationId]
      if (roles === undefined) continue
      compared++
      for (const [former, present] of Object.entries(now))
        expect(holdsRole(present, action as Action), `${former} ${operationId}`).toBe(
          roles.split(' ').includes(former) || GIVEN[former]?.includes(operationId) === true,
        )
    }
    expect(compared).toBeGreaterThan(180)
  })
})
