/** What a test of an adapter needs: sample deliveries full of personal data, durable memory in memory, a log that is kept. */
import { createHash } from 'node:crypto'
import type { Problem } from '../../protocol/problem.ts'
import type {
  Adapter,
  AdapterState,
  Call,
  DeliveredMaterial,
  Delivery,
  LocalEvent,
  LocalMove,
  LocalOutcome,
  RawEvent,
} from './port.ts'

/** Personal data of the sample deliveries; none of it may stand in an error or a log line. */
export const CANARIES = [
  '42030019900307123X',
  '13800138000',
  '欧阳金丝雀',
  '茅箭区人民北路一号',
  '结婚证-金丝雀.pdf',
] as const
const [ID_NUMBER, PHONE, NAME, ADDRESS, FILE_NAME] = CANARIES

/** Idempotency key of a sample: 64 hex digits that follow from a word. */
export const sampleKey = (word: string): string => createHash('sha256').update(word).digest('hex')

/** A material whose bytes are made as they are read. `open` counts how often it was opened and cancelled. */
export function sampleMaterial(
  word: string,
  options: { chunks?: number; chunkBytes?: number; before?: (chunk: number) => Promise<void> } = {},
): DeliveredMaterial & { opened: number; cancelled: number } {
  const { chunks = 3, chunkBytes = 1000, before } = options
  const chunk = (index: number) => new Uint8Array(chunkBytes).fill((index * 31 + word.length) % 256)
  const hash = createHash('sha256')
  for (let index = 0; index < chunks; index++) hash.update(chunk(index))
  const material = {
    sha256: hash.digest('hex'),
    size: chunks * chunkBytes,
    type: 'application/pdf',
    code: 'M01',
    name: FILE_NAME,
    opened: 0,
    cancelled: 0,
    open(): ReadableStream<Uint8Array> {
      material.opened++
      let index = 0
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            if (index === chunks) return controller.close()
            await before?.(index)
            controller.enqueue(chunk(index++))
          },
          cancel() {
            material.cancelled++
          },
        },
        { highWaterMark: 0 },
      )
    },
  }
  return material
}

/** A `case.submit` from Ankang to Shiyan, different for every word. */
export function sampleSubmit(word: string, materials: readonly DeliveredMaterial[] = []): Delivery {
  const caseNo = `610900${sampleKey(word).replaceAll(/\D/g, '').slice(0, 12)}`
  const body = {
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    caseNo,
    item: { code: '11420300011315330Y4000111111000', name: '学历公证', version: 3 },
    mode: 1,
    applicant: { type: '1', name: NAME, idType: '111', idNumber: ID_NUMBER, phone: PHONE, address: ADDRESS },
    form: { purpose: '出国留学', copies: 2, holder: NAME },
    materials: materials.map(({ sha256, code, name }) => ({ sha256, code, name, form: 'copy' })),
    receivedAt: '2026-11-02T09:00:00+08:00',
    window: '跨省通办 3 号窗口',
  }
  return {
    idempotencyKey: sampleKey(word),
    thread: sampleKey(`thread of ${word}`).slice(0, 32),
    caseNo,
    kind: 'case.submit',
    from: '610900',
    to: '420300',
    localCaseNo: null,
    body,
    submit: body,
    materials,
    attempt: 0,
  }
}

/** Another packet of the case that `submit` began. */
export function samplePacket(
  submit: Delivery,
  kind: string,
  localCaseNo: string,
  body: Record<string, unknown> = samplesOf[kind] ?? {},
): Delivery {
  return {
    ...submit,
    idempotencyKey: sampleKey(`${submit.idempotencyKey} ${kind}`),
    kind,
    localCaseNo,
    body: { salt: 'AAAAAAAAAAAAAAAAAAAAAA', ...body },
    materials: [],
  }
}

const samplesOf: Readonly<Record<string, Record<string, unknown>>> = {
  'case.supplement': { materials: [], note: `${NAME}已补齐` },
  'case.withdraw': { reason: `${NAME}不再办理` },
  'case.remind': { text: `请尽快办理，联系电话${PHONE}` },
  'case.message': { text: `申请人电话${PHONE}` },
}

export type KeptLine = { message: string; fields: Record<string, string | number | boolean> }

/** What a call is given: memory that lasts as long as the object, a fixed time, ten minutes, and the lines that were logged. */
export function testContext(options: { now?: number; signal?: AbortSignal; state?: AdapterState } = {}): {
  context: Call
  log: KeptLine[]
  /** files by their hash */
  kept: ReadonlyMap<string, Uint8Array>
} {
  const log: KeptLine[] = []
  const kept = new Map<string, Uint8Array>()
  const now = options.now ?? Date.UTC(2026, 10, 2, 1, 0, 0)
  return {
    log,
    kept,
    context: {
      state: options.state ?? memoryState(),
      now: () => now,
      deadline: now + 600_000,
      attempt: 0,
      signal: options.signal ?? new AbortController().signal,
      log: (message, fields = {}) => log.push({ message, fields }),
      async keep(bytes) {
        const content = new Uint8Array(await new Response(bytes).arrayBuffer())
        const sha256 = createHash('sha256').update(content).digest('hex')
        kept.set(sha256, content)
        return { sha256, size: content.byteLength, type: 'application/pdf' }
      },
    },
  }
}

/** What a node makes of the answers that a poll gave: moves and outcomes, each in order, and the problems of those that cannot be read. */
export async function readAnswers(
  adapter: Adapter,
  given: readonly (LocalEvent | RawEvent)[],
  call: Call,
): Promise<{ events: LocalMove[]; outcomes: LocalOutcome[]; problems: Problem[] }> {
  const events: LocalMove[] = []
  const outcomes: LocalOutcome[] = []
  const problems: Problem[] = []
  for (const answer of given) {
    const read = 'raw' in answer ? await adapter.read?.(answer.raw, call) : { ok: true as const, event: answer }
    if (read === undefined) throw new Error('an adapter that gives raw answers reads them')
    if (!read.ok) problems.push(read.problem)
    else if (read.event === null) continue
    else if ('move' in read.event) events.push(read.event)
    else outcomes.push(read.event)
  }
  return { events, outcomes, problems }
}

/** AdapterState that keeps its limits, in memory. */
export function memoryState(): AdapterState {
  const values = new Map<string, string>()
  const counters = new Map<string, number>()
  const store = (key: string, value: string): string => {
    if (key.length > 200 || value.length > 64 * 1024) throw new RangeError('key or value too long')
    values.set(key, value)
    return value
  }
  return {
    get: async key => values.get(key) ?? null,
    claim: async (key, make) => values.get(key) ?? store(key, make()),
    put: async (key, value) => {
      store(key, value)
    },
    delete: async key => {
      values.delete(key)
    },
    next: async counter => {
      const value = (counters.get(counter) ?? 0) + 1
      counters.set(counter, value)
      return value
    },
    list: async (prefix, after, limit) =>
      [...values]
        .filter(
          ([key]) =>
            key.startsWith(prefix) && (after === null || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0),
        )
        .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .slice(0, limit)
        .map(([key, value]) => ({ key, value })),
    update: async (key, change) => {
      const value = change(values.get(key) ?? null)
      if (value === null) values.delete(key)
      else store(key, value)
      return value
    },
  }
}
