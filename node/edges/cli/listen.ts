/**
 * `tongban listen` and `tongban resend`: events of a node told to a program on this machine as a webhook would tell them, while it
 * is written. Nothing is subscribed at the node: the command watches with the rights of its own token.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as rest } from 'node:timers/promises'
import * as z from 'zod'
import { ProblemError } from '../../../protocol/problem.ts'
import { messageOf } from '../../city/notify/webhooks/message.ts'
import { post } from '../../city/notify/webhooks/post.ts'
import { WEBHOOK_TYPES } from '../../city/notify/webhooks/webhooks.ts'
import { pauseAfter } from '../../kernel/backoff.ts'
import { readPassphrase } from '../../kernel/config/secrets.ts'
import type { Client } from '../client/client.ts'
import type { CommandContext } from './context.ts'
import { type EventBlock, eventBlocks, THE_END } from './event-blocks.ts'
import { china, inOneLine, type Output } from './output.ts'
import { webhookOf } from './webhooks.ts'

/** ms between two tries, and between two connections */
const PAUSE = { first: 500, most: 30_000 }

const Data = z.object({
  no: z.number().int().positive(),
  at: z.iso.datetime(),
  type: z.string().max(100),
  subject: z.string().max(1000),
})
type Event = Omit<z.infer<typeof Data>, 'at'> & { at: number }

/** What became of an event. `status` is null where nothing answered; `why`, where it was not taken. */
export type Forwarded = {
  no: number
  type: string
  subject: string
  at: string
  tries: number
  status: number | null
  why: string | null
}

export type Forwarding = {
  url: string
  secret: string
  /** tries of each event, after which it is passed over */
  tries: number
  /** ms that one waits between them */
  pause: (ms: number) => Promise<void>
  now: () => number
}

/** Only a program on this machine: events for others are subscribed at the node, which tells them for days. Problem: `request.invalid`. */
export function localAddress(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? ''
  if (url === null || !/^https?:$/.test(url.protocol) || !/^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host))
    throw new ProblemError(
      'request.invalid',
      '--forward: an http address of this machine, such as http://127.0.0.1:3000/; for another one: tongban webhooks add',
    )
  return url.href
}

/** Hands an event over, under the same id with each try; a 2xx is what takes it. */
export async function forwardEvent(event: Event, { url, secret, tries, pause, now }: Forwarding): Promise<Forwarded> {
  const { no, type, subject } = event
  const done: Forwarded = { no, type, subject, at: new Date(event.at).toISOString(), tries: 0, status: null, why: null }
  while (done.tries < tries) {
    if (done.tries > 0) await pause(pauseAfter(done.tries, PAUSE))
    done.tries++
    done.status = null
    try {
      const message = messageOf(event, { secrets: [secret], now: now() })
      done.status = await post(url, { ...message, allowInside: true })
      done.why = done.status >= 200 && done.status <= 299 ? null : `status ${done.status}`
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      done.why = inOneLine(error.problem)
    }
    if (done.why === null) break
  }
  return done
}

/** The event of a block that receivers of webhooks may hear of; null of any other block. */
function eventIn({ event, data }: EventBlock): Event | null {
  if (event === null || !(WEBHOOK_TYPES as string[]).includes(event)) return null
  const read = Data.safeParse(JSON.parse(data))
  return read.success ? { ...read.data, at: Date.parse(read.data.at) } : null
}

export type Listening = Forwarding & {
  client: Client
  /** empty: all that webhooks may have */
  types: readonly string[]
  /** number of the last event that is not wanted; null: from now on */
  after: number | null
  signal: AbortSignal
  told: { forwarded(one: Forwarded): void; connected(last: number): void; lost(why: string): void; gone(): void }
}

/** Forwards what happens until `signal` ends it, in order; a connection that is lost goes on where it was. */
export async function listen({ client, types, after, signal, told, ...forwarding }: Listening): Promise<void> {
  let last = after ?? THE_END
  let failures = 0
  let connected = false
  for (;;) {
    try {
      for await (const block of eventBlocks(client, last, signal)) {
        failures = 0
        if (block.event === 'reset' && last !== THE_END) told.gone()
        const event = eventIn(block)
        if (event !== null && (types.length === 0 || types.includes(event.type)))
          told.forwarded(await forwardEvent(event, forwarding))
        last = block.id ?? last
        if (!connected && last !== THE_END) told.connected(last)
        connected = last !== THE_END
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ProblemError) || error.problem.code !== 'node.unreachable') throw error
      told.lost(inOneLine(error.problem))
    }
    if (signal.aborted) return
    connected = false
    await forwarding.pause(pauseAfter(++failures, PAUSE))
  }
}

/** The event of a number. Problem: `request.not-found` when it is kept no more, or not for this account. */
export async function eventOf(client: Client, no: number): Promise<Event> {
  const ended = new AbortController()
  try {
    for await (const block of eventBlocks(client, no - 1, ended.signal)) {
      const event = eventIn(block)
      if (event?.no === no) return event
      if (block.event !== null || block.id !== null || block.comment === 'still here') break
    }
  } finally {
    ended.abort()
  }
  throw new ProblemError('request.not-found', `event ${no}: is kept no more, or not told to this account`)
}

const SECRET = 'TONGBAN_LISTEN_SECRET'

/** The secret that messages are signed with; null when none is given. Problem: `config.invalid`. */
async function givenSecret(): Promise<string | null> {
  const secret = await readPassphrase(process.env, SECRET)
  if (secret !== null && !/^whsec_[A-Za-z0-9+/]{32,128}={0,2}$/.test(secret))
    throw new ProblemError('config.invalid', `${SECRET}: whsec_ and 24 bytes or more in base64`)
  return secret
}

const pause = (ms: number): Promise<void> => rest(ms)

function print(out: Output, one: Forwarded): void {
  out.result(one, ({ no, type, subject, at, tries, status, why }) =>
    [
      `${china(at)}  evt_${no}  ${type}  ${subject}  → ${status ?? '-'}${tries > 1 ? ` (${tries} tries 次)` : ''}`,
      ...(why === null ? [] : [`    not taken 未送达: ${why}; again 重发: tongban resend ${no} --forward …`]),
    ].join('\n'),
  )
}

const numberOf = (given: string, least: number): number => {
  const no = Number(given)
  if (!Number.isSafeInteger(no) || no < least)
    throw new ProblemError('request.invalid', `${given}: no number of an event`)
  return no
}

type ListenFlags = { forward: string; type: readonly string[]; after?: string; tries: string }

export async function listenCommand(context: CommandContext, flags: ListenFlags): Promise<void> {
  const url = localAddress(flags.forward)
  const tries = Number(flags.tries)
  if (!Number.isInteger(tries) || tries < 1 || tries > 1000)
    throw new ProblemError('request.invalid', '--tries: 1 to 1000')
  const unknown = flags.type.find(type => !(WEBHOOK_TYPES as string[]).includes(type))
  if (unknown !== undefined)
    throw new ProblemError('request.invalid', `--type ${unknown}: one of ${WEBHOOK_TYPES.join(', ')}`)
  const { out } = context
  const given = await givenSecret()
  const secret = given ?? `whsec_${randomBytes(32).toString('base64')}`
  const client = await context.client()
  if (given === null)
    out.result(
      { secret },
      () => `Secret of this run 本次运行的密钥: ${secret}\n  (the same each time 固定密钥: ${SECRET})`,
    )
  await listen({
    client,
    url,
    secret,
    tries,
    pause,
    now: Date.now,
    types: flags.type,
    after: flags.after === undefined ? null : numberOf(flags.after, 0),
    signal: new AbortController().signal,
    told: {
      forwarded: one => print(out, one),
      connected: last => out.print(`Listening after event ${last} 已连接，从该编号之后开始: ${client.url} → ${url}`),
      lost: why => out.print(`Not connected 未连接: ${why}`),
      gone: () => out.print('Older events are kept no more 更早的事件已不再保留'),
    },
  })
}

type ResendFlags = { forward?: string; webhook?: string }

export async function resendCommand(
  context: CommandContext,
  no: string,
  { forward, webhook }: ResendFlags,
): Promise<void> {
  if ((forward === undefined) === (webhook === undefined))
    throw new ProblemError('request.invalid', 'one of --forward, --webhook')
  const wanted = numberOf(no, 1)
  const url = forward === undefined ? null : localAddress(forward)
  const client = await context.client()
  if (url === null) {
    const params = { id: await webhookOf(client, webhook) }
    const { taken, problem } = await client.resendWebhook({ params, body: { event: wanted } })
    if (!taken) process.exitCode = 1
    context.out.result({ taken, problem }, () =>
      taken ? 'Taken 已送达' : `Not taken 未送达: ${problem === null ? '' : inOneLine(problem)}`,
    )
    return
  }
  const secret = await givenSecret()
  if (secret === null)
    throw new ProblemError('config.invalid', `${SECRET}: must be set to what tongban listen signs with`)
  const one = await forwardEvent(await eventOf(client, wanted), { url, secret, tries: 1, pause, now: Date.now })
  if (one.why !== null) process.exitCode = 1
  print(context.out, one)
}
