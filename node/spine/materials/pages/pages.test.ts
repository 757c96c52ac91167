import { createHash } from 'node:crypto'
import { strToU8, zipSync } from 'fflate'
import { beforeEach, describe, expect, test } from 'vitest'
import { fromHex } from '../../../../protocol/primitives.ts'
import { makePdf } from '../../../../test/support/make-pdf.ts'
import { openTestStore } from '../../../../test/support/store.ts'
import type { Database } from '../../../kernel/store/database.ts'
import { countPages, readTexts } from './count.ts'
import { createPages, type Pages } from './pages.ts'

const OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
/** How programs write where a document lies. */
const ROOTS = [
  (path: string) => path,
  (path: string) => `/${path}`,
  (path: string) => `./${path}`,
  (path: string) => `<![CDATA[${path.replace('/', '\\')}]]>`,
]
const ofd = (...documents: number[]): Uint8Array =>
  zipSync({
    'OFD.xml': strToU8(
      `<?xml version="1.0" encoding="UTF-8"?><ofd:OFD ${OFD} Version="1.0" DocType="OFD">${documents
        .map(
          (_, at) => `<ofd:DocBody><ofd:DocRoot>${ROOTS[at]?.(`Doc_${at}/Document.xml`)}</ofd:DocRoot></ofd:DocBody>`,
        )
        .join('')}</ofd:OFD>`,
    ),
    ...Object.fromEntries(
      documents.map((pages, at) => [
        `Doc_${at}/Document.xml`,
        strToU8(
          `<ofd:Document ${OFD}><ofd:CommonData><ofd:TemplatePage ID="9"/></ofd:CommonData><ofd:Pages>${Array.from(
            { length: pages },
            (_, page) => `<ofd:Page ID="${page}" BaseLoc="Pages/Page_${page}/Content.xml"/>`,
          ).join('')}</ofd:Pages><ofd:Outlines><ofd:Page/></ofd:Outlines></ofd:Document>`,
        ),
      ]),
    ),
  })

describe('pages of a scan', () => {
  test.each([
    ['one of an image', 'image/jpeg', new Uint8Array([0xff, 0xd8, 0xff]), 1],
    ['of a PDF', 'application/pdf', makePdf(3), 3],
    ['of an OFD with one document', 'application/ofd', ofd(2), 2],
    ['of an OFD with more', 'application/ofd', ofd(2, 5), 7],
    ['of an OFD that names its documents in another way', 'application/ofd', ofd(2, 5, 1, 1), 9],
    ['none of a broken PDF', 'application/pdf', strToU8('%PDF-1.4\nnothing else'), null],
    ['none of an OFD without its documents', 'application/ofd', zipSync({ 'OFD.xml': strToU8('<OFD/>') }), null],
    ['none of an OFD that is no XML', 'application/ofd', zipSync({ 'OFD.xml': strToU8('<OFD><') }), null],
  ] as const)('%s', async (_, type, bytes, pages) => {
    expect(await countPages(type, bytes)).toBe(pages)
  })
})

/** An OFD of pages with these lines each, the first with a template. */
const written = (pages: string[][]): Uint8Array =>
  zipSync({
    'OFD.xml': strToU8(
      `<ofd:OFD ${OFD}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>`,
    ),
    'Doc_0/Document.xml': strToU8(
      `<ofd:Document ${OFD}><ofd:CommonData><ofd:TemplatePage ID="9" BaseLoc="Tpls/Tpl.xml"/></ofd:CommonData><ofd:Pages>${pages
        .map(
          (_, page) =>
            `<ofd:Page ID="${page}" BaseLoc="${page === 0 ? '/Doc_0/' : './'}Pages/Page_${page}/Content.xml"/>`,
        )
        .join('')}</ofd:Pages></ofd:Document>`,
    ),
    'Doc_0/Tpls/Tpl.xml': strToU8(
      `<ofd:Page ${OFD}><ofd:TextObject><ofd:TextCode X="0">证明</ofd:TextCode></ofd:TextObject></ofd:Page>`,
    ),
    ...Object.fromEntries(
      pages.map((lines, page) => [
        `Doc_0/Pages/Page_${page}/Content.xml`,
        strToU8(
          `<ofd:Page ${OFD}>${page === 0 ? '<ofd:Template TemplateID="9"/>' : ''}${lines
            .map(line => `<ofd:TextObject><ofd:TextCode>${line}</ofd:TextCode></ofd:TextObject>`)
            .join('')}</ofd:Page>`,
        ),
      ]),
    ),
  })

describe('text of a scan', () => {
  test('of each page of an OFD, a line for each object, with its template; none of a picture', async () => {
    const bytes = written([['姓名：陈小满', 'A &amp; B &#x41;'], ['第二页']])
    expect(await readTexts('application/ofd', bytes, 100)).toEqual({
      pages: ['证明\n姓名：陈小满\nA & B A', '第二页'],
      truncated: false,
    })
    expect(await readTexts('image/png', bytes, 100)).toEqual({ pages: [''], truncated: false })
    expect(await readTexts('application/pdf', makePdf(2), 100)).toMatchObject({
      pages: [expect.any(String), expect.any(String)],
    })
  })

  test('to the last character that is allowed, and one more is told', async () => {
    const bytes = written([[], ['一二三四']])
    expect(await readTexts('application/ofd', bytes, 6)).toEqual({ pages: ['证明', '一二三四'], truncated: false })
    expect(await readTexts('application/ofd', bytes, 5)).toEqual({ pages: ['证明', '一二三'], truncated: true })
  })

  test.each([
    ['a broken PDF', 'application/pdf', strToU8('%PDF-1.4\nnothing else')],
    ['an OFD without its pages', 'application/ofd', ofd(2)],
    ['an OFD that is no XML', 'application/ofd', zipSync({ 'OFD.xml': strToU8('<OFD><') })],
  ] as const)('none of %s', async (_, type, bytes) => {
    expect(await readTexts(type, bytes, 100)).toBeNull()
  })
})

describe('counted apart', () => {
  let db: Database
  let pages: Pages
  let opened: number
  let files: Map<string, Uint8Array<ArrayBuffer>>

  beforeEach(async () => {
    db = await openTestStore()
    opened = 0
    files = new Map()
    pages = createPages({
      db,
      open: sha256 => {
        opened++
        return new Blob([files.get(sha256) ?? new Uint8Array()]).stream()
      },
    })
  })

  async function held(type: string, bytes: Uint8Array<ArrayBuffer>, size = bytes.byteLength): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    files.set(sha256, bytes)
    await db.transaction(tx =>
      tx.run('INSERT INTO materials (sha256, size, type, created_at) VALUES (?, ?, ?, 0)', [
        fromHex(sha256),
        size,
        type,
      ]),
    )
    return sha256
  }

  test('once, however often and by how many it is asked', async () => {
    const sha256 = await held('application/pdf', makePdf(4))
    expect(await Promise.all([pages.of(sha256), pages.of(sha256)])).toEqual([4, 4])
    expect(await pages.of(sha256)).toBe(4)
    expect(opened).toBe(1)
  })

  test('and what cannot be opened is not tried again, and known from then on', async () => {
    const sha256 = await held('application/pdf', strToU8('%PDF-1.4\n') as Uint8Array<ArrayBuffer>)
    expect(await pages.held([sha256])).toMatchObject([{ commitment: { sha256 }, counted: undefined }])
    expect(await pages.of(sha256)).toBe('unreadable')
    expect(await pages.of(sha256)).toBe('unreadable')
    expect(await pages.held([sha256, 'ab'.repeat(32), sha256])).toMatchObject([
      { commitment: { sha256 }, counted: 'unreadable' },
    ])
    expect(await pages.held([])).toEqual([])
    expect(opened).toBe(1)
  })

  test('an OFD that cannot be counted is not called unreadable', async () => {
    const sha256 = await held('application/ofd', zipSync({ 'OFD.xml': strToU8('<OFD/>') }) as Uint8Array<ArrayBuffer>)
    expect(await pages.of(sha256)).toBeNull()
  })

  test('an image, and what is too large, are not opened; what is not here is missing', async () => {
    expect(await pages.of(await held('image/png', strToU8('png') as Uint8Array<ArrayBuffer>))).toBe(1)
    expect(await pages.of(await held('application/pdf', makePdf(1), 64 * 1024 * 1024 + 1))).toBeNull()
    expect(opened).toBe(0)
    await expect(pages.of('ab'.repeat(32))).rejects.toThrow('material.missing')
  })

  test('the text comes from a process of its own too, and what cannot be opened has none', async () => {
    const sha256 = await held('application/ofd', written([['姓名']]) as Uint8Array<ArrayBuffer>)
    expect(await pages.texts(sha256)).toEqual({ pages: ['证明\n姓名'], truncated: false })
    const broken = await held('application/ofd', zipSync({ 'OFD.xml': strToU8('<OFD/>') }) as Uint8Array<ArrayBuffer>)
    expect(await pages.texts(broken)).toEqual({ pages: [], truncated: false })
    expect(await pages.texts(await held('application/pdf', makePdf(1), 64 * 1024 * 1024 + 1))).toBeNull()
    await expect(pages.texts('ab'.repeat(32))).rejects.toThrow('material.missing')
  })

  test('a stop ends it and remembers nothing', async () => {
    const sha256 = await held('application/pdf', makePdf(2))
    const counting = pages.of(sha256)
    pages.stop()
    await expect(counting).rejects.toThrow('internal')
    expect(await db.query('SELECT pages FROM materials')).toEqual([{ pages: null }])
  })
})
