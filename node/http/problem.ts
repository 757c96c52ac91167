/** Problems as RFC 9457 answers: one shape for every error, in the caller's language, without values or stacks. */
import { parseAccept } from 'hono/utils/accept'
import * as z from 'zod'
import { PROBLEMS, type Problem, type ProblemCode } from '../../protocol/problem.ts'

export type Language = 'en' | 'zh'

export const ProblemBody = z
  .strictObject({
    type: z.string().describe('Address of the page that explains the code'),
    title: z.string().describe('What went wrong, in the language asked for'),
    status: z.number().int(),
    code: z.string().describe('Stable code, the same in receipts and logs'),
    detail: z.string().optional().describe('Which field or thing; never its value'),
    act: z.enum(['you', 'partner', 'operator']).describe('Who must act'),
    retryable: z.boolean().describe('Whether the same request may succeed later'),
    cure: z.string().describe('What to do'),
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

export function problemResponse({ code, detail }: Problem, requestId: string, language: Language): Response {
  const entry = PROBLEMS[code]
  const body: z.output<typeof ProblemBody> = {
    type: `/problems/${code}`,
    title: entry[language],
    status: entry.status,
    code,
    ...(detail === undefined ? {} : { detail }),
    act: entry.act,
    retryable: entry.retryable,
    cure: entry.cure,
    requestId,
  }
  const headers = new Headers({ 'content-type': 'application/problem+json', 'content-language': language })
  const retryAfter = RETRY_AFTER[code] ?? (entry.status === 503 ? 5 : undefined)
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter))
  if (entry.status === 401) headers.set('www-authenticate', 'Bearer realm="tongban"')
  return new Response(JSON.stringify(body), { status: entry.status, headers })
}
