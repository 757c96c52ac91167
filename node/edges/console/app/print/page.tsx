/** The print room (待打印): papers of many cases as one document, in the order in which the cases were chosen. */
import { printAll } from '../batch/papers.ts'
import { BatchRoom, type RoomAct } from '../batch/room.tsx'
import type { Told } from '../batch/rows.tsx'
import { PAPERS } from '../batch/words.ts'
import { usePair, useWords } from '../words.ts'
import { PRINT } from './words.ts'

export function Page() {
  const words = useWords(PRINT)
  const pair = usePair()
  const print: RoomAct = (rows, { stop, tell }) => {
    const wanted = rows.flatMap(row => row.toPrint.map(paper => ({ row, thread: row.thread, paper })))
    const told = new Map<string, Told>()
    const say = (thread: string, paper: (typeof wanted)[number]['paper'], outcome: Told['outcome']) => {
      const of = wanted.find(entry => entry.thread === thread && entry.paper === paper)
      if (of !== undefined) told.set(`${thread} ${paper}`, { row: of.row, what: pair(PAPERS[paper]), outcome })
    }
    for (const { thread, paper } of wanted) say(thread, paper, { state: 'running' })
    const showNow = () => tell([...told.values()])
    showNow()
    return printAll(wanted, {
      stop,
      tell: now => {
        for (const { thread, paper, error } of now)
          say(thread, paper, error === null ? { state: 'done' } : { state: 'failed', error })
        showNow()
      },
    }).finally(() => {
      for (const { thread, paper } of wanted)
        if (told.get(`${thread} ${paper}`)?.outcome.state === 'running') say(thread, paper, { state: 'stopped' })
      showNow()
    })
  }
  return (
    <BatchRoom
      name="print"
      queue="to-print"
      texts={{ title: words.title, hint: words.hint, empty: words.empty, act: words.print }}
      column={{
        title: words.papers,
        cell: ({ toPrint }) => toPrint.map(paper => pair(PAPERS[paper])).join(' · '),
      }}
      act={print}
    />
  )
}
