/** `tongban case ratings`, `follow-up`, `answer-appeal`: bad ratings and what is done about them. */
import type {
  AnswerAppealRequest,
  FollowUpRatingRequest,
  ListBadRatingsQuery,
  Rating,
} from '../client/api.generated.ts'
import type { CommandContext } from './context.ts'
import { caseThread } from './named.ts'
import { table } from './output.ts'

const told = (rating: Rating) => ({
  thread: rating.thread,
  case: rating.caseNo,
  rated: rating.target,
  city: rating.city,
  level: rating.level,
  'real name': rating.realName === true ? 'yes' : '',
  due: `${rating.due} ${rating.urgency}`,
  done: rating.followUps.map(({ way, result }) => `${way}:${result}`).join(' '),
  appeal: rating.appealedAt === null ? '' : rating.appealAnsweredAt === null ? 'waits' : 'answered',
})

export async function ratings(context: CommandContext, flags: ListBadRatingsQuery): Promise<void> {
  const client = await context.client()
  const { state, city, limit } = flags
  const { items } = await client.listBadRatings({ query: { state, city, limit } })
  context.out.result(items, list => table(list.map(told)))
}

export async function followUp(context: CommandContext, named: string, flags: FollowUpRatingRequest): Promise<void> {
  const client = await context.client()
  const { target, text, measure, way, result } = flags
  const params = { thread: await caseThread(client, named) }
  const followed = await client.followUpRating({ params, body: { target, text, measure, way, result } })
  context.out.result(followed, value => table([told(value)]))
}

export async function answerAppeal(context: CommandContext, named: string, flags: AnswerAppealRequest): Promise<void> {
  const client = await context.client()
  const { target, text, measure } = flags
  const params = { thread: await caseThread(client, named) }
  const answered = await client.answerAppeal({ params, body: { target, text, measure } })
  context.out.result(answered, value => table([told(value)]))
}
