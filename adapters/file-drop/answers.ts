/**
 * Answers of the other side, found by listing. A file is read when it is whole, and moved away when the node has kept all its answers;
 * until then it is given again after a restart, so that a late name is as good as any. The cursor says up to which name files were given.
 */
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import { type Call, type LocalEvent, mappingInput, type RawEvent } from '../sdk/index.ts'
import { found, type InPlan } from './compile.ts'
import { readData } from './data.ts'
import { FILE_DROP_LIMITS } from './limits.ts'
import { isName } from './names.ts'
import { type Entry, type Place, unavailable } from './place.ts'
import { createReading, entriesOf, type Given } from './reading.ts'

/** What the node keeps of an answer, or of a file that cannot be read. */
type Kept = Given | { file: string; hash: string }

type Seen = { size: number; changed: number; since: number }
/** A file whose answers were given; `left` are the ids that the node has not kept. */
type Pending = { name: string; hash: string; seen: Seen; left: Set<string> }

export type InboxState = { unreadable: number; passedOver: number; full: boolean }

export function createAnswers(plan: InPlan, place: Place) {
  const reading = createReading(plan, place)
  /** how files looked when they were first seen so */
  const seen = new Map<string, Seen>()
  /** files that were given by this adapter, as they were */
  const given = new Map<string, Seen>()
  /** files by the ids of their answers */
  const pending = new Map<string, Set<Pending>>()
  const unreadable = new Set<string>()
  /** whether all files that are there were given since the start */
  let looked = false

  const isAnswer = ({ name, file }: Entry): boolean => file && name.toLowerCase().endsWith(plan.ending) && isName(name)

  /** The files that are whole, by their names in order. */
  async function wholeFiles({ signal, now }: Call): Promise<Entry[]> {
    const entries = await place.list(plan.folder, FILE_DROP_LIMITS.names, signal)
    const names = new Set(entries.map(({ name }) => name))
    const files = entries.filter(isAnswer)
    for (const known of [seen, given]) for (const name of known.keys()) if (!names.has(name)) known.delete(name)
    for (const name of unreadable) if (!names.has(name)) unreadable.delete(name)
    for (const { name, size, changed } of files)
      if (!isSame(seen.get(name), { size, changed })) seen.set(name, { size, changed, since: now() })
    const { ready } = plan
    const isWhole = ({ name }: Entry): boolean =>
      ready === 'renamed' ||
      ('marker' in ready
        ? names.has(`${name}${ready.marker}`)
        : now() - (seen.get(name)?.since ?? now()) >= ready.seconds * 1000)
    return files.filter(isWhole).sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
  }

  async function poll(cursor: string | null, call: Call): Promise<{ events: RawEvent[]; cursor: string }> {
    const from = cursor ?? ''
    const files = (await wholeFiles(call)).filter(
      file => isAfter(file.name, from) || !isSame(given.get(file.name), file),
    )
    const events: RawEvent[] = []
    let next = from
    let bytes = 0
    let taken = 0
    for (const file of files) {
      if (taken >= FILE_DROP_LIMITS.pageFiles || events.length >= FILE_DROP_LIMITS.pageAnswers) break
      if (taken > 0 && bytes + file.size > FILE_DROP_LIMITS.pageBytes) break
      taken++
      bytes += file.size
      const answers = await eventsOf(file, call)
      // One that is still being written, or went away: it is looked at again.
      if (answers === null) continue
      events.push(...answers)
      given.set(file.name, { size: file.size, changed: file.changed, since: call.now() })
      if (isAfter(file.name, next)) next = file.name
    }
    looked ||= taken === files.length
    return { events, cursor: next }
  }

  /** The answers of one file; null when it is not whole after all. */
  async function eventsOf(file: Entry, call: Call): Promise<RawEvent[] | null> {
    const { name } = file
    const read = await contentOf(file, call)
    if (read === null) return null
    const { hash } = read
    const answers = read.ok ? await answersOf(read.bytes) : read
    if (!answers.ok) {
      unreadable.add(name)
      return [{ id: `${hash}.file`, localCaseNo: null, raw: JSON.stringify({ file: name, hash } satisfies Kept) }]
    }
    unreadable.delete(name)
    const events: RawEvent[] = []
    for (const [index, entry] of answers.entries.entries()) {
      const one: Given = { place: `${hash}.${index}`, entry }
      const told = await reading.tellOf(one)
      if (told !== null) events.push({ ...told, raw: JSON.stringify(one satisfies Kept) })
    }
    const left = new Set(events.flatMap(({ id }) => (id === null ? [] : [id])))
    const one: Pending = { name, hash, seen: { size: file.size, changed: file.changed, since: 0 }, left }
    for (const id of left)
      pending.set(id, new Set([...(pending.get(id) ?? [])].filter(other => other.hash !== hash)).add(one))
    if (left.size === 0) await moveAway(one, call)
    return events
  }

  /** The bytes of a file that stayed as it was while it was read; null when it did not, or is gone. */
  async function contentOf(
    file: Entry,
    { signal }: Call,
  ): Promise<({ hash: string } & ({ ok: true; bytes: Uint8Array } | Refused)) | null> {
    const { name, size } = file
    const path = `${plan.folder}/${name}`
    const hash = createHash('sha256').update(`${name}\0`)
    if (size > FILE_DROP_LIMITS.file)
      return {
        hash: digestOf(hash.update(`${size} ${file.changed}`)),
        ...refuse('adapter.mapping', `in: a file of more than ${FILE_DROP_LIMITS.file} bytes`),
      }
    const chunks: Uint8Array[] = []
    let length = 0
    try {
      for await (const chunk of place.read(path, signal)) {
        length += chunk.byteLength
        if (length > size) return null
        chunks.push(chunk)
        hash.update(chunk)
      }
    } catch (error) {
      if ((await place.stat(path, signal)) === null) return null
      throw error
    }
    if (length !== size || !isSame(file, await place.stat(path, signal))) return null
    return { hash: digestOf(hash), ok: true, bytes: new Uint8Array(Buffer.concat(chunks)) }
  }

  async function answersOf(bytes: Uint8Array): Promise<{ ok: true; entries: JsonValue[] } | Refused> {
    const data = readData('in', bytes, plan.form)
    if (!data.ok) return data
    const input = mappingInput('in', data.value)
    if (!input.ok) return input
    const list = await found(plan.list, input.input)
    if (!list.ok) return list
    const entries = entriesOf(list.value)
    return entries.length > FILE_DROP_LIMITS.answers
      ? refuse('adapter.mapping', `in: more than ${FILE_DROP_LIMITS.answers} answers in one file`)
      : { ok: true, entries }
  }

  async function read(raw: string, call: Call): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const kept = JSON.parse(raw) as Kept
    return 'file' in kept ? readFile(kept, call) : reading.read(kept, call)
  }

  /** A file that could not be read holds nothing up: once it can, or is gone, its answers come as those of any other. */
  async function readFile(
    { file, hash }: { file: string; hash: string },
    call: Call,
  ): Promise<{ ok: true; event: null } | Refused> {
    const entry = await place.stat(`${plan.folder}/${file}`, call.signal)
    if (entry === null || !entry.file) return { ok: true, event: null }
    const content = await contentOf(entry, call)
    if (content === null) throw unavailable('in: the file is being written')
    if (content.hash !== hash) return { ok: true, event: null }
    const answers = content.ok ? await answersOf(content.bytes) : content
    if (!answers.ok) return answers
    given.delete(file)
    return { ok: true, event: null }
  }

  /** Moves the files of which everything is kept. */
  async function acknowledge(ids: readonly string[], call: Call): Promise<void> {
    let unknown = false
    for (const id of ids) {
      const files = pending.get(id)
      unknown ||= files === undefined && !id.endsWith('.file')
      for (const file of files ?? []) {
        file.left.delete(id)
        if (file.left.size > 0) continue
        await moveAway(file, call).catch((error: unknown) => {
          file.left.add(id)
          throw error
        })
      }
      pending.delete(id)
    }
    // Their files may be there all the same: told again, when the files were given again.
    if (unknown && !looked) throw unavailable('in: not all files were looked at since the start')
  }

  /** Into the folder of what is done; one that changed meanwhile stays, for it is another one now. */
  async function moveAway({ name, hash, seen: was }: Pending, call: Call): Promise<void> {
    const { signal } = call
    const path = `${plan.folder}/${name}`
    if (!isSame(was, await place.stat(path, signal))) return
    // A marker that outlived its file would call the next one of that name whole.
    if (plan.ready !== 'renamed' && 'marker' in plan.ready)
      await moveTo(`${name}${plan.ready.marker}`, `${hash}.${call.now()}`, signal)
    await moveTo(name, `${hash}.${call.now()}`, signal)
  }

  async function moveTo(name: string, unique: string, signal: AbortSignal): Promise<void> {
    const target = `${plan.done}/${name}`
    const free = (await place.stat(target, signal)) === null
    await place.rename(`${plan.folder}/${name}`, free ? target : `${plan.done}/${unique}.${name}`.slice(0, 250), signal)
  }

  /** What is in the folder of answers and does not go on by itself. */
  async function inbox({ signal }: Call): Promise<InboxState> {
    const entries = await place.list(plan.folder, FILE_DROP_LIMITS.names, signal)
    const passedOver = entries.filter(entry => entry.name.toLowerCase().endsWith(plan.ending) && !isAnswer(entry))
    return {
      unreadable: unreadable.size,
      passedOver: passedOver.length,
      full: entries.length >= FILE_DROP_LIMITS.names,
    }
  }

  return { poll, read, acknowledge, inbox }
}

const digestOf = (hash: ReturnType<typeof createHash>): string => hash.digest('hex').slice(0, 32)

const isSame = (
  a: { size: number; changed: number } | undefined,
  b: { size: number; changed: number } | null,
): boolean => a !== undefined && a.size === b?.size && a.changed === b.changed

/** In the order of bytes. */
const isAfter = (name: string, other: string): boolean => Buffer.compare(Buffer.from(name), Buffer.from(other)) > 0
