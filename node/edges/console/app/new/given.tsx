/** A scan that stands in the case: its picture, pages and form; put in order, edited, given to another material, taken out. */
import { Alert, Button, Select } from 'antd'
import { type DragEvent, lazy, Suspense, useState } from 'react'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import type { Asked, Material } from './content.ts'
import { isPdf, isPicture } from './files.ts'
import { fileOf } from './held.ts'
import type { MadePart } from './pages.tsx'
import { Thumbnail } from './thumbnail.tsx'
import { NEW } from './words.ts'

const Crop = lazy(async () => ({ default: (await import('./crop.tsx')).Crop }))
const PdfPages = lazy(async () => ({ default: (await import('./pages.tsx')).PdfPages }))

/** What is dragged from one material to another: the hash of a scan. */
export const DRAGGED = 'application/x-tongban-scan'

export function Given({
  material,
  draft,
  asked,
  place,
  of,
  edited,
  change,
  move,
  give,
  remove,
  dropped,
  made,
}: {
  material: Material
  draft: string | null
  asked: readonly Asked[]
  /** among those of its material, from 0 on */
  place: number
  of: number
  /** what was made of it is on its way */
  edited: boolean
  change: (part: Partial<Material>) => void
  move: (to: number) => void
  give: (code: string) => void
  remove: () => void
  /** something was dropped on it */
  dropped: (event: DragEvent) => void
  made: (parts: readonly MadePart[]) => void
}) {
  const words = useWords(NEW)
  const [open, setOpen] = useState<Blob | null>(null)
  const [busy, setBusy] = useState(false)
  const [tooLarge, setTooLarge] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const { sha256, name, code = '' } = material
  const picture = isPicture(name)
  const edit = async () => {
    setBusy(true)
    setError(null)
    try {
      const file = await fileOf(sha256, draft)
      setTooLarge(file === null)
      setOpen(file)
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }
  return (
    <li
      draggable
      onDragStart={event => event.dataTransfer.setData(DRAGGED, sha256)}
      onDragOver={event => event.preventDefault()}
      onDrop={dropped}
      aria-label={`${place + 1} ${name}`}
    >
      <Thumbnail sha256={sha256} name={name} draft={draft} />
      <span style={{ overflowWrap: 'anywhere' }}>{name}</span>
      {material.pages === undefined ? null : <span className="muted">{words.pages(material.pages)}</span>}
      {of < 2 ? null : (
        <>
          <Button disabled={place === 0} onClick={() => move(place - 1)} aria-label={`${words.up} ${name}`}>
            ↑
          </Button>
          <Button disabled={place === of - 1} onClick={() => move(place + 1)} aria-label={`${words.down} ${name}`}>
            ↓
          </Button>
        </>
      )}
      {picture || isPdf(name) ? (
        <Button
          loading={busy}
          disabled={edited}
          onClick={() => void edit()}
          aria-label={`${picture ? words.crop : words.pagesOf} ${name}`}
        >
          {picture ? words.crop : words.pagesOf}
        </Button>
      ) : null}
      <Select
        aria-label={`${words.kind} ${name}`}
        value={material.form}
        onChange={form => change({ form })}
        options={[
          { value: 'original', label: words.original },
          { value: 'copy', label: words.copy },
          { value: 'electronic', label: words.electronic },
        ]}
      />
      {asked.length < 2 ? null : (
        <Select
          aria-label={`${words.giveTo} ${name}`}
          placeholder={words.giveTo}
          style={{ width: 120 }}
          popupMatchSelectWidth={false}
          value={null}
          onChange={give}
          options={asked
            .filter(one => one.materialCode !== code)
            .map(({ materialCode, materialName }) => ({ value: materialCode, label: materialName }))}
        />
      )}
      <Button onClick={remove} aria-label={`${words.remove} ${name}`}>
        {words.remove}
      </Button>
      {tooLarge ? <Alert type="warning" showIcon title={words.tooLarge} /> : null}
      {error === null ? null : <ProblemNotice error={error} retry={edit} />}
      {open === null ? null : (
        <Suspense fallback={null}>
          {picture ? (
            <Crop
              file={open}
              name={name}
              done={file => {
                setOpen(null)
                if (file !== null) made([{ code, file }])
              }}
            />
          ) : (
            <PdfPages
              file={open}
              name={name}
              code={code}
              asked={asked}
              done={parts => {
                setOpen(null)
                if (parts !== null) made(parts)
              }}
            />
          )}
        </Suspense>
      )}
    </li>
  )
}
