/** The way of a browser over the city's single sign-on: there with a cookie of its own, and back with the answer in a form. */
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { detailInChinese } from '../../../protocol/messages/in-chinese.ts'
import { PROBLEMS, type Problem, ProblemError } from '../../../protocol/problem.ts'
import { readBody } from './body.ts'
import { callerOf, type Edge, type Env, sessionCookie } from './env.ts'

/** Asks the provider, and signs in whom it names; people/ implements it. */
export type SignOn = {
  begin(): Promise<{ url: string; cookie: string }>
  finish(cookie: string, form: URLSearchParams): Promise<{ token: string }>
}

/** The answer is sent by a page of the provider, with which no cookie comes that is kept from other sites. */
const QUESTION_COOKIE = '__Host-tongban-sign-on'
const QUESTION_RULES = 'Path=/; Secure; HttpOnly; SameSite=None'

/** Goes on from a page of this origin: what the provider leads to carries no cookie of the session yet. */
const signedInPage = () =>
  html`<!doctype html><html lang="zh"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">
<title>已登录 Signed in</title></head><body><p><a href="/">已登录，继续 Signed in: go on</a></p></body></html>`

const HTML = 'text/html; charset=utf-8'
/** A page that takes its style from here, and nothing from anywhere else. */
const FAILED_POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What went wrong, who cures it and how, for whoever sits before the browser: nobody reads JSON there. */
const failedPage = ({ code, detail }: Problem, requestId: string) => {
  const { en, zh, cure, cureZh, retryable } = PROBLEMS[code]
  const again = retryable || code === 'sign-in.single'
  return html`<!doctype html><html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>登录未成功 Not signed in</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head><body>
<h1>登录未成功<br><span lang="en">Not signed in</span></h1><p>${zh}。</p><p>处理办法：${cureZh}。</p>
<p lang="en">${en}.</p><p lang="en">What to do: ${cure}.</p>
${detail === undefined ? '' : html`<p>${detailInChinese(detail)}</p><p lang="en">${detail}</p>`}${again ? html`<p><a href="/sign-in">重新登录 Sign in again</a></p>` : ''}
<p><code>${code}</code> <code>${requestId}</code></p></body></html>`
}

export function addSingleSignOn({ app, admission, limits, refused }: Edge, signOn: SignOn | null): void {
  const demand = (): SignOn => {
    if (signOn === null) throw new ProblemError('request.not-found', 'no single sign-on is configured')
    return signOn
  }

  /** A browser asks: what is refused is a page too. */
  const browsed = (path: string, answer: (c: Context<Env>) => Promise<Response>) => async (c: Context<Env>) => {
    c.set('route', path)
    try {
      admission.anonymous(callerOf(c))
      return await answer(c)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const { problem } = error
      refused(problem.code)
      return new Response(String(await failedPage(problem, c.get('requestId'))), {
        status: PROBLEMS[problem.code].status,
        headers: {
          'content-type': HTML,
          'content-security-policy': FAILED_POLICY,
          'set-cookie': `${QUESTION_COOKIE}=; ${QUESTION_RULES}; Max-Age=0`,
        },
      })
    }
  }

  const ask = async (): Promise<Response> => {
    const { url, cookie } = await demand().begin()
    return new Response(null, {
      status: 302,
      headers: { location: url, 'set-cookie': `${QUESTION_COOKIE}=${cookie}; ${QUESTION_RULES}; Max-Age=600` },
    })
  }
  const take = async (c: Context<Env>): Promise<Response> => {
    const form = new URLSearchParams(Buffer.from(await readBody(c.req.raw, limits.openBodyBytes)).toString())
    const { token } = await demand().finish(getCookie(c, QUESTION_COOKIE) ?? '', form)
    const headers = new Headers({ 'content-type': HTML })
    headers.append('set-cookie', sessionCookie(token))
    headers.append('set-cookie', `${QUESTION_COOKIE}=; ${QUESTION_RULES}; Max-Age=0`)
    return new Response(String(await signedInPage()), { headers })
  }
  app.get('/sign-in', browsed('/sign-in', ask))
  app.post('/sign-in/answer', browsed('/sign-in/answer', take))
}
