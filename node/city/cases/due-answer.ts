/** A limit of a case as the API answers with it. */
import * as z from 'zod'
import { DUTIES, type Duty } from '../../../protocol/case/deadlines.ts'
import { Day, DivisionCode } from '../../../protocol/primitives.ts'
import { type Due as DueRow, LEVELS } from './rows.ts'

export const duties = Object.keys(DUTIES) as [Duty, ...Duty[]]

export const Due = z.strictObject({
  duty: z.enum(duties),
  dutyName: z.string(),
  city: DivisionCode.describe('the city that must do it'),
  day: Day,
  provisional: z.boolean().describe('past the holiday tables (暂定)'),
  level: z.enum(LEVELS),
  left: z.number().int().describe('working days left; negative when overdue'),
})

export const toDue = (due: DueRow | null) => (due === null ? null : { ...due, dutyName: DUTIES[due.duty] })
