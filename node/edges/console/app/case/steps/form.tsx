/** The form of a step: what the node knows is filled in, what it finds stands at its field while one writes, nothing typed is lost. */

import { Form } from '@rjsf/antd'
import type { RegistryFieldsType, RegistryWidgetsType } from '@rjsf/utils'
import { Alert, Button, Space } from 'antd'
import { useMemo, useRef, useState } from 'react'
import { callStep } from '../../../../client/steps.ts'
import { joined } from '../../catalogue.ts'
import { type AnswerOf, queries, readAgain, useNode } from '../../query.ts'
import { node } from '../../session.ts'
import { SEND_KEY, useSend } from '../../shell/keys.ts'
import { dayText } from '../../time.ts'
import { ChoiceWidget } from '../../ui/choice.tsx'
import { useFormWords } from '../../ui/form-words.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { NODE_JUDGES } from '../../ui/schema-errors.ts'
import { useLanguage, usePair, useWords } from '../../words.ts'
import type { Cities } from '../cities.ts'
import type { Detail } from '../duties.ts'
import { useKept } from '../kept.ts'
import { useUnsaved } from '../unsaved.ts'
import { useChoices } from './choices.ts'
import type { StepContext } from './context.ts'
import { fieldName, sourceOf } from './fields.ts'
import { DocumentsField, LackingField, MaterialsField } from './files.tsx'
import { arrange, type StepFinding, textOf } from './findings.ts'
import type { StepKind } from './kinds.ts'
import { Phrases } from './phrases.tsx'
import { useRehearsal } from './rehearse.ts'
import { type Body, bodyOf, formOf, mainText, type StepForm } from './schema.ts'
import { isOpen, isUnanswered, useSentAgain } from './unsent.ts'
import { DayWidget, InstantWidget, PersonWidget } from './widgets.tsx'
import { STEP_VERBS, STEPS } from './words.ts'

const FIELDS: RegistryFieldsType = { materials: MaterialsField, documents: DocumentsField, lacking: LackingField }
const WIDGETS: RegistryWidgetsType = {
  SelectWidget: ChoiceWidget,
  day: DayWidget,
  instant: InstantWidget,
  person: PersonWidget,
}
/** What changes with a step, of this case and of lists. */
const STALE = ['getCase', 'getCaseTimeline', 'getCaseStep', 'listCaseMaterials', 'listPapers', 'listOriginals'] as const

type Props = {
  detail: Detail
  cities: Cities
  kind: StepKind
  form: StepForm
  done: () => void
  /** told whether the step was sent and not answered: the form stays until it is, whatever becomes of the case */
  waiting: (waits: boolean) => void
}

/** Fields of which the node knows something. */
const filledIn = ({ defaults }: Pick<StepForm, 'defaults'>): string[] =>
  Object.entries(defaults).flatMap(([name, value]) => (Array.isArray(value) && value.length === 0 ? [] : [name]))

/** Between which days a day may lie, and where a value that the node filled in comes from; by the path of the field. */
function useHints(kind: StepKind, { days, defaults }: StepForm): ReadonlyMap<string, string> {
  const words = useWords(STEPS)
  const pair = usePair()
  const language = useLanguage()
  const hints = new Map<string, string[]>()
  const add = (path: string, hint: string) => hints.set(path, [...(hints.get(path) ?? []), hint])
  for (const name of filledIn({ defaults })) add(name, words.source(pair(sourceOf(kind, name))))
  for (const { path, earliest, latest, workingDay } of days) {
    const from = dayText(earliest, language)
    const between = latest === null ? words.notBefore(from) : words.between(from, dayText(latest, language))
    add(path.slice(1).replaceAll('/', '.'), workingDay ? `${between} · ${words.workingDay}` : between)
  }
  return new Map([...hints].map(([path, said]) => [path, said.join(' · ')]))
}

const isNoPlace = (part: string): boolean => !/^\d+$/.test(part)

/** What the item calls a part of a body: a material by its code, a field of its form. */
function nameIn(field: string, item: AnswerOf<'getItem'> | undefined): string | undefined {
  const [, list, entry = ''] = /^(materials|form)\.(.+)$/.exec(field) ?? []
  if (list === 'materials') return item?.materials.find(({ materialCode }) => materialCode === entry)?.materialName
  const { properties } = (item?.form ?? {}) as { properties?: Record<string, { title?: unknown }> }
  const title = list === 'form' ? properties?.[entry]?.title : undefined
  return typeof title === 'string' ? title : undefined
}

function Above({ findings, say }: { findings: readonly StepFinding[]; say: (finding: StepFinding) => string }) {
  const words = useWords(STEPS)
  return findings.map(finding => (
    <Alert
      key={`${finding.path} ${finding.code} ${finding.en}`}
      type={finding.level === 'error' ? 'error' : 'info'}
      showIcon
      title={`${finding.level === 'error' ? words.inTheWay : words.alsoNote}: ${say(finding)}`}
    />
  ))
}

export function StepFormView({ detail, cities, kind, form, done, waiting }: Props) {
  const words = useWords(STEPS)
  const pair = usePair()
  const language = useLanguage()
  const translate = useFormWords(words)
  const { thread } = detail
  const listed = useNode('getItem', { params: { city: cities.handling, code: detail.item.code } })
  const materials = useMemo(() => listed.data?.materials ?? [], [listed.data])
  const choices = useChoices(kind, detail, materials)
  const hints = useHints(kind, form)
  const [kept, keep] = useKept<Body>(thread, kind)
  const data = kept ?? form.defaults
  const body = bodyOf(kind, form, data)
  const rehearsal = useRehearsal(thread, kind, body)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [uploads, setUploads] = useState(0)
  const [failed, setFailed] = useState<unknown>(null)
  // The version on the screen when the form was opened, until somebody says that they saw what came after.
  const [seen, setSeen] = useState(form.version)
  const field = useRef<string | null>(null)
  /** One key for one body: what was sent and not answered is not done twice. */
  const sent = useRef<{ text: string; key: string; unanswered: boolean } | null>(null)
  useUnsaved(kept !== null)

  const cures = {
    applicant: words.applicant,
    administrator: words.administrator,
    partner: words.partner,
  }
  const made = formOf(form, data, { kind, language, choices, hints })
  const nameOf = (name: string) => {
    const found = nameIn(name, listed.data) ?? fieldName(kind, name.split('.').filter(isNoPlace))
    return typeof found === 'object' ? pair(found) : found
  }
  const said = { language, form: made.uiSchema, nameOf, words: { choose: words.chooseOf, otherForm: words.otherForm } }
  // What whoever fills it in can cure needs nobody's name.
  const say = (finding: StepFinding) => {
    const { cure } = finding
    const text = textOf(finding, said)
    return cure === 'clerk' ? text : words.curedBy(text, cures[cure])
  }
  const { fields, above, blocked } = arrange(rehearsal.findings, { tried, say })
  const days = Object.fromEntries(
    form.days.map(({ path, earliest, latest }) => [path.slice(1), { min: earliest, max: latest ?? undefined }]),
  )
  for (const [name, options] of Object.entries(days))
    if (made.uiSchema[name] !== undefined) made.uiSchema[name]['ui:options'] = options
  for (const { path, names } of form.people)
    made.uiSchema[path.slice(1)] = {
      ...made.uiSchema[path.slice(1)],
      'ui:widget': 'person',
      'ui:options': { names, hint: names.length === 0 ? words.nobodyKnown : words.orWritten },
    }

  const submit = async () => {
    setTried(true)
    setFailed(null)
    const text = JSON.stringify(body)
    if (sent.current?.text !== text) sent.current = { text, key: crypto.randomUUID(), unanswered: false }
    setBusy(true)
    try {
      // What the node would refuse is told at its field, before anything is signed; what it may have done by now, it would refuse.
      if (!sent.current.unanswered) {
        const { findings } = await node.checkCaseStep({ params: { thread, kind }, body })
        if (findings.some(({ level }) => level === 'error')) return
      }
      sent.current.unanswered = true
      waiting(true)
      await callStep(node, kind, thread, body, { key: sent.current.key, ifMatch: seen })
      keep(null)
      await readAgain(queries, STALE)
      done()
    } catch (error) {
      setFailed(error)
      if (isOpen(error)) return
      // It was refused: nothing waits any more.
      sent.current = null
      waiting(false)
    } finally {
      setBusy(false)
    }
  }
  useSend(busy || uploads > 0 || (blocked && tried) ? null : () => void submit())
  const unsent = isUnanswered(failed)
  useSentAgain(unsent && !busy, submit)
  const insert = (text: string) => {
    const name = field.current ?? mainText(form)
    if (name === undefined) return
    const before = data[name]
    keep({ ...data, [name]: typeof before === 'string' && before !== '' ? `${before}\n${text}` : text })
  }
  const context: StepContext = { kind, detail, materials, uploads: setUploads }
  const prefilled = filledIn(form)
  const verb = pair(STEP_VERBS[kind])
  return (
    <>
      {prefilled.length === 0 ? null : (
        <p className="muted">
          {words.prefilled}:{' '}
          {joined(
            prefilled.map(name => pair(fieldName(kind, [name]) ?? { zh: name, en: name })),
            language,
          )}
        </p>
      )}
      <Phrases thread={thread} kind={kind} insert={insert} />
      <Form
        className="step-form"
        idPrefix={kind.replace('.', '-')}
        schema={made.schema}
        uiSchema={made.uiSchema}
        formData={data}
        formContext={{ ...context, labelAlign: 'left', colon: false }}
        validator={NODE_JUDGES}
        noValidate
        noHtml5Validate
        extraErrors={fields}
        showErrorList={false}
        fields={FIELDS}
        widgets={WIDGETS}
        translateString={translate}
        experimental_defaultFormStateBehavior={{
          emptyObjectFields: 'skipDefaults',
          arrayMinItems: { populate: 'requiredOnly' },
        }}
        onChange={({ formData }) => {
          const next = (formData ?? {}) as Body
          const typed = JSON.stringify(bodyOf(kind, form, next)) !== JSON.stringify(bodyOf(kind, form, form.defaults))
          keep(typed ? next : null)
        }}
        onFocus={id => {
          const name = id.slice(kind.length + 1)
          const described = made.schema.properties?.[name]
          field.current = typeof described === 'object' && described.type === 'string' ? name : null
        }}
      >
        <div />
      </Form>
      <Above findings={above} say={say} />
      {rehearsal.error === null ? null : <ProblemNotice error={rehearsal.error} />}
      {unsent ? (
        <Alert type="warning" showIcon role="alert" title={words.unsent} description={words.unsentHint} />
      ) : failed === null ? null : (
        <ProblemNotice error={failed} retry={submit} />
      )}
      {seen === detail.version ? null : (
        <Alert
          type="warning"
          showIcon
          title={words.changedSince}
          action={<Button onClick={() => setSeen(detail.version)}>{words.seenChanges}</Button>}
        />
      )}
      <Space wrap className="step-end">
        <Button
          type="primary"
          loading={busy}
          disabled={uploads > 0 || (blocked && tried)}
          onClick={() => void submit()}
        >
          {words.submit(verb)} <kbd>{SEND_KEY}</kbd>
        </Button>
        {kept === null ? null : <Button onClick={() => keep(null)}>{words.discard}</Button>}
        <span role="status" className="muted">
          {uploads > 0
            ? words.waitsForFiles
            : rehearsal.of !== JSON.stringify(body)
              ? words.checking
              : blocked
                ? ''
                : words.sound}
        </span>
      </Space>
    </>
  )
}
