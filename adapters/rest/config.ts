/** The configuration of the rest adapter, as one strict schema; `config.schema.json` is generated from it. */
import * as z from 'zod'
import { ANSWER_KINDS as ANSWERS, AUTHORS, isMoveKind, type MoveRequest } from '../../protocol/case/kinds.ts'
import { isExact } from '../../protocol/json-text.ts'
import { DictionaryTable, type Template } from '../sdk/index.ts'

/** Kinds that an approval system may bring about; `case.arrived` is signed by the node when the system has registered the case. */
export type AnswerKind = Exclude<MoveRequest['kind'], 'case.arrived'>
const KINDS = Object.keys(AUTHORS) as (keyof typeof AUTHORS)[]
const ANSWER_KINDS = KINDS.filter(
  (kind): kind is AnswerKind =>
    (isMoveKind(kind) && kind !== 'case.arrived') || ANSWERS.some(answer => answer === kind),
)
/** Kinds that the city that moves a case receives after the submit. */
const PACKET_KINDS = KINDS.filter(kind => !isMoveKind(kind) && kind !== 'case.submit')

const Expression = z
  .string()
  .min(1)
  .meta({ id: 'expression', description: 'a JSONata expression; reads nothing but its input' })

const JsonTemplate: z.ZodType<Template> = z
  .lazy(() =>
    z.union([
      z.string(),
      z.number().refine(isExact, 'a number that JSON readers round: write it as an expression of text'),
      z.boolean(),
      z.null(),
      z.array(JsonTemplate),
      z.record(z.string().max(200), JsonTemplate),
    ]),
  )
  .meta({
    id: 'template',
    description:
      'JSON whose every string is a JSONata expression; a field whose expression finds nothing is left out. In a body that is sent, {"secret": NAME} stands for that secret',
  })

const Path = z
  .string()
  .max(1000)
  .regex(/^\/(?!\/)[^\s#\\]*$/)
  .describe('appended to baseUrl; {name} stands for a value, percent-encoded')

const SecretName = z.string().regex(/^[A-Za-z][\w.-]{0,63}$/)

/** What the adapter or the connection sets itself. */
const RESERVED_HEADER =
  /^(authorization|connection|content-length|content-type|cookie|expect|host|idempotency-key|te|trailer|transfer-encoding|upgrade)$/i
const HeaderName = z
  .string()
  .max(100)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
const FreeHeaderName = HeaderName.superRefine((name, context) => {
  if (!RESERVED_HEADER.test(name)) return
  const lower = name.toLowerCase()
  const message = OWN_HEADERS[lower] ?? 'the adapter or the connection sets this header itself'
  context.addIssue({ code: 'custom', message })
})
/** Why a header cannot be set, where there is another way or none. */
const OWN_HEADERS: Record<string, string> = {
  'content-type':
    'bodies are sent as application/json; charset=utf-8, materials as their own type; no other can be set',
  authorization:
    '`auth` says how the adapter proves itself; `{ "scheme": "header", "name": "Authorization", … }` sets it as it is',
  'idempotency-key': 'the adapter sends it with each request',
}

const Headers = z
  .record(
    FreeHeaderName,
    z.union([
      z
        .string()
        .max(2000)
        .regex(/^[\x20-\x7e]*$/),
      z.strictObject({ secret: SecretName }),
    ]),
  )
  .optional()

const RESPONSE = {
  ok: Expression.optional().describe(
    'true when a 2xx answer means success, for systems that answer 200 to everything; absent: every 2xx is success',
  ),
  duplicate: Expression.optional().describe('true when the answer says that the effect is there already'),
  retry: Expression.optional().describe('true when the answer says that a later attempt may succeed'),
  error: Expression.optional().describe('the error code of the answer, a code and not a text: texts may name people'),
}
const Response = z.strictObject(RESPONSE)

const REQUEST = {
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  path: Path,
  headers: Headers,
  body: JsonTemplate.describe(
    'read from the delivery: idempotencyKey, thread, caseNo, kind, from, to, localCaseNo, body, materials[]',
  ),
}

const Packet = z.strictObject({ ...REQUEST, response: Response.default({}) })

export const RestConfig = z
  .strictObject({
    $schema: z.string().optional(),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(1000)
      .describe('address of the approval system, without user, query or fragment'),
    allowPlainHttp: z
      .boolean()
      .default(false)
      .describe('http to a host other than this machine, where personal data go in the clear'),
    auth: z
      .discriminatedUnion('scheme', [
        z.strictObject({ scheme: z.literal('bearer'), secret: SecretName }),
        z.strictObject({ scheme: z.literal('header'), name: HeaderName, secret: SecretName }),
        z.strictObject({
          scheme: z.literal('basic'),
          username: z
            .string()
            .max(200)
            .regex(/^[^:\p{Cc}]+$/u),
          secret: SecretName,
        }),
        z.strictObject({ scheme: z.literal('none') }),
      ])
      .describe('how the adapter proves itself; `secret` is the name of a secret, which stands elsewhere'),
    timeoutMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(15_000)
      .describe('longest silence of the approval system, ms; a whole answer may take four times as long'),
    maxResponseBytes: z
      .int()
      .min(1024)
      .max(16 * 1024 * 1024)
      .default(1024 * 1024),
    charset: z
      .enum(['utf-8', 'gb18030'])
      .optional()
      .describe(
        'what answers are written in, for a system that does not say it or says it wrongly; gb18030 holds GBK and GB 2312. Chinese text in UTF-8 is known by its bytes',
      ),
    dictionaries: z.record(z.string().regex(/^[A-Za-z][\w-]{0,63}$/), DictionaryTable).default({}),
    errors: z
      .record(z.string().min(1).max(64), z.string().min(1).max(300))
      .default({})
      .describe("the approval system's error code → what it means and what to do, shown to people"),
    register: z.strictObject({
      ...REQUEST,
      response: z.strictObject({
        ...RESPONSE,
        localCaseNo: Expression.describe('the local case number (本地办件编号)'),
      }),
    }),
    packets: z
      .partialRecord(z.enum(PACKET_KINDS), Packet)
      .default({})
      .describe('how each later packet of the collecting city is handed over'),
    unmapped: z
      .enum(['refuse', 'ignore'])
      .default('refuse')
      .describe('a packet whose kind stands not in `packets`: parked for a person, or left out with a log line'),
    materials: z
      .union([
        z.strictObject({
          method: z.enum(['PUT', 'POST']).default('PUT'),
          path: Path.describe('with {sha256}, so that an upload may be repeated'),
          headers: Headers,
          response: Response.default({}),
        }),
        z.literal('ignore'),
      ])
      .optional()
      .describe('uploads before the packet that names them; absent: a packet with materials is refused'),
    events: z
      .strictObject({
        path: Path.describe('with {cursor}'),
        headers: Headers,
        start: z.string().min(1).max(200).default('0').describe('cursor of the beginning'),
        ok: RESPONSE.ok,
        error: RESPONSE.error,
        list: Expression.describe('the list of answers'),
        each: z.strictObject({
          id: Expression.describe('an id that stays the same whenever the answer is given again'),
          localCaseNo: Expression,
          kind: Expression.describe('kind of packet, mostly $ours(dictionary, code); nothing: leave the answer out'),
          body: z.partialRecord(z.enum(ANSWER_KINDS), JsonTemplate).describe('body of each kind of packet'),
        }),
        cursor: Expression.describe('the next cursor; nothing: it stays'),
        files: z
          .strictObject({ path: Path.describe('with {file}'), headers: Headers })
          .optional()
          .describe(
            'where the files of answers are fetched: `documents` and `attachments[].sha256` of a body then hold the ids of files',
          ),
      })
      .optional(),
    check: z
      .strictObject({ path: Path, ok: RESPONSE.ok })
      .optional()
      .describe('asked for by `tongban doctor`; absent: any answer of baseUrl counts'),
  })
  .meta({ title: 'tongban rest adapter', description: 'JSON over HTTP to an outside approval system' })

export type RestConfig = z.infer<typeof RestConfig>
export type RestConfigInput = z.input<typeof RestConfig>
export type RequestConfig = z.infer<typeof Packet>
export type HeadersConfig = z.infer<typeof Headers>

/** JSON Schema (2020-12) of the configuration, as `config.schema.json` holds it. */
export const restConfigSchema = (): unknown => z.toJSONSchema(RestConfig, { io: 'input', target: 'draft-2020-12' })
