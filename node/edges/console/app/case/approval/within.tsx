/** What was done to a case within the city, by whom, when and why; passing on, sending back and asking others are begun here. */
import { Button, Space, Tag } from 'antd'
import { useState } from 'react'
import { useNode } from '../../query.ts'
import { useMe } from '../../session.ts'
import { instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { useJoined, useLanguage, useWords } from '../../words.ts'
import type { Detail } from '../duties.ts'
import { mayInCase } from '../subject.ts'
import { type Course, useActTitle, useDesks } from './acts.ts'
import { AskForm, PassForm, ReasonForm } from './forms.tsx'
import { APPROVAL } from './words.ts'

function Acts({ course }: { course: Course }) {
  const words = useWords(APPROVAL)
  const language = useLanguage()
  const titleOf = useActTitle(course.names)
  if (course.acts.length === 0) return <p className="muted">{words.none}</p>
  return (
    <ol>
      {course.acts.map((done, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: acts are only ever added
        <li key={index}>
          <strong>{titleOf(done)}</strong> <time dateTime={done.at}>{instantText(done.at, language)}</time>{' '}
          <span className="muted">{words.by(done.byName === '' ? words.someone : done.byName)}</span>
          {done.words === null ? null : <div>{done.words}</div>}
        </li>
      ))}
    </ol>
  )
}

const STATES = {
  open: 'stateOpen',
  agreed: 'stateAgreed',
  disagreed: 'stateDisagreed',
  withdrawn: 'stateWithdrawn',
} as const

/** The request that holds up the decision, or did: who answered what. */
function LastRound({ course }: { course: Course }) {
  const words = useWords(APPROVAL)
  const deskOf = useDesks(course.names)
  const round = course.rounds.at(-1)
  if (round === undefined) return null
  return (
    <section aria-label={words.rounds}>
      <h3>
        {words.rounds} <Tag>{words[STATES[round.state]]}</Tag> <span className="muted">{words[round.rule]}</span>
      </h3>
      <ul>
        {round.answers.map(answer => (
          <li key={`${answer.department} ${answer.person}`}>
            {deskOf(answer)}：{answer.agrees === null ? words.pending : answer.agrees ? words.yes : words.no}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What came of it by instant approval. */
function Instantly({ course: { instant } }: { course: Course }) {
  const words = useWords(APPROVAL)
  const language = useLanguage()
  const list = useJoined()
  if (instant === null) return null
  const told = instant.told.length === 0 ? '' : words.instantTold(list(instant.told))
  return (
    <p>
      <Tag>{words.instant}</Tag>{' '}
      {instant.why === null ? words.instantDecided : `${words.instantLeft(instant.why[language])}${told}`}{' '}
      <time className="muted" dateTime={instant.at}>
        {instantText(instant.at, language)}
      </time>{' '}
      <span className="muted">{words.instantVersion(instant.hash.slice(0, 12))}</span>
    </p>
  )
}

type Act = 'pass' | 'back' | 'ask' | 'withdraw'

function Begin({ detail, course }: { detail: Detail; course: Course }) {
  const words = useWords(APPROVAL)
  const deskOf = useDesks(course.names)
  const [act, begin] = useState<Act | null>(null)
  const close = () => begin(null)
  const state = course.rounds.at(-1)?.state
  const { back } = course
  if (act === 'pass') return <PassForm detail={detail} close={close} />
  if (act === 'ask') return <AskForm detail={detail} close={close} />
  if (act === 'back' && back !== null)
    return <ReasonForm id="sendBackCase" detail={detail} act={words.sendBackTo(deskOf(back))} close={close} />
  if (act === 'withdraw')
    return <ReasonForm id="withdrawCountersigns" detail={detail} act={words.withdraw} close={close} />
  return (
    <Space wrap>
      <Button onClick={() => begin('pass')}>{words.passOn}</Button>
      {back === null ? null : <Button onClick={() => begin('back')}>{words.sendBack}</Button>}
      {state === 'open' || detail.instants.decided !== null ? null : (
        <Button onClick={() => begin('ask')}>{words.ask}</Button>
      )}
      {state === 'open' || state === 'disagreed' ? (
        <Button onClick={() => begin('withdraw')}>{words.withdraw}</Button>
      ) : null}
    </Space>
  )
}

export function WithinCity({ detail }: { detail: Detail }) {
  const words = useWords(APPROVAL)
  const me = useMe()
  const read = useNode('getApproval', { params: { thread: detail.thread } })
  return (
    <Shown read={read}>
      {course => (
        <>
          <p className="muted">{course.possible || course.acts.length > 0 ? words.hint : words.outside}</p>
          <Instantly course={course} />
          <LastRound course={course} />
          <Acts course={course} />
          {course.possible && mayInCase(me, 'case.pass-on', detail) ? <Begin detail={detail} course={course} /> : null}
        </>
      )}
    </Shown>
  )
}
