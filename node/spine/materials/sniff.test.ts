import { strToU8, type Zippable, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { couldBeMaterial, sniff } from './sniff.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
/** A ZIP whose entries stand in the given order, stored as they are. */
const zip = (entries: Record<string, string | Uint8Array>) =>
  zipSync(
    Object.fromEntries(
      Object.entries(entries).map(([name, content]): [string, Zippable[string]] => [
        name,
        [typeof content === 'string' ? strToU8(content) : content, { level: 0 }],
      ]),
    ),
  )
const ends = (content: Uint8Array): [Uint8Array, Uint8Array] => [content.subarray(0, 65_536), content.subarray(-65_536)]

const ofd = { 'OFD.xml': '<ofd:OFD/>', 'Doc_0/Document.xml': '<ofd:Document/>' }

describe('media type by content', () => {
  test.each([
    ['JPEG', bytes(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46), 'image/jpeg'],
    ['PNG', bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0), 'image/png'],
    ['PDF', strToU8('%PDF-1.7\n'), 'application/pdf'],
    ['OFD', zip(ofd), 'application/ofd'],
    ['OFD with its root after a large scan', zip({ 'a.png': new Uint8Array(200_000), ...ofd }), 'application/ofd'],
    ['a ZIP of other things', zip({ 'word/document.xml': '<w:document/>' }), null],
    ['a ZIP that speaks of OFD.xml', zip({ 'readme.txt': 'OFD.xml' }), null],
    ['a ZIP with OFD.xml in a folder', zip({ 'Doc/OFD.xml': '<ofd:OFD/>' }), null],
    ['a ZIP with a longer name', zip({ 'OFD.xml.bak': '<ofd:OFD/>' }), null],
    ['a ZIP cut in a name', zip(ofd).subarray(0, 33), null],
    ['half a PNG signature', bytes(0x89, 0x50, 0x4e, 0x47), null],
    ['a GIF', strToU8('GIF89a..'), null],
    ['JSON', strToU8('{"a": 1}'), null],
    ['XML', strToU8('<?xml version="1.0"?>'), null],
    ['HTML', strToU8('<!doctype html><script>'), null],
    ['text', strToU8('通办通办'), null],
    ['a PDF behind a line end', strToU8('\r\n%PDF-1.7'), 'application/pdf'],
    ['a PDF behind a byte order mark', strToU8('\ufeff%PDF-1.7'), 'application/pdf'],
    ['a PDF behind as many blanks as readers pass over', strToU8(`${' '.repeat(1024)}%PDF-1.7`), 'application/pdf'],
    ['a PDF behind one more', strToU8(`${' '.repeat(1025)}%PDF-1.7`), null],
    ['a PDF behind something else', strToU8('x%PDF-1.7'), null],
    ['blanks alone', strToU8(' '.repeat(2000)), null],
    ['a program', bytes(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), null],
    ['zeros', new Uint8Array(100), null],
    ['nothing', new Uint8Array(), null],
  ])('%s', (_, content, type) => {
    expect(sniff(...ends(content))).toBe(type)
    if (type !== null) expect(couldBeMaterial(content)).toBe(true)
  })

  test('eight bytes decide what can never be one', () => {
    expect(couldBeMaterial(strToU8('\n\n<!docty'))).toBe(true)
    expect(couldBeMaterial(strToU8('\n\n<!doctyp'))).toBe(false)
    expect(couldBeMaterial(strToU8(' '.repeat(1031)))).toBe(true)
    expect(couldBeMaterial(strToU8(' '.repeat(1033)))).toBe(false)
    expect(couldBeMaterial(strToU8('<!docty'))).toBe(true)
    expect(couldBeMaterial(strToU8('<!doctyp'))).toBe(false)
    expect(couldBeMaterial(zip({ 'readme.txt': '' }))).toBe(true)
  })
})
