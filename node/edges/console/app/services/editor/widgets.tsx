/** What the forms of the editor are made of besides the usual: texts one a line, a file that an item names. */
import type { FieldProps, RegistryFieldsType, RegistryWidgetsType, WidgetProps } from '@rjsf/utils'
import { Button, Input } from 'antd'
import { useRef, useState } from 'react'
import { DayWidget } from '../../case/steps/widgets.tsx'
import { node } from '../../session.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { valueText } from '../fields.ts'
import type { Commitment } from '../sample.tsx'
import { EDITOR } from './words.ts'

/** Texts, one a line; lines are texts as they are written, so that a new one can be begun. */
function LinesWidget({ id, value, onChange, disabled }: WidgetProps) {
  const words = useWords(EDITOR)
  const lines = Array.isArray(value) ? (value as string[]) : []
  return (
    <Input.TextArea
      id={id}
      rows={Math.min(12, Math.max(2, lines.length + 1))}
      disabled={disabled}
      placeholder={words.oneALine}
      value={lines.join('\n')}
      onChange={({ target }) => onChange(target.value === '' ? undefined : target.value.split('\n'))}
    />
  )
}

const ACCEPTED = '.pdf,.ofd,.jpg,.jpeg,.png'

/** A sample or a blank form: uploaded as it is chosen, named in the item by what it holds. */
function SampleField(props: FieldProps) {
  const words = useWords(EDITOR)
  const language = useLanguage()
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const given = props.formData as Commitment | undefined
  const title = String(props.schema.title ?? props.name)
  const held = given?.sha256 === undefined ? null : given
  const send = async (file: File) => {
    setBusy(true)
    setError(null)
    try {
      const named = await node.uploadSample({ bytes: file, type: file.type || 'application/octet-stream' })
      props.onChange(named, props.fieldPathId.path)
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="sample-field">
      <span>{title}</span>{' '}
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED}
        aria-label={title}
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file !== undefined) void send(file)
          target.value = ''
        }}
      />
      {held === null ? null : <span className="muted">{valueText('', held, language)} </span>}
      <Button
        size="small"
        loading={busy}
        aria-label={`${words.upload} ${title}`}
        onClick={() => input.current?.click()}
      >
        {words.upload}
      </Button>
      {held === null ? null : (
        <Button
          size="small"
          aria-label={`${words.removeFile} ${title}`}
          onClick={() => props.onChange(undefined, props.fieldPathId.path)}
        >
          {words.removeFile}
        </Button>
      )}
      <div className="muted">{words.uploadHint}</div>
      {error === null ? null : <ProblemNotice error={error} />}
    </div>
  )
}

export const FIELDS: RegistryFieldsType = { sample: SampleField }
export const WIDGETS: RegistryWidgetsType = { lines: LinesWidget, day: DayWidget }
