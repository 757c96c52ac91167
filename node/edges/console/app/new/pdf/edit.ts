/** Pages of a PDF put in another order, turned, taken apart into documents; photographs made one document. Runs in a thread of its own. Pure. */
import { degrees, PDFDict, PDFDocument, PDFName, PDFNumber, type PDFPage } from '@cantoo/pdf-lib'
import type { PageTurned } from '../pages-order.ts'

/** Why a PDF is left as it is: a signature would not hold any more, a password would be taken off, or it cannot be read. */
export type Refusal = 'signed' | 'encrypted' | 'broken'
export type Made = { ok: true; documents: Uint8Array<ArrayBuffer>[] } | { ok: false; why: Refusal }

const BYTE_RANGE = [...'/ByteRange'].map(character => character.charCodeAt(0))
/** Of AcroForm (ISO 32000-1, table 219): some signature exists. */
const SIGNATURES_EXIST = 1
/** A4, points. */
const A4 = { short: 595.28, long: 841.89 }

/** What a signature covers (ISO 32000-1, 12.8.1) stands in the clear, for its bytes are counted. */
function coversBytes(bytes: Uint8Array): boolean {
  const [first = 0] = BYTE_RANGE
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1))
    if (BYTE_RANGE.every((code, index) => bytes[at + index] === code)) return true
  return false
}

function isSigned({ catalog }: PDFDocument): boolean {
  if (catalog.has(PDFName.of('Perms'))) return true
  const form = catalog.lookup(PDFName.of('AcroForm'))
  const flags = form instanceof PDFDict ? form.lookup(PDFName.of('SigFlags')) : undefined
  return flags instanceof PDFNumber && (flags.asNumber() & SIGNATURES_EXIST) !== 0
}

async function opened(bytes: Uint8Array): Promise<PDFDocument | Refusal> {
  if (coversBytes(bytes)) return 'signed'
  try {
    // Only to tell a password from damage: nothing of an encrypted document is read.
    const document = await PDFDocument.load(bytes, { updateMetadata: false, ignoreEncryption: true })
    if (document.isEncrypted || document.context.trailerInfo.Encrypt !== undefined) return 'encrypted'
    if (document.getPageCount() === 0) return 'broken'
    return isSigned(document) ? 'signed' : document
  } catch {
    return 'broken'
  }
}

/** Each list of pages becomes a document. The same pages make the same bytes: one that is made again is the same material. */
export async function arrangePdf(bytes: Uint8Array, documents: readonly (readonly PageTurned[])[]): Promise<Made> {
  const source = await opened(bytes)
  if (typeof source === 'string') return { ok: false, why: source }
  try {
    const made: Uint8Array<ArrayBuffer>[] = []
    for (const pages of documents) {
      const target = await PDFDocument.create({ updateMetadata: false })
      const copies = await target.copyPages(
        source,
        pages.map(({ no }) => no),
      )
      for (const [at, page] of copies.entries()) target.addPage(turned(page, pages[at]?.turn ?? 0))
      made.push(new Uint8Array(await target.save({ addDefaultPage: false })))
    }
    return { ok: true, documents: made }
  } catch {
    return { ok: false, why: 'broken' }
  }
}

function turned(page: PDFPage, turn: number): PDFPage {
  if (turn !== 0) page.setRotation(degrees((page.getRotation().angle + turn) % 360))
  return page
}

/** JPEG photographs as they stand upright, each on a page of A4 that lies as the photograph does. */
export async function joinPictures(pictures: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const target = await PDFDocument.create({ updateMetadata: false })
  for (const bytes of pictures) {
    const picture = await target.embedJpg(bytes)
    const upright = picture.height >= picture.width
    const [width, height] = upright ? [A4.short, A4.long] : [A4.long, A4.short]
    const scale = Math.min(width / picture.width, height / picture.height)
    const wide = picture.width * scale
    const high = picture.height * scale
    target.addPage([width, height]).drawImage(picture, {
      x: (width - wide) / 2,
      y: (height - high) / 2,
      width: wide,
      height: high,
    })
  }
  return new Uint8Array(await target.save({ addDefaultPage: false }))
}
