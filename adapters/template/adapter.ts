/**
 * An adapter of one's own: a system that speaks JSON over HTTP, for what a mapping cannot say. It remembers nothing: the system keeps the
 * idempotency keys. What must be remembered over a restart goes into `context.state`.
 */
import {
  type Adapter,
  type AdapterContext,
  type Answer,
  CASE_CONTENT,
  type CreateAdapter,
  type DeliveredMaterial,
  type Delivery,
  type DeliveryResult,
  download,
  fieldOf,
  type MoveRequest,
  ProblemError,
  refuse,
  send,
} from '../sdk/index.ts'

const LIMITS = { timeoutMs: 15_000, maxResponseBytes: 1024 * 1024 }

/** Their step → our kind of packet. What is not here waits for a person, it is never guessed. */
const KINDS: Readonly<Record<string, MoveRequest['kind']>> = {
  SL: 'case.accept',
  XX: 'case.message',
  JD: 'case.decide',
}

type Row = { id: string | number; number: string | number; step: string; text?: string; file?: string }

export const createAdapter: CreateAdapter = ({ config, secrets }): Adapter => {
  const base = String(config.baseUrl)
  const headers = { 'x-token': secrets.token ?? '' }

  const post = (path: string, key: string, body: unknown, signal: AbortSignal) =>
    send(
      {
        method: 'POST',
        url: base + path,
        headers: { ...headers, 'idempotency-key': key },
        body: JSON.stringify(body),
      },
      LIMITS,
      signal,
    )

  const upload = (material: DeliveredMaterial, signal: AbortSignal) =>
    send({ method: 'PUT', url: `${base}/materials/${material.sha256}`, headers, body: material }, LIMITS, signal)

  async function deliver(delivery: Delivery, { signal }: AdapterContext): Promise<DeliveryResult> {
    const { idempotencyKey, kind, caseNo, localCaseNo, body } = delivery
    for (const material of delivery.materials) {
      const failed = failureOf('materials', await upload(material, signal))
      if (failed !== null) return failed
    }
    const path = kind === 'case.submit' ? '/cases' : `/cases/${localCaseNo}/${kind.replace('case.', '')}`
    const answer = await post(path, idempotencyKey, { caseNo, ...body }, signal)
    const failed = failureOf(kind, answer)
    if (failed !== null) return failed
    const { number } = bodyOf(answer)
    return kind === 'case.submit' ? { ok: true, localCaseNo: String(number) } : { ok: true }
  }

  /** A page of answers, each given raw, so that a better `read` reads it anew. */
  async function poll(cursor: string | null, { signal }: AdapterContext) {
    const url = `${base}/answers?after=${cursor ?? '0'}`
    const answer = await send({ method: 'GET', url, headers }, LIMITS, signal)
    const { list, next } = bodyOf(answer)
    if (!Array.isArray(list)) throw new ProblemError('adapter.unavailable', 'answers: no list')
    const events = (list as Row[]).map(row => ({
      id: String(row.id),
      localCaseNo: String(row.number),
      raw: JSON.stringify(row),
    }))
    return { events, cursor: String(next) }
  }

  const read: Adapter['read'] = async (raw, context) => {
    const { id, number, step, text, file } = JSON.parse(raw) as Row
    const kind = KINDS[step]
    if (kind === undefined) return refuse('adapter.mapping', 'step: not one of SL, XX, JD')
    let body: unknown = kind === 'case.message' ? { text } : {}
    if (file !== undefined) {
      const url = `${base}/files/${file}`
      const kept = await download({ url, headers }, LIMITS, context.signal, bytes => context.keep(bytes))
      if (!kept.ok) throw new ProblemError('adapter.unavailable', 'files: no answer')
      body = { outcome: 'granted', documentNo: `${number}-JD`, documents: [kept.value.sha256] }
    }
    const parsed = CASE_CONTENT[kind].safeParse(body)
    if (!parsed.success) return refuse('adapter.mapping', `${kind}: ${fieldOf(parsed.error)}`)
    const move = { kind, body: parsed.data } as MoveRequest
    return { ok: true, event: { id: String(id), localCaseNo: String(number), move } }
  }

  async function check({ signal }: AdapterContext): ReturnType<Adapter['check']> {
    const answer = await send({ method: 'GET', url: `${base}/health`, headers }, LIMITS, signal)
    return answer.ok && answer.status === 200 ? { ok: true } : { ok: false, detail: 'health: no answer' }
  }

  return { kind: 'own', deliver, poll, read, check }
}

const bodyOf = (answer: Answer): Record<string, unknown> =>
  answer.ok && typeof answer.body === 'object' && answer.body !== null ? (answer.body as Record<string, unknown>) : {}

/**
 * Why an answer is no success; null when it is one. What cannot be read says nothing of the effect, so it is tried again under the same
 * key. `detail` says where and what, never with data of the case.
 */
function failureOf(what: string, answer: Answer): DeliveryResult | null {
  const { code } = bodyOf(answer)
  if (code === '0') return null
  const refused = typeof code === 'string' && answer.ok && answer.status < 500
  return refused
    ? { ok: false, code: 'adapter.refused', detail: `${what}: error ${code}`, retryable: false }
    : { ok: false, code: 'adapter.unavailable', detail: `${what}: no answer`, retryable: true }
}
