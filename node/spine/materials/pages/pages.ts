/**
 * Pages of held scans (校页): counted when they are asked for the first time, in a process of their own, and remembered.
 * May import the store.
 */
import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { type Commitment, fromHex, toHex } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { Database } from '../../../kernel/store/database.ts'
import { inList } from '../../../kernel/store/sql.ts'

/** Bytes of the largest file that is counted. */
const LARGEST = 64 * 1024 * 1024
/** ms that one count may take. */
const PATIENCE = 15_000
/** Characters of text that are read of one file. */
export const TEXT_CHARACTERS = 500_000
/** Counts at the same time; others wait. */
const PARALLEL = 2
/** How the store remembers that a file cannot be counted here, and that it cannot be opened. */
const UNCOUNTABLE = 0
const UNREADABLE = -1

/** `unreadable`: a PDF that is broken, or locked by a password; null: an OFD of another kind, too large, or more work than a count may be. */
export type Counted = number | 'unreadable' | null

/** Text of the pages of a file, in their order; `truncated`: there is more. */
export type PageTexts = { pages: string[]; truncated: boolean }

/** A held material; `counted` is undefined when its pages were not counted; `own`: whoever asks uploaded it. */
export type HeldPages = { commitment: Commitment; counted: Counted | undefined; own: boolean }

const toColumn = (counted: Counted): number => (counted === 'unreadable' ? UNREADABLE : (counted ?? UNCOUNTABLE))
const fromColumn = (held: number): Counted => (held === UNREADABLE ? 'unreadable' : held === UNCOUNTABLE ? null : held)

const COUNTER = fileURLToPath(new URL('./counter.ts', import.meta.url))

export type PagesParts = {
  db: Database
  /** the bytes of a held material */
  open(sha256: string): ReadableStream<Uint8Array>
}

export type Pages = ReturnType<typeof createPages>

export function createPages({ db, open }: PagesParts) {
  const stopping = new AbortController()
  const counting = new Map<string, Promise<Counted>>()
  const queue: (() => void)[] = []
  let busy = 0

  async function slot<T>(work: () => Promise<T>): Promise<T> {
    if (busy === PARALLEL) await new Promise<void>(resolve => queue.push(resolve))
    else busy++
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next === undefined) busy--
      else next()
    }
  }

  async function count(sha256: string, type: string): Promise<Counted> {
    const pages = await slot(() => countApart(type, open(sha256), stopping.signal))
    if (stopping.signal.aborted) throw new ProblemError('internal', 'stopping')
    await db.transaction(tx =>
      tx.run('UPDATE materials SET pages = ? WHERE sha256 = ?', [toColumn(pages), fromHex(sha256)]),
    )
    return pages
  }

  const rowOf = async (sha256: string) => {
    const [row] = await db.query<{ type: string; size: number; pages: number | null }>(
      `SELECT type, size, pages FROM materials WHERE sha256 = ?`,
      [fromHex(sha256)],
    )
    return row
  }

  return {
    /** Those of the hashes that are held, each once, in the order given, with what was counted of them before; `actor` asks. */
    async held(hashes: readonly string[], actor: string | null = null): Promise<HeldPages[]> {
      if (hashes.length === 0) return []
      const asked = [...new Set(hashes)]
      const { marks, params } = inList(asked.map(fromHex))
      const rows = await db.query<{
        sha256: Uint8Array
        size: number
        type: string
        pages: number | null
        own: number
      }>(
        `SELECT sha256, size, type, pages, EXISTS (SELECT 1 FROM material_uploads u WHERE u.sha256 = materials.sha256 AND u.actor = ?) AS own
         FROM materials WHERE sha256 IN (${marks})`,
        [actor, ...params],
      )
      const found = new Map(rows.map(row => [toHex(row.sha256), row]))
      return asked.flatMap(sha256 => {
        const row = found.get(sha256)
        if (row === undefined) return []
        const { size, type, pages } = row
        const counted = pages === null ? undefined : fromColumn(pages)
        return [{ commitment: { sha256, size, type }, counted, own: row.own === 1 }]
      })
    },

    /** Pages of a held material. Problem: `material.missing`. */
    async of(sha256: string): Promise<Counted> {
      const row = await rowOf(sha256)
      if (row === undefined) throw new ProblemError('material.missing')
      if (row.pages !== null) return fromColumn(row.pages)
      if (row.type.startsWith('image/')) return 1
      if (row.size > LARGEST) return null
      const running = counting.get(sha256) ?? count(sha256, row.type).finally(() => counting.delete(sha256))
      counting.set(sha256, running)
      return running
    },

    /**
     * The text of each page of a held material (文字层), TEXT_CHARACTERS of it; a picture has none. Null: it cannot be opened, is larger
     * than 64 MiB, or more work than a look may be. Kept nowhere. Problem: `material.missing`.
     */
    async texts(sha256: string): Promise<PageTexts | null> {
      const row = await rowOf(sha256)
      if (row === undefined) throw new ProblemError('material.missing')
      if (row.type.startsWith('image/')) return { pages: [''], truncated: false }
      if (row.size > LARGEST) return null
      // Each character is six at most, as JSON.
      const said = await slot(() =>
        readApart([row.type, String(TEXT_CHARACTERS)], open(sha256), stopping.signal, 6 * TEXT_CHARACTERS + 1_000_000),
      )
      return said === '' ? null : (JSON.parse(said) as PageTexts | null)
    },

    stop: (): void => stopping.abort(),
  }
}

/** Counts in another process; null when that says nothing, as one that was killed. */
async function countApart(type: string, bytes: ReadableStream<Uint8Array>, stopped: AbortSignal): Promise<Counted> {
  const said = await readApart([type], bytes, stopped, 100)
  // Of an OFD more is in use than is read here.
  return said === 'null' && type === 'application/pdf'
    ? 'unreadable'
    : /^[1-9]\d{0,8}$/.test(said)
      ? Number(said)
      : null
}

/** What another process says of a file, `most` characters at most; it is killed when it takes too long. Empty when it does not end well. */
async function readApart(
  args: readonly string[],
  bytes: ReadableStream<Uint8Array>,
  stopped: AbortSignal,
  most: number,
): Promise<string> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(PATIENCE)])
  const child = spawn(process.execPath, [COUNTER, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
    signal,
    killSignal: 'SIGKILL',
  })
  const ended = new Promise<void>(resolve => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said.length <= most) said += text
  })
  await pipeline(Readable.fromWeb(bytes as never), child.stdin, { signal }).catch(() => child.kill('SIGKILL'))
  await ended
  return child.exitCode === 0 && said.length <= most ? said : ''
}
