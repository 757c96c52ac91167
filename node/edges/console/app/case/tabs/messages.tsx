/** What both cities wrote to each other in a case, and a message to the other one; what is typed is kept until it is sent. */
import { useLocation } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { useEffect, useRef } from 'react'
import { useAct, useNode } from '../../query.ts'
import { useMe } from '../../session.ts'
import { instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../../words.ts'
import { useKept } from '../kept.ts'
import { WRITES } from '../shortcuts.tsx'
import { mayInCase } from '../subject.ts'
import { useUnsaved } from '../unsaved.ts'
import { CASE } from '../words.ts'
import type { Held } from './tabs.tsx'

const TALK: ReadonlySet<string> = new Set([
  'case.message',
  'case.remind',
  'case.supervise',
  'case.answer',
  'case.object',
])

function Write({ detail }: Pick<Held, 'detail'>) {
  const words = useWords(CASE)
  const [text, keep] = useKept<string>(detail.thread, 'message')
  const send = useAct('messageCase', ['getCase', 'getCaseTimeline'])
  useUnsaved(text !== null && text !== '')
  const field = useRef<TextAreaRef>(null)
  const { state } = useLocation()
  useEffect(() => {
    if ((state as { [WRITES]?: boolean })[WRITES] === true) field.current?.focus()
  }, [state])
  const typed = text ?? ''
  const submit = () =>
    send.mutate(
      { params: { thread: detail.thread }, body: { text: typed }, ifMatch: detail.version },
      { onSuccess: () => keep(null) },
    )
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <Input.TextArea
        ref={field}
        id="case-message"
        aria-label={words.write}
        placeholder={words.write}
        rows={3}
        value={typed}
        onChange={({ target }) => keep(target.value)}
      />
      {send.error === null ? null : <ProblemNotice error={send.error} />}
      <Button type="primary" htmlType="submit" disabled={typed.trim() === ''} loading={send.isPending}>
        {words.send}
      </Button>
    </form>
  )
}

export function Messages({ detail, cities }: Held) {
  const words = useWords(CASE)
  const pair = usePair()
  const language = useLanguage()
  const me = useMe()
  const read = useNode('getCaseTimeline', { params: { thread: detail.thread } })
  const mark = useAct('readMessages', ['getCase', 'readMail', 'countQueues'])
  const may = mayInCase(me, 'case.contribute', detail)
  return (
    <Shown read={read}>
      {({ entries }) => {
        const talk = entries.filter(({ kind, type }) => type !== 'waiting' && kind !== null && TALK.has(kind))
        const last = talk.findLast(({ city }) => city !== cities.own)?.packet ?? null
        return (
          <>
            {talk.length === 0 ? <p className="muted">{words.noMessages}</p> : null}
            <ul className="talk">
              {talk.map(({ packet, at, city, title, facts, by, kind }, index) => (
                <li key={packet ?? index} className={city === cities.own ? 'own' : 'other'}>
                  <div className="muted">
                    {cities.nameOf(city)} {by ?? ''} {instantText(at, language)}
                    {kind === 'case.message' ? '' : ` · ${pair(title)}`}
                  </div>
                  {facts.map(({ label, value, long }) => (
                    <p key={label.en}>
                      {long ? '' : `${pair(label)}: `}
                      {typeof value === 'string' ? value : pair(value)}
                    </p>
                  ))}
                </li>
              ))}
            </ul>
            {detail.unread === 0 || last === null || !may ? null : (
              <Button onClick={() => mark.mutate({ params: { thread: detail.thread }, body: { through: last } })}>
                {words.unread(detail.unread)} · {words.markRead}
              </Button>
            )}
            {mark.error === null ? null : <ProblemNotice error={mark.error} />}
            {may ? <Write detail={detail} /> : null}
          </>
        )
      }}
    </Shown>
  )
}
