/**
 * The text of an agreement that is kept by itself: each change is saved by the node a moment later, on the version that stands on the
 * screen. What a colleague saved in the meantime is shown when nothing of one's own is unsaved; else both are told, and nothing is lost
 * until somebody decides.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ProblemError } from '../../../../../protocol/problem.ts'
import type { GetAgreementDraftAnswer } from '../../../client/api.generated.ts'
import { keptName, readKept } from '../kept-storage.ts'
import { readAgain } from '../query.ts'
import { node, useMe } from '../session.ts'
import type { Kept, Step, Text } from './text.ts'

/** After the last key, milliseconds. */
const PAUSE = 600
/** Between tries while the node cannot be reached, milliseconds. */
const AGAIN = 4000
const OF_DRAFT = ['getAgreementDraft', 'diffAgreementDraft'] as const

export type Editing = {
  text: Text
  step: Step | null
  change: (part: Partial<Text>) => void
  changeStep: (part: Partial<Step>) => void
  state: 'saving' | 'saved' | 'failed' | 'conflict'
  /** the version that the node holds of what is on the screen */
  version: number
  error: unknown
  retry: () => void
  /** somebody else saved it, and that is on the screen now */
  told: string | null
  /** After a conflict: takes what the colleague saved, or saves one's own over it. */
  settle: (which: 'theirs' | 'mine') => Promise<void>
  /** Until nothing is unsaved; the version that the node holds then. */
  saved: () => Promise<number>
}

/** What could not be saved outlives the page: in this tab, and of this account alone. */
const shelf = (id: string, person: string) => {
  const name = keptName(person, id, 'agreement')
  return {
    put: (version: number, kept: Kept) => sessionStorage.setItem(name, JSON.stringify({ version, kept })),
    take(): { version: number; kept: Kept } | null {
      const unsaved = readKept<{ version: number; kept: Kept }>(sessionStorage, name)
      sessionStorage.removeItem(name)
      return unsaved
    },
  }
}

const keptIn = ({ document, step }: GetAgreementDraftAnswer): Kept => ({
  text: document as Text,
  step: step as Step | null,
})

/** `read`: the draft as it was read last; it is read again when an event tells of it. */
export function useDraftText(read: GetAgreementDraftAnswer): Editing {
  const client = useQueryClient()
  const me = useMe()
  const { id } = read
  const unsaved = useMemo(() => shelf(id, me.id), [id, me.id])
  const [kept, setKept] = useState<Kept>(() => keptIn(read))
  const [state, setState] = useState<Editing['state']>('saved')
  const [error, setError] = useState<unknown>(null)
  const [told, setTold] = useState<string | null>(null)
  const [version, setVersion] = useState(read.version)
  const held = useRef(read.version)
  const latest = useRef(kept)
  const stored = useRef(kept)
  const running = useRef<Promise<void> | null>(null)
  const conflict = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)

  const put = useCallback(
    async (of: Kept, ifMatch: number) => {
      const body = { document: of.text as Record<string, unknown>, ...(of.step === null ? {} : { step: of.step }) }
      const answer = await node.saveAgreementDraft({ params: { id }, body, ifMatch: String(ifMatch) })
      held.current = answer.version
      stored.current = of
      setVersion(answer.version)
    },
    [id],
  )

  const save = useCallback(async (): Promise<void> => {
    while (running.current !== null) await running.current.catch(() => undefined)
    if (latest.current === stored.current) return
    const of = latest.current
    setState('saving')
    running.current = put(of, held.current)
    try {
      await running.current
      unsaved.take()
      setError(null)
      setTold(null)
      setState(latest.current === of ? 'saved' : 'saving')
    } catch (problem) {
      setError(problem)
      const changed = problem instanceof ProblemError && problem.problem.code === 'request.precondition'
      setState(changed ? 'conflict' : 'failed')
      conflict.current = changed
      unsaved.put(held.current, latest.current)
      throw problem
    } finally {
      running.current = null
    }
    await readAgain(client, OF_DRAFT)
  }, [put, client, unsaved])

  const soon = useCallback(
    (wait: number) => {
      if (timer.current !== null) clearTimeout(timer.current)
      timer.current = setTimeout(() => save().catch(() => undefined), wait)
    },
    [save],
  )
  // What could not be saved is tried again by itself; who of two is right is for people to say.
  useEffect(() => {
    if (state === 'failed') soon(AGAIN)
  }, [state, soon])
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current)
      save().catch(() => undefined)
    },
    [save],
  )
  useEffect(() => {
    const keep = () => {
      if (latest.current !== stored.current) unsaved.put(held.current, latest.current)
    }
    window.addEventListener('pagehide', keep)
    return () => window.removeEventListener('pagehide', keep)
  }, [unsaved])
  // What a page before this one could not save goes on from where it was.
  useEffect(() => {
    const before = unsaved.take()
    if (before === null) return
    held.current = before.version
    latest.current = before.kept
    setKept(before.kept)
    soon(0)
  }, [unsaved, soon])

  const show = useCallback((next: GetAgreementDraftAnswer) => {
    held.current = next.version
    latest.current = keptIn(next)
    stored.current = latest.current
    setKept(latest.current)
    setVersion(next.version)
    setState('saved')
    setError(null)
    conflict.current = false
  }, [])
  // A colleague saved it: what is on the screen is theirs, unless something of one's own would be lost by that.
  useEffect(() => {
    if (read.version <= held.current || running.current !== null || latest.current !== stored.current) return
    show(read)
    setTold(read.updatedByName ?? read.updatedBy)
  }, [read, show])

  const set = useCallback(
    (next: Kept) => {
      latest.current = next
      setKept(next)
      if (conflict.current) return unsaved.put(held.current, next)
      setState('saving')
      soon(PAUSE)
    },
    [soon, unsaved],
  )
  const change = useCallback(
    (part: Partial<Text>) => set({ ...latest.current, text: { ...latest.current.text, ...part } }),
    [set],
  )
  const changeStep = useCallback(
    (part: Partial<Step>) => {
      const { step } = latest.current
      if (step !== null) set({ ...latest.current, step: { ...step, ...part } as Step })
    },
    [set],
  )

  return {
    text: kept.text,
    step: kept.step,
    change,
    changeStep,
    state,
    version,
    error,
    retry: () => soon(0),
    told,
    async settle(which) {
      const theirs = await node.getAgreementDraft({ params: { id } })
      if (which === 'theirs') {
        unsaved.take()
        return show(theirs)
      }
      conflict.current = false
      held.current = theirs.version
      await save()
    },
    async saved() {
      await save()
      return held.current
    },
  }
}
