/**
 * The wall screen (大屏): dark, read from five metres, full screen by a key. It shows sums and names of cities and items, nothing of a
 * person. It is a session like any other: when that ends, or the line is cut, it says since when its numbers stand still.
 */
import { useRouter } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { useLine } from '../live.ts'
import { useNode } from '../query.ts'
import { useSession, useSettings } from '../session.ts'
import { useKeys } from '../shell/keys.ts'
import { clockText } from '../time.ts'
import { ChinaMap, loadMap } from '../ui/map/map.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import './screen.css'
import { useFlows } from './flows.tsx'
import { onTimeShare, satisfiedShare } from './numbers.ts'
import { useBoard, useSeesAll, useSums, useToday } from './read.ts'
import { periodOf } from './wanted.ts'
import { BOARD } from './words.ts'

/** Items and flows that have room at a size that is read from five metres. */
const ITEMS = 6
const FLOWS = 3
/** Of the page that the map leaves to the head, pixels. */
const HEAD = 150
const LEAST = 320
const ROWS = ['all', 'collecting', 'handling'] as const

loadMap()

const toggleFull = (): void => {
  if (document.fullscreenElement === null) void document.documentElement.requestFullscreen()
  else void document.exitFullscreen()
}

const mapHeight = (): number => Math.max(LEAST, window.innerHeight - HEAD)

function useMapHeight(): number {
  const [height, set] = useState(mapHeight)
  useEffect(() => {
    const resized = () => set(mapHeight())
    window.addEventListener('resize', resized)
    return () => window.removeEventListener('resize', resized)
  }, [])
  return height
}

/** Until when the numbers are known to be true. */
function Truth({ at, failed }: { at: number; failed: boolean }) {
  const words = useWords(BOARD)
  const { open, asOf } = useLine()
  const { at: session } = useSession()
  const all = useSeesAll()
  const [now, tick] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  if (session === 'ended' || !open || failed)
    return (
      <p className="screen-stopped" role="alert">
        ✗ {words.stopped(clockText(failed ? at : asOf))}
        {session === 'ended' ? ` · ${words.sessionOver}` : ''}
      </p>
    )
  if (!all)
    return (
      <p className="screen-stopped" role="status">
        ! {words.sumsOf(clockText(at))} · {words.notAllLive}
      </p>
    )
  return (
    <p role="status" aria-live="off">
      ● {words.asOf(clockText(now))} · {words.live}
    </p>
  )
}

export function Page() {
  const words = useWords(BOARD)
  const { city } = useSettings()
  const router = useRouter()
  const today = useToday()
  const height = useMapHeight()
  const wanted = useMemo(() => ({ ...periodOf('year', today), narrow: {} }), [today])
  const year = today.slice(0, 4)
  const board = useBoard(today)
  const all = useSums(wanted, today, 'all')
  const flowSums = useSums(wanted, today, 'flow')
  const heat = useNode('readItemHeat', { query: { from: year, to: year, limit: ITEMS } })
  const { cities, flows } = useFlows(flowSums.data)
  const nameOf = (code: string) => cities.find(other => other.code === code)?.name ?? code
  const leave = () => router.history.push('/board')
  useKeys({ f: toggleFull, F: toggleFull, Escape: leave })
  useEffect(() => {
    document.title = `${words.screenTitle} · ${city.name}`
  }, [words, city])
  const reads = [board, all, flowSums, heat]
  const error = reads.find(read => read.error !== null)?.error ?? null
  const known = reads.every(read => read.data !== undefined)
  const counts: Record<string, number> = all.data?.items[0]?.counts ?? {}
  const spans = ['today', 'month', 'year'] as const
  return (
    <main className="screen">
      <header>
        <h1>
          {city.name} · {words.screenTitle}
        </h1>
        <Truth at={Math.min(...reads.map(({ dataUpdatedAt }) => dataUpdatedAt))} failed={error !== null} />
        <div className="screen-acts">
          <button type="button" onClick={toggleFull}>
            {words.full} F
          </button>
          <button type="button" onClick={leave}>
            {words.leave} Esc
          </button>
        </div>
      </header>
      {!known && error !== null ? (
        <ProblemNotice error={error} retry={() => reads.map(read => read.refetch())} />
      ) : null}
      {known ? (
        <>
          <section aria-label={words.counters}>
            {spans.map(span => (
              <div key={span} className="screen-count">
                <h2>{words[span]}</h2>
                {ROWS.map(row => (
                  <p key={row} className={row === 'all' ? 'screen-figure' : 'screen-part'}>
                    {row === 'all' ? (
                      board.data?.cases.all[span]
                    ) : (
                      <>
                        {words[row]} <strong>{board.data?.cases[row][span]}</strong>
                      </>
                    )}
                  </p>
                ))}
              </div>
            ))}
            {flows.length === 0 ? null : (
              <div className="screen-count">
                <h2>
                  {words.thisYear} · {words.map}
                </h2>
                <ol>
                  {flows.slice(0, FLOWS).map(({ from, to, count }) => (
                    <li key={`${from} ${to}`}>
                      <span>
                        {nameOf(from)} → {nameOf(to)}
                      </span>
                      <strong>{count}</strong>
                    </li>
                  ))}
                </ol>
              </div>
            )}
          </section>
          <ChinaMap
            label={words.map}
            cities={cities}
            flows={flows}
            counted={words.cases}
            facts="unseen"
            height={height}
            dark
          />
          <section aria-label={words.thisYear}>
            <div className="screen-count">
              <h2>
                {words.thisYear} · {words.onTime}
              </h2>
              <p className="screen-figure">{onTimeShare(counts) ?? words.none}</p>
              <p className="screen-part">{words.onTimeOf(String(counts['on-time'] ?? 0), String(counts.late ?? 0))}</p>
            </div>
            <div className="screen-count">
              <h2>
                {words.thisYear} · {words.satisfaction}
              </h2>
              <p className="screen-figure">{satisfiedShare(counts) ?? words.none}</p>
              <p className="screen-part">
                {words.rated} {counts.rated ?? 0} · {words.bad} {counts.bad ?? 0}
              </p>
            </div>
            <div className="screen-count">
              <h2>{words.topItems}</h2>
              {heat.data?.items.length === 0 ? <p className="screen-part">{words.empty}</p> : null}
              <ol>
                {heat.data?.items.map(({ item, name, cases }) => (
                  <li key={item}>
                    <span>{name}</span> <strong>{cases}</strong>
                  </li>
                ))}
              </ol>
            </div>
          </section>
        </>
      ) : error === null ? (
        <p className="screen-part">{words.reading}</p>
      ) : null}
    </main>
  )
}
