import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeFrame } from '../../../protocol/exchange/frames.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import {
  commitmentOf,
  createMaterialsWorld,
  type MaterialsCity,
  type MaterialsWorld,
  pdf,
  streamOf,
} from '../../../test/support/materials-world.ts'
import type { MemoryWire } from '../../../test/support/memory-wire.ts'
import { WORK, WORK_LIMITS } from '../exchange/budget.ts'
import type { Wire } from '../exchange/wire.ts'
import { MATERIAL_LIMITS } from './limits.ts'

const A = '610900'
const C = '610100'
const S = '420300'
const DAY = 86_400_000

let world: MaterialsWorld
let ankang: MaterialsCity
let shiyan: MaterialsCity

beforeEach(async () => {
  world = await createMaterialsWorld()
  ankang = await world.open(A, [S])
  shiyan = await world.open(S, [A, C])
})

afterEach(() => world.stop())

const random = (named: number) => Array.from({ length: named }, () => commitmentOf(pdf(100)))

/** Answers each request with the size, then as the test has it. */
const answering =
  (size: number, work: (wire: Wire) => Promise<void>) =>
  async (wire: Wire): Promise<void> => {
    for await (const _ of wire.frames()) {
      await wire.send(encodeFrame({ type: 'material-answer', size }))
      return work(wire)
    }
  }
const refusing = (code: 'material.missing') => async (wire: Wire) => {
  for await (const _ of wire.frames()) {
    await wire.send(encodeFrame({ type: 'problem', code }))
    return
  }
}
const chunk = (bytes: Uint8Array) => encodeFrame({ type: 'material-chunk', bytes })

describe('a partner that names a material of another', () => {
  test('with a false size holds nobody up, and its own case says so', async () => {
    const bytes = pdf(50_000)
    const { sha256, type } = commitmentOf(bytes)
    const its = await shiyan.packet('in', C, [{ sha256, size: 100, type }])
    const material = await ankang.send(S, bytes)
    const honest = await shiyan.packet('in', A, [material])
    await world.until(() => shiyan.held(sha256))
    expect(await shiyan.bytes(sha256)).toEqual(bytes)
    expect(await shiyan.materials.waiting(honest)).toEqual([])
    expect(await shiyan.materials.waiting(its)).toMatchObject([
      { partner: C, size: 100, problem: { code: 'material.hash', detail: 'size' }, ended: true },
    ])
    const told = await shiyan.events.after(0, 100)
    expect(told.map(({ type }) => type)).toContain('work.parked')
  })

  test('after it is held is told at once, and nothing is fetched', async () => {
    const { sha256, type } = await shiyan.materials.upload(streamOf(pdf(50_000)))
    const its = await shiyan.packet('in', C, [{ sha256, size: 100, type }])
    expect(await shiyan.materials.waiting(its)).toMatchObject([
      { ended: true, problem: { code: 'material.hash', detail: 'size' } },
    ])
    await world.later(60_000)
    expect(shiyan.problems).toEqual([])
  })

  test('and does not give it, or trickles it, leaves it to the other', async () => {
    const bytes = pdf(200_000)
    const material = await ankang.send(S, bytes)
    await world.peer(
      C,
      answering(bytes.byteLength, async wire => {
        await wire.send(chunk(pdf(LIMITS.materialChunkBytes)))
        await new Promise(() => {})
      }),
    )
    const its = await shiyan.packet('in', C, [material])
    await world.until(() => shiyan.transport.connected().includes(C), 0)
    const honest = await shiyan.packet('in', A, [material])
    await world.until(() => shiyan.held(material.sha256), 0)
    expect(await shiyan.bytes(material.sha256)).toEqual(bytes)
    expect([await shiyan.materials.waiting(honest), await shiyan.materials.waiting(its)]).toEqual([[], []])
  })

  test('that is held needs nobody to give it', async () => {
    const material = await shiyan.materials.upload(streamOf(pdf(1000)))
    await shiyan.packet('in', C, [material])
    expect(await shiyan.db.query('SELECT 1 FROM wanted_materials')).toEqual([])
  })

  test('gives it for all that named it, and an upload does too', async () => {
    const bytes = pdf(1000)
    const material = await ankang.send(S, bytes)
    const its = await shiyan.packet('in', C, [material])
    const honest = await shiyan.packet('in', A, [material])
    await world.until(() => shiyan.held(material.sha256))
    expect([await shiyan.materials.waiting(its), await shiyan.materials.waiting(honest)]).toEqual([[], []])
    const other = pdf(2000)
    await shiyan.packet('in', C, [commitmentOf(other)])
    await shiyan.materials.upload(streamOf(other))
    expect(await shiyan.db.query('SELECT 1 FROM wanted_materials')).toEqual([])
    expect(shiyan.released).toEqual([material.sha256, commitmentOf(other).sha256])
  })
})

describe('wanted materials of a partner', () => {
  test('that is away cost one try now and then, however many they are, and come as soon as there is a path', async () => {
    const city = await world.open(C, [S])
    world.network.partition(C, S)
    const many = []
    for (let no = 0; no < 200; no++) many.push(await city.send(S, pdf(100)))
    const named = await shiyan.packet('in', C, many)
    await world.later(3_600_000)
    // 0.25, 0.5, … s at first; then one in 150 s.
    expect(shiyan.problems.length).toBeLessThan(45)
    expect(shiyan.problems.length).toBeGreaterThan(25)
    expect(await shiyan.materials.waiting(named)).toMatchObject(
      Array.from({ length: 100 }, () => ({ problem: { code: 'exchange.unreachable' }, ended: false })),
    )
    world.network.heal(C, S)
    shiyan.materials.wake(C)
    await world.until(async () => (await shiyan.materials.waiting(named)).length === 0, 0)
    expect(await shiyan.materials.held(many.map(({ sha256 }) => sha256))).toHaveLength(200)
    expect(shiyan.faults).toEqual([])
  })

  test('that answers, and gives nothing, are tried slowly whatever it does', async () => {
    await world.peer(C, refusing('material.missing'))
    await shiyan.packet('in', C, random(200))
    await world.later(600_000)
    // A try in 2.5 to 5 s.
    expect(shiyan.problems.length).toBeLessThan(600_000 / 2_400)
    expect(new Set(shiyan.codes())).toEqual(new Set(['material.missing']))
    const tries = shiyan.problems.length
    for (let turn = 0; turn < 50; turn++) {
      shiyan.materials.wake(C)
      await world.turn()
    }
    expect(shiyan.problems.length - tries).toBeLessThan(3)
  })

  test('are fetched two at a time, however many packets come at once', async () => {
    let open = 0
    let most = 0
    const held: (() => void)[] = []
    await world.peer(C, async wire => {
      open++
      most = Math.max(most, open)
      await new Promise<void>(resolve => held.push(resolve))
      open--
      await wire.send(encodeFrame({ type: 'problem', code: 'material.missing' }))
    })
    await Promise.all(random(40).map(material => shiyan.packet('in', C, [material])))
    await world.until(() => open === MATERIAL_LIMITS.fetches, 0)
    for (let turn = 0; turn < 100; turn++) await world.turn()
    expect([open, most]).toEqual([MATERIAL_LIMITS.fetches, MATERIAL_LIMITS.fetches])
    for (const release of held) release()
  })

  test('end after some days, at the case and for a person, and can be asked for again', async () => {
    const material = await ankang.send(S, pdf(1000))
    world.network.partition(A, S)
    const named = await shiyan.packet('in', A, [material])
    await world.later(1000)
    world.clock.advance(MATERIAL_LIMITS.days * DAY - 2000)
    expect(await shiyan.materials.end()).toBe(0)
    world.clock.advance(2000)
    expect(await shiyan.materials.end()).toBe(1)
    expect(await shiyan.materials.end()).toBe(0)
    expect(await shiyan.materials.waiting(named)).toMatchObject([
      { ended: true, problem: { code: 'exchange.unreachable' } },
    ])
    expect(await shiyan.materials.waiting()).toMatchObject([{ sha256: material.sha256, ended: true }])
    const [{ thread = new Uint8Array() } = {}] = await shiyan.db.query<{ thread: Uint8Array }>(
      'SELECT thread FROM threads',
    )
    expect((await shiyan.events.after(0, 10)).map(({ type, subject }) => [type, subject])).toContainEqual([
      'work.parked',
      Buffer.from(thread).toString('hex'),
    ])
    const reminders = await shiyan.materials.reminders([{ code: A, name: '安康市' }], world.clock.now())
    expect(reminders).toMatchObject([{ kind: 'materials-ended', subject: A, act: 'partner', level: 'fail' }])
    // What was begun before the end fails first.
    for (let turn = 0; turn < 50; turn++) await world.turn()
    world.network.heal(A, S)
    const tries = shiyan.problems.length
    await world.later(600_000)
    expect(shiyan.problems.length).toBe(tries)
    await shiyan.materials.retry(material.sha256, 'person:1')
    await world.until(() => shiyan.held(material.sha256))
    expect(await shiyan.materials.reminders([{ code: A, name: '安康市' }], world.clock.now())).toEqual([])
  })

  test('wait while the disk is full, also in the middle of one, and go on when it is not', async () => {
    const full = { code: 'store.full' } as const
    world.full = full
    const material = await ankang.send(S, pdf(1_000_000))
    const named = await shiyan.packet('in', A, [material])
    await world.until(() => shiyan.problems.length > 0, 0)
    expect(await shiyan.materials.waiting(named)).toMatchObject([{ problem: full, ended: false }])
    let chunks = 0
    world.onFrame = frame => {
      if (frame[0] === 10 && ++chunks === 5) world.full = full
    }
    world.full = null
    await world.until(() => shiyan.problems.length > 1)
    expect(await shiyan.held(material.sha256)).toBe(false)
    world.full = null
    await world.until(() => shiyan.held(material.sha256))
    expect(await shiyan.materials.waiting(named)).toEqual([])
  })

  test('cost work until they are here: who names what it does not give is held back', async () => {
    const budget = world.budgets.of(`${S}/${C}`)
    const most = WORK_LIMITS.reserve / WORK.wanted
    for (let no = 0; no < most; no += 50) await shiyan.packet('in', C, random(50))
    expect(budget.delay).toBe(0)
    await shiyan.packet('in', C, random(1))
    expect(budget.delay).toBeGreaterThan(0)
    // What comes, or is held already, costs next to nothing.
    const honest = world.budgets.of(`${S}/${A}`)
    honest.charge(WORK_LIMITS.reserve - 40 * WORK.wanted)
    const given = await ankang.send(S, pdf(100))
    await shiyan.packet('in', A, [given])
    await expect.poll(() => shiyan.held(given.sha256)).toBe(true)
    for (let no = 0; no < 40; no++) await shiyan.packet('in', A, [given])
    expect(honest.delay).toBe(0)
  })

  test('are so many and no more, and cost no look anything', async () => {
    const room = (more: number, partner = C) => shiyan.materials.room(shiyan.db, partner, more)
    expect([await room(MATERIAL_LIMITS.wanted), (await room(MATERIAL_LIMITS.wanted + 1)).ok]).toEqual([
      { ok: true },
      false,
    ])
    await shiyan.db.transaction(tx =>
      tx.run(
        `INSERT INTO wanted_materials (partner, sha256, size, type, attempts, next_at, since)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         SELECT ?, randomblob(32), 1, 'image/png', 0, 0, 0 FROM n`,
        [MATERIAL_LIMITS.wanted - 1, C],
      ),
    )
    world.clock.advance(MATERIAL_LIMITS.counted)
    expect(await room(1)).toEqual({ ok: true })
    await shiyan.packet('in', C, random(1))
    expect(await room(1)).toEqual({ ok: false, problem: { code: 'material.backlog', detail: '100000 at most' } })
    expect(await room(64, A)).toEqual({ ok: true })
    // An hour of it: the partner is away, and its rows are not looked at one by one.
    const query = shiyan.db.query
    let queries = 0
    shiyan.db.query = (...args) => {
      queries++
      return query.apply(shiyan.db, args) as never
    }
    await world.later(3_600_000)
    expect(queries).toBeLessThan(400)
    // What was fetched, or given up, makes room.
    await shiyan.db.transaction(tx => tx.run('UPDATE wanted_materials SET ended_at = 0'))
    expect(await room(64)).toEqual({ ok: true })
  })

  test('are found by an index, whatever is asked', async () => {
    const plans: string[] = []
    for (const [sql, ...params] of [
      [
        'SELECT partner, sha256, size FROM wanted_materials WHERE partner = ? AND ended_at IS NULL AND next_at <= ? ORDER BY next_at LIMIT 2',
        C,
        1,
      ],
      ['SELECT min(next_at) AS at FROM wanted_materials WHERE partner = ? AND ended_at IS NULL AND next_at > ?', C, 1],
      ['SELECT count(*) AS n, min(since) AS at FROM wanted_materials WHERE partner = ? AND ended_at IS NULL', C],
      ['SELECT sha256 FROM wanted_materials WHERE problem IS NOT NULL ORDER BY since LIMIT 100'],
      ['SELECT sum(size) AS bytes FROM materials WHERE partner = ?', C],
    ] as const) {
      const rows = await shiyan.db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)
      plans.push(...rows.map(({ detail }) => detail))
    }
    expect(plans.filter(plan => !plan.includes(' USING ') || plan.includes('TEMP B-TREE'))).toEqual([])
    expect(plans).toHaveLength(5)
  })

  test('wait beyond its quota, which is told at four fifths, and come when there is room', async () => {
    const giver = await world.open('610901', ['420501'])
    const near = await world.open('420501', ['610901'], { quota: 10_000 })
    const give = async (bytes: Uint8Array<ArrayBuffer>) => {
      const material = await giver.send('420501', bytes)
      return { material, no: await near.packet('in', '610901', [material]) }
    }
    const first = await give(pdf(7_999))
    await world.until(() => near.held(first.material.sha256))
    const reminders = () => near.materials.reminders([{ code: '610901', name: '安康市' }], 0)
    expect(await reminders()).toEqual([])
    const second = await give(pdf(2_001))
    await world.until(() => near.held(second.material.sha256))
    expect(await reminders()).toMatchObject([{ level: 'warn', act: 'operator', kind: 'materials-quota' }])
    const third = await give(pdf(10))
    await world.until(() => near.problems.length > 0)
    expect(await near.materials.waiting(third.no)).toMatchObject([
      { problem: { code: 'material.quota' }, ended: false },
    ])
    expect(await reminders()).toMatchObject([{ level: 'fail' }])
    await near.db.transaction(tx => near.materials.forget(tx, first.no))
    await world.until(() => near.held(third.material.sha256))
  })
})

describe('a partner that sends a material', () => {
  const fetched = async (size: number, work: (wire: Wire) => Promise<void>) => {
    await world.peer(C, answering(size, work))
    await shiyan.packet('in', C, [{ ...commitmentOf(pdf(10)), size }])
  }

  test('in empty chunks is cut at the first', async () => {
    await fetched(10_000, async wire => {
      for (;;) await wire.send(new Uint8Array([10]))
    })
    await world.until(() => shiyan.problems.length > 0, 0)
    expect(shiyan.problems[0]?.problem).toEqual({ code: 'frame.malformed', detail: 'material-chunk is empty' })
  })

  test('in tiny chunks is cut at the second, in the smallest allowed ones is not', async () => {
    const bytes = pdf(3 * LIMITS.materialChunkBytes + 2)
    const pieces = (sizes: readonly number[]) => async (wire: Wire) => {
      let at = 0
      for (const size of sizes) {
        await wire.send(chunk(bytes.subarray(at, at + size)))
        at += size
      }
    }
    let sizes = [1, LIMITS.materialChunkBytes - 1, 2 * LIMITS.materialChunkBytes + 2]
    await world.peer(
      C,
      answering(bytes.byteLength, wire => pieces(sizes)(wire)),
    )
    await shiyan.packet('in', C, [commitmentOf(bytes)])
    await world.until(() => shiyan.problems.length > 0, 0)
    expect(shiyan.problems[0]?.problem).toEqual({ code: 'frame.malformed', detail: 'material-chunk is too small' })
    sizes = [1, LIMITS.materialChunkBytes, LIMITS.materialChunkBytes, LIMITS.materialChunkBytes, 1]
    await world.until(() => shiyan.held(commitmentOf(bytes).sha256))
    expect(shiyan.problems).toHaveLength(1)
  })

  test('ever so slowly is given up within two minutes, though it never falls silent', async () => {
    await fetched(1_000_000, async wire => {
      for (;;) {
        await wire.send(chunk(pdf(LIMITS.materialChunkBytes)))
        await new Promise<void>(resolve => world.clock.after(10_000, resolve))
      }
    })
    const begun = world.clock.now()
    await world.until(() => shiyan.problems.length > 0, 1000)
    expect(shiyan.problems[0]?.problem).toMatchObject({ code: 'exchange.timeout' })
    expect(world.clock.now() - begun).toBeLessThanOrEqual(2 * MATERIAL_LIMITS.window)
  })

  test('at the least speed is borne with', async () => {
    const bytes = pdf(3 * 60 * MATERIAL_LIMITS.bytesPerSecond)
    const piece = 10 * MATERIAL_LIMITS.bytesPerSecond
    await world.peer(
      C,
      answering(bytes.byteLength, async wire => {
        for (let at = 0; at < bytes.byteLength; at += piece) {
          await wire.send(chunk(bytes.subarray(at, at + piece)))
          await new Promise<void>(resolve => world.clock.after(9_900, resolve))
        }
      }),
    )
    await shiyan.packet('in', C, [commitmentOf(bytes)])
    await world.until(() => shiyan.held(commitmentOf(bytes).sha256), 100)
    expect(shiyan.problems).toEqual([])
  })

  test('is left at once when the node stops', async () => {
    await fetched(1_000_000, () => new Promise(() => {}))
    await world.until(() => shiyan.transport.connected().includes(C), 0)
    await shiyan.materials.stop()
    expect([shiyan.problems, shiyan.faults]).toEqual([[], []])
  })
})

describe('a partner that asks for materials', () => {
  /** Asks Shiyan from the peer of a partner; the answer, frame by frame. */
  async function ask(from: Awaited<ReturnType<MaterialsWorld['peer']>>, sha256: string) {
    const wire = await from.open(S, [`/memory/${S}`], STREAM.materials)
    await wire.send(encodeFrame({ type: 'material-request', sha256, offset: 0 }))
    return { wire, frames: wire.frames()[Symbol.asyncIterator]() }
  }

  test('that it does not get pays for each look', async () => {
    const peer = await world.peer(C)
    const budget = world.budgets.of(`${S}/${C}`)
    /** Requests until Shiyan holds the city back, `most` at most. */
    const asked = async (sha256: string, most: number): Promise<number> => {
      for (let no = 0; no < most; no++) {
        if (budget.delay > 0) return no
        const { wire, frames } = await ask(peer, sha256)
        await frames.next()
        wire.abort(new Error('seen'))
        await world.turn()
      }
      return most
    }
    expect(await asked(commitmentOf(pdf(9)).sha256, WORK_LIMITS.reserve / WORK.request)).toBeLessThan(
      WORK_LIMITS.reserve / WORK.request,
    )
    expect(budget.delay).toBeGreaterThan(0)
    // Another partner is none of it.
    expect(world.budgets.of(`${S}/${A}`).delay).toBe(0)
  })

  test.each([
    ['does not read', 1e9],
    ['reads too slowly', 25_000],
  ])('and %s is cut', async (_, pause) => {
    const peer = await world.peer(C)
    const material = await shiyan.send(C, pdf(4_000_000))
    const { wire, frames } = await ask(peer, material.sha256)
    const read = async () => {
      for (;;) {
        await new Promise<void>(resolve => world.clock.after(pause, resolve))
        await frames.next()
      }
    }
    const ended = read().catch(() => {})
    const begun = world.clock.now()
    await world.until(() => (wire as MemoryWire).broken, 1000)
    expect(world.clock.now() - begun).toBeLessThanOrEqual(2 * MATERIAL_LIMITS.window)
    world.clock.advance(pause)
    await ended
  })
})
