/** One piece of parked work: what it is of, why it stopped, and what one may do about it. */
import { Link } from '@tanstack/react-router'
import { Button, Modal, Popconfirm, Space, Tag } from 'antd'
import { useState } from 'react'
import { TITLES } from '../../../../../protocol/case/names.ts'
import type { ParkedWork } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useAct } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { Told } from '../ui/told.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import type { Ending } from './ending.tsx'
import { Sent } from './sent.tsx'
import { ADAPTERS } from './words.ts'
import { adapterOf, nameOf, OF_PARKED } from './work.ts'

function About({ work }: { work: ParkedWork }) {
  const words = useWords(ADAPTERS)
  const pair = usePair()
  const language = useLanguage()
  const nameOfCity = useCities()
  const whats = { packet: words.packet, 'adapter-event': words.answer, material: words.material }
  const caseNo = work.what === 'material' ? null : work.caseNo
  const localNo = work.what === 'material' ? null : work.localCaseNo
  const adapter = adapterOf(work)
  return (
    <Space wrap>
      <Tag>{whats[work.what]}</Tag>
      {work.what === 'packet' && Object.hasOwn(TITLES, work.kind) ? (
        <strong>{pair(TITLES[work.kind as keyof typeof TITLES])}</strong>
      ) : null}
      {work.what === 'material' ? <strong>{nameOfCity(work.partner)}</strong> : null}
      {caseNo === null ? null : (
        <Link to={`/cases/${encodeURIComponent(caseNo)}`} title={words.open}>
          {caseNo}
        </Link>
      )}
      {localNo === null ? null : <span>{words.localNo(localNo)}</span>}
      {adapter === null ? null : <span>{words.system(adapter)}</span>}
      <span className="muted">
        {instantText(work.at, language)} · {words.attempts(work.attempts)}
        {work.what === 'packet' && work.handedAt !== null
          ? ` · ${words.handedSince(instantText(work.handedAt, language))}`
          : ''}
        {work.what !== 'material' && work.retryAt !== null
          ? ` · ${words.retryAt(instantText(work.retryAt, language))}`
          : ''}
        {work.what === 'material' && work.ended ? ` · ${words.gaveUp}` : ''}
      </span>
    </Space>
  )
}

/** What would be sent, or was answered: asked for with a purpose, and audited. */
function Look({ work }: { work: Exclude<ParkedWork, { what: 'material' }> }) {
  const words = useWords(ADAPTERS)
  const look = useAct('lookAtParked')
  const [open, show] = useState(false)
  const body = work.what === 'packet' ? { packetNo: work.packetNo } : { event: work.event }
  return (
    <>
      <Button
        title={words.lookHint}
        loading={look.isPending}
        onClick={() => look.mutate({ body }, { onSuccess: () => show(true) })}
      >
        {words.look}
      </Button>
      {look.error === null ? null : <ProblemNotice error={look.error} />}
      <Modal open={open} width={900} title={words.lookTitle} footer={null} onCancel={() => show(false)}>
        {look.data?.requests?.map(request => (
          <Sent key={`${request.method} ${request.url}`} request={request} />
        ))}
        {look.data?.answer === undefined ? null : <pre className="code">{look.data.answer}</pre>}
      </Modal>
    </>
  )
}

function PacketActs({
  work: { packetNo, kind },
  end,
}: {
  work: Extract<ParkedWork, { what: 'packet' }>
  end: (ending: Ending) => void
}) {
  const words = useWords(ADAPTERS)
  const done = useAct('endParked', OF_PARKED)
  const giveUp = useAct('giveUpParked', OF_PARKED)
  const error = done.error ?? giveUp.error
  return (
    <Space wrap>
      <Button
        onClick={() =>
          end({
            title: words.done,
            hint: words.doneHint,
            numbered: kind === 'case.submit',
            act: (reason, localCaseNo) => done.mutate({ body: { packetNo, reason, localCaseNo } }),
          })
        }
      >
        {words.done}
      </Button>
      <Button
        danger
        onClick={() =>
          end({
            title: words.giveUp,
            numbered: false,
            act: reason => giveUp.mutate({ body: { packetNo, reason } }),
          })
        }
      >
        {words.giveUp}
      </Button>
      {error === null ? null : <ProblemNotice error={error} />}
    </Space>
  )
}

function AnswerActs({
  work: { event, caseNo, localCaseNo, adapter },
  end,
}: {
  work: Extract<ParkedWork, { what: 'adapter-event' }>
  end: (ending: Ending) => void
}) {
  const words = useWords(ADAPTERS)
  const skip = useAct('skipParked', OF_PARKED)
  const dismiss = useAct('dismissParked', OF_PARKED)
  const error = skip.error ?? dismiss.error
  return (
    <Space wrap>
      <Button
        danger
        onClick={() =>
          end({
            title: words.skipAnswer,
            numbered: false,
            act: reason => skip.mutate({ body: { event, reason } }),
          })
        }
      >
        {words.skipAnswer}
      </Button>
      {caseNo === null && localCaseNo !== null ? (
        <Popconfirm title={words.dismissSure} onConfirm={() => dismiss.mutate({ body: { localCaseNo, adapter } })}>
          <Button danger>{words.dismiss}</Button>
        </Popconfirm>
      ) : null}
      {error === null ? null : <ProblemNotice error={error} />}
    </Space>
  )
}

export function Piece({ work, end }: { work: ParkedWork; end: (ending: Ending) => void }) {
  const words = useWords(ADAPTERS)
  const me = useMe()
  const retry = useAct('retryParked', OF_PARKED)
  const looks = mayDo(me, 'operation.look')
  return (
    <li className="card">
      <About work={work} />
      <Told problem={work.problem} />
      {work.what === 'packet' && work.theirCode !== null ? (
        <div className="muted">{words.theirCode(work.theirCode)}</div>
      ) : null}
      {retry.error === null ? null : <ProblemNotice error={retry.error} />}
      <Space wrap style={{ marginTop: 8 }}>
        {mayDo(me, 'operation.manage') ? (
          <>
            <Button type="primary" loading={retry.isPending} onClick={() => retry.mutate({ body: nameOf(work) })}>
              {words.retry}
            </Button>
            {work.what === 'packet' ? <PacketActs work={work} end={end} /> : null}
            {work.what === 'adapter-event' ? <AnswerActs work={work} end={end} /> : null}
          </>
        ) : null}
        {looks && work.what !== 'material' ? <Look work={work} /> : null}
      </Space>
    </li>
  )
}
