/** A message of an event as its receivers get it, after Standard Webhooks 1.0: whoever tells one writes and signs it here. */
import { createHmac } from 'node:crypto'
import type { EventRow } from '../../../kernel/records/events.ts'

/** `v1,` and the HMAC-SHA-256 over id, time and body, base64; several for several secrets. Standard Webhooks 1.0, symmetric signatures. */
export function signaturesOf(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map(secret => {
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
    })
    .join(' ')
}

/** `at` and `now` in ms; a message that is sent again has the `id` of before, and the time at which it is sent. */
export function messageOf(
  { no, at, type, subject }: Pick<EventRow, 'no' | 'at' | 'type' | 'subject'>,
  { secrets, now, id = `evt_${no}` }: { secrets: readonly string[]; now: number; id?: string | undefined },
): { headers: Record<string, string>; body: string } {
  const timestamp = Math.floor(now / 1000)
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { no, subject } })
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'tongban-webhooks/1',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signaturesOf(secrets, id, timestamp, body),
    },
  }
}
