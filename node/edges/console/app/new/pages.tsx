/** The pages of a PDF on one sheet: put in order, turned, and some of them made a material of their own. The document stays as it is until all is made. */
import { RotateLeftOutlined, RotateRightOutlined } from '@ant-design/icons'
import { Alert, Button, Input, Modal, Select, Space } from 'antd'
import type { PDFDocumentProxy } from 'pdfjs-dist'
import { type KeyboardEvent, useState } from 'react'
import { PdfPage, usePdf } from '../case/view/pdf.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import type { Asked } from './content.ts'
import { stemOf } from './files.ts'
import {
  allPages,
  isUntouched,
  movedTo,
  type PageTurned,
  pagesIn,
  pagesText,
  shifted,
  turnedBy,
} from './pages-order.ts'
import { editPdf } from './pdf/call.ts'
import { NEW } from './words.ts'

/** Of a page on the sheet, pixels. */
const WIDTH = 112
const DRAGGED = 'application/x-tongban-page'

/** A new file, and the material that it is of. */
export type MadePart = { code: string; file: File }
type Part = { code: string; pages: readonly PageTurned[] }

/** Characters of numbers of pages in the name of a file. */
const NAMED = 40
const numbersOf = (pages: readonly PageTurned[]): string => pagesText(pages.map(({ no }) => no + 1))
const namedBy = (pages: readonly PageTurned[]): string => {
  const numbers = numbersOf(pages)
  return numbers.length > NAMED ? `${pages.length}p` : numbers
}

function Sheet({
  pdf,
  pages,
  chosen,
  choose,
  move,
}: {
  pdf: PDFDocumentProxy
  pages: readonly PageTurned[]
  chosen: ReadonlySet<number>
  choose: (next: ReadonlySet<number>) => void
  move: (from: number, to: number) => void
}) {
  const words = useWords(NEW)
  const toggle = (no: number) => {
    const next = new Set(chosen)
    if (!next.delete(no)) next.add(no)
    choose(next)
  }
  return (
    <ol className="pdf-sheet" aria-label={words.pagesOf}>
      {pages.map(({ no, turn }, at) => (
        <li
          key={no}
          draggable
          onDragStart={event => event.dataTransfer.setData(DRAGGED, String(at))}
          onDragOver={event => event.preventDefault()}
          onDrop={event => {
            event.preventDefault()
            event.stopPropagation()
            const from = event.dataTransfer.getData(DRAGGED)
            if (from !== '') move(Number(from), at)
          }}
        >
          <button type="button" aria-pressed={chosen.has(no)} onClick={() => toggle(no)}>
            <PdfPage pdf={pdf} no={no + 1} width={WIDTH} turn={turn} />
            <span>
              {chosen.has(no) ? '✓ ' : ''}
              {no + 1}
              {turn === 0 ? '' : ` ↻${turn}°`}
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}

type Props = {
  file: Blob
  name: string
  code: string
  asked: readonly Asked[]
  done: (parts: readonly MadePart[] | null) => void
}

function Opened({ pdf, file, name, code, asked, done }: Props & { pdf: PDFDocumentProxy }) {
  const words = useWords(NEW)
  const [pages, setPages] = useState<readonly PageTurned[]>(() => allPages(pdf.numPages))
  const [chosen, choose] = useState<ReadonlySet<number>>(new Set())
  const [parts, setParts] = useState<readonly Part[]>([])
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [refused, refuse] = useState<string | null>(null)
  const listed = pagesIn(text, pdf.numPages)
  const isChosen = ({ no }: PageTurned) => chosen.has(no)
  const turn = (quarters: 1 | -1) => () =>
    setPages(pages.map(page => (isChosen(page) ? { ...page, turn: turnedBy(page.turn, quarters) } : page)))
  const pickListed = () => {
    if (listed !== null) choose(new Set(listed.map(page => page - 1)))
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') pickListed()
  }
  const take = (to: string) => {
    const taken = pages.filter(isChosen)
    setParts(parts.concat({ code: to, pages: taken }))
    setPages(pages.filter(page => !isChosen(page)))
    choose(new Set())
  }
  const putBack = (part: Part) => {
    setParts(parts.filter(other => other !== part))
    setPages(pages.concat(part.pages).toSorted((a, b) => a.no - b.no))
  }
  const nameOf = (of: string) => asked.find(({ materialCode }) => materialCode === of)?.materialName ?? of
  const untouched = parts.length === 0 && isUntouched(pages, pdf.numPages)

  const make = async () => {
    setBusy(true)
    refuse(null)
    setError(null)
    const documents = [...(pages.length > 0 ? [{ code, pages }] : []), ...parts]
    const answer = await editPdf({ do: 'arrange', file, documents: documents.map(part => part.pages) })
    setBusy(false)
    if (!answer.ok) {
      if (answer.why === 'failed') setError(new Error(answer.text))
      else refuse(words[answer.why])
      return
    }
    done(
      documents.flatMap((part, at) => {
        const bytes = answer.documents[at]
        if (bytes === undefined) return []
        const whole = part.pages.length === pdf.numPages
        return [
          {
            code: part.code,
            file: new File([bytes], `${stemOf(name)}${whole ? '' : `-${namedBy(part.pages)}`}.pdf`, {
              type: 'application/pdf',
            }),
          },
        ]
      }),
    )
  }
  return (
    <Modal
      open
      width={1040}
      style={{ top: 16 }}
      title={`${words.pagesOf} · ${name}`}
      okText={words.apply}
      cancelText={words.leave}
      okButtonProps={{ disabled: untouched, loading: busy }}
      onOk={() => void make()}
      onCancel={() => done(null)}
    >
      <p className="muted">{words.pagesHint}</p>
      <Space wrap>
        <Input
          aria-label={words.choosePages}
          placeholder={words.choosePagesHint}
          style={{ width: 200 }}
          value={text}
          status={text !== '' && listed === null ? 'error' : ''}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKey}
        />
        <Button disabled={listed === null} onClick={pickListed}>
          {words.choosePages}
        </Button>
        <Button onClick={() => choose(new Set(pages.map(({ no }) => no)))}>{words.chooseAll}</Button>
        <span role="status">{words.chosenPages(pages.filter(isChosen).length, pages.length)}</span>
      </Space>
      <Space wrap style={{ marginBlock: 8 }}>
        <Button icon={<RotateLeftOutlined />} disabled={chosen.size === 0} onClick={turn(-1)}>
          {words.turnLeft}
        </Button>
        <Button icon={<RotateRightOutlined />} disabled={chosen.size === 0} onClick={turn(1)}>
          {words.turnRight}
        </Button>
        <Button disabled={chosen.size === 0} onClick={() => setPages(shifted(pages, isChosen, -1))}>
          {words.earlierPlace}
        </Button>
        <Button disabled={chosen.size === 0} onClick={() => setPages(shifted(pages, isChosen, 1))}>
          {words.laterPlace}
        </Button>
        {chosen.size === 0 ? null : (
          <Select
            aria-label={words.splitTo}
            placeholder={words.splitTo}
            style={{ width: 260 }}
            value={null}
            onChange={take}
            options={asked.map(({ materialCode, materialName }) => ({
              value: materialCode,
              label: `${materialCode} ${materialName}`,
            }))}
          />
        )}
      </Space>
      {parts.length === 0 ? null : (
        <ul aria-label={words.parts} className="pdf-parts">
          {parts.map((part, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name
            <li key={at}>
              {words.part(numbersOf(part.pages), nameOf(part.code))}{' '}
              <Button size="small" onClick={() => putBack(part)}>
                {words.putBack}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {refused === null ? null : <Alert type="warning" showIcon role="alert" title={refused} />}
      {error === null ? null : <ProblemNotice error={error} />}
      <Sheet
        pdf={pdf}
        pages={pages}
        chosen={chosen}
        choose={choose}
        move={(from, to) => setPages(movedTo(pages, from, to))}
      />
    </Modal>
  )
}

export function PdfPages(props: Props) {
  const words = useWords(NEW)
  const { pdf, failed } = usePdf(props.file)
  if (pdf !== null) return <Opened {...props} pdf={pdf} />
  return (
    <Modal open title={`${words.pagesOf} · ${props.name}`} footer={null} onCancel={() => props.done(null)}>
      {failed === null ? (
        <p role="status">{words.opening}</p>
      ) : (
        <Alert type="warning" showIcon role="alert" title={isLocked(failed) ? words.encrypted : words.broken} />
      )}
    </Modal>
  )
}

/** As PDF.js calls it. */
const isLocked = (error: unknown): boolean => error instanceof Error && error.name === 'PasswordException'
