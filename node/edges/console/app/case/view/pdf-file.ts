/**
 * PDFs as PDF.js opens them, all in one thread of the browser: to start one takes longer than to open a document. One may be opened before
 * it is asked for; then it waits until it is.
 */
import { GlobalWorkerOptions, getDocument, type PDFDocumentLoadingTask, PDFWorker } from 'pdfjs-dist'
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs' with { type: 'file' }

GlobalWorkerOptions.workerSrc = new URL(worker, import.meta.url).href
/** Where `build.ts` puts what PDF.js reads when it needs it: Chinese encodings, fonts that no PDF brings. */
const BESIDE = '/console/'

let thread: PDFWorker | null = null
/** Opened and not asked for yet, by its address. */
let ready: { address: string; task: PDFDocumentLoadingTask } | null = null

function open(address: string, bytes: ArrayBuffer | null): PDFDocumentLoadingTask {
  if (thread === null || thread.destroyed) thread = PDFWorker.create({})
  return getDocument({
    worker: thread,
    ...(bytes === null ? { url: address } : { data: bytes.slice(0) }),
    cMapUrl: BESIDE,
    standardFontDataUrl: BESIDE,
    wasmUrl: BESIDE,
    disableAutoFetch: true,
    disableStream: true,
  })
}

/** Opens the one that is likely asked for next; the one before it that nobody asked for is closed. */
export function openAhead(address: string, bytes: ArrayBuffer): void {
  if (ready?.address === address) return
  void ready?.task.destroy()
  const task = open(address, bytes)
  // What is wrong with it is told when it is asked for.
  task.promise.catch(() => undefined)
  ready = { address, task }
}

/** Opens it, or takes it as it was opened ahead; whoever asks closes it by `destroy`. */
export function openPdf(address: string, bytes: ArrayBuffer | null): PDFDocumentLoadingTask {
  if (ready?.address !== address) return open(address, bytes)
  const { task } = ready
  ready = null
  return task
}
