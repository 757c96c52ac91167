/** The head of a case: what it is, how it stands, whose turn it is, and what keeps it from moving. */
import { Link } from '@tanstack/react-router'
import { Alert, Button, Tag } from 'antd'
import { MODE_NAMES } from '../../../../../protocol/case/kinds.ts'
import { OUTCOME_NAMES } from '../../../../../protocol/case/names.ts'
import { STATES } from '../../../../../protocol/case/table.ts'
import { isProblemCode, PROBLEMS } from '../../../../../protocol/problem.ts'
import { useAct } from '../query.ts'
import { useMe } from '../session.ts'
import { dayText } from '../time.ts'
import { Cure } from '../ui/cure.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import type { Cities } from './cities.ts'
import type { Detail } from './duties.ts'
import { Limits } from './limits.tsx'
import { mayInCase } from './subject.ts'
import { CASE } from './words.ts'

function State({ detail, cities }: { detail: Detail; cities: Cities }) {
  const words = useWords(CASE)
  const pair = usePair()
  const { state, outcome, holder } = detail
  return (
    <p className="state">
      <Tag color="blue" variant="filled">
        {pair({ zh: STATES[state], en: state })}
        {outcome === null ? '' : ` · ${pair(OUTCOME_NAMES[outcome])}`}
      </Tag>
      <strong>{holder === null ? words.ended : words.holder(cities.nameOf(holder))}</strong>
    </p>
  )
}

/** Who works on it here; somebody who may takes it by one press, unless a colleague was faster. */
function Assignee({ detail }: { detail: Detail }) {
  const words = useWords(CASE)
  const me = useMe()
  const assign = useAct('assignCase', ['getCase', 'countQueues', 'readQueue'])
  const { assignee, assigneeName, thread, version } = detail
  const who = assignee === null ? words.nobody : assignee === me.id ? words.me : (assigneeName ?? words.colleague)
  return (
    <>
      {words.assignee}: {who}{' '}
      {assignee === null && detail.holder !== null && mayInCase(me, 'case.claim', detail) ? (
        <Button
          size="small"
          loading={assign.isPending}
          onClick={() => assign.mutate({ params: { thread }, body: { to: 'me', from: null }, ifMatch: version })}
        >
          {words.take}
        </Button>
      ) : null}
      {assign.error === null ? null : <ProblemNotice error={assign.error} />}
    </>
  )
}

/** What waits for somebody: each says why and who must act. */
function Trouble({ detail }: { detail: Detail }) {
  const words = useWords(CASE)
  const pair = usePair()
  const language = useLanguage()
  const { waiting, parked, questions, withdrawRequested, linked } = detail
  const waits = { dispatch: words.waiting, answer: words.waitingAnswer, material: words.waitingMaterial }
  const named = (code: string) => (isProblemCode(code) ? pair(PROBLEMS[code]) : code)
  const cureOf = (code: string) =>
    isProblemCode(code) ? <Cure zh={PROBLEMS[code].cureZh} en={PROBLEMS[code].cure} /> : null
  return (
    <>
      {parked === null ? null : (
        <Alert
          type="warning"
          showIcon
          title={`${words.parked}: ${named(parked.code)}`}
          description={cureOf(parked.code)}
        />
      )}
      {waiting.flatMap(({ what, problem, parked: byPerson, at }) =>
        what === 'entry'
          ? []
          : [
              <Alert
                key={`${what} ${at}`}
                type="warning"
                showIcon
                title={`${waits[what]}: ${named(problem.code)}`}
                description={
                  <>
                    {cureOf(problem.code)} · {byPerson ? words.byPerson : words.byItself}
                  </>
                }
              />,
            ],
      )}
      {questions.length === 0 ? null : (
        <Alert
          type="info"
          showIcon
          title={`${words.questions} ${questions
            .flatMap(({ answerBy }) => (answerBy === null ? [] : [words.answerBy(dayText(answerBy, language))]))
            .join(' · ')}`}
        />
      )}
      {withdrawRequested ? <Alert type="info" showIcon title={words.withdrawal} /> : null}
      {linked.length === 0 ? null : (
        <Alert
          type="info"
          title={words.linked}
          description={linked.map(({ thread, item, state }) => (
            <div key={thread}>
              <Link to="/cases/$no" params={{ no: thread }}>
                {item.name}
              </Link>{' '}
              {pair({ zh: STATES[state], en: state })}
            </div>
          ))}
        />
      )}
    </>
  )
}

export function CaseHead({ detail, cities }: { detail: Detail; cities: Cities }) {
  const words = useWords(CASE)
  const pair = usePair()
  const { item, applicant, mode, window, localCaseNo, role, adapter } = detail
  return (
    <section className="card case-head">
      <div>
        <State detail={detail} cities={cities} />
        <h2>{item.name}</h2>
        <p>
          {words.applicant} {applicant} · {words.way(cities.nameOf(cities.collecting), cities.nameOf(cities.handling))}{' '}
          · {pair(MODE_NAMES[mode])}
          {window === null || role !== 'collecting' ? '' : ` · ${window}`}
          {localCaseNo === null ? '' : ` · ${words.localNo(localCaseNo)}`}
          {adapter === null ? '' : ` · ${words.system(adapter)}`}
        </p>
        <div>
          <Assignee detail={detail} />
        </div>
      </div>
      <Limits detail={detail} cities={cities} />
      <div className="full">
        <Trouble detail={detail} />
      </div>
    </section>
  )
}
