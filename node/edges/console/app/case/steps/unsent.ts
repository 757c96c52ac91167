/** A step that was sent while the line was cut: whether it arrived nobody knows, so that it is sent again by itself until the node answers. */
import { useEffect, useRef } from 'react'
import { PROBLEMS, ProblemError } from '../../../../../../protocol/problem.ts'

/** Between tries, milliseconds. */
const AGAIN = 4000

/** Whether the node did not answer at all: it may have done what was asked. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof ProblemError && error.problem.code === 'node.unreachable'

/** Whether the same may be asked again under the same key: nothing was refused for good. */
export const isOpen = (error: unknown): boolean =>
  error instanceof ProblemError &&
  (PROBLEMS[error.problem.code].retryable || PROBLEMS[error.problem.code].status >= 500)

/** Calls `send` a moment later, and at once when the browser says that the line is back, as long as `waits`. */
export function useSentAgain(waits: boolean, send: () => unknown): void {
  const latest = useRef(send)
  latest.current = send
  useEffect(() => {
    if (!waits) return
    const again = (): void => void latest.current()
    const timer = setTimeout(again, AGAIN)
    window.addEventListener('online', again, { once: true })
    return () => {
      clearTimeout(timer)
      window.removeEventListener('online', again)
    }
  }, [waits])
}
