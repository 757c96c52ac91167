/** A case that was submitted: its number, and the receipt of the applicant, which prints by itself where this computer is set so. */
import { Link } from '@tanstack/react-router'
import { Button, Checkbox, Result, Space } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { SubmitCaseDraftAnswer } from '../../../client/api.generated.ts'
import { printAll } from '../batch/papers.ts'
import { Sheets } from '../batch/sheets.tsx'
import { queries, readAgain } from '../query.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { printsReceipts, setPrintsReceipts } from './printing.ts'
import { NEW } from './words.ts'

export function Submitted({ answer }: { answer: SubmitCaseDraftAnswer }) {
  const words = useWords(NEW)
  const [pages, show] = useState<readonly string[]>([])
  const [error, setError] = useState<unknown>(null)
  const [printing, setPrinting] = useState(false)
  const [itself, setItself] = useState(printsReceipts)
  const [first] = answer.cases
  const thread = first?.thread
  const print = useCallback(async () => {
    if (thread === undefined) return
    setPrinting(true)
    setError(null)
    // One receipt names all parts of a joint case.
    show(
      await printAll([{ thread, paper: 'receipt' }], {
        tell: told => setError(told.find(({ error: of }) => of !== null)?.error ?? null),
      }),
    )
    setPrinting(false)
    await readAgain(queries, ['countQueues', 'readQueue'])
  }, [thread])
  const begun = useRef(false)
  useEffect(() => {
    if (begun.current || !printsReceipts()) return
    begun.current = true
    void print()
  }, [print])
  if (first === undefined) return null
  const { caseNo, alsoOpen } = first
  return (
    <>
      <Result
        status="success"
        title={words.submitted(answer.cases.map(one => one.caseNo).join(' · '))}
        subTitle={alsoOpen.length > 0 ? words.alsoOpen(alsoOpen.join(' · ')) : words.sent}
        extra={
          <Space wrap>
            {pages.length > 0 ? null : (
              <Button type="primary" loading={printing} onClick={() => void print()} autoFocus>
                {words.print}
              </Button>
            )}
            <Link to={`/cases/${caseNo}`}>{words.open}</Link>
            <Link to="/new">{words.another}</Link>
          </Space>
        }
      >
        <Checkbox
          checked={itself}
          onChange={event => {
            setItself(event.target.checked)
            setPrintsReceipts(event.target.checked)
          }}
        >
          {words.printsItself}
        </Checkbox>
        {error === null ? null : <ProblemNotice error={error} retry={print} />}
      </Result>
      {pages.length === 0 ? null : <Sheets pages={pages} />}
    </>
  )
}
