/** The configuration of the manual adapter, as one strict schema; `config.schema.json` is generated from it. */
import * as z from 'zod'
import { DictionaryTable, Expression, RECEIVED_KINDS } from '../sdk/index.ts'

export const MANUAL_LIMITS = {
  /** fields of one sheet */
  fields: 200,
} as const

const Field = z.strictObject({
  label: z.string().min(1).max(100).describe('as the local screen has it'),
  value: Expression.describe(
    'a JSONata expression; reads idempotencyKey, thread, caseNo, kind, from, to, localCaseNo, body, materials[]; $submit is the body of the submit',
  ),
  copy: z.boolean().default(true).describe('whether it has a button that copies it'),
})

export const ManualConfig = z
  .strictObject({
    $schema: z.string().optional(),
    system: z.string().min(1).max(100).describe('what people call the system that they type into'),
    dictionaries: z.record(z.string().regex(/^[A-Za-z][\w-]{0,63}$/), DictionaryTable).default({}),
    sheets: z
      .partialRecord(z.enum(RECEIVED_KINDS), z.array(Field).min(1).max(MANUAL_LIMITS.fields))
      .describe(
        'fields of the entry sheet of each kind of packet, in the order of the local screen; of other kinds it names the packet alone',
      ),
    leaveOut: z
      .array(z.enum(RECEIVED_KINDS))
      .default([])
      .describe('kinds of packets that are not typed in at all; case.submit is always'),
  })
  .meta({ title: 'tongban manual adapter', description: 'people type packets into an approval system' })

export type ManualConfig = z.infer<typeof ManualConfig>
export type ManualConfigInput = z.input<typeof ManualConfig>

/** JSON Schema (2020-12) of the configuration, as `config.schema.json` holds it. */
export const manualConfigSchema = (): unknown => z.toJSONSchema(ManualConfig, { io: 'input', target: 'draft-2020-12' })
