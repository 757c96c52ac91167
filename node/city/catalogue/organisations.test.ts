import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { KeyResolver } from '../../../protocol/packet/envelope.ts'
import { encodeUtf8, sha256 } from '../../../protocol/primitives.ts'
import type { Problem } from '../../../protocol/problem.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type OrganisationUnit, windowsByUnit } from '../../../protocol/service/organisation.ts'
import { type PlayCity, playCity, trusting } from '../../../test/support/play-city.ts'
import { idle, type ListCity, listCities, playItem } from '../../../test/support/play-lists.ts'
import { LIST_ALLOWANCE } from './allowance.ts'
import { createDrafts } from './drafts.ts'
import { createOrganisations, findUnits } from './organisations.ts'
import { publishedOf } from './published.ts'
import { importUnits, writeUnits } from './tables/units.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const ANKANG = '610900'
const SHIYAN = '420300'
const ACTOR = 'person:1'
let plays: [PlayCity, PlayCity]
let resolve: KeyResolver
beforeAll(async () => {
  plays = [await playCity(ANKANG, { now: NOW / 1000 }), await playCity(SHIYAN, { now: NOW / 1000 })]
  resolve = await trusting(...plays)
})

const UNITS = `机构编码,机构名称,层级,上级编码,上级机构编码,地址,电话
420300,十堰市行政审批局,市级,,,北京北路 8 号,0719-8100000
420302,茅箭区政务服务中心,3,,420300,,
`
const WINDOWS = `机构编码,窗口编码,窗口名称,位置
420300,A01,跨省通办窗口,一楼
420300,A02,社保窗口,
`
const zipped = async (units: string, windows: string): Promise<Uint8Array> => {
  const { zipSync } = await import('fflate')
  return zipSync({ '机构.csv': encodeUtf8(units), 'windows.csv': encodeUtf8(windows) })
}
const bytesOf = async (units: readonly OrganisationUnit[], format: 'csv' | 'xlsx') =>
  new Uint8Array(await new Response(await writeUnits(units, format)).arrayBuffer())

async function two() {
  const world = listCities(resolve, NOW)
  const failures: Problem[] = []
  /** what stands between the cities: the bytes that a partner sends, or a failure */
  const wire = { change: (bytes: Uint8Array): Uint8Array | Promise<Uint8Array> => bytes }
  const nodes = new Map<string, ReturnType<typeof createOrganisations>>()
  async function open(play: PlayCity) {
    const city: ListCity = await world.open(play)
    const organisations = createOrganisations({
      db: city.db,
      audit: city.audit,
      clock: world.clock,
      city: play.code,
      services: city.services,
      fetch: async (partner, { sha256: hash }) => {
        const bytes = await nodes.get(partner)?.published(play.code, hash)
        if (bytes === null || bytes === undefined) throw new ProblemError('material.forbidden')
        const given = await wire.change(bytes)
        if ((await sha256(given)) !== hash) throw new ProblemError('material.hash')
        return given
      },
      failed: (_, problem) => failures.push(problem),
    })
    nodes.set(play.code, organisations)
    const drafts = createDrafts({
      db: city.db,
      audit: city.audit,
      clock: world.clock,
      published: publishedOf(city.services, play.code),
      columnMapping: async () => {
        throw new ProblemError('request.not-found')
      },
      context: async () => ({
        units: windowsByUnit(((await organisations.draft()) ?? (await organisations.view(play.code)))?.units ?? []),
      }),
      standing: async () => ({ units: windowsByUnit((await organisations.view(play.code))?.units ?? []) }),
      organisation: organisations,
      agreed: { items: async () => [], cases: async () => 0, mapped: async () => [] },
    })
    return { ...city, organisations, drafts }
  }
  return { world, failures, wire, ankang: await open(plays[0]), shiyan: await open(plays[1]) }
}

describe('organisation trees', () => {
  test('tables are read and written without loss', async () => {
    const read = await importUnits(await zipped(UNITS, WINDOWS), 'a.zip')
    expect(read.errors).toEqual([])
    expect(read.notes).toMatchObject([{ code: 'note.column', column: '上级编码' }])
    expect(read.units).toMatchObject([
      { code: '420300', level: 2, windows: [{ code: 'A01', place: '一楼' }, { code: 'A02' }] },
      { level: 3, parent: '420300' },
    ])
    for (const format of ['csv', 'xlsx'] as const)
      expect(await importUnits(await bytesOf(read.units, format), 'a')).toMatchObject({
        units: read.units,
        errorCount: 0,
        notes: [],
      })
  })

  test('bad rows are named with sheet, row and column', async () => {
    const read = await importUnits(
      await zipped(
        `${UNITS}420303,张湾区,星级,,,,\n,无编码,3,,,,\n`,
        `${WINDOWS}999999,B01,窗口,\n420302,B02,${'长'.repeat(201)},\n`,
      ),
      'a.zip',
    )
    expect(read.errors.map(({ code, sheet, row, column }) => `${code} ${sheet}:${row}:${column}`).toSorted()).toEqual([
      'cell.code 机构:4:层级',
      'cell.schema windows:5:窗口名称',
      'column.missing 机构:5:机构编码',
      'row.unit windows:4:机构编码',
    ])
  })

  test('a drafted tree goes out with the list, and a partner sees its windows', async () => {
    const { world, ankang, shiyan } = await two()
    await shiyan.drafts.put(playItem(1, { offeredAt: [{ unit: '420300', windows: ['A01'] }] }), ACTOR)
    const file = await zipped(UNITS, WINDOWS)
    expect(await shiyan.organisations.import(file, 'a.zip', true, ACTOR)).toMatchObject({
      taken: false,
      units: 2,
      windows: 2,
    })
    expect((await shiyan.drafts.counts()).organisation).toBe(false)
    expect(await shiyan.organisations.import(file, 'a.zip', false, ACTOR)).toMatchObject({
      taken: true,
      unchanged: false,
    })
    expect((await shiyan.drafts.counts()).organisation).toBe(true)
    expect(await shiyan.organisations.view(SHIYAN)).toBeNull()

    expect(await shiyan.drafts.publish(ACTOR)).toMatchObject({ version: 1, put: 1 })
    expect((await shiyan.drafts.counts()).organisation).toBe(false)
    expect(await shiyan.organisations.import(file, 'a.zip', false, ACTOR)).toMatchObject({ unchanged: true })
    expect(await shiyan.organisations.next()).toBeNull()

    await world.announce(shiyan, ankang)
    expect((await ankang.organisations.view(SHIYAN))?.units).toHaveLength(2)
    expect(await ankang.organisations.places(SHIYAN, playItem(1).taskCode)).toMatchObject([
      { code: '420300', windows: [{ code: 'A01', name: '跨省通办窗口' }] },
    ])
    await expect(ankang.organisations.places(SHIYAN, 'none')).rejects.toThrow('item.unknown')
    expect(await shiyan.organisations.published('610900', '0'.repeat(64))).toBeNull()
  })

  test('a smaller tree is told before it is published, and not published while an item is offered at what goes', async () => {
    const { shiyan } = await two()
    const at = (unit: string, no: number) => shiyan.drafts.put(playItem(no, { offeredAt: [{ unit }] }), ACTOR)
    await shiyan.organisations.import(await zipped(UNITS, WINDOWS), 'a.zip', false, ACTOR)
    await at('420300', 1)
    await at('420302', 2)
    await shiyan.drafts.put(playItem(3, { offeredAt: [{ unit: '420300', below: true }] }), ACTOR)
    expect((await shiyan.drafts.agreed()).organisation).toMatchObject({ units: 0, windows: 0, items: 0 })
    expect(await shiyan.drafts.publish(ACTOR)).toMatchObject({ version: 1, put: 3, organisation: true, left: 0 })
    expect((await shiyan.drafts.agreed()).organisation).toBeUndefined()
    const [smaller = ''] = UNITS.split('420302')
    await shiyan.organisations.import(await zipped(smaller, WINDOWS), 'a.zip', false, ACTOR)
    expect((await shiyan.drafts.agreed()).organisation).toMatchObject({
      units: 1,
      windows: 0,
      items: 2,
      shown: [{ code: '420302', name: '茅箭区政务服务中心' }],
    })
    for (const sound of [false, true])
      await expect(shiyan.drafts.publish(ACTOR, { sound })).rejects.toThrow(
        `1 of 3: ${playItem(2).taskCode} offeredAt.0: place.unknown`,
      )
    await at('420300', 2)
    expect(await shiyan.drafts.publish(ACTOR)).toMatchObject({ version: 2, put: 1, organisation: true })
  })

  test('a change of items keeps the tree; a new tree alone is a new version', async () => {
    const { world, ankang, shiyan } = await two()
    await shiyan.organisations.import(encodeUtf8(UNITS), '机构.csv', false, ACTOR)
    await shiyan.drafts.publish(ACTOR)
    await shiyan.drafts.put(playItem(1), ACTOR)
    await shiyan.drafts.publish(ACTOR)
    await world.announce(shiyan, ankang)
    expect((await ankang.organisations.view(SHIYAN))?.units).toHaveLength(2)
    await shiyan.organisations.import(encodeUtf8(UNITS.split('\n').slice(0, 2).join('\n')), '机构.csv', false, ACTOR)
    expect(await shiyan.drafts.publish(ACTOR)).toMatchObject({ version: 3, count: 1, put: 0, remove: 0 })
    await world.announce(shiyan, ankang)
    expect((await ankang.organisations.view(SHIYAN))?.units).toHaveLength(1)
    expect(await ankang.db.query('SELECT 1 AS one FROM organisations')).toHaveLength(1)
    expect(await shiyan.db.query('SELECT 1 AS one FROM organisations')).toHaveLength(1)
  })

  test('what a partner sends other than it signed is not seen; the tree before stays', async () => {
    const { world, failures, wire, ankang, shiyan } = await two()
    await shiyan.organisations.import(encodeUtf8(UNITS), '机构.csv', false, ACTOR)
    await shiyan.drafts.publish(ACTOR)
    await world.announce(shiyan, ankang)
    await ankang.organisations.refresh(SHIYAN)
    await shiyan.organisations.import(await zipped(UNITS, WINDOWS), 'a.zip', false, ACTOR)
    await shiyan.drafts.publish(ACTOR)
    await world.announce(shiyan, ankang)
    wire.change = bytes => bytes.map((byte, index) => (index === 40 ? byte ^ 1 : byte))
    const held = await ankang.organisations.view(SHIYAN)
    expect(held?.units.map(({ windows }) => windows)).toEqual([undefined, undefined])
    expect(failures).toEqual([{ code: 'material.hash' }])
    expect(ankang.organisations.problem(SHIYAN)).toEqual({ code: 'material.hash' })
    wire.change = bytes => bytes
    expect((await ankang.organisations.view(SHIYAN))?.units[0]?.windows).toHaveLength(2)
    expect(ankang.organisations.problem(SHIYAN)).toBeNull()
  })

  test('a newer tree that a list names while the one before is fetched is fetched too', async () => {
    const { world, wire, ankang, shiyan } = await two()
    await shiyan.organisations.import(encodeUtf8(UNITS), '机构.csv', false, ACTOR)
    await shiyan.drafts.publish(ACTOR)
    await world.announce(shiyan, ankang)
    const asked = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    wire.change = async bytes => {
      asked.resolve()
      await gate.promise
      return bytes
    }
    const fetched = ankang.organisations.refresh(SHIYAN)
    await asked.promise
    await shiyan.organisations.import(await zipped(UNITS, WINDOWS), 'a.zip', false, ACTOR)
    await shiyan.drafts.publish(ACTOR)
    await world.announce(shiyan, ankang)
    const again = ankang.organisations.refresh(SHIYAN)
    gate.resolve()
    await Promise.all([fetched, again])
    const rows = await ankang.db.query('SELECT lower(hex(sha256)) AS sha256 FROM organisations')
    expect(rows).toEqual([{ sha256: (await ankang.services.organisation(SHIYAN))?.sha256 }])
  })

  test('one that could not be fetched for want of a path is fetched when the partner is heard, one that was refused is not', async () => {
    const { world, wire, ankang, shiyan } = await two()
    await shiyan.organisations.import(encodeUtf8(UNITS), '机构.csv', false, ACTOR)
    await shiyan.drafts.publish(ACTOR)
    await world.announce(shiyan, ankang)
    const kept = () => ankang.db.query('SELECT 1 AS one FROM organisations')
    for (const [code, held] of [
      ['material.hash', 0],
      ['exchange.unreachable', 1],
    ] as const) {
      wire.change = () => Promise.reject(new ProblemError(code))
      await ankang.organisations.refresh(SHIYAN)
      wire.change = bytes => bytes
      ankang.organisations.heard(SHIYAN)
      await idle()
      await vi.waitFor(async () => expect(await kept()).toHaveLength(held), 60_000)
    }
    expect(ankang.organisations.problem(SHIYAN)).toBeNull()
  })

  test('one that is no tree is refused, and however large it is, the node goes on meanwhile', async () => {
    const { world, failures, ankang, shiyan } = await two()
    const units = Array.from({ length: 9000 }, (_, no) => ({
      code: String(no).padStart(6, '0'),
      name: `单位${no}`,
      level: 2,
      windows: Array.from({ length: 5 }, (_, window) => ({ code: `W${window}`, name: '窗口' })),
    }))
    const offer = async (tree: object) => {
      const bytes = encodeUtf8(JSON.stringify(tree))
      await shiyan.db.transaction(tx =>
        tx.run('INSERT INTO organisations (city, sha256, size, bytes, draft, kept_at) VALUES (?, ?, ?, ?, 0, 0)', [
          SHIYAN,
          Buffer.from(createHash('sha256').update(bytes).digest()),
          bytes.byteLength,
          deflateRawSync(bytes),
        ]),
      )
      const named = { sha256: await sha256(bytes), size: bytes.byteLength, type: 'application/json' }
      await shiyan.services.change({ put: [], remove: [], organisation: named }, ACTOR)
      await world.announce(shiyan, ankang)
    }
    await offer({ v: 1, city: SHIYAN, units: [...units, units[0]] })
    let turns = 0
    let over = false
    const turn = () => {
      turns++
      if (!over) setImmediate(turn)
    }
    setImmediate(turn)
    await ankang.organisations.refresh(SHIYAN)
    over = true
    expect(turns).toBeGreaterThan(50)
    expect(failures).toMatchObject([{ code: 'organisation.malformed' }])
    await offer({ v: 1, city: SHIYAN, units })
    expect((await ankang.organisations.view(SHIYAN))?.units).toHaveLength(9000)
  })

  test('trees count with the lines of lists, and one too many waits until the partner is heard later', async () => {
    const { world, failures, ankang, shiyan } = await two()
    await shiyan.organisations.import(encodeUtf8(UNITS), '机构.csv', false, ACTOR)
    await shiyan.drafts.publish(ACTOR)
    await world.announce(shiyan, ankang)
    ankang.services.allowance.spend(SHIYAN, LIST_ALLOWANCE.burst + LIST_ALLOWANCE.perSecond)
    await ankang.organisations.refresh(SHIYAN)
    expect(failures).toMatchObject([{ code: 'request.rate' }])
    world.clock.advance(1000)
    ankang.organisations.heard(SHIYAN)
    await vi.waitFor(() => expect(ankang.organisations.problem(SHIYAN)).toBeNull(), 60_000)
    expect((await ankang.organisations.view(SHIYAN))?.units).toHaveLength(2)
  })

  test('a tree that does not hold is no draft', async () => {
    const { shiyan } = await two()
    await expect(
      shiyan.organisations.import(encodeUtf8(`${UNITS}420300,又一个,3,,,,\n`), '机构.csv', false, ACTOR),
    ).rejects.toThrow('the code stands twice')
    expect(await shiyan.organisations.draft()).toBeNull()
    await shiyan.organisations.import(encodeUtf8(UNITS), '机构.csv', false, ACTOR)
    expect(await shiyan.organisations.discard(ACTOR)).toBe(1)
    expect(await shiyan.organisations.draft()).toBeNull()
  })

  test('a draft right after its publication is not lost when the node stops before it is settled', async () => {
    const { shiyan } = await two()
    await shiyan.organisations.import(encodeUtf8(UNITS), '机构.csv', false, ACTOR)
    const next = await shiyan.organisations.next()
    if (next === null) throw new Error('drafted')
    await shiyan.services.change({ put: [], remove: [], organisation: next }, ACTOR)
    expect(await shiyan.organisations.next()).toBeNull()
    await shiyan.organisations.import(await zipped(UNITS, WINDOWS), 'a.zip', false, ACTOR)
    expect(await shiyan.organisations.discard(ACTOR)).toBe(1)
    expect((await shiyan.organisations.view(SHIYAN))?.units).toHaveLength(2)
  })

  test('units are found by name, place in the tree and level', async () => {
    const { units } = await importUnits(encodeUtf8(UNITS), '机构.csv')
    const codes = (filter: object) => findUnits(units, { q: '', ...filter }, 10, null).map(({ code }) => code)
    expect(codes({ q: '茅箭' })).toEqual(['420302'])
    expect(codes({ under: '420300' })).toEqual(['420300', '420302'])
    expect(codes({ under: '420300', level: 3 })).toEqual(['420302'])
    expect(findUnits(units, { q: '' }, 10, '420300').map(({ code }) => code)).toEqual(['420302'])
  })
})
