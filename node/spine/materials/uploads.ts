/**
 * Uploads that go on after a break (断点续传): what came lies sealed under a key of this run of the node, until all of it is here and becomes a material. What
 * nobody goes on with is deleted after a while, and with the node. May import the kernel.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LIMITS } from '../../../protocol/limits.ts'
import type { Commitment } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import { createCaseSeal } from '../../kernel/keys/seal.ts'
import { writing } from '../../kernel/store/disk.ts'
import { streamOf } from '../../kernel/streams.ts'

export const UPLOAD_LIMITS = {
  /** bytes of one, as of a material */
  bytes: LIMITS.materialBytes,
  /** uploads at a time, of all people and of one */
  open: 200,
  perPerson: 20,
  /** seconds after which one that nobody goes on with is deleted */
  seconds: 24 * 3600,
  /** bytes that are sealed at once */
  frame: 1024 * 1024,
} as const

/** Algorithms by which a piece is checked; the first is that of the protocol. */
export const CHECKSUMS = ['sha1', 'sha256'] as const
/** What a piece must come to: the algorithm, and its hash in base64. */
export type Checksum = { algorithm: (typeof CHECKSUMS)[number]; hash: string }

export type UploadState = {
  offset: number
  size: number
  /** ms; when it is deleted unless somebody goes on */
  expiresAt: number
  /** what it became when all of it was here */
  material: Commitment | null
}

type Upload = UploadState & { person: string; path: string; fileBytes: number; frames: number; busy: boolean }

export type UploadsParts = {
  /** emptied when it begins: the key of what an earlier run left there is gone */
  folder: string
  clock: Clock
  id: () => string
  random: (bytes: number) => Uint8Array
  /** why nothing is taken now, or null */
  space: () => Problem | null
  /** makes a material of what came. Problems: `material.oversize`, `request.invalid`. */
  keep: (stream: ReadableStream<Uint8Array>, actor: string) => Promise<Commitment>
}

export type Uploads = ReturnType<typeof createUploads>

const LENGTH = 4

export function createUploads({ folder, clock, id: newId, random, space, keep }: UploadsParts) {
  const seal = createCaseSeal(random(32))
  const uploads = new Map<string, Upload>()
  let cancel: (() => void) | null = null

  const contextOf = (id: string, frame: number): string => `upload ${id} ${frame}`

  function find(person: string, id: string): Upload {
    const upload = uploads.get(id)
    // Whose it is, is nobody else's matter.
    if (upload === undefined || upload.person !== person) throw new ProblemError('request.not-found', 'no such upload')
    return upload
  }

  async function forget(id: string): Promise<void> {
    const upload = uploads.get(id)
    uploads.delete(id)
    if (upload !== undefined) await rm(upload.path, { force: true })
  }

  /** Deletes, when their time is over, those with which nobody went on. */
  function watchTime(): void {
    if (cancel !== null || uploads.size === 0) return
    const first = Math.min(...[...uploads.values()].map(({ expiresAt }) => expiresAt))
    cancel = clock.after(Math.max(0, first - clock.now()), () => {
      cancel = null
      for (const [id, { expiresAt, busy }] of uploads) {
        if (expiresAt > clock.now()) continue
        const upload = uploads.get(id)
        if (busy && upload !== undefined) upload.expiresAt = clock.now() + UPLOAD_LIMITS.seconds * 1000
        else void forget(id)
      }
      watchTime()
    })
  }

  /** Appends one sealed frame; what it says counts when all of it is written. */
  async function append(file: FileHandle, id: string, upload: Upload, bytes: Uint8Array): Promise<void> {
    const full = space()
    if (full !== null) throw new ProblemError(full.code, full.detail)
    const sealed = seal.seal(bytes, contextOf(id, upload.frames))
    const frame = Buffer.alloc(LENGTH + sealed.byteLength)
    frame.writeUInt32BE(sealed.byteLength)
    frame.set(sealed, LENGTH)
    await file.write(frame, 0, frame.byteLength, upload.fileBytes)
    upload.fileBytes += frame.byteLength
    upload.frames++
    upload.offset += bytes.byteLength
  }

  /** Writes what comes, frame by frame. */
  async function write(
    file: FileHandle,
    id: string,
    upload: Upload,
    stream: ReadableStream<Uint8Array>,
    each: (bytes: Uint8Array) => void,
  ): Promise<void> {
    let waiting: Uint8Array[] = []
    let held = 0
    const flush = async () => {
      const bytes = Buffer.concat(waiting)
      waiting = []
      held = 0
      for (let at = 0; at < bytes.byteLength; at += UPLOAD_LIMITS.frame)
        await append(file, id, upload, bytes.subarray(at, at + UPLOAD_LIMITS.frame))
    }
    try {
      for await (const chunk of stream) {
        each(chunk)
        waiting.push(chunk)
        held += chunk.byteLength
        if (held >= UPLOAD_LIMITS.frame) await flush()
      }
    } finally {
      // What came before the connection broke is not sent again.
      await flush()
    }
  }

  /** All that came, opened. */
  async function* opened(id: string, { path, frames }: Upload): AsyncGenerator<Uint8Array> {
    const file = await open(path, 'r')
    try {
      let at = 0
      for (let frame = 0; frame < frames; frame++) {
        const head = Buffer.alloc(LENGTH)
        await file.read(head, 0, LENGTH, at)
        const sealed = Buffer.alloc(head.readUInt32BE())
        await file.read(sealed, 0, sealed.byteLength, at + LENGTH)
        at += LENGTH + sealed.byteLength
        yield seal.open(sealed, contextOf(id, frame))
      }
    } finally {
      await file.close()
    }
  }

  /** All of it is here: it becomes a material, or what it is no material for is told and it is gone. */
  async function finish(id: string, upload: Upload, actor: string): Promise<void> {
    try {
      upload.material = await keep(streamOf(opened(id, upload)), actor)
    } catch (error) {
      await forget(id)
      throw error
    }
    await rm(upload.path, { force: true })
  }

  const stateOf = ({ offset, size, expiresAt, material }: Upload): UploadState => ({
    offset,
    size,
    expiresAt,
    material,
  })

  return {
    async start(): Promise<void> {
      await rm(folder, { recursive: true, force: true })
    },

    /** Begins one; its id. Problems: `material.oversize`; `request.rate` when so many are open; `store.full`, `disk.full`. */
    async create(person: string, size: number, actor: string): Promise<{ id: string } & UploadState> {
      if (size > UPLOAD_LIMITS.bytes)
        throw new ProblemError('material.oversize', `at most ${UPLOAD_LIMITS.bytes} bytes`)
      const full = space()
      if (full !== null) throw new ProblemError(full.code, full.detail)
      const own = [...uploads.values()].filter(upload => upload.person === person && upload.material === null)
      if (uploads.size >= UPLOAD_LIMITS.open || own.length >= UPLOAD_LIMITS.perPerson)
        throw new ProblemError('request.rate', 'too many uploads are open')
      const id = newId()
      const upload: Upload = {
        person,
        path: join(folder, id),
        size,
        offset: 0,
        expiresAt: clock.now() + UPLOAD_LIMITS.seconds * 1000,
        material: null,
        fileBytes: 0,
        frames: 0,
        busy: false,
      }
      uploads.set(id, upload)
      watchTime()
      try {
        await writing(async () => {
          await mkdir(folder, { recursive: true, mode: 0o700 })
          await (await open(upload.path, 'wx', 0o600)).close()
        })
        if (size === 0) await finish(id, upload, actor)
      } catch (error) {
        await forget(id)
        throw error
      }
      return { id, ...stateOf(upload) }
    },

    /** Problem: `request.not-found`. */
    state: (person: string, id: string): UploadState => stateOf(find(person, id)),

    /**
     * Appends what comes at `offset`; with the last of it the upload becomes a material. False: the piece is not what its checksum says, and is
     * left out. Problems: `request.not-found`; `request.conflict` at another offset; `request.concurrent`; those of a material.
     */
    async append(
      person: string,
      id: string,
      offset: number,
      stream: ReadableStream<Uint8Array>,
      { actor, checksum }: { actor: string; checksum: Checksum | null },
    ): Promise<UploadState | false> {
      const upload = find(person, id)
      if (upload.busy) throw new ProblemError('request.concurrent', 'the upload is being written')
      if (upload.offset !== offset || upload.material !== null)
        throw new ProblemError('request.conflict', `Upload-Offset: ${upload.offset} expected`)
      upload.busy = true
      const before = { offset: upload.offset, fileBytes: upload.fileBytes, frames: upload.frames }
      const hash = checksum === null ? null : createHash(checksum.algorithm)
      try {
        await writing(async () => {
          const file = await open(upload.path, 'r+')
          try {
            await write(file, id, upload, stream, bytes => hash?.update(bytes))
          } finally {
            await file.close()
          }
        })
        if (hash !== null && hash.digest('base64') !== checksum?.hash) {
          Object.assign(upload, before)
          return false
        }
        upload.expiresAt = clock.now() + UPLOAD_LIMITS.seconds * 1000
        if (upload.offset === upload.size) await finish(id, upload, actor)
        return stateOf(upload)
      } catch (error) {
        // Of a piece with a checksum nothing counts before all of it was checked.
        if (hash !== null) Object.assign(upload, before)
        throw error
      } finally {
        upload.busy = false
      }
    },

    /** Ends one; what became a material stays one. Problems: `request.not-found`, `request.concurrent`. */
    async end(person: string, id: string): Promise<void> {
      if (find(person, id).busy) throw new ProblemError('request.concurrent', 'the upload is being written')
      await forget(id)
    },

    /** No further timers; the files go. */
    async stop(): Promise<void> {
      cancel?.()
      uploads.clear()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
