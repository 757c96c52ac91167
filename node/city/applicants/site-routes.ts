/**
 * The site for applicants: three pages on a port of their own, so that the API is never reachable where they are. Nothing is
 * kept of who asks; how often is bounded for each address and each case number.
 */

import { CASE_CONTENT } from '../../../protocol/case/kinds.ts'
import { foldNumber, plainText } from '../../../protocol/codes/spelling.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createRateLimiter } from '../../edges/http/rate.ts'
import { sourceOf } from '../../kernel/ip.ts'
import { askPage, messagePage, type PageLook, progressPage, SCANNED } from './pages.ts'
import { LANGUAGES, SITE_WORDS } from './pages-words.ts'
import type { Applicants } from './progress.ts'

export const SITE_LIMITS = {
  /** requests of one address (IPv6: /64): steady rate per second, and how many may come at once */
  addressPerSecond: 1,
  addressBurst: 30,
  /** questions for one case number: five at once, then one in two minutes */
  casePerSecond: 1 / 120,
  caseBurst: 5,
  /** addresses and numbers remembered for that */
  entries: 20_000,
  /** bytes of a form */
  formBytes: 8 * 1024,
} as const

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

/** The last four characters of a number, or of one that ends in brackets: 6(3). */
const LAST4 = /^([0-9A-Za-z]{4}|[0-9A-Za-z]\([0-9A-Za-z]\))$/

/** 评价渠道: by the QR code of the receipt, or by a link or the case number. */
const CHANNELS = { code: '二维码', page: '网页' } as const

const lookOf = (title: string, fields: URLSearchParams): PageLook => ({
  title,
  big: fields.get('big') === '1',
  scanned: fields.get('by') === SCANNED,
  language: LANGUAGES.find(language => language === fields.get('lang')) ?? 'zh',
})

export function createSite(parts: {
  title: string
  applicants: Pick<Applicants, 'of' | 'find' | 'rate'>
  now: () => number
  failed: (error: unknown) => void
}) {
  const { applicants, title, now } = parts
  const { addressPerSecond, addressBurst, casePerSecond, caseBurst, entries, formBytes } = SITE_LIMITS
  const byAddress = createRateLimiter({ perSecond: addressPerSecond, burst: addressBurst, entries, now })
  const byCase = createRateLimiter({ perSecond: casePerSecond, burst: caseBurst, entries, now })

  const page = (body: string, status = 200): Response => new Response(body, { status, headers: HEADERS })

  async function formOf(request: Request): Promise<URLSearchParams> {
    const reader = request.body?.getReader()
    const chunks: Uint8Array[] = []
    let size = 0
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
      size += read.value.byteLength
      if (size > formBytes) {
        await reader?.cancel()
        throw new ProblemError('request.oversize')
      }
      chunks.push(read.value)
    }
    return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
  }

  async function find(form: URLSearchParams, look: PageLook): Promise<Response> {
    const words = SITE_WORDS[look.language]
    // Other spellings of one number are no further questions.
    const number = foldNumber(form.get('number') ?? '')
    const last4 = plainText(form.get('last4') ?? '')
    // The same for a number that is none and digits that are wrong.
    if (number === '' || number.length > 64 || !LAST4.test(last4)) return page(askPage(look, words.notFound), 404)
    if (!byCase.take(number)) return page(askPage(look, words.tooOften), 429)
    const found = await applicants.find(number, last4)
    return found === null ? page(askPage(look, words.notFound), 404) : page(progressPage(found, look))
  }

  async function rate(form: URLSearchParams, look: PageLook): Promise<Response> {
    const words = SITE_WORDS[look.language]
    const text = (form.get('text') ?? '').trim().slice(0, 500)
    const content = CASE_CONTENT['case.evaluate'].safeParse({
      target: form.get('target'),
      level: Number(form.get('level')),
      channel: look.scanned ? CHANNELS.code : CHANNELS.page,
      realName: form.get('realName') === '1',
      ...(text === '' ? {} : { text }),
    })
    if (!content.success) return page(messagePage(look, words.choose), 400)
    try {
      const after = await applicants.rate(form.get('token') ?? '', content.data)
      return page(progressPage(after, look, words.thanks))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const known = error.problem.code === 'request.not-found'
      return page(messagePage(look, known ? words.expired : words.rated), known ? 404 : 409)
    }
  }

  async function answer(request: Request, address: string): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const plain = lookOf(title, searchParams)
    const words = SITE_WORDS[plain.language]
    if (!byAddress.take(sourceOf(address))) return page(messagePage(plain, words.tooOften), 429)
    if (request.method === 'GET' && pathname === '/') return page(askPage(plain))
    const token = /^\/q\/([A-Za-z0-9_-]{43})$/.exec(pathname)?.[1]
    if (request.method === 'GET' && token !== undefined) {
      const found = await applicants.of(token)
      return found === null ? page(messagePage(plain, words.expired), 404) : page(progressPage(found, plain))
    }
    if (request.method !== 'POST' || (pathname !== '/progress' && pathname !== '/rate'))
      return page(messagePage(plain, words.noPage), 404)
    const form = await formOf(request)
    const look = lookOf(title, form)
    return pathname === '/progress' ? find(form, look) : rate(form, look)
  }

  return {
    /** `address`: who asks, a proxy that is believed apart. */
    async fetch(request: Request, address: string): Promise<Response> {
      try {
        return await answer(request, address)
      } catch (error) {
        const oversize = error instanceof ProblemError && error.problem.code === 'request.oversize'
        if (!oversize) parts.failed(error)
        return page(messagePage(lookOf(title, new URLSearchParams()), SITE_WORDS.zh.failed), oversize ? 413 : 500)
      }
    },
    drain: (): void => {},
  }
}
