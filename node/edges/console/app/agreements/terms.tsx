/** The terms of a text: days, who pays and keeps what, renewal, disputes, further clauses, attachments. */
import { Button, DatePicker, Form, Input, InputNumber, Select, Upload } from 'antd'
import dayjs from 'dayjs'
import type { ReactNode } from 'react'
import { CODE_LABELS, TERM_LABELS, type TermField } from '../../../../../protocol/agreement/labels.ts'
import { useAct } from '../query.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import type { Text } from './text.ts'
import { EDITOR } from './words-editor.ts'

type Change = (part: Partial<Text>) => void

/** Field names of the document as ids of elements: what is missing is linked to its field. */
export const idOf = (path: string): string => `agreement${path.replaceAll('/', '-')}`

export function Field({ path, label, children }: { path: string; label: string; children: ReactNode }) {
  return (
    <Form.Item label={label} htmlFor={idOf(path)}>
      {children}
    </Form.Item>
  )
}

export function DayField({
  path,
  label,
  value,
  disabled = false,
  change,
}: {
  path: string
  label: string
  value: string | undefined
  disabled?: boolean
  change: (day: string) => void
}) {
  return (
    <Field path={path} label={label}>
      <DatePicker
        id={idOf(path)}
        disabled={disabled}
        value={value === undefined || value === '' ? null : dayjs(value)}
        onChange={day => change(day?.format('YYYY-MM-DD') ?? '')}
        style={{ width: '100%' }}
      />
    </Field>
  )
}

const CLOCK = [
  'forwardDays',
  'mailDays',
  'recheckDays',
  'resultMailDays',
  'supplementNoticeDays',
  'objectionDays',
] as const
const CODED = [
  ['mailing', CODE_LABELS.payer],
  ['resultMailing', CODE_LABELS.payer],
  ['originals', CODE_LABELS.keeper],
  ['archive', { collecting: CODE_LABELS.keeper.collecting, handling: CODE_LABELS.keeper.handling }],
] as const

export function Dates({ text, change, fixed }: { text: Text; change: Change; fixed: boolean }) {
  const pair = usePair()
  return (
    <div className="agreement-fields">
      <DayField
        path="/validFrom"
        label={pair(TERM_LABELS.validFrom)}
        value={text.validFrom}
        disabled={fixed}
        change={validFrom => change({ validFrom })}
      />
      <DayField
        path="/validTo"
        label={pair(TERM_LABELS.validTo)}
        value={text.validTo}
        change={validTo => change({ validTo })}
      />
      <RenewalFields text={text} change={change} />
    </div>
  )
}

function RenewalFields({ text, change }: { text: Text; change: Change }) {
  const pair = usePair()
  const renewal = text.renewal ?? { kind: 'none', noticeDays: 30 }
  return (
    <>
      <Field path="/renewal/kind" label={pair(TERM_LABELS['renewal.kind'])}>
        <Select
          id={idOf('/renewal/kind')}
          value={renewal.kind}
          options={(['none', 'auto', 'letters'] as const).map(kind => ({
            value: kind,
            label: pair(CODE_LABELS.renewal[kind]),
          }))}
          onChange={kind => change({ renewal: { ...renewal, kind } })}
        />
      </Field>
      <Days
        path="/renewal/noticeDays"
        field="renewal.noticeDays"
        value={renewal.noticeDays}
        most={365}
        change={noticeDays => change({ renewal: { ...renewal, noticeDays } })}
      />
    </>
  )
}

function Days({
  path,
  field,
  value,
  most,
  change,
}: {
  path: string
  field: TermField
  value: number | undefined
  most: number
  change: (days: number) => void
}) {
  const pair = usePair()
  return (
    <Field path={path} label={pair(TERM_LABELS[field])}>
      <InputNumber
        id={idOf(path)}
        min={0}
        max={most}
        precision={0}
        value={value ?? null}
        onChange={days => (days === null ? undefined : change(days))}
        style={{ width: '100%' }}
      />
    </Field>
  )
}

export function Terms({ text, change }: { text: Text; change: Change }) {
  const pair = usePair()
  const clock = text.clock ?? {}
  return (
    <div className="agreement-fields">
      {CLOCK.map(name => (
        <Days
          key={name}
          path={`/clock/${name}`}
          field={`clock.${name}`}
          value={clock[name]}
          most={30}
          change={days => change({ clock: { ...clock, [name]: days } })}
        />
      ))}
      <Field path="/clock/supplementClockStart" label={pair(TERM_LABELS['clock.supplementClockStart'])}>
        <Select
          id={idOf('/clock/supplementClockStart')}
          value={clock.supplementClockStart ?? 'arrival'}
          options={(['arrival', 'receipt'] as const).map(from => ({
            value: from,
            label: pair(CODE_LABELS.supplementClockStart[from]),
          }))}
          onChange={supplementClockStart => change({ clock: { ...clock, supplementClockStart } })}
        />
      </Field>
      {CODED.map(([name, codes]) => (
        <Field key={name} path={`/${name}`} label={pair(TERM_LABELS[name])}>
          <Select
            id={idOf(`/${name}`)}
            value={text[name] ?? null}
            options={Object.entries(codes).map(([value, label]) => ({ value, label: pair(label) }))}
            onChange={value => change({ [name]: value } as Partial<Text>)}
          />
        </Field>
      ))}
      <Days
        path="/purgeDays"
        field="purgeDays"
        value={text.purgeDays}
        most={3650}
        change={purgeDays => change({ purgeDays })}
      />
      <Days
        path="/evaluationDays"
        field="evaluationDays"
        value={text.evaluationDays ?? 5}
        most={60}
        change={evaluationDays => change({ evaluationDays })}
      />
    </div>
  )
}

export function Clauses({ text, change }: { text: Text; change: Change }) {
  const words = useWords(EDITOR)
  const pair = usePair()
  return (
    <>
      <Field path="/dispute" label={pair(TERM_LABELS.dispute)}>
        <Input.TextArea
          id={idOf('/dispute')}
          rows={2}
          maxLength={1000}
          value={text.dispute ?? ''}
          onChange={event => change({ dispute: event.target.value })}
        />
      </Field>
      <Field path="/text" label={pair(TERM_LABELS.text)}>
        <Input.TextArea
          id={idOf('/text')}
          rows={12}
          maxLength={50_000}
          value={text.text ?? ''}
          onChange={event => change({ text: event.target.value })}
        />
      </Field>
      <h3>{words.attachments}</h3>
      <Attachments text={text} change={change} />
    </>
  )
}

function Attachments({ text, change }: { text: Text; change: Change }) {
  const words = useWords(EDITOR)
  const upload = useAct('uploadAttachment')
  const files = text.attachments ?? []
  const add = (file: File) =>
    upload.mutate(
      { bytes: file, type: file.type === '' ? 'application/octet-stream' : file.type },
      { onSuccess: held => change({ attachments: files.concat({ ...held, name: file.name.slice(0, 200) }) }) },
    )
  return (
    <>
      <ul>
        {files.map(({ sha256, name, size }) => (
          <li key={sha256}>
            {name} <span className="muted">{Math.ceil(size / 1024)} KiB</span>{' '}
            <Button
              size="small"
              onClick={() => change({ attachments: files.filter(file => file.sha256 !== sha256) })}
              aria-label={`${words.remove} ${name}`}
            >
              {words.remove}
            </Button>
          </li>
        ))}
      </ul>
      {upload.error === null ? null : <ProblemNotice error={upload.error} />}
      <Upload
        accept="application/pdf,image/jpeg,image/png,.ofd"
        showUploadList={false}
        beforeUpload={file => {
          add(file)
          return false
        }}
      >
        <Button loading={upload.isPending}>{words.upload}</Button>
      </Upload>
    </>
  )
}
