/** All fields of an item in their groups, with what is wrong at each field. */

import { memo, useCallback, useMemo } from 'react'
import { useFormWords } from '../../ui/form-words.ts'
import { SchemaForm } from '../../ui/schema-form.tsx'
import { useLanguage, useWords } from '../../words.ts'
import type { Material } from '../item-type.ts'
import { ApplicationForm } from './application-form.tsx'
import { GROUP_NAMES, GROUPS, type Group } from './groups.ts'
import type { Edited } from './item.ts'
import { Materials, type Note } from './materials.tsx'
import { itemForm, SPANS } from './schema.ts'
import { FIELDS, WIDGETS } from './widgets.tsx'
import { EDITOR } from './words.ts'

type Change = (next: (item: Edited) => Edited) => void

const said = (item: Edited, fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap(name => (item[name as keyof Edited] === undefined ? [] : [[name, item[name as keyof Edited]]])),
  )

type Props = {
  fields: readonly string[]
  item: Edited
  errors: readonly Note[]
  /** fields that stay as they are: the code of an item that is there */
  fixed: readonly string[]
  change: Change
}

/** Drawn anew only when one of its own fields changes, or what is wrong. */
const Fields = memo(
  ({ fields, item, errors, fixed, change }: Props) => {
    const language = useLanguage()
    const translate = useFormWords(useWords(EDITOR))
    const form = useMemo(() => {
      const { schema, ui } = itemForm(fields, language)
      return { schema, ui: { ...ui, ...Object.fromEntries(fixed.map(name => [name, { 'ui:disabled': true }])) } }
    }, [fields, fixed, language])
    const write = useCallback(
      (values: Record<string, unknown>) =>
        change(before => {
          const next: Record<string, unknown> = { ...before }
          for (const name of fields)
            if (values[name] === undefined) delete next[name]
            else next[name] = values[name]
          return next as Edited
        }),
      [change, fields],
    )
    return (
      <SchemaForm
        name="item"
        schema={form.schema}
        ui={form.ui}
        fields={FIELDS}
        widgets={WIDGETS}
        translate={translate}
        spans={SPANS}
        defaults={false}
        values={said(item, fields)}
        errors={errors}
        change={write}
      />
    )
  },
  (before, after) =>
    before.errors === after.errors &&
    before.change === after.change &&
    before.fields.every(name => before.item[name as keyof Edited] === after.item[name as keyof Edited]),
)

const REST_OF_FORM = ['sharedFields', 'consent'] as const
const NONE: readonly string[] = []
const CODE: readonly string[] = ['taskCode']

export function ItemForm({
  item,
  notes,
  fixedCode,
  openMaterial,
  showMaterial,
  change,
}: {
  item: Edited
  notes: readonly Note[]
  fixedCode: boolean
  openMaterial: number | null
  showMaterial: (at: number | null) => void
  change: Change
}) {
  const words = useWords(EDITOR)
  const materials = useCallback(
    (next: (before: readonly Material[]) => Material[]) =>
      change(before => ({ ...before, materials: next(before.materials ?? []) })),
    [change],
  )
  const inside = (group: Group) => {
    if (group === 'materials')
      return (
        <Materials
          materials={item.materials ?? []}
          errors={notes}
          open={openMaterial}
          show={showMaterial}
          change={materials}
        />
      )
    return (
      <>
        {group === 'form' ? <ApplicationForm item={item} change={change} /> : null}
        <Fields
          fields={group === 'form' ? REST_OF_FORM : GROUPS[group]}
          item={item}
          errors={notes}
          fixed={fixedCode && group === 'basics' ? CODE : NONE}
          change={change}
        />
      </>
    )
  }
  return (
    <div className="groups">
      {GROUP_NAMES.map(group => (
        <section key={group} id={`group-${group}`} className="card" aria-labelledby={`group-${group}-title`}>
          <h2 id={`group-${group}-title`}>{words[group]}</h2>
          {inside(group)}
        </section>
      ))}
    </div>
  )
}
