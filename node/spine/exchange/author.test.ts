import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { submitContentOf } from '../../../test/support/play-case.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'

let world: World
let agreement: string
beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
})
afterEach(() => world.stop())

describe('an author', () => {
  test.each([
    [
      'half a surrogate pair in the number of the case',
      { caseNo: 'AK-\ud800' },
      'caseNo: half a surrogate pair, or NUL',
    ],
    ['NUL in a name of the form', { form: { 'a\0': 1 } }, 'form: a name with half a surrogate pair, or NUL'],
    [
      'a number that no double holds',
      { form: { 收入: Number.POSITIVE_INFINITY } },
      'form.收入: a number that no double holds',
    ],
    ['an integer past 2^53', { form: { 编号: 2 ** 60 } }, 'form.编号: a number that no double holds'],
    [
      'a member that readers lose',
      { form: JSON.parse('{"__proto__":{"a":1}}') as object },
      'form: a member named __proto__',
    ],
    ['a code that turns the writing', { caseNo: 'AK-\u202e1' }, 'caseNo: invalid_format'],
  ])('never signs %s, and says which field it is', async (_, change, detail) => {
    const { db } = world.city(COLLECTING)
    const packets = () => db.query('SELECT count(*) AS n FROM packets')
    const before = await packets()
    await expect(submitCase(world, agreement, change as never)).rejects.toMatchObject({
      problem: { code: 'body.schema', detail },
      // From a partner it is the partner's to cure; here it is for who wrote it.
      act: 'you',
    })
    expect(await packets()).toEqual(before)
  })

  test('says who must act on what is refused here: who wrote it, but of a step of the other city that city', async () => {
    const thread = await submitCase(world, agreement)
    await world.settle()
    const { cases } = world.city(COLLECTING)
    await expect(
      cases.step(
        thread,
        'case.message',
        {
          text: 'x',
          attachments: ['0'.repeat(64)].map(sha256 => ({ sha256, code: 'M01', name: 'a.pdf', form: 'electronic' })),
        },
        'person:1',
      ),
    ).rejects.toMatchObject({ problem: { code: 'material.missing' }, act: 'you' })
    await expect(cases.step(thread, 'case.accept', {}, 'person:1')).rejects.toMatchObject({
      problem: { code: 'case.author' },
      act: 'partner',
    })
    await expect(submitCase(world, agreement, { form: { 说明: '长'.repeat(400_000) } as never })).rejects.toMatchObject(
      { problem: { code: 'body.oversize' }, act: 'you' },
    )
  })

  test('signs what a form may hold: fractions, letters of every plane, names of JavaScript', async () => {
    const form = { 面积: 89.7, 姓: '\u{20000}', constructor: { toString: [] }, 备注: 'a\tb\n' }
    const thread = await submitCase(world, agreement, { form: form as never })
    await world.settle()
    const { db, packets } = world.city(HANDLING)
    const held = await packets().thread(db, thread)
    const [packet] = held === null ? [] : await packets().packets(db, held.no)
    expect(packet?.body).toMatchObject({ form })
  })

  test('of cases that come at once each fails alone, and what it had counted on fails with it', async () => {
    const { db, exchange, audit } = world.city(COLLECTING)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        exchange.author.write(
          { thread: index.toString(16).padStart(32, '0'), partner: HANDLING, no: 'new' },
          [{ kind: 'case.submit', content: submitContentOf(`AK-${index}`, 0, []), agreement }],
          async (tx, written) => {
            for (const { claims } of written)
              await audit.append(tx, { actor: 'person:1', action: 'case.submit', subject: claims.thread })
            if (index % 5 === 3) throw new Error('not this one')
          },
        ),
      ),
    )
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(outcomes.map((_, index) => index % 5 !== 3))
    const sent = await db.query<{ place: number }>(
      `SELECT place FROM packets WHERE kind = 'case.submit' AND direction = 'out' ORDER BY no`,
    )
    const [first] = sent
    expect(sent.map(({ place }) => place - (first?.place ?? 0))).toEqual(Array.from({ length: 10 }, (_, n) => n))
    expect(await audit.list({ action: 'case.submit' }, 100, null)).toHaveLength(10)
    expect(await audit.verify()).toMatchObject({ ok: true })
    await world.settle()
    const { db: there } = world.city(HANDLING)
    expect(await there.query('SELECT count(*) AS n FROM cases')).toEqual([{ n: 10 }])
  })

  test('begins no thread under an id that one has, though it was told that the id is new', async () => {
    const { db, exchange } = world.city(COLLECTING)
    const thread = await submitCase(world, agreement)
    await world.settle()
    const counts = () =>
      db.query('SELECT (SELECT count(*) FROM threads) AS threads, (SELECT count(*) FROM packets) AS packets')
    const before = await counts()
    await expect(
      exchange.author.write({ thread, partner: HANDLING, no: 'new' }, [
        { kind: 'case.submit', content: submitContentOf('AK-2', 0, []), agreement },
      ]),
    ).rejects.toThrow('a thread has the id')
    expect(await counts()).toEqual(before)
    // What the transaction had counted on is forgotten with it.
    await submitCase(world, agreement)
  })

  test('signs anew what it could not store for long after signing, so that the partner takes it as new', async () => {
    const { db, exchange } = world.city(COLLECTING)
    const { transaction } = db
    vi.spyOn(db, 'transaction').mockImplementationOnce(async work => {
      world.clock.advance(3 * 86_400_000)
      return transaction(work)
    })
    const thread = await submitCase(world, agreement)
    const { packets } = exchange
    const held = await packets.thread(db, thread)
    const [packet] = held === null ? [] : await packets.packets(db, held.no)
    expect(packet?.claims.iat).toBe(Math.floor(world.clock.now() / 1000))
  })
})
