/** The configuration of the front-table adapter, as one strict schema; `config.schema.json` is generated from it. */
import * as z from 'zod'
import {
  ANSWERED_KINDS,
  CHARSETS,
  DictionaryTable,
  Expression,
  jsonTemplate,
  LATER_KINDS,
  SecretName,
} from '../sdk/index.ts'

export const FRONT_TABLE_LIMITS = {
  /** rows of a source that one poll reads */
  pageRows: 200,
  /** rows that one packet writes, its materials counted */
  rowsOfPacket: 500,
  /** bytes of a material that is written into a column: it stands in memory meanwhile */
  blobBytes: 32 * 1024 * 1024,
  /** connections to the database */
  connections: 64,
  /** characters of an answer's id, which names its row */
  idCharacters: 200,
} as const

const JsonTemplate = jsonTemplate()

/** Names of tables and columns stand in statements, so they are words alone; Chinese ones too, as some systems have them. */
const WORD = String.raw`[\p{L}_][\p{L}\p{N}_$#]{0,62}`
const Column = z
  .string()
  .regex(new RegExp(`^${WORD}$`, 'u'), 'must be the name of a column: letters, digits, _, $, #')
  .describe('name of a column, as the database has it')
const Table = z
  .string()
  .regex(new RegExp(`^(?:${WORD}\\.)?${WORD}$`, 'u'), 'must be the name of a table: letters, digits, _, $, #')
  .describe('name of a table or view, SCHEMA.TABLE where it is not in the schema of the connection')
const Columns = z.array(Column).min(1).max(5)

export const COLUMN_TYPES = ['text', 'number', 'day', 'time', 'clob', 'blob'] as const

const Value = z.union([
  Expression,
  z.strictObject({
    value: Expression.optional().describe('absent for a `blob` that holds the file of a material'),
    type: z
      .enum(COLUMN_TYPES)
      .default('text')
      .describe(
        'number: digits as they are written; day and time: any form of time that mappings know, in China Standard Time; clob: text without a bound; blob: the file of a material, or bytes that `value` gives in base64',
      ),
    bytes: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('bytes that the column holds, in the charset of the database'),
    characters: z.int().min(1).max(1_000_000).optional().describe('characters that the column holds'),
  }),
])

const RowConfig = z.strictObject({
  table: Table,
  write: z
    .enum(['insert', 'update'])
    .default('insert')
    .describe('update: the row that `key` names is there already, and has its other columns set'),
  each: z
    .literal('materials')
    .optional()
    .describe('a row for each material of the packet, which reads `material` besides'),
  when: Expression.optional().describe('false: the row is left out for this packet'),
  key: z
    .union([Column, Columns])
    .optional()
    .describe(
      'of an insert: columns that are unique together in the table and whose values hold the idempotency key; one row of each packet has them. Of an update: the columns that find its row',
    ),
  columns: z
    .record(Column, Value)
    .describe(
      'column → expression over the delivery: idempotencyKey, thread, caseNo, kind, from, to, localCaseNo, body, materials[]; $submit is the body of the submit, $written the time at which it is written. A column whose expression finds nothing is left to its default; null is NULL',
    ),
})

const LookBack = z
  .strictObject({
    columns: z
      .array(Column)
      .min(1)
      .max(20)
      .describe('columns of the row with the key, which `state` and the others read, as text'),
    state: Expression.describe('"done", "refused", or nothing while the system is still at work on it'),
    localCaseNo: Expression.optional().describe('the number that the system gave the case'),
    error: Expression.optional().describe('the code of a refusal, a code and not a text: texts may name people'),
    lookAgainSeconds: z
      .int()
      .min(5)
      .max(86_400)
      .default(60)
      .describe('how often the row is looked at until `state` says something'),
  })
  .describe('what the system writes back into the row that it was given')

const PacketConfig = z.strictObject({
  rows: z.array(RowConfig).min(1).max(20).describe('written in this order in one transaction'),
  answer: LookBack.optional(),
  handed: z
    .literal(true)
    .optional()
    .describe('what becomes of the packet is told by `events`, as `taken` or `refused`'),
})

const Files = z.union([
  z.strictObject({ table: Table, key: Column, content: Column }).describe('a table with the bytes of each file'),
  z
    .strictObject({ folder: z.string().min(1).max(1000) })
    .describe('a folder, in which answers name files by their path'),
])

const By = z.union([
  z.strictObject({
    mark: Columns.max(3).describe(
      'columns that grow with each row and are unique together, such as ["updated_at", "row_guid"]',
    ),
    lateSeconds: z
      .int()
      .min(10)
      .max(86_400)
      .default(600)
      .describe(
        'a transaction of the system may be open so long: rows below the mark that it commits within that time are read too',
      ),
  }),
  z.strictObject({
    flag: z.strictObject({
      column: Column,
      unread: z
        .union([z.string().max(40), z.null()])
        .describe('what stands there while the row was not read; null: NULL'),
      read: z.string().max(40).describe('what is set once the node keeps the answer for good'),
    }),
    order: Columns.describe('columns by which rows are read in the order in which they were written'),
  }),
])

const Source = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][\w-]{0,30}$/)
    .describe('stands in the ids of its answers; it stays the same'),
  table: Table,
  columns: z.array(Column).min(1).max(200).describe('columns that expressions read, all as text; NULL is null'),
  where: z.record(Column, z.string().max(200)).default({}).describe('rows that have these values alone'),
  by: By,
  id: Columns.describe(
    'columns that name one answer for good: the key of the row, and what changes where a row is written anew',
  ),
  at: Expression.optional().describe('when the officer acted; needed of each where there are several, for their order'),
  localCaseNo: Expression.optional().describe('needed unless the source tells `taken` and `refused` alone'),
  kind: Expression.describe(
    'kind of packet, mostly $ours(dictionary, code); `taken` or `refused` for what became of a packet that was handed over; nothing: leave it out',
  ),
  body: z.partialRecord(z.enum(ANSWERED_KINDS), JsonTemplate).default({}).describe('body of each kind of packet'),
  outcome: z
    .strictObject({
      idempotencyKey: Expression,
      localCaseNo: Expression.optional(),
      error: Expression.optional().describe('the code of a refusal'),
    })
    .optional()
    .describe('of `taken` and `refused`'),
  files: Files.optional().describe('where the files are that `documents` and `attachments[].sha256` of a body name'),
})

export const DIALECTS = ['postgresql', 'mysql', 'sqlite', 'oracle', 'dameng'] as const

const Database = z.strictObject({
  dialect: z
    .enum(DIALECTS)
    .describe(
      'mysql is MariaDB too; oracle and dameng need the packages `oracledb` and `dmdb`, which are not brought along',
    ),
  file: z.string().min(1).max(1000).optional().describe('sqlite: the file'),
  host: z.string().min(1).max(300).optional(),
  port: z.int().min(1).max(65_535).optional(),
  database: z.string().min(1).max(100).optional().describe('name of the database; of Oracle the service'),
  schema: z
    .string()
    .regex(new RegExp(`^${WORD}$`, 'u'))
    .optional()
    .describe('schema of tables that are named without one; absent: that of the connection'),
  user: z.string().min(1).max(100).optional(),
  password: z.strictObject({ secret: SecretName }).optional(),
  tls: z
    .union([z.literal('off'), z.literal('on'), z.strictObject({ ca: z.string().min(1).max(1000) })])
    .default('on')
    .describe('on: by the authorities of this machine; ca: file of the authority that signed its certificate'),
  allowPlain: z
    .boolean()
    .default(false)
    .describe('no TLS to a host other than this machine, where personal data go in the clear'),
  connections: z
    .int()
    .min(1)
    .max(FRONT_TABLE_LIMITS.connections)
    .default(8)
    .describe('as many packets are written at a time'),
  statementMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(30_000)
    .describe('longest time of one statement, locks included, ms'),
  charset: z
    .enum(CHARSETS)
    .default('utf-8')
    .describe('what the database counts bytes in; a character that it lacks refuses the packet'),
  emptyIsNull: z.boolean().optional().describe('an empty text is NULL; so it is in Oracle and 达梦'),
})

export const FrontTableConfig = z
  .strictObject({
    $schema: z.string().optional(),
    preset: z
      .literal('up')
      .optional()
      .describe(
        'rows of `register` that are ready-made; what stands here stands over them, column by column, and false takes one away',
      ),
    database: Database,
    dictionaries: z.record(z.string().regex(/^[A-Za-z][\w-]{0,63}$/), DictionaryTable).default({}),
    errors: z
      .record(z.string().min(1).max(64), z.string().min(1).max(300))
      .default({})
      .describe("the system's error code → what it means and what to do, shown to people"),
    materials: z
      .union([
        z.literal('ignore'),
        z.literal('blob').describe('rows of `each: "materials"` have a column of type blob'),
        z.strictObject({
          folder: z
            .string()
            .min(1)
            .max(1000)
            .describe(
              'the folder, from that of tongban.json; files are written under another name and renamed when they are whole',
            ),
          name: Expression.default('material.sha256').describe(
            'path of a file in it, the same for every attempt; rows read it as material.path',
          ),
          url: z
            .url({ protocol: /^https?$/ })
            .max(1000)
            .optional()
            .describe('address under which the system finds the folder; rows read material.url'),
        }),
      ])
      .optional()
      .describe('where scans go; absent: a packet with materials is refused'),
    register: PacketConfig.extend({
      localCaseNo: Expression.optional().describe(
        'the local case number (本地办件编号) where the node gives it, such as caseNo; else `answer` or `handed`',
      ),
    }).describe('the rows of a case.submit'),
    packets: z
      .partialRecord(z.enum(LATER_KINDS), PacketConfig)
      .default({})
      .describe('the rows of each later packet of the collecting city'),
    unmapped: z
      .enum(['refuse', 'ignore'])
      .default('refuse')
      .describe('a packet whose kind stands not in `packets`: parked for a person, or left out with a log line'),
    events: z.array(Source).max(20).default([]).describe('tables and views from which answers are read'),
  })
  .meta({ title: 'tongban front-table adapter', description: 'exchange tables (前置库) of an outside approval system' })

export type FrontTableConfig = z.infer<typeof FrontTableConfig>
export type FrontTableConfigInput = z.input<typeof FrontTableConfig>
export type DatabaseConfig = FrontTableConfig['database']
export type RowConfig = z.infer<typeof RowConfig>
export type PacketConfig = z.infer<typeof PacketConfig>
export type SourceConfig = z.infer<typeof Source>
export type ColumnType = (typeof COLUMN_TYPES)[number]

/** JSON Schema (2020-12) of the configuration, as `config.schema.json` holds it. */
export const frontTableConfigSchema = (): unknown =>
  z.toJSONSchema(FrontTableConfig, { io: 'input', target: 'draft-2020-12' })
