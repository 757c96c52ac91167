/** The contract of the way back: no answer is lost, made up, or given to another case. As data; `conformance.ts` plays them. */
import { createHash } from 'node:crypto'
import { CASE_CONTENT } from '../../protocol/case/kinds.ts'
import { type ContractTest, must, same } from './conformance.ts'
import { failureOf } from './conformance-in.ts'
import type { LocalMove } from './port.ts'
import { sampleSubmit } from './test-kit.ts'

const messagesOn = (events: readonly LocalMove[], number: string): unknown[] =>
  events
    .filter(({ localCaseNo, move }) => localCaseNo === number && move.kind === 'case.message')
    .map(({ move }) => (move.body as { text?: unknown }).text)

export const WAY_BACK: readonly ContractTest[] = [
  {
    outside: true,
    needs: ['longNumbers', 'say'],
    name: 'long numbers keep every digit: no case gets the number, and no answer the case, of another',
    zh: '长数字不丢位：编号与答复不串到别的办件',
    async run({ follow, submit, system }) {
      const begun = await follow(null)
      await system.longNumbers()
      const numbers: string[] = []
      for (let n = 0; n < 12; n++) numbers.push(await submit(sampleSubmit(`long ${n}`)))
      same(new Set(numbers).size, numbers.length, 'numbers of so many cases')
      for (const [n, number] of numbers.entries()) await system.say(number, `to case ${n}`)
      const { events } = await follow(begun.cursor)
      for (const [n, number] of numbers.entries())
        same(messagesOn(events, number), [`to case ${n}`], 'what was said on one case')
      same(new Set(events.map(({ id }) => id)).size, events.length, 'ids of so many answers')
    },
  },
  {
    outside: true,
    needs: ['say'],
    name: 'answers are given from the cursor on: none is lost, and what is asked again has the same id',
    zh: '答复自游标起给出：不丢失，重问时编号不变',
    async run({ follow, poll, submit, system }) {
      const numbers = [await submit(sampleSubmit('answered 1')), await submit(sampleSubmit('answered 2'))]
      const given: LocalMove[] = []
      const cursors: (string | null)[] = [null]
      let cursor: string | null = null
      for (let round = 0; round < 3; round++) {
        for (const number of numbers) await system.say(number)
        const answered: { events: readonly LocalMove[]; cursor: string } = await poll(cursor)
        given.push(...answered.events)
        cursor = answered.cursor
        cursors.push(cursor)
      }
      const rest = await follow(cursor)
      const all = [...given, ...rest.events]
      const ids = all.map(event => event.id)
      same(new Set(ids).size, ids.length, 'ids of so many answers')
      for (const number of numbers)
        must(all.filter(event => event.localCaseNo === number).length >= 3, 'an answer on a case was lost')
      const idsOn = (events: readonly LocalMove[], number: string) =>
        events.filter(({ localCaseNo }) => localCaseNo === number).map(({ id }) => id)
      for (const from of cursors) {
        const again = (await follow(from)).events
        for (const number of numbers) {
          const known = idsOn(all, number)
          const asked = idsOn(again, number)
          if (from === null) same(asked.slice(0, known.length), known, 'ids on one case from the beginning')
          same(known.slice(known.length - asked.length), asked.slice(0, known.length), 'ids from an earlier cursor')
        }
      }
      for (const { id, move } of all) {
        must(/^.{1,200}$/.test(id), 'an id of 1 to 200 characters')
        must(CASE_CONTENT[move.kind].safeParse(move.body).success, `the body of ${move.kind} does not fit its schema`)
      }
    },
  },
  {
    outside: true,
    needs: ['say'],
    name: 'answers on one case come in the order in which they were given, also to an adapter that was made anew',
    zh: '办件内答复按先后给出，重启后亦然',
    async run({ follow, restart, submit, system }) {
      const numbers = [await submit(sampleSubmit('order 1')), await submit(sampleSubmit('order 2'))]
      const { cursor } = await follow(null)
      const texts = Array.from({ length: 9 }, (_, n) => `message ${n}`)
      for (const text of texts) for (const number of numbers) await system.say(number, text)
      await restart()
      const { events } = await follow(cursor)
      for (const number of numbers) same(messagesOn(events, number), texts, 'what was said on one case, in order')
    },
  },
  {
    outside: true,
    needs: ['sayWithFile'],
    name: 'a file that goes with an answer is kept, and named by its hash',
    zh: '答复所附文件被保存，以哈希命名',
    async run({ follow, kept, submit, system }) {
      const number = await submit(sampleSubmit('with a file'))
      const bytes = new TextEncoder().encode('%PDF-1.4 decision')
      await system.sayWithFile(number, bytes)
      const { events } = await follow(null)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      must(
        JSON.stringify(events.map(({ move }) => move.body)).includes(sha256),
        'no answer names the file by the hash of its bytes',
      )
      same(kept.get(sha256), bytes, 'the file that was kept')
    },
  },
  {
    outside: true,
    needs: ['garbleEvents', 'say'],
    name: 'answers that cannot be read are neither lost nor made up, and what follows them is given',
    zh: '读不出的答复不丢失也不臆造',
    async run({ follow, poll, submit, system }) {
      const number = await submit(sampleSubmit('garbled'))
      const before = await follow(null)
      await system.say(number)
      await system.garbleEvents(true)
      const answered = await poll(before.cursor)
      same(answered.events.filter(event => event.localCaseNo === number).length, 0, 'moves of what cannot be read')
      must(answered.problems.length > 0, 'an answer that cannot be read was passed over')
      for (const { code } of answered.problems) same(code, 'adapter.mapping', 'the problem of such an answer')
      must(answered.cursor !== before.cursor, 'the cursor stays before what cannot be read')
      await system.garbleEvents(false)
      const { events } = await follow(before.cursor)
      must(
        events.some(event => event.localCaseNo === number),
        'an answer is gone once it can be read',
      )
    },
  },
  {
    outside: true,
    needs: ['garbleCase', 'say'],
    name: 'one answer that cannot be read holds back none of the pages behind it',
    zh: '一条读不出的答复不拦住其后各页',
    async run({ follow, submit, system }) {
      const held = await submit(sampleSubmit('held'))
      const other = await submit(sampleSubmit('free'))
      const { cursor } = await follow(null)
      await system.garbleCase(held, true)
      await system.say(held, 'nobody can read this')
      const texts = Array.from({ length: 2 * system.pageSize + 1 }, (_, n) => `message ${n}`)
      for (const text of texts) await system.say(other, text)
      const answered = await follow(cursor)
      same(messagesOn(answered.events, held), [], 'what cannot be read')
      must(answered.problems.length > 0, 'an answer that cannot be read was passed over')
      same(messagesOn(answered.events, other), texts, 'what was said on another case behind it')
      await system.garbleCase(held, false)
      same(messagesOn((await follow(cursor)).events, held), ['nobody can read this'], 'what can be read now')
    },
  },
  {
    outside: true,
    needs: [],
    name: 'the signal ends a poll',
    zh: '信号中止轮询',
    async run({ context, poll, submit }) {
      await submit(sampleSubmit('polled'))
      const failure = await failureOf(poll(null, { ...context, signal: AbortSignal.abort() }))
      same(failure.code, 'adapter.unavailable', 'a poll whose signal ended it')
    },
  },
]
