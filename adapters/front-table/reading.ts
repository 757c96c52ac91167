/** An answer out of a row: a move with its files, or what became of a packet that was handed over. */
import { open, realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import type { JsonValue } from '../../protocol/primitives.ts'
import { ProblemError, type Refused, refuse } from '../../protocol/problem.ts'
import {
  type AnswerKind,
  type Call,
  isNothing,
  type LocalEvent,
  type Mapping,
  type MappingInput,
  mappingInput,
  moveOf,
  readCaseNo,
  readTime,
  withFiles,
} from '../sdk/index.ts'
import { DatabaseFault } from './driver.ts'
import { codeOfRefusal, saying } from './faults.ts'
import type { FrontTablePlan, SourcePlan } from './plan.ts'
import type { Pool } from './pool.ts'
import { isPath } from './rows.ts'
import type { Statements } from './statements.ts'

/** When the officer acted, ms; null: nothing says so. Problem: `adapter.mapping`. */
export async function timeOf(
  at: Mapping | null,
  input: MappingInput,
): Promise<{ ok: true; at: number | null } | Refused> {
  if (at === null) return { ok: true, at: null }
  const mapped = await at.evaluate(input)
  if (!mapped.ok) return mapped
  if (isNothing(mapped.value)) return { ok: true, at: null }
  const read = readTime(String(mapped.value))
  return read === null
    ? refuse('adapter.mapping', `${at.place}: not a time in a known form`)
    : { ok: true, at: Date.parse(read.instant) }
}

export function createReading(plan: FrontTablePlan, pool: Pool, statements: Statements) {
  /** Problem: `adapter.mapping`. Throws `adapter.unavailable`. */
  async function read(
    source: SourcePlan,
    id: string,
    row: JsonValue,
    call: Call,
  ): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const made = mappingInput(source.place, row)
    if (!made.ok) return made
    const { input } = made
    const kind = await source.kind.evaluate(input)
    if (!kind.ok) return kind
    if (isNothing(kind.value)) return { ok: true, event: null }
    if (kind.value === 'taken' || kind.value === 'refused') return outcomeOf(source, kind.value, id, input)
    const body = typeof kind.value === 'string' ? source.bodies.get(kind.value as AnswerKind) : undefined
    if (body === undefined || source.localCaseNo === null)
      return refuse('adapter.mapping', `${source.kind.place}: gave a kind that \`body\` lacks`)
    const number = await readCaseNo(source.localCaseNo, input)
    if (!number.ok) return number
    const at = await timeOf(source.at, input)
    if (!at.ok) return at
    const mapped = await body.evaluate(input)
    if (!mapped.ok) return mapped
    const content = mapped.value ?? null
    const whole =
      source.files === null
        ? { ok: true as const, value: content }
        : await withFiles(content, file => keep(source, file, call))
    if (!whole.ok) return whole
    const moved = moveOf(body.place, kind.value as AnswerKind, whole.value)
    if (!moved.ok) return moved
    const { move } = moved
    return { ok: true, event: { id, localCaseNo: number.number, move, ...(at.at === null ? {} : { at: at.at }) } }
  }

  async function outcomeOf(
    { kind, outcome }: SourcePlan,
    what: 'taken' | 'refused',
    id: string,
    input: MappingInput,
  ): Promise<{ ok: true; event: LocalEvent } | Refused> {
    if (outcome === null) return refuse('adapter.mapping', `${kind.place}: gave "${what}", and there is no \`outcome\``)
    const key = await outcome.idempotencyKey.evaluate(input)
    if (!key.ok) return key
    if (typeof key.value !== 'string' || key.value === '')
      return refuse('adapter.mapping', `${outcome.idempotencyKey.place}: found no idempotency key`)
    if (what === 'taken') {
      const number = outcome.localCaseNo === null ? null : await readCaseNo(outcome.localCaseNo, input)
      if (number?.ok === false) return number
      return { ok: true, event: { id, taken: key.value, ...(number === null ? {} : { localCaseNo: number.number }) } }
    }
    const code = outcome.error === null ? null : await outcome.error.evaluate(input)
    if (code?.ok === false) return code
    const told = codeOfRefusal(code?.value, plan.errors)
    return {
      ok: true,
      event: {
        id,
        refused: key.value,
        detail: told.text,
        ...(told.code === undefined ? {} : { theirCode: told.code }),
      },
    }
  }

  async function keep(source: SourcePlan, file: string, call: Call): Promise<{ ok: true; sha256: string } | Refused> {
    const place = `${source.place}.files`
    const bytes = await openFile(source, file, call)
    if (bytes === null) return refuse('adapter.mapping', `${place}: the file is not there`)
    try {
      return { ok: true, sha256: (await call.keep(bytes)).sha256 }
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code.startsWith('material.'))
        return refuse('adapter.mapping', `${place}: ${error.problem.code}`)
      throw error
    }
  }

  /** null: it is not there. Throws `adapter.unavailable`. */
  async function openFile(
    { files, place }: SourcePlan,
    file: string,
    { signal }: Call,
  ): Promise<ReadableStream<Uint8Array> | null> {
    if (files === null || file === '') return null
    if ('folder' in files) return openInFolder(files.folder, file)
    try {
      const { rows } = await pool.look(signal, connection => connection.query(statements.file(files, file)))
      const content = rows[0]?.[files.content]
      if (content === undefined || content === null) return null
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      return new Blob([new Uint8Array(bytes)]).stream()
    } catch (error) {
      if (error instanceof DatabaseFault)
        throw new ProblemError('adapter.unavailable', saying.unavailable(`${place}.files`, error))
      throw error
    }
  }

  return { read }
}

/** A file below the folder, links followed and still below it. */
async function openInFolder(folder: string, file: string): Promise<ReadableStream<Uint8Array> | null> {
  if (!isPath(file)) return null
  const root = await realpath(folder).catch(() => null)
  const path = await realpath(resolve(folder, file)).catch(() => null)
  if (root === null || path === null || !path.startsWith(root + sep)) return null
  const handle = await open(path, 'r').catch(() => null)
  if (handle === null) return null
  return Readable.toWeb(handle.createReadStream()) as unknown as ReadableStream<Uint8Array>
}
