/** The materials of a new case: a row for each that the item asks for, with its standard and its review points; files dropped, pasted, chosen or photographed. */
import { Button, Select, Space, Tag } from 'antd'
import { useRef, useState } from 'react'
import type { Finding } from '../../../client/api.generated.ts'
import { node } from '../session.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { Camera } from './camera.tsx'
import type { Asked, Content, Guide, Material } from './content.ts'
import { idAt } from './field.tsx'
import { Thumbnail } from './thumbnail.tsx'
import { NEW } from './words.ts'

const TYPES = 'image/jpeg,image/png,application/pdf,.ofd'
type Adding = { add: (code: string, files: readonly File[]) => Promise<void> }

/** As what a material of the list is handed in when nobody says otherwise. */
const formOf = ({ materialFormat, materialType }: Asked): 'original' | 'copy' | 'electronic' =>
  materialFormat === '2' ? 'electronic' : materialType === '1' ? 'original' : 'copy'

function Given({
  material,
  change,
  remove,
}: {
  material: Material
  change: (part: Partial<Material>) => void
  remove: () => void
}) {
  const words = useWords(NEW)
  return (
    <li>
      <Thumbnail sha256={material.sha256} name={material.name} />
      <span style={{ overflowWrap: 'anywhere' }}>{material.name}</span>
      {material.pages === undefined ? null : <span className="muted">{words.pages(material.pages)}</span>}
      <Select
        aria-label={`${words.kind} ${material.name}`}
        value={material.form}
        onChange={form => change({ form })}
        options={[
          { value: 'original', label: words.original },
          { value: 'copy', label: words.copy },
          { value: 'electronic', label: words.electronic },
        ]}
      />
      <Button onClick={remove} aria-label={`${words.remove} ${material.name}`}>
        {words.remove}
      </Button>
    </li>
  )
}

function Row({
  asked,
  given,
  findings,
  change,
  add,
}: Adding & {
  asked: Asked
  given: readonly Material[]
  findings: readonly Finding[]
  change: (materials: (all: readonly Material[]) => Material[]) => void
}) {
  const words = useWords(NEW)
  const pair = usePair()
  const [busy, setBusy] = useState(0)
  const [error, setError] = useState<unknown>(null)
  const [camera, setCamera] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const { materialCode: code, materialName, isNeed, acceptStand, reviewPoints, sourceExplain } = asked
  const own = given.filter(material => material.code === code)
  const needs = { '1': words.needed, '2': words.optional, '3': words.later }
  const of = findings.filter(
    ({ path, field }) =>
      field === `materials.${code}` || own.some(material => path.startsWith(`/materials/${given.indexOf(material)}`)),
  )
  const take = (files: readonly File[]) => {
    if (files.length === 0) return
    setError(null)
    setBusy(count => count + files.length)
    add(code, files)
      .catch(setError)
      .finally(() => setBusy(count => count - files.length))
  }
  return (
    <li
      className="card"
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault()
        take([...event.dataTransfer.files])
      }}
      onPaste={event => take([...event.clipboardData.files])}
    >
      <Space wrap>
        <strong>{materialName}</strong>
        <Tag>{needs[isNeed]}</Tag>
        <span className="muted">{code}</span>
        <Button id={idAt(`/materials/${code}`)} loading={busy > 0} onClick={() => input.current?.click()}>
          {words.upload}
        </Button>
        <Button onClick={() => setCamera(true)}>{words.camera}</Button>
        <span className="muted">{words.dropHint}</span>
      </Space>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={TYPES}
        aria-label={materialName}
        onChange={event => {
          take([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
      {acceptStand === undefined && sourceExplain === undefined ? null : (
        <div className="muted">
          {words.stand}: {acceptStand ?? sourceExplain}
        </div>
      )}
      {reviewPoints === undefined || reviewPoints.length === 0 ? null : (
        <details>
          <summary>{words.points}</summary>
          <ol>
            {reviewPoints.map(point => (
              <li key={point}>{point}</li>
            ))}
          </ol>
        </details>
      )}
      <ul className="given">
        {own.map(material => (
          <Given
            key={material.sha256}
            material={material}
            change={part => change(all => all.map(other => (other === material ? { ...material, ...part } : other)))}
            remove={() => change(all => all.filter(other => other !== material))}
          />
        ))}
      </ul>
      {of.map(finding => (
        <div key={`${finding.path} ${finding.code}`} className={finding.level === 'error' ? 'wrong' : 'muted'}>
          {finding.level === 'error' ? '✗ ' : 'ⓘ '}
          {pair(finding)}
        </div>
      ))}
      {error === null ? null : <ProblemNotice error={error} />}
      {camera ? (
        <Camera
          done={picture => {
            setCamera(false)
            if (picture !== null) take([picture])
          }}
        />
      ) : null}
    </li>
  )
}

export function Materials({
  guide,
  content,
  findings,
  change,
}: {
  guide: Guide
  content: Content
  findings: readonly Finding[]
  change: (next: (content: Content) => Content) => void
}) {
  const asked = guide.item.materials.toSorted((a, b) => (a.orderNum ?? 0) - (b.orderNum ?? 0))
  const materials = content.materials ?? []
  const set = (next: (all: readonly Material[]) => Material[]) =>
    change(before => ({ ...before, materials: next(before.materials ?? []) }))

  /** Uploads files one after the other; each stands in the case as soon as it is there. */
  async function add(code: string, files: readonly File[]): Promise<void> {
    const of = asked.find(({ materialCode }) => materialCode === code)
    if (of === undefined) return
    for (const file of files) {
      const { sha256 } = await node.uploadMaterial({ bytes: file, type: file.type === '' ? undefined : file.type })
      const { pages } = await node.countMaterialPages({ params: { sha256 } })
      const material: Material = {
        sha256,
        code,
        name: file.name,
        form: formOf(of),
        ...(pages === null ? {} : { pages }),
      }
      set(all => all.filter(other => other.sha256 !== sha256 || other.code !== code).concat(material))
    }
  }

  return (
    <ul className="rows">
      {asked.map(one => (
        <Row key={one.materialCode} asked={one} given={materials} findings={findings} change={set} add={add} />
      ))}
    </ul>
  )
}
