/** One message to an applicant (短信): its limits and states, how it is kept, and as people see it. */
import { createHash } from 'node:crypto'
import type { Reminder } from '../../../kernel/reminder.ts'
import type { SmsKind } from './words.ts'

export const SMS_LIMITS = {
  /** messages of one case; what happens beyond them is not told */
  perCase: 20,
  /** attempts to send one message, after which a person must look */
  attempts: 8,
  /** ms before the first retry, and at most between two */
  first: 30_000,
  most: 1_800_000,
  /** ms after which something is no news any more: it is not told, and what waits is given up */
  late: 3 * 86_400_000,
  /** packets, or days that were missed, that one transaction looks at */
  page: 100,
} as const
/** `wanted` 待发送, `sending` 发送中, `sent` 已发送, `failed` 发送失败, `unclear` 结果不明 (it may have been sent), `dropped` 不再发送 (the step was refused). */
export const SMS_STATES = ['wanted', 'sending', 'sent', 'failed', 'unclear', 'dropped'] as const
export type SmsState = (typeof SMS_STATES)[number]

/** A message as people see it: no number of a person but its ends. */
export type SmsView = {
  id: string
  kind: SmsKind
  state: SmsState
  /** masked */
  phone: string
  attempts: number
  problem: string | null
  createdAt: number
  endedAt: number | null
}

export type Row = {
  id: string
  thread_no: number
  kind: SmsKind
  event: string
  packet_no: number | null
  state: SmsState
  sealed: Uint8Array
  attempts: number
  next_at: number
  problem: string | null
  created_at: number
  since: number
  ended_at: number | null
}
export type Content = { phone: string; words: string }

export const context = (id: string): string => `sms ${id}`
/** The same for one event, also in a store that was restored to before it was told. */
export const idOf = (thread: string, event: string): string =>
  createHash('sha256').update(`sms ${thread} ${event}`).digest('hex').slice(0, 32)
const maskPhone = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`

/** A message as people see it; `content` is null when its key is gone. */
export function toView(row: Row, content: Content | null): SmsView {
  const { id, kind, state, attempts, problem } = row
  return {
    id,
    kind,
    state,
    phone: content === null ? '' : maskPhone(content.phone),
    attempts,
    problem,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }
}

/** Reminder that messages did not go out; told again when one more comes on another day. */
export const smsReminders = ({ failed, since }: { failed: number; since: number | null }): Reminder[] =>
  failed === 0 || since === null
    ? []
    : [
        {
          id: `sms:${new Date(since).toISOString().slice(0, 10)}:${failed}`,
          kind: 'sms',
          subject: String(failed),
          dueAt: since,
          level: 'warn',
          act: 'you',
          en: `${failed} messages to applicants did not go out, or may not have`,
          zh: `${failed} 条告知申请人的短信未发出或结果不明`,
          cure: 'Call the applicant, or send it again: tongban case sms list CASE, tongban case sms retry CASE ID',
        },
      ]
