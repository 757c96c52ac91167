/** The thread in which PDFs are edited: the page goes on meanwhile, and what it took of memory is given back with it. */

import type { PageTurned } from '../pages-order.ts'
import { arrangePdf, joinPictures, type Made } from './edit.ts'

export type Job =
  | { do: 'arrange'; file: Blob; documents: readonly (readonly PageTurned[])[] }
  | { do: 'join'; pictures: readonly Blob[] }
/** `failed`: what no one foresaw, in words of the browser. */
export type Answer = Made | { ok: false; why: 'failed'; text: string }

/** Of a photograph, each side; pixels. More shows nothing more of a sheet of A4 (about 400 dpi). */
const LONGEST = 4800
const QUALITY = 0.9

/** As it was held, whatever the camera wrote beside it, and in the one format that a PDF holds as it is. */
async function uprightJpeg(picture: Blob): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(picture)
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height))
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('no canvas')
  // What is transparent is paper.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })).arrayBuffer())
}

async function answerTo(job: Job): Promise<Answer> {
  if (job.do === 'arrange') return arrangePdf(new Uint8Array(await job.file.arrayBuffer()), job.documents)
  const pictures: Uint8Array[] = []
  for (const picture of job.pictures) pictures.push(await uprightJpeg(picture))
  return { ok: true, documents: [await joinPictures(pictures)] }
}

addEventListener('message', (event: MessageEvent<Job>) => {
  answerTo(event.data)
    .catch((error: unknown): Answer => ({ ok: false, why: 'failed', text: String(error) }))
    .then(answer => postMessage(answer))
})
