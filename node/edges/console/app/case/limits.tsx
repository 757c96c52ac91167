/** The clocks of a case: the one that runs now with what it rests on, its first and last day, and what stopped it. */
import { ClockCircleOutlined, PauseCircleOutlined, WarningOutlined } from '@ant-design/icons'
import { Button, Popover } from 'antd'
import { useNode } from '../query.ts'
import { dayText } from '../time.ts'
import { SHARED } from '../ui/words.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import type { Cities } from './cities.ts'
import {
  basisText,
  DEEMED_BASIS,
  type Detail,
  DUTY_WORDS,
  type Limit,
  PROCEDURE_BASIS,
  runningLimit,
  stopOf,
  taskTypeOf,
} from './duties.ts'
import { CASE } from './words.ts'

const ICONS = { stopped: <PauseCircleOutlined />, red: <WarningOutlined />, overdue: <WarningOutlined /> } as const

/** 剩 3 日, 逾 1 日; nothing of what is done. */
function Left({ limit }: { limit: Limit }) {
  const words = useWords(CASE)
  const shared = useWords(SHARED)
  const language = useLanguage()
  const { level, left, done } = limit
  const text =
    done !== null
      ? (level === 'missed' ? words.missedOn : words.metOn)(dayText(done, language))
      : left === null
        ? ''
        : level === 'stopped'
          ? words.leftOfLimit(left)
          : left < 0
            ? shared.over(-left)
            : left === 0
              ? shared.today
              : shared.left(left)
  return (
    <span className={`left-days ${level}`}>
      {ICONS[level as keyof typeof ICONS] ?? <ClockCircleOutlined />} {text}
    </span>
  )
}

type Case = { detail: Detail; cities: Cities }

/** The basis of a limit as this item has it. */
function useBasis({ detail: { item }, cities }: Case) {
  const pair = usePair()
  const listed = useNode('getItem', { params: { city: cities.handling, code: item.code } })
  return (basis: Parameters<typeof basisText>[0]) => pair(basisText(basis, taskTypeOf(item.code, listed.data)))
}

function LimitLine({ limit, detail, cities }: Case & { limit: Limit }) {
  const words = useWords(CASE)
  const pair = usePair()
  const based = useBasis({ detail, cities })
  const language = useLanguage()
  const { name, basis } = DUTY_WORDS[limit.duty]
  const days =
    limit.due === null
      ? words.since(dayText(limit.from, language))
      : words.span(dayText(limit.from, language), dayText(limit.due, language))
  return (
    <div className="limit">
      <strong>{pair(name)}</strong> <span>{cities.nameOf(limit.city)}</span> <Left limit={limit} />
      <div>
        {days} <span className="muted">{based(basis)}</span>
      </div>
      {limit.level === 'stopped' ? (
        <div>
          {stopOf(detail) === 'procedure' ? (
            <>
              {words.stoppedBy(words.stopProcedure)} <span className="muted">{based(PROCEDURE_BASIS)}</span>
            </>
          ) : (
            words.stoppedBy(words.stopOriginals)
          )}
        </div>
      ) : null}
      {limit.provisional && limit.done === null ? <div className="muted">{words.provisional}</div> : null}
    </div>
  )
}

export function Limits({ detail, cities }: Case) {
  const words = useWords(CASE)
  const based = useBasis({ detail, cities })
  const language = useLanguage()
  const running = runningLimit(detail.deadlines)
  const all = (
    <div className="limits">
      {detail.deadlines.map(limit => (
        <LimitLine key={`${limit.duty} ${limit.city}`} limit={limit} detail={detail} cities={cities} />
      ))}
    </div>
  )
  return (
    <section className="clock" aria-label={words.runsNow}>
      {running === null ? (
        <span className="muted">{words.noClock}</span>
      ) : (
        <LimitLine limit={running} detail={detail} cities={cities} />
      )}
      {detail.deadlines.length === 0 ? null : (
        <Popover trigger="click" placement="bottomRight" content={all}>
          <Button>{words.allClocks(detail.deadlines.length)}</Button>
        </Popover>
      )}
      {detail.deemedAccepted === null ? null : (
        <div className="full">
          {words.deemed(dayText(detail.deemedAccepted, language))} <span className="muted">{based(DEEMED_BASIS)}</span>
        </div>
      )}
    </section>
  )
}
