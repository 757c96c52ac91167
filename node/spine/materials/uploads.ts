/**
 * Uploads that go on after a break (断点续传), also one of the node: what came lies sealed under a key of its own, until all of it is here and
 * becomes a material. What nobody goes on with is deleted after a while, and gives way sooner where many are open. May import the kernel.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LIMITS } from '../../../protocol/limits.ts'
import type { Commitment } from '../../../protocol/primitives.ts'
import { PROBLEMS, type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Seal } from '../../kernel/keys/case-keys.ts'
import { createCaseSeal } from '../../kernel/keys/seal.ts'
import type { Database } from '../../kernel/store/database.ts'
import { writing } from '../../kernel/store/disk.ts'
import { streamOf } from '../../kernel/streams.ts'
import { readFrames, writeFrame } from './upload-file.ts'
import { createUploadRows, type UploadRow } from './upload-rows.ts'

export const UPLOAD_LIMITS = {
  /** bytes of one, as of a material */
  bytes: LIMITS.materialBytes,
  /** uploads at a time that are not whole, of all people and of one */
  open: 200,
  perPerson: 20,
  /** seconds without a piece after which the one that waits longest gives way to a new one, where so many are open */
  idleSeconds: 600,
  /** whole ones of all people that are still told of */
  whole: 1000,
  /** seconds after which one that nobody goes on with is deleted */
  seconds: 24 * 3600,
  /** bytes that are sealed at once */
  frame: 1024 * 1024,
  /** bytes of one piece after which what is here is noted, so that a killed node asks for no more than them again */
  noted: 64 * 1024 * 1024,
} as const

/** Algorithms by which a piece is checked; the first is that of the protocol. */
export const CHECKSUMS = ['sha1', 'sha256'] as const
/** What a piece must come to: the algorithm, and its hash in base64. */
export type Checksum = { algorithm: (typeof CHECKSUMS)[number]; hash: string }

export type UploadState = {
  id: string
  offset: number
  size: number
  /** ms; when it is deleted unless somebody goes on */
  expiresAt: number
  /** what it became when all of it was here */
  material: Commitment | null
}

type Upload = UploadRow & { path: string; seal: Seal; busy: boolean }

export type UploadsParts = {
  db: Database
  /** of what came, a file for each */
  folder: string
  clock: Clock
  id: () => string
  random: (bytes: number) => Uint8Array
  /** under the node's key */
  seal: Seal
  /** why nothing is taken now, or null */
  space: () => Problem | null
  /** makes a material of what came. Problems: `material.oversize`, `request.invalid`. */
  keep: (stream: ReadableStream<Uint8Array>, actor: string) => Promise<Commitment>
  /** one whose time is over could not be deleted; it is when the node starts again */
  failed: (error: unknown) => void
}

export type Uploads = ReturnType<typeof createUploads>

const KEY_BYTES = 32
const keyContext = (id: string): string => `upload ${id}`

const stateOf = ({ id, offset, size, touchedAt, material }: UploadRow): UploadState => ({
  id,
  offset,
  size,
  expiresAt: touchedAt + UPLOAD_LIMITS.seconds * 1000,
  material,
})

/** What will pass, or is no fault of what came: nothing of it need be sent again that is here. */
const passes = (error: unknown): boolean => !(error instanceof ProblemError) || PROBLEMS[error.problem.code].retryable

export function createUploads(parts: UploadsParts) {
  const { folder, clock, space, keep } = parts
  const rows = createUploadRows(parts.db)
  const uploads = new Map<string, Upload>()
  /** pieces that are being received */
  const running = new Set<Promise<unknown>>()
  let cancel: (() => void) | null = null
  let end: () => void = () => undefined
  const ended = new Promise<'ended'>(resolve => {
    end = () => resolve('ended')
  })

  function find(person: string, id: string): Upload {
    const upload = uploads.get(id)
    // Whose it is, is nobody else's matter.
    if (upload === undefined || upload.person !== person) throw new ProblemError('request.not-found', 'no such upload')
    return upload
  }

  /** Whole ones have no key any more, and nothing is read under it. */
  const opened = (row: UploadRow): Upload => ({
    ...row,
    path: join(folder, row.id),
    seal: createCaseSeal(row.key === null ? new Uint8Array(KEY_BYTES) : parts.seal.open(row.key, keyContext(row.id))),
    busy: false,
  })

  async function forget({ id, path }: Upload): Promise<void> {
    uploads.delete(id)
    await rows.remove(id)
    await rm(path, { force: true })
  }
  const forgetLater = (upload: Upload): void => void forget(upload).catch(parts.failed)

  /** Deletes, when their time is over, those with which nobody went on. */
  function watchTime(): void {
    if (cancel !== null || uploads.size === 0) return
    const first = Math.min(...[...uploads.values()].map(upload => stateOf(upload).expiresAt))
    cancel = clock.after(Math.max(0, first - clock.now()), () => {
      cancel = null
      for (const upload of [...uploads.values()]) {
        if (stateOf(upload).expiresAt > clock.now()) continue
        if (upload.busy) upload.touchedAt = clock.now()
        else forgetLater(upload)
      }
      watchTime()
    })
  }

  /** Room for one more: the longest idle gives way, of this person or, when all people have so many, of all. Problem: `upload.limit`. */
  async function makeRoom(person: string): Promise<void> {
    const open = [...uploads.values()].filter(({ material }) => material === null)
    const own = open.filter(upload => upload.person === person)
    const crowd = own.length >= UPLOAD_LIMITS.perPerson ? own : open.length >= UPLOAD_LIMITS.open ? open : null
    if (crowd === null) return
    const idleSince = clock.now() - UPLOAD_LIMITS.idleSeconds * 1000
    const [longest] = crowd
      .filter(({ busy, touchedAt }) => !busy && touchedAt <= idleSince)
      .sort((a, b) => a.touchedAt - b.touchedAt)
    if (longest === undefined) throw new ProblemError('upload.limit', `${crowd.length} uploads are open`)
    await forget(longest)
  }

  /** Appends one sealed frame; what it says counts when all of it is written. */
  async function append(file: FileHandle, upload: Upload, bytes: Uint8Array): Promise<void> {
    const full = space()
    if (full !== null) throw new ProblemError(full.code, full.detail)
    const place = { id: upload.id, frame: upload.frames, at: upload.fileBytes }
    upload.fileBytes += await writeFrame(file, upload.seal, place, bytes)
    upload.frames++
    upload.offset += bytes.byteLength
  }

  /** On the disk first, then in the row: what the row says is there, whatever is cut off when. */
  async function note(file: FileHandle, upload: Upload): Promise<void> {
    await file.datasync()
    await rows.save(upload)
  }

  /** Writes what comes, frame by frame, until it ends or the node does; `noting`: what is here counts before all of the piece is. */
  async function write(
    file: FileHandle,
    upload: Upload,
    pieces: AsyncIterable<Uint8Array>,
    { each, noting }: { each: (bytes: Uint8Array) => void; noting: boolean },
  ): Promise<void> {
    let waiting: Uint8Array[] = []
    let held = 0
    let noted = upload.offset
    const flush = async () => {
      const bytes = Buffer.concat(waiting)
      waiting = []
      held = 0
      for (let at = 0; at < bytes.byteLength; at += UPLOAD_LIMITS.frame)
        await append(file, upload, bytes.subarray(at, at + UPLOAD_LIMITS.frame))
      // A whole one is noted together with the material that it became.
      if (!noting || upload.offset - noted < UPLOAD_LIMITS.noted || upload.offset === upload.size) return
      noted = upload.offset
      await note(file, upload)
    }
    const iterator = pieces[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), ended])
        if (next === 'ended') throw new ProblemError('request.invalid', 'the node ends: go on when it is back')
        if (next.done === true) break
        each(next.value)
        waiting.push(next.value)
        held += next.value.byteLength
        if (held >= UPLOAD_LIMITS.frame) await flush()
      }
    } finally {
      void iterator.return?.()?.catch(() => undefined)
      // What came before the connection broke is not sent again.
      await flush()
    }
  }

  /** All of it is here: it becomes a material, or what it is no material for is told and it is gone. `before`: where its last piece began. */
  async function finish(upload: Upload, actor: string, before: Partial<Upload>): Promise<void> {
    try {
      upload.material = await keep(streamOf(readFrames(upload.path, upload.seal, upload)), actor)
    } catch (error) {
      if (!passes(error)) await forget(upload)
      // The last piece is asked for again, and with it the material is made.
      else Object.assign(upload, before)
      throw error
    }
    upload.key = null
    await rows.save(upload)
    await rm(upload.path, { force: true })
    const whole = [...uploads.values()].filter(({ material }) => material !== null)
    for (const old of whole.slice(0, Math.max(0, whole.length - UPLOAD_LIMITS.whole))) await forget(old)
  }

  /** Receives one piece; false: it is not what its checksum says. */
  async function receive(
    upload: Upload,
    pieces: AsyncIterable<Uint8Array>,
    { actor, checksum }: { actor: string; checksum: Checksum | null },
  ): Promise<UploadState | false> {
    const before = { offset: upload.offset, fileBytes: upload.fileBytes, frames: upload.frames }
    const hash = checksum === null ? null : createHash(checksum.algorithm)
    const file = await open(upload.path, 'r+')
    try {
      let broke: { error: unknown } | null = null
      try {
        await write(file, upload, pieces, { each: bytes => hash?.update(bytes), noting: hash === null })
      } catch (error) {
        broke = { error }
      }
      // Of a piece with a checksum nothing counts before all of it was checked.
      if (hash !== null && (broke !== null || hash.digest('base64') !== checksum?.hash)) {
        Object.assign(upload, before)
        if (broke !== null) throw broke.error
        return false
      }
      upload.touchedAt = clock.now()
      if (upload.offset === upload.size) await finish(upload, actor, before)
      else await note(file, upload)
      if (broke !== null && upload.material === null) throw broke.error
      return stateOf(upload)
    } finally {
      await file.close()
    }
  }

  /** Problem: `upload.writing` while a piece of it is received. */
  function free(person: string, id: string): Upload {
    const upload = find(person, id)
    if (upload.busy) throw new ProblemError('upload.writing')
    return upload
  }

  return {
    /** Takes up what an earlier run left; of what is not whole on both sides, row and file, nothing stays. */
    async start(): Promise<void> {
      for (const row of await rows.all()) {
        const upload = opened(row)
        const there = await stat(upload.path).then(
          ({ size }) => size,
          () => -1,
        )
        const lost = row.material === null && there < row.fileBytes
        if (lost || stateOf(row).expiresAt <= clock.now()) await forget(upload)
        else uploads.set(row.id, upload)
      }
      for (const name of await readdir(folder).catch(() => []))
        if (uploads.get(name)?.material !== null) await rm(join(folder, name), { recursive: true, force: true })
      watchTime()
    },

    /** Begins one. Problems: `material.oversize`; `upload.limit` when so many are open; `store.full`, `disk.full`; those of a material of no bytes. */
    async create(person: string, size: number, actor: string): Promise<UploadState> {
      if (size > UPLOAD_LIMITS.bytes)
        throw new ProblemError('material.oversize', `at most ${UPLOAD_LIMITS.bytes} bytes`)
      const full = space()
      if (full !== null) throw new ProblemError(full.code, full.detail)
      await makeRoom(person)
      const id = parts.id()
      const upload = opened({
        id,
        person,
        size,
        offset: 0,
        frames: 0,
        fileBytes: 0,
        touchedAt: clock.now(),
        key: parts.seal.seal(parts.random(KEY_BYTES), keyContext(id)),
        material: null,
      })
      uploads.set(id, upload)
      watchTime()
      try {
        await writing(async () => {
          await mkdir(folder, { recursive: true, mode: 0o700 })
          await (await open(upload.path, 'wx', 0o600)).close()
        })
        await rows.insert(upload)
        if (size === 0) await finish(upload, actor, {})
      } catch (error) {
        await forget(upload)
        throw error
      }
      return stateOf(upload)
    },

    /** Problem: `request.not-found`. */
    state: (person: string, id: string): UploadState => stateOf(find(person, id)),

    /** Those of a person, the one that was gone on with last first. */
    list: (person: string): UploadState[] =>
      [...uploads.values()]
        .filter(upload => upload.person === person)
        .sort((a, b) => b.touchedAt - a.touchedAt)
        .map(stateOf),

    /** Problems: `request.not-found`, `upload.writing`. */
    mayWrite(person: string, id: string): void {
      free(person, id)
    },

    /**
     * Appends what comes at `offset`; with the last of it the upload becomes a material. False: the piece is not what its checksum says, and is
     * left out. Problems: `request.not-found`; `request.conflict` at another offset; `upload.writing`; those of a material.
     */
    async append(
      person: string,
      id: string,
      offset: number,
      pieces: AsyncIterable<Uint8Array>,
      by: { actor: string; checksum: Checksum | null },
    ): Promise<UploadState | false> {
      const upload = free(person, id)
      if (upload.offset !== offset || upload.material !== null)
        throw new ProblemError('request.conflict', `Upload-Offset: ${upload.offset} expected`)
      upload.busy = true
      const received = writing(() => receive(upload, pieces, by))
      running.add(received)
      try {
        return await received
      } finally {
        upload.busy = false
        running.delete(received)
      }
    },

    /** Ends one; what became a material stays one. Problems: `request.not-found`, `upload.writing`. */
    async end(person: string, id: string): Promise<void> {
      await forget(free(person, id))
    },

    /** No further timers and pieces; what came of those that are received is noted. */
    async stop(): Promise<void> {
      cancel?.()
      end()
      await Promise.allSettled(running)
    },
  }
}
