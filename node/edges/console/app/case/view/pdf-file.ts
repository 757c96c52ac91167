/**
 * PDFs as PDF.js opens them, all in one thread of the browser: to start one takes longer than to open a document. One may be opened before
 * it is asked for; then it waits until it is.
 */
import {
  GlobalWorkerOptions,
  getDocument,
  PDFDataRangeTransport,
  type PDFDocumentLoadingTask,
  PDFWorker,
} from 'pdfjs-dist'
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs' with { type: 'file' }

GlobalWorkerOptions.workerSrc = new URL(worker, import.meta.url).href
/** Where `build.ts` puts what PDF.js reads when it needs it: Chinese encodings, fonts that no PDF brings. */
const BESIDE = '/console/'

let thread: PDFWorker | null = null
/** Opened and not asked for yet, by its address. */
let ready: { address: string; task: PDFDocumentLoadingTask } | null = null

/** What PDF.js reads of a file of this machine: the ranges that it asks for, and never the whole. */
class FileRanges extends PDFDataRangeTransport {
  readonly #file: Blob
  constructor(file: Blob) {
    super(file.size, null)
    this.#file = file
  }
  override requestDataRange(begin: number, end: number): void {
    void this.#file
      .slice(begin, end)
      .arrayBuffer()
      .then(bytes => this.onDataRange(begin, new Uint8Array(bytes)))
  }
}

type From = { url: string } | { data: ArrayBuffer } | { range: PDFDataRangeTransport }

function open(from: From): PDFDocumentLoadingTask {
  if (thread === null || thread.destroyed) thread = PDFWorker.create({})
  return getDocument({
    worker: thread,
    ...from,
    cMapUrl: BESIDE,
    standardFontDataUrl: BESIDE,
    wasmUrl: BESIDE,
    disableAutoFetch: true,
    disableStream: true,
  })
}
const fromOf = (address: string, bytes: ArrayBuffer | null): From =>
  bytes === null ? { url: address } : { data: bytes.slice(0) }

/** Opens the one that is likely asked for next; the one before it that nobody asked for is closed. */
export function openAhead(address: string, bytes: ArrayBuffer): void {
  if (ready?.address === address) return
  void ready?.task.destroy()
  const task = open(fromOf(address, bytes))
  // What is wrong with it is told when it is asked for.
  task.promise.catch(() => undefined)
  ready = { address, task }
}

/** Opens it, or takes it as it was opened ahead; whoever asks closes it by `destroy`. */
export function openPdf(address: string, bytes: ArrayBuffer | null): PDFDocumentLoadingTask {
  if (ready?.address !== address) return open(fromOf(address, bytes))
  const { task } = ready
  ready = null
  return task
}

/** A file of this machine, however large: of what is not looked at nothing is read. */
export const openPdfFile = (file: Blob): PDFDocumentLoadingTask => open({ range: new FileRanges(file) })
