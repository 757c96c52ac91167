/**
 * The draft of an item as it is edited: each change is saved by the node a moment later, checked there, and survives whatever befalls the
 * page; what cannot be a draft yet is kept in the tab. Who saves over what somebody else did since is told, and decides.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { ProblemError } from '../../../../../../protocol/problem.ts'
import type { ItemDraft } from '../../../../client/api.generated.ts'
import { keptName, readKept } from '../../kept-storage.ts'
import { queries, readAgain } from '../../query.ts'
import { useMe, useSettings } from '../../session.ts'
import type { Item } from '../item-type.ts'
import { OF_DRAFTS } from '../tabs.tsx'
import { versioned } from '../versioned.ts'
import { type Edited, sentOf } from './item.ts'
import { EDITOR } from './words.ts'

/** After the last key, milliseconds. */
const PAUSE = 700
/** Between tries while the node cannot be reached, milliseconds. */
const AGAIN = 4000

/** What the node holds of an item, and its version: a draft, or what is published. */
export type Held = { version: string; item: Item | null; draft: ItemDraft | null }
type Kept = { version: string; item: Edited }

const isProblem = (error: unknown, ...codes: readonly string[]): error is ProblemError =>
  error instanceof ProblemError && codes.includes(error.problem.code)

/** Problem: `item.unknown` where there is neither. */
export async function readHeld(city: string, code: string): Promise<Held> {
  try {
    const { data, version } = await versioned('getDraft', { params: { code } })
    return { version: version ?? '', item: data.item ?? data.published, draft: data }
  } catch (error) {
    if (!isProblem(error, 'request.not-found')) throw error
    const { data, version } = await versioned('getItem', { params: { city, code } })
    return { version: version ?? '', item: data, draft: null }
  }
}

export type EditState = 'saved' | 'same' | 'saving' | 'incomplete' | 'failed' | 'stale'
export type Fault = { path: string; text: { zh: string; en: string } }

/** Faults of fields that the node told, by their paths in the item. */
export const faultsOf = (error: unknown): Fault[] =>
  isProblem(error, 'request.invalid')
    ? error.errors.map(({ field, code, reason, reasonZh }) => ({
        path: field.replace(/^item\.?/, ''),
        // Of which type it is, the field itself shows.
        text: code === 'required' ? { zh: EDITOR.zh.needed, en: EDITOR.en.needed } : { zh: reasonZh, en: reason },
      }))
    : []

export const keptItem = (account: string, code: string): string => keptName(account, code, 'item')

export function useItemDraft(code: string, opened: Held) {
  const me = useMe()
  const { city } = useSettings()
  const name = keptItem(me.id, code)
  const [kept] = useState(() => readKept<Kept>(sessionStorage, name))
  const [held, setHeld] = useState(opened)
  const [item, setItem] = useState<Edited>(kept?.item ?? opened.item ?? {})
  const [state, setState] = useState<EditState>(kept === null ? (opened.draft === null ? 'same' : 'saved') : 'saving')
  const [error, setError] = useState<unknown>(null)
  const version = useRef(kept?.version ?? opened.version)
  const latest = useRef<Edited>(item)
  const saved = useRef<Edited | null>(kept === null ? latest.current : null)
  const running = useRef<Promise<void> | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const stale = useRef(false)

  const save = useCallback(async (): Promise<void> => {
    while (running.current !== null) await running.current.catch(() => undefined)
    if (latest.current === saved.current || stale.current) return
    const of = latest.current
    const work = async () => {
      setState('saving')
      const answer = await versioned('saveDraft', {
        params: { code },
        body: { item: sentOf(of) },
        ifMatch: version.current,
      })
      const { draft } = answer.data
      // What is published again has no draft, and no version with this answer.
      const next =
        draft === null ? await readHeld(city.code, code) : { draft, item: draft.item, version: answer.version }
      version.current = next.version ?? ''
      saved.current = of
      setHeld({ draft: next.draft, item: next.item, version: version.current })
      if (latest.current === of) sessionStorage.removeItem(name)
      setError(null)
      setState(latest.current === of ? (draft === null ? 'same' : 'saved') : 'saving')
    }
    running.current = work()
    try {
      await running.current
      await readAgain(queries, OF_DRAFTS)
    } catch (problem) {
      setError(problem)
      stale.current = isProblem(problem, 'request.precondition', 'request.unseen')
      setState(stale.current ? 'stale' : isProblem(problem, 'request.invalid') ? 'incomplete' : 'failed')
    } finally {
      running.current = null
    }
  }, [code, city.code, name])

  const soon = useCallback(
    (wait: number) => {
      if (timer.current !== null) clearTimeout(timer.current)
      timer.current = setTimeout(() => void save(), wait)
    },
    [save],
  )

  useEffect(() => {
    if (state === 'failed') soon(AGAIN)
  }, [state, soon])
  useEffect(() => {
    // What was typed before the page was loaded anew.
    if (saved.current === null) soon(0)
    return () => {
      if (timer.current !== null) clearTimeout(timer.current)
      // Who leaves the page loses nothing of the last half second.
      void save()
    }
  }, [save, soon])

  const change = useCallback(
    (next: (item: Edited) => Edited) => {
      latest.current = next(latest.current)
      setItem(latest.current)
      sessionStorage.setItem(name, JSON.stringify({ version: version.current, item: latest.current } satisfies Kept))
      if (stale.current) return
      setState('saving')
      soon(PAUSE)
    },
    [name, soon],
  )

  /** After somebody else changed it: their content, or the own one over it. */
  const settle = useCallback(
    async (whose: 'theirs' | 'mine') => {
      const now = await readHeld(city.code, code)
      version.current = now.version
      stale.current = false
      setHeld(now)
      setError(null)
      if (whose === 'theirs') {
        latest.current = now.item ?? {}
        saved.current = latest.current
        sessionStorage.removeItem(name)
        setItem(latest.current)
        setState(now.draft === null ? 'same' : 'saved')
        return
      }
      soon(0)
    },
    [city.code, code, name, soon],
  )

  return { item, change, held, state, error, settle }
}
