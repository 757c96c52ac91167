// biome-ignore-all lint/a11y/useSemanticElements: rows of which few are drawn are placed one by one, which those of a table are not
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: keys are those of the desk
/** The cases of a queue: one row of the screen for each, drawn as far as they are seen. */
import { Alert, Button } from 'antd'
import { useEffect, useRef } from 'react'
import { STATE_NAMES } from '../../../../../protocol/case/names.ts'
import type { Case } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useMe, useSettings } from '../session.ts'
import { instantText } from '../time.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { SHARED } from '../ui/words.ts'
import { useLanguage, usePair, useWords } from '../words.ts'
import type { Column } from './column-names.ts'
import { useColumns } from './columns.tsx'
import { DaysLeft, dueAt, Level } from './due.tsx'
import type { Place, ShownRow } from './merge.ts'
import { QUEUES, type QueueName } from './names.ts'
import type { Rows } from './rows.ts'
import { ROW, useScrolled } from './scrolled.ts'
import { DESK } from './words.ts'

/** Queues in the order of the last change: those of other tables, and what ended. */
const UNSORTED: readonly QueueName[] = ['parked', 'parcels', 'originals', 'done']

export const rowId = (thread: string): string => `case-${thread}`

function useCells(): (row: Case, column: Column) => React.ReactNode {
  const words = useWords(DESK)
  const pair = usePair()
  const language = useLanguage()
  const cities = useCities()
  const me = useMe()
  const { city } = useSettings()
  return (row, column) => {
    const due = dueAt(row, city.code)
    switch (column) {
      case 'level':
        return <Level due={due} />
      case 'applicant':
        return row.applicant
      case 'item':
        return row.item.name
      case 'way': {
        const ways = [cities(city.code), cities(row.partner)]
        return (row.role === 'collecting' ? ways : ways.reverse()).join(' → ')
      }
      case 'state':
        return pair(STATE_NAMES[row.state])
      case 'due':
        return <DaysLeft due={due} />
      case 'assignee':
        return row.assignee === null ? (
          <span className="muted">{words.nobody}</span>
        ) : row.assignee === me.id ? (
          words.me
        ) : (
          (row.assigneeName ?? words.other)
        )
      case 'window':
        return row.window ?? ''
      case 'caseNo':
        return row.caseNo
      case 'localCaseNo':
        return row.localCaseNo ?? ''
      case 'submitted':
        return instantText(row.submittedAt, language)
      case 'updated':
        return instantText(row.updatedAt, language)
      case 'unread':
        return row.unread === 0 ? '' : <b title={words.unreadCount(row.unread)}>✉ {row.unread}</b>
    }
  }
}

/** By what a list is ordered: the day that is due, and `done` by the last change. */
const sortOf = (column: Column, queue: QueueName): 'ascending' | undefined =>
  column === 'due' && !UNSORTED.includes(queue) ? 'ascending' : undefined

function Row({
  columns,
  shown: { row, gone },
  selected,
  cells,
  select,
  open,
}: {
  columns: readonly Column[]
  shown: ShownRow
  selected: boolean
  cells: ReturnType<typeof useCells>
  select: () => void
  open: () => void
}) {
  const words = useWords(DESK)
  return (
    <div
      role="row"
      id={rowId(row.thread)}
      aria-selected={selected}
      className={`row${gone ? ' gone' : ''}`}
      title={gone ? words.gone : undefined}
      onClick={select}
      onDoubleClick={open}
    >
      {columns.map(column => {
        const cell = cells(row, column)
        return (
          <span
            key={column}
            role="gridcell"
            className={`cell-${column}`}
            // What is cut off is told under the pointer.
            title={typeof cell === 'string' ? cell : undefined}
          >
            {cell}
          </span>
        )
      })}
    </div>
  )
}

/** A place whose row is not at hand: it keeps its height. */
function Blank({ columns, place }: { columns: readonly Column[]; place: Exclude<Place, ShownRow> }) {
  const words = useWords(DESK)
  return (
    <div role="row" className={`row ${place === 'gone' ? 'gone' : 'muted'}`} aria-busy={place === 'reading'}>
      <span role="gridcell" className="cell-blank" aria-colspan={columns.length}>
        {place === 'gone' ? words.gone : words.reading}
      </span>
    </div>
  )
}

type CaseListProps = {
  queue: QueueName
  filtered: boolean
  rows: Rows
  selected: string | null
  select: (thread: string) => void
  open: (row: Case) => void
  /** places of the rows that are seen */
  see: (first: number, last: number) => void
}

export function CaseList(props: CaseListProps) {
  const pair = usePair()
  const columns = useColumns()
  return columns.length === 0 ? (
    <section className="cases" aria-label={pair(QUEUES[props.queue].name)} aria-busy="true" />
  ) : (
    <Grid {...props} columns={columns} />
  )
}

function Grid({
  columns,
  queue,
  filtered,
  rows: { count, at, placeOf, added, gone, more, full, total, error, refetch, renew },
  selected,
  select,
  open,
  see,
}: CaseListProps & { columns: readonly Column[] }) {
  const words = useWords(DESK)
  const shared = useWords(SHARED)
  const pair = usePair()
  const cells = useCells()
  const scroller = useRef<HTMLDivElement>(null)
  const { first, last, to } = useScrolled(scroller, count)
  useEffect(() => see(first, last), [first, last, see])
  const place = placeOf(selected)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is selected comes into sight when it changes, and not by scrolling
  useEffect(() => {
    if (place >= 0) to(place)
  }, [selected])
  const drawn = place >= first && place <= last
  const places = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return (
    <section className="cases" aria-label={words.cases}>
      {added + gone === 0 ? null : (
        <Alert
          type="info"
          showIcon
          role="status"
          title={words.changed(added, gone)}
          action={
            <Button size="small" type="primary" onClick={renew}>
              {words.show}
            </Button>
          }
        />
      )}
      {error === null ? null : <ProblemNotice error={error} retry={refetch} />}
      <div
        role="grid"
        aria-label={pair(QUEUES[queue].name)}
        aria-rowcount={total?.more === true || more ? -1 : count + 1}
        aria-activedescendant={drawn && selected !== null ? rowId(selected) : undefined}
        tabIndex={0}
        ref={scroller}
        className="grid"
      >
        <div role="rowgroup" className="heads">
          <div role="row" className="row head">
            {columns.map(column => (
              <span
                key={column}
                role="columnheader"
                className={`cell-${column}`}
                aria-sort={sortOf(column, queue)}
                title={sortOf(column, queue) === undefined ? undefined : words.sorted}
              >
                {words[column]}
                {sortOf(column, queue) === undefined ? null : <span aria-hidden="true"> ↑</span>}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="all" style={{ height: count * ROW }}>
          {places.map(index => {
            const shown = at(index)
            if (shown === undefined) return null
            const here = typeof shown === 'string' ? null : shown
            return (
              <div
                role="presentation"
                key={here?.row.thread ?? index}
                className="place"
                style={{ transform: `translateY(${index * ROW}px)` }}
              >
                {here === null ? (
                  <Blank columns={columns} place={shown as Exclude<Place, ShownRow>} />
                ) : (
                  <Row
                    columns={columns}
                    shown={here}
                    selected={here.row.thread === selected}
                    cells={cells}
                    select={() => select(here.row.thread)}
                    open={() => open(here.row)}
                  />
                )}
              </div>
            )
          })}
        </div>
      </div>
      <p className="muted foot" role="status">
        {total === undefined && error === null ? words.reading : null}
        {total !== undefined && count === 0 ? (filtered ? words.filteredEmpty : pair(QUEUES[queue].empty)) : null}
        {total !== undefined && count > 0
          ? [
              words.count(total.more ? shared.more(total.count) : String(total.count)),
              full ? words.full(count) : more ? '' : words.end,
            ]
              .filter(Boolean)
              .join(' · ')
          : null}
      </p>
    </section>
  )
}
