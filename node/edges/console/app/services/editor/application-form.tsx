/** The application form of an item as a list of fields, with the form as a counter sees it beside it. */

import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useFormWords } from '../../ui/form-words.ts'
import { SchemaForm } from '../../ui/schema-form.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { useWords } from '../../words.ts'
import { asKind, type FieldKind, type FormField, fieldsOf, formOf, newField } from './form-fields.ts'
import type { Edited } from './item.ts'
import { EDITOR } from './words.ts'

const KINDS: readonly FieldKind[] = ['text', 'longText', 'number', 'day', 'yesNo', 'choice']

function Row({
  field,
  at,
  shared,
  clash,
  change,
  share,
  remove,
}: {
  field: FormField
  at: number
  shared: boolean
  /** whether its name is none, or stands twice */
  clash: boolean
  change: (field: FormField) => void
  share: (shared: boolean) => void
  remove: () => void
}) {
  const words = useWords(EDITOR)
  const kinds = field.kind === 'special' ? KINDS.concat('special') : KINDS
  return (
    <tr>
      <td>
        <Input
          id={`form-field-${at}`}
          aria-label={`${words.fieldTitle} ${at + 1}`}
          value={field.title}
          onChange={({ target }) => change({ ...field, title: target.value })}
        />
      </td>
      <td>
        <Input
          aria-label={`${words.fieldName} ${at + 1}`}
          status={clash ? 'error' : ''}
          value={field.name}
          onChange={({ target }) => change({ ...field, name: target.value.trim() })}
        />
      </td>
      <td>
        <Select
          aria-label={`${words.fieldKind} ${at + 1}`}
          value={field.kind}
          style={{ minWidth: 120 }}
          disabled={field.kind === 'special'}
          onChange={(kind: FieldKind) => change(asKind(field, kind))}
          options={kinds.map(kind => ({ value: kind, label: words[kind] }))}
        />
        {field.kind === 'choice' ? (
          <Input.TextArea
            aria-label={`${words.fieldChoices} ${at + 1}`}
            placeholder={words.fieldChoices}
            rows={Math.min(8, Math.max(2, field.choices.length + 1))}
            value={field.choices.join('\n')}
            onChange={({ target }) => change({ ...field, choices: target.value.split('\n') })}
          />
        ) : null}
        {field.kind === 'text' || field.kind === 'longText' ? (
          <InputNumber
            aria-label={`${words.fieldMost} ${at + 1}`}
            prefix={words.fieldMost}
            min={1}
            max={10_000}
            value={field.most}
            onChange={most => change({ ...field, most })}
          />
        ) : null}
      </td>
      <td>
        <Checkbox checked={field.required} onChange={({ target }) => change({ ...field, required: target.checked })}>
          {words.fieldRequired}
        </Checkbox>
        <Checkbox checked={shared} onChange={({ target }) => share(target.checked)}>
          {words.fieldShared}
        </Checkbox>
      </td>
      <td>
        <Button
          danger
          icon={<DeleteOutlined />}
          aria-label={words.removeField(field.title || field.name)}
          onClick={remove}
        />
      </td>
    </tr>
  )
}

/** A name that cannot stand in the schema: none, or that of another field. */
const clashes = (fields: readonly FormField[], { name }: FormField): boolean =>
  name === '' || fields.filter(other => other.name === name).length > 1

export function ApplicationForm({ item, change }: { item: Edited; change: (next: (item: Edited) => Edited) => void }) {
  const words = useWords(EDITOR)
  const translate = useFormWords(useWords(EDITOR))
  const [fields, setFields] = useState(() => fieldsOf(item.form))
  // Names change while they are written.
  const [ids, setIds] = useState(() => fields.map((_, at) => at))
  const [tried, setTried] = useState<Record<string, unknown>>({})
  const { sharedFields } = item
  const isShared = (name: string): boolean => sharedFields?.includes(name) ?? true
  const write = (next: FormField[]) => {
    setFields(next)
    // A name that is being written yet would take the place of another field.
    if (next.some(field => clashes(next, field))) return
    change(({ form, formUi, ...others }) => {
      const made = formOf(next, form)
      const hints = Object.entries(formUi ?? {}).filter(
        ([name]) => name.startsWith('ui:') || next.some(field => field.name === name),
      )
      return {
        ...others,
        ...(made === undefined ? {} : { form: made as Edited['form'] }),
        ...(hints.length === 0 || made === undefined ? {} : { formUi: Object.fromEntries(hints) as Edited['formUi'] }),
      }
    })
  }
  const share = (name: string, shared: boolean) =>
    change(before => {
      const all = before.sharedFields ?? fields.map(field => field.name)
      return { ...before, sharedFields: shared ? [...new Set([...all, name])] : all.filter(other => other !== name) }
    })
  return (
    <>
      <h3>{words.fields}</h3>
      <p className="muted">{words.fieldsHint}</p>
      {fields.length === 0 ? null : (
        <Scroll label={words.fields}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.fieldTitle}</th>
                <th scope="col">{words.fieldName}</th>
                <th scope="col">{words.fieldKind}</th>
                <th scope="col">
                  {words.fieldRequired} · {words.fieldShared}
                </th>
                <th scope="col">
                  <span className="for-readers">{words.remove}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {fields.map((field, at) => (
                <Row
                  key={ids[at]}
                  field={field}
                  at={at}
                  shared={isShared(field.name)}
                  clash={clashes(fields, field)}
                  change={next => write(fields.with(at, next))}
                  share={shared => share(field.name, shared)}
                  remove={() => {
                    setIds(ids.toSpliced(at, 1))
                    write(fields.toSpliced(at, 1))
                  }}
                />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <Button
        icon={<PlusOutlined />}
        onClick={() => {
          setIds(ids.concat(Math.max(-1, ...ids) + 1))
          write(fields.concat(newField(fields)))
        }}
      >
        {words.addField}
      </Button>
      {item.form === undefined ? null : (
        <details>
          <summary>{words.formPreview}</summary>
          <SchemaForm
            name="preview"
            schema={item.form}
            hints={item.formUi}
            translate={translate}
            values={tried}
            change={setTried}
          />
        </details>
      )}
    </>
  )
}
