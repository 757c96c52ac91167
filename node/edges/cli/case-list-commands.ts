/** Declares what `tongban case` does with many cases, and with ended ones; what it does is imported when it runs. */
import type { Command } from 'commander'
import type { Declare } from './declare.ts'

export function declareCaseLists(cases: Command, { add, does, example }: Declare): void {
  example(
    does(
      add(cases, 'archive <case>', 'write all of a case as one file for the archives 归档').requiredOption(
        '--out <file>',
        'where',
      ),
      async () => {
        const { archive } = await import('./archive.ts')
        return (context, flags, thread) => archive(context, thread ?? '', flags)
      },
    ),
    'tongban case archive CASE --out archive.zip',
  )
  example(
    does(
      add(cases, 'ratings', 'bad ratings, by the day until which they must be followed up 差评台账')
        .option('--state <state>', 'open, appealed or all', 'open')
        .option('--city <city>', 'whose window or department; `own` for this city')
        .option('--limit <n>', 'at most', Number, 50),
      async () => {
        const { ratings } = await import('./ratings.ts')
        return (context, flags) => ratings(context, flags)
      },
    ),
    'tongban case ratings --city own',
  )
  example(
    does(
      add(cases, 'follow-up <case>', 'record what was done about a bad rating 回访整改; what ends it is signed')
        .requiredOption('--target <target>', 'window or department')
        .requiredOption('--way <way>', 'phone, visit, window, message or other')
        .requiredOption('--result <result>', 'unreached, in-progress, rectified, explained, satisfied or mistaken 申诉')
        .option('--text <text>', 'the answer, or the reason of the appeal')
        .option('--measure <text>', 'what was put right 整改措施'),
      async () => {
        const { followUp } = await import('./ratings.ts')
        return (context, flags, thread) => followUp(context, thread ?? '', flags)
      },
    ),
    'tongban case follow-up CASE --target window --way phone --result rectified --text 已致歉 --measure 增开窗口',
  )
  does(
    add(cases, 'answer-appeal <case>', "answer the partner's appeal against a bad rating 申诉复核答复")
      .requiredOption('--target <target>', 'window or department')
      .requiredOption('--text <text>', 'the answer')
      .option('--measure <text>'),
    async () => {
      const { answerAppeal } = await import('./ratings.ts')
      return (context, flags, thread) => answerAppeal(context, thread ?? '', flags)
    },
  )
  example(
    does(
      add(cases, 'export [words]', 'write a queue, or what a search finds, as a table 导出')
        .requiredOption('--out <file>', 'where: .xlsx or .csv')
        .option('--queue <name>', 'a queue in place of a search')
        .option('--window <name>', 'whose window queue, or window of the search')
        .option('--partner <city>')
        .option('--item <code>')
        .option('--mode <mode>')
        .option('--state <state>')
        .option('--from <day>', 'submitted on this day or later')
        .option('--to <day>'),
      async () => {
        const { exportCases } = await import('./exports.ts')
        return (context, flags, words) => exportCases(context, words, flags)
      },
    ),
    'tongban case export --queue overdue --out overdue.xlsx',
  )
  does(add(cases, 'board', 'places, items, and cases taken in, today, this month, this year 看板'), async () => {
    const { board } = await import('./board.ts')
    return context => board(context)
  })
  example(
    does(
      add(cases, 'heat', 'items by how many cases they had 事项热度')
        .option('--from <period>', 'month or year: 2026-01 or 2026; this year by default')
        .option('--to <period>')
        .option('--role <role>', 'collecting or handling; both by default')
        .option('--limit <n>', 'at most', Number, 50),
      async () => {
        const { heat } = await import('./board.ts')
        return (context, flags) => heat(context, flags)
      },
    ),
    'tongban case heat --from 2026-01 --to 2026-06',
  )
  does(
    add(cases, 'idle', 'active agreements by how few cases they had 协议多、办件少; their items with --json')
      .option('--from <period>', 'month or year; this year by default')
      .option('--to <period>'),
    async () => {
      const { idle } = await import('./board.ts')
      return (context, flags) => idle(context, flags)
    },
  )
  const views = does(
    add(cases, 'views', 'saved views: own ones, and those of a window 保存的视图').option(
      '--window <name>',
      'of which window',
    ),
    async () => {
      const { views: list } = await import('./views.ts')
      return (context, flags) => list(context, flags)
    },
  )
  example(
    does(
      add(views, 'add <name>', 'save a queue or a search under a name; see it with: case queue --view NAME')
        .option('--share <window>', 'for all of this window')
        .option('--queue <name>', 'a queue in place of a search')
        .option('--window <name>')
        .option('--partner <city>')
        .option('--item <code>')
        .option('--mode <mode>')
        .option('--state <state>')
        .option('--role <role>', 'collecting or handling')
        .option('--assignee <account>', '`me` is whoever reads it')
        .option('--from <day>')
        .option('--to <day>'),
      async () => {
        const { saveView } = await import('./views.ts')
        return (context, flags, name) => saveView(context, name ?? '', flags)
      },
    ),
    'tongban case views add 待补正 --state supplementing --assignee me',
  )
  does(add(views, 'remove <name>', 'delete a saved view').option('--window <name>', 'one that is shared'), async () => {
    const { removeView } = await import('./views.ts')
    return (context, flags, name) => removeView(context, name ?? '', flags)
  })
  example(
    does(
      add(cases, 'remind <case...>', 'remind the other city of up to 200 cases 批量催办').requiredOption(
        '--text <text>',
        'what is said',
      ),
      async () => {
        const { remind } = await import('./views.ts')
        return (context, flags, threads) => remind(context, [threads ?? []].flat(), flags)
      },
    ),
    'tongban case remind CASE CASE --text 请尽快办理',
  )
  example(
    does(
      add(
        cases,
        'print-all <paper> <case...>',
        'write one paper of up to 100 cases as one page 批量打印',
      ).requiredOption('--out <file>', 'where'),
      async () => {
        const { printMany } = await import('./views.ts')
        return (context, flags, paper, threads) => printMany(context, paper ?? '', [threads ?? []].flat(), flags)
      },
    ),
    'tongban case print-all receipt CASE CASE --out receipts.html',
  )
}
