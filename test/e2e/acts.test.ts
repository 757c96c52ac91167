/**
 * Every operation that takes an idempotency key, killed after each of its transactions: sent again under the same key, it is carried
 * out when its act was not committed, and never twice. The operations are those of the routes; one that is new must be walked too.
 * Over 450 lines: one pair of whole nodes, started once, on which every operation that leaves an audit row is called.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Adapter } from '../../adapters/sdk/port.ts'
import { createCa, generateKey } from '../../certs/index.ts'
import { createClient } from '../../node/edges/client/client.ts'
import { callStep, type Step } from '../../node/edges/client/steps.ts'
import { readOut } from '../../node/edges/client/words.ts'
import type { Database, Transaction } from '../../node/kernel/store/database.ts'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { pairCities, until } from '../support/pair-cities.ts'

const SHANGLUO: CityName = { code: '611000', name: '商洛市', authority: '商洛市行政审批服务局' }
const MINUTES = 180_000
/** Runs in which an operation is cut off, at most. */
const CUTS = 30

/** What a request under a key has committed, and after how many commits its node dies. */
type Trace = { commits: { acted: boolean; rows: number }[]; dieAfter: number; dead: boolean; over: boolean }
const traces = new Map<string, Trace>()
const current = new AsyncLocalStorage<Trace>()

/** A store that knows the transactions of each request by its key, and can die between two of them. */
function watched(...given: Parameters<typeof openSqlite>): Database {
  const db = openSqlite(...given)
  return {
    ...db,
    query(sql, params) {
      const trace = sql.startsWith('SELECT request_hash') ? traces.get(String(params?.[1])) : undefined
      if (trace !== undefined) current.enterWith(trace)
      return db.query(sql, params)
    },
    async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      const trace = current.getStore()
      if (trace === undefined || trace.over) return db.transaction(work)
      if (trace.dead) throw new Error('killed')
      const seen = { acted: false, rows: 0 }
      let keepsAnswer = false
      const value = await db.transaction(tx =>
        work({
          ...tx,
          query: tx.query,
          run(sql, params) {
            if (!/idempotency/.test(sql)) seen.rows++
            else if (/^\s*INSERT/.test(sql)) {
              const status = Number(params?.[3] ?? 0)
              if (status > 1) keepsAnswer = true
              else seen.acted = true
            }
            return tx.run(sql, params)
          },
        }),
      )
      if (keepsAnswer) return value
      trace.commits.push(seen)
      trace.dead = trace.commits.length === trace.dieAfter
      if (trace.dead) throw new Error('killed')
      return value
    },
  }
}

/** The client's own methods, and the API by address. */
function clientOf(url: string, token: string) {
  const client = createClient({ url, token })
  const json = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
    const sent = body === undefined || body === null ? undefined : JSON.stringify(body)
    return (await client.request({ path, method, headers, body: sent })).json() as Promise<T>
  }
  return {
    ...client,
    get: <T>(path: string) => json<T>('GET', path),
    post: <T>(path: string, body: unknown = {}) => json<T>('POST', path, body),
    put: <T>(path: string, body: unknown) => json<T>('PUT', path, body),
    patch: <T>(path: string, body: unknown) => json<T>('PATCH', path, body),
    delete: <T>(path: string) => json<T>('DELETE', path),
    upload: async <T>(path: string, body: NonNullable<RequestInit['body']>, type: string): Promise<T> =>
      (await client.request({ path, method: 'POST', headers: { 'content-type': type }, body })).json() as Promise<T>,
    async download(path: string): Promise<ReadableStream<Uint8Array>> {
      const { body } = await client.request({ path, method: 'GET' })
      if (body === null) throw new Error(`${path}: empty answer`)
      return body
    },
  }
}
type Client = ReturnType<typeof clientOf>

type City = CityName & { node: RunningNode; client: Client; token: string; db: Database }
type Call = { city: City; path: string; body?: object }

let root = ''
let a: City
let s: City
let t: City
let items: ServiceItem[]
let agreement = ''
/** ids of the operations that take a key */
const keyed = new Set<string>()
/** what the approval system of Shiyan does with what it is handed, and what it answers */
const system = {
  refuses: false,
  /** people type in what it is handed */
  typed: false,
  answers: [] as { id: string; localCaseNo: string; move: { kind: string; body: object } }[],
}
const hook = createServer((_, response) => response.writeHead(204).end())

const adapter: Adapter = {
  kind: 'fake',
  deliver: async ({ kind, caseNo }) =>
    system.refuses
      ? { ok: false, code: 'adapter.refused', detail: 'E1', retryable: false }
      : system.typed
        ? { ok: 'handed' }
        : kind === 'case.submit'
          ? { ok: true, localCaseNo: `L-${caseNo}` }
          : { ok: true },
  sheet: async () => ({ system: '户政', fields: [] }),
  poll: async cursor => ({
    events: system.answers.slice(Number(cursor ?? 0)) as never,
    cursor: String(system.answers.length),
  }),
  check: async () => ({ ok: true }),
}

async function open(name: CityName, rest: Record<string, unknown> = {}): Promise<City> {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort(), rest })
  let db: Database | undefined
  const node = await startNode({
    config: made.config,
    passphrase: PASSPHRASE,
    ...(name === SHIYAN ? { makeAdapter: async () => adapter } : {}),
    openStore(...given) {
      db = watched(...given)
      return db
    },
  })
  if (db === undefined) throw new Error('no store was opened')
  return { ...name, node, client: clientOf(node.url, made.token), token: made.token, db }
}

async function send({ city, path, body }: Call, key: string) {
  for (;;) {
    const answer = await fetch(new URL(path, city.node.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${city.token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(body ?? {}),
    })
    const told = (await answer.json()) as { code?: string; detail?: string }
    if (told.code !== 'request.rate')
      return { status: answer.status, replayed: answer.headers.get('idempotency-replayed'), told }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

/** Sends once; the node dies after so many commits of the request, never for 0. */
async function attempt(call: Call, key: string, dieAfter: number) {
  const trace: Trace = { commits: [], dieAfter, dead: false, over: false }
  traces.set(key, trace)
  try {
    return { ...(await send(call, key)), commits: trace.commits }
  } finally {
    trace.over = true
    traces.delete(key)
  }
}

/** What people did, by the audit log; looks apart. */
async function deeds(city: City, since: number): Promise<string[]> {
  const rows = await city.db.query<{ action: string }>(
    `SELECT action FROM audit WHERE no > ? AND actor LIKE 'person:%' AND action NOT LIKE '%.read' ORDER BY action`,
    [since],
  )
  const actions = rows.map(({ action }) => action)
  return actions.filter((action, index) => !REPEATED.has(action) || actions.indexOf(action) === index)
}
const lastRow = async ({ db }: City): Promise<number> =>
  (await db.query<{ no: number | null }>('SELECT max(no) AS no FROM audit'))[0]?.no ?? 0

const application = (mode: 0 | 1 = 1) => ({
  to: SHIYAN.code,
  item: items.find(item => item.modes.includes(1) && item.serverType.includes('1'))?.taskCode ?? '',
  mode,
  applicant: { type: '1' as const, name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
  form: { reason: '测试' },
  materials: [
    { sha256: '', code: 'M01', name: 'M01.pdf' },
    { sha256: '', code: 'M02', name: 'M02.pdf' },
  ],
})
async function whole() {
  const upload = async () =>
    (await a.client.uploadMaterial({ bytes: `%PDF-1.4 ${randomUUID()}`, type: 'application/pdf' })).sha256
  const given = application()
  return {
    ...given,
    materials: await Promise.all(given.materials.map(async one => ({ ...one, sha256: await upload() }))),
  }
}
const isAt = (city: City, thread: string, state: string) =>
  until(
    async () => (await city.client.getCase({ params: { thread } }).catch(() => null))?.state === state,
    `${thread} is ${state} at ${city.name}`,
  )
async function begun(): Promise<string> {
  const { thread } = await a.client.submitCase({ body: await whole() })
  await isAt(a, thread, 'arrived')
  return thread
}
const step = (city: City, thread: string, kind: string, body: object) =>
  callStep(city.client, `case.${kind}` as Step, thread, body)
async function ended(): Promise<string> {
  const thread = await begun()
  await step(s, thread, 'refuse', { reason: '不属于本机关职权', basis: '《中华人民共和国行政许可法》第三十二条' })
  await isAt(a, thread, 'refused')
  return thread
}
async function rated(): Promise<string> {
  const thread = await begun()
  await step(s, thread, 'accept', {})
  await step(s, thread, 'decide', { outcome: 'forwarded', reason: '已转办' })
  await step(s, thread, 'close', { outcome: 'forwarded' })
  await isAt(a, thread, 'closed')
  await step(a, thread, 'evaluate', { target: 'department', level: 5, channel: '窗口' })
  await until(async () => {
    const { items: open } = await s.client.listBadRatings({ query: { state: 'open', city: 'own' } })
    return open.some(entry => entry.thread === thread)
  }, 'the rating is there')
  return thread
}
const webhook = async () =>
  (
    await a.client.addWebhook({
      body: {
        url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`,
        types: [],
      },
    })
  ).id
const person = async () => (await a.client.createPerson({ body: { name: '王窗口', roles: ['clerk'] } })).person.id
const invite = async () =>
  (await a.client.createInvite({ body: { for: SHANGLUO.code, hours: 1 } })) as {
    id: string
    invite: string
  }
/** Ankang and Shangluo as strangers again. */
async function strangers(): Promise<void> {
  for (const [city, other] of [
    [a, t],
    [t, a],
  ] as const)
    for (const verb of ['suspend', 'reject'])
      await city.client.post(`/api/v1/partners/${other.code}/${verb}`).catch(() => {})
}
async function paired(): Promise<void> {
  await strangers()
  await t.client.acceptInvite({ body: { invite: (await invite()).invite } })
}
const draftItem = async () => {
  const [first] = items
  if (first === undefined) throw new Error('no item')
  const { list } = await s.client.listServices({ query: { limit: 1 } })
  const version = list?.version ?? 0
  const item = {
    ...first,
    taskVersion: first.taskVersion + version,
    promiseDay: 1 + (version % first.anticipateDay),
  }
  const code = item.taskCode
  // One that stands already, of an operation that was cut off, is saved over by its version.
  const standing = await s.client
    .request({ path: `/api/v1/services/drafts/items/${encodeURIComponent(code)}`, method: 'GET' })
    .catch(() => null)
  const ifMatch = standing?.headers.get('etag')?.replaceAll('"', '')
  await s.client.saveDraft({ params: { code }, body: { item }, ...(ifMatch === undefined ? {} : { ifMatch }) })
  return code
}
const proposal = () => ({
  v: 1,
  title: `协议 ${randomUUID()}`,
  parties: [ANKANG, SHIYAN].map(({ code, name, authority }) => ({ code, name, authority })),
  items: items.slice(0, 1).map(({ taskCode, taskName, modes }) => ({
    taskCode,
    taskName,
    modes,
    handling: SHIYAN.code,
    collecting: [ANKANG.code],
  })),
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决',
  validFrom: '2026-01-01',
  validTo: '2036-12-31',
})
async function resumed(path: string): Promise<void> {
  await a.client.post(`${path}/resume`, { reason: '试验' }).catch(() => {})
}
async function parked(): Promise<number> {
  system.refuses = true
  try {
    await a.client.submitCase({ body: await whole() })
    const known = new Set<number>()
    return await until(async () => {
      const { items: work } = await s.client.listParked()
      const fresh = work.flatMap(one => (one.what === 'packet' && !ENDED.has(one.packetNo) ? [one.packetNo] : []))
      for (const no of fresh) known.add(no)
      return fresh.at(-1)
    }, 'it is parked')
  } finally {
    system.refuses = false
  }
}
const ENDED = new Set<number>()

const newAuthority = async () => ({
  city: a,
  path: '/api/v1/authorities',
  body: {
    pem: createCa({
      name: `联盟 ${randomUUID().slice(0, 8)}`,
      keyPem: await generateKey(),
      now: Date.now() - 86_400_000,
      serial: randomBytes(16),
    }),
  },
})
const newOperator = () => ({
  city: a,
  path: '/api/v1/federation/operators',
  body: { operator: randomBytes(32).toString('base64url') },
})

const WALKED: Record<string, () => Promise<Call>> = {
  acceptAuthority: newAuthority,
  acceptInvite: async () => {
    await strangers()
    return { city: t, path: '/api/v1/partners/accept', body: { invite: (await invite()).invite } }
  },
  addPhrase: async () => ({ city: a, path: '/api/v1/phrases', body: { title: randomUUID(), text: '请补正“{事项}”' } }),
  addView: async () => ({ city: a, path: '/api/v1/views', body: { name: randomUUID(), filter: { queue: 'ours' } } }),
  addWebhook: async () => ({ city: a, path: '/api/v1/webhooks', body: { url: 'https://example.org/hook', types: [] } }),
  chooseDeskColumns: async () => ({ city: a, path: '/api/v1/me/desk-columns', body: { columns: ['due', 'item'] } }),
  assignCase: async () => ({ city: a, path: `/api/v1/cases/${await begun()}/assign`, body: { to: 'me' } }),
  assignCases: async () => ({
    city: a,
    path: '/api/v1/bulk/cases/assign',
    body: { threads: [await begun(), await begun()], to: 'me' },
  }),
  handOverWork: async () => {
    const { person } = await a.client.post<{ person: { id: string } }>('/api/v1/people', {
      name: '接收人',
      roles: ['window-clerk'],
    })
    const thread = await begun()
    await a.client.post(`/api/v1/cases/${thread}/assign`, { to: 'me' })
    const { id } = await a.client.get<{ id: string }>('/api/v1/me')
    return { city: a, path: `/api/v1/colleagues/${id}/hand-over`, body: { to: person.id, threads: [thread] } }
  },
  readMessages: async () => {
    const thread = await begun()
    await step(s, thread, 'message', { text: '请补充电话' })
    await until(
      async () => (await a.client.get<{ unread: number }>(`/api/v1/cases/${thread}`)).unread === 1,
      'the message is there',
    )
    const { bodies } = await a.client.get<{ bodies: { packet: string }[] }>(`/api/v1/cases/${thread}/bodies`)
    return { city: a, path: `/api/v1/cases/${thread}/read`, body: { through: bodies.at(-1)?.packet } }
  },
  cancelInvite: async () => ({ city: a, path: `/api/v1/invites/${(await invite()).id}/cancel` }),
  confirmPartner: async () => {
    await paired()
    return { city: t, path: `/api/v1/partners/${a.code}/confirm`, body: { words: await readOut(t, a) } }
  },
  createCaseDraft: async () => ({ city: a, path: '/api/v1/case-drafts', body: { content: await whole() } }),
  createInvite: async () => ({ city: a, path: '/api/v1/invites', body: { for: SHANGLUO.code, hours: 1 } }),
  createPerson: async () => ({ city: a, path: '/api/v1/people', body: { name: '王窗口', roles: ['clerk'] } }),
  createOwnToken: async () => ({
    city: a,
    path: '/api/v1/me/tokens',
    body: { label: '综窗系统', expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
  }),
  resetPassword: async () => ({
    city: a,
    path: `/api/v1/people/${await person()}/reset-password`,
    body: { account: `clerk-${randomUUID()}` },
  }),
  rotateWebhookSecret: async () => ({ city: a, path: `/api/v1/webhooks/${await webhook()}/rotate` }),
  draftRemoval: async () => {
    await s.client.discardDrafts()
    return { city: s, path: `/api/v1/services/drafts/items/${items[0]?.taskCode}/remove` }
  },
  endParked: async () => {
    const packetNo = await parked()
    ENDED.add(packetNo)
    return {
      city: s,
      path: '/api/v1/parked/done',
      body: { packetNo, localCaseNo: `L-${packetNo}-${randomUUID()}`, reason: '已在系统中录入' },
    }
  },
  endEntry: async () => {
    system.typed = true
    try {
      const { thread } = await a.client.submitCase({ body: await whole() })
      const entry = await until(async () => {
        const { items: entries } = await s.client.listEntries({ params: { thread } }).catch(() => ({ items: [] }))
        return entries[0]
      }, 'it waits to be typed in')
      ENDED.add(entry.packetNo)
      return {
        city: s,
        path: `/api/v1/cases/${thread}/entries/${entry.packetNo}`,
        body: { localCaseNo: `T-${entry.packetNo}-${randomUUID()}`, status: 'accepted' },
      }
    } finally {
      system.typed = false
    }
  },
  followUpRating: async () => ({
    city: s,
    path: `/api/v1/cases/${await rated()}/follow-up`,
    body: { target: 'department', way: 'phone', result: 'in-progress' },
  }),
  giveUpParked: async () => {
    const packetNo = await parked()
    ENDED.add(packetNo)
    return { city: s, path: '/api/v1/parked/give-up', body: { packetNo, reason: '重复' } }
  },
  messageCase: async () => ({ city: a, path: `/api/v1/cases/${await begun()}/message`, body: { text: '见附件' } }),
  proposeAgreement: async () => ({ city: a, path: '/api/v1/agreements', body: proposal() }),
  proposeAgreementDraft: async () => {
    const { id } = await a.client.post<{ id: string }>('/api/v1/agreement-drafts', { document: proposal() })
    return { city: a, path: `/api/v1/agreement-drafts/${id}/propose` }
  },
  publishDrafts: async () => {
    await draftItem()
    return { city: s, path: '/api/v1/services/drafts/publish' }
  },
  purgeCase: async () => {
    const thread = await ended()
    await until(async () => {
      const { problem } = await a.client.previewPurge({ params: { thread } })
      return problem === null
    }, 'it can be purged')
    return { city: a, path: `/api/v1/cases/${thread}/purge`, body: { cause: 'request' } }
  },
  rebuildCases: async () => ({ city: a, path: '/api/v1/rebuild' }),
  rejectPartner: async () => {
    await paired()
    return { city: t, path: `/api/v1/partners/${a.code}/reject` }
  },
  remindCases: async () => ({
    city: a,
    path: '/api/v1/bulk/cases/remind',
    body: { threads: [await begun(), await begun()], text: '请尽快' },
  }),
  resendWebhook: async () => {
    const [event] = await a.db.query<{ no: number }>("SELECT max(no) AS no FROM events WHERE type = 'case.changed'")
    return { city: a, path: `/api/v1/webhooks/${await webhook()}/resend`, body: { event: event?.no } }
  },
  retryParked: async () => ({ city: s, path: '/api/v1/parked/retry', body: { packetNo: await parked() } }),
  revokePacketKey: async () => {
    await a.client.rotatePacketKey()
    const { keys } = await a.client.getIdentity()
    return { city: a, path: `/api/v1/identity/keys/${keys.find(({ state }) => state === 'retired')?.kid}/revoke` }
  },
  revokePerson: async () => ({ city: a, path: `/api/v1/people/${await person()}/revoke` }),
  requestCertificate: async () => ({
    city: a,
    path: '/api/v1/identity/certificate-request',
    body: { newKey: false },
  }),
  rotatePacketKey: async () => ({ city: a, path: '/api/v1/identity/rotate' }),
  rotatePerson: async () => ({ city: a, path: `/api/v1/people/${await person()}/rotate` }),
  submitCase: async () => ({ city: a, path: '/api/v1/cases', body: await whole() }),
  submitCaseDraft: async () => {
    const { id, version } = await a.client.createCaseDraft({
      body: {
        content: await whole(),
      },
    })
    return { city: a, path: `/api/v1/case-drafts/${id}/submit`, body: { version } }
  },
  suspendAgreement: async () => {
    await resumed(`/api/v1/agreements/${agreement}`)
    return { city: a, path: `/api/v1/agreements/${agreement}/suspend`, body: { reason: '试验' } }
  },
  testPartner: async () => {
    await until(async () => {
      const { items: tests } = await a.client.listPartnerTests({ params: { code: s.code } })
      return tests.every(({ state }) => state !== 'running')
    }, 'no test runs')
    return { city: a, path: `/api/v1/partners/${s.code}/test` }
  },
  testWebhook: async () => ({ city: a, path: `/api/v1/webhooks/${await webhook()}/test` }),
  traceApprovalSystem: async () => ({ city: s, path: '/api/v1/approval-system/trace', body: { hours: 1 } }),
  trustOperator: async () => newOperator(),
}

/** Its acts are many: those that were cut off are carried out when it is sent again. */
const MANY: ReadonlySet<string> = new Set(['assignCases', 'remindCases'])
/** A key is delegated to before it is the current one, and stays unused when the node dies in between. */
const REPEATED: ReadonlySet<string> = new Set(['key.delegated'])

/**
 * Operations whose act is written where that of a walked one is: the transaction of `cases.step`, `agreements.say`, and so on. What
 * has a place of its own is proven beside it, in the test that is named.
 */
const ALIKE: Record<string, string> = {
  ...Object.fromEntries(
    ['amend', 'counter', 'decline', 'resume', 'sign', 'terminate', 'withdraw'].map(verb => [
      `${verb}Agreement`,
      'suspendAgreement',
    ]),
  ),
  answerAppeal: 'messageCase',
  submitJointCase: 'submitCase',
  signAct: 'suspendAgreement',
  joinPartner: 'acceptInvite',
  resumePartner: 'rejectPartner',
  suspendPartner: 'rejectPartner',
  createToken: 'createOwnToken',
  replayWebhook: 'rotateWebhookSecret',
}
const PROVEN: Record<string, string> = {
  acceptPastDays: 'node/city/calendar/calendars.test.ts',
  confirmAgreementCertificate: 'node/city/agreements/agreements.test.ts',
  handOverJointCase: 'node/city/cases/joint.test.ts',
  dismissParked: 'node/spine/dispatch/dispatch.test.ts',
  skipParked: 'node/spine/dispatch/answers.test.ts',
  reloadAdapterMapping: 'node/spine/dispatch/reload.test.ts',
  repinCases: 'node/spine/dispatch/reload.test.ts',
  importDirectory: 'node/city/partners/federation/directories.test.ts',
  releaseRevocation: 'node/city/partners/federation/directories.test.ts',
  orderParcel: 'node/city/cases/mail/parcels.test.ts',
  cancelParcel: 'node/city/cases/mail/parcels.test.ts',
  passOnCase: 'node/city/work/approval/approval.test.ts',
  sendBackCase: 'node/city/work/approval/approval.test.ts',
  askCountersigns: 'node/city/work/approval/approval.test.ts',
  countersignCase: 'node/city/work/approval/approval.test.ts',
  withdrawCountersigns: 'node/city/work/approval/approval.test.ts',
  saveInstantApproval: 'node/city/work/instant/instant.test.ts',
  switchInstantApproval: 'node/city/work/instant/instant.test.ts',
  retryParcel: 'node/city/cases/mail/parcels.test.ts',
  createAgreementDraft: 'node/city/agreements/kept-drafts.test.ts',
  makeBackup: 'node/city/operation/backups.test.ts',
  verifyBackup: 'node/city/operation/backups.test.ts',
  settleParcels: 'node/city/cases/mail/parcels.test.ts',
  retrySms: 'node/city/notify/sms/messages.test.ts',
  reuseScans: 'node/city/cases/intake/reuse.test.ts',
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-acts-'))
  await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
  a = await open(ANKANG, { webhooks: { allowPrivate: true } })
  s = await open(SHIYAN, { pollSeconds: 1 })
  t = await open(SHANGLUO)
  ;({ items, agreement } = await pairCities(a, s))
  const document = (await (await fetch(new URL('/openapi.json', a.node.url))).json()) as {
    paths: Record<string, Record<string, { operationId: string; parameters?: { in: string; name: string }[] }>>
  }
  for (const { operationId, parameters = [] } of Object.values(document.paths).flatMap(path => Object.values(path)))
    if (parameters.some(({ name }) => name === 'Idempotency-Key')) keyed.add(operationId)
}, MINUTES)

afterAll(async () => {
  await Promise.allSettled([a, s, t].map(city => city?.node.stop()))
  hook.closeAllConnections()
  hook.close()
  await rm(root, { recursive: true, force: true })
})

describe('every operation that takes a key', () => {
  test('is walked, or writes its act where one that is walked does, or is proven beside it', async () => {
    expect(keyed.size).toBeGreaterThan(60)
    const walked = (id: string) => WALKED[id] !== undefined && keyed.has(id)
    // Each step of a case is one operation, all written by `cases.step`.
    const alike = (id: string) => ALIKE[id] ?? (id.endsWith('Case') ? 'messageCase' : '')
    const left = [...keyed].filter(id => PROVEN[id] !== undefined || (!walked(id) && !walked(alike(id))))
    const unproven: string[] = []
    for (const id of left) {
      const file = PROVEN[id]
      const text = file === undefined ? '' : await readFile(join(import.meta.dirname, '../..', file), 'utf8')
      if (!text.includes(`marksOf('${id}'`)) unproven.push(id)
    }
    expect(unproven).toEqual([])
  })

  test.each(Object.keys(WALKED))(
    '%s',
    async id => {
      const make = WALKED[id]
      if (make === undefined || !keyed.has(id)) return
      const first = await make()
      let since = await lastRow(first.city)
      const whole = await attempt(first, randomUUID(), 0)
      expect([id, whole.status < 300, whole.told]).toEqual([id, true, whole.told])
      const act = whole.commits.findIndex(({ acted }) => acted) + 1
      expect([id, act > 0]).toEqual([id, true])
      const done = await deeds(first.city, since)
      // As many transactions as come before it at this time: others have less to do than the first.
      let cutAfterAct = false
      for (let commits = 1, runs = 0; !cutAfterAct && runs < CUTS; commits++, runs++) {
        const call = await make()
        const key = randomUUID()
        since = await lastRow(call.city)
        const cut = await attempt(call, key, commits)
        if (cut.commits.length < commits) {
          commits = 0
          continue
        }
        // What died was begun by the request, and not waited for.
        if (cut.status < 300) continue
        cutAfterAct = cut.commits.some(({ acted }) => acted)
        expect([id, commits, cut.status]).toEqual([id, commits, 500])
        const again = await attempt(call, key, 0)
        expect([id, commits, again.replayed]).toEqual([id, commits, null])
        if (cutAfterAct && !MANY.has(id))
          expect([id, commits, again.status, again.told.detail]).toEqual([
            id,
            commits,
            409,
            'carried out before; its answer is not kept',
          ])
        else expect([id, commits, again.status < 300, again.told]).toEqual([id, commits, true, again.told])
        expect([id, commits, await deeds(call.city, since)]).toEqual([id, commits, done])
      }
      expect([id, cutAfterAct]).toEqual([id, true])
    },
    MINUTES,
  )
})
