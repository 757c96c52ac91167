import { PDFDocument, PDFName } from '@cantoo/pdf-lib'
import { expect, test } from 'vitest'
import { allPages } from '../pages-order.ts'
import { arrangePdf, joinPictures } from './edit.ts'

/** Pages that are told apart by their width. */
async function made(pages: number): Promise<PDFDocument> {
  const document = await PDFDocument.create({ updateMetadata: false })
  for (let no = 0; no < pages; no++) document.addPage([100 + no, 200])
  return document
}
const widths = async (bytes: Uint8Array) =>
  (await PDFDocument.load(bytes)).getPages().map(page => [page.getWidth(), page.getRotation().angle])

test('pages go in the order and as they are turned, and one document becomes several', async () => {
  const source = await made(4)
  source.getPage(2).setRotation({ type: 'degrees', angle: 270 } as never)
  const answer = await arrangePdf(await source.save(), [
    [
      { no: 3, turn: 0 },
      { no: 0, turn: 90 },
    ],
    [{ no: 2, turn: 180 }],
  ])
  if (!answer.ok) throw new Error(answer.why)
  expect(await Promise.all(answer.documents.map(widths))).toEqual([
    [
      [103, 0],
      [100, 90],
    ],
    [[102, 90]],
  ])
})

test('the same pages make the same bytes', async () => {
  const bytes = await (await made(3)).save()
  const one = await arrangePdf(bytes, [allPages(2)])
  expect(one).toEqual(await arrangePdf(bytes, [allPages(2)]))
})

test('what is signed, encrypted or broken is refused with the reason', async () => {
  const plain = await (await made(1)).save({ useObjectStreams: false })
  const refusal = async (bytes: Uint8Array) => {
    const answer = await arrangePdf(bytes, [[{ no: 0, turn: 90 }]])
    return answer.ok ? null : answer.why
  }
  expect(await refusal(plain)).toBeNull()
  const signed = new TextDecoder('latin1')
    .decode(plain)
    .replace('/Type /Catalog', '/X << /ByteRange [0 1 2 3] >> /Type /Catalog')
  expect(await refusal(new TextEncoder().encode(signed))).toBe('signed')
  const flagged = await made(1)
  flagged.catalog.set(PDFName.of('AcroForm'), flagged.context.obj({ SigFlags: 3, Fields: [] }))
  expect(await refusal(await flagged.save())).toBe('signed')
  const permitted = await made(1)
  permitted.catalog.set(PDFName.of('Perms'), permitted.context.obj({}))
  expect(await refusal(await permitted.save())).toBe('signed')
  const locked = await made(1)
  locked.encrypt({ userPassword: 'secret', ownerPassword: 'owner' })
  expect(await refusal(await locked.save({ useObjectStreams: false }))).toBe('encrypted')
  for (const text of ['', '%PDF-1.4 hello', 'GIF89a'])
    expect(await refusal(new TextEncoder().encode(text)), text).toBe('broken')
  // A page that is not there.
  expect(await arrangePdf(plain, [[{ no: 1, turn: 0 }]])).toEqual({ ok: false, why: 'broken' })
})

/** The smallest picture that JPEG has: one grey point. */
const POINT = Uint8Array.from(
  atob(
    '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  ),
  character => character.charCodeAt(0),
)

test('photographs become pages of A4', async () => {
  const bytes = await joinPictures([POINT, POINT])
  expect(await widths(bytes)).toEqual([
    [595.28, 0],
    [595.28, 0],
  ])
})
