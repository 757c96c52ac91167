/** Scans that a viewer opens, for tests that count their pages. */
import { randomBytes } from 'node:crypto'

/** A PDF of empty pages, with its table of places (xref) as ISO 32000-1 §7.5 wants it; a comment makes it one of its own. */
export function makePdf(pages: number, comment = ''): Uint8Array<ArrayBuffer> {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages} /Kids [${Array.from({ length: pages }, (_, at) => `${at + 3} 0 R`).join(' ')}] >>`,
    ...Array.from({ length: pages }, () => '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>'),
  ]
  let text = comment === '' ? '%PDF-1.4\n' : `%PDF-1.4\n% ${comment}\n`
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${at + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const size = objects.length + 1
  return new TextEncoder().encode(
    `${text}xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`,
  )
}

/** A PDF of one page, of random content and exactly so many bytes (from 1,000 on). */
export function makeScan(bytes: number): Uint8Array<ArrayBuffer> {
  const made = (length: number) =>
    makePdf(
      1,
      randomBytes(Math.ceil(length / 2))
        .toString('hex')
        .slice(0, length),
    )
  let length = bytes - makePdf(1, 'x').byteLength + 1
  let scan = made(length)
  // The table of places is told by its own place, which has more digits in a larger file.
  while (scan.byteLength !== bytes) {
    length -= scan.byteLength - bytes
    scan = made(length)
  }
  return scan
}
