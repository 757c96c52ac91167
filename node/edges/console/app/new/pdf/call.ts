/** Asks the thread that edits PDFs: a new one for each job, so that a large document is held no longer than it takes. */
import type { Answer, Job } from './worker.ts'

/** Address of the program of the thread; the build puts it here. */
declare const PDF_WORKER: string

export function editPdf(job: Job): Promise<Answer> {
  const thread = new Worker(PDF_WORKER, { type: 'module' })
  return new Promise<Answer>(resolve => {
    thread.addEventListener('message', (event: MessageEvent<Answer>) => resolve(event.data))
    thread.addEventListener('error', ({ message }) => resolve({ ok: false, why: 'failed', text: message }))
    thread.postMessage(job)
  }).finally(() => thread.terminate())
}
