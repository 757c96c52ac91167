/** The columns of the list: which ones, and in which order; kept with the account. */
import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons'
import { Button, Checkbox, Popover } from 'antd'
import { useRef, useState } from 'react'
import { type AnswerOf, useAct, useNode } from '../query.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { COLUMNS, type Column, moved, USUAL } from './column-names.ts'
import { DESK } from './words.ts'

/** Those that the person chose; none as long as that is not known. */
export function useColumns(): readonly Column[] {
  const { data, error } = useNode('readDeskColumns')
  return data?.columns ?? (error === null ? [] : USUAL)
}

type Chosen = AnswerOf<'readDeskColumns'>['columns']

function Chooser({ chosen, choose }: { chosen: Chosen; choose: (columns: Chosen) => void }) {
  const words = useWords(DESK)
  const left = COLUMNS.filter(column => !chosen.includes(column))
  const move = (column: Column, by: 1 | -1) => (
    <Button
      size="small"
      type="text"
      aria-label={`${words[column]}: ${by < 0 ? words.columnUp : words.columnDown}`}
      icon={by < 0 ? <ArrowUpOutlined /> : <ArrowDownOutlined />}
      disabled={chosen.at(by < 0 ? 0 : -1) === column}
      onClick={() => choose(moved(chosen, column, by))}
    />
  )
  return (
    <ul className="columns" aria-label={words.columns}>
      {chosen.map(column => (
        <li key={column}>
          <Checkbox
            checked
            // A list without columns shows nothing.
            disabled={chosen.length === 1}
            onChange={() => choose(chosen.filter(other => other !== column))}
          >
            {words[column]}
          </Checkbox>
          <span>
            {move(column, -1)}
            {move(column, 1)}
          </span>
        </li>
      ))}
      {left.map(column => (
        <li key={column}>
          <Checkbox checked={false} onChange={() => choose([...chosen, column])}>
            {words[column]}
          </Checkbox>
        </li>
      ))}
    </ul>
  )
}

export function ColumnsButton() {
  const words = useWords(DESK)
  const read = useNode('readDeskColumns')
  const keep = useAct('chooseDeskColumns', ['readDeskColumns'])
  // What was chosen shows at once, and the next choice goes on from there; what could not be kept is told, and goes back.
  const [own, setOwn] = useState<Chosen | null>(null)
  const last = useRef<Promise<unknown>>(Promise.resolve())
  const choose = (columns: Chosen, shown = columns): void => {
    setOwn(shown)
    last.current = last.current.then(() => keep.mutateAsync({ body: { columns } })).catch(() => setOwn(null))
  }
  const chosen = own ?? read.data?.columns ?? []
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={words.columns}
      content={
        <>
          <p className="muted columns-hint">{words.columnsHint}</p>
          {keep.error === null ? null : <ProblemNotice error={keep.error} />}
          <Chooser chosen={chosen} choose={choose} />
          <Button size="small" onClick={() => choose([], [...USUAL])}>
            {words.usualColumns}
          </Button>
        </>
      }
    >
      <Button>{words.columns}</Button>
    </Popover>
  )
}
