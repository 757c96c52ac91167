/**
 * A draft that is kept by itself: each change is saved by the node a moment later, checked there, and survives whatever befalls the page.
 * There is no button for it. What is not saved yet says so, and why.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Finding } from '../../../client/api.generated.ts'
import { node } from '../session.ts'
import type { Content } from './content.ts'

/** After the last key, milliseconds. */
const PAUSE = 500
/** Between tries while the node cannot be reached, milliseconds. */
const AGAIN = 4000

export type Kept = {
  id: string | null
  content: Content
  change: (next: (content: Content) => Content) => void
  /** what keeps it from being sent; null: not checked yet */
  findings: readonly Finding[] | null
  /** whether they are of what stands on the screen, all of which is saved */
  checked: boolean
  state: 'empty' | 'saving' | 'saved' | 'failed'
  error: unknown
  retry: () => void
  /** Sends it, once all of it is saved. */
  submit: () => Promise<Awaited<ReturnType<typeof node.submitCaseDraft>>>
}

/** `opened`: a draft that is there already. */
export function useDraft(
  opened: { id: string; version: number; content: Content } | null,
  began: (id: string) => void,
): Kept {
  const [content, setContent] = useState<Content>(opened?.content ?? {})
  const [id, setId] = useState(opened?.id ?? null)
  const [found, setFound] = useState<{ of: Content; findings: readonly Finding[] } | null>(null)
  const [state, setState] = useState<Kept['state']>(opened === null ? 'empty' : 'saved')
  const [error, setError] = useState<unknown>(null)
  /** Of what the node holds; one saving at a time, in the order of the changes. */
  const held = useRef<{ id: string | null; version: number }>({ id: opened?.id ?? null, version: opened?.version ?? 0 })
  const latest = useRef<Content>(content)
  const saved = useRef<Content>(content)
  const running = useRef<Promise<void> | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)

  const check = useCallback(async () => {
    const { id: draft } = held.current
    if (draft === null) return
    const of = latest.current
    const { findings } = await node.checkCaseDraft({ params: { id: draft } })
    if (of === latest.current) setFound({ of, findings })
  }, [])

  const save = useCallback(async (): Promise<void> => {
    while (running.current !== null) await running.current.catch(() => undefined)
    if (latest.current === saved.current) return
    const of = latest.current
    const work = async () => {
      setState('saving')
      const { id: draft, version } = held.current
      const answer =
        draft === null
          ? await node.createCaseDraft({ body: { content: of } })
          : await node.saveCaseDraft({ params: { id: draft }, body: { version, content: of } })
      held.current = { id: answer.id, version: answer.version }
      saved.current = of
      if (draft === null) {
        setId(answer.id)
        began(answer.id)
      }
    }
    running.current = work()
    try {
      await running.current
      setError(null)
      setState(latest.current === of ? 'saved' : 'saving')
    } catch (problem) {
      setError(problem)
      setState('failed')
      throw problem
    } finally {
      running.current = null
    }
    await check().catch(setError)
  }, [began, check])

  const soon = useCallback(
    (wait: number) => {
      if (timer.current !== null) clearTimeout(timer.current)
      timer.current = setTimeout(() => save().catch(() => undefined), wait)
    },
    [save],
  )

  // What could not be saved is tried again by itself.
  useEffect(() => {
    if (state === 'failed') soon(AGAIN)
  }, [state, soon])
  useEffect(() => {
    check().catch(setError)
    return () => {
      if (timer.current !== null) clearTimeout(timer.current)
      // Who leaves the page loses nothing of the last half second.
      save().catch(() => undefined)
    }
  }, [check, save])
  // A page that is closed in mid-word asks first.
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (latest.current !== saved.current) event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [])

  const change = useCallback(
    (next: (content: Content) => Content) => {
      latest.current = next(latest.current)
      setContent(latest.current)
      setState('saving')
      soon(PAUSE)
    },
    [soon],
  )

  const submit = useCallback(async () => {
    await save()
    const { id: draft, version } = held.current
    if (draft === null) throw new Error('an empty draft')
    return node.submitCaseDraft({ params: { id: draft }, body: { version } })
  }, [save])

  const findings = found?.findings ?? null
  const checked = found?.of === content && state === 'saved'
  return { id, content, change, findings, checked, state, error, retry: () => soon(0), submit }
}
