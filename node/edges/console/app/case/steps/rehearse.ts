/** Rehearses a step while it is written: what the node would find, a moment after the last key. */
import { useEffect, useState } from 'react'
import { node } from '../../session.ts'
import type { StepFinding } from './findings.ts'
import type { StepKind } from './kinds.ts'
import type { Body } from './schema.ts'

/** After the last key, milliseconds. */
const PAUSE = 400

export type Rehearsal = { findings: readonly StepFinding[]; of: string | null; error: unknown }

/** `of`: the body, as JSON, that was judged last. */
export function useRehearsal(thread: string, kind: StepKind, body: Body): Rehearsal {
  const [result, set] = useState<Rehearsal>({ findings: [], of: null, error: null })
  const text = JSON.stringify(body)
  useEffect(() => {
    const ended = new AbortController()
    const timer = setTimeout(() => {
      node
        .checkCaseStep({
          params: { thread, kind },
          body: JSON.parse(text) as Body,
          signal: ended.signal,
        })
        .then(
          ({ findings }) => set({ findings, of: text, error: null }),
          (error: unknown) => {
            if (!ended.signal.aborted) set(before => ({ ...before, error }))
          },
        )
    }, PAUSE)
    return () => {
      clearTimeout(timer)
      ended.abort()
    }
  }, [thread, kind, text])
  return result
}
