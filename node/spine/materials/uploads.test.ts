import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Problem } from '../../../protocol/problem.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createHandClock, type HandClock } from '../../../test/support/http.ts'
import { createUploads, UPLOAD_LIMITS, type Uploads } from './uploads.ts'

let folder = ''
let clock: HandClock
let uploads: Uploads
let kept: { text: string; actor: string }[]
let full: Problem | null
let refuses: boolean

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'tongban-uploads-')), 'uploads')
  clock = createHandClock()
  kept = []
  full = null
  refuses = false
  let ids = 0
  uploads = createUploads({
    folder,
    clock,
    id: () => `u${++ids}`,
    random: bytes => new Uint8Array(bytes).fill(7),
    space: () => full,
    async keep(stream, actor) {
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
      if (refuses) throw new ProblemError('request.invalid', 'no scan')
      kept.push({ text: Buffer.from(bytes).toString(), actor })
      return {
        sha256: createHash('sha256').update(bytes).digest('hex'),
        size: bytes.byteLength,
        type: 'application/pdf',
      }
    },
  })
})
afterEach(async () => {
  await uploads.stop()
  await rm(join(folder, '..'), { recursive: true, force: true })
})

const streamOf = (text: string) => new Blob([text]).stream()
const send = (id: string, offset: number, text: string, hash?: string) =>
  uploads.append('wang', id, offset, streamOf(text), {
    actor: 'person:wang',
    checksum: hash === undefined ? null : { algorithm: 'sha1', hash },
  })
const sha1 = (text: string) => createHash('sha1').update(text).digest('base64')
/** A connection that breaks after some bytes. */
const broken = (text: string) => {
  let sent = false
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) return controller.error(new Error('the connection broke'))
      sent = true
      controller.enqueue(new TextEncoder().encode(text))
    },
  })
}

describe('an upload', () => {
  test('goes on piece by piece, at the place where it is, and becomes a material with the last', async () => {
    const { id } = await uploads.create('wang', 11, 'person:wang')
    expect(await send(id, 0, 'hello ')).toMatchObject({ offset: 6, material: null })
    await expect(send(id, 0, 'hello ')).rejects.toThrow('Upload-Offset: 6')
    await expect(send(id, 7, 'orld')).rejects.toThrow('request.conflict')
    expect(await send(id, 6, 'world')).toMatchObject({ offset: 11, material: { size: 11 } })
    expect(kept).toEqual([{ text: 'hello world', actor: 'person:wang' }])
    expect(uploads.state('wang', id)).toMatchObject({ offset: 11, material: { size: 11 } })
    await expect(send(id, 11, 'x')).rejects.toThrow('request.conflict')
    expect(await readdir(folder)).toEqual([])
  })

  test('keeps what came before the connection broke, whatever pieces it is sent in', async () => {
    const whole = 'x'.repeat(UPLOAD_LIMITS.frame + 10) + 'y'.repeat(UPLOAD_LIMITS.frame)
    const { id } = await uploads.create('wang', whole.length, 'person:wang')
    const part = whole.slice(0, UPLOAD_LIMITS.frame + 7)
    await expect(
      uploads.append('wang', id, 0, broken(part), { actor: 'person:wang', checksum: null }),
    ).rejects.toThrow()
    const { offset } = uploads.state('wang', id)
    expect(offset).toBe(part.length)
    await send(id, offset, whole.slice(offset))
    expect(kept[0]?.text).toBe(whole)
  })

  test('leaves a piece out that is not what its checksum says, or that broke before it was whole', async () => {
    const { id } = await uploads.create('wang', 10, 'person:wang')
    await send(id, 0, 'first')
    expect(await send(id, 5, 'other', sha1('secnd'))).toBe(false)
    expect(uploads.state('wang', id).offset).toBe(5)
    const given = { actor: 'person:wang', checksum: { algorithm: 'sha1', hash: sha1('secnd') } } as const
    await expect(uploads.append('wang', id, 5, broken('sec'), given)).rejects.toThrow()
    expect(uploads.state('wang', id).offset).toBe(5)
    expect(await send(id, 5, 'secnd', sha1('secnd'))).toMatchObject({ offset: 10 })
    expect(kept[0]?.text).toBe('firstsecnd')
  })

  test('lies sealed while it waits: nobody reads it from the disk', async () => {
    const { id } = await uploads.create('wang', 100, 'person:wang')
    await send(id, 0, '11010519491231002X')
    const [file = ''] = await readdir(folder)
    expect((await readFile(join(folder, file))).toString('latin1')).not.toContain('11010519491231002X')
  })

  test('that is no material is told so and is gone', async () => {
    refuses = true
    const { id } = await uploads.create('wang', 3, 'person:wang')
    await expect(send(id, 0, 'abc')).rejects.toThrow('no scan')
    expect(() => uploads.state('wang', id)).toThrow('request.not-found')
    expect(await readdir(folder)).toEqual([])
  })

  test('is of the person who began it, and ended by them', async () => {
    const { id } = await uploads.create('wang', 3, 'person:wang')
    expect(() => uploads.state('li', id)).toThrow('request.not-found')
    await expect(uploads.end('li', id)).rejects.toThrow('request.not-found')
    await uploads.end('wang', id)
    expect(() => uploads.state('wang', id)).toThrow('request.not-found')
    expect(await readdir(folder)).toEqual([])
  })

  test('is written by one at a time', async () => {
    const { id } = await uploads.create('wang', 6, 'person:wang')
    let release: () => void = () => undefined
    const held = new ReadableStream<Uint8Array>({
      start(controller) {
        release = () => {
          controller.enqueue(new TextEncoder().encode('abc'))
          controller.close()
        }
      },
    })
    const first = uploads.append('wang', id, 0, held, { actor: 'person:wang', checksum: null })
    await expect(send(id, 0, 'abc')).rejects.toThrow('request.concurrent')
    await expect(uploads.end('wang', id)).rejects.toThrow('request.concurrent')
    release()
    expect(await first).toMatchObject({ offset: 3 })
  })

  test(`with which nobody goes on for ${UPLOAD_LIMITS.seconds} seconds is deleted; each piece gives it as long again`, async () => {
    const { id } = await uploads.create('wang', 6, 'person:wang')
    clock.advance(UPLOAD_LIMITS.seconds * 1000 - 1)
    await send(id, 0, 'abc')
    clock.advance(UPLOAD_LIMITS.seconds * 1000 - 1)
    expect(uploads.state('wang', id).offset).toBe(3)
    clock.advance(1)
    expect(() => uploads.state('wang', id)).toThrow('request.not-found')
    expect(clock.next()).toBe(Number.POSITIVE_INFINITY)
  })

  test(`one person has ${UPLOAD_LIMITS.perPerson} open, all have ${UPLOAD_LIMITS.open}, and one more is refused`, async () => {
    const begin = (person: string) => uploads.create(person, 3, `person:${person}`)
    for (let n = 0; n < UPLOAD_LIMITS.perPerson; n++) await begin('wang')
    await expect(begin('wang')).rejects.toThrow('request.rate')
    for (let n = UPLOAD_LIMITS.perPerson; n < UPLOAD_LIMITS.open; n++) await begin(`p${n}`)
    await expect(begin('li')).rejects.toThrow('request.rate')
  })

  test(`has ${UPLOAD_LIMITS.bytes} bytes at most, and room on the disk`, async () => {
    await uploads.create('wang', UPLOAD_LIMITS.bytes, 'person:wang')
    await expect(uploads.create('wang', UPLOAD_LIMITS.bytes + 1, 'person:wang')).rejects.toThrow('material.oversize')
    const { id } = await uploads.create('wang', 6, 'person:wang')
    full = { code: 'store.full' }
    await expect(send(id, 0, 'abc')).rejects.toThrow('store.full')
    await expect(uploads.create('wang', 6, 'person:wang')).rejects.toThrow('store.full')
    full = null
    expect(await send(id, 0, 'abcdef')).toMatchObject({ material: { size: 6 } })
  })

  test('of an earlier run of the node is gone, for its key is', async () => {
    const { id } = await uploads.create('wang', 6, 'person:wang')
    await writeFile(join(folder, 'left'), 'x')
    await uploads.start()
    expect(await readdir(folder).catch(() => [])).toEqual([])
    expect(id).toBe('u1')
  })
})
