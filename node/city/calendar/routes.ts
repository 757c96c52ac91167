/** HTTP routes of calendars: read, import and take back holiday tables, count working days. */
import * as z from 'zod'
import { addWorkingDays, HolidayTable } from '../../../protocol/calendar/calendar.ts'
import { Day, DivisionCode } from '../../../protocol/primitives.ts'
import { actorOf, type RouteModule, Time, timeOrNull } from '../../edges/http/route.ts'
import type { Calendars, HeldTable } from './calendars.ts'

const Held = z.strictObject({
  table: HolidayTable,
  importedAt: Time.nullable().describe('null for a table of the program itself'),
})
const toAnswer = ({ table, importedAt }: HeldTable): z.input<typeof Held> => ({
  table,
  importedAt: timeOrNull(importedAt),
})
const place = z.strictObject({ region: HolidayTable.shape.region, year: z.coerce.number().int() })

export const calendarRoutes = (calendars: Calendars, city: string, partners: () => readonly string[]): RouteModule => ({
  tag: 'Calendar',
  description:
    'Working days (工作日): holiday tables by year. Days past the last one are provisional (暂定) until it is imported.',
  register(api) {
    api.operation({
      method: 'get',
      path: '/api/v1/calendar',
      id: 'showCalendar',
      summary:
        'Holiday tables, through which day this city is covered, what partners tell of theirs, and where they differ',
      action: 'reference.read',
      answer: z.strictObject({
        coveredThrough: Day.nullable(),
        tables: z.array(Held),
        partners: z.array(
          z.strictObject({
            city: DivisionCode,
            tables: z
              .array(HolidayTable)
              .nullable()
              .describe('of its region, as it tells them; null: nothing told yet'),
            waiting: z
              .array(
                z.strictObject({
                  region: HolidayTable.shape.region,
                  year: HolidayTable.shape.year,
                  days: z.array(Day),
                }),
              )
              .describe('days that were over when it told them otherwise: they count as before until you accept them'),
            differences: z.array(
              z.strictObject({
                region: HolidayTable.shape.region,
                year: HolidayTable.shape.year,
                kind: z.enum(['own', 'partner', 'differs']).describe('who lacks the table, or that its days differ'),
              }),
            ),
          }),
        ),
      }),
      handle: async () => ({
        coveredThrough: calendars.of(city).covered?.through ?? null,
        tables: calendars.tables().map(toAnswer),
        partners: await Promise.all(
          partners().map(async code => ({
            city: code,
            tables: calendars.tablesOfPartner(code),
            waiting: calendars.waiting(code),
            differences: await calendars.differences(code),
          })),
        ),
      }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/calendar/working-days',
      id: 'countWorkingDays',
      summary: 'The day that lies so many working days after another one, which is not counted',
      action: 'reference.read',
      query: z.strictObject({
        from: Day,
        days: z.coerce.number().int().min(0).max(1000),
        city: DivisionCode.optional().describe('whose calendar; the own one by default'),
      }),
      answer: z.strictObject({ day: Day, provisional: z.boolean() }),
      handle: async ({ query }) => addWorkingDays(calendars.of(query.city ?? city), query.from, query.days),
    })
    api.operation({
      method: 'put',
      path: '/api/v1/calendar/tables',
      id: 'importCalendar',
      summary: 'Import the holiday table of a year, of the country or of one region more',
      action: 'catalogue.manage',
      body: HolidayTable,
      answer: Held,
      problems: ['calendar.malformed', 'request.oversize'],
      handle: async ({ body, person }) => toAnswer(await calendars.import(body, actorOf(person))),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/calendar/partners/{city}/accept',
      id: 'acceptPastDays',
      summary: 'Take the days that are over as a partner tells them: its limits are counted anew',
      action: 'catalogue.manage',
      params: z.strictObject({ city: DivisionCode }),
      answer: z.strictObject({ accepted: z.literal(true) }),
      problems: ['request.not-found'],
      handle: async ({ params, person }) => {
        await calendars.accept(params.city, actorOf(person))
        return { accepted: true as const }
      },
    })
    api.operation({
      method: 'delete',
      path: '/api/v1/calendar/tables/{region}/{year}',
      id: 'removeCalendar',
      summary: 'Take an imported table back',
      action: 'catalogue.manage',
      params: place,
      answer: z.strictObject({ removed: z.literal(true) }),
      problems: ['request.not-found'],
      handle: async ({ params, person }) => {
        await calendars.remove(params.region, params.year, actorOf(person))
        return { removed: true as const }
      },
    })
  },
})
