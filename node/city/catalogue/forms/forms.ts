/**
 * Forms (申请表): data checked against the form of an item. An own form is compiled here and kept; one that another city wrote is, but
 * for small ones, read in a thread that is ended when it takes too long, and not tried again for a while. A form that cannot be used is
 * told, not trusted. May import the protocol.
 */
import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { CheckForm } from '../../../../protocol/case/preflight.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import { soundForm } from '../../../../protocol/service/form.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { createSerial } from '../../../kernel/serial.ts'
import { type CompiledForm, createFormCompiler, type FormResult } from './check.ts'
import type { Answered, Asked } from './thread.ts'

export const FORM_CHECK_LIMITS = {
  /** compiled forms kept */
  kept: 256,
  /** subschemas up to which a form of another city is compiled on the spot: some milliseconds */
  onTheSpot: 60,
  /** ms that the thread may take for one form and its data */
  patience: 5_000,
  /** checks that wait for the thread; one more is refused for now */
  waiting: 64,
  /** ms for which a form is not tried again that took too long */
  remembered: 600_000,
  /** such forms that are remembered */
  slow: 1_000,
} as const

type Json = Record<string, unknown>

export function createForms({ clock }: { clock: Clock }) {
  const compile = createFormCompiler()
  /** by hash, the one used last at the end; null: cannot be used */
  const kept = new Map<string, CompiledForm | null>()
  /** until when a form is not tried again, ms, by hash */
  const slow = new Map<string, number>()
  let thread: ReturnType<typeof startThread> | null = null
  const inTurn = createSerial()
  let waiting = 0
  let stopped = false

  /** of forms that are in memory anyway: their hash need not be asked for */
  const byForm = new WeakMap<Json, CompiledForm | null>()

  /** An own form, compiled once. */
  function own(form: Json): CompiledForm | null {
    const known = byForm.get(form)
    if (known !== undefined) return known
    const check = compiled(form, hashOf(form))
    byForm.set(form, check)
    return check
  }

  function compiled(form: Json, hash: string): CompiledForm | null {
    const known = kept.get(hash)
    const check = known === undefined ? compile(form) : known
    kept.delete(hash)
    kept.set(hash, check)
    bound(kept, FORM_CHECK_LIMITS.kept)
    return check
  }

  /** One after the other: what is measured is one form, not those before it. */
  function inThread(form: Json, data: Json, hash: string): Promise<FormResult> {
    return inTurn(async () => {
      if (stopped) return null
      thread ??= startThread()
      const mine = thread
      let cancel = () => {}
      const late = new Promise<'late'>(resolve => {
        cancel = clock.after(FORM_CHECK_LIMITS.patience, () => resolve('late'))
      })
      const result = await Promise.race([mine.check({ hash, form, data }), late, mine.ended])
      cancel()
      if (result !== 'late' && result !== 'ended') return result
      thread = null
      await mine.stop()
      slow.set(hash, clock.now() + FORM_CHECK_LIMITS.remembered)
      bound(slow, FORM_CHECK_LIMITS.slow)
      return null
    })
  }

  return {
    /** Data against an own form; null when the form cannot be used. */
    check: ((form, data) => own(form)?.(data) ?? null) satisfies CheckForm,

    /** Compiles an own form, so that its check takes no time for it in a transaction. */
    prepare: (form: Json): void => void own(form),

    /** Data against a form that another city wrote; null when it cannot be used, or takes too long. Problem: `request.rate`. */
    async checkForeign(form: Json, data: Json): Promise<FormResult> {
      const hash = hashOf(form)
      if (kept.has(hash)) return compiled(form, hash)?.(data) ?? null
      const sound = soundForm(form)
      if (!sound.ok) return null
      if (sound.subschemas <= FORM_CHECK_LIMITS.onTheSpot) return compiled(form, hash)?.(data) ?? null
      if ((slow.get(hash) ?? 0) > clock.now()) return null
      if (waiting >= FORM_CHECK_LIMITS.waiting) throw new ProblemError('request.rate', 'forms that are being read')
      waiting++
      return inThread(form, data, hash).finally(() => waiting--)
    },

    async stop(): Promise<void> {
      stopped = true
      await thread?.stop()
    },
  }
}

const hashOf = (form: Json): string => createHash('sha256').update(JSON.stringify(form)).digest('base64')

function bound(map: Map<string, unknown>, size: number): void {
  const [oldest] = map.keys()
  if (map.size > size && oldest !== undefined) map.delete(oldest)
}

function startThread() {
  const worker = new Worker(new URL('./thread.ts', import.meta.url))
  worker.unref()
  let no = 0
  const asked = new Map<number, (result: FormResult) => void>()
  worker.on('message', ({ no, result }: Answered) => {
    asked.get(no)?.(result)
    asked.delete(no)
  })
  const ended = new Promise<'ended'>(resolve => {
    worker.on('error', () => resolve('ended'))
    worker.on('exit', () => resolve('ended'))
  })
  return {
    ended,
    check: (what: Omit<Asked, 'no'>): Promise<FormResult> =>
      new Promise(resolve => {
        asked.set(++no, resolve)
        worker.postMessage({ no, ...what } satisfies Asked)
      }),
    stop: async (): Promise<void> => {
      await worker.terminate()
    },
  }
}
