/** A new case on one page: what, who, materials, delivery; the pre-flight beside it. It is kept by itself. */
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Draft, SubmitCaseDraftAnswer } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useNode } from '../query.ts'
import { node, useMe } from '../session.ts'
import { SEND_KEY, useSend } from '../shell/keys.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { SchemaForm } from '../ui/schema-form.tsx'
import { useLanguage, useWords } from '../words.ts'
import { Agent } from './agent.tsx'
import { Applicant } from './applicant.tsx'
import { type Notes, notesOf } from './compare.ts'
import { COMPARE } from './compare-words.ts'
import {
  type Content,
  codeOfAuthorisation,
  filled,
  type Guide,
  type Prefilled,
  prefilledOf,
  sourcesOf,
} from './content.ts'
import { Delivery } from './delivery.tsx'
import { type Kept, useDraft } from './draft.ts'
import { Commitment, Earlier } from './earlier.tsx'
import { type Sources, useFindingWords, useSourceWords } from './field.tsx'
import { Findings } from './findings.tsx'
import { ChosenItem, rememberItem } from './item.tsx'
import { Materials } from './materials.tsx'
import { Submitted } from './submitted.tsx'
import { NEW } from './words.ts'
import './new.css'

type Opened = Draft & { content: Content }
/** Of several modes that an agreement covers, the one that windows use most comes first. */
const USUAL = [1, 2, 0, 3]
/** Digits and letters of a number that is whole: an ID card, a credit code. */
const WHOLE = 18

/** Fills in what the number of the applicant already tells; never over what was typed. */
function usePrefill(content: Content, change: (next: (content: Content) => Content) => void): Sources {
  const [prefilled, prefill] = useState<Prefilled>({})
  const { to, item, applicant } = content
  const number = applicant?.idNumber ?? ''
  const asked = useRef('')
  useEffect(() => {
    if (number.length !== WHOLE || asked.current === number || to === undefined || item === undefined) return
    asked.current = number
    node
      .prefillCase({ body: { to, item, applicant: { idType: '111', ...applicant } } })
      .then(({ applicant: known, form, from, application }) => {
        prefill(prefilledOf(from, { applicant: known, form }))
        change(before => ({
          ...filled(before, {
            ...(application.mode === undefined ? {} : { mode: application.mode }),
            ...(application.window === undefined ? {} : { window: application.window }),
            ...(application.clerk === undefined ? {} : { clerk: application.clerk }),
            ...(application.delivery === undefined ? {} : { delivery: application.delivery }),
          }),
          applicant: filled(before.applicant ?? {}, known),
          form: filled(before.form ?? {}, form),
        }))
      })
      // What is not known is typed.
      .catch(() => undefined)
  }, [number, to, item, applicant, change])
  return sourcesOf(prefilled, content)
}

/**
 * Submitting by its key, whatever the page is about: while it saves or the pre-flight runs, it is remembered and done once nothing is in
 * the way; else it is told why not. What is typed after it takes it back.
 */
function useAsked(
  { content, checked, state, error }: Kept,
  { ready, errors, waiting, submit }: { ready: boolean; errors: number; waiting: number; submit: () => void },
) {
  const words = useWords(NEW)
  const [asked, ask] = useState<Content | null>(null)
  const [told, tell] = useState<{ of: Content; text: string } | null>(null)
  const go = () => {
    ask(null)
    if (ready) return submit()
    tell({ of: content, text: waiting > 0 ? words.waitsForFiles : errors > 0 ? words.notYet(errors) : words.failed })
  }
  const going = useRef(go)
  going.current = go
  const broken = error !== null || state === 'failed'
  useEffect(() => {
    if (asked === null) return
    if (asked !== content) {
      ask(null)
      tell({ of: content, text: words.typedSince })
    } else if (checked || broken) going.current()
  }, [asked, content, checked, broken, words])
  const waits = asked !== null
  return {
    press: () => (checked || broken ? go() : ask(content)),
    waits,
    told: waits ? words.onceChecked : told?.of === content ? told.text : null,
  }
}

const NO_NOTES: Notes = { item: [], materials: new Map() }

/** What the city wants differently from the own item; nothing where there is none like it. */
function useNotes(partner: string, item: string): Notes {
  const words = useWords(COMPARE)
  const input = { params: { partner, item } }
  const language = useLanguage()
  const compared = useNode('compareItems', input)
  const saved = useNode('getMapping', input)
  return useMemo(
    () => (compared.data === undefined ? NO_NOTES : notesOf(compared.data, saved.data ?? null, words, language)),
    [compared.data, saved.data, words, language],
  )
}

function Writing({ opened, guide, city }: { opened: Opened; guide: Guide; city: string }) {
  const words = useWords(NEW)
  const told = useFindingWords()
  const me = useMe()
  const navigate = useNavigate()
  const began = useCallback(() => undefined, [])
  const draft = useDraft(opened, began)
  const { content, change, findings } = draft
  const [sent, setSent] = useState<SubmitCaseDraftAnswer | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [sending, setSending] = useState(false)
  const [waiting, waits] = useState(0)
  const notes = useNotes(content.to ?? '', content.item ?? '')
  const set = useCallback((part: Partial<Content>) => change(before => ({ ...before, ...part })), [change])
  const sources = usePrefill(content, change)
  const said = useSourceWords()
  // What the choice of the item already says, and where somebody sits.
  const [usual] = guide.modes.toSorted((a, b) => USUAL.indexOf(a.mode) - USUAL.indexOf(b.mode))
  useEffect(() => {
    change(before =>
      filled(before, {
        ...(usual === undefined ? {} : { mode: usual.mode }),
        ...(me.windows?.length === 1 ? { window: me.windows[0] } : {}),
        applicant: { type: '1', idType: '111' },
        form: {},
        materials: [],
      }),
    )
  }, [change, usual, me])

  const submit = async () => {
    setSending(true)
    setError(null)
    try {
      setSent(await draft.submit())
      rememberItem({ to: content.to ?? '', item: content.item ?? '', name: guide.item.taskName })
    } catch (problem) {
      setError(problem)
    } finally {
      setSending(false)
    }
  }
  const of = findings ?? []
  const errors = of.filter(({ level }) => level === 'error')
  const ready = findings !== null && errors.length === 0 && draft.state !== 'failed' && waiting === 0
  const asking = useAsked(draft, { ready, errors: errors.length, waiting, submit: () => void submit() })
  useSend(sending || sent !== null ? null : asking.press)
  if (sent !== null) return <Submitted answer={sent} />
  const states = { empty: words.empty, saving: words.saving, saved: words.saved, failed: words.failed }
  return (
    <div className="new-case">
      <div className="blocks">
        <section className="card" aria-labelledby="what">
          <h2 id="what">{words.what}</h2>
          <ChosenItem
            guide={guide}
            content={content}
            city={city}
            notes={notes.item}
            change={set}
            other={() => void navigate({ to: '/new' })}
          />
        </section>
        <section className="card" aria-labelledby="who">
          <h2 id="who">{words.who}</h2>
          <Applicant content={content} findings={of} sources={sources} change={set} />
          <Agent asked={guide.item.materials} content={content} findings={of} change={set} />
          {guide.item.form === undefined ? null : (
            <>
              <h3>{words.form}</h3>
              <SchemaForm
                name="form"
                schema={guide.item.form}
                hints={guide.item.formUi}
                values={content.form ?? {}}
                notes={Object.entries(sources).flatMap(([path, source]) =>
                  path.startsWith('form.') ? [{ field: path.slice('form.'.length), text: said(source) }] : [],
                )}
                errors={errors
                  .filter(({ path }) => path.startsWith('/form/'))
                  .map(finding => ({ path: finding.path.slice('/form'.length), text: told(finding) }))}
                change={form => set({ form })}
              />
            </>
          )}
        </section>
        <section className="card" aria-labelledby="materials">
          <h2 id="materials">{words.materials}</h2>
          <Earlier
            idNumber={content.applicant?.idNumber ?? ''}
            asked={guide.item.materials}
            add={materials => change(before => ({ ...before, materials: (before.materials ?? []).concat(materials) }))}
          />
          <Materials
            guide={guide}
            draft={draft.id}
            content={content}
            findings={of}
            notes={notes.materials}
            change={change}
            waits={waits}
          />
          <Commitment asked={guide.item.materials} content={content} findings={of} change={set} />
        </section>
        <section className="card" aria-labelledby="delivery">
          <h2 id="delivery">{words.delivery}</h2>
          <Delivery guide={guide} content={content} findings={of} change={set} />
        </section>
      </div>
      <aside className="card" aria-labelledby="check">
        <h2 id="check">{words.check}</h2>
        <p role="status" className={draft.state === 'failed' ? 'wrong' : 'muted'}>
          {states[draft.state]}
        </p>
        {draft.error === null ? null : <ProblemNotice error={draft.error} retry={draft.retry} />}
        <Findings
          findings={findings}
          guide={guide}
          materials={content.materials ?? []}
          authorisation={codeOfAuthorisation(content)}
        />
        {error === null ? null : <ProblemNotice error={error} />}
        {asking.told === null ? null : (
          <p role="alert" className={asking.waits ? undefined : 'wrong'}>
            {asking.told}
          </p>
        )}
        {waiting === 0 ? null : <p role="status">{words.stillUploading(waiting)}</p>}
        <Button type="primary" size="large" block loading={sending} disabled={!ready} onClick={() => void submit()}>
          {words.submit} <kbd>{SEND_KEY}</kbd>
        </Button>
      </aside>
    </div>
  )
}

export function Page() {
  const words = useWords(NEW)
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const draft = useNode('openCaseDraft', { params: { id } })
  const content = (draft.data?.content ?? {}) as Content
  const { to, item } = content
  const guide = useNode(
    'readGuide',
    { params: { code: to ?? '', item: item ?? '' } },
    { when: to !== undefined && item !== undefined },
  )
  const nameOf = useCities()
  const city = to === undefined ? '' : nameOf(to)
  return (
    <PageFrame title={words.title} aside={<Link to="/new">{words.drafts}</Link>}>
      <Shown read={draft}>
        {opened => (
          <Shown read={guide}>
            {found => <Writing key={id} opened={opened as Opened} guide={found} city={city} />}
          </Shown>
        )}
      </Shown>
    </PageFrame>
  )
}
