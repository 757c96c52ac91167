/** The frame of a page: its title, what stands beside it, and until when what it shows is known to be true. */
import { Button, Skeleton } from 'antd'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ProblemError } from '../../../../../protocol/problem.ts'
import { useLine } from '../live.ts'
import { clockText } from '../time.ts'
import { useWords } from '../words.ts'
import { ProblemNotice } from './problem.tsx'
import { useScrollers } from './scrollers.ts'
import { SHARED } from './words.ts'

/** Until when the console knows that what it shows is true: now, while the stream of events is open. */
export function AsOf() {
  const words = useWords(SHARED)
  const { open, asOf } = useLine()
  const [now, tick] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <span className="as-of" role="status" aria-live="off">
      {open ? `${words.asOf(clockText(now))} · ${words.live}` : `${words.asOf(clockText(asOf))} · ${words.cut}`}
    </span>
  )
}

/** `live`: false where events do not tell of all that the page shows; it shows what was so when it was read. */
export function PageFrame({
  title,
  aside,
  live = true,
  children,
}: {
  title: string
  aside?: ReactNode
  live?: boolean
  children: ReactNode
}) {
  const words = useWords(SHARED)
  useEffect(() => {
    document.title = `${title} · 通办`
  }, [title])
  const page = useRef<HTMLDivElement>(null)
  useScrollers(page)
  return (
    <div className="page" ref={page}>
      <header>
        <h1>{title}</h1>
        <span className="spacer" />
        {aside}
        {live ? <AsOf /> : <span className="as-of">{words.asRead}</span>}
      </header>
      {children}
    </div>
  )
}

/** What a page reads, as far as it is: nothing yet, a problem, or what was read. */
type Read<T> = { data: T | undefined; error: unknown; refetch: () => unknown }

/** Waits no longer than this without a word, milliseconds. */
const PATIENCE = 8000

function Waiting({ again }: { again: () => unknown }) {
  const words = useWords(SHARED)
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), PATIENCE)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" aria-label={words.loading}>
      <Skeleton active={false} paragraph={{ rows: 4 }} title={false} />
      {slow ? (
        <p>
          {words.slow} <Button onClick={() => void again()}>{words.retry}</Button>
        </p>
      ) : null}
    </div>
  )
}

/** Whoever reads may do so no more: what was read before is not theirs to see either. */
const mayNoMore = (error: unknown): boolean =>
  error instanceof ProblemError && (/^rights\./.test(error.problem.code) || error.problem.code === 'request.forbidden')

/**
 * Shows what was read; until then that it is being read, and a problem with its cure. What was read stays when a later reading fails,
 * unless it is refused for want of a right.
 */
export function Shown<T>({ read, children }: { read: Read<T>; children: (data: T) => ReactNode }) {
  if (read.data !== undefined && !mayNoMore(read.error))
    return (
      <>
        {read.error === null ? null : <ProblemNotice error={read.error} retry={read.refetch} />}
        {children(read.data)}
      </>
    )
  if (read.error !== null && read.error !== undefined) return <ProblemNotice error={read.error} retry={read.refetch} />
  return <Waiting again={read.refetch} />
}
