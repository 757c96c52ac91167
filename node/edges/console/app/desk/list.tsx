// biome-ignore-all lint/a11y/useSemanticElements: rows of which few are drawn are placed one by one, which those of a table are not
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: keys are those of the desk
/** The cases of a queue: one row of the screen for each, drawn as far as they are seen. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { Alert, Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
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
import type { ShownRow } from './merge.ts'
import { QUEUES, type QueueName } from './names.ts'
import type { Rows } from './rows.ts'
import { DESK } from './words.ts'

/** Height of a row, pixels: a browser draws some million of them in one list. */
const ROW = 32
const OVERSCAN = 12

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
  rows: { rows, added, gone, more, total, error, refetch, renew },
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
  const [bar, setBar] = useState(0)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
    getItemKey: at => rows[at]?.row.thread ?? at,
  })
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => see(first, last), [first, last, see])
  useEffect(() => {
    const { current } = scroller
    if (current !== null) setBar(current.offsetWidth - current.clientWidth)
  }, [])
  const place = rows.findIndex(({ row }) => row.thread === selected)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is selected comes into sight when it changes, and not by scrolling
  useEffect(() => {
    if (place >= 0) virtual.scrollToIndex(place)
  }, [selected])
  const drawn = items.some(({ index }) => index === place)
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
        aria-rowcount={total?.more === true || more ? -1 : rows.length + 1}
        aria-activedescendant={drawn && selected !== null ? rowId(selected) : undefined}
        tabIndex={0}
        className="grid"
      >
        <div role="rowgroup" style={{ paddingInlineEnd: bar }}>
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
        <div role="rowgroup" ref={scroller} className="rows">
          <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {items.map(({ key, index, start }) => {
              const shown = rows[index]
              return shown === undefined ? null : (
                <div role="presentation" key={key} className="place" style={{ transform: `translateY(${start}px)` }}>
                  <Row
                    columns={columns}
                    shown={shown}
                    selected={shown.row.thread === selected}
                    cells={cells}
                    select={() => select(shown.row.thread)}
                    open={() => open(shown.row)}
                  />
                </div>
              )
            })}
          </div>
        </div>
      </div>
      <p className="muted foot" role="status">
        {total === undefined && error === null ? words.reading : null}
        {total !== undefined && rows.length === 0 ? (filtered ? words.filteredEmpty : pair(QUEUES[queue].empty)) : null}
        {total !== undefined && rows.length > 0
          ? [words.count(total.more ? shared.more(total.count) : String(total.count)), more ? '' : words.end]
              .filter(Boolean)
              .join(' · ')
          : null}
      </p>
    </section>
  )
}
