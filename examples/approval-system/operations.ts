/** What a packet brings about: each operation once per idempotency key, in one transaction with its answer. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Officer } from './officer.ts'
import type { Effect, Store } from './store.ts'

/** An answer in the vendor's shape: HTTP 200 mostly, and `status.code` 1 when it went well. */
export type Answer = {
  status: number
  body: { status: { code: number; text: string }; custom: Record<string, unknown> }
}

export const success = (custom: Record<string, unknown>): Answer => ({
  status: 200,
  body: { status: { code: 1, text: 'success' }, custom: { code: 1, text: '', ...custom } },
})
export const failure = (code: string, text: string, status = 200, custom: Record<string, unknown> = {}): Answer => ({
  status,
  body: { status: { code: 0, text: 'error' }, custom: { ...custom, code, text } },
})

const Stuff = z.object({ stuffcode: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
const Register = z.object({
  params: z.object({
    caseno: z.string().min(1),
    itemcode: z.string().min(1),
    applyername: z.string().min(1),
    applyercode: z.string().min(1),
    stuffs: z.array(Stuff).optional(),
  }),
})
const Later = z.object({ params: z.looseObject({ stuffs: z.array(Stuff).optional() }) })

/** What the window may bring to a case that is there. */
export const LATER = [
  'supplements',
  'mailings',
  'withdrawals',
  'reminders',
  'messages',
  'receipts',
  'evaluations',
] as const

export type Operations = ReturnType<typeof createOperations>

export function createOperations(parts: {
  store: Store
  officer: Officer
  script: () => string
  /** numbers of 18 digits alone */
  long: () => boolean
  now: () => number
}) {
  const { store, officer } = parts

  /** Answers from memory when the key is known, so that a repeated call changes nothing. */
  function once(key: string, operation: string, request: string, work: () => { flowsn: string } | Answer): Answer {
    const digest = createHash('sha256').update(`${operation}\n${request}`).digest('hex')
    return store.transaction(() => {
      const known = store.effect(key)
      if (known !== null) {
        if (known.request !== digest) return failure('E422', '该幂等键已用于其他请求', 422)
        return JSON.parse(known.answer) as Answer
      }
      const result = work()
      if ('body' in result) return result
      const answer = success({ flowsn: result.flowsn })
      const effect: Effect = { operation, request: digest, flowsn: result.flowsn, answer: JSON.stringify(answer) }
      store.saveEffect(key, effect)
      return answer
    })
  }

  const missing = (stuffs: readonly { sha256: string }[]): Answer | null =>
    stuffs.every(({ sha256 }) => store.material(sha256) !== null) ? null : failure('E3', '材料尚未上传')

  return {
    register(key: string, text: string): Answer {
      const parsed = Register.safeParse(parse(text))
      if (!parsed.success) return failure('E1', '参数不完整')
      const { params } = parsed.data
      return once(key, 'register', text, () => {
        const known = store.caseOfNumber(params.caseno)
        if (known !== null) return failure('E409', '该办件已登记', 409, { flowsn: known.flowsn })
        const absent = missing(params.stuffs ?? [])
        if (absent !== null) return absent
        const day = new Date(parts.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
        const serial = String(store.nextSerial())
        const flowsn = parts.long() ? `${day}${serial.padStart(10, '0')}` : `SP${day}${serial.padStart(6, '0')}`
        const dueAt = officer.firstDueAt()
        store.addCase({ flowsn, caseno: params.caseno, params: text, script: parts.script(), dueAt })
        return { flowsn }
      })
    },

    later(key: string, operation: string, flowsn: string, text: string): Answer {
      const parsed = Later.safeParse(parse(text))
      if (!parsed.success) return failure('E1', '参数不完整')
      return once(key, `${operation} ${flowsn}`, text, () => {
        const row = store.caseOf(flowsn)
        if (row === null) return failure('E404', '根据传入flowsn未查询到办件')
        const absent = missing(parsed.data.params.stuffs ?? [])
        if (absent !== null) return absent
        if (operation === 'supplements') officer.supplemented(row)
        if (operation === 'withdrawals') officer.withdrawn(row)
        return { flowsn }
      })
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
