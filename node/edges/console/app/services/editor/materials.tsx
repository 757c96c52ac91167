/** The materials of an item as rows: each opens to its fields, its review points and its samples; they are moved, added and removed. */

import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Space, Tag } from 'antd'
import { useMemo, useState } from 'react'
import { useFormWords } from '../../ui/form-words.ts'
import { SchemaForm } from '../../ui/schema-form.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { valueText } from '../fields.ts'
import type { Material } from '../item-type.ts'
import { moved, newMaterial } from './item.ts'
import { materialForm, SPANS } from './schema.ts'
import { FIELDS, WIDGETS } from './widgets.tsx'
import { EDITOR } from './words.ts'

/** An error of a field, by its JSON Pointer in the item. */
export type Note = { path: string; text: string }

function Row({
  material,
  index,
  last,
  errors,
  open,
  toggle,
  change,
  move,
  remove,
}: {
  material: Material
  index: number
  last: boolean
  errors: readonly Note[]
  open: boolean
  toggle: () => void
  change: (material: Material) => void
  move: (by: 1 | -1) => void
  remove: () => void
}) {
  const words = useWords(EDITOR)
  const language = useLanguage()
  const translate = useFormWords(useWords(EDITOR))
  const form = useMemo(() => materialForm(language), [language])
  const name = material.materialName || words.unnamed
  const points = (material.reviewPoints ?? []).filter(point => point.trim() !== '').length
  const at = `/materials/${index}/`
  const own = errors.filter(({ path }) => path.startsWith(at))
  return (
    <li className="material-row">
      <div className="draft-line">
        <div className="name">
          <strong>{name}</strong> <span className="muted item-code">{material.materialCode}</span>{' '}
          <Tag>{valueText('materials.isNeed', material.isNeed, language)}</Tag>
          <Tag>{valueText('materials.materialType', material.materialType, language)}</Tag>
          <span className={points === 0 ? 'advice' : 'muted'}>
            {points === 0 ? `! ${words.noPoints}` : words.pointsOf(points)}
          </span>{' '}
          {own.length === 0 ? null : <span className="worse">✗ {own.length}</span>}
        </div>
        <Space>
          <Button
            aria-expanded={open}
            aria-label={open ? words.closeMaterial(name) : words.openMaterial(name)}
            onClick={toggle}
          >
            {open ? words.closeMaterial('') : words.openMaterial('')}
          </Button>
          <Button
            icon={<ArrowUpOutlined />}
            disabled={index === 0}
            aria-label={words.upMaterial(name)}
            onClick={() => move(-1)}
          />
          <Button
            icon={<ArrowDownOutlined />}
            disabled={last}
            aria-label={words.downMaterial(name)}
            onClick={() => move(1)}
          />
          <Button danger icon={<DeleteOutlined />} aria-label={words.removeMaterial(name)} onClick={remove} />
        </Space>
      </div>
      {open ? (
        <SchemaForm
          name={`item_materials_${index}`}
          schema={form.schema}
          ui={form.ui}
          fields={FIELDS}
          widgets={WIDGETS}
          translate={translate}
          spans={SPANS}
          defaults={false}
          values={material}
          errors={own.map(({ path, text }) => ({ path: path.slice(at.length - 1), text }))}
          change={values => change(values as Material)}
        />
      ) : null}
    </li>
  )
}

export function Materials({
  materials,
  errors,
  open,
  show,
  change,
}: {
  materials: readonly Material[]
  errors: readonly Note[]
  /** the place of the one that is open */
  open: number | null
  show: (at: number | null) => void
  change: (materials: (before: readonly Material[]) => Material[]) => void
}) {
  const words = useWords(EDITOR)
  // Codes change while they are written, and places when they are moved.
  const [ids, setIds] = useState(() => materials.map((_, at) => at))
  const opened = open === null ? null : ids[open]
  return (
    <>
      <ul className="rows-of">
        {materials.map((material, index) => (
          <Row
            key={ids[index]}
            material={material}
            index={index}
            last={index === materials.length - 1}
            errors={errors}
            open={open === index}
            toggle={() => show(open === index ? null : index)}
            change={next => change(before => before.map((other, at) => (at === index ? next : other)))}
            move={by => {
              const next = moved(ids, index, by)
              change(before => moved(before, index, by))
              setIds(next)
              show(opened === null || opened === undefined ? null : next.indexOf(opened))
            }}
            remove={() => {
              change(before => before.filter((_, at) => at !== index))
              setIds(ids.toSpliced(index, 1))
              show(null)
            }}
          />
        ))}
      </ul>
      <Button
        icon={<PlusOutlined />}
        onClick={() => {
          change(before => before.concat(newMaterial(before) as Material))
          setIds(ids.concat(Math.max(-1, ...ids) + 1))
          show(materials.length)
        }}
      >
        {words.addMaterial}
      </Button>
    </>
  )
}
