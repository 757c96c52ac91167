/** How answers tell what is wrong with one field (字段问题). */
import * as z from 'zod'
import { FIELD_CODES, type FieldCode } from '../../../protocol/field-codes.ts'
import type { FieldProblem } from '../../../protocol/problem.ts'
import { pointerOfField } from '../../kernel/fields.ts'

/** Fields of what is told of a field; `cure` beside them says who can cure it. */
export const toldOfField = {
  path: z.string().describe('JSON Pointer (RFC 6901) into the request; empty for the whole'),
  code: z
    .union([
      z.enum(Object.keys(FIELD_CODES) as [FieldCode, ...FieldCode[]]),
      z.string().describe('that of the problem which keeps the whole from being done'),
    ])
    .describe('What is wrong, for programs; SPEC.md §6.4 says what each means and who can cure it'),
  level: z.enum(['error', 'notice']).describe('an error keeps it from being done'),
  en: z.string().describe('Why, in English'),
  zh: z.string().describe('Why, in Chinese'),
  value: z.union([z.number(), z.boolean()]).optional().describe('What was given, where it can be nothing of a person'),
  field: z.string().describe('The path in words; of a material that is missing its code: `materials.M01`'),
  reason: z.string().meta({ deprecated: true, description: 'The same as `en`' }),
  reasonZh: z.string().meta({ deprecated: true, description: 'The same as `zh`' }),
}

/** A finding of an application stands as it was found; what a schema found says more of itself. */
export const tellField = <P extends FieldProblem>(problem: P) => ({
  ...problem,
  path: problem.path ?? pointerOfField(problem.field),
  en: problem.reason,
  zh: problem.reasonZh,
})
