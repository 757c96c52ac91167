/**
 * What is under way outside of the memory network: transactions of stores, work on files of materials, cryptography and packing on
 * other threads. A world is at rest when neither is left and none begins while the network is quiet: no guess at how long a busy machine takes. What
 * waits for the clock, for a test or for a socket is not counted.
 */
import zlib from 'node:zlib'
import type { Database } from '../../node/kernel/store/database.ts'
import type { BlobStore, PartialBlob } from '../../node/spine/materials/blob-store.ts'

const CRYPTOGRAPHY = [
  'encrypt',
  'decrypt',
  'sign',
  'verify',
  'digest',
  'generateKey',
  'deriveKey',
  'deriveBits',
  'importKey',
  'exportKey',
  'wrapKey',
  'unwrapKey',
]

/** What began and what ended: as long as it stays, nothing did. */
let moves = 0
let open = 0
const waiting = new Set<() => void>()

async function during<T>(work: () => Promise<T>): Promise<T> {
  moves += 1
  open += 1
  try {
    return await work()
  } finally {
    moves += 1
    open -= 1
    if (open === 0) for (const resume of [...waiting]) resume()
  }
}

/** Once in a process, however many test files it runs. */
const WATCHED = Symbol.for('tongban.test.cryptography')
const subtle = Object.getPrototypeOf(crypto.subtle)
if (subtle[WATCHED] !== true) {
  subtle[WATCHED] = true
  for (const name of CRYPTOGRAPHY) {
    const real = subtle[name]
    subtle[name] = function (this: SubtleCrypto, ...given: unknown[]) {
      return during(() => real.apply(this, given))
    }
  }
  const deflate = zlib.deflateRaw as (...given: unknown[]) => void
  Object.assign(zlib, {
    deflateRaw(...given: unknown[]) {
      const told = given.pop() as (...answer: unknown[]) => void
      const packed = new Promise<unknown[]>(resolve => deflate(...given, (...answer: unknown[]) => resolve(answer)))
      void during(() => packed).then(answer => told(...answer))
    },
  })
}

/** The same database, whose reads and transactions count. */
export const watched = (db: Database): Database => ({
  query: (sql, params) => {
    moves += 1
    return db.query(sql, params)
  },
  transaction: work => during(() => db.transaction(work)),
  scrub: () => during(() => db.scrub()),
  backup: path => during(() => db.backup(path)),
  close: () => db.close(),
})

/** The same files of materials; what is done to them counts, but for an upload, whose source may wait for the test. */
export function watchedBlobs(blobs: BlobStore): BlobStore {
  const partial = (blob: PartialBlob): PartialBlob => ({
    offset: blob.offset,
    append: bytes => during(() => blob.append(bytes)),
    finish: () => during(() => blob.finish()),
    close: () => during(() => blob.close()),
  })
  return {
    ...blobs,
    resume: (...given) => during(async () => partial(await blobs.resume(...given))),
    open(...given) {
      const reader = blobs.open(...given).getReader()
      return new ReadableStream({
        pull: controller =>
          during(async () => {
            const { done, value } = await reader.read()
            if (done) controller.close()
            else controller.enqueue(value)
          }),
        cancel: reason => reader.cancel(reason),
      })
    },
    has: sha256 => during(() => blobs.has(sha256)),
    size: sha256 => during(() => blobs.size(sha256)),
    delete: sha256 => during(() => blobs.delete(sha256)),
    sweep: wanted => during(() => blobs.sweep(wanted)),
  }
}

/** Resolves at once when nothing is under way, else when the last of it ends. */
const nothingOpen = (): Promise<void> =>
  new Promise(resolve => {
    if (open === 0) return resolve()
    const resume = () => {
      waiting.delete(resume)
      resolve()
    }
    waiting.add(resume)
  })

/** Resolves once nothing is under way and nothing begins while `others` come to rest, which takes some turns of the event loop. */
export async function atRest(others: () => Promise<void>): Promise<void> {
  for (let before = -1; before !== moves || open > 0; ) {
    await nothingOpen()
    before = moves
    await others()
  }
}
