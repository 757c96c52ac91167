/** One case: its head, its steps, the timeline on the left, what it holds on the right, and who else is here. */
import { EyeOutlined } from '@ant-design/icons'
import { useSearch } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { isStep } from '../../../client/steps.ts'
import { useNode } from '../query.ts'
import { useMe } from '../session.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Answers } from './approval/answer.tsx'
import { useCitiesOf } from './cities.ts'
import type { Detail } from './duties.ts'
import { EntrySheets } from './entry/sheets.tsx'
import { CaseHead } from './header.tsx'
import { usePresence } from './presence.ts'
import { Steps } from './steps/bar.tsx'
import { mayInCase } from './subject.ts'
import { CaseTabs } from './tabs/tabs.tsx'
import { Timeline } from './timeline.tsx'
import { Unsaved } from './unsaved.ts'
import { CASE } from './words.ts'

function Here({ thread, unsaved }: { thread: string; unsaved: boolean }) {
  const words = useWords(CASE)
  const others = usePresence(thread, unsaved)
  if (others.length === 0) return null
  const busy = others.filter(other => other.unsaved)
  return (
    <span className="here" role="status">
      <EyeOutlined /> {words.hereToo(others.map(({ name }) => name).join(' · '))}
      {busy.length === 0 ? '' : ` · ${busy.map(({ name }) => words.unsavedThere(name)).join(' · ')}`}
    </span>
  )
}

function Known({ detail }: { detail: Detail }) {
  const words = useWords(CASE)
  const me = useMe()
  const cities = useCitiesOf(detail)
  const { step } = useSearch({ strict: false }) as { step?: string }
  const first = `case.${step ?? ''}`
  const content = mayInCase(me, 'case.content', detail)
  return (
    <>
      <CaseHead detail={detail} cities={cities} />
      {content && detail.waiting.some(({ what }) => what === 'entry') ? <EntrySheets detail={detail} /> : null}
      <Answers detail={detail} />
      <Steps detail={detail} cities={cities} first={isStep(first) ? first : null} />
      <div className="case-body">
        <Timeline detail={detail} cities={cities} content={content} />
        {content ? <CaseTabs detail={detail} cities={cities} /> : <p className="card">{words.notContent}</p>}
      </div>
    </>
  )
}

export function CaseRoom({ thread }: { thread: string }) {
  const words = useWords(CASE)
  const read = useNode('getCase', { params: { thread } })
  const [parts, setParts] = useState<ReadonlySet<string>>(new Set())
  const say = useCallback((part: string, unsaved: boolean) => {
    setParts(before => {
      if (before.has(part) === unsaved) return before
      const next = new Set(before)
      if (unsaved) next.add(part)
      else next.delete(part)
      return next
    })
  }, [])
  const title = read.data === undefined ? words.looking : words.title(read.data.caseNo)
  return (
    <PageFrame title={title} aside={read.data === undefined ? null : <Here thread={thread} unsaved={parts.size > 0} />}>
      <Unsaved value={say}>
        <Shown read={read}>{detail => <Known detail={detail} />}</Shown>
      </Unsaved>
    </PageFrame>
  )
}
