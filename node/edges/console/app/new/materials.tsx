/** The materials of a new case: a row for each that the item asks for, with its standard and its review points; files dropped, pasted, chosen, scanned or photographed. */
import { useBlocker } from '@tanstack/react-router'
import { Alert, Button, Space, Tag } from 'antd'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import { OPERATIONS } from '../../../client/addresses.generated.ts'
import type { Finding } from '../../../client/api.generated.ts'
import { addressOf } from '../../../client/client.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { Camera } from './camera.tsx'
import { type Asked, type Content, type Guide, type Material, textOr, wantedOf } from './content.ts'
import { idAt, TextField } from './field.tsx'
import { isPicture, reordered, stemOf, TYPES } from './files.ts'
import { DRAGGED, Given } from './given.tsx'
import { fileOf } from './held.ts'
import { IncomingFiles, useIncoming } from './incoming.tsx'
import type { MadePart } from './pages.tsx'
import { movedTo } from './pages-order.ts'
import { editPdf } from './pdf/call.ts'
import { SendingRow } from './sending.tsx'
import { type Uploads, useUploads } from './uploads.ts'
import { NEW } from './words.ts'

/** As what a material of the list is handed in when nobody says otherwise. */
const formOf = ({ materialFormat, materialType }: Asked): 'original' | 'copy' | 'electronic' =>
  materialFormat === '2' ? 'electronic' : materialType === '1' ? 'original' : 'copy'

type Set = (next: (all: readonly Material[]) => Material[]) => void
type Shared = {
  draft: string | null
  all: readonly Asked[]
  given: readonly Material[]
  findings: readonly Finding[]
  uploads: Uploads
  set: Set
}

/** What the item says of a material: its standard, its review points, its sample and its blank form. */
function Said({ asked, city, item }: { asked: Asked; city: string; item: string }) {
  const words = useWords(NEW)
  const { acceptStand, sourceExplain, issueRequirement, fillExplain, pageFormat } = asked
  const { reviewPoints = [], exampleGuid, formGuid } = asked
  const stand = [acceptStand ?? sourceExplain, issueRequirement, pageFormat, fillExplain].filter(
    part => part !== undefined && part !== '',
  )
  const sample = (of: { sha256: string } | undefined, label: string) =>
    of === undefined ? null : (
      <a
        href={addressOf(OPERATIONS.downloadSample, { params: { city, item, sha256: of.sha256 } })}
        target="_blank"
        rel="noopener"
      >
        {label} {asked.materialName}
      </a>
    )
  return (
    <>
      {stand.length === 0 ? null : (
        <div className="muted">
          {words.stand}: {stand.join('；')}
        </div>
      )}
      <Space wrap>
        {sample(exampleGuid, words.sample)}
        {sample(formGuid, words.blank)}
      </Space>
      {reviewPoints.length === 0 ? null : (
        <details>
          <summary>{words.points}</summary>
          <ol>
            {reviewPoints.map(point => (
              <li key={point}>{point}</li>
            ))}
          </ol>
        </details>
      )}
    </>
  )
}

/** Several photographs of one material become one document; they go once it is there. */
function Join({
  pictures,
  name,
  code,
  draft,
  uploads,
}: Pick<Shared, 'draft' | 'uploads'> & {
  pictures: readonly Material[]
  name: string
  code: string
}) {
  const words = useWords(NEW)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  if (pictures.length < 2) return null
  // One that is cut and on its way would come too late.
  const early = uploads.items.some(one => one.code === code)
  const join = async () => {
    setBusy(true)
    setError(null)
    try {
      const files = await Promise.all(pictures.map(({ sha256 }) => fileOf(sha256, draft)))
      const answer = await editPdf({ do: 'join', pictures: files.flatMap(file => file ?? []) })
      const [bytes] = answer.ok ? answer.documents : []
      if (bytes === undefined || files.includes(null))
        throw new Error(!answer.ok && answer.why === 'failed' ? answer.text : words.broken)
      const file = new File([bytes], `${stemOf(name)}.pdf`, { type: 'application/pdf' })
      uploads.add([{ code, file, replaces: pictures }])
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button loading={busy} disabled={early} onClick={() => void join()}>
        {words.join(pictures.length)}
      </Button>
      {error === null ? null : <ProblemNotice error={error} retry={join} />}
    </>
  )
}

function Row({
  asked,
  note,
  city,
  item,
  draft,
  all,
  given,
  findings,
  uploads,
  set,
}: Shared & { asked: Asked; note: readonly string[]; city: string; item: string }) {
  const words = useWords(NEW)
  const pair = usePair()
  const [camera, setCamera] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const { materialCode: code, materialName, isNeed } = asked
  const own = given.filter(material => material.code === code)
  const sending = uploads.items.filter(one => one.code === code)
  const needs = { '1': words.needed, '2': words.optional, '3': words.later }
  const of = findings.filter(
    ({ path, field }) =>
      field === `materials.${code}` || own.some(material => path.startsWith(`/materials/${given.indexOf(material)}`)),
  )
  const take = (files: readonly File[]) => uploads.add(files.map(file => ({ code, file })))
  /** A scan comes to a place of this material, from another place or from another material. */
  const receive = (sha256: string, place: number) =>
    set(before => {
      const dragged = before.find(one => one.sha256 === sha256)
      if (dragged === undefined) return [...before]
      const here = before.filter(one => one.code === code)
      if (dragged.code === code) return reordered(before, here, movedTo(here, here.indexOf(dragged), place))
      return before
        .filter(one => one !== dragged && !(one.sha256 === sha256 && one.code === code))
        .concat({ ...dragged, code })
    })
  const dropped = (event: DragEvent, place: number) => {
    event.preventDefault()
    event.stopPropagation()
    const sha256 = event.dataTransfer.getData(DRAGGED)
    if (sha256 !== '') receive(sha256, place)
    else take([...event.dataTransfer.files])
  }
  /** The first one takes the place of what all were made of. */
  const made = (old: Material) => (parts: readonly MadePart[]) =>
    uploads.add(parts.map((part, at) => ({ ...part, from: old.sha256, replaces: at === 0 ? [old] : [] })))
  return (
    <li
      className="card"
      aria-label={materialName}
      onDragOver={event => event.preventDefault()}
      onDrop={event => dropped(event, own.length)}
      onPaste={event => {
        const files = [...event.clipboardData.files]
        if (files.length === 0) return
        event.stopPropagation()
        take(files)
      }}
    >
      <Space wrap>
        <strong>{materialName}</strong>
        <Tag>{needs[isNeed]}</Tag>
        <span className="muted">{code}</span>
        <Button id={idAt(`/materials/${code}`)} onClick={() => input.current?.click()}>
          {words.upload}
        </Button>
        <Button onClick={() => setCamera(true)}>{words.camera}</Button>
        <Join
          pictures={own.filter(({ name }) => isPicture(name))}
          name={materialName}
          code={code}
          draft={draft}
          uploads={uploads}
        />
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
      <Said asked={asked} city={city} item={item} />
      {note.map(text => (
        <Alert key={text} type="info" showIcon title={text} />
      ))}
      <ul className="given">
        {own.map((material, place) => (
          <Given
            key={material.sha256}
            material={material}
            draft={draft}
            asked={all}
            place={place}
            of={own.length}
            edited={uploads.items.some(({ from, replaces }) => from === material.sha256 || replaces.includes(material))}
            change={part => set(before => before.map(one => (one === material ? { ...material, ...part } : one)))}
            move={to => receive(material.sha256, to)}
            give={to =>
              set(before =>
                before
                  .filter(one => one !== material && !(one.sha256 === material.sha256 && one.code === to))
                  .concat({ ...material, code: to }),
              )
            }
            remove={() => set(before => before.filter(one => one !== material))}
            dropped={event => dropped(event, place)}
            made={made(material)}
          />
        ))}
        {sending.map(one => (
          <SendingRow key={one.id} sending={one} uploads={uploads} />
        ))}
      </ul>
      {of.map(finding => (
        <div
          key={`${finding.path} ${finding.code} ${finding.zh}`}
          className={finding.level === 'error' ? 'wrong' : 'muted'}
        >
          {finding.level === 'error' ? '✗ ' : 'ⓘ '}
          {pair(finding)}
        </div>
      ))}
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
  draft,
  content,
  findings,
  notes,
  change,
  waits,
}: {
  guide: Guide
  draft: string | null
  content: Content
  findings: readonly Finding[]
  /** what the city wants differently of a material, by its code */
  notes: ReadonlyMap<string, readonly string[]>
  change: (next: (content: Content) => Content) => void
  /** tells how many files are not there yet */
  waits: (count: number) => void
}) {
  const words = useWords(NEW)
  const listed = guide.item.materials.toSorted((a, b) => (a.orderNum ?? 0) - (b.orderNum ?? 0))
  const asked = wantedOf(listed, content, words.authorisationApart)
  const materials = content.materials ?? []
  const set: Set = next => change(before => ({ ...before, materials: next(before.materials ?? []) }))
  /** As files were put in, whichever was there first. */
  const orders = useRef(new Map<string, number>())
  const uploads = useUploads(({ id, code, file, replaces }, { sha256, pages }) => {
    const of = asked.find(({ materialCode }) => materialCode === code)
    if (of === undefined) return
    const orderOf = (one: Material) => orders.current.get(`${one.code} ${one.sha256}`) ?? 0
    set(all => {
      const olds = all.filter(one => replaces.some(old => old.sha256 === one.sha256 && old.code === one.code))
      const [old] = olds
      const material: Material = {
        sha256,
        code,
        name: file.name,
        form: old?.form ?? formOf(of),
        ...(pages === null ? {} : { pages }),
      }
      const same = (one: Material) => one.sha256 === sha256 && one.code === code
      orders.current.set(`${code} ${sha256}`, old === undefined ? id : orderOf(old))
      if (old !== undefined && old.code === code)
        return all.flatMap(one => (one === old ? [material] : olds.includes(one) || same(one) ? [] : [one]))
      const others = all.filter(one => !olds.includes(one) && !same(one))
      const later = others.findIndex(one => one.code === code && orderOf(one) > id)
      return later < 0 ? others.concat(material) : others.toSpliced(later, 0, material)
    })
  })
  const incoming = useIncoming(asked)
  const { length } = uploads.items
  useBlocker({ shouldBlockFn: () => !window.confirm(words.leaves), enableBeforeUnload: false, disabled: length === 0 })
  useEffect(() => waits(length), [waits, length])
  // What is pasted beside the rows is nobody's yet.
  const offer = useRef(incoming.offer)
  offer.current = incoming.offer
  useEffect(() => {
    const pasted = (event: ClipboardEvent) => {
      // A table that is pasted into a field brings a picture of itself.
      if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length > 0) offer.current(files)
    }
    document.addEventListener('paste', pasted)
    return () => document.removeEventListener('paste', pasted)
  }, [])
  return (
    <>
      <IncomingFiles incoming={incoming} asked={asked} add={uploads.add} />
      {length === 0 ? null : (
        <p role="status" className="muted">
          {words.stillUploading(length)}
        </p>
      )}
      {asked.some(({ certCode }) => certCode !== undefined) ? (
        <TextField
          path="/purpose"
          label={words.purpose}
          hint={words.purposeHint}
          findings={findings}
          value={content.purpose}
          change={purpose => change(before => ({ ...before, purpose: textOr(purpose) }))}
        />
      ) : null}
      <ul className="rows">
        {asked.map(one => (
          <Row
            key={one.materialCode}
            asked={one}
            note={notes.get(one.materialCode) ?? []}
            city={content.to ?? ''}
            item={guide.item.taskCode}
            draft={draft}
            all={asked}
            given={materials}
            findings={findings}
            uploads={uploads}
            set={set}
          />
        ))}
      </ul>
    </>
  )
}
