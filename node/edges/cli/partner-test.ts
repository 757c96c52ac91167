/** `tongban partners test`: runs a partner test, shows each hop as it ends, and who must act when one failed; `tests` lists those that ran. */
import type { GetPartnerTestAnswer } from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { table, twice, WHO } from './output.ts'

type Hop = GetPartnerTestAnswer['hops'][number]

/** ms between two looks at a test that runs. */
const LOOK = 200

const MARK = { waiting: '·', running: '·', ok: '✓', failed: '✗', skipped: '-' } as const
const factsOf = (facts: Hop['facts']): string =>
  Object.entries(facts)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? Math.round(value * 10) / 10 : value}`)
    .join(' ')

/** One line of a hop that ended, with the cure below it when it failed. */
function lineOf({ state, zh, en, ms, facts, problem }: Hop): string {
  const line = `${MARK[state]} ${zh} ${en}  ${ms === null ? '' : `${Math.round(ms)} ms`}  ${factsOf(facts)}`.trimEnd()
  if (problem === null) return line
  return [
    line,
    `    ${problem.code}: ${problem.en} ${problem.zh}`,
    ...(problem.detail === undefined ? [] : [`    ${twice(problem.detail, problem.detailZh)}`]),
    `    Who must act 由谁处理: ${WHO[problem.act]}`,
    `    ${problem.cure}`,
  ].join('\n')
}

export async function testPartner(context: CommandContext, code: string): Promise<void> {
  const client = await context.client()
  let test = await client.testPartner({ params: { code } })
  const told = new Set<string>()
  const report = () => {
    for (const hop of test.hops) {
      if (hop.state === 'waiting' || hop.state === 'running' || told.has(hop.hop)) continue
      told.add(hop.hop)
      context.out.print(lineOf(hop))
    }
  }
  while (test.state === 'running') {
    report()
    await new Promise(resolve => setTimeout(resolve, LOOK))
    test = await client.getPartnerTest({ params: { code, no: test.no } })
  }
  report()
  if (test.state === 'failed') process.exitCode = 1
  context.out.result(test, ({ state }) => (state === 'passed' ? 'Passed 测试通过' : 'Failed 测试未通过'))
}

export async function listTests(context: CommandContext, code: string): Promise<void> {
  const client = await context.client()
  const { items } = await client.listPartnerTests({ params: { code } })
  context.out.result(items, tests =>
    table(
      tests.map(({ no, direction, state, hops, begunAt, endedAt }) => {
        const failed = hops.find(hop => hop.state === 'failed')
        return {
          no,
          by: direction === 'out' ? 'this city 本市' : 'partner 对方',
          state,
          begun: begunAt,
          ms: endedAt === null ? '' : Date.parse(endedAt) - Date.parse(begunAt),
          failed: failed === undefined ? '' : `${failed.zh} ${failed.hop} ${failed.problem?.code ?? ''}`,
          act: failed?.problem == null ? '' : WHO[failed.problem.act],
        }
      }),
    ),
  )
}
