/** Files on their way to the node, each with what it waits for; one that fails or hangs holds up no other. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { ProblemError } from '../../../../../protocol/problem.ts'
import { hold } from './held.ts'
import { type Begun, type Sent, sendFile } from './send.ts'

/** Between tries while the node cannot be reached, milliseconds. */
const AGAIN = 4000
/** Files that are sent at once. */
const LANES = 3

/** A scan as it stands in a case: one may be of several materials. */
export type Named = { sha256: string; code?: string | undefined }
export type Sending = {
  /** grows: as files were put in */
  id: number
  /** of the material */
  code: string
  file: File
  /** what it was made of, together with others: what takes the place of that goes last, so that nothing is ever in no case */
  from: string | null
  /** scans whose place it takes */
  replaces: readonly Named[]
  state: 'waiting' | 'sending' | 'failed'
  /** 0 to 1 */
  share: number
  error: unknown
}
export type Adding = Pick<Sending, 'code' | 'file'> & Partial<Pick<Sending, 'from' | 'replaces'>>
export type Uploads = {
  items: readonly Sending[]
  add: (files: readonly Adding[]) => void
  retry: (id: number) => void
  drop: (id: number) => void
}

const isCut = (error: unknown): boolean => error instanceof ProblemError && error.problem.code === 'node.unreachable'

/** `put`: a file is there, under its hash. */
export function useUploads(put: (sending: Sending, sent: Sent) => void): Uploads {
  const [items, setItems] = useState<readonly Sending[]>([])
  const all = useRef<readonly Sending[]>([])
  const begun = useRef(new Map<number, Begun>())
  const last = useRef(0)
  const lanes = useRef(0)
  const said = useRef(put)
  said.current = put

  const change = useCallback((next: (before: readonly Sending[]) => readonly Sending[]) => {
    all.current = next(all.current)
    setItems(all.current)
  }, [])
  const mark = useCallback(
    (id: number, part: Partial<Sending>) =>
      change(before => before.map(one => (one.id === id ? { ...one, ...part } : one))),
    [change],
  )
  const drop = useCallback(
    (id: number) => {
      begun.current.delete(id)
      change(before => before.filter(one => one.id !== id))
    },
    [change],
  )
  const lane = useCallback(async () => {
    lanes.current += 1
    try {
      for (let next = nextOf(all.current); next !== undefined; next = nextOf(all.current)) {
        const { id, file } = next
        mark(id, { state: 'sending', error: null })
        const part = begun.current.get(id) ?? { id: null }
        begun.current.set(id, part)
        try {
          const sent = await sendFile(file, part, share => mark(id, { share }))
          hold(sent.sha256, file)
          // One that was taken out meanwhile is in no case.
          const still = all.current.find(one => one.id === id)
          drop(id)
          if (still !== undefined) said.current(still, sent)
        } catch (error) {
          mark(id, { state: 'failed', error })
        }
      }
    } finally {
      lanes.current -= 1
    }
  }, [drop, mark])
  const run = useCallback(() => {
    while (lanes.current < LANES && nextOf(all.current) !== undefined) void lane()
  }, [lane])
  const retry = useCallback(
    (id: number) => {
      mark(id, { state: 'waiting' })
      run()
    },
    [mark, run],
  )
  const add = useCallback(
    (files: readonly Adding[]) => {
      change(before =>
        before.concat(
          files.map(({ code, file, from = null, replaces = [] }) => {
            last.current += 1
            return { id: last.current, code, file, from, replaces, state: 'waiting', share: 0, error: null }
          }),
        ),
      )
      run()
    },
    [change, run],
  )
  // A line that was cut is tried again by itself; whatever else failed waits for a hand.
  const cut = items.some(({ state, error }) => state === 'failed' && isCut(error))
  useEffect(() => {
    if (!cut) return
    const timer = setInterval(() => {
      for (const { id, state, error } of all.current) if (state === 'failed' && isCut(error)) retry(id)
    }, AGAIN)
    return () => clearInterval(timer)
  }, [cut, retry])
  // A page that is closed before all is there asks first.
  const busy = items.length > 0
  useEffect(() => {
    if (!busy) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [busy])
  return { items, add, retry, drop }
}

/** The next one that may go. */
const nextOf = (items: readonly Sending[]) =>
  items.find(
    one =>
      one.state === 'waiting' &&
      (one.replaces.length === 0 || !items.some(({ id, from }) => id !== one.id && from !== null && from === one.from)),
  )
