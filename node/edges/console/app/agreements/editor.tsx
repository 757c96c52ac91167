/** The editor of an agreement: a proposal, an answer or an amendment, kept by itself; what is missing, what differs and what it would touch beside it. */
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Alert, Button, Form, Input, Popconfirm, Space } from 'antd'
import { useState } from 'react'
import { TERM_LABELS } from '../../../../../protocol/agreement/labels.ts'
import type { AgreementDetail, AgreementOutcome, GetAgreementDraftAnswer } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { DiffView } from './diff-view.tsx'
import { type Editing, useDraftText } from './draft.ts'
import { ImpactView } from './impact.tsx'
import { Items } from './items.tsx'
import { Clauses, Dates, DayField, Field, idOf, Terms } from './terms.tsx'
import { amendmentOf, type Document, type Step } from './text.ts'
import { EDITOR } from './words-editor.ts'
import './agreements.css'

const OF_DRAFTS = ['listAgreementDrafts', 'listAgreements', 'getAgreement', 'listActs'] as const

function Head({ draft, fixed }: { draft: Editing; fixed: boolean }) {
  const words = useWords(EDITOR)
  const { text, change } = draft
  return (
    <>
      <Field path="/title" label={words.name}>
        <Input
          id={idOf('/title')}
          maxLength={300}
          disabled={fixed}
          value={text.title ?? ''}
          onChange={event => change({ title: event.target.value })}
        />
      </Field>
      {fixed ? <p className="muted">{words.fixed}</p> : null}
      <ul>
        {(text.parties ?? []).map(({ code, name, authority }) => (
          <li key={code}>
            {name} {code} · {words.authority}: {authority}
          </li>
        ))}
      </ul>
      <Dates text={text} change={change} fixed={fixed} />
    </>
  )
}

/** What an amendment or an answer says of itself. */
function Letter({ draft, step }: { draft: Editing; step: Step }) {
  const words = useWords(EDITOR)
  const { changeStep } = draft
  return (
    <section className="card" aria-labelledby="letter">
      <h2 id="letter">{step.act === 'amend' ? words.letter : words.answer}</h2>
      {step.act === 'amend' ? (
        <div className="agreement-fields">
          <Field path="/step/title" label={words.letterTitle}>
            <Input
              id={idOf('/step/title')}
              maxLength={300}
              value={step.title ?? ''}
              onChange={event => changeStep({ title: event.target.value })}
            />
          </Field>
          <DayField
            path="/step/effectiveFrom"
            label={words.effectiveFrom}
            value={step.effectiveFrom}
            change={effectiveFrom => changeStep({ effectiveFrom })}
          />
        </div>
      ) : null}
      <Field path="/step/reason" label={words.reason}>
        <Input.TextArea
          id={idOf('/step/reason')}
          rows={2}
          maxLength={2000}
          value={step.reason ?? ''}
          onChange={event => changeStep({ reason: event.target.value })}
        />
      </Field>
    </section>
  )
}

function Saving({ draft }: { draft: Editing }) {
  const words = useWords(EDITOR)
  const { state, error, told, retry, settle } = draft
  if (state === 'conflict')
    return (
      <Alert
        type="warning"
        showIcon
        title={words.conflict}
        description={
          <>
            <ProblemNotice error={error} />
            <Space wrap style={{ marginTop: 8 }}>
              <Button onClick={() => void settle('theirs')}>{words.theirs}</Button>
              <Button onClick={() => void settle('mine').catch(() => undefined)}>{words.mine}</Button>
            </Space>
          </>
        }
      />
    )
  return (
    <>
      <p role="status" className={state === 'failed' ? 'wrong' : 'muted'}>
        {state === 'saved' ? `✓ ${words.saved}` : words[state]}
      </p>
      {told === null ? null : <Alert type="info" showIcon title={words.told(told)} />}
      {state === 'failed' ? <ProblemNotice error={error} retry={retry} /> : null}
    </>
  )
}

/** Of an item the list of items is what stands on the page. */
const placeOf = (path: string): string => (path.startsWith('/items') ? '/items' : path)

function Missing({ missing }: { missing: GetAgreementDraftAnswer['missing'] }) {
  const words = useWords(EDITOR)
  const pair = usePair()
  const letter: Readonly<Record<string, string>> = {
    '/step/title': words.letterTitle,
    '/step/reason': words.reason,
    '/step/effectiveFrom': words.effectiveFrom,
  }
  const called = (path: string, field: string): string => {
    const name = path.slice(1).replaceAll('/', '.')
    if (Object.hasOwn(TERM_LABELS, name)) return pair(TERM_LABELS[name as keyof typeof TERM_LABELS])
    const item = /^items(?:\.(\d+))?/.exec(name)
    if (item !== null) return item[1] === undefined ? words.items : `${words.items} ${Number(item[1]) + 1}`
    return letter[path] ?? field
  }
  if (missing.length === 0) return <p>✓ {words.whole}</p>
  return (
    <>
      <h3>{words.missing}</h3>
      <ul>
        {missing.map(({ path, field, en, zh }) => (
          <li key={`${path} ${en}`}>
            <a href={`#${idOf(placeOf(path))}`} style={{ textDecoration: 'underline' }}>
              {called(path, field)}
            </a>
            : {pair({ zh, en })}
          </li>
        ))}
      </ul>
    </>
  )
}

/** Beside what it is to take the place of: what stands, or the text that it answers. */
function Difference({ id, step }: { id: string; step: Step }) {
  const words = useWords(EDITOR)
  const diff = useNode('diffAgreementDraft', { params: { id }, query: { against: step.thread } })
  const counter = step.act === 'counter'
  return (
    <section className="card" aria-labelledby="difference">
      <h2 id="difference">{counter ? words.differenceAnswer : words.difference2}</h2>
      <Shown read={diff}>
        {found => <DiffView diff={found} before={counter ? words.theirText : words.before} after={words.after} />}
      </Shown>
    </section>
  )
}

function Impact({ document, step, standing }: { document: Document; step: Step | null; standing: Document | null }) {
  const words = useWords(EDITOR)
  const amendment = step?.act === 'amend' && standing !== null ? amendmentOf(standing, document, step) : null
  const amends = step?.act === 'amend'
  const proposal = useNode('previewProposal', { body: document }, { when: !amends, keep: true })
  const change = useNode(
    'previewAmendment',
    { params: { thread: step?.thread ?? '' }, body: amendment ?? { title: '', reason: '', effectiveFrom: '' } },
    { when: amendment !== null, keep: true },
  )
  if (amends && amendment === null) return null
  return (
    <section className="card" aria-labelledby="draft-impact">
      <h2 id="draft-impact">{words.impact}</h2>
      <Shown read={amends ? change : proposal}>{impact => <ImpactView impact={impact} />}</Shown>
    </section>
  )
}

/** The agreement moved on while it was written about. */
function Moved({ draft, agreement }: { draft: Editing; agreement: AgreementDetail }) {
  const words = useWords(EDITOR)
  if (draft.step === null || draft.step.version === agreement.version) return null
  return (
    <Alert
      type="warning"
      showIcon
      title={words.moved}
      action={<Button onClick={() => draft.changeStep({ version: agreement.version })}>{words.goOn}</Button>}
    />
  )
}

function Send({
  id,
  draft,
  whole,
  done,
}: {
  id: string
  draft: Editing
  whole: boolean
  done: (o: AgreementOutcome) => void
}) {
  const words = useWords(EDITOR)
  const { fourEyes } = useSettings()
  const navigate = useNavigate()
  const propose = useAct('proposeAgreementDraft', OF_DRAFTS)
  const discard = useAct('discardAgreementDraft', OF_DRAFTS)
  const why = draft.state !== 'saved' ? words.unsaved : whole ? null : words.notWhole
  const error = propose.error ?? discard.error
  return (
    <>
      {error === null ? null : <ProblemNotice error={error} />}
      <Popconfirm
        title={fourEyes ? words.prepareSure : words.sendSure}
        disabled={why !== null}
        onConfirm={async () =>
          propose.mutate({ params: { id }, body: {}, ifMatch: String(await draft.saved()) }, { onSuccess: done })
        }
      >
        <Button type="primary" size="large" block disabled={why !== null} loading={propose.isPending}>
          {words.send}
        </Button>
      </Popconfirm>
      {why === null ? null : <p className="muted">{why}</p>}
      <Popconfirm
        title={words.discardSure}
        onConfirm={async () =>
          discard.mutate(
            { params: { id }, ifMatch: String(await draft.saved().catch(() => draft.version)) },
            { onSuccess: () => void navigate({ to: '/agreements' }) },
          )
        }
      >
        <Button danger block style={{ marginTop: 8 }}>
          {words.discard}
        </Button>
      </Popconfirm>
    </>
  )
}

function Writing({ read, agreement }: { read: GetAgreementDraftAnswer; agreement: AgreementDetail | null }) {
  const words = useWords(EDITOR)
  const me = useMe()
  const navigate = useNavigate()
  const draft = useDraftText(read)
  const [outcome, setOutcome] = useState<AgreementOutcome | null>(null)
  const { text, step, change } = draft
  const whole = read.missing.length === 0 && read.version === draft.version
  const fixed = step?.act === 'amend'
  if (outcome !== null) return <p>{outcome.prepared === null ? words.sent : words.prepared}</p>
  const done = (given: AgreementOutcome) => {
    const [only] = given.agreements
    const thread = given.agreements.length === 1 ? only?.thread : step?.thread
    if (given.prepared === null && thread !== undefined) void navigate({ to: `/agreements/${thread}` })
    else if (given.prepared !== null) void navigate({ to: '/agreements' })
    else setOutcome(given)
  }
  return (
    <div className="agreement-editor">
      <Form component="div" layout="vertical" className="blocks" disabled={!mayDo(me, 'agreement.manage')}>
        {agreement === null ? null : <Moved draft={draft} agreement={agreement} />}
        {step === null ? null : <Letter draft={draft} step={step} />}
        <section className="card" aria-labelledby="head">
          <h2 id="head">{words.head}</h2>
          <Head draft={draft} fixed={fixed} />
        </section>
        <section className="card" aria-labelledby={idOf('/items')}>
          <h2 id={idOf('/items')}>{words.items}</h2>
          <Items text={text} change={change} />
        </section>
        <section className="card" aria-labelledby="terms">
          <h2 id="terms">{words.terms}</h2>
          <Terms text={text} change={change} />
        </section>
        <section className="card" aria-labelledby="clauses">
          <h2 id="clauses">{words.clauses}</h2>
          <Clauses text={text} change={change} />
        </section>
        {whole && step !== null ? <Difference id={read.id} step={step} /> : null}
      </Form>
      <aside className="blocks">
        <section className="card" aria-labelledby="check">
          <h2 id="check">{words.check}</h2>
          <Saving draft={draft} />
          <Missing missing={read.missing} />
          {mayDo(me, 'agreement.manage') ? <Send id={read.id} draft={draft} whole={whole} done={done} /> : null}
        </section>
        {whole ? (
          <Impact
            document={read.document as Document}
            step={step}
            standing={agreement?.versions.findLast(({ complete }) => complete)?.document ?? null}
          />
        ) : (
          <p className="muted">{words.whenWhole}</p>
        )}
      </aside>
    </div>
  )
}

export function Page() {
  const words = useWords(EDITOR)
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const read = useNode('getAgreementDraft', { params: { id } })
  const step = read.data?.step ?? null
  const agreement = useNode('getAgreement', { params: { thread: step?.thread ?? '' } }, { when: step !== null })
  const kind = step === null ? words.propose : words[step.act]
  const aside = (
    <Space>
      {step === null ? null : <Link to={`/agreements/${step.thread}`}>{words.toAgreement}</Link>}
      <Link to="/agreements">{words.back}</Link>
    </Space>
  )
  return (
    <PageFrame title={`${words.title} · ${kind}`} aside={aside}>
      <Shown read={read}>
        {draft =>
          step === null ? (
            <Writing key={id} read={draft} agreement={null} />
          ) : (
            <Shown read={agreement}>{found => <Writing key={id} read={draft} agreement={found} />}</Shown>
          )
        }
      </Shown>
    </PageFrame>
  )
}
