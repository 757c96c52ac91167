/** Shapes of answers that several routes of agreements give. */
import * as z from 'zod'
import { DivisionCode } from '../../../protocol/primitives.ts'

const Label = z.strictObject({ zh: z.string(), en: z.string() })
const Field = z.strictObject({
  field: z.string(),
  label: Label,
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  was: Label.describe('`before` as a person reads it'),
  is: Label.describe('`after` as a person reads it'),
})
const change = z.enum(['added', 'removed', 'changed'])
/** The difference of two texts, as other answers hold it too. */
export const DiffShape = {
  terms: z.array(Field),
  parties: z.array(z.strictObject({ change, code: DivisionCode, name: z.string(), fields: z.array(Field) })),
  items: z.array(
    z.strictObject({
      change,
      handling: DivisionCode,
      taskCode: z.string(),
      taskName: z.string(),
      fields: z.array(Field),
    }),
  ),
  counts: z.strictObject({ added: z.int(), removed: z.int(), changed: z.int(), unchanged: z.int() }).describe('items'),
}

/** What of a text does not hold by lists and certificates. */
export const FaultShape = z.strictObject({
  code: z.enum(['agreement.item', 'agreement.party', 'list.none']),
  path: z.string().describe('field of the text, such as `items.3.taskCode`'),
  why: z.string(),
  whyZh: z.string().describe('the same in Chinese'),
})
