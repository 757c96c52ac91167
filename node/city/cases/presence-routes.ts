/** HTTP routes of presence: a page says that it has a case open, and that it was closed. */
import * as z from 'zod'
import { ThreadId, text } from '../../../protocol/primitives.ts'
import { type RouteModule, Time, time } from '../../edges/http/route.ts'
import { PRESENCE_LIMITS, type Presence, type Present } from './presence.ts'

const { beatSeconds, forgottenSeconds } = PRESENCE_LIMITS
const PresentPeople = z
  .strictObject({
    people: z
      .array(
        z.strictObject({
          id: text(100),
          name: z.string(),
          unsaved: z.boolean().describe('has input that is not saved'),
          since: Time,
        }),
      )
      .describe('who has the case open, oneself among them, those first who came first'),
    beatSeconds: z.number().int().describe('say so again after this'),
    forgottenSeconds: z.number().int().describe('a page that says nothing for this long is forgotten'),
  })
  .meta({ id: 'Presence' })

const toAnswer = (people: readonly Present[]): z.input<typeof PresentPeople> => ({
  people: people.map(present => ({ ...present, since: time(present.since) })),
  beatSeconds,
  forgottenSeconds,
})

const params = z.strictObject({
  thread: ThreadId,
  page: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .describe('any name that the page gives itself, such as a random one: each page of one person counts by itself'),
})

export const presenceRoutes = (presence: Presence): RouteModule => ({
  tag: 'Presence',
  description:
    'Who has a case open now, and who has unsaved input there (在场): in memory alone, told to those who watch events as `presence.changed`.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/presence',
      id: 'showPresence',
      summary: 'Who has the case open now, and who has unsaved input there',
      action: 'case.read',
      background: true,
      params: params.pick({ thread: true }),
      answer: PresentPeople,
      handle: async ({ params: { thread } }) => toAnswer(await presence.of(thread)),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/cases/{thread}/presence/{page}',
      id: 'noteHere',
      summary: 'Say that a page has the case open, again and again while it has',
      description: 'A page sends it by itself, so that it is no use of the session.',
      action: 'case.read',
      background: true,
      params,
      body: z.strictObject({ unsaved: z.boolean().default(false).describe('has input that is not saved') }),
      answer: PresentPeople,
      handle: async ({ params: { thread, page }, body, person }) =>
        toAnswer(await presence.beat(person, thread, page, body.unsaved)),
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/cases/{thread}/presence/{page}',
      id: 'leaveCase',
      summary: 'Say that the page was closed',
      action: 'case.read',
      background: true,
      params,
      answer: PresentPeople,
      handle: async ({ params: { thread, page }, person }) => toAnswer(await presence.leave(person, thread, page)),
    })
  },
})
