/**
 * A canary (an applicant who is nobody) through two nodes as they run: by every packet that carries words, by every operation of the
 * API, right and wrong. Her ID number, phone, name and address stand in no log line, however verbose, no metric, no error, no event,
 * no URL that a node calls, no header of the SMS gateway, no webhook, no page for applicants but what is masked, no output of a command for the eyes.
 * Over 450 lines: one case of hers through two nodes, and every place where she must not stand.
 */

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callStep, type Step } from '../../node/edges/client/steps.ts'
import type { OpenApiDocument } from '../../node/edges/http/document.ts'
import { CANARY, driveCanary } from '../support/canary.ts'
import type { Client, Reply } from '../support/http.ts'
import { itemOf, type KillCities, startKillCities } from '../support/kill-cities.ts'
import { insist, told } from '../support/lives.ts'
import { SHIYAN } from '../support/node-folder.ts'
import { freePort, type NodeProcess } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'

const MAIN = fileURLToPath(new URL('../../node/main.ts', import.meta.url))
const PHONE = '13987654321'
const NAME = '钱雀鸣'
const ADDRESS = '安康市汉滨区金丝雀路 77 号'
const NEEDLES = [CANARY, PHONE, NAME, ADDRESS]
const WORDS = `${NAME} ${CANARY} ${PHONE} ${ADDRESS}`
const MINUTES = 120_000

let cities: KillCities
let site = ''
let thread = ''
let caseNo = ''
/** where each thing stood, and what it said */
const seen: { where: string; text: string }[] = []
const note = (where: string, text: string) => seen.push({ where, text })
const servers: Server[] = []
const streams = new AbortController()

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Notes the line and the headers of each request to the approval system; its body is the application itself. */
const before = (url: string): Promise<string> =>
  listen(
    createServer(async (request, response) => {
      note('URL at the approval system', `${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
      const body = await bodyOf(request)
      const { authorization = '', 'idempotency-key': key, 'content-type': type } = request.headers
      const answer = await fetch(`${url}${request.url}`, {
        method: request.method ?? 'GET',
        headers: {
          authorization,
          ...(key === undefined ? {} : { 'idempotency-key': String(key) }),
          ...(type === undefined ? {} : { 'content-type': type }),
        },
        ...(body.byteLength === 0 ? {} : { body: new Uint8Array(body) }),
      })
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
      response.end(Buffer.from(await answer.arrayBuffer()))
    }),
  )

/** Notes all that a webhook gets. */
const hook = (): Promise<string> =>
  listen(
    createServer(async (request, response) => {
      const headers = JSON.stringify(request.headers)
      note('webhook', `${request.method} ${request.url} ${headers} ${(await bodyOf(request)).toString()}`)
      response.end()
    }),
  )

/** messages that the SMS gateway took: the one place besides the approval system where her phone belongs */
const messages: string[] = []
/** An SMS gateway that takes every message, and says the number again when it is told to refuse one. */
const smsGateway = (): Promise<string> =>
  listen(
    createServer(async (request, response) => {
      note('URL at the SMS gateway', `${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
      const text = (await bodyOf(request)).toString()
      const refused = messages.length === 0
      messages.push(text)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(refused ? { code: `illegal ${PHONE}`, message: text } : { code: 'OK' }))
    }),
  )

/** Notes the event stream of a node until the end. */
async function follow({ client, folder }: NodeProcess, name: string): Promise<void> {
  const answer = await fetch(new URL('/api/v1/events', client.url), {
    headers: { authorization: `Bearer ${folder.token}` },
    signal: streams.signal,
  })
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) note(`events of ${name}`, decoder.decode(chunk, { stream: true }))
}

beforeAll(async () => {
  const port = await freePort()
  site = `http://127.0.0.1:${port}`
  cities = await startKillCities({
    approvalFlags: ['--delay', '36000000'],
    before,
    keep: Number.POSITIVE_INFINITY,
    settings: { log: { level: 'debug', format: 'json' }, webhooks: { allowPrivate: true } },
    ankang: {
      applicants: { port, url: `${site}/` },
      sms: {
        url: `${await smsGateway()}/send`,
        headers: { 'x-key': '{key}' },
        fields: { mobile: '{phone}', template: '{template}', parameters: '{parameters}' },
        answer: { field: 'code', taken: ['OK'] },
        signature: '安康政务',
        contact: '0915-8100001',
        templates: { supplement: 'T1', decided: 'T2', result: 'T3' },
      },
    },
  })
  const url = await hook()
  for (const [name, node] of [
    ['Ankang', cities.ankang],
    ['Shiyan', cities.shiyan],
  ] as const) {
    await node.client.addWebhook({ body: { url: `${url}/hook`, types: [] } })
    void follow(node, name).catch(() => {})
  }
}, MINUTES)

afterAll(async () => {
  streams.abort()
  await cities?.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
}, MINUTES)

const say = (by: 'ankang' | 'shiyan', kind: string, body: object) => {
  const key = randomUUID()
  return insist(kind, () => callStep(cities[by].client, `case.${kind}` as Step, thread, body, { key }))
}
const reached = (state: string) =>
  until(async () => {
    const both = await Promise.all([cities.ankang, cities.shiyan].map(node => told(node, thread)))
    return both.every(found => found?.state === state)
  }, `${state} at both cities`)

test(
  'a whole case of hers, with her name in everything that is said',
  async () => {
    const { ankang, shiyan, approval } = cities
    const item = itemOf(cities.items)
    const scan = async (words: string) =>
      (await ankang.client.uploadMaterial({ bytes: `%PDF-1.4 ${words}`, type: 'application/pdf' })).sha256
    // An approval system that does not want it says why, with the whole application in its answer.
    await approval.faults({ refuse: 1 })
    const card = await scan(WORDS)
    const recipient = { name: NAME, phone: PHONE, address: ADDRESS }
    const submitted = await ankang.client.submitCase({
      body: {
        to: SHIYAN.code,
        item: item.taskCode,
        mode: 1,
        applicant: { type: '1', name: NAME, idType: '111', idNumber: CANARY, phone: PHONE, address: ADDRESS },
        agent: { name: NAME, idType: '111', idNumber: CANARY, phone: PHONE, authorisation: card },
        form: { reason: WORDS },
        materials: [
          { sha256: card, code: 'M01', name: `${WORDS}.pdf` },
          { sha256: await scan('form'), code: 'M02', name: `${NAME}.pdf` },
        ],
        clerk: { name: NAME, phone: PHONE },
        sms: { phone: PHONE, acceptedAt: new Date().toISOString() },
        delivery: { method: 'mail', recipient },
      },
    })
    thread = submitted.thread
    caseNo = submitted.caseNo
    const parked = await until(async () => {
      const { items } = await shiyan.client.listParked()
      return items.length > 0 && items
    }, 'it is parked')
    note('parked', JSON.stringify(parked))
    note('parked, by the command', await tongban(shiyan, 'parked'))
    await retryAll(shiyan)
    await reached('arrived')
    await say('shiyan', 'request-supplement', {
      notice: WORDS,
      materials: [{ code: 'M02', reason: WORDS }],
      form: [{ field: 'reason', reason: WORDS }],
    })
    const signed = { sha256: await scan(`signed ${WORDS}`), code: 'M02', name: `${NAME}.pdf` }
    await say('ankang', 'supplement', { materials: [signed], form: { reason: WORDS }, note: WORDS })
    await say('shiyan', 'verify-remote', {
      subject: 'identity',
      from: new Date().toISOString(),
      to: new Date().toISOString(),
      collectingClerk: { name: NAME, phone: PHONE },
      handlingClerk: { name: NAME },
      result: 'verified',
      note: WORDS,
    })
    const at = new Date().toISOString()
    await say('ankang', 'originals', { event: 'taken', items: [{ name: WORDS }], at, by: NAME, note: WORDS })
    await say('shiyan', 'accept', {})
    await say('ankang', 'message', { text: WORDS })
    await say('ankang', 'remind', { text: WORDS })
    await say('shiyan', 'progress', { step: '审查', note: WORDS, officer: NAME })
    await say('shiyan', 'decide', { outcome: 'granted', reason: WORDS })
    const waybill = { carrier: 'EMS', number: '118001' }
    await say('shiyan', 'send-result', { method: 'mail', waybill, recipient })
    await say('ankang', 'result-received', { receivedAt: new Date().toISOString(), by: NAME })
    await say('ankang', 'evaluate', { target: 'department', level: 5, channel: '窗口', text: WORDS })
    await say('shiyan', 'close', { outcome: 'granted', note: WORDS })
    await reached('closed')
    await until(async () => messages.length >= 3, 'she is told by SMS')
    for (const message of messages) expect(JSON.parse(message)).toMatchObject({ mobile: PHONE })
    for (const needle of [CANARY, NAME, ADDRESS]) expect(messages.join()).not.toContain(needle)
    // She did pass, whole, to where she belongs.
    const bodies = JSON.stringify(await shiyan.client.readCaseBodies({ params: { thread } }))
    for (const needle of NEEDLES) expect(bodies).toContain(needle)
  },
  MINUTES,
)

/** Tries all parked packets again, as a person would. */
async function retryAll({ client }: NodeProcess): Promise<void> {
  const { items } = await client.listParked()
  for (const one of items) if (one.what === 'packet') await client.retryParked({ body: { packetNo: one.packetNo } })
}

/** What a command prints for the eyes. */
async function tongban(node: NodeProcess, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args, '--config', node.folder.configPath], {
    env: { ...process.env, TONGBAN_URL: node.client.url, TONGBAN_TOKEN: node.folder.token },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      text += String(chunk)
    })
  await once(child, 'close')
  return text
}

test(
  'commands for the eyes, and the pages for applicants, show at most what is masked',
  async () => {
    for (const [name, node] of Object.entries({ Ankang: cities.ankang, Shiyan: cities.shiyan })) {
      for (const args of [
        ['doctor'],
        ['partners'],
        ['reminders'],
        ['parked'],
        ['case', 'list'],
        ['case', 'show', thread],
        ['case', 'queue'],
        ['case', 'search', CANARY],
        ['case', 'stats'],
        ['case', 'papers', thread],
        ['case', 'sms', 'list', thread],
        ['case', 'sms', 'status'],
      ]) {
        const text = await tongban(node, ...args)
        expect([name, args, text.length > 0]).toEqual([name, args, true])
        // What the clerk typed himself stands in no answer either.
        note(`tongban ${args.slice(0, 2).join(' ')} at ${name}`, text)
      }
      for (const path of [
        '/api/v1/cases',
        `/api/v1/cases/${thread}`,
        '/api/v1/parked',
        '/api/v1/audit',
        '/api/v1/webhooks',
        '/api/v1/reminders',
        `/api/v1/cases/${thread}/sms`,
        '/api/v1/sms',
      ])
        note(`${path} at ${name}`, await (await node.client.request({ path, method: 'GET' })).text())
    }
    const find = (fields: Record<string, string>, path: string) =>
      fetch(`${site}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
    for (const [fields, path, status] of [
      [{ number: caseNo, last4: CANARY.slice(-4) }, '/progress', 200],
      [{ number: caseNo, last4: '0000' }, '/progress', 404],
      [{ number: CANARY, last4: PHONE }, '/progress', null],
      [{ token: CANARY, target: NAME, level: PHONE, text: WORDS }, '/rate', null],
    ] as const) {
      const answer = await find(fields, path)
      if (status !== null) expect([path, answer.status]).toEqual([path, status])
      note(`page ${path}`, `${JSON.stringify([...answer.headers])} ${await answer.text()}`)
    }
    for (const path of [`/q/${CANARY}`, `/${CANARY}`, `/?${PHONE}`, '/'])
      note(`page ${path.slice(0, 3)}`, await (await fetch(`${site}${path}`)).text())
  },
  MINUTES,
)

test(
  'no operation that is asked wrongly says her number again',
  async () => {
    const { client, folder } = cities.ankang
    const document = (await (await fetch(new URL('/openapi.json', client.url))).json()) as OpenApiDocument
    const { operations, replies } = await driveCanary(document, [patient(client.url, folder.token)])
    const statuses = new Set(replies.map(({ reply }) => reply.status))
    console.log(`${operations} operations, ${replies.length} requests, statuses ${[...statuses].toSorted().join(' ')}`)
    expect(operations).toBeGreaterThan(150)
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404, 422]))
    for (const { asked, reply } of replies) {
      note(`headers of ${asked.split('?')[0]}`, JSON.stringify([...reply.headers]))
      if (reply.status >= 400) note(`error ${reply.status} of ${asked.split('?')[0]}`, reply.text)
    }
  },
  MINUTES,
)

/** Secrets of somebody who signs in: they stand in nothing that is seen, but in the answers that hand them out. */
const secrets: string[] = []

test(
  'sessions, second factors, API tokens and lock-outs of a person leave none of their secrets',
  async () => {
    const { client } = cities.ankang
    // Every operation was asked just before, so that the token may have to wait.
    const made = await insist('the account is made', () =>
      client.createPerson({ body: { name: '验证员', roles: ['window-clerk'] } }),
    )
    if (made === null) throw new Error('no account')
    const { id } = made.person
    const reset = await insist('it has a password', () =>
      client.resetPassword({ params: { id }, body: { account: 'canary.clerk' } }),
    )
    const password = reset?.password ?? ''
    const chosen = 'Canary-Passw0rd-9'
    const wrong = 'Canary-Wr0ng-9'
    secrets.push(made.token, password, chosen, wrong)
    const ask = async (method: string, path: string, body: object | undefined, session?: [string, string]) => {
      const answer = await fetch(new URL(path, client.url), {
        method,
        headers: {
          'content-type': 'application/json',
          ...(session === undefined ? {} : { cookie: session[0], 'x-csrf-token': session[1] }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (answer.status >= 400) note(`error ${answer.status} of ${path}`, text)
      return { answer, value: text === '' ? {} : (JSON.parse(text) as Record<string, string>) }
    }
    const signIn = async (typed: string): Promise<[string, string]> => {
      const { answer, value } = await ask('POST', '/api/v1/sessions', { account: 'canary.clerk', password: typed })
      const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
      if (answer.status === 201) secrets.push(cookie.split('=')[1] ?? '', value.csrf ?? '')
      return [cookie, value.csrf ?? '']
    }
    const first = await signIn(password)
    expect(
      (await ask('PUT', '/api/v1/me/password', { current: password, password: chosen }, first)).answer.status,
    ).toBe(200)
    const session = await signIn(chosen)
    const { value: totp } = await ask('PUT', '/api/v1/me/totp', { password: chosen }, session)
    secrets.push(totp.secret ?? '')
    await ask('PUT', '/api/v1/me/totp/confirmation', { code: '000000' }, session)
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
    const own = await ask(
      'POST',
      '/api/v1/me/tokens',
      { label: '试验', expiresAt, roles: null, operations: null },
      session,
    )
    secrets.push(own.value.token ?? '')
    for (let tries = 0; tries < 6; tries++) await signIn(wrong)
    const { lockedUntil } = await client.getSignInState({ params: { id } })
    expect(lockedUntil).not.toBeNull()
    expect(secrets.filter(secret => secret.length < 10)).toEqual([])
    note('audit', JSON.stringify(await client.listAudit({ query: { limit: 200 } })))
    note('tongban person sign-in', await tongban(cities.ankang, 'person', 'sign-in', id))
    note('tongban person tokens', await tongban(cities.ankang, 'person', 'tokens', id))
    note('tongban audit', await tongban(cities.ankang, 'audit'))
    expect(seen.at(-1)?.text).toContain('account.locked')
  },
  MINUTES,
)

/** Asks again when the node says that it was too much. */
function patient(url: string, token: string): Client {
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    for (;;) {
      const answer = await fetch(new URL(path, url), {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (answer.status !== 429) return { status: answer.status, headers: answer.headers, body: null, text }
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  return {
    token,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
  }
}

test(
  'nothing of her, and no secret of who signed in, stands in what was seen, nor in logs and metrics',
  async () => {
    for (const [name, node] of Object.entries({ Ankang: cities.ankang, Shiyan: cities.shiyan })) {
      const metrics = await fetch(new URL('/metrics', node.client.url))
      expect(metrics.status).toBe(200)
      note(`metrics of ${name}`, await metrics.text())
      expect(node.log.length).toBeGreaterThan(50)
      for (const line of node.log) note(`log of ${name}`, line)
    }
    const places = [
      'webhook',
      'events of Ankang',
      'events of Shiyan',
      'URL at the approval system',
      'URL at the SMS gateway',
      'parked',
      'log of Shiyan',
    ]
    for (const place of places) expect([place, seen.some(({ where }) => where === place)]).toEqual([place, true])
    console.log(`${seen.length} texts from ${new Set(seen.map(({ where }) => where)).size} places`)
    const found = seen.flatMap(({ where, text }) =>
      [...NEEDLES, ...secrets]
        .filter(needle => text.includes(needle) || text.includes(encodeURIComponent(needle)))
        .map(needle => [
          where.replaceAll(needle, '…'),
          needle,
          text.slice(Math.max(0, text.indexOf(needle) - 200), text.indexOf(needle) + 60),
        ]),
    )
    expect(found.slice(0, 20)).toEqual([])
  },
  MINUTES,
)
