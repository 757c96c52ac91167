/** The selected case: what comes next and until when, what may be done now, what happened, and whose work it is. */
import { App, Button, Dropdown, Select, Space } from 'antd'
import { useEffect } from 'react'
import type { CaseKind } from '../../../../../protocol/case/kinds.ts'
import { STATE_NAMES, TITLES } from '../../../../../protocol/case/names.ts'
import type { CaseDetail } from '../../../client/api.generated.ts'
import { paperAddress } from '../case/address.ts'
import { likelyOf } from '../case/steps/kinds.ts'
import { STEP_VERBS } from '../case/steps/words.ts'
import { mayInCase } from '../case/subject.ts'
import { useCities } from '../cities.ts'
import { useAct, useEvery, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { type Keys, useKeys } from '../shell/keys.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { DutyLine } from './due.tsx'
import { STEP_KEYS, stepsFor } from './possible.ts'
import { DESK } from './words.ts'

/** Steps that have a button of their own; the others stand in a menu. */
const BUTTONS = 4
/** Steps of the course that are shown: the last ones. */
const COURSE = 8

const STALE = ['countQueues', 'readQueue', 'getCase', 'listColleagueQueues'] as const

/** Whose work it is: taken, given back, given to a colleague. Who comes second is told who was first. */
function Whose({ detail }: { detail: CaseDetail }) {
  const words = useWords(DESK)
  const me = useMe()
  const { message } = App.useApp()
  const assign = useAct('assignCase', STALE)
  const { thread, version, assignee, assigneeName } = detail
  const mine = assignee === me.id
  const mayClaim = mayInCase(me, 'case.claim', detail) && detail.holder !== null
  const mayAssign = mayInCase(me, 'case.assign', detail) && detail.holder !== null
  const colleagues = useEvery('listColleagues', undefined, { when: mayDo(me, 'case.assign') })
  const people = colleagues.data?.items ?? []
  const give = (to: string | null, from: string | null, done: string) =>
    assign.mutate(
      { params: { thread }, body: { to, from }, ifMatch: version },
      { onSuccess: () => void message.success(done) },
    )
  const claim = () => give('me', null, words.claimed)
  const back = () => give(null, 'me', words.given)
  const free = assignee === null
  useKeys(mayClaim && (free || mine) ? { c: free ? claim : back } : {})
  return (
    <section aria-label={words.assignee}>
      <Space wrap>
        <span>{free ? words.nobodyHas : mine ? words.mineNow : words.whose(assigneeName ?? words.other)}</span>
        {mayClaim && free ? (
          <Button size="small" type="primary" ghost onClick={claim} loading={assign.isPending}>
            {words.claim} <kbd>c</kbd>
          </Button>
        ) : null}
        {mayClaim && mine ? (
          <Button size="small" onClick={back} loading={assign.isPending}>
            {words.giveBack} <kbd>c</kbd>
          </Button>
        ) : null}
        {mayAssign ? (
          <Select
            size="small"
            aria-label={words.assign}
            placeholder={words.assign}
            showSearch={{ optionFilterProp: 'label' }}
            style={{ width: 120 }}
            value={null}
            onChange={to => give(to, assignee, words.assigned)}
            options={people
              .filter(({ id }) => id !== assignee)
              .map(({ id, name }) => ({ value: id, label: id === me.id ? words.me : name }))}
          />
        ) : null}
      </Space>
      {assign.error === null ? null : <ProblemNotice error={assign.error} />}
    </section>
  )
}

/** What may be done now; each opens the page of the case at that step. */
function Steps({ detail, open }: { detail: CaseDetail; open: (kind?: CaseKind) => void }) {
  const words = useWords(DESK)
  const pair = usePair()
  const me = useMe()
  const cities = useCities()
  const { city } = useSettings()
  const steps = stepsFor(me, detail)
  const keys: Keys = Object.fromEntries(
    steps.toReversed().flatMap(kind => (STEP_KEYS[kind] === undefined ? [] : [[STEP_KEYS[kind], () => open(kind)]])),
  )
  const receipt = mayInCase(me, 'case.content', detail) ? paperAddress(detail.thread, 'receipt') : null
  useKeys({ ...keys, ...(receipt === null ? {} : { r: () => window.open(receipt, '_blank', 'noopener') }) })
  const buttons = steps.slice(0, BUTTONS)
  const menu = steps.slice(BUTTONS)
  return (
    <section aria-label={words.steps}>
      {steps.length === 0 ? (
        <p className="muted">
          {detail.holder !== null && detail.holder !== city.code
            ? words.noStepsTheirs(cities(detail.holder))
            : words.noSteps}
        </p>
      ) : null}
      <Space wrap>
        {buttons.map((kind, at) => (
          <Button
            key={kind}
            type={at === 0 && detail.holder === city.code ? 'primary' : 'default'}
            onClick={() => open(kind)}
          >
            {pair(STEP_VERBS[kind])}
            {STEP_KEYS[kind] === undefined ? null : <kbd>{STEP_KEYS[kind]}</kbd>}
          </Button>
        ))}
        {menu.length === 0 ? null : (
          <Dropdown
            trigger={['click']}
            menu={{
              items: menu.map(kind => ({ key: kind, label: pair(STEP_VERBS[kind]), onClick: () => open(kind) })),
            }}
          >
            <Button>{words.more}</Button>
          </Dropdown>
        )}
        {receipt === null ? null : (
          <Button href={receipt} target="_blank" rel="noopener">
            {words.receipt} <kbd>r</kbd>
          </Button>
        )}
        <Button onClick={() => open()}>
          {words.open} <kbd>Enter</kbd>
        </Button>
      </Space>
    </section>
  )
}

function Course({ detail }: { detail: CaseDetail }) {
  const words = useWords(DESK)
  const pair = usePair()
  const language = useLanguage()
  const cities = useCities()
  const { city: own } = useSettings()
  const standing = ({ city, status, late }: CaseDetail['timeline'][number]): string =>
    late
      ? words.late
      : status === 'pending'
        ? words.pending
        : city === own.code
          ? words.receivedThere
          : words.receivedHere
  return (
    <section aria-labelledby="course">
      <h3 id="course">{words.course}</h3>
      <ol className="course" reversed>
        {detail.timeline
          .slice(-COURSE)
          .toReversed()
          .map(step => (
            <li key={step.packet}>
              <div>
                <b>{cities(step.city)}</b> {pair(TITLES[step.kind])}
              </div>
              <div className="muted">
                {instantText(step.at, language)} · {standing(step)}
              </div>
            </li>
          ))}
      </ol>
    </section>
  )
}

function Detail({ detail, open }: { detail: CaseDetail; open: (kind?: CaseKind) => void }) {
  const words = useWords(DESK)
  const pair = usePair()
  const cities = useCities()
  const { city } = useSettings()
  const due = detail.holder === city.code && detail.ownDue !== null ? detail.ownDue : detail.due
  return (
    <>
      <h2>
        {detail.applicant} · {detail.item.name}
      </h2>
      <p>
        <span className="state">{pair(STATE_NAMES[detail.state])}</span>{' '}
        {detail.holder === null ? words.ended : `${words.holder} ${cities(detail.holder)}`}
      </p>
      <p>
        {words.next}: {due === null ? words.noDuty : <DutyLine due={due} city={cities(due.city)} />}
      </p>
      <p className="muted">
        {words.caseNo} {detail.caseNo}
        {detail.localCaseNo === null ? null : (
          <>
            <br />
            {words.localCaseNo} {detail.localCaseNo}
          </>
        )}
      </p>
      <Steps detail={detail} open={open} />
      <Whose detail={detail} key={detail.thread} />
      <Course detail={detail} />
    </>
  )
}

export function Selected({
  thread,
  open,
  know,
  close,
}: {
  thread: string
  open: (opened: { caseNo: string; thread: string }, kind?: CaseKind) => void
  /** tells which step brings the case on, or null, once it is known */
  know: (first: CaseKind | null) => void
  close: () => void
}) {
  const words = useWords(DESK)
  const me = useMe()
  const read = useNode('getCase', { params: { thread } })
  const first = read.data === undefined ? null : likelyOf(stepsFor(me, read.data))
  useEffect(() => know(first), [first, know])
  useKeys({ Escape: close })
  return (
    <aside className="selected" aria-label={words.selected}>
      <Button type="text" size="small" className="close" aria-label={words.close} onClick={close}>
        ✕
      </Button>
      <Shown read={read}>{detail => <Detail detail={detail} open={kind => open(detail, kind)} />}</Shown>
    </aside>
  )
}
