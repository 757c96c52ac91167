/**
 * An adapter of one's own, as an example: an approval system that exchanges files through a shared folder (目录交换), as
 * older ones behind a front machine (前置机) do. It imports the SDK by its name alone, so this folder may lie anywhere; `tongban.json`
 * names it: `"adapter": { "kind": "module", "path": "folder-adapter.ts", "options": { "folder": "exchange" } }`.
 *
 *   in/KEY.json        one packet for the system      ack/KEY.json       its answer to that packet
 *   materials/SHA256   a material, before its packet  out/0000000001.json  what it did, in order, never changed
 */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Adapter,
  CASE_CONTENT,
  type CreateAdapter,
  type Delivery,
  type DeliveryResult,
  fieldOf,
  type LocalEvent,
  type MoveRequest,
  ProblemError,
  type RawEvent,
  type Refused,
  readKeepingDigits,
  refuse,
} from 'tongban/sdk'
import * as z from 'zod'

export type FolderOptions = {
  folder: string
  /** how long one attempt waits for an answer, ms */
  patience?: number
  /** how often it looks, ms; network shares tell nobody that a file came */
  pace?: number
}

/** Text, or a whole number: one of many digits was kept as text. */
const LocalNumber = z.union([z.string(), z.int().transform(String)]).pipe(z.string().min(1).max(100))
const Ack = z.union([
  z.strictObject({ ok: z.literal(true), number: LocalNumber.optional() }),
  z.strictObject({ ok: z.literal(false), code: z.string().regex(/^E\d{1,4}$/) }),
])
const Step = z.strictObject({ number: LocalNumber, step: z.string(), body: z.unknown() })

/** Their step → our kind of packet. What the table lacks waits for a person, it is never guessed. */
const STEPS: Readonly<Record<string, MoveRequest['kind']>> = {
  SL: 'case.accept',
  BL: 'case.progress',
  JD: 'case.decide',
  SD: 'case.send-result',
  BJ: 'case.close',
  LY: 'case.message',
}
const PAGE = 100
const UNKNOWN_ATTEMPTS = 5

const Options = z.strictObject({ folder: z.string().min(1), patience: z.int().min(1).optional() })

/** What the node calls; a fault in the options is told at its start. */
export const createAdapter: CreateAdapter = ({ config, folder }) => {
  const options = Options.safeParse(config)
  if (!options.success) throw new ProblemError('config.invalid', `adapter.options: ${fieldOf(options.error)}`)
  const { patience = 10_000 } = options.data
  return createFolderAdapter({ folder: resolve(folder, options.data.folder), patience })
}

export function createFolderAdapter({ folder, patience = 10_000, pace = 50 }: FolderOptions): Adapter {
  async function deliver(delivery: Delivery, signal: AbortSignal): Promise<DeliveryResult> {
    const name = `${delivery.idempotencyKey}.json`
    const ack = join(folder, 'ack', name)
    for (const material of delivery.materials) await putMaterial(folder, material, signal)
    // An answer of an earlier attempt may be a refusal that is cured by now; the system answers a known key again.
    await rm(ack, { force: true })
    await putFile(join(folder, 'in', name), JSON.stringify(orderOf(delivery)))
    const answer = await awaitFile(ack, signal, patience, pace)
    if (answer === null) return unavailable('ack: no answer yet')
    const said = parse(answer)
    // What cannot be read says nothing of the effect: the key finds it at the next attempt.
    if (said === undefined) return unknown('ack: not JSON', delivery.attempt)
    const read = Ack.safeParse(said)
    if (!read.success)
      return { ok: false, code: 'adapter.mapping', detail: 'ack: not in the known form', retryable: false }
    if (!read.data.ok) return { ok: false, code: 'adapter.refused', detail: `ack: ${read.data.code}`, retryable: false }
    return read.data.number === undefined ? { ok: true } : { ok: true, localCaseNo: read.data.number }
  }

  return {
    kind: 'folder',

    async deliver(delivery, { signal }) {
      try {
        signal.throwIfAborted()
        return await deliver(delivery, signal)
      } catch (error) {
        // A message may quote a file name, and a file name a person; the code of the error cannot.
        return unavailable(`folder: ${codeOf(error)}`)
      }
    },

    async poll(cursor, { signal }) {
      const from = cursor ?? ''
      const events: RawEvent[] = []
      try {
        signal.throwIfAborted()
        const names = (await readdir(join(folder, 'out'))).filter(name => /^\d{10}\.json$/.test(name) && name > from)
        for (const name of names.sort().slice(0, PAGE)) {
          const text = await readFile(join(folder, 'out', name), 'utf8')
          const step = Step.safeParse(parse(text))
          events.push({
            id: name,
            localCaseNo: step.success ? step.data.number : null,
            raw: JSON.stringify({ name, text } satisfies OutFile),
          })
        }
      } catch (error) {
        throw new ProblemError('adapter.unavailable', `out: ${codeOf(error)}`)
      }
      return { events, cursor: events.at(-1)?.id ?? from }
    },

    read: async raw => eventOf(JSON.parse(raw) as OutFile),

    async check() {
      try {
        await Promise.all(['in', 'ack', 'out', 'materials'].map(part => access(join(folder, part))))
      } catch (error) {
        return { ok: false, detail: `folder: ${codeOf(error)}` }
      }
      return { ok: true }
    },
  }
}

/** What the system gets. The same for every attempt, so that it may compare. */
function orderOf({ idempotencyKey, kind, caseNo, localCaseNo, from, body, materials }: Delivery): unknown {
  const { salt, ...content } = body
  return {
    key: idempotencyKey,
    kind,
    caseNo,
    number: localCaseNo,
    from,
    body: content,
    materials: materials.map(({ sha256, code, name }) => ({ sha256, code, name })),
  }
}

/** A file of `out`, as the node keeps it. */
type OutFile = { name: string; text: string }

function eventOf({ name, text }: OutFile): { ok: true; event: LocalEvent } | Refused {
  const read = Step.safeParse(parse(text))
  if (!read.success) return refuse('adapter.mapping', `out/${name}: not in the known form`)
  const kind = STEPS[read.data.step]
  if (kind === undefined) return refuse('adapter.mapping', `out/${name}: step: not in the table`)
  const body = CASE_CONTENT[kind].safeParse(read.data.body)
  if (!body.success) return refuse('adapter.mapping', `out/${name}: ${fieldOf(body.error)}`)
  return {
    ok: true,
    event: { id: name, localCaseNo: read.data.number, move: { kind, body: body.data } as MoveRequest },
  }
}

/** Streams a material to its place; it has its name only when it is whole and its hash is right. */
async function putMaterial(
  folder: string,
  material: Delivery['materials'][number],
  signal: AbortSignal,
): Promise<void> {
  const place = join(folder, 'materials', material.sha256)
  if (await exists(place)) return
  const part = partOf(place)
  const hash = createHash('sha256')
  try {
    await pipeline(
      Readable.fromWeb(material.open() as never),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(part),
      { signal },
    )
    if (hash.digest('hex') !== material.sha256) throw new Error('hash')
    await rename(part, place)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

/** A reader sees the whole file or none. */
async function putFile(place: string, text: string): Promise<void> {
  const part = partOf(place)
  await writeFile(part, text)
  await rename(part, place)
}

async function awaitFile(place: string, signal: AbortSignal, patience: number, pace: number): Promise<string | null> {
  for (let waited = 0; waited <= patience; waited += pace) {
    if (await exists(place)) return readFile(place, 'utf8')
    await sleep(pace, undefined, { signal })
  }
  return null
}

/** Two attempts at once write apart, and each file takes its name whole. */
const partOf = (place: string): string => `${place}.${randomUUID()}.part`

const exists = (place: string): Promise<boolean> =>
  access(place).then(
    () => true,
    () => false,
  )

function parse(text: string): unknown {
  const read = readKeepingDigits(text)
  return read.ok ? read.value : undefined
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && /^[A-Z_]{3,30}$/.test(String(error.code)) ? String(error.code) : 'failed'

/** Tried again a few times, then for a person to see. */
const unknown = (detail: string, attempt: number): DeliveryResult =>
  attempt < UNKNOWN_ATTEMPTS ? unavailable(detail) : { ok: false, code: 'adapter.unknown', detail, retryable: false }

const unavailable = (detail: string): DeliveryResult => ({
  ok: false,
  code: 'adapter.unavailable',
  detail,
  retryable: true,
})
