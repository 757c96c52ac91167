/** HTTP route of what a holiday table would change of running limits. */
import * as z from 'zod'
import { HolidayTable } from '../../../protocol/calendar/calendar.ts'
import { DUTIES, type Duty } from '../../../protocol/case/deadlines.ts'
import { Day, DivisionCode, ThreadId } from '../../../protocol/primitives.ts'
import type { RouteModule } from '../../edges/http/route.ts'
import { CALENDAR_IMPACT_LIMITS, type createCalendarImpact } from './calendar-impact.ts'

const DUTY_NAMES = Object.keys(DUTIES) as [Duty, ...Duty[]]
const count = z.number().int()

export const calendarImpactRoutes = (impactOf: ReturnType<typeof createCalendarImpact>): RouteModule => ({
  tag: 'Calendar',
  description:
    'Working days (工作日): holiday tables by year. Days past the last one are provisional (暂定) until it is imported.',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/calendar/impact',
      id: 'previewCalendar',
      summary: 'What importing a holiday table would change of days and of running limits; nothing is imported',
      action: 'catalogue.manage',
      looksUp: true,
      seconds: 120,
      body: HolidayTable,
      answer: z.strictObject({
        days: z
          .array(z.strictObject({ day: Day, works: z.boolean() }))
          .describe('that would be worked, or not, other than now'),
        coveredThrough: Day.nullable().describe('last day of this city that a table would cover'),
        looked: count.describe('open cases that were looked at, the newest first'),
        capped: z.boolean().describe(`there are more than ${CALENDAR_IMPACT_LIMITS.cases}`),
        moved: count.describe('limits that would end on another day'),
        settled: count.describe('limits whose day stays and would be provisional no more'),
        items: z
          .array(
            z.strictObject({
              thread: ThreadId,
              caseNo: z.string(),
              duty: z.enum(DUTY_NAMES),
              city: DivisionCode.describe('that must act'),
              before: Day,
              after: Day,
            }),
          )
          .describe(`the first ${CALENDAR_IMPACT_LIMITS.told} of those that would move`),
      }),
      problems: ['calendar.malformed'],
      handle: async ({ body }) => impactOf(body),
    })
  },
})
