/** A PDF drawn by PDF.js: pages that are seen, read by ranges; nothing in it runs. */
import type { PDFDocumentProxy } from 'pdfjs-dist'
import { useEffect, useRef, useState } from 'react'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useWords } from '../../words.ts'
import { openPdf, openPdfFile } from './pdf-file.ts'
import { VIEW } from './words.ts'

/** Pages are drawn this far before they are seen, pixels. */
const AHEAD = 600
/** Of a page that nobody knows yet: A4. */
const A4 = Math.SQRT2

/** A page, drawn while it is seen; what it took is given back when it is not. `turn`: clockwise, degrees. */
export function PdfPage({
  pdf,
  no,
  width,
  turn = 0,
}: {
  pdf: PDFDocumentProxy
  no: number
  width: number
  turn?: number
}) {
  const words = useWords(VIEW)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [seen, setSeen] = useState(no === 1)
  const [ratio, setRatio] = useState(A4)
  useEffect(() => {
    const place = canvas.current
    if (place === null) return
    const watch = new IntersectionObserver(([entry]) => setSeen(entry?.isIntersecting === true), {
      rootMargin: `${AHEAD}px`,
    })
    watch.observe(place)
    return () => watch.disconnect()
  }, [])
  useEffect(() => {
    if (!seen) return
    let ended = false
    let stop = () => {}
    void pdf.getPage(no).then(page => {
      if (ended || canvas.current === null) return
      const rotation = (page.rotate + turn) % 360
      const plain = page.getViewport({ scale: 1, rotation })
      const sharp = Math.min(window.devicePixelRatio, 2)
      const viewport = page.getViewport({ scale: (width / plain.width) * sharp, rotation })
      setRatio(plain.height / plain.width)
      canvas.current.width = viewport.width
      canvas.current.height = viewport.height
      const task = page.render({ canvas: canvas.current, viewport })
      stop = () => task.cancel()
      // A page that went out of sight while it was drawn is drawn again when it comes back.
      task.promise.then(
        () => {
          if (canvas.current !== null) canvas.current.ariaBusy = 'false'
        },
        () => undefined,
      )
    })
    const place = canvas.current
    return () => {
      ended = true
      stop()
      // A canvas of no size holds no pixels: three hundred pages that were seen once take no memory.
      if (place !== null) place.width = 0
    }
  }, [pdf, no, width, turn, seen])
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-busy="true"
      aria-label={words.page(no, pdf.numPages)}
      style={{ width, height: width * ratio }}
    />
  )
}

/** Where a PDF is read from: an address, bytes that are here already, a file of this machine. */
type Source = { address: string; bytes: ArrayBuffer | null } | Blob

/** The document, once it is open; or why it cannot be opened. */
export function usePdf(source: Source): { pdf: PDFDocumentProxy | null; failed: unknown } {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null)
  const [failed, setFailed] = useState<unknown>(null)
  const from = source instanceof Blob ? source : source.address
  // biome-ignore lint/correctness/useExhaustiveDependencies: bytes that come later are for the next look
  useEffect(() => {
    const task = source instanceof Blob ? openPdfFile(source) : openPdf(source.address, source.bytes)
    setPdf(null)
    setFailed(null)
    task.promise.then(setPdf, setFailed)
    return () => void task.destroy()
  }, [from])
  return { pdf, failed }
}

export function PdfView({ address, bytes, width }: { address: string; bytes: ArrayBuffer | null; width: number }) {
  const { pdf, failed } = usePdf({ address, bytes })
  if (failed !== null) return <ProblemNotice error={failed} />
  if (pdf === null) return null
  return Array.from({ length: pdf.numPages }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pages have no other name
    <PdfPage key={index} pdf={pdf} no={index + 1} width={width} />
  ))
}
