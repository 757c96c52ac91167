/** A PDF drawn by PDF.js: pages that are seen, read by ranges; nothing in it runs. */
import type { PDFDocumentProxy } from 'pdfjs-dist'
import { useEffect, useRef, useState } from 'react'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useWords } from '../../words.ts'
import { openPdf } from './pdf-file.ts'
import { VIEW } from './words.ts'

/** Pages are drawn this far before they are seen, pixels. */
const AHEAD = 600
/** Of a page that nobody knows yet: A4. */
const A4 = Math.SQRT2

function PdfPage({ pdf, no, width }: { pdf: PDFDocumentProxy; no: number; width: number }) {
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
      const plain = page.getViewport({ scale: 1 })
      const sharp = Math.min(window.devicePixelRatio, 2)
      const viewport = page.getViewport({ scale: (width / plain.width) * sharp })
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
    return () => {
      ended = true
      stop()
    }
  }, [pdf, no, width, seen])
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

export function PdfView({ address, bytes, width }: { address: string; bytes: ArrayBuffer | null; width: number }) {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null)
  const [failed, setFailed] = useState<unknown>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: bytes that come later are for the next look
  useEffect(() => {
    const task = openPdf(address, bytes)
    setPdf(null)
    setFailed(null)
    task.promise.then(setPdf, setFailed)
    return () => void task.destroy()
  }, [address])
  if (failed !== null) return <ProblemNotice error={failed} />
  if (pdf === null) return null
  return Array.from({ length: pdf.numPages }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pages have no other name
    <PdfPage key={index} pdf={pdf} no={index + 1} width={width} />
  ))
}
