/** Declares what `tongban case` does with many cases, and with ended ones; what takes more than a call is imported when it runs. */
import type { Command } from 'commander'
import { declareBoard } from './board.ts'
import type { Declare } from './declare.ts'
import { boxFlags, declareQueues } from './queue-flags.ts'
import { declareRatings } from './ratings.ts'
import { declareViews } from './views.ts'

export function declareCaseLists(cases: Command, declare: Declare): void {
  const { add, does, example } = declare
  declareRatings(cases, declare)
  declare.call(cases, 'timeline <case>', 'what happened in it, in words: personal data, and an audit row 时间线', {
    ask: async (client, [thread = '']) => (await client.getCaseTimeline({ params: { thread } })).entries,
    text: entries => entries.map(({ words }) => `${words.zh}\n  ${words.en}`).join('\n'),
  })
  example(
    does(
      boxFlags(add(cases, 'export [words]', 'write a queue, or what a search finds, as a table 导出'))
        .requiredOption('--out <file>', 'where: .xlsx or .csv')
        .option('--queue <name>', 'a queue in place of a search')
        .option('--window <name>', 'whose window queue, or window of the search')
        .option('--partner <city>')
        .option('--item <code>')
        .option('--mode <mode>')
        .option('--state <state>')
        .option('--role <role>', 'collecting or handling')
        .option('--assignee <account>', 'of a queue: `me`, or `nobody`')
        .option('--from <day>', 'submitted on this day or later')
        .option('--to <day>'),
      async () => {
        const { exportCases } = await import('./exports.ts')
        return (context, flags, words) => exportCases(context, words, flags)
      },
    ),
    'tongban case export --queue overdue --out overdue.xlsx',
  )
  declareBoard(cases, declare)
  declareQueues(cases, declare)
  declareViews(cases, declare)
}
