/** What an import tells, as it is answered: faults with what may stand in their place, and how each sheet and column was read. */
import * as z from 'zod'
import { PART_FIELDS } from './tables/formats.ts'

export const Finding = z.strictObject({
  rule: z.string(),
  level: z.enum(['error', 'warning']),
  path: z.string().describe('field of the item, such as `materials.0.reviewPoints`'),
  zh: z.string(),
  en: z.string(),
})
export const ItemFinding = Finding.extend({ code: z.string(), name: z.string() })
export const Fault = z.strictObject({
  code: z.string(),
  sheet: z.string(),
  row: z.number().int().describe('from 1, the heading included; 0 for the file'),
  column: z.string(),
  value: z.string().describe('the beginning of what the cell holds'),
  item: z.string().describe('code of the item or unit, as far as it is known'),
  name: z.string().describe('what the item is called'),
  nearest: z
    .array(z.string())
    .describe('what may stand there, the nearest first; empty where that is no list of words'),
  alike: z
    .int()
    .describe('how many cells of the column say the same, this one included; the first 20 of them are told'),
  zh: z.string(),
  en: z.string(),
  cureZh: z.string(),
  cureEn: z.string(),
})
const SheetReading = z.strictObject({
  sheet: z.string(),
  holds: z
    .enum(['items', ...PART_FIELDS])
    .nullable()
    .describe('items, or a part of them; null for a sheet that was left out'),
  also: z.array(z.enum(PART_FIELDS)).describe('parts that stand in the rows of their items'),
  why: z.string().nullable().describe('code of the note why it was left out'),
  heading: z.number().int().describe('row of the heading, the lower one of two; 0 without one'),
  rows: z.number().int(),
  columns: z.array(
    z.strictObject({
      at: z.string().describe('A, B …'),
      heading: z.string().describe('as it is written, the group before it'),
      field: z.string().nullable().describe('`promiseDay`, `materials.isNeed`; null for a column that was left out'),
      name: z.string().describe('what the template calls it'),
      takes: z.string().describe('what its cells may hold, in words: `自然人、企业法人…`'),
      how: z
        .enum(['name', 'other', 'mapping', 'guess'])
        .nullable()
        .describe('by its name, by another name, by the mapping, or by what stands in it, which must be confirmed'),
      filled: z.number().int().describe('cells that hold something'),
      unread: z.number().int().describe('cells that could not be read'),
      lacking: z.int().describe('needed cells that hold nothing'),
      samples: z
        .array(z.strictObject({ given: z.string(), read: z.string().describe('empty: could not be read, or none') }))
        .describe('the first cells, each word once'),
      words: z
        .array(
          z.strictObject({
            given: z.string().describe('as `values` of a mapping names it'),
            cells: z.int(),
            nearest: z.array(z.string()).describe('what may stand for it, the nearest first'),
            suggestion: z.string().nullable().describe('the one of them that it names in part'),
          }),
        )
        .describe('words that could not be read, each once: what `values` of a mapping would say'),
      units: z
        .array(z.string())
        .describe(
          'units of limits of which nothing says how many working days they are: for `workingDays` of a mapping',
        ),
      suggestion: z
        .string()
        .nullable()
        .describe('of a column that was left out: the needed field that its cells or its heading speak for'),
    }),
  ),
  absent: z
    .array(
      z.strictObject({
        field: z.string(),
        name: z.string(),
        takes: z.string().describe('what it takes, in words'),
        lacking: z.int().describe('entries of the file that lack what it would say'),
      }),
    )
    .describe('needed columns that are not there: the items must be held already, or the mapping gives them'),
})
export const ImportReport = z.strictObject({
  taken: z.boolean().describe('whether the drafts hold it now; false with errors and on a dry run'),
  rows: z.number().int(),
  put: z.number().int().describe('items that are new or change'),
  remove: z.number().int(),
  unchanged: z.number().int(),
  blocked: z.number().int().describe('items with a finding that blocks publication'),
  warnings: z.number().int(),
  errors: z.array(Fault).describe('what could not be read, the first ones'),
  errorCount: z.number().int(),
  notes: z.array(Fault).describe('what was left out, or read otherwise than as the template has it'),
  sheets: z
    .array(SheetReading)
    .describe('how each sheet and column was read, the first 50 sheets; none of a file of JSON'),
  findings: z
    .array(ItemFinding)
    .describe(
      'lint, the first ones, errors before warnings; of items that could not be taken, what is an error anyway',
    ),
})
