/** HTTP route of the timeline of a case. */
import * as z from 'zod'
import { AUTHORS, type CaseKind } from '../../../../protocol/case/kinds.ts'
import { DivisionCode, Sha256, ThreadId } from '../../../../protocol/primitives.ts'
import { describeProblem, ProblemInWords } from '../../../edges/http/problem-in-words.ts'
import { actorOf, type RouteModule, Time, time, timeOrNull } from '../../../edges/http/route.ts'
import type { CaseTimelines } from './case-timeline.ts'

const kinds = Object.keys(AUTHORS) as [CaseKind, ...CaseKind[]]
const Words = z.strictObject({ zh: z.string(), en: z.string() })

export const timelineRoutes = (timelines: CaseTimelines): RouteModule => ({
  tag: 'Cases',
  description: 'Cases (办件) across two cities.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/cases/{thread}/timeline',
      id: 'getCaseTimeline',
      summary:
        'What happened in a case, in words: both cities, refused steps, what waits; personal data, audited (时间线)',
      action: 'case.content',
      params: z.strictObject({ thread: ThreadId }),
      answer: z.strictObject({
        entries: z
          .array(
            z.strictObject({
              type: z
                .enum(['step', 'refused', 'waiting'])
                .describe('a step of the thread, an own one that the other city refused, what stands in the way here'),
              at: Time,
              city: DivisionCode,
              cityName: z.string(),
              kind: z.enum(kinds).nullable(),
              packet: Sha256.nullable(),
              title: Words,
              facts: z
                .array(
                  z.strictObject({
                    label: Words,
                    value: z.union([z.string(), Words]).describe('a text stands as it was written'),
                    long: z.boolean().describe('running text'),
                  }),
                )
                .describe('what it says; of a corrected one, what it says now and what it said before'),
              words: Words.describe('the whole of it in one line, in China time'),
              state: Words.nullable().describe('of the case after it'),
              by: z.string().nullable().describe('name of the account of this city that took it'),
              storedAt: Time.nullable().describe('the other city confirmed that it holds it'),
              late: z.boolean().describe('it came too late to have an effect'),
              purged: z.boolean().describe('what it said was deleted'),
              problem: ProblemInWords.nullable(),
            }),
          )
          .describe('the oldest first, in the order of the thread'),
      }),
      problems: ['thread.unknown'],
      handle: async ({ params: { thread }, person }) => ({
        entries: (await timelines.of(thread, actorOf(person))).map(({ problem, at, storedAt, ...line }) => ({
          ...line,
          at: time(at),
          storedAt: timeOrNull(storedAt),
          problem: problem === null ? null : describeProblem(problem),
        })),
      }),
    })
  },
})
