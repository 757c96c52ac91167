/** `tongban case ratings`, `follow-up`, `answer-appeal`: bad ratings and what is done about them. */
import type { Command } from 'commander'
import type {
  AnswerAppealRequest,
  FollowUpRatingRequest,
  ListBadRatingsQuery,
  Rating,
} from '../client/api.generated.ts'
import type { Declare } from './declare.ts'
import { table } from './output.ts'

const toRow = (rating: Rating) => ({
  thread: rating.thread,
  case: rating.caseNo,
  rated: rating.target,
  city: rating.city,
  level: rating.level,
  'real name': rating.realName === true ? 'yes' : '',
  due: `${rating.due} ${rating.urgency}`,
  done: rating.followUps.map(({ way, result }) => `${way}:${result}`).join(' '),
  appeal: rating.appealedAt === null ? '' : rating.appealAnsweredAt === null ? 'waits' : (rating.verdict ?? 'answered'),
})
const shown = (rating: Rating): string => table([toRow(rating)])

export function declareRatings(cases: Command, { call }: Declare): void {
  call(cases, 'ratings', 'bad ratings, by the day until which they must be followed up 差评台账', {
    options: command =>
      command
        .option('--state <state>', 'open, appealed or all', 'open')
        .option('--city <city>', 'whose window or department; `own` for this city')
        .option('--limit <n>', 'at most', Number, 50),
    example: 'tongban case ratings --city own',
    ask: async (client, _, { state, city, limit }: ListBadRatingsQuery) =>
      (await client.listBadRatings({ query: { state, city, limit } })).items,
    text: items => table(items.map(toRow)),
  })
  call(cases, 'follow-up <case>', 'record what was done about a bad rating 回访整改; what ends it is signed', {
    options: command =>
      command
        .requiredOption('--target <target>', 'window or department')
        .requiredOption('--way <way>', 'phone, visit, window, message or other')
        .requiredOption('--result <result>', 'unreached, in-progress, rectified, explained, satisfied or mistaken 申诉')
        .option('--text <text>', 'the answer, or the reason of the appeal')
        .option('--measure <text>', 'what was put right 整改措施'),
    example:
      'tongban case follow-up CASE --target window --way phone --result rectified --text 已致歉 --measure 增开窗口',
    ask: (client, [thread = ''], { target, text, measure, way, result }: FollowUpRatingRequest) =>
      client.followUpRating({ params: { thread }, body: { target, text, measure, way, result } }),
    text: shown,
  })
  call(cases, 'answer-appeal <case>', "answer the partner's appeal against a bad rating 申诉复核答复", {
    options: command =>
      command
        .requiredOption('--target <target>', 'window or department')
        .requiredOption('--text <text>', 'the answer')
        .option('--verdict <verdict>', 'upheld 成立 or rejected 不成立; left out for a partner of before')
        .option('--measure <text>'),
    ask: (client, [thread = ''], { target, text, measure, verdict }: AnswerAppealRequest) =>
      client.answerAppeal({ params: { thread }, body: { target, text, measure, verdict } }),
    text: shown,
  })
}
