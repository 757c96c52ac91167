/** The way of a browser over the city's single sign-on: there with a cookie of its own, and back with the answer in a form. */
import { getCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { ProblemError } from '../../../protocol/problem.ts'
import { readBody } from './body.ts'
import { callerOf, type Edge, sessionCookie } from './env.ts'

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

export function addSingleSignOn({ app, admission, limits }: Edge, signOn: SignOn | null): void {
  const demand = (): SignOn => {
    if (signOn === null) throw new ProblemError('request.not-found', 'no single sign-on is configured')
    return signOn
  }

  app.get('/sign-in', async c => {
    c.set('route', '/sign-in')
    admission.anonymous(callerOf(c))
    const { url, cookie } = await demand().begin()
    return new Response(null, {
      status: 302,
      headers: { location: url, 'set-cookie': `${QUESTION_COOKIE}=${cookie}; ${QUESTION_RULES}; Max-Age=600` },
    })
  })

  app.post('/sign-in/answer', async c => {
    c.set('route', '/sign-in/answer')
    admission.anonymous(callerOf(c))
    const form = new URLSearchParams(Buffer.from(await readBody(c.req.raw, limits.openBodyBytes)).toString())
    const { token } = await demand().finish(getCookie(c, QUESTION_COOKIE) ?? '', form)
    const headers = new Headers({ 'content-type': 'text/html; charset=utf-8' })
    headers.append('set-cookie', sessionCookie(token))
    headers.append('set-cookie', `${QUESTION_COOKIE}=; ${QUESTION_RULES}; Max-Age=0`)
    return new Response(String(await signedInPage()), { headers })
  })
}
