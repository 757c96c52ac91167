/**
 * The configuration of the rest adapter, as one strict schema; `config.schema.json` is generated from it.
 * Over 450 lines: one schema, whose parts are made of each other.
 */
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

export const JsonTemplate = jsonTemplate('. In a body that is sent, {"secret": NAME} stands for that secret')

export const Path = z
  .string()
  .max(1000)
  .regex(/^\/(?!\/)[^\s#\\]*$/)
  .describe('appended to baseUrl; {name} stands for a value, percent-encoded')

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

/** A text that a header can be. */
const HeaderText = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/)
const HeaderValue = z.union([
  z
    .string()
    .max(2000)
    .regex(/^[\x20-\x7e]*$/),
  z.strictObject({ secret: SecretName }),
  z
    .strictObject({ value: Expression })
    .describe('made for each request; may read $session, $sign and $secret(name) besides what a body reads'),
])
const Headers = z.record(FreeHeaderName, HeaderValue).optional()

/** Name of a step, of a value taken, of a part of a signature: `$steps.NAME.VALUE`. */
const Name = z.string().regex(/^[A-Za-z]\w{0,63}$/)
const Take = z
  .record(Name, Expression)
  .optional()
  .describe(
    'values of the answer that later requests of the same packet read; they are kept, so that a retry goes on from there',
  )

/** One rule for every answer; what it leaves open, the other fields say. */
const Outcome = Expression.optional().describe(
  'asked first and of every answer, also of one that cannot be read ($text is its text, $httpStatus its status): "done", "again", "refused" or "unknown"; nothing: the other fields decide',
)

const RESPONSE = {
  outcome: Outcome,
  ok: Expression.optional().describe(
    'true when a 2xx answer means success, for systems that answer 200 to everything; absent: every 2xx is success',
  ),
  duplicate: Expression.optional().describe('true when the answer says that the effect is there already'),
  retry: Expression.optional().describe('true when the answer says that a later attempt may succeed'),
  error: Expression.optional().describe('the error code of the answer, a code and not a text: texts may name people'),
}
const Records = z
  .strictObject({
    list: Expression.describe('the records of the answer; nothing: the answer counts as a whole'),
    outcome: Expression.optional().describe('of each record, as `outcome` of an answer; nothing leaves it to `ok`'),
    ok: Expression.optional().describe('true when the record was taken; else it is refused'),
    error: Expression.optional().describe('the error code of the record'),
  })
  .describe(
    'for an answer that answers several records: once it went well as a whole, each is judged. One that is refused refuses the packet, and says which; else one that is unknown, or to come again, makes it so',
  )
const Response = z.strictObject({ ...RESPONSE, records: Records.optional() })

const MediaType = z
  .string()
  .max(300)
  .regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(; ?[\w-]+=(?:[\w.-]+|"[\x20\x21\x23-\x5b\x5d-\x7e]*"))*$/)

const REQUEST = {
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  path: Path,
  headers: Headers,
  as: z
    .enum(['json', 'form', 'xml'])
    .default('json')
    .describe(
      'form: application/x-www-form-urlencoded, for a body of fields; a field that is no text is sent as JSON. xml: `body` is a document, as a text or a list of its lines, with expressions in {{ }}',
    ),
  mediaType: MediaType.optional().describe('xml: what it is sent as; application/xml by default'),
  body: JsonTemplate.describe(
    'read from the delivery: idempotencyKey, thread, caseNo, kind, from, to, localCaseNo, body, materials[]; $submit is the body of the submit, $steps what earlier steps took, $session the token, $sign the signature',
  ),
}

const LOOK_UP = {
  method: z.enum(['GET', 'POST']).default('GET'),
  path: Path,
  headers: Headers,
  as: REQUEST.as,
  mediaType: REQUEST.mediaType,
  body: JsonTemplate.optional().describe('of a POST'),
}
export const Step = z.strictObject({
  ...REQUEST,
  name: Name,
  when: Expression.optional().describe('false: the step is left out for this packet'),
  take: Take,
  response: Response.default({}),
})
const Steps = z
  .array(Step)
  .max(10)
  .default([])
  .describe('requests before the one of the packet, in order; each is sent until it went well once')

export const Packet = z.strictObject({
  ...REQUEST,
  lookup: z
    .strictObject({
      ...LOOK_UP,
      response: Response.default({}),
      found: Expression.describe('true: the effect is there, and nothing is sent'),
    })
    .optional()
    .describe('asked before anything is sent, for a system that keeps no idempotency keys'),
  steps: Steps,
  response: Response.default({}),
})

export const Session = z
  .strictObject({
    method: z.enum(['GET', 'POST']).default('POST'),
    path: Path,
    headers: Headers,
    as: REQUEST.as,
    mediaType: REQUEST.mediaType,
    body: JsonTemplate.optional().describe('`{ "secret": NAME }` stands for a secret'),
    response: Response.default({}),
    token: Expression.describe('the token in the answer'),
    seconds: Expression.optional().describe('how long it holds; absent: until an answer says that it does not'),
    until: Expression.optional().describe('when it ends, in place of seconds: ms, or a form that $instant reads'),
    over: Expression.optional().describe(
      'true when an answer to another request says that the token holds no more; HTTP 401 always does',
    ),
  })
  .describe(
    'a call that gives a token, which is fetched when it is needed and renewed; other requests read it as $session',
  )

const Sign = z
  .strictObject({
    keepSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .optional()
      .describe(
        'how long a retry repeats time and nonce of the first attempt, for a system that refuses old times; absent: always',
      ),
    values: z
      .record(Name, Expression)
      .describe(
        'in order; each reads $time (ms), $seconds, $nonce, $body (the text of the body, without $sign), $method, $path, $session, $secret(name), $digest, $hmac, and those before it as $sign.NAME',
      ),
  })
  .describe('what proves a request: headers, bodies and paths read it as $sign.NAME')

const scheme = z.literal('preset')
/** How systems of one kind want to be addressed; `presets.ts` says what each becomes. */
const Preset = z.discriminatedUnion('preset', [
  z
    .strictObject({
      scheme,
      preset: z.literal('x-tif'),
      paasId: HeaderText,
      secret: SecretName.describe('name of the secret that is the token of the gateway'),
    })
    .describe(
      'headers x-tif-paasid, -timestamp (seconds), -nonce and -signature, SHA-256 of timestamp, token, nonce, timestamp; a retry repeats them for 300 s unless sign.keepSeconds says otherwise',
    ),
  z
    .strictObject({
      scheme,
      preset: z.literal('gjgxjhpt'),
      rid: HeaderText.describe('who asks'),
      sid: HeaderText.describe('which service is asked'),
      secret: SecretName.describe('name of the secret that signs; with `fetch` the appkey'),
      fetch: z
        .strictObject({
          method: z.enum(['GET', 'POST']).default('GET'),
          path: Path,
          body: JsonTemplate.optional().describe('of a POST'),
          response: Response.default({}),
          secret: Expression.describe('the secret in the answer, encrypted with the appkey (AES, ECB, base64 or hex)'),
          endTime: Expression.describe('when it ends: ms, or a form that $instant reads'),
        })
        .optional()
        .describe('a call, signed with the appkey, that gives the secret that signs all others until it ends'),
    })
    .describe('headers gjgxjhpt_rid, _sid, _rtime (ms) and _sign, HMAC-SHA256 of sid, rid and rtime as base64'),
  z
    .strictObject({
      scheme,
      preset: z.literal('token-params'),
      secret: SecretName.describe('name of the secret that is the token'),
      success: z
        .string()
        .min(1)
        .max(20)
        .default('1')
        .describe('status.code, and custom.code where there is one, of success'),
    })
    .describe(
      'each JSON body is sent as { token, params: the body }, answers are { status: { code, text }, custom: { code, text, … } }; what outcome and error say stands over it',
    ),
])
export type PresetConfig = z.infer<typeof Preset>

const Files = z
  .strictObject({ path: Path.describe('with {file}'), headers: Headers })
  .optional()
  .describe(
    'where the files of answers are fetched: `documents` and `attachments[].sha256` of a body then hold the ids of files',
  )

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
        z
          .strictObject({ scheme: z.literal('headers'), headers: z.record(HeaderName, HeaderValue) })
          .describe('headers of every request, made of $session or $sign'),
        Preset,
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
    answers: z
      .enum(['json', 'xml'])
      .default('json')
      .describe(
        'how answers are written. xml is read as fields by local names: several of one name are a list, attributes are `@name`, text beside them `#text`; all values are text',
      ),
    inner: Expression.optional().describe(
      'an XML document that answers hold as text or CDATA; it is read in place of the whole answer wherever the expression finds a text',
    ),
    requestCharset: z
      .enum(CHARSETS)
      .default('utf-8')
      .describe('what bodies are written in; a character that gbk lacks refuses the packet, named as adapter.mapping'),
    session: Session.optional(),
    sign: Sign.optional(),
    outcome: Outcome,
    dictionaries: z.record(z.string().regex(/^[A-Za-z][\w-]{0,63}$/), DictionaryTable).default({}),
    errors: z
      .record(z.string().min(1).max(64), z.string().min(1).max(300))
      .default({})
      .describe("the approval system's error code → what it means and what to do, shown to people"),
    register: z.strictObject({
      ...REQUEST,
      lookup: z
        .strictObject({
          ...LOOK_UP,
          response: Response.default({}),
          localCaseNo: Expression.describe('the number of the case that is there already; nothing: it is registered'),
        })
        .optional()
        .describe('asked before a case is registered, for a system that keeps no idempotency keys'),
      steps: Steps,
      response: z.strictObject({
        ...RESPONSE,
        records: Records.optional(),
        localCaseNo: Expression.describe('the local case number (本地办件编号)'),
      }),
    }),
    packets: z
      .partialRecord(z.enum(LATER_KINDS), Packet)
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
          path: Path.describe('with {sha256} where the file is sent raw, so that an upload may be repeated'),
          headers: Headers,
          as: z
            .enum(['raw', 'base64', 'multipart'])
            .default('raw')
            .describe(
              'base64: in the JSON or XML of `body`, as $content; multipart: `body` gives the fields beside the file',
            ),
          within: z.enum(['json', 'xml']).default('json').describe('base64: what `body` is'),
          mediaType: REQUEST.mediaType,
          body: JsonTemplate.optional().describe(
            'reads what other bodies read, and `material`: sha256, size, type, code, name',
          ),
          file: z
            .string()
            .regex(/^[\w.-]{1,64}$/)
            .default('file')
            .describe('multipart: the field of the file'),
          fileName: Expression.default('material.name').describe('multipart: its name'),
          take: Take.describe('values of the answer, read as `materials[].taken.NAME`'),
          response: Response.default({}),
        }),
        z.literal('ignore'),
        z.literal('inline'),
      ])
      .optional()
      .describe(
        'uploads before the packet that names them; absent: a packet with materials is refused; inline: they stand in the packet itself, in base64 where its body reads `content` of each of materials[]',
      ),
    events: z
      .strictObject({
        method: z.enum(['GET', 'POST']).default('GET'),
        path: Path.describe('with {cursor}, unless the body of a POST reads `cursor`'),
        headers: Headers,
        as: REQUEST.as,
        mediaType: REQUEST.mediaType,
        body: JsonTemplate.optional().describe('of a POST; reads `cursor`'),
        outcome: Outcome,
        start: z.string().min(1).max(200).default('0').describe('cursor of the beginning'),
        ok: RESPONSE.ok,
        error: RESPONSE.error,
        list: Expression.describe('the list of answers'),
        each: z.strictObject({
          id: Expression.describe('an id that stays the same whenever the answer is given again'),
          localCaseNo: Expression,
          kind: Expression.describe('kind of packet, mostly $ours(dictionary, code); nothing: leave the answer out'),
          body: z.partialRecord(z.enum(ANSWERED_KINDS), JsonTemplate).describe('body of each kind of packet'),
        }),
        cursor: Expression.describe('the next cursor; nothing: it stays'),
        files: Files,
      })
      .optional(),
    cases: z
      .strictObject({
        ...LOOK_UP,
        path: Path.describe('with {localCaseNo}, {caseNo} or {thread}, unless the body of a POST reads them'),
        outcome: Outcome,
        ok: RESPONSE.ok,
        error: RESPONSE.error,
        list: Expression.optional().describe(
          'all that was said on the case; absent: the answer is the present state of the case, and counts whenever its `id` is another one than before',
        ),
        each: z.strictObject({
          id: Expression.describe('of one thing that was said, the same whenever it is given again; or of the state'),
          kind: Expression.describe('kind of packet, mostly $ours(dictionary, code); nothing: leave it out'),
          body: z.partialRecord(z.enum(ANSWERED_KINDS), JsonTemplate).describe('body of each kind of packet'),
        }),
        files: Files,
      })
      .optional()
      .describe('for a system without a feed of answers: each open case is asked about in turn'),
    check: z
      .strictObject({ ...LOOK_UP, outcome: Outcome, ok: RESPONSE.ok })
      .optional()
      .describe('asked for by `tongban doctor`; absent: any answer of baseUrl counts'),
  })
  .meta({ title: 'tongban rest adapter', description: 'JSON over HTTP to an outside approval system' })

export type RestConfig = z.infer<typeof RestConfig>
export type RestConfigInput = z.input<typeof RestConfig>
export type PacketConfig = Pick<z.infer<typeof Packet>, keyof typeof REQUEST | 'response' | 'steps'>
export type ResponseConfig = z.infer<typeof Response>
export type LookUpConfig = Pick<z.infer<typeof Session>, keyof typeof LOOK_UP | 'response'>
export type HeaderConfig = z.infer<typeof HeaderValue>

/** JSON Schema (2020-12) of the configuration, as `config.schema.json` holds it. */
export const restConfigSchema = (): unknown => z.toJSONSchema(RestConfig, { io: 'input', target: 'draft-2020-12' })
