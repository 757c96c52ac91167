import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import type { Value } from '../../node/kernel/store/database.ts'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { foldNumber } from '../../protocol/codes/spelling.ts'
import { holdsRole, isOfCases, rolesFor } from '../../protocol/rights/can.ts'
import { purposeRule } from '../../protocol/rights/purposes.ts'
import { FORMER_ROLES, PROGRAM_ROLES, ROLES, type Role } from '../../protocol/rights/roles.ts'
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
let data: string
/** What operations on many cases take beside their threads. */
const BULK: Readonly<Record<string, readonly string[]>> = {
  assignCases: ['threads', 'to'],
  remindCases: ['threads', 'text'],
  printPapers: ['threads', 'paper'],
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-rights-'))
  const folder = await makeNodeFolder(join(root, 'node'), ANKANG, { httpPort: 0, p2pPort: 0 })
  token = folder.token
  data = folder.config.data
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

/** A case that a window here took in, and one of a department here, put into the store as they stand after their submission. */
async function otherCases(): Promise<{ thread: string; caseNo: string }[]> {
  const db = openSqlite(join(data, 'tongban.db'))
  const made = [
    { role: 'collecting', caseNo: 'AK-OTHER-WINDOW-7' },
    { role: 'handling', caseNo: 'AK-OTHER-DEPARTMENT-8' },
  ].map(one => ({ ...one, thread: randomBytes(16).toString('hex') }))
  await db.transaction(async tx => {
    for (const { role, caseNo, thread } of made) {
      const [row] = await tx.query<{ no: number }>(
        `INSERT INTO threads (thread, type, partner, started_at) VALUES (unhex(?), 'case', '420300', 1) RETURNING no`,
        [thread],
      )
      const known: Record<string, Value> = {
        thread_no: row?.no ?? 0,
        role,
        partner: '420300',
        case_no: caseNo,
        number_key: foldNumber(caseNo),
        item_code: `11420300MB0765432Y${'4'.repeat(13)}`,
        mode: 1,
        state: 'arrived',
        window: '1号窗口',
        turn: 'own',
        own_due: '2026-11-01',
        due: '2026-11-01',
        bad: 1,
        submitted_at: 1,
        updated_at: 1,
      }
      const columns = await tx.query<{ name: string; needed: number }>(
        `SELECT name, "notnull" AND dflt_value IS NULL AS needed FROM pragma_table_info('cases')`,
      )
      // What is needed besides tells nothing of whose it is.
      for (const { name, needed } of columns) if (needed === 1) known[name] ??= ''
      const names = Object.keys(known)
      await tx.run(`INSERT INTO cases (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, [
        ...Object.values(known),
      ])
    }
  })
  await db.close()
  return made
}

describe('a case that is not theirs', () => {
  test('is refused by every operation that names it, and told by none of the others', async () => {
    const cases = await otherCases()
    const client = createClient({ url: node.url, token })
    // Whom they concern finds them.
    const { items: found } = await client.listCases()
    expect(found.map(({ thread }) => thread).toSorted()).toEqual(cases.map(({ thread }) => thread).toSorted())
    const ofCases = ofApi().filter(
      ({ path, 'x-action': action }) => path.includes('/{thread}') && isOfCases(action as Action),
    )
    expect(ofCases.length).toBeGreaterThan(40)
    for (const role of ['window-clerk', 'examiner'] as const) {
      const places = { departments: ['11420300MB0123456X'], windows: ['2号窗口'] }
      const bearer = async () => (await client.createPerson({ body: { name: role, roles: [role], ...places } })).token
      const send = (own: string, { method }: Operation, path: string, body: object = {}) =>
        fetch(`${node.url}${path}`, {
          method,
          headers: { authorization: `Bearer ${own}`, 'content-type': 'application/json' },
          ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
        })
      for (const named of cases.flatMap(({ thread, caseNo }) => [thread, caseNo])) {
        const own = await bearer()
        for (const operation of ofCases) {
          // A case is named by its number too, where its address is that of cases.
          if (named.length !== 32 && !operation.path.startsWith('/api/v1/cases/{thread}')) continue
          const path = operation.path.replaceAll('{thread}', named).replaceAll(/\{(\w+)\}/g, '1')
          const answer = await send(own, operation, path)
          const { code } = (await answer.json()) as { code: string }
          // A path that is wrong in another place is refused before it is looked at whose the case is.
          const refusals = [
            'request.forbidden',
            'rights.scope',
            ...(path === operation.path ? [] : ['request.invalid']),
          ]
          expect([role, operation.operationId, answer.status >= 400, refusals.includes(code)], code).toEqual([
            role,
            operation.operationId,
            true,
            true,
          ])
        }
      }
      // Whatever may be read besides, and whatever takes many cases, tells nothing of them.
      const own = await bearer()
      for (const operation of ofApi().filter(({ path }) => !path.includes('/{thread}') && !path.includes('/events'))) {
        if (!holdsRole([role], operation['x-action'] as Action)) continue
        const { method, path, operationId } = operation
        if (method !== 'GET' && !path.startsWith('/api/v1/bulk/')) continue
        const queries = method === 'GET' ? ['', '?q=AK-OTHER', '?number=AK-OTHER-WINDOW-7', '?window=1号窗口'] : ['']
        for (const query of queries) {
          const threads = cases.map(({ thread }) => thread)
          const body = { threads, to: 'me', text: '请尽快', paper: 'receipt' }
          const filled = path.replaceAll(/\{(\w+)\}/g, '1').replace('/queues/1', '/queues/ours')
          const asked = Object.fromEntries(
            Object.entries(body).filter(([name]) => BULK[operationId]?.includes(name) ?? name === 'threads'),
          )
          const answer = await send(own, operation, encodeURI(filled + query), asked)
          const text = await answer.text()
          for (const { caseNo } of cases) expect([operationId, text.includes(caseNo)]).toEqual([operationId, false])
          const { items = [] } = (method === 'GET' ? {} : JSON.parse(text)) as { items?: { problem: string | null }[] }
          expect([operationId, items.filter(({ problem }) => problem === null)]).toEqual([operationId, []])
          if (method === 'GET')
            for (const thread of threads) expect([operationId, text.includes(thread)]).toEqual([operationId, false])
        }
      }
    }
  })
})

describe('a case that is not here', () => {
  test('is unknown to every operation that reads it, by thread and by number', async () => {
    const client = createClient({ url: node.url, token })
    const roles: Role[] = ['window-lead', 'leader', 'examiner', 'business-administrator', 'audit-administrator']
    const made = await client.createPerson({ body: { name: '全部', roles, departments: null, windows: null } })
    const filled: Record<string, string> = { sha256: 'a'.repeat(64), name: 'receipt', kind: 'accept', page: 'p' }
    const reads = ofApi().filter(
      ({ method, path, 'x-action': action }) =>
        (method === 'GET' || method === 'DELETE') &&
        path.startsWith('/api/v1/cases/{thread}') &&
        holdsRole(roles, action as Action),
    )
    expect(reads.length).toBeGreaterThan(12)
    for (const { method, path, operationId } of reads)
      for (const named of ['0'.repeat(32), 'AK-NOWHERE-9']) {
        const asked = path
          .replaceAll('{thread}', named)
          .replaceAll(/\{(\w+)\}/g, (_, parameter) => filled[parameter] ?? '1')
        const answer = await fetch(`${node.url}${asked}`, {
          method,
          headers: { authorization: `Bearer ${made.token}` },
        })
        const { code } = (await answer.json()) as { code: string }
        expect([operationId, named, answer.status, code]).toEqual([operationId, named, 404, 'thread.unknown'])
      }
  })
})

describe('the matrix of roles and operations', () => {
  test('every operation names its action, and its roles are those of the table', () => {
    expect(ofApi().length).toBeGreaterThan(200)
    for (const { operationId, 'x-action': action, 'x-roles': roles } of ofApi()) {
      expect(ACTIONS, operationId).toContain(action)
      expect(roles, operationId).toEqual(rolesFor(action as Action))
    }
  })

  test.each(ROLES)('%s: each operation is let in or refused with its reason, over HTTP', async role => {
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
  })

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
    // What gives a case away is a look: no operation gives its content without being one. The adapter, which is none but a program, is
    // handed what it must pass on, and names no purpose.
    const ofPeople = ofApi().filter(({ 'x-roles': roles = [] }) => roles.some(role => !PROGRAM_ROLES.includes(role)))
    const content =
      /\/cases\/\{thread\}\/(bodies|papers|evidence|archive)|materials\/\{sha256\}$|cases\/print$|look$|trace\/\{no\}$/
    for (const { path, method, operationId } of ofPeople)
      if (content.test(path))
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
