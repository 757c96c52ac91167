/**
 * The contract of systems that tell how a case stands and nothing of how it came there: no history, so that of two changes between two
 * looks one is never seen, and a state may come back. As data; `conformance.ts` plays them.
 */
import { type ContractTest, must, type Page, same } from './conformance.ts'
import { sampleSubmit } from './test-kit.ts'

const kindsOn = ({ events }: Pick<Page, 'events'>, number: string): string[] =>
  events.filter(({ localCaseNo }) => localCaseNo === number).map(({ move }) => move.kind)

export const STATES: readonly ContractTest[] = [
  {
    outside: true,
    needs: ['stand'],
    name: 'of a state that changed twice between two looks the present one is told, and nothing is made up of the other',
    zh: '两次查询之间状态变了两次：只告知现状，不编造中间状态',
    async run({ follow, submit, system }) {
      const number = await submit(sampleSubmit('changed twice'))
      const { cursor } = await follow(null)
      await system.stand(number, 'accepted')
      await system.stand(number, 'progress')
      same(kindsOn(await follow(cursor), number), ['case.progress'], 'what was told of the case')
    },
  },
  {
    outside: true,
    needs: ['stand'],
    name: 'a state is told once for as long as it stays, after a restart too; asked from where it was not told, under the same id',
    zh: '状态不变时只告知一次，重启后亦然；从未告知处重问时编号不变',
    async run({ follow, restart, submit, system }) {
      const number = await submit(sampleSubmit('stays'))
      const { cursor } = await follow(null)
      await system.stand(number, 'accepted')
      const first = await follow(cursor)
      same(kindsOn(first, number), ['case.accept'], 'what was told of the case')
      await restart()
      same(kindsOn(await follow(first.cursor), number), [], 'what was told of it again')
      const again = await follow(cursor)
      same(
        again.events.map(({ id }) => id),
        first.events.map(({ id }) => id),
        'ids of what was asked again',
      )
    },
  },
  {
    outside: true,
    needs: ['stand'],
    name: 'a state that comes back is told again, as another answer',
    zh: '状态退回后再次告知，作为另一条答复',
    async run({ follow, submit, system }) {
      const number = await submit(sampleSubmit('comes back'))
      let { cursor } = await follow(null)
      const ids = new Set<string>()
      for (const [state, kind] of [
        ['accepted', 'case.accept'],
        ['progress', 'case.progress'],
        ['accepted', 'case.accept'],
      ] as const) {
        await system.stand(number, state)
        const page = await follow(cursor)
        same(kindsOn(page, number), [kind], `what was told of the state ${state}`)
        for (const { id } of page.events) ids.add(id)
        cursor = page.cursor
      }
      same(ids.size, 3, 'answers, by their ids')
    },
  },
  {
    outside: true,
    needs: ['stand'],
    name: 'a state that nobody knows waits with its reason, and the next one is told all the same',
    zh: '未知状态注明原因等待处理，之后的状态照常告知',
    async run({ follow, submit, system }) {
      const number = await submit(sampleSubmit('never seen'))
      const { cursor } = await follow(null)
      await system.stand(number, 'unknown')
      const page = await follow(cursor)
      same(kindsOn(page, number), [], 'what was told of it')
      must(page.problems.length === 1, `one answer that cannot be read, not ${page.problems.length}`)
      await system.stand(number, 'accepted')
      same(kindsOn(await follow(page.cursor), number), ['case.accept'], 'what was told of the next one')
    },
  },
]
