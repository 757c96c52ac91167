// Over 450 lines: one receiver that is faked, with each way in which it can fail.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ProblemError } from '../../../../protocol/problem.ts'
import { createHandClock } from '../../../../test/support/http.ts'
import { openTestStore } from '../../../../test/support/store.ts'
import { createAudit } from '../../../kernel/records/audit.ts'
import { createEventLog, type EventType } from '../../../kernel/records/events.ts'
import { signaturesOf } from './message.ts'
import { checkTarget, isInside, type PostOptions, post } from './post.ts'
import { createWebhooks, WEBHOOK_LIMITS, type Webhooks, type WebhooksParts } from './webhooks.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const SECRET = Buffer.alloc(32, 7).toString('base64')
type Posted = {
  url: string
  body: { type: string; data: { no: number; subject: string } }
  headers: Record<string, string>
}

let clock: ReturnType<typeof createHandClock>
let db: Awaited<ReturnType<typeof openTestStore>>
let audit: ReturnType<typeof createAudit>
let events: ReturnType<typeof createEventLog>
let webhooks: Webhooks
let posted: Posted[]
let answers: (url: string) => Promise<number>
let disabled: string[]
let faults: unknown[]
let made: number

const make = (change: Partial<WebhooksParts> = {}): Webhooks =>
  createWebhooks({
    db,
    clock,
    audit,
    events,
    seal: { seal: plain => plain, open: sealed => sealed },
    allowInside: false,
    random: () => 0,
    randomSecret: () => SECRET,
    newId: () => `wh_${++made}`,
    post: async (url: string, { headers, body }: PostOptions) => {
      posted.push({ url, headers, body: JSON.parse(body) as Posted['body'] })
      return answers(url)
    },
    observer: { delivered: () => {}, disabled: id => disabled.push(id), faulted: error => faults.push(error) },
    ...change,
  })

beforeEach(async () => {
  clock = createHandClock(NOW)
  db = await openTestStore()
  audit = createAudit({ database: db, now: clock.now })
  events = createEventLog({ database: db, now: clock.now })
  posted = []
  disabled = []
  faults = []
  made = 0
  answers = async () => 204
  webhooks = make()
  webhooks.start()
})
afterEach(() => webhooks.stop())

const say = (type: EventType, subject: string) => db.transaction(tx => events.append(tx, { type, subject }))
const told = () => posted.map(({ body }) => `${body.type} ${body.data.subject}`)
const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 5 })
const add = (types: string[] = [], url = 'https://one.example.cn/hook') => webhooks.add(url, types, 'person:1')

describe('signatures', () => {
  test('are those of Standard Webhooks', () => {
    // The example of the specification.
    expect(
      signaturesOf(
        ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        1614265330,
        '{"test": 2432232314}',
      ),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test('are made by the former secret too for a day after a new one', async () => {
    const { webhook } = await add()
    await say('case.changed', 'a')
    await soon(() => expect(posted).toHaveLength(1))
    await webhooks.rotate(webhook.id, 'person:1')
    await say('case.changed', 'b')
    await soon(() => expect(posted).toHaveLength(2))
    clock.advance(WEBHOOK_LIMITS.overlap + 1)
    await say('case.changed', 'c')
    await soon(() => expect(posted).toHaveLength(3))
    expect(posted.map(({ headers }) => headers['webhook-signature']?.split(' ').length)).toEqual([1, 2, 1])
  })

  test('made anew twice within a day leave every receiver one that it knows; a third waits', async () => {
    made = 0
    let no = 0
    const secretOf = (n: number) => Buffer.alloc(32, n).toString('base64')
    await webhooks.stop()
    webhooks = make({ randomSecret: () => secretOf(++no) })
    webhooks.start()
    const { webhook } = await add()
    const signedBy = async () => {
      posted = []
      await webhooks.test(webhook.id, 'person:1')
      const headers = posted[0]?.headers
      const body = JSON.stringify(posted[0]?.body)
      const known = (n: number) =>
        signaturesOf(
          [`whsec_${secretOf(n)}`],
          headers?.['webhook-id'] ?? '',
          Number(headers?.['webhook-timestamp']),
          body,
        )
      return [1, 2, 3, 4, 5].filter(n => headers?.['webhook-signature']?.split(' ').includes(known(n)))
    }
    await webhooks.rotate(webhook.id, 'person:1')
    clock.advance(3_600_000)
    await webhooks.rotate(webhook.id, 'person:1')
    expect(await signedBy()).toEqual([1, 2, 3])
    await expect(webhooks.rotate(webhook.id, 'person:1')).rejects.toThrow('request.conflict')
    clock.advance(WEBHOOK_LIMITS.overlap - 3_600_000)
    expect(await signedBy()).toEqual([2, 3])
    await webhooks.rotate(webhook.id, 'person:1')
    expect(await signedBy()).toEqual([2, 3, 5])
    clock.advance(WEBHOOK_LIMITS.overlap)
    expect(await signedBy()).toEqual([5])
  })
})

describe('delivery', () => {
  test('tells what happens from the subscription on, in order, of the wanted types, naming no person', async () => {
    await say('case.changed', 'before')
    await add(['case.changed', 'case.due'])
    for (const [type, subject] of [
      ['case.changed', 'a'],
      ['partner.changed', '420300'],
      ['case.due', 'b'],
      ['case.changed', 'c'],
    ] as const)
      await say(type, subject)
    await soon(() => expect(told()).toEqual(['case.changed a', 'case.due b', 'case.changed c']))
    expect(Object.keys(posted[0]?.body ?? {})).toEqual(['type', 'timestamp', 'data'])
    expect(posted[0]?.headers).toMatchObject({ 'webhook-id': 'evt_2', 'webhook-timestamp': String(NOW / 1000) })
    await soon(async () => expect((await webhooks.list())[0]).toMatchObject({ waiting: 0, failures: 0 }))
  })

  test('looks for nobody while nobody is to be told, and at once when somebody is', async () => {
    const looks = () => asked.filter(sql => sql.includes('WHERE active = 1')).length
    const asked: string[] = []
    const { query } = db
    db.query = (sql, params) => {
      asked.push(sql)
      return query(sql, params)
    }
    await webhooks.stop()
    webhooks = make()
    webhooks.start()
    await soon(() => expect(looks()).toBe(1))
    for (const subject of ['a', 'b', 'c']) await say('case.changed', subject)
    expect(looks()).toBe(1)
    const { webhook } = await add()
    await say('case.changed', 'd')
    await soon(() => expect(told()).toEqual(['case.changed d']))
    await webhooks.set(webhook.id, false, 'person:1')
    await say('case.changed', 'e')
    const before = await webhooks.set(webhook.id, true, 'person:1')
    expect(before.active).toBe(true)
    await say('case.changed', 'f')
    await soon(() => expect(told()).toContain('case.changed f'))
  })

  test('tries again with growing pauses, and goes on where it stood, also after a restart', async () => {
    answers = async () => 500
    const { webhook } = await add()
    await say('case.changed', 'a')
    await say('case.changed', 'b')
    await soon(async () => expect(await webhooks.get(webhook.id)).toMatchObject({ failures: 1, waiting: 2 }))
    clock.advance(WEBHOOK_LIMITS.first)
    await soon(async () => expect((await webhooks.get(webhook.id)).failures).toBe(2))
    expect((await webhooks.get(webhook.id)).problem).toMatchObject({ detail: 'status 500' })
    await webhooks.stop()
    answers = async () => 200
    webhooks = make()
    clock.advance(60_000)
    webhooks.start()
    await soon(() => expect(told().slice(-2)).toEqual(['case.changed a', 'case.changed b']))
    await soon(async () => expect(await webhooks.get(webhook.id)).toMatchObject({ failures: 0, waiting: 0 }))
    const log = await webhooks.log(webhook.id, 10, null)
    expect(log.map(({ status }) => status)).toEqual([200, 200, 500, 500])
  })

  test('to one that hangs or is dead holds up nobody else', async () => {
    let free = () => {}
    answers = url => (url.includes('slow') ? new Promise(resolve => (free = () => resolve(200))) : Promise.resolve(200))
    await add([], 'https://slow.example.cn/')
    await add([], 'https://quick.example.cn/')
    for (const subject of ['a', 'b']) await say('case.changed', subject)
    await soon(() => expect(posted.filter(({ url }) => url.includes('quick'))).toHaveLength(2))
    expect(posted.filter(({ url }) => url.includes('slow'))).toHaveLength(1)
    free()
  })

  test('is given up after days, told as an event, and goes on when it is switched on', async () => {
    answers = () => Promise.reject(new ProblemError('exchange.unreachable', 'refused'))
    const { webhook } = await add(['case.changed'])
    await say('case.changed', 'a')
    await soon(async () => expect((await webhooks.get(webhook.id)).failures).toBe(1))
    clock.advance(WEBHOOK_LIMITS.giveUp)
    await soon(async () => expect((await webhooks.get(webhook.id)).active).toBe(false))
    expect(disabled).toEqual([webhook.id])
    expect((await events.after(0, 100)).at(-1)).toMatchObject({ type: 'work.parked', subject: `webhook:${webhook.id}` })
    answers = async () => 200
    await webhooks.set(webhook.id, true, 'person:1')
    await soon(async () => expect(await webhooks.get(webhook.id)).toMatchObject({ active: true, waiting: 0 }))
    expect(told().at(-1)).toBe('case.changed a')
  })

  test('leaves what a person did while a message was under way: switched off it stays off, replayed it is told anew', async () => {
    const sent = Promise.withResolvers<void>()
    let answer = Promise.withResolvers<number>()
    answers = () => {
      sent.resolve()
      return answer.promise
    }
    const { webhook } = await add(['case.changed'])
    await say('case.changed', 'a')
    await sent.promise
    await webhooks.set(webhook.id, false, 'person:1')
    answer.resolve(500)
    await soon(async () => expect(await webhooks.log(webhook.id, 10, null)).toHaveLength(1))
    await webhooks.stop()
    expect(await webhooks.get(webhook.id)).toMatchObject({ active: false, failures: 0, problem: null })
    answers = async () => 200
    webhooks = make()
    webhooks.start()
    await webhooks.set(webhook.id, true, 'person:1')
    await soon(async () => expect(await webhooks.get(webhook.id)).toMatchObject({ waiting: 0 }))
    answer = Promise.withResolvers()
    answers = () => answer.promise
    await say('case.changed', 'b')
    await soon(() => expect(told().at(-1)).toBe('case.changed b'))
    await webhooks.replay(webhook.id, 1, 'person:1')
    answers = async () => 200
    answer.resolve(500)
    await soon(() => expect(told().slice(-3)).toEqual(['case.changed b', 'case.changed a', 'case.changed b']))
    await soon(async () => expect(await webhooks.get(webhook.id)).toMatchObject({ waiting: 0, failures: 0 }))
  })

  test('that is replayed while it is switched off stays off, and is told when it is switched on', async () => {
    const { webhook } = await add()
    for (const subject of ['a', 'b']) await say('case.changed', subject)
    await soon(() => expect(posted).toHaveLength(2))
    await webhooks.set(webhook.id, false, 'person:1')
    expect(await webhooks.replay(webhook.id, 1, 'person:1')).toMatchObject({ active: false, waiting: 2 })
    await say('case.changed', 'c')
    await webhooks.stop()
    expect(posted).toHaveLength(2)
    webhooks = make()
    webhooks.start()
    await webhooks.set(webhook.id, true, 'person:1')
    await soon(() => expect(told().slice(2)).toEqual(['case.changed a', 'case.changed b', 'case.changed c']))
  })

  test('counts what waits of its own types alone, up to a bound', async () => {
    const { webhook } = await add(['case.due'])
    const all = await add()
    for (const one of [webhook, all.webhook]) await webhooks.set(one.id, false, 'person:1')
    for (const type of ['case.changed', 'case.due', 'case-draft.changed'] as const) await say(type, 'x')
    expect((await webhooks.get(webhook.id)).waiting).toBe(1)
    expect((await webhooks.get(all.webhook.id)).waiting).toBe(3)
    const many = async (count: number) => {
      await db.transaction(async tx => {
        for (let no = 0; no < count; no++) await events.append(tx, { type: 'case.due', subject: 'x' })
      })
      return (await webhooks.get(webhook.id)).waiting
    }
    expect(await many(WEBHOOK_LIMITS.counted - 1)).toBe(WEBHOOK_LIMITS.counted)
    expect([await many(1), await many(1)]).toEqual([WEBHOOK_LIMITS.counted + 1, WEBHOOK_LIMITS.counted + 1])
  })

  test('does not miss what comes while it finds nothing more to tell', async () => {
    const after = events.after
    let late = false
    events.after = async (...args) => {
      const page = await after(...args)
      if (page.length === 0 && posted.length === 1 && !late) {
        late = true
        await say('case.changed', 'at the last moment')
        await new Promise(resolve => setImmediate(resolve))
      }
      return page
    }
    await add(['case.changed'])
    await say('case.changed', 'a')
    await soon(() => expect(told()).toEqual(['case.changed a', 'case.changed at the last moment']))
  })

  test('goes on after the own store failed', async () => {
    answers = async () => 500
    const { webhook } = await add()
    await say('case.changed', 'a')
    await soon(async () => expect((await webhooks.get(webhook.id)).failures).toBe(1))
    const query = db.query
    db.query = async () => {
      db.query = query
      throw new Error('SQLITE_BUSY')
    }
    answers = async () => 200
    clock.advance(WEBHOOK_LIMITS.first)
    await soon(() => expect(faults).toHaveLength(1))
    clock.advance(60_000)
    await soon(async () => expect(await webhooks.get(webhook.id)).toMatchObject({ failures: 0, waiting: 0 }))
  })

  test('is replayed from an event on, one alone, or as a test', async () => {
    const { webhook } = await add()
    for (const subject of ['a', 'b', 'c']) await say('case.changed', subject)
    await soon(() => expect(posted).toHaveLength(3))
    await webhooks.replay(webhook.id, 2, 'person:1')
    await soon(() => expect(told().slice(3)).toEqual(['case.changed b', 'case.changed c']))
    expect(await webhooks.resend(webhook.id, 1, 'person:1')).toBeNull()
    expect(await webhooks.test(webhook.id, 'person:1')).toBeNull()
    expect(told().slice(5)).toEqual(['case.changed a', `webhook.test ${webhook.id}`])
    // A receiver that drops what came before takes each test for another message.
    await webhooks.test(webhook.id, 'person:1')
    const ids = posted.slice(6).map(({ headers }) => headers['webhook-id'])
    expect(ids).toEqual([expect.stringMatching(/^test_\d+_\d+$/), expect.stringMatching(/^test_\d+_\d+$/)])
    expect(new Set(ids).size).toBe(2)
    await expect(webhooks.replay(webhook.id, 99, 'person:1')).rejects.toThrow('request.not-found')
    await expect(webhooks.resend(webhook.id, 99, 'person:1')).rejects.toThrow('request.not-found')
    const rows = await audit.list({ subject: webhook.id }, 4, null)
    expect(rows.map(({ actor, action }) => [actor, action])).toEqual([
      ['person:1', 'webhook.tested'],
      ['person:1', 'webhook.tested'],
      ['person:1', 'webhook.resent'],
      ['person:1', 'webhook.replayed'],
    ])
  })
})

describe('bounds', () => {
  test('so many subscriptions, and so many attempts kept of each', async () => {
    const { webhook } = await add()
    for (let no = 1; no < WEBHOOK_LIMITS.hooks; no++) await add()
    await expect(add()).rejects.toThrow('request.conflict')
    for (let no = 0; no < WEBHOOK_LIMITS.log + 3; no++) await webhooks.test(webhook.id, 'person:1')
    expect(await webhooks.log(webhook.id, 1000, null)).toHaveLength(WEBHOOK_LIMITS.log)
    await webhooks.remove(webhook.id, 'person:1')
    await expect(webhooks.get(webhook.id)).rejects.toThrow('request.not-found')
  })

  test.each([
    'http://example.cn/',
    'https://127.0.0.1/',
    'https://10.1.2.3/x',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
    'https://[fec0::1]/',
    'https://[::ffff:0:7f00:1]/',
    'ftp://example.cn/',
    'https://user:pass@example.cn/',
    'nonsense',
  ])('%s is no target unless private ones are allowed', async url => {
    await expect(add([], url)).rejects.toThrow('request.invalid')
    expect(posted).toEqual([])
  })

  test('addresses of private networks are known in both families', () => {
    expect(['8.8.8.8', '2400:3200::1', '2001:200::1', '2003::1'].map(isInside)).toEqual([false, false, false, false])
    for (const address of [
      '2002:a00:1::1',
      '2002::1',
      '2001:0:4136:e378::1',
      '2001:1ff::1',
      '3fff::1',
      '2001:db8::1',
      'fec0::1',
      '::ffff:0:10.0.0.1',
      '::10.0.0.1',
      '64:ff9b::10.0.0.1',
      '64:ff9b:1::1',
      '5f00::1',
      '4000::1',
      '192.88.99.1',
      'ff02::1',
      '100::1',
      '127.0.0.1',
      '172.31.0.1',
      '100.64.0.1',
      'fd00::1',
      'fe80::1',
      '::ffff:192.168.1.1',
      'no address',
    ])
      expect(isInside(address)).toBe(true)
    expect(checkTarget('http://10.0.0.1:8080/hook', true).host).toBe('10.0.0.1:8080')
  })
})

describe('the message on the wire', () => {
  test('reaches a receiver with its signature; a redirect is not followed; a name that leads inside is refused', async () => {
    const seen: { headers: IncomingMessage['headers']; body: string }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += String(chunk)
      })
      request.on('end', () => {
        seen.push({ headers: request.headers, body })
        response.writeHead(request.url === '/moved' ? 302 : 200, { location: '/elsewhere' }).end('thanks')
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      const message = { headers: { 'webhook-id': 'evt_1' }, body: '{"a":1}' }
      expect(await post(`http://127.0.0.1:${port}/hook`, { ...message, allowInside: true })).toBe(200)
      expect(await post(`http://127.0.0.1:${port}/moved`, { ...message, allowInside: true })).toBe(302)
      expect(seen.map(({ headers, body }) => [headers['webhook-id'], body])).toEqual([
        ['evt_1', '{"a":1}'],
        ['evt_1', '{"a":1}'],
      ])
      await expect(post(`https://localhost:${port}/hook`, { ...message, allowInside: false })).rejects.toThrow(
        'exchange.unreachable',
      )
      expect(seen).toHaveLength(2)
    } finally {
      server.close()
    }
  })

  test('leaves nothing behind at the signal that outlives it, however it ended', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/ok') response.end()
      if (request.url === '/broken') request.socket.destroy()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const controller = new AbortController()
    const { signal } = controller
    const listening = new Set<unknown>()
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening.add(args[1])
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening.delete(args[1])
      remove(...args)
    }
    const options = { headers: {}, body: '{}', allowInside: true, signal }
    try {
      expect(await post(`http://127.0.0.1:${port}/ok`, options)).toBe(200)
      await expect(post(`http://127.0.0.1:${port}/broken`, options)).rejects.toThrow('exchange.unreachable')
      expect(listening.size).toBe(0)
      const hanging = post(`http://127.0.0.1:${port}/never`, options)
      controller.abort()
      await expect(hanging).rejects.toThrow('the node stops')
      await expect(post(`http://127.0.0.1:${port}/ok`, options)).rejects.toThrow('the node stops')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
