/** `tongban case ratings`, `follow-up`, `answer-appeal`: bad ratings and what is done about them. */
import type { CommandContext } from './context.ts'
import { table } from './output.ts'

type Rating = {
  thread: string
  caseNo: string
  target: string
  city: string
  level: number
  realName: boolean | null
  due: string
  urgency: string
  appealedAt: string | null
  appealAnsweredAt: string | null
  followUps: { way: string; result: string }[]
}

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

export async function ratings(
  context: CommandContext,
  flags: { state: string; city?: string; limit: string },
): Promise<void> {
  const client = await context.client()
  const city = flags.city === undefined ? '' : `&city=${encodeURIComponent(flags.city)}`
  const { items } = await client.get<{ items: Rating[] }>(
    `/api/v1/ratings?state=${encodeURIComponent(flags.state)}&limit=${encodeURIComponent(flags.limit)}${city}`,
  )
  context.out.result(items, list => table(list.map(told)))
}

type Said = { target: string; text?: string; measure?: string }
const said = ({ target, text, measure }: Said): Said => ({
  target,
  ...(text === undefined ? {} : { text }),
  ...(measure === undefined ? {} : { measure }),
})

export async function followUp(
  context: CommandContext,
  thread: string,
  flags: Said & { way: string; result: string },
): Promise<void> {
  const client = await context.client()
  const { way, result } = flags
  const body = { ...said(flags), way, result }
  context.out.result(await client.post<Rating>(`/api/v1/cases/${thread}/follow-up`, body), value =>
    table([told(value)]),
  )
}

export async function answerAppeal(context: CommandContext, thread: string, flags: Said): Promise<void> {
  const client = await context.client()
  const answered = await client.post<Rating>(`/api/v1/cases/${thread}/answer-appeal`, said(flags))
  context.out.result(answered, value => table([told(value)]))
}
