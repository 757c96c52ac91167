import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Problem } from '../../../protocol/problem.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createHandClock, type HandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createSeal } from '../../kernel/keys/seal.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createUploads, UPLOAD_LIMITS, type Uploads } from './uploads.ts'

let folder = ''
let db: Database
let clock: HandClock
let uploads: Uploads
let kept: { text: string; actor: string }[]
let full: Problem | null
let refuses: Error | null
let ids: number
const failures: unknown[] = []

/** A run of the node over what an earlier one left. */
async function run(): Promise<Uploads> {
  const begun = createUploads({
    db,
    folder,
    clock,
    id: () => `u${++ids}`,
    random: bytes => new Uint8Array(bytes).fill(7),
    seal: createSeal(new Uint8Array(32).fill(9)),
    space: () => full,
    failed: error => failures.push(error),
    async keep(stream, actor) {
      const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
      if (refuses !== null) throw refuses
      kept.push({ text: Buffer.from(bytes).toString(), actor })
      return {
        sha256: createHash('sha256').update(bytes).digest('hex'),
        size: bytes.byteLength,
        type: 'application/pdf',
      }
    },
  })
  await begun.start()
  return begun
}

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'tongban-uploads-')), 'uploads')
  db = await openTestStore()
  clock = createHandClock()
  kept = []
  full = null
  refuses = null
  ids = 0
  uploads = await run()
})
afterEach(async () => {
  await uploads.stop()
  await db.close()
  await rm(join(folder, '..'), { recursive: true, force: true })
  expect(failures).toEqual([])
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
    refuses = new ProblemError('request.invalid', 'no scan')
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
    await expect(send(id, 0, 'abc')).rejects.toThrow('upload.writing')
    await expect(uploads.end('wang', id)).rejects.toThrow('upload.writing')
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
    await expect(begin('wang')).rejects.toThrow('upload.limit')
    for (let n = UPLOAD_LIMITS.perPerson; n < UPLOAD_LIMITS.open; n++) await begin(`p${n}`)
    await expect(begin('li')).rejects.toThrow('upload.limit')
    await uploads.end('wang', 'u1')
    await begin('li')
  })

  test(`that waits ${UPLOAD_LIMITS.idleSeconds} seconds gives way to a new one where so many are open, the longest first`, async () => {
    const begin = (person: string) => uploads.create(person, 6, `person:${person}`)
    for (let n = 0; n < UPLOAD_LIMITS.perPerson; n++) await begin('wang')
    clock.advance(UPLOAD_LIMITS.idleSeconds * 1000 - 1)
    await expect(begin('wang')).rejects.toThrow('upload.limit')
    await send('u1', 0, 'abc')
    clock.advance(1)
    await begin('wang')
    expect(uploads.state('wang', 'u1').offset).toBe(3)
    expect(() => uploads.state('wang', 'u2')).toThrow('request.not-found')
    for (let n = UPLOAD_LIMITS.perPerson; n < UPLOAD_LIMITS.open; n++) await begin(`p${n}`)
    // Of all people, the one that waits longest.
    await begin('li')
    expect(() => uploads.state('wang', 'u3')).toThrow('request.not-found')
  })

  test(`that is whole counts no more, and ${UPLOAD_LIMITS.whole} of them are told of`, async () => {
    for (let n = 0; n <= UPLOAD_LIMITS.whole; n++) {
      const { id } = await uploads.create('wang', 3, 'person:wang')
      await send(id, 0, 'abc')
    }
    expect(uploads.list('wang')).toHaveLength(UPLOAD_LIMITS.whole)
    expect(() => uploads.state('wang', 'u1')).toThrow('request.not-found')
    expect(uploads.state('wang', 'u2').material).not.toBeNull()
  })

  test('is told to who began it, the one gone on with last first, and to nobody else', async () => {
    await uploads.create('wang', 3, 'person:wang')
    clock.advance(1)
    const { id } = await uploads.create('wang', 6, 'person:wang')
    await send(id, 0, 'abc')
    expect(uploads.list('wang')).toMatchObject([
      { id: 'u2', offset: 3, size: 6, material: null },
      { id: 'u1', offset: 0, size: 3, material: null },
    ])
    expect(uploads.list('li')).toEqual([])
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

  test('goes on after a restart of the node, with what had come when it was cut off', async () => {
    const { id } = await uploads.create('wang', 11, 'person:wang')
    await send(id, 0, 'hello ')
    const whole = await uploads.create('wang', 3, 'person:wang')
    await send(whole.id, 0, 'abc')
    await uploads.stop()
    await writeFile(join(folder, 'left'), 'of a row that is gone')
    uploads = await run()
    expect(await readdir(folder)).toEqual([id])
    expect(uploads.state('wang', whole.id).material).toMatchObject({ size: 3 })
    expect(uploads.state('wang', id)).toMatchObject({ offset: 6, size: 11, material: null })
    expect(await send(id, 6, 'world')).toMatchObject({ offset: 11, material: { size: 11 } })
    expect(kept.at(-1)?.text).toBe('hello world')
  })

  test('keeps what came of a piece that the end of the node breaks off', async () => {
    const { id } = await uploads.create('wang', 6, 'person:wang')
    let reached: () => void = () => undefined
    const waits = new Promise<void>(resolve => {
      reached = resolve
    })
    let pulls = 0
    const held = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (pulls++ === 0) return controller.enqueue(new TextEncoder().encode('abc'))
          reached()
          await new Promise(() => undefined)
        },
      },
      { highWaterMark: 0 },
    )
    const cut = uploads.append('wang', id, 0, held, { actor: 'person:wang', checksum: null }).catch(String)
    await waits
    await uploads.stop()
    expect(await cut).toContain('the node ends')
    uploads = await run()
    expect(uploads.state('wang', id).offset).toBe(3)
  })

  test(`of a killed node asks for no more than the ${UPLOAD_LIMITS.noted} bytes again that came last`, async () => {
    const frame = new Uint8Array(UPLOAD_LIMITS.frame)
    const size = UPLOAD_LIMITS.noted + 2 * UPLOAD_LIMITS.frame
    const { id } = await uploads.create('wang', size, 'person:wang')
    const noted = async () =>
      (await db.query<{ received: number }>('SELECT received FROM uploads WHERE id = ?', [id]))[0]?.received
    const seen: (number | undefined)[] = []
    async function* pieces() {
      for (let sent = 0; sent < size - UPLOAD_LIMITS.frame; sent += UPLOAD_LIMITS.frame) {
        if (sent >= UPLOAD_LIMITS.noted - UPLOAD_LIMITS.frame) seen.push(await noted())
        yield frame
      }
    }
    await uploads.append('wang', id, 0, pieces(), { actor: 'person:wang', checksum: null })
    expect(seen).toEqual([0, UPLOAD_LIMITS.noted])
    expect(await noted()).toBe(size - UPLOAD_LIMITS.frame)
  })

  test('whose file was lost or cut is gone after a restart, and so is one whose time passed meanwhile', async () => {
    const lost = await uploads.create('wang', 6, 'person:wang')
    const cut = await uploads.create('wang', 6, 'person:wang')
    const old = await uploads.create('wang', 6, 'person:wang')
    for (const { id } of [lost, cut]) await send(id, 0, 'abc')
    await uploads.stop()
    await rm(join(folder, lost.id))
    await writeFile(join(folder, cut.id), 'abc')
    uploads = await run()
    expect(uploads.list('wang').map(({ id }) => id)).toEqual([old.id])
    await uploads.stop()
    clock.advance(UPLOAD_LIMITS.seconds * 1000)
    uploads = await run()
    expect([uploads.list('wang'), await readdir(folder), await db.query('SELECT 1 FROM uploads')]).toEqual([[], [], []])
  })

  test('has no key any more once it is a material, or has ended', async () => {
    const { id } = await uploads.create('wang', 3, 'person:wang')
    const ended = await uploads.create('wang', 3, 'person:wang')
    await send(id, 0, 'abc')
    await uploads.end('wang', ended.id)
    expect(await db.query('SELECT id, key FROM uploads')).toEqual([{ id, key: null }])
  })

  test('that cannot be kept for want of room waits where its last piece began', async () => {
    const { id } = await uploads.create('wang', 6, 'person:wang')
    await send(id, 0, 'abc')
    refuses = new ProblemError('disk.full')
    await expect(send(id, 3, 'def')).rejects.toThrow('disk.full')
    expect(uploads.state('wang', id)).toMatchObject({ offset: 3, material: null })
    refuses = null
    expect(await send(id, 3, 'def')).toMatchObject({ material: { size: 6 } })
    expect(kept.at(-1)?.text).toBe('abcdef')
  })
})
