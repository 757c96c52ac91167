import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { listZip, readEntry, readWhole } from './zip.ts'
import { openSource } from './zip-file.ts'

const LIMITS = { bundleBytes: 1_000_000, entries: 10, directoryBytes: 2000 }
const FILES = { 'a.txt': new TextEncoder().encode('alpha'), 'b/c.txt': new Uint8Array(5000) }
const zip = (options: Parameters<typeof zipSync>[1] = {}) => Buffer.from(zipSync(FILES, options))
const CENTRAL = Buffer.from('504b0102', 'hex')
const END = Buffer.from('504b0506', 'hex')

const sourceOf = (bytes: Uint8Array) => openSource(new Blob([new Uint8Array(bytes)]))
const list = async (bytes: Uint8Array, limits = LIMITS) => listZip(await sourceOf(bytes), limits, () => false)

/** The ZIP after `change`, as bytes. */
function changed(change: (bytes: Buffer) => Buffer | undefined, options?: Parameters<typeof zipSync>[1]): Buffer {
  const bytes = zip(options)
  return change(bytes) ?? bytes
}

describe('a ZIP', () => {
  test.each([0, 6] as const)('at level %i gives its files back', async level => {
    const source = await sourceOf(zip({ level }))
    const entries = await listZip(source, LIMITS, () => false)
    expect(entries.map(({ name, size }) => [name, size])).toEqual([
      ['a.txt', 5],
      ['b/c.txt', 5000],
    ])
    for (const entry of entries) {
      expect(await readWhole(source, entry)).toEqual(FILES[entry.name as keyof typeof FILES])
    }
  })

  test('leaves out folders that the caller knows, and no other', async () => {
    const bytes = Buffer.from(zipSync({ 'b/': new Uint8Array(), 'c/': new Uint8Array() }))
    const entries = await listZip(await sourceOf(bytes), LIMITS, name => name === 'b/')
    expect(entries.map(({ name }) => name)).toEqual(['c/'])
  })

  test('is read up to each limit and not beyond', async () => {
    const bytes = zip()
    const directoryBytes = bytes.readUInt32LE(bytes.indexOf(END) + 12)
    const exact = { bundleBytes: bytes.byteLength, entries: 2, directoryBytes }
    expect((await list(bytes, exact)).length).toBe(2)
    for (const name of ['bundleBytes', 'entries', 'directoryBytes'] as const) {
      await expect(list(bytes, { ...exact, [name]: exact[name] - 1 }), name).rejects.toThrow(/larger|more/)
    }
  })

  const central = (bytes: Buffer, offset: number) => bytes.indexOf(CENTRAL) + offset
  const refusals: [string, RegExp, (bytes: Buffer) => Buffer | undefined][] = [
    [
      'a comment',
      /not a ZIP file/,
      bytes => Buffer.concat([bytes.subarray(0, -2), Buffer.from('\x02\x00hi', 'latin1')]),
    ],
    ['an encrypted file', /encrypted/, bytes => void bytes.writeUInt16LE(1, central(bytes, 8))],
    ['an unknown method', /unknown method/, bytes => void bytes.writeUInt16LE(12, central(bytes, 10))],
    ['a link', /is a link/, bytes => void bytes.writeUInt32LE(0xa1ff0000, central(bytes, 38))],
    ['two different names', /two different headers/, bytes => void bytes.write('x', bytes.indexOf('a.txt'))],
    ['two different sizes', /two different headers/, bytes => void bytes.writeUInt32LE(6, 22)],
    ['two methods', /two different headers/, bytes => void bytes.writeUInt16LE(0, 8)],
    ['no header', /no header/, bytes => void bytes.writeUInt8(0, 0)],
    ['a directory elsewhere', /end record/, bytes => void bytes.writeUInt32LE(5, bytes.indexOf(END) + 16)],
    [
      'fewer files than its directory',
      /damaged/,
      bytes => {
        bytes.writeUInt16LE(1, bytes.indexOf(END) + 8)
        bytes.writeUInt16LE(1, bytes.indexOf(END) + 10)
      },
    ],
    ['several disks', /several disks/, bytes => void bytes.writeUInt16LE(1, bytes.indexOf(END) + 4)],
    [
      'files that overlap',
      /does not begin where/,
      bytes => {
        bytes.writeUInt32LE(0, bytes.lastIndexOf(CENTRAL) + 42)
      },
    ],
  ]
  test.each(refusals)('with %s is refused', async (_, why, change) => {
    await expect(list(changed(change))).rejects.toThrow(why)
  })

  test('with an extra field that renames a file is refused', async () => {
    const extra = { 28789: new Uint8Array([1, 0, 0, 0, 0, 0x78]) }
    const bytes = Buffer.from(zipSync({ 'a.txt': [new Uint8Array(3), { extra }] }))
    await expect(list(bytes)).rejects.toThrow('unknown kind')
    const stamped = Buffer.from(zipSync({ 'a.txt': [new Uint8Array(3), { extra: { 21589: new Uint8Array(5) } }] }))
    expect((await list(stamped)).length).toBe(1)
  })

  test('with damaged content fails while it is read', async () => {
    for (const level of [0, 6] as const) {
      const bytes = zip({ level })
      bytes.writeUInt8(bytes.readUInt8(36) ^ 0x10, 36)
      const source = await sourceOf(bytes)
      const [entry] = await listZip(source, LIMITS, () => false)
      if (entry === undefined) throw new Error('no entry')
      await expect(Array.fromAsync(readEntry(source, entry))).rejects.toThrow(/checksum|unpacked|shorter|longer/)
    }
  })

  test('of a path is read as one of a blob, and closed', async () => {
    const source = await openSource(new URL(import.meta.url).pathname)
    await expect(listZip(source, LIMITS, () => false)).rejects.toThrow('not a ZIP file')
    await source.close()
    await expect(openSource('/nowhere/there.zip')).rejects.toThrow('ENOENT')
  })
})
