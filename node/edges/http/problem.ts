/** Problems as RFC 9457 answers: one shape for every error, in the caller's language, without values or stacks. */
import { parseAccept } from 'hono/utils/accept'
import * as z from 'zod'
import {
  type Actor,
  type Change,
  type FieldProblem,
  PROBLEMS,
  type Problem,
  type ProblemCode,
} from '../../../protocol/problem.ts'
import { chineseDetail } from '../../kernel/fields.ts'
import { tellField, toldOfField } from './field-problem.ts'

export type Language = 'en' | 'zh'

const FieldProblemBody = z
  .strictObject({
    ...toldOfField,
    cure: z.enum(['caller', 'clerk', 'applicant', 'administrator', 'partner']).describe('Who can cure it'),
  })
  .meta({ id: 'FieldProblem' })

const ChangeBody = z
  .strictObject({
    by: z.string().describe('`person:<id>`, `city:<code>`, `adapter:<name>` or `node`'),
    name: z.string().nullable().describe('of the account, where one did it'),
    action: z.string().describe('as the audit log calls it, such as `case.accept`'),
    at: z.string().describe('ISO 8601 in UTC'),
  })
  .meta({ id: 'Change' }) satisfies z.ZodType<Change>

export const ProblemBody = z
  .strictObject({
    type: z.string().describe('Address of the page that explains the code'),
    title: z.string().describe('What went wrong, in the language asked for'),
    status: z.number().int(),
    code: z.string().describe('Stable code, the same in receipts and logs'),
    detail: z.string().optional().describe('Which field or thing, in the language asked for; never its value'),
    act: z.enum(['you', 'partner', 'operator']).describe('Who must act'),
    retryable: z.boolean().describe('Whether the same request may succeed later'),
    cure: z.string().describe('What to do, in the language asked for'),
    en: z.string().describe('What went wrong, in English'),
    zh: z.string().describe('出了什么问题'),
    detailEn: z.string().optional().describe('Which field or thing, in English'),
    detailZh: z.string().optional().describe('具体说明：哪个字段或事物；名称照原样'),
    cureEn: z.string().describe('What to do, in English'),
    cureZh: z.string().describe('如何处理'),
    errors: z.array(FieldProblemBody).optional().describe('The fields that it is about, where it is about fields'),
    changes: z
      .array(ChangeBody)
      .optional()
      .describe('With `request.precondition`: what was done since it was read, newest first'),
    requestId: z.string().describe('Also in the log of the node'),
  })
  .meta({ id: 'Problem', title: 'Problem' })

/** Seconds after which a retryable problem may be tried again. */
const RETRY_AFTER: Partial<Record<ProblemCode, number>> = { 'request.rate': 1, 'request.concurrent': 1 }

/** Chinese when the caller prefers any Chinese over English, else English. */
export function languageOf(acceptLanguage: string | null | undefined): Language {
  if (acceptLanguage === null || acceptLanguage === undefined || acceptLanguage.length > 200) return 'en'
  const preferred = parseAccept(acceptLanguage)
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q)
    .find(({ type }) => /^(zh|en)\b/i.test(type))
  return preferred !== undefined && /^zh\b/i.test(preferred.type) ? 'zh' : 'en'
}

export type Answered = {
  /** who must act here; the code says when it is left out */
  act?: Actor
  errors?: readonly FieldProblem[]
  changes?: readonly Change[]
  /** methods that the address takes, with `request.method` */
  allow?: readonly string[]
}

export function problemResponse(
  { code, detail }: Problem,
  requestId: string,
  language: Language,
  { errors = [], changes = [], allow, act }: Answered = {},
): Response {
  const entry = PROBLEMS[code]
  const detailZh = detail === undefined ? undefined : chineseDetail({ code, detail }, errors)
  const body: z.output<typeof ProblemBody> = {
    type: `/problems/${code}`,
    title: entry[language],
    status: entry.status,
    code,
    ...(detailZh === undefined ? {} : { detail: language === 'zh' ? detailZh : detail }),
    act: act ?? entry.act,
    retryable: entry.retryable,
    cure: language === 'zh' ? entry.cureZh : entry.cure,
    en: entry.en,
    zh: entry.zh,
    ...(detailZh === undefined ? {} : { detailEn: detail, detailZh }),
    cureEn: entry.cure,
    cureZh: entry.cureZh,
    ...(errors.length === 0 ? {} : { errors: errors.map(tellField) }),
    ...(changes.length === 0 ? {} : { changes: [...changes] }),
    requestId,
  }
  const headers = new Headers({ 'content-type': 'application/problem+json', 'content-language': language })
  const retryAfter = RETRY_AFTER[code] ?? (entry.status === 503 ? 5 : undefined)
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter))
  if (entry.status === 401) headers.set('www-authenticate', 'Bearer realm="tongban"')
  if (allow !== undefined) headers.set('allow', allow.join(', '))
  return new Response(JSON.stringify(body), { status: entry.status, headers })
}
